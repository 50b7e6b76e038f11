"""Classical item analysis: facility, discrimination, weights."""

from collections.abc import Mapping

import numpy as np
import pandas as pd

from kefu.analytics.matrix import rest_shares, tails, total_shares


def correlations(x: pd.DataFrame, y: pd.DataFrame) -> pd.Series:
    """Pearson's r of each column of x with the same column of y, over rows known in both; NaN where either is constant.

    >>> correlations(pd.DataFrame({"q": [0, 0, 1, 1]}), pd.DataFrame({"q": [1, 2, 3, 4]})).round(6).to_dict()
    {'q': 0.894427}
    """
    known = x.notna() & y.notna()
    x, y = x.where(known), y.where(known)
    dx, dy = x - x.mean(), y - y.mean()
    varies = (x.max() - x.min() > 1e-12) & (y.max() - y.min() > 1e-12)
    return ((dx * dy).sum() / np.sqrt((dx**2).sum() * (dy**2).sum())).where(varies)


def item_table(matrix: pd.DataFrame, points: pd.Series) -> pd.DataFrame:
    """Item statistics, one row an item; `note` says why a number is missing.

    - `facility`: mean share of the points; `facility_se` = SD / sqrt(n)
    - `discrimination`: r of item and rest score (Henrysson 1963); `discrimination_se` = (1 - r^2) / sqrt(n - 1)
    - `point_biserial`: r of item and total, the item included
    - `upper_lower`: D, facility in the upper 27 % minus the lower 27 % by total (Kelley 1939)
    - `alpha_if_deleted`: Cronbach's alpha of the other items
    - `efficiency`: discriminative efficiency, 100 cov(item, rest) / the largest cov these marks could give (Moodle)
    - `intended_weight`, `effective_weight`: 100 * share of the points; 100 sqrt(cov(item, total)) / sum of such (Moodle)

    Alpha, efficiency and effective weight use learners with a score on every item. Moodle's formulas stand in MoodleDocs,
    "Quiz statistics calculations".

    >>> matrix = pd.DataFrame({"q1": [1.0, 1, 1, 0], "q2": [1.0, 1, 0, 0], "q3": [1.0, 0, 0, 0]})
    >>> item_table(matrix, pd.Series(1.0, index=matrix.columns)).loc["q2", ["facility", "discrimination"]].round(3).tolist()
    [0.5, 0.707]
    """
    points = points[matrix.columns]
    share, totals, n = matrix / points, total_shares(matrix, points), matrix.count()
    rest = rest_shares(matrix, points)
    r = correlations(matrix, rest)
    upper, lower = (share.mul(weights, axis=0).sum() / share.notna().mul(weights, axis=0).sum() for weights in tails(totals))
    table = pd.DataFrame(
        {
            "n": n,
            "facility": share.mean(),
            "facility_se": share.std(ddof=0) / np.sqrt(n),
            "sd": matrix.std(),
            "discrimination": r,
            "discrimination_se": ((1 - r**2) / (n - 1).clip(lower=0) ** 0.5).where(n > 1),
            "point_biserial": correlations(matrix, pd.DataFrame(dict.fromkeys(matrix, totals))),
            "upper_lower": (upper - lower).where(n > 1),
            **_whole_paper(matrix.dropna()),
            "intended_weight": 100 * points / points.sum(),
        }
    )
    varies = matrix.max() > matrix.min()
    reasons = {
        "nobody has a score": n == 0,
        "one learner: nothing to compare": n == 1,
        "every learner earned the same: it tells nobody apart": (n > 1) & ~varies,
        "the other items tell nobody apart": varies & r.isna(),
        "nobody of the best or of the worst has a score: no upper_lower": (n > 1) & (upper - lower).isna(),
        "no two learners have a score on every item: no efficiency, effective weight or alpha": len(matrix.dropna()) < 2,
        "fewer than three items: no alpha if deleted": len(points) < 3,
        "it moves against the total: no effective weight": varies & (r < 0) & table["effective_weight"].isna(),
    }
    masks = pd.DataFrame(reasons, index=table.index)
    masks["too few learners have a score on every item for the rest"] = table.isna().any(axis=1) & ~masks.any(axis=1)
    table["note"] = ["; ".join(masks.columns[row]) for row in masks.to_numpy()]
    return table


def _whole_paper(complete: pd.DataFrame) -> Mapping[str, pd.Series]:
    """The statistics that need every item of a learner."""
    x, k = complete.to_numpy(), complete.shape[1]
    if len(x) < 2:
        missing = pd.Series(np.nan, index=complete.columns)
        return {"alpha_if_deleted": missing, "efficiency": missing, "effective_weight": missing}
    rest = x.sum(axis=1, keepdims=True) - x

    def covariance(a: np.ndarray, b: np.ndarray) -> np.ndarray:
        return ((a - a.mean(axis=0)) * (b - b.mean(axis=0))).sum(axis=0) / (len(a) - 1)

    variance, with_rest = covariance(x, x), covariance(x, rest)
    most, rest_variance = covariance(np.sort(x, axis=0), np.sort(rest, axis=0)), covariance(rest, rest)
    root = np.sqrt((with_rest + variance).clip(min=0))

    def ratio(a: np.ndarray, b: np.ndarray) -> np.ndarray:
        return np.divide(a, b, out=np.full(k, np.nan), where=b > 1e-12)

    deleted = (k - 1) / (k - 2) * (1 - ratio(variance.sum() - variance, rest_variance)) if k > 2 else np.full(k, np.nan)
    weight = np.where(with_rest + variance < -1e-12, np.nan, 100 * ratio(root, np.full(k, root.sum())))
    columns = {"alpha_if_deleted": deleted, "efficiency": 100 * ratio(with_rest, most), "effective_weight": weight}
    return {name: pd.Series(values, index=complete.columns) for name, values in columns.items()}
