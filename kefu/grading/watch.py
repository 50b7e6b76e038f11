"""`kefu watch`: take in what learners hand in, mark it and give them feedback, seconds after they press the button."""

import logging
import signal
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from glob import escape
from pathlib import Path
from typing import Any

from dateutil.parser import parse
from nbgrader.apps import NbGraderAPI

from kefu import database
from kefu.grading import foreign
from kefu.grading.engine import grade, submissions, time_of
from kefu.grading.plan import Plan
from kefu.grading.run import opened
from kefu.grading.store import Store, naive

PATIENCE = 60  # seconds until a folder of the exchange that never became whole is taken as it is
TICK = 0.1


def watch(root: Path, papers: list[str], every: float, once: bool) -> int:
    """Look for new submissions until Ctrl-C, or once; 1 when the one look left something undone."""
    found = Watch(root, papers)
    with _until_told() as stopped:
        while True:
            bad = found.look()
            after = time.monotonic() + every
            while not (once or stopped) and time.monotonic() < after:
                time.sleep(TICK)
            if once or stopped:
                return 1 if bad and once else 0


class Watch:
    """Looks at the exchange and at submitted/ again and again; papers, gradebook and nbgrader stay loaded."""

    def __init__(self, root: Path, papers: list[str]) -> None:
        self._root, self._papers = root, papers
        self._settings = database.settings(root)
        self._settings.CourseDirectory.root = str(root)
        self._ignore = list(self._settings.CourseDirectory.get("ignore", database.IGNORED))
        self._api: Any = NbGraderAPI(config=self._settings, log_level=logging.ERROR)
        self._inbound = Path(self._api.exchange_root, self._api.course_id, "inbound")
        self._opened: dict[str, tuple[float, tuple[Plan, Store] | None]] = {}
        self._seen: dict[Path, float] = {}
        self._told: dict[str, str] = {}

    def look(self) -> int:
        """Collect, mark and give feedback on what is new; returns how much could not be done. No error ends the watch."""
        bad = 0
        for paper in self._papers or sorted({path.parent.name for path in (self._root / "source").glob("*/*.ipynb")}):
            try:
                bad += self._collect(paper) + self._mark(paper)
                self._told.pop(paper, None)
            except Exception as error:  # a watch of many hours outlives a server or a disk that was away
                bad += 1
                if self._told.get(paper) != str(error):  # said once, not every two seconds
                    self._told[paper] = str(error)
                    print(f"{paper}: {error}", flush=True)
        return bad

    def _collect(self, paper: str) -> int:
        """Let nbgrader collect every learner's newest submission that is not in submitted/ yet."""
        newest: dict[str, datetime] = {}
        for folder in self._inbound.glob(f"*+{escape(paper)}+*"):
            parts = folder.name.rsplit("+", 3)  # as nbgrader does: a learner's id may hold a plus
            if folder not in self._seen and len(parts) > 2 and parts[1] == paper and _whole(folder):
                self._seen[folder] = 0.0
                handed_in = _stamp(parts[2])
                newest[parts[0]] = max(newest.get(parts[0], handed_in), handed_in)
        bad = 0
        for learner, handed_in in newest.items():
            there = self._root / "submitted" / learner / paper
            if not there.exists() or (old := _time(there)) is None or old < handed_in:
                bad += not self._done(paper, learner, "not collected", self._for(learner, "collect", paper))
        return bad

    def _mark(self, paper: str) -> int:
        """Mark what is new in submitted/ and release feedback on it."""
        states = {folder: _changed(folder) for folder in submissions(self._root, paper)}
        new = {folder for folder, state in states.items() if self._seen.get(folder) != state}
        if not new:
            return 0
        ready, start = self._open(paper), time.perf_counter()
        marked = {folder.parent.name: self._root / "autograded" / folder.parent.name / paper for folder in new}
        before = {learner: _changed(folder) for learner, folder in marked.items()}
        if ready:
            summary = grade(*ready, self._root, self._ignore, learners=marked.keys())
        else:
            summary = foreign.grade(paper, self._root, learners=marked.keys())
        took = (time.perf_counter() - start) / len(new)
        for learner, sentence in [*summary.flagged, *((who, f"not graded: {text}") for who, text in summary.failed)]:
            print(f"{paper}: {learner}: {sentence}", flush=True)
        bad, failed = len(summary.failed), {learner for learner, _ in summary.failed}
        for folder in sorted(new):
            learner = folder.parent.name
            self._seen[folder] = states[folder]
            if learner not in failed and _changed(marked[learner]) != before[learner]:
                bad += not self._feedback(paper, learner, took)
        return bad

    def _feedback(self, paper: str, learner: str, took: float) -> bool:
        start = time.perf_counter()
        for step in ("generate_feedback", "release_feedback"):
            if not self._done(paper, learner, "graded, but without feedback", self._for(learner, step, paper)):
                return False
        print(f"{paper}: {learner}: graded, feedback released; {took + time.perf_counter() - start:.2f} s", flush=True)
        return True

    def _for(self, learner: str, step: str, paper: str) -> dict[str, Any]:
        """Run a step of nbgrader's for one learner; returns what nbgrader says of it."""
        if step == "collect":  # the only one that nbgrader offers for everybody alone
            self._api.coursedir.student_id = escape(learner)
            try:
                return self._api.collect(paper, update=True)
            finally:
                self._api.coursedir.student_id = "*"
        return getattr(self._api, step)(paper, escape(learner))

    def _done(self, paper: str, learner: str, words: str, told: dict[str, Any]) -> bool:
        """Whether a step went well; prints nbgrader's reason where it did not."""
        if not told["success"]:
            reason = (told.get("log") or told["error"]).strip().splitlines()[-1]
            print(f"{paper}: {learner}: {words}: {reason}", flush=True)
        return bool(told["success"])

    def _open(self, paper: str) -> tuple[Plan, Store] | None:
        """The plan and the store of a paper, read again when it was built anew; None for an assignment with tests that are code."""
        built = max((path.stat().st_mtime for path in (self._root / "source" / paper).glob("*")), default=0.0)
        if paper not in self._opened or self._opened[paper][0] != built:
            self._opened[paper] = (built, opened(self._root, paper, self._settings, database.address(self._root)))
        return self._opened[paper][1]


@contextmanager
def _until_told() -> Iterator[list[int]]:
    """A list that is filled by Ctrl-C or the end of the machine's day: what is begun is finished first."""
    told: list[int] = []
    old = {which: signal.signal(which, lambda number, _: told.append(number)) for which in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield told
    finally:
        for which, handler in old.items():
            signal.signal(which, handler)


def _whole(folder: Path) -> bool:
    """Whether nbgrader's submit has finished a folder: it writes the secret last."""
    secret = folder / "submission_secret.txt"
    return (secret.exists() and secret.stat().st_size > 0) or time.time() - folder.stat().st_mtime > PATIENCE


def _changed(folder: Path) -> float:
    """When a submission's folder last got another time of handing in; 0 when there is none."""
    for path in (folder / "timestamp.txt", folder):
        if path.exists():
            return path.stat().st_mtime
    return 0.0


def _stamp(text: str) -> datetime:
    """The time in a folder's name; where it is none, nbgrader shall say so."""
    try:
        return naive(parse(text))
    except (ValueError, OverflowError):
        return datetime.max


def _time(folder: Path) -> datetime | None:
    try:
        return time_of(folder)
    except (OSError, ValueError):
        return None
