"""`kefu grade`: which papers, with the settings of nbgrader_config.py, and what is told while it runs."""

import os
import sys
import time
from collections.abc import Callable
from contextlib import nullcontext
from pathlib import Path
from typing import Any

from sqlalchemy.exc import DBAPIError
from traitlets.config import Config

from kefu import database
from kefu.grading import foreign, indexes, plan
from kefu.grading.engine import Summary, grade
from kefu.grading.spread import processes, spread
from kefu.grading.store import Penalty, Store


def grade_papers(root: Path, papers: list[str], *, workers: int | None, force: bool, learners: list[str],
                 dask: str | None = None) -> int:  # fmt: skip
    """Grade papers (all that were submitted, when none is named) and say what happened; 1 when something failed."""
    settings = database.settings(root)
    ignore = list(settings.CourseDirectory.get("ignore", database.IGNORED))
    url = database.address(root)
    names = papers or sorted(
        {folder.name for folder in (root / "submitted").glob("*/*/") if (root / "source" / folder.name).is_dir()}
    )
    if not names:
        print("nothing is submitted; nbgrader collect or kefu collect takes submissions in")
    bad = 0
    with processes(workers or os.cpu_count() or 1) as here, spread(dask) if dask else nullcontext(here) as over:
        for name in names:
            try:
                ready = opened(root, name, settings, url)
                start = time.perf_counter()
                how: dict[str, Any] = {"force": force, "learners": frozenset(learners), "tell": progress(name, start)}
                done = grade(*ready, root, ignore, over=over, **how) if ready else foreign.grade(name, root, over=here, **how)
                bad += tell(name, done, time.perf_counter() - start)
            except (ValueError, FileNotFoundError) as error:
                print(error, file=sys.stderr)
                bad += 1
            except DBAPIError as error:
                print(f"{name}: the gradebook says: {error.orig}; run kefu build", file=sys.stderr)
                bad += 1
    return 1 if bad else 0


def opened(root: Path, name: str, settings: Config, url: str) -> tuple[plan.Plan, Store] | None:
    """A paper's plan and its place in the gradebook; None for an assignment with tests that are code.

    Raises ValueError or FileNotFoundError when it cannot be graded here.
    """
    source = root / "source" / name
    if not (source / "paper.json").exists() and any(source.glob("*.ipynb")):
        return None
    found = plan.read(source)
    if found.foreign:
        return None
    store = Store(url, name, found.points, penalty(settings))
    indexes.add(url)
    return found, store


def tell(name: str, done: Summary, seconds: float) -> int:
    """Print what a run did, a line each for what a grader should look at; returns how many failed."""
    for learner, sentence in done.flagged:
        print(f"{name}: {learner}: flagged: {sentence}")
    for learner, sentence in done.failed:
        print(f"{name}: {learner}: not graded: {sentence}")
    print(f"{name}: {done.graded} graded, {done.skipped} already graded, {len(done.failed)} failed, "
          f"{len({learner for learner, _ in done.flagged})} flagged; {seconds:.1f} s")  # fmt: skip
    if done.to_mark:
        print(f"{name}: needs manual marking: {done.to_mark} submissions")
    return len(done.failed)


def progress(name: str, start: float) -> Callable[[int, int], None]:
    """A line that grows with the work, where somebody is looking."""

    def show(done: int, total: int) -> None:
        rate = done / max(time.perf_counter() - start, 1e-9)
        left = f"{(total - done) / rate:.0f} s left" if done < total else "done     "
        print(f"\r{name}: {done} of {total}, {rate:.0f} a second, {left}", end="\n" if done == total else "", flush=True)

    return show if sys.stdout.isatty() else lambda done, total: None


def penalty(settings: Config) -> Penalty | None:
    """The school's penalty for lateness, when nbgrader_config.py sets one."""
    if "AssignLatePenalties" not in settings and "LateSubmissionPlugin" not in settings:
        return None
    from nbgrader.preprocessors import AssignLatePenalties  # here, as nbgrader takes seconds to load

    assign: Any = AssignLatePenalties(config=settings)
    assign.init_plugin()
    return assign.plugin_inst.late_submission_penalty
