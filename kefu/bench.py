"""Benchmarks that print their ratio against stock nbgrader, measured in one run: python -m kefu.bench grade | labs | memory | floor | scores | frame | regrade | report."""

import argparse
import os
import shutil
import sys
import tempfile
import time
from pathlib import Path

from kefu import bank, gradebook
from kefu.bench_grade import STOCK, floor, grade, labs, memory
from kefu.database import address, settle_apart
from kefu.stage import answer, built, fill, submitted, timed

__all__ = ["STOCK", "main"]

LEARNERS = {
    "grade": 1000,
    "labs": 50,
    "memory": 10_000,
    "floor": 1000,
    "scores": 1500,
    "frame": 10_000,
    "regrade": 5000,
    "report": 10_000,
}


def main() -> None:
    """Run one benchmark."""
    parser = argparse.ArgumentParser(prog="kefu.bench")
    parser.add_argument("what", choices=LEARNERS)
    parser.add_argument("--learners", type=int, help=f"default: {LEARNERS}")
    parser.add_argument("--stock", type=int, default=20, help="submissions stock nbgrader autograde is timed on, at least")
    chosen = parser.parse_args()
    learners = chosen.learners or LEARNERS[chosen.what]
    with tempfile.TemporaryDirectory() as folder:
        stage = Path(folder)
        for name in ("course", "bank"):
            shutil.copytree(Path.cwd() / name, stage / name)
        settle_apart(Path.cwd(), stage)
        if chosen.what in ("grade", "labs"):
            {"grade": grade, "labs": labs}[chosen.what](stage, learners, chosen.stock)
        else:
            {"memory": memory, "floor": floor, "scores": scores, "frame": frame, "regrade": regrade, "report": report}[
                chosen.what
            ](stage, learners)


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


if __name__ == "__main__":
    main()
