"""The stage of a benchmark: papers built, a class that handed in or was graded, and commands timed, away from the school."""

import json
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import redirect_stdout
from datetime import UTC, datetime, timedelta
from io import StringIO
from math import exp
from pathlib import Path
from random import Random
from typing import Any

from kefu import author, bank, journal, paper
from kefu.database import address
from kefu.grading import plan
from kefu.grading.store import Row, Store
from kefu.items import kind_module
from kefu.simulate import DIFFICULTY, submit_class
from kefu.simulate import fill as fill_in

QUIZ = """[quiz]
title = { zh = "quiz", en = "quiz" }
chapter = "1-basics"
draw = { single = 10, multiple = 4, truefalse = 2, matching = 2, ordering = 2 }
credit = { multiple = "each", matching = "each", ordering = "each" }
"""
PAPER = '[{name}]\ntitle = {{ zh = "{name}", en = "{name}" }}\nitems = {items}\n'


def built(stage: Path, papers: int, size: int) -> list[paper.Paper]:
    """Papers of so many items of the bank, built in `stage`."""
    items = list(bank.load(stage).pool("secure"))
    texts = [PAPER.format(name=f"paper-{n + 1}", items=items[n * size : (n + 1) * size]) for n in range(papers)]
    (stage / paper.FILE).write_text("".join(texts), encoding="utf-8")
    return build(stage)


def quiz(stage: Path) -> paper.Paper:
    """A quiz of twenty items as the course's chapters have it, built in `stage`."""
    (stage / paper.FILE).write_text(QUIZ, encoding="utf-8")
    return build(stage)[0]


def build(stage: Path) -> list[paper.Paper]:
    """Every paper of the stage's list, built."""
    with redirect_stdout(StringIO()):
        author.build(stage)
    return list(paper.load(stage, bank.load(stage))[0].values())


def submitted(stage: Path, learners: int) -> paper.Paper:
    """A quiz, handed in by a simulated class."""
    form = quiz(stage)
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
    """Grades and journals of a class of known ability, as grading leaves them."""
    points = plan.read(stage / "source" / exam.name).points
    store, rows = Store(address(stage), exam.name, points), []
    for learner, text, responses in attempts(exam, learners):
        scores = dict.fromkeys(points, 0.0)
        for item in exam.items:
            if f"{item.id}-mark" in points:
                scores[f"{item.id}-mark"] = item.score(responses[item.id], exam.credit[item.kind]).earned
        folder = stage / "autograded" / learner / exam.name
        folder.mkdir(parents=True)
        (folder / journal.NAME).write_bytes(text)
        rows.append(Row(learner, datetime(2026, 11, 1), scores))
        if len(rows) == 500:
            store.write(rows)
            rows = []
    store.write(rows)


def hand_in(stage: Path, form: paper.Paper, learners: int) -> None:
    """A class's submissions as collecting leaves them."""
    for learner, text, found in attempts(form, learners):
        folder = stage / "submitted" / learner / form.name
        shutil.copytree(stage / "release" / form.name, folder)
        (folder / journal.NAME).write_bytes(text)
        if form.lab:
            solved = [item.id for item in form.items if item.kind == "value" and item.score(found[item.id]).earned]
            fill_in(folder / f"{form.name}.ipynb", form.lab, solved)
        (folder / "timestamp.txt").write_text("2026-11-01 08:00:00 UTC", encoding="utf-8")


def attempts(form: paper.Paper, learners: int) -> Iterator[tuple[str, bytes, dict[str, Any]]]:
    """A class of known ability (Rasch 1960): learner, journal and responses of each."""
    rng = Random(7)
    for n in range(learners):
        ability, before, lines, responses = rng.gauss(0.6, 1), b"", [], {}
        for place, item in enumerate(form.items, 1):
            response = kind_module(item.kind).attempt(item, 1 / (1 + exp(DIFFICULTY[item.level] - ability)), rng)
            entry = {"n": place, "time": "2026-11-01T08:00:00Z", "item": item.id, "lang": "zh", "response": response}
            before = json.dumps({**entry, "prev": journal.digest(before)}).encode()  # no fsync: a million would take hours
            lines.append(before)
            responses[item.id] = response
        yield f"learner-{n:05d}", b"\n".join(lines) + b"\n", responses


def timed(stage: Path, command: list[str]) -> float:
    """Wall seconds of a command in `stage`; raises CalledProcessError when it fails."""
    start = time.perf_counter()
    subprocess.run(command, **command_line(stage), check=True, capture_output=True)
    return time.perf_counter() - start


def command_line(stage: Path) -> dict[str, Any]:
    """How a command is run: in `stage`, with this kefu and this environment's programs."""
    path = os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]])
    home = os.pathsep.join(filter(None, [str(Path(__file__).parent.parent), os.environ.get("PYTHONPATH")]))
    return {"cwd": stage, "env": {**os.environ, "PATH": path, "PYTHONPATH": home}}
