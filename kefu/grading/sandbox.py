"""The sandbox: a learner's cells run in a process of their own, behind walls, and only plain data come back."""

import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path
from types import TracebackType
from typing import Any, NamedTuple, Self

from kefu.grading import zygote

GONE = "the sandbox's interpreter ended; start the grading again"
WALLS = ("landlock", "seccomp")
SHOWN = {
    "stream": {"name", "text"},
    "display_data": {"data"},
    "execute_result": {"data"},
    "error": {"ename", "evalue", "traceback"},
}


class Ran(NamedTuple):
    """What came of a submission's cells.

    `cells` has one entry a cell that ended: {"outputs"} and, for a taken variable, "value" or "odd". `end` is done, time,
    flood, disk, died or garbled. `did` names what an honest computation does not do.
    """

    cells: list[dict[str, Any]]
    end: str
    did: tuple[str, ...]


class Sandbox:
    """A warm interpreter that runs submissions one after another; `walls` are what this machine gives."""

    def __init__(self) -> None:
        if not hasattr(os, "fork"):
            raise OSError("this system cannot fork; grade code labs on Linux, or with nbgrader autograde")
        package = Path(__file__).parents[2]
        environment = {name: os.environ[name] for name in ("PATH", "LANG", "LC_ALL", "TZ") if name in os.environ}
        environment |= {"NBGRADER_EXECUTION": "autograde", "OPENBLAS_NUM_THREADS": "1", "OMP_NUM_THREADS": "1", "MPLBACKEND": "agg",
                        "PYTHONHASHSEED": "0", "PYTHONDONTWRITEBYTECODE": "1"}  # fmt: skip
        self._home = tempfile.TemporaryDirectory(prefix="kefu-")
        environment |= {"HOME": self._home.name, "MPLCONFIGDIR": self._home.name, "IPYTHONDIR": self._home.name}
        self._process = subprocess.Popen(
            [sys.executable, "-s", "-P", zygote.__file__, str(package)], stdin=subprocess.PIPE, stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL, env=environment, cwd=self._home.name,
        )  # fmt: skip
        if self._process.stdin is None or self._process.stdout is None:
            raise RuntimeError(GONE)
        self._into, self._out = self._process.stdin, self._process.stdout
        with tempfile.TemporaryDirectory(prefix="kefu-") as folder:
            _, said = self._run(Path(folder), [], 10, 10)
        self.walls: list[str] = json.loads(said.splitlines()[0])["walls"]

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self.close()

    @property
    def ended(self) -> bool:
        """Whether the interpreter is gone."""
        return self._process.poll() is not None

    def close(self) -> None:
        """End the interpreter."""
        self._process.kill()
        self._process.communicate()
        self._home.cleanup()

    def warm(self, folder: Path, sources: list[str]) -> None:
        """Run trusted code in the interpreter itself, in `folder`, so that what it loads is there for every submission."""
        self._ask(b"W", {"warm": sources, "folder": str(folder.resolve())})

    def run(self, folder: Path, cells: list[dict[str, Any]], seconds: float, cell_seconds: float, plain: bool = False) -> Ran:
        """Run cells ({"source"} or {"of"}) in a folder of their own, for so many seconds of wall time in all and each.

        With `plain`, values are shown as text alone. Raises RuntimeError when the interpreter is gone.
        """
        end, said = self._run(folder, cells, seconds, cell_seconds, plain)
        found: list[dict[str, Any]] = []
        did: set[str] = set()
        for line in said.splitlines()[1:]:  # the first names the walls
            try:
                told = json.loads(line)
                found.append(_checked(told))
                did.update(str(thing)[:250] for thing in told["did"][: zygote.TOLD])
            except (ValueError, RecursionError, TypeError, KeyError, AttributeError):
                end = "garbled" if end == "done" else end
                break
        if end == "done" and len(found) < len(cells):
            end = "died"  # os._exit(0) looks like an end
        return Ran(found[: len(cells)], end, tuple(sorted(did)))

    def _run(
        self, folder: Path, cells: list[dict[str, Any]], seconds: float, cell_seconds: float, plain: bool = False
    ) -> tuple[str, bytes]:
        request = {
            "folder": str(folder.resolve()),
            "cells": cells,
            "seconds": seconds,
            "cell_seconds": cell_seconds,
            "plain": plain,
        }
        return self._ask(b"R", request)

    def _ask(self, letter: bytes, request: dict[str, Any]) -> tuple[str, bytes]:
        try:
            self._into.write(letter + json.dumps(request).encode() + b"\n")
            self._into.flush()
            head = json.loads(self._out.readline())
            return head["end"], self._out.read(head["size"])
        except (OSError, ValueError):
            self._process.kill()
            self._process.wait()
            raise RuntimeError(GONE) from None


def _checked(told: dict[str, Any]) -> dict[str, Any]:
    """A cell's answer with nothing in it but what an answer holds."""
    outputs = []
    for output in told["outputs"]:
        kept = {name: output[name] for name in SHOWN[output["output_type"]]}
        if "data" in kept:
            kept = {"metadata": {}, "data": {str(kind): str(text) for kind, text in kept["data"].items()}}
        elif "traceback" in kept:
            kept = {
                "ename": str(kept["ename"]),
                "evalue": str(kept["evalue"]),
                "traceback": [str(line) for line in kept["traceback"]],
            }
        else:
            kept = {"name": "stderr" if kept["name"] == "stderr" else "stdout", "text": str(kept["text"])}
        outputs.append({"output_type": output["output_type"], **kept})
    return {"outputs": outputs, **{name: told[name] for name in ("value", "odd") if name in told}}
