"""Inside nbgrader: stock `nbgrader autograde` and the formgrader's button mark Kefu's papers from data too.

Labs and any other assignment in Python run in the sandbox, where nbgrader would start a kernel.
"""

import json
import re
from html import unescape
from pathlib import Path
from typing import Any

import nbformat
from nbconvert.filters import markdown2html_mistune
from nbconvert.preprocessors.sanitize import SanitizeHTML
from nbformat import NotebookNode
from nbformat.v4 import new_code_cell
from nbgrader.api import Gradebook
from nbgrader.coursedir import CourseDirectory
from nbgrader.preprocessors import Execute, NbGraderPreprocessor

from kefu import journal
from kefu.grading import cells, engine, folders, plan
from kefu.grading.page import Pages

FLAGGED = "flagged: "  # how a line of the log begins that a grader should see
KIT = {"setup", "cover", "hand-in"}  # the names of a paper's own cells besides its items
ACTS = re.compile(r"=\s*[\"']?\s*(javascript|vbscript|data):", re.I)
SLOW = 20  # cells of an assignment that may take all the time a cell has
Resources = dict[str, Any]


def _plan(preprocessor: NbGraderPreprocessor, resources: Resources) -> plan.Plan | None:
    """The plan of the paper at hand; None for an assignment that is none of Kefu's."""
    try:
        return plan.read(_source(preprocessor, resources))
    except FileNotFoundError:
        return None


def _source(preprocessor: NbGraderPreprocessor, resources: Resources) -> Path:
    """The folder of the assignment at hand in source/."""
    course = CourseDirectory(config=preprocessor.config)
    return Path(course.format_path(course.source_directory, ".", resources["nbgrader"]["assignment"]))


class FromSource(NbGraderPreprocessor):
    """Takes a paper's own notebook in place of the submitted one, with a lab's cells of the learner in it.

    Any other assignment's cells get back what the gradebook knows of them; a copied, deleted or mangled cell stops nothing.
    """

    def preprocess(self, nb: NotebookNode, resources: Resources) -> tuple[NotebookNode, Resources]:
        found = _plan(self, resources)
        if found is None or found.foreign:
            self._mend(nb, resources)
        elif found.of:
            own = cells.arrange(found, [dict(cell) for cell in nb.cells])
            blank = cells.Worked({}, (), own, {})
            nb = nbformat.reads(Pages(found).write(journal.Journal(), {}, blank), as_version=4)
        else:
            nb = nbformat.reads(json.dumps(found.notebook), as_version=4)
        return nb, resources

    def _mend(self, nb: NotebookNode, resources: Resources) -> None:
        """Give every cell the gradebook knows its metadata back, once, and put deleted tests where they stood."""
        at = resources["nbgrader"]
        with Gradebook(at["db_url"]) as gradebook:
            master = gradebook.find_notebook(at["notebook"], at["assignment"])
            points = {cell.name: cell.max_score for cell in [*master.grade_cells, *master.task_cells]}
            solutions, tasks = ({cell.name for cell in group} for group in (master.solution_cells, master.task_cells))
            known = {
                cell.name: (cell.source, {
                    "grade_id": cell.name, "grade": cell.name in points and cell.name not in tasks, "locked": cell.locked,
                    "solution": cell.name in solutions, "task": cell.name in tasks, "schema_version": 3, "cell_type": cell.cell_type,
                    "checksum": cell.checksum, **({"points": points[cell.name]} if cell.name in points else {}),
                })
                for cell in master.source_cells
            }  # fmt: skip
        seen: set[str] = set()
        for cell in reversed(nb.cells):  # nbgrader too keeps the last of several
            told = cell.metadata.pop("nbgrader", None)
            name = told.get("grade_id") if isinstance(told, dict) else None
            if isinstance(name, str) and name in known and name not in seen:
                seen.add(name)
                cell.metadata["nbgrader"] = NotebookNode(known[name][1])
            elif told:
                self.log.warning("%scell %s is a copy or none of the assignment's; it is not marked", FLAGGED, name)
        order = [name for name in _order(_source(self, resources) / f"{at['notebook']}.ipynb") if name in known]
        for place, name in enumerate(order):
            source, told = known[name]
            if name not in seen and told["locked"] and told["cell_type"] == "code":
                self.log.warning("%scell %s was deleted; it is marked all the same", FLAGGED, name)
                cell = new_code_cell(source or "", metadata={"nbgrader": told})
                nb.cells.insert(_after(nb, order[:place]), cell)
                seen.add(name)


def _order(source: Path) -> list[str]:
    """The names of the assignment's cells in the order of its source notebook."""
    try:
        found = nbformat.read(source, as_version=4)
    except (OSError, ValueError):
        return []
    return [cell.metadata.get("nbgrader", {}).get("grade_id", "") for cell in found.cells]


def _language(source: Path) -> str:
    """The language of the assignment's own notebook: a learner's must not choose a kernel outside the sandbox."""
    try:
        return nbformat.read(source, as_version=4).metadata.get("kernelspec", {}).get("language", "python")
    except (OSError, ValueError):
        return "python"


def _after(nb: NotebookNode, before: list[str]) -> int:
    """The place after the last cell of those named, 0 when there is none."""
    return max(
        (n + 1 for n, cell in enumerate(nb.cells) if cell.metadata.get("nbgrader", {}).get("grade_id") in before), default=0
    )


def _tame(nb: NotebookNode) -> None:
    """Let nobody's markup act in the formgrader or in feedback: tags are cleaned, text with a link that runs code is shown as text."""
    SanitizeHTML().preprocess(nb, {})
    for cell in nb.cells:
        if cell.cell_type == "markdown" and _acts(cell.source):
            cell.source = "".join(f"    {line}\n" for line in cell.source.splitlines())
        for output in cell.get("outputs", []):
            if _acts(output.get("data", {}).get("text/markdown", "")):
                del output["data"]["text/markdown"]


def _acts(text: str) -> bool:
    """Whether Markdown would become a link that runs code; a picture of the cell's own is none."""
    return bool(ACTS.search(unescape(markdown2html_mistune(text.replace("attachment:", "")))))


class HideName(NbGraderPreprocessor):
    """Keeps the learner's name, id and folder out of the formgrader's marking page; the submission's number stands for them."""

    def preprocess(self, nb: NotebookNode, resources: Resources) -> tuple[NotebookNode, Resources]:
        if "student" in resources:  # the formgrader asks; a feedback page names nobody
            number = f"Submission #{resources['index'] + 1}"
            resources |= {"student": number, "last_name": None, "first_name": None, "notebook_path": ""}
        return nb, resources


class MarkFromData(Execute):
    """Fills in a paper's outputs from the journal, where nbgrader would run the notebook; what must run, runs in the sandbox."""

    def preprocess(self, nb: NotebookNode, resources: Resources, **kwargs: Any) -> tuple[NotebookNode, Resources]:
        found, folder = _plan(self, resources), Path(resources["metadata"]["path"])
        if found is None or found.foreign:
            if _language(_source(self, resources) / f"{resources['nbgrader']['notebook']}.ipynb") != "python":
                return super().preprocess(nb, resources, **kwargs)
            self._run(nb, folder, found)
            return nb, resources
        answers = journal.read(folder / journal.NAME)
        worked = None
        if found.of:
            own, source = cells.arrange(found, [dict(cell) for cell in nb.cells]), _source(self, resources)
            worked = engine.work(found, own, folder, source)
            answers = found.answered(answers, worked.values)
            for sentence in worked.odd:
                self.log.warning("%s%s", FLAGGED, sentence)
        return nbformat.reads(Pages(found).write(answers, found.scores(answers), worked), as_version=4), resources

    def _run(self, nb: NotebookNode, folder: Path, found: plan.Plan | None) -> None:
        """Run a notebook's cells in the sandbox, but for Kefu's own, which are filled in from data.

        Raises RuntimeError when the learner's code ended its process.
        """
        code = [cell for cell in nb.cells if cell.cell_type == "code"]
        ours = set(found.marks) | {item["id"] for item in found.public["items"]} | KIT if found else set()
        steps = [cell for cell in code if cell.metadata.get("nbgrader", {}).get("grade_id") not in ours]
        limit = float(self.timeout or 30)
        with folders.place() as place:
            folders.copy(folder, place, [])
            asked = [{"source": cell.source} for cell in steps]
            ran = engine.sandbox().run(place, asked, (limit + 2) * min(len(steps), SLOW) + 2, limit)
        for thing in ran.did:
            self.log.warning("%sits code did what few computations need: %s", FLAGGED, thing)
        if ran.end != "done":
            raise RuntimeError(cells.ENDS[ran.end])
        for cell, told in zip(steps, ran.cells, strict=True):
            cell.outputs = [NotebookNode(output) for output in told["outputs"]]
        _tame(nb)
        if found:
            answers, pages = journal.read(folder / journal.NAME), Pages(found)
            for cell in code:
                if cell not in steps:
                    shown = pages.outputs(cell, 0, answers, found.scores(answers))
                    cell.outputs = [NotebookNode(output) for output in shown]
        for n, cell in enumerate(code, 1):
            cell.execution_count = n
            for output in cell.outputs:
                if output["output_type"] == "execute_result":
                    output["execution_count"] = n
