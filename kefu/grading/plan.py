"""The plan: what a paper's source notebook says about marking, read and never run."""

import ast
import json
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from kefu.items import Score, score
from kefu.journal import Journal


@dataclass(frozen=True)
class Plan:
    """How to mark a paper: its source notebook, its public view, and the literals of every marking cell.

    `marks` maps a marking cell's grade id to (item id, keyword arguments of `score`); `of` maps it to the variable it takes,
    when it marks a value of a lab and no answer in the journal. `hand` maps a task cell, which a person marks, to its points.
    `foreign` names the graded cells that are neither: their tests are code, which runs beside the learner's.
    """

    paper: str
    notebook: dict[str, Any]
    public: dict[str, Any]
    marks: dict[str, tuple[str, dict[str, Any]]]
    of: dict[str, str]
    hand: dict[str, float]
    foreign: tuple[str, ...]

    @property
    def points(self) -> dict[str, float]:
        """The points of every graded cell."""
        return {grade_id: literals["points"] for grade_id, (_, literals) in self.marks.items()} | self.hand

    def scores(self, found: Journal) -> dict[str, Score]:
        """The score of every marking cell for the responses of a journal."""
        return {cell: score(response=found.responses.get(item), **literals) for cell, (item, literals) in self.marks.items()}

    def answered(self, found: Journal, values: dict[str, Any]) -> Journal:
        """A journal in which a lab's `values`, by marking cell, stand for what it says of their items."""
        taken = {self.marks[cell][0]: values.get(cell) for cell in self.of}
        return replace(found, responses=found.responses | taken)


def read(folder: Path) -> Plan:
    """Read the plan from a paper's folder in source/.

    Raises FileNotFoundError when it is no paper of Kefu's, ValueError when a file of it is broken.
    """
    name = folder.name
    try:
        public = json.loads((folder / "paper.json").read_text(encoding="utf-8"))
        notebook = json.loads((folder / f"{name}.ipynb").read_text(encoding="utf-8"))
    except FileNotFoundError as error:
        raise FileNotFoundError(f"{error.filename}: is missing; run kefu build") from None
    except ValueError as error:
        raise ValueError(f"{folder}: {error}; run kefu build") from None
    marks, of, hand, foreign = {}, {}, {}, []
    for cell in notebook["cells"]:
        told = cell["metadata"].get("nbgrader", {})
        if told.get("grade") or told.get("solution") or told.get("task"):
            call = mark_call("".join(cell["source"])) if told.get("grade") and not told.get("solution") else None
            if call:
                item, literals = call
                if "of" in literals:
                    of[told["grade_id"]] = literals.pop("of")
                marks[told["grade_id"]] = item, literals
            elif told.get("task"):
                hand[told["grade_id"]] = float(told["points"])
            else:
                foreign.append(told["grade_id"])
    return Plan(name, notebook, public, marks, of, hand, tuple(foreign))


def mark_call(source: str) -> tuple[str, dict[str, Any]] | None:
    """The item id and the literal arguments of a cell that is one `mark(…)` call, else None."""
    try:
        match ast.parse(source).body:
            case [ast.Expr(ast.Call(ast.Name("mark"), [ast.Constant(str(item))], keywords))]:
                return item, {str(keyword.arg): ast.literal_eval(keyword.value) for keyword in keywords}
    except (SyntaxError, ValueError):
        pass
    return None
