"""Double marking: a sheet for a second rater of what was marked by hand, and how well the two raters agree."""

from collections.abc import Iterator
from hashlib import sha256
from math import ceil
from pathlib import Path
from typing import Any

import pandas as pd

from kefu import gradebook, journal
from kefu.database import address
from kefu.items import Item, kind_module
from kefu.paper import Paper
from kefu.spreadsheet import read_csv
from kefu.views import spoken


def marked(root: Path, form: Paper) -> pd.DataFrame:
    """What a person has marked of a paper: learner, code, item and first (points). A code names nobody outside the gradebook.

    Raises ValueError when the paper has no item for a person to mark, or nothing of it is marked yet.
    """
    cells = {f"{item.id}-hand": item.id for item in form.items if kind_module(item.kind).MARKED == "hand"}
    if not cells:
        raise ValueError(f"{form.name}: has no item that is marked by hand; only essays are worth a second rater")
    found = gradebook.grades(address(root), form.name)
    found = found[found["cell"].isin(cells) & found["score"].notna() & ~found["to_mark"]]
    if found.empty:
        raise ValueError(f"{form.name}: nothing is marked by hand yet; mark it in the formgrader first")
    codes = gradebook.codes(address(root), form.name)
    found = found.assign(item=found["cell"].map(cells), code=found["learner"].map(codes), first=found["score"])
    return found[["learner", "code", "item", "first"]].reset_index(drop=True)


def sheet(root: Path, form: Paper, share: float, seed: int) -> list[list[Any]]:
    """The rows of a second rater's sheet: a share of the learners, by a seed, one row for every answer of theirs.

    Learners are ranked by a hash of seed and code, so who is marked later moves as little of the sample as can be.
    Blank answers are left out: two raters cannot differ on them. Raises ValueError as `marked`, or for a share outside 0 to 1.
    """
    if not 0 < share <= 1:
        raise ValueError(f"--share {share:g}: write a number above 0 and at most 1, like 0.2 for every fifth learner")
    found, items = marked(root, form), {item.id: item for item in form.items}
    codes = sorted(found["code"].unique(), key=lambda code: sha256(f"{seed}/{code}".encode()).hexdigest())
    place = {code: n for n, code in enumerate(codes[: ceil(share * len(codes))])}
    drawn = found[found["code"].isin(place)].sort_values("code", key=lambda column: column.map(place), kind="stable")
    most = max(len(items[name].key) for name in found["item"].unique())
    numbered = [f"{word}_{n}" for n in range(1, most + 1) for word in ("criterion", "points")]
    rows: list[list[Any]] = [["code", "item", "question", "answer", *numbered]]
    for learner, code, name in zip(drawn["learner"], drawn["code"], drawn["item"], strict=True):
        answers = journal.read(root / "autograded" / learner / form.name / journal.NAME)
        if isinstance(answer := answers.responses.get(name), str) and answer.strip():
            item, lang = items[name], spoken(answers)
            told = [code, name, item.texts[lang]["stem"], answer, *_criteria(item, lang)]
            rows.append(told + [""] * (len(rows[0]) - len(told)))
    return rows


def read(path: Path, form: Paper, found: pd.DataFrame) -> pd.DataFrame:
    """A filled sheet beside the first rater's points (`marked`): learner, item, first, second.

    Raises ValueError with every bad row: its line, what is wrong, and the mend.
    """
    firsts = {(row["code"], row["item"]): (row["learner"], row["first"]) for row in found.to_dict("records")}
    items, seen = {item.id: item for item in form.items}, set()
    rows, wrong = [], []
    for line, cells in read_csv(path, "code", "item", "points_1"):
        key = cells["code"], cells["item"]
        if key not in firsts:
            wrong.append(
                f"line {line}: {key[0]} {key[1]}: is no marked answer of {form.name}; copy code and item from the sheet"
            )
        elif key in seen:
            wrong.append(f"line {line}: {key[0]} {key[1]}: stands twice; keep one row")
        else:
            seen.add(key)
            points = list(_points(items[key[1]], cells))
            wrong += [f"line {line}: {problem}" for problem in points if isinstance(problem, str)]
            learner, first = firsts[key]
            rows.append((learner, key[1], first, sum(one for one in points if isinstance(one, float))))
    if wrong:
        raise ValueError("\n".join(f"{path}: {problem}" for problem in wrong))
    if not rows:
        raise ValueError(f"{path}: holds no row; fill in the sheet that kefu second {form.name} writes")
    return pd.DataFrame(rows, columns=["learner", "item", "first", "second"])


def disagreements(marks: pd.DataFrame) -> pd.DataFrame:
    """The answers on which the raters' points differ, the widest apart first."""
    apart = (marks["first"] - marks["second"]).abs()
    return marks.assign(apart=apart)[apart > 1e-9].sort_values(["apart", "item", "learner"], ascending=[False, True, True])


def _criteria(item: Item, lang: str) -> Iterator[str]:
    """Every criterion with its points and what a good answer has, each before an empty cell for the points given."""
    for worth, criterion, good in kind_module(item.kind).solution(item, lang):
        yield f"{worth} {criterion}: {good}"
        yield ""


def _points(item: Item, cells: dict[str, str]) -> Iterator[float | str]:
    """The points of every criterion, or what is wrong with them."""
    for n, worth in enumerate(item.key.values(), 1):
        text = cells.get(f"points_{n}", "")
        try:
            points = float(text)
        except ValueError:
            points = -1.0
        good = 0 <= points <= worth
        yield points if good else f"points_{n}: {text!r} is not from 0 to {worth:g}; write the points of this criterion"
