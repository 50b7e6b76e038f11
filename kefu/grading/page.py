"""The marked page: a paper's notebook with what a kernel would have shown, written from data."""

import json
from typing import Any

from kefu.grading.cells import Worked
from kefu.grading.plan import Plan
from kefu.items import Score
from kefu.journal import Journal
from kefu.views import Static, covered, ended, marked, passage, spoken, static

REMEMBERED = 20_000  # texts kept for the next learner who gives the same response


class Pages:
    """Writes a paper's marked notebooks; what learners share is made once."""

    def __init__(self, plan: Plan) -> None:
        self.plan = plan
        self._items = {item["id"]: item for item in plan.public["items"]}
        self._places = {name: f"{n} / {len(self._items)}" for n, name in enumerate(self._items, 1)}
        self._cells = [_without_outputs(cell) for cell in plan.notebook["cells"]]
        rest = {key: value for key, value in plan.notebook.items() if key != "cells"}
        self._rest = json.dumps(rest, ensure_ascii=False)[1:]
        self._known: dict[tuple[str, ...], str] = {}

    def write(self, found: Journal, scores: dict[str, Score], worked: Worked | None = None) -> str:
        """The notebook as JSON text, every code cell with its outputs; a lab's with the learner's own cells."""
        lang = spoken(found)
        parts = [json.dumps(mine) for mine in worked.own.get(-1, [])] if worked else []
        for n, (cell, text) in enumerate(zip(self.plan.notebook["cells"], self._cells, strict=True)):
            if worked and cell["cell_type"] == "code" and "nbgrader" not in cell["metadata"]:
                text = ""  # a gap to fill: the learner's cell stands for it
            elif worked and n in worked.outputs:
                parts.append(f'{text}, "outputs": {json.dumps(worked.outputs[n])}}}')
            elif cell["cell_type"] == "code":
                parts.append(f'{text}, "outputs": {self._outputs(cell, n + 1, found, scores, lang)}}}')
            else:
                parts.append(f"{text}}}")
            if worked:
                parts += [json.dumps(mine, ensure_ascii=False) for mine in worked.own.get(n, [])]
        return '{"cells": [' + ",\n".join(parts) + "], " + self._rest + "\n"

    def outputs(self, cell: Any, n: int, found: Journal, scores: dict[str, Score]) -> list[Any]:
        """The outputs of one of the paper's own cells."""
        return json.loads(self._outputs(cell, n, found, scores, spoken(found)))

    def _outputs(self, cell: Any, n: int, found: Journal, scores: dict[str, Score], lang: str) -> str:
        """A code cell's outputs as JSON text."""
        name = cell["metadata"].get("nbgrader", {}).get("grade_id", "")
        if name in scores:
            score = scores[name]
            shown = {"output_type": "display_data", "metadata": {}, "data": _data(marked(score, lang))}
            value = {
                "output_type": "execute_result",
                "metadata": {},
                "execution_count": n,
                "data": {"text/plain": repr(score.earned)},
            }
            return self._remembered((name, lang, score.verdict, repr(score.earned)), lambda: [shown, value])
        if name in self._items:
            response = found.responses.get(name)
            key = (name, lang, json.dumps(response))
            return self._remembered(key, lambda: [_result(static(self._items[name], lang, response, self._places[name]), n)])
        source = "".join(cell["source"])
        if source.startswith("passage("):
            told = source.removeprefix('passage("').removesuffix('")')
            return self._remembered((source, lang), lambda: [_result(passage(self.plan.public, told, lang), n)])
        if source == "cover()":
            return self._remembered(("cover", lang), lambda: [_result(covered(self.plan.public, lang), n)])
        if source == "hand_in()":
            return json.dumps([_result(ended(self.plan.public, found, lang), n)], ensure_ascii=False)
        return "[]"

    def _remembered(self, key: tuple[str, ...], make: Any) -> str:
        if key not in self._known:
            if len(self._known) >= REMEMBERED:
                self._known.clear()
            self._known[key] = json.dumps(make(), ensure_ascii=False)
        return self._known[key]


def _without_outputs(cell: Any) -> str:
    """A cell as JSON text that is still open at its end."""
    return json.dumps({key: value for key, value in cell.items() if key != "outputs"}, ensure_ascii=False)[:-1]


def _data(view: Static) -> dict[str, str]:
    return {"text/html": view.html, "text/plain": repr(view)}


def _result(view: Static, n: int) -> dict[str, Any]:
    return {"output_type": "execute_result", "metadata": {}, "execution_count": n, "data": _data(view)}
