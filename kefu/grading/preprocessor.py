"""Inside nbgrader: stock `nbgrader autograde` and the formgrader's button mark Kefu's papers from data too."""

import json
from pathlib import Path
from typing import Any

import nbformat
from nbformat import NotebookNode
from nbgrader.coursedir import CourseDirectory
from nbgrader.preprocessors import Execute, NbGraderPreprocessor

from kefu import journal
from kefu.grading import plan
from kefu.grading.page import Pages


def _plan(preprocessor: NbGraderPreprocessor, resources: dict[str, Any]) -> plan.Plan | None:
    """The plan of the paper at hand; None for an assignment that needs a kernel."""
    course = CourseDirectory(config=preprocessor.config)
    try:
        found = plan.read(Path(course.format_path(course.source_directory, ".", resources["nbgrader"]["assignment"])))
    except FileNotFoundError:
        return None
    return None if found.foreign else found


class FromSource(NbGraderPreprocessor):
    """Takes a paper's own notebook in place of the submitted one: a learner's cells are never needed, so they harm nothing."""

    def preprocess(self, nb: NotebookNode, resources: dict[str, Any]) -> tuple[NotebookNode, dict[str, Any]]:
        found = _plan(self, resources)
        if found:
            nb = nbformat.reads(json.dumps(found.notebook), as_version=4)
        return nb, resources


class HideName(NbGraderPreprocessor):
    """Keeps the learner's name, id and folder out of the formgrader's marking page; the submission's number stands for them."""

    def preprocess(self, nb: NotebookNode, resources: dict[str, Any]) -> tuple[NotebookNode, dict[str, Any]]:
        if "student" in resources:  # the formgrader asks; a feedback page names nobody
            number = f"Submission #{resources['index'] + 1}"
            resources |= {"student": number, "last_name": None, "first_name": None, "notebook_path": ""}
        return nb, resources


class MarkFromData(Execute):
    """Fills in a paper's outputs from the journal, where nbgrader would run the notebook; runs any other assignment."""

    def preprocess(self, nb: NotebookNode, resources: dict[str, Any], **kwargs: Any) -> tuple[NotebookNode, dict[str, Any]]:
        found = _plan(self, resources)
        if found is None:
            return super().preprocess(nb, resources, **kwargs)
        answers = journal.read(Path(resources["metadata"]["path"]) / journal.NAME)
        return nbformat.reads(Pages(found).write(answers, found.scores(answers)), as_version=4), resources
