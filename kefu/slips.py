"""A lab's notebook for people who do not program: plain numbers, and one sentence where a traceback would stand."""

from collections.abc import Callable
from types import TracebackType
from typing import Any

import numpy as np
from IPython.display import display

from kefu import views

GAP = "____"


def soften(shell: Any, language: Callable[[], str]) -> None:
    """From now on, errors in this notebook are told as a sentence in the learner's language."""

    def told(shell: Any, kind: type, error: Exception, trace: TracebackType, tb_offset: int | None = None) -> None:
        word, values = slip(error, trace, shell.history_manager.input_hist_raw[-1], shell.user_ns)
        display(views.notice(language(), word, **values))

    shell.set_custom_exc((Exception,), told)
    if _halt not in shell.input_transformers_cleanup:
        shell.input_transformers_cleanup.append(_halt)
    # where a learner looks for 255 or 24.96, NumPy writes np.int64(255) and np.float64(24.959999999999997)
    show = shell.display_formatter.formatters["text/plain"].for_type
    for whole in (np.int64, np.int32, np.bool_):
        show(whole, lambda number, page, cycle: page.text(str(number)))
    show(np.float64, lambda number, page, cycle: page.text(_short(float(number))))


def _short(number: float) -> str:
    """A number with four decimals, a tiny one with four digits."""
    return f"{number:.4g}" if abs(number) < 0.01 else str(round(number, 4))


def _halt(lines: list[str]) -> list[str]:
    """A cell with a gap stops: some would give a wrong number without complaint."""
    return ["raise NameError\n"] if _gap("".join(lines)) else lines


def _gap(code: str) -> int:
    """The first line with a gap, counted from 1, else 0."""
    return next((n for n, line in enumerate(code.splitlines(), 1) if GAP in line.partition("#")[0]), 0)


def slip(error: Exception, trace: TracebackType | None, code: str, names: dict[str, Any]) -> tuple[str, dict[str, str]]:
    """The word of the sentence that fits an error in a cell's code, and what it tells."""
    if gap := _gap(code):
        return "slip_gap", {"line": str(gap), "gap": GAP}
    line = {"line": str(_line(error, trace, names))}
    match error:
        case SyntaxError():
            return "slip_syntax", line
        case NameError():
            return "slip_name", line | {"name": str(error.name or "?")}
        case KeyError():
            return "slip_key", line | {"name": str(error.args[0] if error.args else "?")[:80]}
        case AttributeError():
            return "slip_attribute", line | {"name": str(error.name or "?")}
        case FileNotFoundError():
            return "slip_file", line | {"name": str(error.filename)}
    return "slip_other", line | {"kind": type(error).__name__}


def _line(error: Exception, trace: TracebackType | None, names: dict[str, Any]) -> int:
    """The line of the cell where it went wrong: not the one deep inside a library."""
    if isinstance(error, SyntaxError):
        return error.lineno or 1
    while trace and trace.tb_frame.f_globals is not names:
        trace = trace.tb_next
    return trace.tb_lineno if trace else 1
