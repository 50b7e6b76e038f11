"""A simulated class: learners of known ability hand in a paper the way nbgrader's submit would.

Every learner's id starts with `simulated-`, so that nobody takes the class for a real one.
"""

import shutil
from collections.abc import Collection
from datetime import datetime, timedelta
from hashlib import sha256
from math import exp
from pathlib import Path
from random import Random

import nbformat

from kefu import journal
from kefu.items import kind_module
from kefu.lab import Lab
from kefu.paper import Paper

DIFFICULTY = {"recall": -1.0, "understand": -0.4, "apply": 0.2, "analyse": 0.8}


def submit_class(
    paper: Paper, release: Path, inbound: Path, *, learners: int, seed: int, now: datetime, due: datetime
) -> list[Path]:
    """Hand in `paper` for a class; returns the submissions' folders in nbgrader's inbound layout.

    Ability is normal(0.6, 1); P(knows) = 1 / (1 + exp(difficulty - ability)) (Rasch 1960). About one learner in ten
    runs out of time, one leaves everything blank, about one in ten is late.
    """
    rng = Random(seed)
    folders = []
    for n in range(1, learners + 1):
        ability = rng.gauss(0.6, 1)
        late = rng.random() < 0.1 or n == 2
        reach = rng.uniform(0.4, 0.9) if rng.random() < 0.1 else 1.0
        answered = 0 if n == 1 else round(reach * len(paper.items))
        end = due + timedelta(minutes=rng.uniform(5, 900) * (1 if late else -1))
        stamp = min(end, now).strftime("%Y-%m-%d %H:%M:%S.%f UTC")
        name = f"simulated-{n:03d}"
        folder = inbound / f"{name}+{paper.name}+{stamp}+{sha256(f'{seed}/{name}'.encode()).hexdigest()[:12]}"
        if folder.exists():
            shutil.rmtree(folder)
        shutil.copytree(release / paper.name, folder)
        solved: set[str] = set()
        for place, item in enumerate(paper.items[:answered]):
            difficulty = DIFFICULTY[item.level] + rng.gauss(0, 0.5)
            knows = 1 / (1 + exp(difficulty - ability))
            when = min(end, now) - timedelta(minutes=len(paper.items) - place)
            response = kind_module(item.kind).attempt(item, knows, rng)
            if item.kind == "value" and paper.lab and item.score(response).earned:
                solved.add(item.id)
            journal.append(
                folder / journal.NAME, item.id, now=when, lang=rng.choice(["zh", "zh", "zh", "en"]), response=response
            )
        if paper.lab:
            fill(folder / f"{paper.name}.ipynb", paper.lab, solved)
        (folder / "timestamp.txt").write_text(stamp, encoding="utf-8")
        (folder / "submission_secret.txt").write_text(sha256(folder.name.encode()).hexdigest(), encoding="utf-8")
        folders.append(folder)
    return folders


def fill(notebook: Path, lab: Lab, items: Collection[str]) -> None:
    """Fill a lab's blanks that lead to these items, as a learner would."""
    found = nbformat.read(notebook, as_version=4)
    for step in lab.steps:
        if step.what == "blank" and step.item in items:
            blank = next(cell for cell in found.cells if cell.source == lab.code[step.name])
            blank.source = lab.solutions[step.name]
    nbformat.write(found, notebook)
