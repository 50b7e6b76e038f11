"""Build: a paper's source notebook, paper.json and a lab's tables, the same bytes every time."""

import json
from hashlib import sha256
from pathlib import Path
from pprint import pformat
from typing import Any

import nbformat
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_output

from kefu.items import LANGS, Item, kind_module, score
from kefu.journal import Journal
from kefu.lab import Lab, Step
from kefu.paper import Paper
from kefu.strings import words
from kefu.views import Static, covered, ended, marked, passage, static

LOCKED = {"grade": False, "grade_id": "", "locked": True, "solution": False, "task": False, "schema_version": 3}
KERNEL = {"display_name": "Python 3 (ipykernel)", "language": "python", "name": "python3"}


def notebook(paper: Paper) -> nbformat.NotebookNode:
    """The source notebook of a paper, with the output each cell gives before anyone has answered."""
    lang = LANGS[0]
    told = paper.public()
    verbs = ["ask", "cover", "hand_in", "mark", *(["passage"] if paper.lab else [])]
    cells = [
        _code(f"from kefu import {', '.join(verbs)}", "setup", []),
        _code("cover()", "cover", [_shown(covered(told, lang))]),
    ]
    places = {item.id: n for n, item in enumerate(paper.items)}
    for step in paper.lab.steps if paper.lab else [Step("ask", i, i) for i in places]:
        if step.what == "passage":
            cells.append(_code(f'passage("{step.name}")', f"passage-{step.name}", [_shown(passage(told, step.name, lang))]))
        elif paper.lab and step.what in ("worked", "blank"):
            cells.append(_lab_cell(paper.lab, step))
        if step.item:
            cells += _item_cells(paper, places[step.item], step.what == "blank", lang)
    cells.append(_code("hand_in()", "hand-in", [_shown(ended(told, Journal(), lang))]))
    for n, cell in enumerate([cell for cell in cells if cell.cell_type == "code"], 1):
        cell.execution_count = n
        for output in cell.outputs:
            if output.output_type == "execute_result":
                output.execution_count = n
    return new_notebook(
        cells=cells, metadata={"kernelspec": KERNEL, "kefu": {"paper": paper.name, **({"lab": True} if paper.lab else {})}}
    )


def _item_cells(paper: Paper, place: int, of_notebook: bool, lang: str) -> list[nbformat.NotebookNode]:
    """The cell that asks an item, and the one that marks it; in a lab by the notebook's own variable."""
    item = paper.items[place]
    view = static(item.public(), lang, None, f"{place + 1} / {len(paper.items)}")
    cells = [_code(f'ask("{item.id}")', item.id, [_shown(view)])]
    marked = kind_module(item.kind).MARKED
    if marked == "data":
        of = {"of": item.key["name"]} if of_notebook else {}
        cells.append(_mark_cell(item, of, item.marking(paper.credit[item.kind]), lang))
    elif marked == "hand":
        cells.append(_hand_cell(item))
    return cells


def _lab_cell(lab: Lab, step: Step) -> nbformat.NotebookNode:
    """Code that a learner sees: worked, which stays as it is, or with a blank, which is theirs.

    nbgrader knows nothing of a blank's cell, so that it keeps what a learner wrote. The tags are for nbval: a release
    is checked as it stands, with its blanks, and pictures differ from machine to machine.
    """
    waits = step.what == "blank" or step.name in lab.waits()
    tags = {"tags": ["nbval-skip" if waits else "nbval-ignore-output"], "deletable": False}
    if step.what == "blank":
        return new_code_cell(lab.code[step.name], id=_cell_id(f"blank-{step.name}"), metadata=tags)
    cell = _code(lab.code[step.name], f"code-{step.name}", [])
    del cell.metadata["jupyter"]
    cell.metadata |= tags
    return cell


def _mark_cell(item: Item, of: dict[str, str], marking: dict[str, Any], lang: str) -> nbformat.NotebookNode:
    arguments = ",\n".join(
        f"    {name}={pformat(value, sort_dicts=False, width=110)}" for name, value in (of | marking).items()
    )
    source = f'### BEGIN HIDDEN TESTS\nmark(\n    "{item.id}",\n{arguments},\n)\n### END HIDDEN TESTS'
    blank = score(response=None, **marking)
    verdict = marked(blank, lang)
    shown = new_output("display_data", data={"text/html": verdict.html, "text/plain": repr(verdict)})
    value = new_output("execute_result", data={"text/plain": repr(blank.earned)})
    cell = _code(source, f"{item.id}-mark", [shown, value])
    cell.metadata["nbgrader"] |= {"grade": True, "points": item.points}
    return cell


def _hand_cell(item: Item) -> nbformat.NotebookNode:
    """A task cell: the formgrader asks for its points by hand and shows the mark scheme, which no release holds."""
    lines = [f"**{' · '.join(words(lang)['by_hand'] for lang in LANGS)}**", "", "<!-- BEGIN MARK SCHEME -->"]
    for lang in LANGS:
        lines += ["", f"**{words(lang)['own_name']}**", ""]
        lines += [f"- {sign} **{label}**: {why}" for sign, label, why in kind_module(item.kind).solution(item, lang)]
    name = f"{item.id}-hand"
    told = {"grade_id": name, "task": True, "points": item.points, "cell_type": "markdown"}
    metadata = {"nbgrader": LOCKED | told, "editable": False, "deletable": False}
    return new_markdown_cell("\n".join([*lines, "", "<!-- END MARK SCHEME -->"]), id=_cell_id(name), metadata=metadata)


def _shown(view: Static) -> nbformat.NotebookNode:
    return new_output("execute_result", data={"text/html": view.html, "text/plain": repr(view)})


def _code(source: str, name: str, outputs: list[nbformat.NotebookNode]) -> nbformat.NotebookNode:
    metadata = {
        "nbgrader": LOCKED | {"grade_id": name, "cell_type": "code"},
        "jupyter": {"source_hidden": True},
        "editable": False,
        "deletable": False,
    }
    return new_code_cell(source, id=_cell_id(name), outputs=outputs, metadata=metadata)


def _cell_id(name: str) -> str:
    """A notebook's cell id, at most 64 characters, from a name that may be longer."""
    return name if len(name) <= 64 else sha256(name.encode()).hexdigest()[:32]


def write(paper: Paper, source: Path) -> list[Path]:
    """Write source/<paper>/<paper>.ipynb, paper.json and data/<table>.csv; returns the files that changed."""
    folder = source / paper.name
    texts = {
        folder / f"{paper.name}.ipynb": nbformat.writes(notebook(paper)) + "\n",
        folder / "paper.json": json.dumps(paper.public(), ensure_ascii=False, indent=1) + "\n",
    }
    texts |= {folder / "data" / f"{name}.csv": text for name, text in (paper.lab.tables() if paper.lab else {}).items()}
    changed = [path for path, text in texts.items() if not path.exists() or path.read_text(encoding="utf-8") != text]
    for path in changed:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(texts[path], encoding="utf-8", newline="\n")
    return changed
