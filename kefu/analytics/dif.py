"""Differential item functioning: an item that is harder for one group than for equally able learners of another."""

from math import erfc, sqrt
from typing import NamedTuple

import numpy as np
import pandas as pd

from kefu.analytics.flags import HIDDEN, PROVISIONAL
from kefu.analytics.matrix import total_shares

COLUMNS = (
    "n_reference", "n_focal", "odds_ratio", "delta", "delta_se", "chi2", "p", "size",
    "uniform_chi2", "uniform_p", "nonuniform_chi2", "nonuniform_p", "r2_change", "note",
)  # fmt: skip


class MantelHaenszel(NamedTuple):
    """Common odds ratio, its log's standard error, chi-squared with continuity correction (1 df) and its p."""

    odds_ratio: float
    log_se: float
    chi2: float
    p: float


def mantel_haenszel(tables: np.ndarray) -> MantelHaenszel:
    """The Mantel-Haenszel statistics of 2 x 2 tables, strata x (reference, focal) x (right, wrong).

    Odds ratio = sum(AD / T) / sum(BC / T); chi2 = (|sum A - sum E(A)| - 1/2)^2 / sum Var(A) (Mantel & Haenszel 1959);
    SE of its log after Robins, Breslow & Greenland (1986). NaN where the tables hold nothing to compare.

    >>> mantel_haenszel(np.array([[[0, 6], [0, 5]], [[3, 3], [0, 6]], [[6, 0], [2, 4]], [[5, 1], [6, 0]]])).odds_ratio
    7.0
    """
    tables = tables[tables.sum(axis=(1, 2)) > 1].astype(float)
    (a, b), (c, d) = tables[:, 0].T, tables[:, 1].T
    t = a + b + c + d
    r, s = a * d / t, b * c / t
    expected = (a + b) * (a + c) / t
    variance = ((a + b) * (c + d) * (a + c) * (b + d) / (t**2 * (t - 1))).sum()
    nan = float("nan")
    chi2 = max(abs((a - expected).sum()) - 0.5, 0.0) ** 2 / variance if variance > 0 else nan
    if not (r.sum() > 0 and s.sum() > 0):
        ratio = float("inf") if r.sum() > 0 else 0.0 if s.sum() > 0 else nan
        return MantelHaenszel(ratio, nan, float(chi2), _tail(chi2))
    p, q = (a + d) / t, (b + c) / t
    log_variance = (p * r).sum() / (2 * r.sum() ** 2) + (q * s).sum() / (2 * s.sum() ** 2)
    log_variance += (p * s + q * r).sum() / (2 * r.sum() * s.sum())
    return MantelHaenszel(float(r.sum() / s.sum()), float(sqrt(log_variance)), float(chi2), _tail(chi2))


def logistic(x: np.ndarray, right: np.ndarray, given: np.ndarray) -> tuple[np.ndarray, float]:
    """Coefficients and log-likelihood of a logistic regression on counts, by Newton's method.

    x: rows x predictors (with a column of ones); `right` of `given` trials a row. With perfectly separated rows the
    coefficients have no maximum and stop after 25 steps; the log-likelihood is right all the same.

    >>> coefficients, _ = logistic(np.array([[1.0, 0.0], [1.0, 1.0]]), np.array([3.0, 2.0]), np.array([4.0, 4.0]))
    >>> coefficients.round(6).tolist()  # log odds log 3, and log 3 below it
    [1.098612, -1.098612]
    """
    beta = np.zeros(x.shape[1])
    for _ in range(25):
        chance = 1 / (1 + np.exp(-np.clip(x @ beta, -30, 30)))
        weight = given * chance * (1 - chance)
        step = np.linalg.lstsq((x.T * weight) @ x, x.T @ (right - given * chance), rcond=None)[0]
        beta = beta + np.clip(step, -5, 5)
        if np.abs(step).max() < 1e-10:
            break
    z = np.clip(x @ beta, -30, 30)
    return beta, float((right * z - given * np.logaddexp(0, z)).sum())


def dif(matrix: pd.DataFrame, points: pd.Series, group: pd.Series, reference: str | None = None) -> pd.DataFrame:
    """DIF of every item for every other group against `reference` (else the largest group); index (item, focal).

    Learners are matched on their total, the item included (Holland & Thayer 1988): their share of the points of the items
    both groups were given, in as many steps as there are such items. Right means all the points. `group` goes by learner:
    language, form, class, … Raises ValueError when nobody is in the reference group.

    - `odds_ratio`, `delta` = -2.35 ln(odds ratio) (below 0: harder for the focal group), `delta_se`, `chi2`, `p`
    - `size` A negligible, B moderate, C large: ETS classes (Zieky 1993): C when |delta| >= 1.5 and significantly above 1,
      A when |delta| < 1 or not significantly different from 0
    - `uniform_chi2`, `uniform_p`, `nonuniform_chi2`, `nonuniform_p`: likelihood ratios (1 df each) of group, and of group
      x total, in a logistic regression on the total (Swaminathan & Rogers 1990)
    - `r2_change`: rise of Nagelkerke's R^2 by both; .035 moderate, .070 large (Jodoin & Gierl 2001)
    - `note` says why numbers are missing: nothing is shown with fewer than 30 learners in a group

    >>> rng, group = np.random.default_rng(1), pd.Series(["zh", "en"] * 500)
    >>> harder = np.stack([1.5 * (group == "en"), *np.zeros((9, 1000))], axis=1)  # the first item, for readers of English
    >>> right = rng.random((1000, 10)) < 1 / (1 + np.exp(harder - rng.normal(size=(1000, 1))))
    >>> found = dif(pd.DataFrame(right * 1.0), pd.Series(1.0, index=range(10)), group, reference="zh")
    >>> found.index[found["size"] == "C"].tolist()
    [(0, 'en')]
    """
    group = group.reindex(matrix.index)
    sizes = group.value_counts().sort_index().sort_values(ascending=False, kind="stable")
    if reference is None and len(sizes):
        reference = sizes.index[0]
    if reference is not None and reference not in sizes.index:
        raise ValueError(f"nobody is in the group {reference!r}; the groups are {', '.join(map(str, sizes.index)) or 'none'}")
    right = (matrix >= points[matrix.columns] - 1e-9).where(matrix.notna())
    rows = {}
    for focal in (name for name in sizes.index if name != reference):
        both = matrix[group.isin([reference, focal])]
        common = both.columns[both.notna().groupby(group).any().all()]  # forms share some items: match on those
        total = (total_shares(both[common], points) * len(common)).round().reindex(matrix.index)
        for item in matrix.columns:
            known = total.notna() & right[item].notna()
            strata, stratum = np.unique(total[known].to_numpy(dtype=float), return_inverse=True)
            cell = 4 * stratum + 2 * (group[known] == focal).to_numpy() + (right.loc[known, item] == 0).to_numpy()
            tables = np.bincount(cell, minlength=4 * len(strata)).reshape(-1, 2, 2)
            rows[item, focal] = _compare(tables, strata / max(len(common), 1))
    table = pd.DataFrame(list(rows.values()), columns=list(COLUMNS))
    return table.set_index(pd.MultiIndex.from_arrays(list(zip(*rows, strict=True)) or [[], []], names=["item", "focal"]))


def _compare(tables: np.ndarray, totals: np.ndarray) -> dict[str, float | int | str]:
    """One item, one focal group: tables are strata x (reference, focal) x (right, wrong)."""
    n_reference, n_focal = (int(n) for n in tables.sum(axis=(0, 2)))
    smaller = min(n_reference, n_focal)
    found: dict[str, float | int | str] = {"n_reference": n_reference, "n_focal": n_focal}
    if smaller == 0:
        return found | {"size": "", "note": "only one of the groups was given it"}
    if smaller < HIDDEN:
        return found | {"size": "", "note": f"fewer than {HIDDEN} learners in a group: numbers would mislead and are hidden"}
    if tables[:, :, 0].sum() in (0, tables.sum()):
        return found | {"size": "", "note": "everyone right or everyone wrong: nothing to compare"}
    odds_ratio, log_se, chi2, p = mantel_haenszel(tables)
    found |= {"odds_ratio": odds_ratio, "delta_se": 2.35 * log_se, "chi2": chi2, "p": p} | _regression(tables, totals)
    if np.isnan(log_se):
        return found | {"size": "", "note": "right and wrong do not both occur where the groups can be compared: no delta"}
    delta = -2.35 * float(np.log(odds_ratio))
    note = "" if smaller >= PROVISIONAL else f"provisional: fewer than {PROVISIONAL} learners in a group"
    return found | {"delta": delta, "size": _ets_class(delta, 2.35 * log_se, p), "note": note}


def _ets_class(delta: float, se: float, p: float) -> str:
    if abs(delta) < 1 or p >= 0.05:
        return "A"
    return "C" if abs(delta) >= 1.5 and (abs(delta) - 1) / se > 1.645 else "B"


def _regression(tables: np.ndarray, totals: np.ndarray) -> dict[str, float]:
    """Logistic-regression DIF on the counts of right and wrong by total and group."""
    right, given = tables[:, :, 0].ravel().astype(float), tables.sum(axis=2).ravel().astype(float)
    total, focal = np.repeat(totals, 2), np.tile([0.0, 1.0], len(totals))
    x = np.stack([np.ones_like(total), total, focal, focal * total], axis=1)
    empty, by_total, uniform, both = (logistic(x[:, :columns], right, given)[1] for columns in (1, 2, 3, 4))
    n = given.sum()

    def nagelkerke(log_likelihood: float) -> float:
        return float((1 - np.exp(2 * (empty - log_likelihood) / n)) / (1 - np.exp(2 * empty / n)))

    chi2, crossing = max(2 * (uniform - by_total), 0.0), max(2 * (both - uniform), 0.0)
    return {
        "uniform_chi2": chi2,
        "uniform_p": _tail(chi2),
        "nonuniform_chi2": crossing,
        "nonuniform_p": _tail(crossing),
        "r2_change": nagelkerke(both) - nagelkerke(by_total),
    }


def _tail(chi2: float) -> float:
    """P of a chi-squared beyond this, 1 df."""
    return erfc(sqrt(chi2 / 2)) if chi2 == chi2 else chi2
