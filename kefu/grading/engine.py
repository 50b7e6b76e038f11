"""The engine: grade a paper's submissions from data, a batch at a time, with the rows and files of nbgrader autograde."""

import atexit
import os
import shutil
import sys
from collections.abc import Callable, Collection
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import NamedTuple

from dateutil.parser import parse

from kefu import journal
from kefu.grading import cells
from kefu.grading.folders import copy, place, publish
from kefu.grading.page import Pages
from kefu.grading.plan import Plan
from kefu.grading.sandbox import WALLS, Sandbox
from kefu.grading.spread import Over
from kefu.grading.store import Row, Store, naive
from kefu.strings import words

BATCH = 64
LAB_BATCH = 4  # a lab takes a hundred times as long as a quiz
SENTENCE, SENTENCES = 300, 30  # letters of a sentence about a submission, and sentences


class Marked(NamedTuple):
    """What became of one submission: its row, the folder that waits for its name, and what a grader should know."""

    row: Row
    part: Path | None
    odd: tuple[str, ...] = ()
    problem: str = ""


class Summary(NamedTuple):
    """What a run did: (learner, sentence) of what is odd and of what failed; how many of its submissions wait for a person."""

    graded: int
    skipped: int
    flagged: list[tuple[str, str]]
    failed: list[tuple[str, str]]
    to_mark: int = 0


def grade(plan: Plan, store: Store, root: Path, ignore: list[str], *, over: Over = map, force: bool = False, learners: Collection[str] = (), tell: Callable[[int, int], None] = lambda done, total: None) -> Summary:  # fmt: skip
    """Mark every submission of a paper that is new or newer than its marking, `over` many processes; `tell` hears (done, total).

    First the rows of a batch are committed, then its folders get their names, so a run that was killed goes on
    where it stopped. A submission that cannot be marked is listed, keeps no points and stops nothing.
    """
    found = [folder for folder in submissions(root, plan.paper) if not learners or folder.parent.name in learners]
    due = [folder for folder in found if force or not up_to_date(root, folder)]
    for left in (root / "autograded").glob(f"*/.{plan.paper}.*"):  # by a run that was killed
        shutil.rmtree(left, ignore_errors=True)
    summary, done, to_mark = Summary(0, len(found) - len(due), [], []), 0, 0
    mark = partial(mark_all, plan, root / "autograded", root / "source" / plan.paper, ignore)
    size = LAB_BATCH if plan.of else BATCH
    for batch in over(mark, [due[n : n + size] for n in range(0, len(due), size)]):
        store.write(marked.row for marked in batch)
        to_mark += len(store.to_mark([marked.row.learner for marked in batch if not marked.problem]))
        for marked in batch:
            target = root / "autograded" / marked.row.learner / plan.paper
            publish(marked.part, target)
            summary.flagged.extend((marked.row.learner, sentence) for sentence in marked.odd)
            if marked.problem:
                summary.failed.append((marked.row.learner, marked.problem))
        done += len(batch)
        tell(done, len(due))
    return summary._replace(graded=done - len(summary.failed), to_mark=to_mark)


_pages: dict[str, Pages] = {}  # one writer a process: it remembers what learners share


def mark_all(plan: Plan, autograded: Path, source: Path, ignore: list[str], folders: list[Path]) -> list[Marked]:
    """Mark submissions and write their folders beside the place they will have."""
    if plan.paper not in _pages or _pages[plan.paper].plan != plan:
        _pages[plan.paper] = Pages(plan)
    pages = _pages[plan.paper]
    marked = []
    for folder in folders:
        learner = folder.parent.name
        try:
            marked.append(_mark(plan, pages, folder, autograded / learner / f".{plan.paper}.part", source, ignore))
        except Exception as error:  # nothing that one learner hands in may stop the others
            problem = printable(f"{str(error) or type(error).__name__}; mend the file and grade again")
            marked.append(Marked(Row(learner, None, None), None, problem=problem))
    return marked


def printable(text: str) -> str:
    """A sentence with a learner's words in it, fit for a line of a grader's terminal."""
    return "".join(letter if letter.isprintable() else "?" for letter in text[:SENTENCE])


def _mark(plan: Plan, pages: Pages, folder: Path, part: Path, source: Path, ignore: list[str]) -> Marked:
    handed_in = time_of(folder)
    found = journal.read(folder / journal.NAME)
    own = cells.arrange(plan, cells.submitted(folder / f"{plan.paper}.ipynb")) if plan.of else {}
    shutil.rmtree(part, ignore_errors=True)
    part.mkdir(parents=True)
    copy(source, part, ["*.ipynb", *ignore])
    left = copy(folder, part, ["*.ipynb", *ignore])
    worked = work(plan, own, part, source) if plan.of else None
    if worked:
        found = plan.answered(found, worked.values)
    scores = plan.scores(found)
    text = pages.write(found, scores, worked)
    page = part / f"{plan.paper}.ipynb"
    page.write_text(text, encoding="utf-8")
    page.chmod(0o444)
    told = list(worked.odd) if worked else []
    told += [words("en")[f"odd_{reason}"].format(n=line) for reason, line in found.odd]
    told += [f"{plan.marks[name][0]}: the response {score.problem}" for name, score in scores.items() if score.problem]
    if until := journal.closing(found, plan.public.get("minutes", 0)):
        late = [item for item, time in found.times.items() if (when := journal.moment(time)) and when > until]
        told += [f"{item}: was answered after the time limit" for item in late]
    told += [f"{name}: is no plain file and was left out" for name in left]
    odd = tuple(printable(sentence) for sentence in told[:SENTENCES])
    return Marked(Row(folder.parent.name, handed_in, {name: score.earned for name, score in scores.items()}), part, odd)


_sandboxes: dict[int, Sandbox] = {}  # one a process, by its number, made when the first lab needs it
_warmed: set[tuple[int, str]] = set()


def sandbox(plan: Plan | None = None, source: Path | None = None) -> Sandbox:
    """The sandbox of this process, warmed with a lab's own code; `source` is the lab's folder in source/."""
    here = os.getpid()  # a forked worker must not talk into its parent's
    if here not in _sandboxes or _sandboxes[here].ended:
        _warmed.clear()
        _sandboxes[here] = Sandbox()
        atexit.register(_sandboxes[here].close)
        if missing := [wall for wall in WALLS if wall not in _sandboxes[here].walls]:
            print(f"this machine has no {' and no '.join(missing)}: learners' code runs with less than full walls; "
                  "grade on Linux 5.13 or later, x86-64", file=sys.stderr)  # fmt: skip
    if plan and source and (here, plan.paper) not in _warmed:
        _warmed.add((here, plan.paper))
        _sandboxes[here].warm(source, cells.worked(plan))
    return _sandboxes[here]


def work(plan: Plan, own: dict[int, list[cells.Cell]], files: Path, source: Path) -> cells.Worked:
    """A learner's cells run beside a copy of the files, which nobody sees again."""
    with place() as folder:
        hidden = shutil.ignore_patterns(journal.NAME)
        shutil.copytree(files, folder, dirs_exist_ok=True, ignore=hidden, copy_function=shutil.copyfile)
        return cells.work(plan, own, sandbox(plan, source), folder)


def submissions(root: Path, paper: str) -> list[Path]:
    """The folders of a paper in submitted/, in the order of the learners' ids."""
    return sorted(folder for folder in (root / "submitted").glob(f"*/{paper}") if not folder.parent.name.startswith("."))


def up_to_date(root: Path, submitted: Path) -> bool:
    """Whether a submission has been marked, and was not handed in again since."""
    autograded = root / "autograded" / submitted.parent.name / submitted.name
    if not autograded.exists():
        return False
    try:
        new, old = time_of(submitted), time_of(autograded)
    except (OSError, ValueError):
        return False
    return new is None or (old is not None and new <= old)


def time_of(folder: Path) -> datetime | None:
    """When a submission was handed in, as nbgrader stores it; raises ValueError when the file holds no time."""
    path = folder / "timestamp.txt"
    if not path.is_file() or path.is_symlink():
        return None
    with path.open(encoding="utf-8") as file:
        text = file.read(100).strip()
    try:
        return naive(parse(text)) if text else None
    except (ValueError, OverflowError):
        raise ValueError(f"timestamp.txt: {text[:40]!r} is no time") from None
