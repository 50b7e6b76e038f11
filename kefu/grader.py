"""The grader's commands: collect, grade, watch, scores, report, regrade, second, angoff, demo."""

import getpass
import shutil
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from kefu import author, bank, paper
from kefu.collect import take_in
from kefu.database import address, settle_apart
from kefu.items import LANGS
from kefu.stock import nbgrader


def collect(root: Path, files: list[Path]) -> int:
    """Take in hand-in files; a bad one is named and stops nothing. 1 when one was bad."""
    papers, _ = paper.load(root, bank.load(root))
    bad = 0
    for file in files:
        try:
            print(f"{file}: taken in for {take_in(file, set(papers), root / 'submitted')}")
        except ValueError as error:
            bad += 1
            print(error, file=sys.stderr)
    return 1 if bad else 0


def grade(root: Path, papers: list[str], workers: int | None, force: bool, learners: list[str], dask: str | None) -> int:
    """Mark submissions from data; 1 when one could not be marked."""
    from kefu.grading.run import grade_papers

    return grade_papers(root, papers, workers=workers, force=force, learners=learners, dask=dask)


def watch(root: Path, papers: list[str], every: float, once: bool) -> int:
    """Collect, mark and give feedback as learners hand in, until Ctrl-C."""
    from kefu.grading.watch import watch as look

    return look(root, papers, every, once)


def scores(root: Path, lang: str = LANGS[0], out: Path | None = None, classes: Path | None = None) -> int:
    """Print every learner's score and write the score files."""
    from kefu import gradebook, sheets
    from kefu.scores import roster, told

    known = bank.load(root)
    forms, _ = paper.load(root, known)
    frame, people = gradebook.frame(address(root), known.items), roster(root, classes)
    written = sheets.write(root, known.items, forms, frame, people, lang, out or root / "scores")
    print(told(gradebook.totals(frame), forms))
    for path in written:
        print(f"wrote {path}")
    return 0


def report(root: Path, paper: str, lang: str, out: Path | None) -> int:
    """Write the report on a paper."""
    from kefu import report as reports

    print(f"wrote {reports.write(root, paper, lang, out)}")
    return 0


def regrade(root: Path, paper: str | None, item: str | None, key: str | None, accept: str | None, void: bool, undo: bool,
            why: str, apply: bool) -> int:  # fmt: skip
    """Show who changes when an item is marked another way; with --apply, and for --undo, change it."""
    from kefu import audit
    from kefu import regrade as regrades

    line: dict[str, Any] = audit.last(root) if undo else {"n": 0, "paper": paper, "item": item}
    form, old = regrades.find(root, line["paper"], line["item"])
    new = audit.restored(old, line) if undo else regrades.change(old, key=key, accept=accept, void=void)
    if apply or undo:
        moved = regrades.apply(
            root, form, old, new, who=getpass.getuser(), why=why, now=datetime.now(UTC), undoes=line["n"],
            release=lambda: nbgrader(root, "generate_assignment", form.name, "--force"),
        )  # fmt: skip
        then = f"written to {audit.AUDIT}; for new feedback: nbgrader generate_feedback {form.name} --force"
    else:
        moved, then = regrades.preview(root, form, new), "nothing is changed yet; say --apply to do it"
    if len(moved):
        print(moved.to_string(index=False, float_format="%.2f"))
    print(f"{form.name} {old.id}: {audit.told(old)} → {audit.told(new)}; {len(moved)} learners change; {then}")
    return 0


def second(root: Path, name: str, share: float, seed: int, sheet: Path | None) -> int:
    """Write a second rater's sheet, or read it when it is filled and print how well the two raters agree."""
    from kefu import second as doubles
    from kefu.analytics.agreement import agreement
    from kefu.analytics.flags import HIDDEN
    from kefu.spreadsheet import write_csv

    form = paper.find(root, name)
    if sheet is None:
        path, rows = root / "second" / f"{name}.csv", doubles.sheet(root, form, share, seed)
        write_csv(_fresh(path), rows)
        print(f"wrote {path}: {len(rows) - 1} answers; the points_ columns are for the second rater")
        return 0
    marks = doubles.read(sheet, form, doubles.marked(root, form))
    print(agreement(marks).to_string(float_format="%.2f"))
    if len(marks) < HIDDEN:
        print(f"{len(marks)} answers: below {HIDDEN} the figures are a hint, not a verdict")
    apart = doubles.disagreements(marks)
    if len(apart):
        print(f"to settle, the widest apart first; what the formgrader holds counts\n{apart.to_string(index=False)}")
    return 0


def angoff(root: Path, name: str, sheet: Path | None, lang: str) -> int:
    """Write the judges' empty sheet, or read the filled one and print the pass mark it gives."""
    from kefu import judges
    from kefu.analytics import angoff as angoffs
    from kefu.spreadsheet import write_csv

    form = paper.find(root, name)
    if sheet is None:
        path = root / "angoff" / f"{name}.csv"
        write_csv(_fresh(path), judges.sheet(form, lang))
        print(f"wrote {path}: how many of ten learners who only just pass would get each item? Write 0.6 for six")
        return 0
    ratings = judges.read(sheet)
    try:
        found = angoffs.angoff(ratings, judges.points(form))
    except ValueError as error:
        raise ValueError(f"{sheet}: {error}") from None
    print(judges.told(form, found))
    return 0


def demo(root: Path, learners: int, seed: int) -> int:
    """Run a simulated class through stock nbgrader in demo/, away from the real gradebook."""
    stage = root / "demo"
    shutil.rmtree(stage, ignore_errors=True)
    for name in ("course", "bank"):
        shutil.copytree(root / name, stage / name, ignore=shutil.ignore_patterns("responses.jsonl", ".ipynb_checkpoints"))
    settle_apart(root, stage)
    author.build(stage)
    papers = paper.load(stage, bank.load(stage))[0]
    # papers of the same kinds of items go alike: the first of each shows it
    alike = {frozenset(item.kind for item in form.items): name for name, form in reversed(papers.items())}
    shown = sorted(alike.values())
    author.simulate(stage, learners, seed, only=shown)
    for name in shown:
        print(f"{name}: collecting, then grading with stock nbgrader, a third of a second a learner")
        nbgrader(stage, "collect", name, "--ExchangeCollect.check_owner=False")
        nbgrader(stage, "autograde", name)
        nbgrader(stage, "generate_feedback", name)
    nbgrader(stage, "export")
    return scores(stage)


def _fresh(path: Path) -> Path:
    """A path where nothing stands yet: a sheet may hold somebody's work. Raises ValueError when it is taken."""
    if path.exists():
        raise ValueError(f"{path}: is there already and may be filled in; move it away for a new one")
    return path
