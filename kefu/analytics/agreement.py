"""How well two raters agree on the same pieces of work."""

import numpy as np
import pandas as pd


def weighted_kappa(first: pd.Series, second: pd.Series) -> float:
    """Cohen's kappa of two raters' points with quadratic weights: agreement beyond chance, 1 at best, 0 for chance.

    1 - sum of (x - y)^2 over pairs / the same expected from the raters' own distributions (Cohen 1968; Fleiss & Cohen 1973).
    NaN when both raters give one and the same number of points throughout, or there is no pair.

    >>> round(weighted_kappa(pd.Series([1, 2, 3, 3]), pd.Series([1, 3, 3, 2])), 4)
    0.6364
    """
    x, y = np.asarray(first, dtype=float), np.asarray(second, dtype=float)
    if not len(x):
        return float("nan")
    # the mean of (x - y)^2 over all pairs of one rater's points with the other's
    chance = x.var() + y.var() + (x.mean() - y.mean()) ** 2
    return float(1 - ((x - y) ** 2).mean() / chance) if chance > 1e-12 else float("nan")


def agreement(marks: pd.DataFrame) -> pd.DataFrame:
    """One row an item from marks with the columns item, first and second (points): n, kappa, exact and adjacent.

    `kappa` is `weighted_kappa`; `exact` the share of pairs with the same points, `adjacent` of those at most one point apart.

    >>> marks = pd.DataFrame({"item": "q", "first": [1, 2, 3, 3], "second": [1, 3, 3, 2]})
    >>> agreement(marks)[["n", "exact", "adjacent"]].to_dict("records")
    [{'n': 4, 'exact': 0.5, 'adjacent': 1.0}]
    """
    apart = (marks["first"] - marks["second"]).abs().round(9)
    told = marks.assign(exact=apart == 0, adjacent=apart <= 1).groupby("item", sort=False)
    table = told.agg(n=("exact", "size"), exact=("exact", "mean"), adjacent=("adjacent", "mean"))
    table["kappa"] = pd.Series({item: weighted_kappa(group["first"], group["second"]) for item, group in told}, dtype=float)
    return table[["n", "kappa", "exact", "adjacent"]]
