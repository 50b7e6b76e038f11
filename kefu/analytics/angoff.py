"""The pass mark by judges: modified Angoff."""

from typing import NamedTuple

import numpy as np
import pandas as pd


class Agreement(NamedTuple):
    """Intraclass correlations of judges taken at random: of one judge, and of the mean of all of them."""

    single: float
    mean: float


class Angoff(NamedTuple):
    """A cut in points and percent with its standard error, the judges' agreement, and what each judge and item said."""

    cut: float
    percent: float
    standard_error: float
    agreement: Agreement
    judges: pd.DataFrame
    items: pd.DataFrame
    note: str


def angoff(sheets: pd.DataFrame, points: pd.Series) -> Angoff:
    """The cut of a paper from judges' sheets: columns judge, item, share (of borderline learners who get it right, 0 to 1).

    Cut = mean over judges of sum(share * points) (Angoff 1971); SE = SD of the judges' cuts / sqrt(number of judges)
    (Cizek & Bunch 2007). For items with partial credit a share is the expected share of the points.
    `judges`: cut, items' SD and `consistency`, the r of a judge with the mean of the others. `items`: mean and SD of shares.
    Raises ValueError when a column, a rating or an item is missing, given twice, unknown, or outside 0 to 1.

    >>> sheets = pd.DataFrame({"judge": list("aabb"), "item": ["q1", "q2"] * 2, "share": [0.6, 0.8, 0.5, 0.7]})
    >>> found = angoff(sheets, pd.Series({"q1": 1.0, "q2": 2.0}))
    >>> round(found.cut, 2), round(found.standard_error, 2)
    (2.05, 0.15)
    """
    ratings = _ratings(sheets, points)
    cuts = ratings @ points[ratings.columns]
    n = len(cuts)
    judges = pd.DataFrame({"cut": cuts, "sd": ratings.std(axis=1)})
    judges["consistency"] = [_with_others(ratings, judge) for judge in ratings.index]
    items = pd.DataFrame({"mean": ratings.mean(), "sd": ratings.std()})
    notes = ["one judge: no standard error"] if n == 1 else []
    if 1 < n < 5:
        notes.append(f"{n} judges: ask at least 5, better 10 to 15 (Hurtz & Hertz 1999)")
    flat = judges.index[judges["sd"].fillna(0) < 1e-12]
    if len(flat):
        notes.append(f"no consistency for {', '.join(map(str, flat))}: the same share for every item")
    error = float(cuts.std()) / n**0.5 if n > 1 else float("nan")
    cut = float(cuts.mean())
    agreed = agreement(ratings.T.to_numpy())
    if np.isnan(agreed.mean):
        notes.append("no agreement: it takes two judges and two items that were not all rated alike")
    return Angoff(cut, 100 * cut / float(points.sum()), error, agreed, judges, items, "; ".join(notes))


def agreement(ratings: np.ndarray) -> Agreement:
    """Intraclass correlations ICC(2,1) and ICC(2,k) of ratings, items x judges (Shrout & Fleiss 1979); NaN without variance.

    >>> ratings = np.array([[9, 2, 5, 8], [6, 1, 3, 2], [8, 4, 6, 8], [7, 1, 2, 6], [10, 5, 6, 9], [6, 2, 4, 7]])
    >>> tuple(round(value, 2) for value in agreement(ratings))  # their Table 2
    (0.29, 0.62)
    """
    n, k = ratings.shape
    spread = ratings - ratings.mean() if ratings.size else ratings
    if n < 2 or k < 2 or not np.abs(spread).max() > 1e-12:
        return Agreement(float("nan"), float("nan"))
    by_item, by_judge = spread.mean(axis=1), spread.mean(axis=0)
    items = k * (by_item**2).sum() / (n - 1)
    judges = n * (by_judge**2).sum() / (k - 1)
    error = ((spread - by_item[:, None] - by_judge) ** 2).sum() / ((n - 1) * (k - 1))
    single = (items - error) / (items + (k - 1) * error + k * (judges - error) / n)
    return Agreement(float(single), float((items - error) / (items + (judges - error) / n)))


def _with_others(ratings: pd.DataFrame, judge: str) -> float:
    """The correlation of a judge's shares with the mean of the others'."""
    own, others = ratings.loc[judge], ratings.drop(index=judge).mean()
    if len(ratings) < 2 or own.max() - own.min() < 1e-12 or others.max() - others.min() < 1e-12:
        return float("nan")
    return float(np.corrcoef(own, others)[0, 1])


def _ratings(sheets: pd.DataFrame, points: pd.Series) -> pd.DataFrame:
    """Shares, judges x items, complete and between 0 and 1."""
    lacking = [column for column in ("judge", "item", "share") if column not in sheets]
    if lacking:
        raise ValueError(f"column {', '.join(lacking)}: is missing; a judge's sheet has the columns judge, item, share")
    if sheets.empty:
        raise ValueError("the sheets hold no ratings; every judge gives a share for every item")
    sheets = sheets.assign(share=pd.to_numeric(sheets["share"], errors="coerce"))
    bad = sheets[~sheets["share"].between(0, 1)]
    if len(bad):
        raise ValueError(f"judge {bad['judge'].iloc[0]}, item {bad['item'].iloc[0]}: write a share between 0 and 1, like 0.65")
    strange = sheets[~sheets["item"].isin(points.index)]
    if len(strange):
        raise ValueError(f"judge {strange['judge'].iloc[0]}: item {strange['item'].iloc[0]} is not in the paper; check its id")
    twice = sheets[sheets.duplicated(["judge", "item"])]
    if len(twice):
        raise ValueError(f"judge {twice['judge'].iloc[0]}: item {twice['item'].iloc[0]} stands twice; keep one row")
    ratings = sheets.pivot(index="judge", columns="item", values="share").reindex(columns=points.index)
    rows, columns = np.nonzero(ratings.isna().to_numpy())
    if len(rows):
        judge, item = ratings.index[rows[0]], ratings.columns[columns[0]]
        raise ValueError(f"judge {judge}: item {item} has no share; ask the judge for it")
    return ratings
