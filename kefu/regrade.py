"""Regrade: another key, one more key or none at all for an item of a paper, from the responses that were handed in.

What a regrade changes stands in bank/regrades.json, which `kefu build` follows: the marking cell in source/, and with it
`kefu grade` and `nbgrader autograde`, say the same ever after. Every regrade is a line of regrades.jsonl beside the gradebook.
"""

import tomllib
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pandas as pd

from kefu import audit, build, database, gradebook, journal
from kefu.grading import plan
from kefu.grading.engine import BATCH, submissions, time_of, up_to_date
from kefu.grading.run import grade_papers, penalty
from kefu.grading.store import Row, Store
from kefu.items import Item, kind_module, score
from kefu.paper import Paper
from kefu.paper import find as find_paper


def find(root: Path, paper: str, item: str) -> tuple[Paper, Item]:
    """A paper's form and one item of it, as it is marked today. Raises ValueError when there is none."""
    form = find_paper(root, paper)
    found = next((one for one in form.items if one.id == item), None)
    if found is None:
        raise ValueError(f"{paper}: {item}: is no item of this paper; see bank/papers.toml and source/{paper}")
    if kind_module(found.kind).MARKED != "data":
        raise ValueError(f"{paper}: {item}: a {found.kind} has no key; mark it in the formgrader")
    return form, found


def change(item: Item, *, key: str | None = None, accept: str | None = None, void: bool = False) -> Item:
    """The item with another key, with one more key, or void; exactly one of the three.

    A key is written as in the item's file: `b`, `["a", "c"]` or `{ p1 = "b", p2 = "a" }`. Raises ValueError for a bad one.
    """
    if (key is not None) + (accept is not None) + void != 1:
        raise ValueError("say one of --key, --accept and --void")
    if void:
        return replace(item, void=True)
    if key is not None:
        return replace(item, key=_key(item, key), accept=(), void=False)
    new = _key(item, accept or "")
    known = (item.key, *item.accept)
    return replace(item, accept=item.accept if new in known else (*item.accept, new), void=False)


def preview(root: Path, form: Paper, item: Item) -> pd.DataFrame:
    """Who changes when `item` is marked so, as `changes` says; nothing is changed.

    Marks every graded submission again on a copy of the gradebook, so that penalties and graders' own points are kept.
    """
    with TemporaryDirectory() as folder:
        copy = database.copy(database.address(root), Path(folder) / "gradebook.db")
        found, store = _open(root, form, item, copy)
        graded = _graded(root, form.name)
        for n in range(0, len(graded), BATCH):
            store.write(_marked(found, submitted) for submitted in graded[n : n + BATCH])
        store.close()
        return changes(_grades(root, form.name), gradebook.grades(copy, form.name), item.id)


def apply(root: Path, form: Paper, old: Item, new: Item, *, who: str, why: str, now: datetime,
          release: Callable[[], object], undoes: int = 0) -> pd.DataFrame:  # fmt: skip
    """Write down who changes what and why, then change it and mark again; returns who changed, as `changes` says.

    `release` lets nbgrader take over the changed source. A run that was killed is finished by the same regrade once more.
    """
    before = _grades(root, form.name)
    _open(root, form, new, database.address(root))[1].close()  # says what is wrong before anything is written
    if new != old:
        audit.record(root, form.name, old, new, who, why, now, undoes)
    build.write(_with(form, new), root / "source")
    release()
    graded = [folder.parent.name for folder in _graded(root, form.name)]  # what is not graded yet stays so
    if graded:
        grade_papers(root, [form.name], workers=None, force=True, learners=graded)
    return changes(before, _grades(root, form.name), new.id)


def changes(before: pd.DataFrame, after: pd.DataFrame, item: str) -> pd.DataFrame:
    """The learners whose points for an item, or whose total, differ between two states of a paper's grades.

    One row a learner: learner, before, after (of the item), total_before, total_after, in points.
    """
    columns = {}
    for name, found in (("before", before), ("after", after)):
        columns[name] = found[found["cell"] == f"{item}-mark"].set_index("learner")["score"]
        columns[f"total_{name}"] = gradebook.totals(found).set_index("learner")["score"]
    frame = pd.DataFrame(columns)[["before", "after", "total_before", "total_after"]].rename_axis("learner").reset_index()
    moved = (frame["after"] - frame["before"]).abs() + (frame["total_after"] - frame["total_before"]).abs()
    return frame[moved > 1e-9].reset_index(drop=True)


def _key(item: Item, text: str) -> Any:
    """A key from the command line, checked against the item."""
    try:
        key = tomllib.loads(f"key = {text}")["key"] if text[:1] in ('"', "[", "{") else text
    except tomllib.TOMLDecodeError as error:
        raise ValueError(f"{item.id}: {text!r} is no key: {error}; write it as in the item's file") from None
    if _fits(item, key):
        return key  # an author's rules, such as two right options at least, do not bind a regrade
    complaints = [f"{name}: {mend}" for name, mend in kind_module(item.kind).check(replace(item, key=key))]
    if complaints:
        raise ValueError(f"{item.id}: {'; '.join(complaints)}")
    return key


def _fits(item: Item, key: Any) -> bool:
    """Whether a key is one for sure: where keys look like responses, it must earn full points as a response."""

    def full(right: Any) -> bool:
        one = replace(item, key=right, accept=(), void=False)
        return score(response=right, **one.marking("all")).verdict == "right"

    alike = type(key) is type(item.key) and (not isinstance(key, dict) or key.keys() == item.key.keys())
    return alike and full(item.key) and full(key)


def _with(form: Paper, item: Item) -> Paper:
    return replace(form, items=tuple(item if one.id == item.id else one for one in form.items))


def _open(root: Path, form: Paper, item: Item, url: str) -> tuple[plan.Plan, Store]:
    """The plan of a form with its item changed, and the gradebook it is for."""
    with TemporaryDirectory() as folder:
        build.write(_with(form, item), Path(folder))
        found = plan.read(Path(folder) / form.name)
    return found, Store(url, form.name, found.points, penalty(database.settings(root)))


def _grades(root: Path, paper: str) -> pd.DataFrame:
    return gradebook.grades(database.address(root), paper)


def _graded(root: Path, paper: str) -> list[Path]:
    """The submissions that are marked; one that is not, or was handed in again since, waits for kefu grade."""
    return [folder for folder in submissions(root, paper) if up_to_date(root, folder)]


def _marked(found: plan.Plan, submitted: Path) -> Row:
    scores = found.scores(journal.read(submitted / journal.NAME))
    return Row(submitted.parent.name, time_of(submitted), {name: one.earned for name, one in scores.items()})
