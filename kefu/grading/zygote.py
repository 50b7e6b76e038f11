"""The zygote: a warm interpreter that forks once for every submission. It never holds a key, a score or a gradebook.

Its standard input brings requests, each a letter and a line of JSON, the next one after the answer to the last: W {"warm": sources,
"folder"} is the paper's own code, to load what it needs; R {"folder", "cells", "seconds", "cell_seconds", "plain"} a
submission. It answers with a line {"end", "size"} and `size` bytes, which come from the learner's process and are not to be
trusted. A fork of its own reads and serves a submission, so that the next learner's process holds nothing of it.
"""

import gc
import json
import os
import signal
import sys
from contextlib import suppress
from importlib import import_module
from pathlib import Path
from typing import Any, BinaryIO

GRACE = 2.0  # seconds a cell may take to hear that it is late
WARM = "import io, pandas; pandas.read_csv(io.StringIO('a,b\\n1,2')).groupby('a').agg(['mean', 'std']).to_html()"
TOLD = 20  # things a submission did that are told

# What an honest computation does not do (Python's audit events): told to the grader, whether it came to anything or not.
WATCHED = {
    "socket.__new__", "socket.connect", "socket.getaddrinfo", "subprocess.Popen", "os.system", "os.fork", "os.forkpty", "os.posix_spawn",
    "os.exec", "os.kill", "os.killpg", "os.chmod", "os.chown", "os.symlink", "os.link", "ctypes.dlopen", "gc.get_objects",
    "gc.get_referrers", "sys.addaudithook", "resource.setrlimit", "resource.prlimit", "signal.pthread_kill", "sys.settrace",
    "sys.setprofile",
}  # fmt: skip
FILES = {"open", "os.listdir", "os.scandir", "os.remove", "os.rename", "os.rmdir", "os.mkdir", "os.truncate", "sqlite3.connect"}


def main() -> None:
    """Serve requests until standard input ends; warm up first."""
    sys.path.append(sys.argv[1])
    shell = import_module("kefu.grading.shell")
    confine = import_module("kefu.grading.confine")
    import_module("kefu.grading.share")
    import_module("matplotlib").use("agg")
    for name in ("numpy", "pandas", "matplotlib.pyplot"):
        import_module(name)
    sys.path.remove(sys.argv[1])
    ready = shell.warm()
    _warm(ready, os.getcwd(), [WARM])

    def child(request: dict[str, Any], out: BinaryIO) -> None:
        os.setsid()
        folder = Path(request["folder"])
        os.chdir(folder)
        os.environ["HOME"] = os.environ["TMPDIR"] = str(folder)
        sys.path.insert(0, "")
        sys.argv = ["ipykernel_launcher.py"]
        shell.begin()
        walls = confine.confine(folder, int(request["seconds"]) + 1)
        _say(out, {"walls": walls})
        did = _watch(folder)
        if request["plain"]:
            shell.speak_plainly(ready)
        for told in shell.run(ready, request["cells"], request["cell_seconds"]):
            _say(out, told | {"did": sorted(did)})

    while letter := os.read(0, 1):
        if letter == b"W":
            request = _request()
            _warm(ready, request["folder"], request["warm"])
            _answer("done", b"")
            continue
        pid = os.fork()
        if pid == 0:
            code = 1
            try:
                _answer(*_serve(_request(), child))
                code = 0
            finally:
                os._exit(code)
        if os.waitpid(pid, 0)[1]:
            return


def _request() -> Any:
    with open(0, "rb", closefd=False) as file:
        return json.loads(file.readline())


def _answer(end: str, said: bytes) -> None:
    sys.stdout.buffer.write(json.dumps({"end": end, "size": len(said)}).encode() + b"\n" + said)
    sys.stdout.buffer.flush()


def _warm(shell: Any, folder: str, sources: list[str]) -> None:
    """Run code of the paper's own, so that every fork finds its libraries loaded and its caches filled."""
    os.chdir(folder)
    for source in sources:
        shell.run_cell(source, silent=True)
    import_module("matplotlib.pyplot").close("all")
    shell.user_ns.clear()
    shell.init_user_ns()
    os.chdir(os.environ["HOME"])
    gc.collect()
    gc.freeze()


def _serve(request: dict[str, Any], child: Any) -> tuple[str, bytes]:
    """Fork for a request; returns how it ended (done, time, flood, disk or died) and what it said."""
    folder = Path(request["folder"])
    share = import_module("kefu.grading.share")
    most = sum(1 for _ in folder.rglob("*")) + share.ENTRIES
    reading, writing = os.pipe()
    pid = os.fork()
    if pid == 0:
        code = 1
        try:
            os.close(reading)
            null = os.open(os.devnull, os.O_RDWR)
            for number in (0, 1, 2):
                os.dup2(null, number)
            with os.fdopen(writing, "wb", buffering=0) as out:
                child(request, out)
            code = 0
        finally:
            os._exit(code)
    os.close(writing)
    try:
        end, answer = share.listen(
            reading, lambda: share.greedy(pid, folder, most), request["seconds"], request["cell_seconds"] + GRACE
        )
    finally:
        for kill in (os.killpg, os.kill):  # also one that closed its pipe and goes on
            with suppress(ProcessLookupError, PermissionError):
                kill(pid, signal.SIGKILL)
    _, status = os.waitpid(pid, 0)
    ended = os.WTERMSIG(status) if os.WIFSIGNALED(status) else 0
    late = ended in (signal.SIGXCPU, signal.SIGALRM)
    return end or ("time" if late else "done" if status == 0 or ended == signal.SIGKILL else "died"), answer


def _say(out: BinaryIO, told: dict[str, Any]) -> None:
    data = memoryview(json.dumps(told).encode() + b"\n")
    while data:
        data = data[out.write(data) or 0 :]


def _watch(folder: Path) -> set[str]:
    """The set that will hold what the code does and an honest computation does not."""
    did: set[str] = set()
    at_home = (str(folder), str(Path(__file__).parent), str(Path(sys.prefix) / "lib"), str(Path(sys.base_prefix) / "lib"), "/usr/lib", "/usr/share",
               "/usr/local/lib", "/dev/null", "/dev/urandom")  # fmt: skip

    def hear(event: str, arguments: tuple[Any, ...]) -> None:
        if len(did) >= TOLD:
            return
        if event in WATCHED:
            did.add(event)
        elif event in FILES and arguments and isinstance(arguments[0], str | bytes | os.PathLike):
            path = os.path.abspath(os.fsdecode(arguments[0]))
            if not path.startswith(at_home) and path != ":memory:":
                did.add(f"{event} {path[:200]}")

    sys.addaudithook(hear)
    return did


if __name__ == "__main__":
    main()
