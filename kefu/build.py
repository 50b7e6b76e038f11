"""Build: a paper's source notebook and paper.json, the same bytes every time."""

import json
from hashlib import sha256
from pathlib import Path
from pprint import pformat
from typing import Any

import nbformat
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_output

from kefu.items import LANGS, Item, kind_module, score
from kefu.journal import Journal
from kefu.paper import Paper
from kefu.strings import words
from kefu.views import Static, covered, ended, marked, static

LOCKED = {"grade": False, "grade_id": "", "locked": True, "solution": False, "task": False, "schema_version": 3}
KERNEL = {"display_name": "Python 3 (ipykernel)", "language": "python", "name": "python3"}


def notebook(paper: Paper) -> nbformat.NotebookNode:
    """The source notebook of a paper, with the output each cell gives before anyone has answered."""
    lang = LANGS[0]
    told = paper.public()
    cells = [
        _code("from kefu import ask, cover, hand_in, mark", "setup", []),
        _code("cover()", "cover", [_shown(covered(told, lang))]),
    ]
    for n, item in enumerate(paper.items, 1):
        public, place = item.public(), f"{n} / {len(paper.items)}"
        cells.append(_code(f'ask("{item.id}")', item.id, [_shown(static(public, lang, None, place))]))
        marked = kind_module(item.kind).MARKED
        if marked == "data":
            cells.append(_mark_cell(item, item.marking(paper.credit[item.kind]), lang))
        elif marked == "hand":
            cells.append(_hand_cell(item))
    cells.append(_code("hand_in()", "hand-in", [_shown(ended(told, Journal(), lang))]))
    for n, cell in enumerate([cell for cell in cells if cell.cell_type == "code"], 1):
        cell.execution_count = n
        for output in cell.outputs:
            if output.output_type == "execute_result":
                output.execution_count = n
    return new_notebook(cells=cells, metadata={"kernelspec": KERNEL, "kefu": {"paper": paper.name}})


def _mark_cell(item: Item, marking: dict[str, Any], lang: str) -> nbformat.NotebookNode:
    arguments = ",\n".join(f"    {name}={pformat(value, sort_dicts=False, width=110)}" for name, value in marking.items())
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
    """Write source/<paper>/<paper>.ipynb and paper.json; returns the files that changed."""
    folder = source / paper.name
    folder.mkdir(parents=True, exist_ok=True)
    texts = {
        folder / f"{paper.name}.ipynb": nbformat.writes(notebook(paper)) + "\n",
        folder / "paper.json": json.dumps(paper.public(), ensure_ascii=False, indent=1) + "\n",
    }
    changed = [path for path, text in texts.items() if not path.exists() or path.read_text(encoding="utf-8") != text]
    for path in changed:
        path.write_text(texts[path], encoding="utf-8", newline="\n")
    return changed
