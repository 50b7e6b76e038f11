"""The lab: a learner's own cells between a paper's locked ones, run in the sandbox for the values they leave."""

import ast
import json
from collections import defaultdict
from pathlib import Path
from typing import Any, NamedTuple

from kefu.grading.plan import Plan
from kefu.grading.sandbox import Sandbox

SECONDS = 20.0  # wall time of a lab
CELL_SECONDS = 10.0  # of a cell
LARGEST = 20 << 20  # bytes of a notebook that is read
LONGEST = 300_000  # letters of a learner's own code in all
HONEST = {"pandas", "numpy", "matplotlib", "math", "statistics", "datetime", "random", "itertools", "collections"}
STRANGE = {"mark", "ask", "passage", "get_ipython", "exec", "eval", "compile", "open", "globals", "locals", "vars", "setattr",
           "delattr", "getattr", "breakpoint"}  # fmt: skip
ENDS = {
    "time": "its code ran too long and was stopped",
    "flood": "its code gave more output than can be kept and was stopped",
    "disk": "its code wrote more than it may and was stopped",
    "died": "its code ended the process it ran in",
    "garbled": "its code meddled with the process it ran in",
}

Cell = dict[str, Any]


class Worked(NamedTuple):
    """What a learner's code came to: values by marking cell, what is odd, and outputs for the page.

    `own` maps a place in the paper's notebook to the learner's cells after it, outputs filled in; `outputs` maps the places of
    the paper's own code cells to theirs.
    """

    values: dict[str, Any]
    odd: tuple[str, ...]
    own: dict[int, list[Cell]]
    outputs: dict[int, list[Cell]]


def submitted(path: Path) -> list[Cell]:
    """The cells of a learner's notebook; raises ValueError when it cannot be read as one."""
    if not path.is_file() or path.is_symlink():
        there = ", ".join(sorted(other.name for other in path.parent.glob("*.ipynb"))[:5]) or "none"
        raise ValueError(f"{path.name}: is not among the files handed in; notebooks there: {there}")
    if path.stat().st_size > LARGEST:
        raise ValueError(f"{path.name}: has {path.stat().st_size} bytes, more than any lab")
    try:
        cells = json.loads(path.read_text(encoding="utf-8"))["cells"]
        return [cell | {"source": "".join(cell["source"]), "metadata": dict(cell.get("metadata", {}))} for cell in cells]
    except (ValueError, RecursionError, KeyError, TypeError, AttributeError):
        raise ValueError(f"{path.name}: is no notebook that can be read") from None


def arrange(plan: Plan, cells: list[Cell]) -> dict[int, list[Cell]]:
    """A learner's own code cells by the paper's cell they follow, -1 before the first.

    The paper's cells are the paper's, in its order, whatever became of them in the learner's notebook. Raises ValueError for
    more code than anybody writes.
    """
    places = {
        cell["metadata"]["nbgrader"]["grade_id"]: n
        for n, cell in enumerate(plan.notebook["cells"])
        if cell["metadata"].get("nbgrader")
    }
    own: dict[int, list[Cell]] = defaultdict(list)
    last, count = -1, 0
    for cell in cells:
        told = cell["metadata"].get("nbgrader")
        name = told.get("grade_id") if isinstance(told, dict) else None
        if isinstance(name, str) and name in places:
            last = max(last, places[name])
        elif cell.get("cell_type") == "code" and cell["source"].strip():
            mine = {"cell_type": "code", "id": f"own-{count}", "metadata": {}, "source": cell["source"]}
            own[last].append(mine | {"outputs": [], "execution_count": None})
            count += 1
    if sum(len(cell["source"]) for cells in own.values() for cell in cells) > LONGEST:
        raise ValueError(f"its own code has more than {LONGEST} letters")
    return dict(own)


def work(plan: Plan, own: dict[int, list[Cell]], sandbox: Sandbox, folder: Path) -> Worked:
    """Run a learner's cells in `folder`, among the paper's worked ones, and take the values the marking cells ask for."""
    steps: list[dict[str, Any]] = []
    heard: list[tuple[str, Any]] = []  # what each step's answer is for
    for n in range(-1, len(plan.notebook["cells"])):
        cell: Cell = plan.notebook["cells"][n] if n >= 0 else {"cell_type": "", "metadata": {}}
        name = cell["metadata"].get("nbgrader", {}).get("grade_id", "")
        if name in plan.of:
            steps.append({"of": plan.of[name]})
            heard.append(("value", name))
        elif _worked(cell):
            steps.append({"source": "".join(cell["source"])})
            heard.append(("worked", n))
        for mine in own.get(n, []):
            steps.append({"source": mine["source"]})
            heard.append(("own", mine))
    ran = sandbox.run(folder, steps, SECONDS, CELL_SECONDS, plain=True)
    values, outputs = {}, {}
    odd = [f"its code did what no computation needs: {thing}" for thing in ran.did]
    if ran.end != "done":
        odd.append(ENDS[ran.end])
    odd += [thing for cells in own.values() for cell in cells for thing in strange(cell["source"])]
    for (kind, where), told in zip(heard, ran.cells, strict=False):
        if kind == "value" and "value" in told:
            values[where] = told["value"]
        elif kind == "value" and "odd" in told:
            odd.append(f"{plan.of[where]}: holds a {str(told['odd'])[:100]}, which is no plain data")
        elif kind == "worked":
            outputs[where] = _plain(told["outputs"])
        elif kind == "own":
            where["outputs"] = _plain(told["outputs"])
    return Worked(values, tuple(dict.fromkeys(odd)), own, outputs)


def worked(plan: Plan) -> list[str]:
    """The code of a lab's worked cells."""
    return ["".join(cell["source"]) for cell in plan.notebook["cells"] if _worked(cell)]


def _worked(cell: Cell) -> bool:
    """Whether a cell is the paper's own code, to be run as it is; its calls of Kefu's are hidden."""
    shown = not cell["metadata"].get("jupyter", {}).get("source_hidden")
    return cell["cell_type"] == "code" and bool(cell["metadata"].get("nbgrader")) and shown


def strange(source: str) -> list[str]:
    """What a learner's code speaks of that no computation needs: a grader should look at it. It costs no points."""
    try:
        tree = ast.parse(source)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        commands = [line.strip() for line in source.splitlines() if line.lstrip().startswith(("!", "%"))]
        return [f"its code has a command: {line[:60]}" for line in commands[:3]]
    found = set()
    for node in ast.walk(tree):
        match node:
            case ast.Import(names=names):
                found |= {f"imports {name.name}" for name in names if name.name.partition(".")[0] not in HONEST}
            case ast.ImportFrom(module=module) if (module or ".").partition(".")[0] not in HONEST:
                found.add(f"imports {module}")
            case ast.Name(id=name) if name in STRANGE or _inner(name):
                found.add(f"uses {name}")
            case ast.Attribute(attr=name) if _inner(name):
                found.add(f"uses {name}")
            case ast.FunctionDef(name=name) if name in STRANGE or _inner(name):
                found.add(f"defines {name}")
    return [f"its code {thing[:80]}" for thing in sorted(found)[:5]]


def _inner(name: str) -> bool:
    """Whether a name is one of Python's own, like __class__; ____ is only a gap."""
    return name.startswith("__") and name.endswith("__") and bool(name.strip("_"))


def _plain(outputs: list[Cell]) -> list[Cell]:
    """Outputs as text alone: a page that shows them must not be able to act."""
    for output in outputs:
        if "data" in output:
            output["data"] = {"text/plain": output["data"].get("text/plain", "")}
        if output["output_type"] == "execute_result":
            output["execution_count"] = None
    return outputs
