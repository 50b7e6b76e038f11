"""Judges' sheets for the pass mark: the empty one, and what the filled ones say."""

from math import ceil
from pathlib import Path
from typing import Any

import pandas as pd

from kefu.analytics.angoff import Angoff
from kefu.items import Item, kind_module
from kefu.paper import FILE, Paper
from kefu.spreadsheet import read_csv

TOLD = ("item", "points", "question")  # the columns of a sheet that are not a judge's


def scored(form: Paper) -> list[Item]:
    """The items of a paper that earn points."""
    return [item for item in form.items if kind_module(item.kind).MARKED != "never"]


def points(form: Paper) -> pd.Series:
    """The points of every item that earns some."""
    return pd.Series({item.id: float(item.points) for item in scored(form)})


def sheet(form: Paper, lang: str) -> list[list[Any]]:
    """The rows of an empty sheet: every item with its question and key, and a column each for five judges."""
    rows: list[list[Any]] = [[*TOLD, *(f"judge {n}" for n in range(1, 6))]]
    for item in scored(form):
        solution = [f"{sign} {label}" for sign, label, _ in kind_module(item.kind).solution(item, lang)]
        rows.append([item.id, item.points, "\n".join([item.texts[lang]["stem"], *solution]), *[""] * 5])
    return rows


def told(form: Paper, found: Angoff) -> str:
    """The judges' pass mark for the terminal: the cut and how to use it, then the judges, then the items."""
    total, whole = float(points(form).sum()), ceil(round(found.percent, 6))
    judges = found.judges.rename_axis("judge").reset_index()
    items = found.items.sort_values("sd", ascending=False, kind="stable").rename_axis("item").reset_index()
    lines = [
        f"{form.name}: cut {found.cut:.2f} of {total:g} points, {found.percent:.1f} %; standard error {found.standard_error:.2f} points",
        f"agreement (intraclass correlation): one judge {found.agreement.single:.2f}, all together {found.agreement.mean:.2f}",
        *([found.note] if found.note else []),
        f"\njudges: cut in points, SD of the shares, consistency with the others\n{judges.to_string(index=False, float_format='%.2f')}",
        f"\nitems: mean share and SD; talk about the first ones\n{items.to_string(index=False, float_format='%.2f')}",
        f"\nThe pass mark today is {form.pass_mark} %. To use the judges', write pass = {whole} under [{form.name}] "
        f"in {FILE} (rounded up, so that nobody passes below the cut) and run kefu build.",
    ]
    return "\n".join(lines)


def read(path: Path) -> pd.DataFrame:
    """Judges' ratings as judge, item, share, from such a sheet or from rows with the headings judge, item and share.

    A share is written 0.65 or 65 %. A judge who rated nothing is left out. Raises ValueError naming line, cell and mend.
    """
    found, wrong = [], []
    for line, row in read_csv(path, "item"):
        if {"judge", "share"} <= row.keys():
            ratings = {row["judge"]: row["share"]}
        else:
            ratings = {judge: text for judge, text in row.items() if judge and judge not in TOLD}
        for judge, text in ratings.items():
            try:
                share = float(text[:-1]) / 100 if text.endswith("%") else float(text) if text else float("nan")
            except ValueError:
                share = -1.0
            if not 0 <= share <= 1 and text:
                wrong.append(f"{path}: line {line}: {judge}: {text!r} is no share; write one from 0 to 1, like 0.65 or 65%")
            found.append((judge, row["item"], share))
    if wrong:
        raise ValueError("\n".join(wrong))
    ratings_of = pd.DataFrame(found, columns=["judge", "item", "share"])
    rated = ratings_of.groupby("judge")["share"].transform("count") > 0
    return ratings_of[rated]
