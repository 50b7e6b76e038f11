"""Assignments that are none of Kefu's: nbgrader's own steps, a submission at a time, the learner's code in the sandbox.

nbgrader's converter writes to a hidden folder; a submission gets its place in autograded/ when all of it is there.
"""

import logging
import shutil
import warnings
from collections.abc import Callable, Collection
from functools import partial
from pathlib import Path
from typing import Any

from traitlets.config import Config

from kefu import database
from kefu.grading.engine import SENTENCES, Summary, printable, submissions, up_to_date
from kefu.grading.folders import publish
from kefu.grading.spread import Over

HIDDEN = ".autograding"
STEPS = {
    "sanitize_preprocessors": "kefu.grading.preprocessor.FromSource",
    "autograde_preprocessors": "kefu.grading.preprocessor.MarkFromData",
}


def grade(paper: str, root: Path, *, over: Over = map, force: bool = False, learners: Collection[str] = (),
          tell: Callable[[int, int], None] = lambda done, total: None) -> Summary:  # fmt: skip
    """Grade every submission of an assignment that is new or newer than its marking; `tell` hears (done, total)."""
    found = [folder for folder in submissions(root, paper) if not learners or folder.parent.name in learners]
    due = [folder.parent.name for folder in found if force or not up_to_date(root, folder)]
    summary = Summary(0, len(found) - len(due), [], [])
    done = over(partial(grade_one, root, paper), due)
    for count, (learner, (problem, odd)) in enumerate(zip(due, done, strict=True), 1):
        summary.flagged.extend((learner, sentence) for sentence in odd)
        if problem:
            summary.failed.append((learner, problem))
        tell(count, len(due))
    return summary._replace(graded=len(due) - len(summary.failed))


def grade_one(root: Path, paper: str, learner: str) -> tuple[str, list[str]]:
    """Grade one submission; returns why it could not be graded, or an empty string, and what is odd about it."""
    from nbgrader.converters import Autograde  # here, as nbgrader takes seconds to load
    from nbgrader.coursedir import CourseDirectory

    from kefu.grading.preprocessor import FLAGGED

    config = _config(root, paper, learner)
    shutil.rmtree(root / HIDDEN / learner / paper, ignore_errors=True)
    heard = _Heard()
    logger = logging.getLogger("traitlets")
    logger.addHandler(heard)
    logger.propagate = False
    problem = ""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # nbgrader gives several for every submission
            converter: Any = Autograde(coursedir=CourseDirectory(config=config), config=config)
            converter.start()
    except (Exception, SystemExit) as error:  # one bad submission stops nobody
        problem = (heard.errors[0] if heard.errors else str(error) or type(error).__name__)[:300]
    finally:
        logger.removeHandler(heard)
    made = root / HIDDEN / learner / paper
    if not problem and not made.is_dir():
        problem = "holds no notebook of this assignment"
    if problem:
        _forget(config, paper, learner)
    publish(None if problem else made, root / "autograded" / learner / paper)
    odd = [printable(line.removeprefix(FLAGGED)) for line in heard.lines if line.startswith(FLAGGED)]
    return printable(problem), odd[:SENTENCES]


class _Heard(logging.Handler):
    """Keeps what nbgrader says of a submission: warnings, and what its errors come down to."""

    def __init__(self) -> None:
        super().__init__(logging.WARNING)
        self.lines: list[str] = []
        self.errors: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        said = record.getMessage().strip()
        self.lines.append(said)
        if record.levelno >= logging.ERROR and said:
            last = said.splitlines()[-1]
            if said.startswith("Traceback"):  # of several errors the trace says most
                self.errors.insert(0, last.partition(": ")[2] or last)
            else:
                self.errors.append(last)


def _config(root: Path, paper: str, learner: str) -> Config:
    """The school's settings with our first steps in front, for one submission."""
    config = database.settings(root)
    config.CourseDirectory.root = str(root)
    config.CourseDirectory.assignment_id, config.CourseDirectory.student_id = paper, learner
    config.CourseDirectory.autograded_directory = HIDDEN
    from nbgrader.converters import Autograde

    for name, step in STEPS.items():
        steps = list(config.Autograde.get(name, getattr(Autograde, name).default()))
        if step not in steps:
            steps = [step, *steps] if name.startswith("sanitize") else [step, *steps[1:]]
        config.Autograde[name] = steps
    return config


def _forget(config: Config, paper: str, learner: str) -> None:
    """Take away the points an earlier marking left to a submission that can no longer be marked."""
    from nbgrader.api import Gradebook, MissingEntry
    from nbgrader.coursedir import CourseDirectory

    with Gradebook(CourseDirectory(config=config).db_url) as gradebook:
        try:
            submission = gradebook.find_submission(paper, learner)
        except MissingEntry:
            return
        for notebook in submission.notebooks:
            for mark in notebook.grades:
                mark.auto_score, mark.needs_manual_grade = None, True
        gradebook.db.commit()
