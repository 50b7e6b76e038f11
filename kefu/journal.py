"""The journal: a learner's responses on disk, one line a change. Shown as saved means saved.

A line is a JSON object: `n` (sequence number), `time` (UTC), `item`, what changed (`response`, `flag` or
`earned` of `points`, a paper's `begun` or `handed`), `lang`, and `prev`, the SHA-256 of the line before. The last valid line of an item wins.
"""

import json
import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from pathlib import Path
from stat import S_ISREG
from typing import Any

import portalocker

NAME = "responses.jsonl"
LONGEST = 1_000_000  # bytes of one line; a longer one is nobody's answer
GRACE = timedelta(seconds=30)
LARGEST = 50_000_000  # bytes of a journal; a larger one is nobody's work
MOST_ODD = 1000  # odd lines after which nothing more is read


@dataclass(frozen=True)
class Journal:
    """What a journal says: the responses, the flagged items, the marked tries, and what is odd (reason, line).

    `begun` is when a paper with a time limit was opened; `handed` is the last hand-in as (receipt, time), `delivered` the
    word for what became of it, and `moved` whether an answer has changed since.
    """

    responses: dict[str, Any] = field(default_factory=dict)
    times: dict[str, str] = field(default_factory=dict)
    langs: dict[str, str] = field(default_factory=dict)
    flags: frozenset[str] = frozenset()
    tries: tuple[Mapping[str, Any], ...] = ()
    odd: tuple[tuple[str, int], ...] = ()
    lines: int = 0
    receipt: str = ""
    begun: str = ""
    handed: tuple[str, str] | None = None
    moved: bool = False
    delivered: str = ""


def read(path: Path) -> Journal:
    """Read a journal. It never raises for what a learner's file holds: odd lines are reported and left out."""
    try:
        info = path.lstat()
        if not S_ISREG(info.st_mode):  # a link could lead anywhere, a pipe never ends
            return Journal(odd=(("unreadable_file", 0),))
        if info.st_size > LARGEST:
            return Journal(odd=(("too_large", info.st_size),))
        raw = path.read_bytes()
    except FileNotFoundError:
        return Journal()
    except OSError as error:
        return Journal(odd=(("unreadable_file", error.errno or 0),))
    responses: dict[str, Any] = {}
    times: dict[str, str] = {}
    langs: dict[str, str] = {}
    flags: set[str] = set()
    tries: list[Mapping[str, Any]] = []
    odd: list[tuple[str, int]] = []
    begun, handed, moved, delivered = "", None, False, ""
    before, last, count = b"", 0, 0
    lines = raw.split(b"\n")
    for number, line in enumerate(lines, 1):
        if not line:
            continue
        if len(odd) >= MOST_ODD:
            break
        entry = _entry(line)
        if entry is None:
            odd.append(("torn" if number == len(lines) else "unreadable", number))
            before = line
            continue
        if entry["prev"] != digest(before):
            odd.append(("broken_chain", number))
        elif entry["n"] != last + 1:
            odd.append(("wrong_number", number))
        before, last, count = line, entry["n"], count + 1
        item = entry["item"]
        if isinstance(entry.get("lang"), str):
            langs[item] = entry["lang"]
        if "response" in entry:
            responses[item], times[item], moved = entry["response"], entry["time"], True
        if "flag" in entry:
            (flags.add if entry["flag"] is True else flags.discard)(item)
        if "earned" in entry:
            tries.append(entry)
        if "begun" in entry:
            begun = begun or entry["time"]
        if isinstance(entry.get("handed"), str):
            handed, moved, delivered = (entry["handed"], entry["time"]), False, ""
        if entry.get("delivered") in ("submitted", "by_file", "not_submitted"):
            delivered = entry["delivered"]
    receipt = sha256(raw).hexdigest()[:12] if count else ""
    return Journal(
        responses,
        times,
        langs,
        frozenset(flags),
        tuple(tries),
        tuple(odd),
        count,
        receipt,
        begun,
        handed,
        moved and bool(handed),
        delivered,
    )


def closing(found: Journal, minutes: int) -> datetime | None:
    """When a paper's time is up, a little grace added for an answer on its way; None before it was begun."""
    begun = moment(found.begun)
    return begun + timedelta(minutes=minutes) + GRACE if begun else None


def moment(text: str) -> datetime | None:
    """The time a line says, aware; None when it says none."""
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        return None
    return found if found.tzinfo else found.replace(tzinfo=UTC)


def append(path: Path, item: str, *, now: datetime, lang: str, **change: Any) -> dict[str, Any]:
    """Write one change and return its line once it is on the disk (fsync), so that "saved" is true.

    `now` is an aware time; `change` is `response=…`, `flag=…`, `earned=…, points=…`, `begun=…` or `handed=…`. Raises OSError when the
    disk refuses. Lines of other tabs and kernels are waited for and kept; a torn last line stays as it is.
    """
    fresh = not path.exists()
    with open(path, "a+b") as file:
        portalocker.lock(file, portalocker.LockFlags.EXCLUSIVE)
        file.seek(0)
        raw = file.read()
        number, before = _end(raw)
        entry = {"n": number + 1, "time": _stamp(now), "item": item, **change, "lang": lang, "prev": digest(before)}
        line = json.dumps(entry, ensure_ascii=False, separators=(",", ":")).encode()
        if len(line) > LONGEST:
            raise OSError(f"{path.name}: a response of {len(line)} bytes is longer than {LONGEST}")
        file.write((b"\n" if raw and not raw.endswith(b"\n") else b"") + line + b"\n")
        file.flush()
        os.fsync(file.fileno())
    if fresh and os.name == "posix":  # the new name must reach the disk too
        folder = os.open(path.parent, os.O_RDONLY)
        os.fsync(folder)
        os.close(folder)
    return entry


def digest(line: bytes) -> str:
    """SHA-256 of a line without its line end, in hex; of nothing, for the first line."""
    return sha256(line).hexdigest()


def _stamp(now: datetime) -> str:
    return now.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def _entry(line: bytes) -> dict[str, Any] | None:
    """A line as a dict, or None when it is not one of ours."""
    if len(line) > LONGEST:
        return None
    try:
        entry = json.loads(line)
    except (ValueError, RecursionError):
        return None
    types = {"n": int, "time": str, "item": str, "prev": str}
    fits = isinstance(entry, dict) and all(isinstance(entry.get(key), kind) for key, kind in types.items())
    return entry if fits else None


def _end(raw: bytes) -> tuple[int, bytes]:
    """The number of the last valid line and the bytes of the last line, valid or not."""
    lines = [line for line in raw.split(b"\n") if line]
    for line in reversed(lines):
        entry = _entry(line)
        if entry:
            return entry["n"], lines[-1]
    return 0, lines[-1] if lines else b""
