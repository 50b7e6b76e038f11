"""The command line: kefu check | lint | coverage | build | desk | simulate | collect | grade | scores | report | regrade | demo."""

import argparse
import filecmp
import getpass
import os
import shutil
import subprocess
import sys
from collections import Counter
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from kefu import bank, paper, syllabus
from kefu import lint as lints
from kefu.collect import take_in
from kefu.desk import lay_out
from kefu.items import LANGS
from kefu.simulate import submit_class

COURSE = "kefu"  # nbgrader's course id, as in nbgrader_config.py


def main(arguments: list[str] | None = None) -> int:
    """Run one command; returns the exit code."""
    parser = argparse.ArgumentParser(prog="kefu", description="A Jupyter course and assessment kit.")
    parser.add_argument("--root", type=Path, default=Path.cwd(), help="the course repository (default: here)")
    commands = parser.add_subparsers(required=True, metavar="command")

    def command(run: Callable[..., int], words: str) -> argparse.ArgumentParser:
        found = commands.add_parser(run.__name__, help=words)
        found.set_defaults(run=run)
        return found

    command(check, "read every item and paper; say what is wrong and how to mend it")
    command(lint, "read every item as a reviewer would; say what to mend")
    command(coverage, "print how many items every knowledge point has")
    command(build, "write lessons' stored views, source/ and release/ from the bank")
    found = command(desk, "lay out a learner's desk: the open rooms and nothing else")
    found.add_argument("--lang", choices=LANGS, default=LANGS[0])
    for run, words in ((simulate, "hand in every paper for a simulated class"),
                       (demo, "a simulated class from hand-in to scores, in the folder demo/")):  # fmt: skip
        found = command(run, words)
        found.add_argument("--learners", type=int, default=30)
        found.add_argument("--seed", type=int, default=7)
    found = command(collect, "take in hand-in files that came by e-mail or a learning platform")
    found.add_argument("files", type=Path, nargs="+")
    found = command(grade, "mark submissions from data: the scores of nbgrader autograde, and no learner's code is run")
    found.add_argument("papers", nargs="*", help="default: every paper that was submitted")
    found.add_argument("--workers", type=int, help="processes (default: one a core)")
    found.add_argument("--force", action="store_true", help="also what is graded already")
    found.add_argument("--learner", dest="learners", action="append", default=[], help="only this learner; may be repeated")
    found = command(scores, "print the scores; write them as CSV and XLSX, and as Canvas and Moodle take them in")
    found.add_argument("--lang", choices=LANGS, default=LANGS[0], help="of headings and titles")
    found.add_argument("--out", type=Path, help="the folder to write to (default: scores in the root)")
    found.add_argument(
        "--classes", type=Path, help="the class list, a CSV with the headings learner, class and, if you like, name"
    )
    found = command(report, "write what a paper's answers say about it and the class, as one HTML file to open or print")
    found.add_argument("paper")
    found.add_argument("--lang", choices=LANGS, default=LANGS[0])
    found.add_argument("--out", type=Path, help="the file to write (default: reports/PAPER.LANG.html in the root)")
    found = command(
        regrade, "change the key of a paper's item, accept one more, or void it; without --apply, show who would change"
    )
    found.add_argument("paper", nargs="?")
    found.add_argument("item", nargs="?")
    way = found.add_mutually_exclusive_group(required=True)
    way.add_argument("--key", help="the right key, as in the item's file")
    way.add_argument("--accept", help="one more key that counts as right")
    way.add_argument("--void", action="store_true", help="everyone who handed in gets full points, even for a blank")
    way.add_argument("--undo", action="store_true", help="take back the last regrade, whatever its paper")
    found.add_argument("--why", default="", help="the reason, for the audit file")
    found.add_argument("--apply", action="store_true", help="do it")
    chosen = vars(parser.parse_args(arguments))
    run, root = chosen.pop("run"), chosen.pop("root").absolute()
    try:
        return run(root, **chosen)
    except (ValueError, FileNotFoundError, RuntimeError) as error:
        print(error, file=sys.stderr)
        return 1


def check(root: Path) -> int:
    """Print every complaint about items and papers, and what is good; 1 when there is a complaint."""
    known = bank.load(root)
    papers, wrong = paper.load(root, known)
    for complaint in (complaints := known.complaints + wrong):
        print(complaint)
    taught = syllabus.load(syllabus.course_folder(root)).points
    covered = {slug for item in known.items.values() for slug in item.covers}
    print(
        f"{len(known.pool('practice'))} practice items, {len(known.pool('secure'))} secure items, {len(papers)} papers; "
        f"{len(covered)} of {len(taught)} knowledge points have an item; {len(complaints)} complaints"
    )
    return 1 if complaints else 0


def lint(root: Path) -> int:
    """Print every complaint about how items are written; 1 when there is one."""
    known = bank.load(root)
    found = lints.lint(list(known.items.values()), list(syllabus.load(syllabus.course_folder(root)).points))
    for complaint in found:
        print(complaint)
    print(f"{len(known.items)} items read; {len(found)} complaints")
    return 1 if found else 0


def coverage(root: Path) -> int:
    """Print every knowledge point with its items of both pools, then levels, kinds and places of keys."""
    known, course = bank.load(root), syllabus.load(syllabus.course_folder(root))
    counts = {
        pool: Counter(slug for item in known.pool(pool).values() for slug in item.covers) for pool in ("practice", "secure")
    }
    print(f"{'knowledge point':40} practice secure")
    for lesson in course.lessons.values():
        for slug, title in lesson.points.items():
            print(f"{lesson.id} {slug:36} {counts['practice'][slug]:8} {counts['secure'][slug]:6}  {title['zh']}")
    for name in ("level", "kind"):
        told = Counter(getattr(item, name) for item in known.pool("secure").values())
        print(f"secure items by {name}: {', '.join(f'{value} {count}' for value, count in told.most_common())}")
    singles = [item for item in known.pool("secure").values() if item.kind == "single"]
    places = Counter("abcdefgh"[item.options.index(item.key)] for item in singles)
    print(f"keys of single choice: {', '.join(f'{place} {places[place]}' for place in sorted(places))}")
    covered = {pool: len(counts[pool].keys() & course.points.keys()) for pool in counts}
    print(f"covered: {covered['practice']} of {len(course.points)} by practice, {covered['secure']} by secure items")
    return 0


def build(root: Path) -> int:
    """Bring lessons, source/ and release/ in step with the bank. A bad paper stops only itself."""
    from kefu import gradebook, lesson  # here, as their libraries take seconds to load
    from kefu.build import write

    known = bank.load(root)
    papers, wrong = paper.load(root, known)
    for complaint in (complaints := known.complaints + wrong):
        print(complaint)
    course = syllabus.course_folder(root)
    for path in lesson.write_all(syllabus.load(course), course, known):
        print(f"wrote {path.relative_to(root)}")
    (root / "exchange").mkdir(exist_ok=True)
    (root / "exchange").chmod(0o777)  # learners of this machine write here, as nbgrader asks
    released = gradebook.papers(root / "gradebook.db")
    for name, form in papers.items():
        changed = write(form, root / "source")
        if changed or name not in released or not (root / "release" / name / f"{name}.ipynb").exists():
            nbgrader(root, "generate_assignment", name, "--force")
            print(f"released {name}: {len(form.items)} items")
    for folder in sorted((root / "source").glob("*/")):
        if folder.name not in papers:
            print(f"source/{folder.name}: is no good paper of {paper.FILE}; mend it there, or delete the folder")
    return 1 if complaints else 0


def desk(root: Path, lang: str) -> int:
    """Lay out desk/ for a learner of this machine, and release every paper to the local exchange."""
    papers, _ = paper.load(root, bank.load(root))
    for name in papers:
        files = [path for path in (root / "release" / name).iterdir() if path.is_file()]
        _, changed, missing = filecmp.cmpfiles(
            root / "release" / name,
            root / "exchange" / COURSE / "outbound" / name,
            [path.name for path in files],
            shallow=False,
        )
        if changed or missing:
            nbgrader(root, "release_assignment", name, "--force")
    lay_out(root, root / "desk", lang)
    return 0


def simulate(root: Path, learners: int, seed: int, now: datetime | None = None) -> int:
    """Hand in every paper for a simulated class, due a day ago, where nbgrader's collect finds it."""
    papers, _ = paper.load(root, bank.load(root))
    now = now or datetime.now(UTC)
    due = now - timedelta(days=1)
    inbound = root / "exchange" / COURSE / "inbound"
    inbound.mkdir(parents=True, exist_ok=True)
    for name, form in papers.items():
        nbgrader(root, "db", "assignment", "add", name, f"--duedate={due:%Y-%m-%d %H:%M:%S} UTC")
        made = submit_class(form, root / "release", inbound, learners=learners, seed=seed, now=now, due=due)
        print(f"{name}: {len(made)} simulated learners have handed in")
    return 0


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


def grade(root: Path, papers: list[str], workers: int | None, force: bool, learners: list[str]) -> int:
    """Mark submissions from data; 1 when one could not be marked."""
    from kefu.grading.run import grade_papers

    return grade_papers(root, papers, workers=workers, force=force, learners=learners)


def scores(root: Path, lang: str = LANGS[0], out: Path | None = None, classes: Path | None = None) -> int:
    """Print every learner's score and write the score files."""
    from kefu import gradebook
    from kefu import scores as files

    known = bank.load(root)
    forms, _ = paper.load(root, known)
    frame, people = gradebook.frame(root / "gradebook.db", known.items), files.roster(root, classes)
    written = files.write(root, known.items, forms, frame, people, lang, out or root / "scores")
    print(files.told(gradebook.totals(frame), forms))
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
    from kefu import regrade as regrades

    line: dict[str, Any] = regrades.last(root) if undo else {"n": 0, "paper": paper, "item": item}
    form, old = regrades.find(root, line["paper"], line["item"])
    new = regrades.restored(old, line) if undo else regrades.change(old, key=key, accept=accept, void=void)
    if apply or undo:
        moved = regrades.apply(
            root, form, old, new, who=getpass.getuser(), why=why, now=datetime.now(UTC), undoes=line["n"],
            release=lambda: nbgrader(root, "generate_assignment", form.name, "--force"),
        )  # fmt: skip
        then = f"written to {regrades.AUDIT}; for new feedback: nbgrader generate_feedback {form.name} --force"
    else:
        moved, then = regrades.preview(root, form, new), "nothing is changed yet; say --apply to do it"
    if len(moved):
        print(moved.to_string(index=False, float_format="%.2f"))
    print(f"{form.name} {old.id}: {regrades.told(old)} → {regrades.told(new)}; {len(moved)} learners change; {then}")
    return 0


def demo(root: Path, learners: int, seed: int) -> int:
    """Run a simulated class through stock nbgrader in demo/, away from the real gradebook."""
    from kefu import gradebook

    stage = root / "demo"
    shutil.rmtree(stage, ignore_errors=True)
    for name in ("course", "bank"):
        shutil.copytree(root / name, stage / name, ignore=shutil.ignore_patterns("responses.jsonl", ".ipynb_checkpoints"))
    shutil.copy(root / "nbgrader_config.py", stage)
    build(stage)
    simulate(stage, learners, seed)
    for name in gradebook.papers(stage / "gradebook.db"):
        print(f"{name}: collecting, then grading with stock nbgrader, a third of a second a learner")
        nbgrader(stage, "collect", name, "--ExchangeCollect.check_owner=False")
        nbgrader(stage, "autograde", name)
        nbgrader(stage, "generate_feedback", name)
    nbgrader(stage, "export")
    return scores(stage)


def nbgrader(root: Path, *arguments: str) -> str:
    """Run a stock nbgrader command in `root`; returns its log. Raises RuntimeError with the log's end when it fails."""
    # nbgrader calls alembic by name, so the environment's own folder must be on the PATH
    path = os.pathsep.join([str(Path(sys.executable).parent), os.environ.get("PATH", "")])
    done = subprocess.run(
        [sys.executable, "-m", "nbgrader", *arguments], cwd=root, env={**os.environ, "PATH": path},
        stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, encoding="utf-8", errors="replace", check=False,
    )  # fmt: skip
    if done.returncode:
        raise RuntimeError(f"nbgrader {' '.join(arguments)}: failed; the end of its log:\n{done.stdout[-2000:]}")
    return done.stdout


if __name__ == "__main__":
    sys.exit(main())
