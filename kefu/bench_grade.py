"""Benchmarks of grading: against stock nbgrader, its memory as a class grows, and what no grader can do without."""

import json
import os
import shutil
import sqlite3
import subprocess
import sys
import time
import tomllib
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any
from uuid import uuid4

import psutil

from kefu import journal
from kefu.database import address
from kefu.grading import plan
from kefu.grading.engine import BATCH, mark_all, submissions, time_of
from kefu.grading.page import Pages
from kefu.grading.store import Row, Store
from kefu.paper import FILE
from kefu.stage import build, command_line, hand_in, quiz, submitted, timed

STOCK = 'c = get_config()\nc.CourseDirectory.course_id = "kefu"\nc.CourseDirectory.root = {root!r}\n'
MB = 1e6


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
    _tell("stock nbgrader autograde", few, theirs, f"start-up of {start_up:.2f} s left out")
    _tell("kefu grade", learners, ours, "start-up counted")
    print(f"ratio {theirs / few / (ours / learners):.0f}, {learners / ours:.0f} submissions a second")


def labs(stage: Path, learners: int, few: int) -> None:
    """Time `kefu grade` on a class in every data lab, and stock nbgrader autograde on the first of the same submissions."""
    papers = tomllib.loads((stage / FILE).read_text(encoding="utf-8"))
    names = [name for name, fields in papers.items() if fields.get("lab")][:few]
    texts = (f'[{name}]\ntitle = {{ zh = "{name}", en = "{name}" }}\nlab = true\n' for name in names)
    (stage / FILE).write_text("".join(texts), encoding="utf-8")
    for form in build(stage):
        hand_in(stage, form, learners)
    count, each = learners * len(names), -(-few // len(names))
    ours = timed(stage, [sys.executable, "-m", "kefu", "grade"])
    (stage / "nbgrader_config.py").write_text(STOCK.format(root=str(stage)), encoding="utf-8")
    for learner in sorted(path.name for path in (stage / "submitted").iterdir())[each:]:
        shutil.rmtree(stage / "submitted" / learner)
    start_up = timed(stage, [sys.executable, "-m", "nbgrader", "--version"])
    theirs = sum(timed(stage, [sys.executable, "-m", "nbgrader", "autograde", name, "--force"]) - start_up for name in names)
    print(f"{len(names)} data labs, {os.cpu_count()} cores")
    _tell("stock nbgrader autograde", each * len(names), theirs, f"start-up of {start_up:.2f} s left out")
    _tell("kefu grade", count, ours, "start-up counted, of two sandboxes too")
    print(f"ratio {theirs / (each * len(names)) / (ours / count):.0f}, {count / ours:.0f} submissions a second")


def _tell(what: str, count: int, seconds: float, how: str) -> None:
    print(f"{what:25} {count:6d} submissions  {seconds:7.2f} s  {1000 * seconds / count:9.2f} ms each  ({how})")


def memory(stage: Path, learners: int) -> None:
    """Time `kefu grade` and look at its memory, every process of it, for a class, a tenth and a hundredth of it."""
    form = quiz(stage)
    print(f"{len(form.items)} items, {os.cpu_count()} cores, start-up counted; memory is the peak of all processes together")
    for some in sorted({max(1, learners // 100), max(1, learners // 10), learners}):
        hand_in(stage, form, some)
        before = os.times()
        seconds, peak = watched(stage, [sys.executable, "-m", "kefu", "grade", form.name])
        worked = sum(os.times()[2:4]) - sum(before[2:4])
        each = f"{1000 * seconds / some:7.2f} ms each  {1000 * worked / some:7.2f} ms of a processor each"
        print(f"{some:6d} submissions  {seconds:7.2f} s  {each}  {peak / MB:6.0f} MB", flush=True)
        for place in ("submitted", "autograded"):
            shutil.rmtree(stage / place)


def watched(stage: Path, command: list[str]) -> tuple[float, int]:
    """Wall seconds of a command and the most memory it and its workers held at once, in bytes."""
    peak, start = 0, time.perf_counter()
    with subprocess.Popen(command, **command_line(stage), stdout=subprocess.DEVNULL) as run:
        while run.poll() is None:
            peak = max(peak, resident(run.pid))
            time.sleep(0.02)
    if run.returncode:
        raise RuntimeError(f"{' '.join(command)}: failed with {run.returncode}")
    return time.perf_counter() - start, peak


def resident(number: int) -> int:
    """Bytes a process and its children hold; what they share is counted for each of them."""
    total = 0
    try:
        parent = psutil.Process(number)
        family = [parent, *parent.children(recursive=True)]
    except psutil.NoSuchProcess:
        return 0
    for one in family:
        try:
            total += one.memory_info().rss
        except psutil.NoSuchProcess:
            continue
    return total


def floor(stage: Path, learners: int) -> None:
    """Where the time of grading goes on one core, beside what any grader must do: read the answers, write a page, insert rows."""
    form = quiz(stage)
    hand_in(stage, form, learners)
    found, folders = plan.read(stage / "source" / form.name), submissions(stage, form.name)
    pages = Pages(found)
    journals = _took(learners, "read the journals", lambda: [journal.read(folder / journal.NAME) for folder in folders])
    scores = _took(learners, "score the responses", lambda: [found.scores(one) for one in journals])
    texts = _took(learners, "write the pages' text", lambda: [pages.write(*one) for one in zip(journals, scores, strict=True)])
    shown = list(texts)
    place, source = stage / "autograded", stage / "source" / form.name
    _took(learners, "all of these, and files", lambda: mark_all(found, place, source, [], folders))
    rows = [
        Row(folder.parent.name, time_of(folder), {name: score.earned for name, score in one.items()})
        for folder, one in zip(folders, scores, strict=True)
    ]
    store = Store(address(stage), form.name, found.points)
    _took(learners, "rows, checked and new", lambda: _write(store, rows))
    print("the floor")
    _took(learners, "parse the journals", lambda: [[json.loads(line) for line in _lines(folder)] for folder in folders])
    _took(learners, "write files of that size", lambda: _files(stage / "floor", folders, shown))
    _took(learners, "insert the rows", lambda: _insert(stage / "floor.db", rows))


def _took(count: int, what: str, do: Callable[[], Any]) -> Any:
    start, worked = time.perf_counter(), time.process_time()
    done = do()
    took, worked = time.perf_counter() - start, time.process_time() - worked
    print(f"{what:26} {1000 * took / count:7.3f} ms a submission, {1000 * worked / count:7.3f} of a processor", flush=True)
    return done


def _write(store: Store, rows: list[Row]) -> None:
    for n in range(0, len(rows), BATCH):
        store.write(rows[n : n + BATCH])


def _lines(folder: Path) -> list[bytes]:
    return (folder / journal.NAME).read_bytes().splitlines()


def _files(target: Path, folders: list[Path], texts: list[str]) -> None:
    for folder, text in zip(folders, texts, strict=True):
        place = target / folder.parent.name / folder.name
        place.mkdir(parents=True)
        (place / f"{folder.name}.ipynb").write_text(text, encoding="utf-8")
        for path in folder.iterdir():
            if path.suffix != ".ipynb":
                shutil.copyfile(path, place / path.name)


def _insert(file: Path, rows: list[Row]) -> None:
    with closing(sqlite3.connect(file)) as connection, connection:
        connection.execute(
            "CREATE TABLE grade (id TEXT PRIMARY KEY, cell TEXT, notebook TEXT, auto_score REAL, UNIQUE (cell, notebook))"
        )
        lines = [(uuid4().hex, cell, row.learner, score) for row in rows for cell, score in (row.scores or {}).items()]
        connection.executemany("INSERT INTO grade VALUES (?, ?, ?, ?)", lines)
