"""Benchmarks that print their ratio against stock nbgrader, measured in one run: python -m kefu.bench grade | scores | frame | regrade | report."""

import argparse
import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
from contextlib import redirect_stdout
from datetime import UTC, datetime, timedelta
from io import StringIO
from math import exp
from pathlib import Path
from random import Random

from kefu import author, bank, gradebook, journal, paper
from kefu.database import address, settle_apart
from kefu.grading import plan
from kefu.grading.store import Row, Store
from kefu.items import kind_module
from kefu.simulate import DIFFICULTY, submit_class

STOCK = 'c = get_config()\nc.CourseDirectory.course_id = "kefu"\nc.CourseDirectory.root = {root!r}\n'


LEARNERS = {"grade": 1000, "scores": 1500, "frame": 10_000, "regrade": 5000, "report": 10_000}
PAPER = '[{name}]\ntitle = {{ zh = "{name}", en = "{name}" }}\nitems = {items}\n'


def main() -> None:
    """Run one benchmark."""
    parser = argparse.ArgumentParser(prog="kefu.bench")
    parser.add_argument("what", choices=LEARNERS)
    parser.add_argument("--learners", type=int, help=f"default: {LEARNERS}")
    parser.add_argument("--stock", type=int, default=20, help="submissions stock nbgrader autograde is timed on")
    chosen = parser.parse_args()
    learners = chosen.learners or LEARNERS[chosen.what]
    with tempfile.TemporaryDirectory() as folder:
        stage = Path(folder)
        for name in ("course", "bank"):
            shutil.copytree(Path.cwd() / name, stage / name)
        settle_apart(Path.cwd(), stage)
        if chosen.what == "grade":
            grade(stage, learners, chosen.stock)
        else:
            {"scores": scores, "frame": frame, "regrade": regrade, "report": report}[chosen.what](stage, learners)


def grade(stage: Path, learners: int, few: int) -> None:
    """Time `kefu grade` on a simulated class, and stock nbgrader autograde on the first of the same submissions."""
    form = submitted(stage, learners)
    ours = timed(stage, [sys.executable, "-m", "kefu", "grade", form.name])
    (stage / "nbgrader_config.py").write_text(STOCK.format(root=str(stage)), encoding="utf-8")
    for learner in sorted(path.name for path in (stage / "submitted").iterdir())[few:]:
        shutil.rmtree(stage / "submitted" / learner)
    start_up = timed(stage, [sys.executable, "-m", "nbgrader", "--version"])
    theirs = timed(stage, [sys.executable, "-m", "nbgrader", "autograde", form.name, "--force"]) - start_up
    print(f"{len(form.items)} items, {os.cpu_count()} cores")
    print(
        f"stock nbgrader autograde  {few:6d} submissions  {theirs:7.2f} s  {1000 * theirs / few:9.2f} ms each  (start-up of {start_up:.2f} s left out)"
    )
    print(
        f"kefu grade                {learners:6d} submissions  {ours:7.2f} s  {1000 * ours / learners:9.2f} ms each  (start-up counted)"
    )
    print(f"ratio {theirs / few / (ours / learners):.0f}, {learners / ours:.0f} submissions a second")


def scores(stage: Path, learners: int) -> None:
    """Time `kefu scores` and `nbgrader export` on the same gradebook of two papers."""
    names = [form.name for form in built(stage, 2, 20)]
    for name in names:
        fill(stage, name, learners)
    theirs = timed(stage, [sys.executable, "-m", "nbgrader", "export"])
    ours = timed(stage, [sys.executable, "-m", "kefu", "scores"])
    print(f"{learners} learners x {len(names)} papers, start-up counted")
    print(f"nbgrader export  {theirs:7.2f} s  (a total a learner and paper)")
    print(f"kefu scores      {ours:7.2f} s  (totals, items and knowledge points, as CSV and XLSX, for Canvas and Moodle)")
    print(f"ratio {theirs / ours:.1f}")


def frame(stage: Path, learners: int) -> None:
    """Time the frame of a paper of a hundred items."""
    (exam,) = built(stage, 1, 100)
    fill(stage, exam.name, learners)
    start = time.perf_counter()
    found = gradebook.frame(address(stage), bank.load(stage).items)
    took = time.perf_counter() - start
    print(f"frame of {learners} learners x {len(exam.items)} items  {took:.2f} s, {len(found)} rows")


def regrade(stage: Path, learners: int) -> None:
    """Time the preview and the doing of a regrade."""
    form = submitted(stage, learners)
    timed(stage, [sys.executable, "-m", "kefu", "grade", form.name])
    command = [sys.executable, "-m", "kefu", "regrade", form.name, form.items[0].id, "--void"]
    looked, done = timed(stage, command), timed(stage, [*command, "--apply"])
    print(f"{learners} submissions of {len(form.items)} items, start-up counted, {os.cpu_count()} cores")
    print(f"kefu regrade, who would change  {looked:7.2f} s\nkefu regrade --apply            {done:7.2f} s")


def report(stage: Path, learners: int) -> None:
    """Time the report on an exam of a hundred items, from the gradebook and the journals to the page."""
    (exam,) = built(stage, 1, 100)
    answer(stage, exam, learners)
    seconds = timed(stage, [sys.executable, "-m", "kefu", "report", exam.name])
    size = (stage / "reports" / f"{exam.name}.zh.html").stat().st_size / 1e6
    print(f"{learners} learners x {len(exam.items)} items, start-up counted, {os.cpu_count()} cores")
    print(f"kefu report  {seconds:7.2f} s, a page of {size:.1f} MB")


def built(stage: Path, papers: int, size: int) -> list[paper.Paper]:
    """Papers of so many items of the bank, built in `stage`."""
    items = list(bank.load(stage).pool("secure"))
    texts = [PAPER.format(name=f"paper-{n + 1}", items=items[n * size : (n + 1) * size]) for n in range(papers)]
    (stage / paper.FILE).write_text("".join(texts), encoding="utf-8")
    with redirect_stdout(StringIO()):
        author.build(stage)
    return list(paper.load(stage, bank.load(stage))[0].values())


def submitted(stage: Path, learners: int) -> paper.Paper:
    """A paper of twenty items, handed in by a simulated class."""
    (form,) = built(stage, 1, 20)
    now = datetime.now(UTC)
    due = now - timedelta(days=1)
    for place in submit_class(form, stage / "release", stage / "inbound", learners=learners, seed=7, now=now, due=due):
        target = stage / "submitted" / place.name.split("+")[0] / form.name
        target.parent.mkdir(parents=True)
        place.rename(target)
    return form


def fill(stage: Path, name: str, learners: int) -> None:
    """Grades of a paper by chance, straight into the gradebook."""
    rng, points = Random(7), plan.read(stage / "source" / name).points
    store = Store(address(stage), name, points)
    for start in range(0, learners, 500):
        store.write(
            Row(f"learner-{n:05d}", datetime(2026, 11, 1), {cell: rng.choice([0.0, worth]) for cell, worth in points.items()})
            for n in range(start, min(start + 500, learners))
        )


def answer(stage: Path, exam: paper.Paper, learners: int) -> None:
    """Grades and journals of a class of known ability (Rasch 1960), as grading leaves them."""
    rng, points = Random(7), plan.read(stage / "source" / exam.name).points
    store, rows = Store(address(stage), exam.name, points), []
    for n in range(learners):
        ability, before, lines, scores = rng.gauss(0.6, 1), b"", [], dict.fromkeys(points, 0.0)
        for place, item in enumerate(exam.items, 1):
            response = kind_module(item.kind).attempt(item, 1 / (1 + exp(DIFFICULTY[item.level] - ability)), rng)
            entry = {"n": place, "time": "2026-11-01T08:00:00Z", "item": item.id, "lang": "zh", "response": response}
            before = json.dumps({**entry, "prev": journal.digest(before)}).encode()  # no fsync: a million would take hours
            lines.append(before)
            if f"{item.id}-mark" in points:
                scores[f"{item.id}-mark"] = item.score(response, exam.credit[item.kind]).earned
        folder = stage / "autograded" / f"learner-{n:05d}" / exam.name
        folder.mkdir(parents=True)
        (folder / journal.NAME).write_bytes(b"\n".join(lines) + b"\n")
        rows.append(Row(folder.parent.name, datetime(2026, 11, 1), scores))
        if len(rows) == 500 or n == learners - 1:
            store.write(rows)
            rows = []


def timed(stage: Path, command: list[str]) -> float:
    """Wall seconds of a command in `stage`; raises CalledProcessError when it fails."""
    path = os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]])
    environment = {**os.environ, "PATH": path, "PYTHONPATH": str(Path(__file__).parent.parent)}
    start = time.perf_counter()
    subprocess.run(command, cwd=stage, env=environment, check=True, capture_output=True)
    return time.perf_counter() - start


if __name__ == "__main__":
    main()
