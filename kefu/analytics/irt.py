"""Item response theory: 1PL and 2PL by marginal maximum likelihood, with information curves.

Written here, because no library earns its place: girth (MIT) had its last release in 2021; py-irt (MIT) is Bayesian and
brings PyTorch and Pyro; mirt (MIT) is tended, but brings scipy and a compiled part of 14 MB and has no 1PL with a common
slope. All that is needed is the EM below, some forty lines of numpy; the tests hold it to published parameters.
"""

from typing import Literal, NamedTuple

import numpy as np
import pandas as pd

NODES = np.linspace(-6, 6, 61)  # abilities the normal(0, 1) population is summed over
WEIGHTS = np.exp(-(NODES**2) / 2) / np.exp(-(NODES**2) / 2).sum()
STEEPEST = 6.0  # a slope beyond this is an item that splits the class perfectly: more data, not more iterations
FLAT = 0.1
ENOUGH = {"1PL": 200, "2PL": 500}  # learners (de Ayala 2009)


class Fit(NamedTuple):
    """A fitted model; `items` has difficulty, discrimination (logistic metric), their standard errors and a note."""

    items: pd.DataFrame
    log_likelihood: float
    learners: int
    iterations: int
    note: str


def fit(matrix: pd.DataFrame, points: pd.Series, model: Literal["1PL", "2PL"] = "2PL") -> Fit:
    """Item parameters of P(right | ability) = 1 / (1 + exp(-a (ability - b))); abilities are normal(0, 1).

    2PL (Birnbaum 1968) has a slope a for every item, 1PL one slope for all (Rasch 1960 with a free variance). Marginal
    maximum likelihood by EM (Bock & Aitkin 1981); standard errors from the cross-products of the learners' scores
    (Berndt, Hall, Hall & Hausman 1974). Right means all the points of the item; missing scores are passed over.

    >>> rng = np.random.default_rng(1)
    >>> right = rng.random((20000, 3)) < 1 / (1 + np.exp(np.array([-1.0, 0.5, 1.0]) - rng.normal(size=(20000, 1))))
    >>> found = fit(pd.DataFrame(right * 1.0, columns=["q1", "q2", "q3"]), pd.Series(1.0, index=["q1", "q2", "q3"]), "1PL")
    >>> found.items["difficulty"].round(1).tolist()
    [-1.0, 0.5, 1.0]
    """
    right = (matrix >= points[matrix.columns] - 1e-9).where(matrix.notna()).astype(float)
    varies = right.max() > right.min()
    used = right.loc[right.notna().any(axis=1), varies[varies].index]
    items = pd.DataFrame(
        np.nan, index=matrix.columns, columns=["difficulty", "difficulty_se", "discrimination", "discrimination_se"]
    )
    items["note"] = np.where(varies, "", "everyone right, everyone wrong or nobody there: no parameters")
    if used.shape[1] < 2 + (model == "2PL"):
        items["note"] = items["note"].where(~varies, "too few items that tell learners apart: no parameters")
        return Fit(items, float("nan"), len(used), 0, f"a {model} needs at least {2 + (model == '2PL')} items that vary")
    patterns, counts = np.unique(used.fillna(-1.0).to_numpy(), axis=0, return_counts=True)
    known, x = (patterns >= 0).astype(float), patterns.clip(min=0)
    a, d, iterations, converged = _maximise(x, known, counts, model == "1PL")
    posterior, log_likelihood = _expect(x, known, counts, a, d)
    variances = _variances(x, known, counts, posterior, a, d, model == "1PL")
    slope = np.where(np.abs(a) > 1e-9, a, np.nan)
    b = -d / slope
    gradient = np.stack([-1 / slope, d / slope**2], axis=1)  # of b by (d, a)
    fitted = {
        "difficulty": b,
        "difficulty_se": np.sqrt(np.einsum("ji,jik,jk->j", gradient, variances, gradient).clip(min=0)),
        "discrimination": a,
        "discrimination_se": np.sqrt(variances[:, 1, 1].clip(min=0)),
    }
    items.loc[used.columns, list(fitted)] = pd.DataFrame(fitted, index=used.columns)
    at_bound = used.columns[np.abs(a) >= STEEPEST]
    items.loc[at_bound, "note"] = f"slope at the bound of {STEEPEST:g}: it splits the class perfectly, more learners are needed"
    items.loc[used.columns[np.abs(a) < FLAT], "note"] = "hardly any slope: the difficulty means nothing"
    notes = [] if converged else [f"not settled after {iterations} iterations"]
    if len(used) < ENOUGH[model]:
        notes.append(f"provisional: {len(used)} learners, a {model} wants {ENOUGH[model]}")
    if np.isnan(variances).any():
        notes.append("too few learners for standard errors")
    return Fit(items, log_likelihood, len(used), iterations, "; ".join(notes))


def probabilities(items: pd.DataFrame, abilities: np.ndarray) -> pd.DataFrame:
    """Item characteristic curves: the probability of a right response, abilities x items.

    >>> probabilities(pd.DataFrame({"difficulty": [0.0], "discrimination": [1.0]}, index=["q1"]), np.array([0.0])).to_dict()
    {'q1': {0.0: 0.5}}
    """
    a, b = items["discrimination"].to_numpy(), items["difficulty"].to_numpy()
    return pd.DataFrame(_logistic(a * (np.asarray(abilities)[:, None] - b)), index=abilities, columns=items.index)


def item_information(items: pd.DataFrame, abilities: np.ndarray) -> pd.DataFrame:
    """Item information curves a^2 P (1 - P) (Birnbaum 1968), abilities x items.

    >>> item_information(pd.DataFrame({"difficulty": [0.0], "discrimination": [2.0]}, index=["q1"]), np.array([0.0])).to_dict()
    {'q1': {0.0: 1.0}}
    """
    p = probabilities(items, abilities)
    return p * (1 - p) * items["discrimination"] ** 2


def test_information(items: pd.DataFrame, abilities: np.ndarray) -> pd.DataFrame:
    """Test information, the sum over items, and the standard error of ability, 1 / sqrt(information); index abilities.

    >>> items = pd.DataFrame({"difficulty": [0.0] * 4, "discrimination": [2.0] * 4})
    >>> test_information(items, np.array([0.0])).to_dict("list")
    {'information': [4.0], 'standard_error': [0.5]}
    """
    information = item_information(items, abilities).sum(axis=1)
    return pd.DataFrame({"information": information, "standard_error": information**-0.5})


def _logistic(z: np.ndarray) -> np.ndarray:
    return 1 / (1 + np.exp(-np.clip(z, -700, 700)))


def _expect(x: np.ndarray, known: np.ndarray, counts: np.ndarray, a: np.ndarray, d: np.ndarray) -> tuple[np.ndarray, float]:
    """The posterior of ability for every pattern (patterns x nodes), and the log-likelihood."""
    z = np.outer(a, NODES) + d[:, None]
    joint = x @ z - known @ np.logaddexp(0, z) + np.log(WEIGHTS)
    top = joint.max(axis=1, keepdims=True)
    posterior = np.exp(joint - top)
    total = posterior.sum(axis=1, keepdims=True)
    return posterior / total, float(counts @ (top + np.log(total))[:, 0])


def _maximise(
    x: np.ndarray, known: np.ndarray, counts: np.ndarray, one_slope: bool
) -> tuple[np.ndarray, np.ndarray, int, bool]:
    """EM until no slope or intercept moves by 1e-6: slopes, intercepts, iterations, whether it settled."""
    p = counts @ x / (counts @ known)
    a, d = np.ones(x.shape[1]), np.log(p / (1 - p))
    for iteration in range(1, 2001):
        posterior, _ = _expect(x, known, counts, a, d)
        weighted = posterior * counts[:, None]
        right, given = x.T @ weighted, known.T @ weighted  # expected counts, items x nodes
        before = np.concatenate([a, d])
        for _newton in range(2):
            chance = _logistic(np.outer(a, NODES) + d[:, None])
            residual, weight = right - given * chance, given * chance * (1 - chance)
            g_d, g_a = residual.sum(axis=1), residual @ NODES
            h_dd, h_da, h_aa = weight.sum(axis=1) + 1e-12, weight @ NODES, weight @ NODES**2
            slope_g, slope_h = g_a - h_da * g_d / h_dd, h_aa - h_da**2 / h_dd + 1e-12  # intercepts solved out
            step = np.full(len(a), slope_g.sum() / slope_h.sum()) if one_slope else slope_g / slope_h
            step = np.clip(a + np.clip(step, -1, 1), -STEEPEST, STEEPEST) - a
            a, d = a + step, d + np.clip((g_d - h_da * step) / h_dd, -2, 2)
        if np.abs(np.concatenate([a, d]) - before).max() < 1e-6:
            return a, d, iteration, True
    return a, d, iteration, False


def _variances(
    x: np.ndarray, known: np.ndarray, counts: np.ndarray, posterior: np.ndarray, a: np.ndarray, d: np.ndarray, one_slope: bool
) -> np.ndarray:
    """Covariances of (intercept, slope) of every item, items x 2 x 2; NaN when there are too few learners."""
    chance = _logistic(np.outer(a, NODES) + d[:, None])
    by_d = x - known * (posterior @ chance.T)
    by_a = x * (posterior @ NODES)[:, None] - known * (posterior @ (chance * NODES).T)
    k = x.shape[1]
    scores = np.concatenate([by_d, by_a.sum(axis=1, keepdims=True) if one_slope else by_a], axis=1)
    information = scores.T @ (scores * counts[:, None])
    if np.linalg.matrix_rank(information) < len(information):
        return np.full((k, 2, 2), np.nan)
    inverse = np.linalg.inv(information)
    slope = np.full(k, k) if one_slope else k + np.arange(k)
    pairs = np.stack([np.arange(k), slope], axis=1)
    return inverse[pairs[:, :, None], pairs[:, None, :]]
