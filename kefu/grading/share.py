"""A submission's share of the machine: how much its process may say, write and hold, and for how long."""

import os
import select
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

ANSWER = 8 << 20  # bytes a submission may answer with
FOLDER = 200 << 20  # bytes it may write
ENTRIES = 2000  # files and folders it may have, over what it was given
THREADS = 500  # it may have
LOOK = 0.25  # seconds between looks at what it writes


def listen(reading: int, greedy: Callable[[], bool], seconds: float, quiet: float) -> tuple[str, bytes]:
    """What a child says until it ends, at most `seconds`, and never `quiet` for longer than that.

    The first word is empty when it ended by itself.
    """
    said: list[bytes] = []
    size, heard = 0, time.monotonic()
    until, look = heard + seconds, heard + LOOK
    while (left := min(until, heard + quiet) - time.monotonic()) > 0:
        ready, _, _ = select.select([reading], [], [], min(left, LOOK))
        if time.monotonic() >= look:
            if greedy():
                return "disk", b"".join(said)
            look = time.monotonic() + LOOK
        if not ready:
            continue
        piece = os.read(reading, 1 << 16)
        if not piece:
            return "", b"".join(said)
        said.append(piece)
        heard = time.monotonic()
        size += len(piece)
        if size > ANSWER:
            return "flood", b"".join(said)[:ANSWER]
    return "time", b"".join(said)


def greedy(pid: int, folder: Path, most: int) -> bool:
    """Whether a child takes more than its share: bytes written, also to what has no name any more, threads, files and folders."""
    try:
        told = dict(line.split(": ") for line in Path(f"/proc/{pid}/io").read_text(encoding="ascii").splitlines())
        if max(int(told["wchar"]), int(told["write_bytes"])) > FOLDER or len(os.listdir(f"/proc/{pid}/task")) > THREADS:
            return True
    except (FileNotFoundError, ProcessLookupError):  # it has just ended, or this system has no such place
        pass
    except PermissionError:  # it hides
        return True
    count = size = 0
    try:
        for place, folders, files in os.walk(folder, onerror=_unseen):
            count += len(folders) + len(files)
            for name in files:
                with suppress(FileNotFoundError):
                    size += os.lstat(os.path.join(place, name)).st_size
            if count > most or size > FOLDER:
                return True
    except (OSError, RecursionError):  # too deep to be looked through
        return True
    return False


def _unseen(error: OSError) -> None:
    if not isinstance(error, FileNotFoundError):  # what was taken away meanwhile takes nothing
        raise error
