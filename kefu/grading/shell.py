"""The shell a learner's cells run in: IPython as a kernel has it, its outputs kept as a notebook keeps them.

What counts for nbgrader's scores is as in ipykernel: the order of outputs, errors, stderr from every level, a running event
loop, no input. Figures are not drawn.
"""

import asyncio
import builtins
import io
import os
import signal
import sys
from collections.abc import Iterator
from importlib import import_module
from types import FrameType, ModuleType
from typing import Any

from IPython.core.displayhook import DisplayHook
from IPython.core.displaypub import DisplayPublisher
from IPython.core.error import StdinNotImplementedError
from IPython.core.interactiveshell import InteractiveShell
from traitlets.config import Config

from kefu.items.value import plain

TEXT = 100_000  # characters of one output that are kept, as nbgrader's LimitOutput does
OUTPUTS = 200  # outputs of one cell that are kept

Output = dict[str, Any]
_outputs: list[Output] = []  # of the cell that runs now
_files: dict[str, int] = {}  # where what is written below Python goes, by the stream's name


def _add(output: Output) -> None:
    if output["output_type"] == "stream" and _outputs and _outputs[-1].get("name") == output["name"]:
        room = TEXT - len(_outputs[-1]["text"])
        _outputs[-1]["text"] += output["text"][: max(room, 0)]
    elif len(_outputs) < OUTPUTS:
        _outputs.append(output)


def _cut(data: dict[str, Any]) -> dict[str, str]:
    return {str(kind): text[:TEXT] for kind, text in data.items() if isinstance(text, str)}


class Stream(io.TextIOBase):
    """A text stream whose writes become outputs of the cell."""

    def __init__(self, name: str) -> None:
        self.name = name

    encoding = "UTF-8"

    def writable(self) -> bool:
        """Yes."""
        return True

    def write(self, text: str) -> int:
        """Keep a text."""
        if not isinstance(text, str):
            raise TypeError(f"write() argument must be str, not {type(text).__name__}")
        if text:
            _add({"output_type": "stream", "name": self.name, "text": text[:TEXT]})
        return len(text)

    def fileno(self) -> int:
        """The file behind it, whose text is kept as well."""
        return {"stdout": 1, "stderr": 2}[self.name]


class Hook(DisplayHook):
    """A cell's last value becomes its execute_result."""

    def write_output_prompt(self) -> None:
        """A notebook has none."""

    def write_format_data(self, format_dict: dict[str, Any], md_dict: Any = None) -> None:
        """Keep the value's texts."""
        data = _cut(format_dict)
        _add({"output_type": "execute_result", "metadata": {}, "execution_count": self.prompt_count, "data": data})

    def finish_displayhook(self) -> None:
        """Nothing to print."""
        self._is_active = False


class Publisher(DisplayPublisher):
    """What display() shows becomes display_data."""

    def publish(self, data: Any, metadata: Any = None, *arguments: Any, **named: Any) -> None:
        """Keep the value's texts."""
        _add({"output_type": "display_data", "metadata": {}, "data": _cut(data)})

    def clear_output(self, wait: bool = False) -> None:
        """Take away what the cell has shown."""
        _outputs.clear()


class ZMQInteractiveShell(InteractiveShell):
    """A kernel's shell by name and manner, with no wires to a front end."""

    displayhook_class = Hook
    display_pub_class = Publisher

    def ask_exit(self) -> None:
        """A notebook runs on after exit()."""

    def init_sys_modules(self) -> None:
        """The learner's names live in a module of their own, so that none of ours is among them."""
        sys.modules["__main__"] = self.user_module

    def _showtraceback(self, etype: Any, evalue: Any, stb: Any) -> None:
        _add({"output_type": "error", "ename": getattr(etype, "__name__", str(etype)), "evalue": str(evalue)[:TEXT],
              "traceback": [line[:TEXT] for line in stb[-20:]]})  # fmt: skip


def warm() -> ZMQInteractiveShell:
    """A shell ready for its first cell, to be forked from."""
    nothing_kept = Config({"HistoryAccessor": {"enabled": False}})  # no file of history, which every fork would share
    shell = ZMQInteractiveShell.instance(colors="NoColor", config=nothing_kept)
    shell.run_line_magic("xmode", "Plain")
    return shell


class NoPicture:
    """What a plot gives where nobody will see it: it takes every call, and is no plain data."""

    def __getattr__(self, name: str) -> "NoPicture":
        return self

    def __call__(self, *arguments: Any, **named: Any) -> "NoPicture":
        return self

    def __getitem__(self, name: Any) -> "NoPicture":
        return self


def speak_plainly(shell: ZMQInteractiveShell) -> None:
    """Show values as text alone, and let pandas draw nothing (its plotting.backend)."""
    formatter: Any = shell.display_formatter
    formatter.active_types = ["text/plain"]
    backend: Any = ModuleType("no_picture")
    backend.plot = NoPicture()
    sys.modules[backend.__name__] = backend
    import_module("pandas").set_option("plotting.backend", backend.__name__)


def begin() -> None:
    """Make a forked process ready to run cells: its streams, its clock, its event loop."""
    sys.stdout, sys.stderr = Stream("stdout"), Stream("stderr")
    for name, number in (("stdout", 1), ("stderr", 2)):
        _files[name] = _catch(number)
    builtins.input = _no_input
    signal.signal(signal.SIGALRM, _late)
    asyncio.set_event_loop(asyncio.new_event_loop())


def run(shell: ZMQInteractiveShell, cells: list[dict[str, Any]], seconds: float) -> Iterator[dict[str, Any]]:
    """Run cells in order; yields {"outputs", "value", "odd"} for each as it ends.

    A cell is {"source"} or, to take a variable out as plain data, {"of"}: a cell of that kind runs nothing. "value" is absent
    when there is no such variable; "odd" then names the type of one that is no plain data. A cell is interrupted after `seconds`.
    """
    loop = asyncio.get_event_loop_policy().get_event_loop()
    for cell in cells:
        _outputs.clear()
        if "of" in cell:
            yield {"outputs": [], **_taken(shell, cell["of"])}
            continue
        signal.setitimer(signal.ITIMER_REAL, seconds)
        try:
            loop.run_until_complete(_run(shell, cell["source"]))
        except KeyboardInterrupt as error:
            shell._showtraceback(type(error), error, ["KeyboardInterrupt"])
        finally:
            signal.setitimer(signal.ITIMER_REAL, 0)
        for name, file in _files.items():
            if text := _read(file):
                _add({"output_type": "stream", "name": name, "text": text})
        yield {"outputs": list(_outputs)}


async def _run(shell: ZMQInteractiveShell, source: str) -> None:
    await shell.run_cell_async(source, store_history=True, transformed_cell=shell.transform_cell(source))


def _taken(shell: ZMQInteractiveShell, name: str) -> dict[str, Any]:
    if name not in shell.user_ns:
        return {}
    try:
        return {"value": plain(shell.user_ns[name])}
    except Exception:  # a learner's object may do anything when it is looked at
        return {"odd": type(shell.user_ns[name]).__name__[:100]}


def _no_input(prompt: object = "") -> str:
    raise StdinNotImplementedError("nobody is here to answer input()")


def _late(number: int, frame: FrameType | None) -> None:
    raise KeyboardInterrupt("the cell took too long")


def _catch(number: int) -> int:
    """Turn a file descriptor to memory, where what C code or os.write say can be read afterwards."""
    file = os.memfd_create("output") if hasattr(os, "memfd_create") else os.open(os.devnull, os.O_RDWR)
    os.dup2(file, number)
    return file


def _read(file: int) -> str:
    size = os.lseek(file, 0, os.SEEK_CUR)
    if not size:
        return ""
    text = os.pread(file, min(size, TEXT), 0).decode("utf-8", "replace")
    os.ftruncate(file, 0)
    os.lseek(file, 0, os.SEEK_SET)
    return text
