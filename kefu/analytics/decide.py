"""Pass or fail: how sure the decision is, and who stands too near the cut to tell."""

from math import lgamma
from typing import NamedTuple

import numpy as np
import pandas as pd


class Decision(NamedTuple):
    """How sure a pass mark is, in shares of learners.

    `consistency`: decided alike by a second, parallel paper; `kappa`: that beyond chance (Cohen 1960); `accuracy`: decided
    as the true score would; `false_pass`, `false_fail`: the two ways not to be; `length`: the paper's effective length.
    """

    passed: float
    consistency: float
    kappa: float
    accuracy: float
    false_pass: float
    false_fail: float
    length: int


def consistency(scores: pd.Series, points: float, cut: float, alpha: float) -> Decision:
    """Consistency and accuracy of passing those with `cut` points or more, from one paper of `points` points.

    Livingston & Lewis (1995): the paper is worth n = (m (M - m) - a V) / (V (1 - a)) items, all right or wrong, with m and
    V the mean and variance of scores, M the points, a the reliability; errors are binomial. True scores are beta with two
    parameters (Huynh 1976): their four-parameter fit needs the third and fourth moments, which a school's class cannot give.
    Raises ValueError when scores do not vary, alpha is not between 0 and 1, or the cut lies outside 0 to `points`.

    >>> found = consistency(pd.Series([2, 4, 5, 6, 6, 7, 8, 9, 9, 10]), points=10, cut=6, alpha=0.7)
    >>> round(found.consistency, 2), round(found.kappa, 2), found.length
    (0.78, 0.5, 11)
    """
    scores = scores.dropna()
    mean, variance = float(scores.mean()) / points, float(scores.var(ddof=0)) / points**2
    if not 0 < cut <= points:
        raise ValueError(f"cut {cut:g}: give it in points, above 0 and at most {points:g}")
    if not 0 < alpha < 1:
        raise ValueError(f"alpha {alpha:.2f}: decisions can be judged only with a reliability between 0 and 1")
    if not variance > 1e-12:
        raise ValueError("fewer than two different scores: nothing to decide between")
    n = max(1, round((mean * (1 - mean) - alpha * variance) / (variance * (1 - alpha))))
    strength = mean * (1 - mean) / (alpha * variance) - 1  # alpha + beta of the beta distribution
    true, weight = _beta(mean * strength, (1 - mean) * strength, cut / points)
    whole, part = divmod(round(n * cut / points, 9), 1)  # the cut may fall between two numbers of items: interpolate
    passing = (1 - part) * _at_least(int(whole), n, true) + part * _at_least(int(whole) + 1, n, true)
    both, passed = float(weight @ passing**2), float(weight @ passing)
    agree = 1 - 2 * (passed - both)
    chance = passed**2 + (1 - passed) ** 2
    able = true >= cut / points
    false_pass, false_fail = float(weight @ (passing * ~able)), float(weight @ ((1 - passing) * able))
    kappa = (agree - chance) / (1 - chance) if chance < 1 else float("nan")
    return Decision(passed, agree, kappa, 1 - false_pass - false_fail, false_pass, false_fail, n)


def verdicts(scores: pd.Series, cut: float, sem: float, width: float = 1.0) -> pd.DataFrame:
    """Every learner as `pass`, `fail`, or `borderline` when within `width` standard errors of measurement of the cut.

    Columns score, low, high (the score -/+ width * SEM, 68 % sure at width 1, 95 % at 1.96), passed and verdict. `sem` is
    best taken at the cut (`reliability.sem_at`). A learner without a score is `missing`.

    >>> verdicts(pd.Series({"ada": 70.0, "bo": 58.0, "cy": 40.0, "di": None}), cut=60, sem=4)["verdict"].to_dict()
    {'ada': 'pass', 'bo': 'borderline', 'cy': 'fail', 'di': 'missing'}
    """
    scores = scores.astype(float)
    near = (scores - cut).abs() <= width * sem
    table = pd.DataFrame({"score": scores, "low": scores - width * sem, "high": scores + width * sem, "passed": scores >= cut})
    table["verdict"] = np.select([scores.isna(), near, scores >= cut], ["missing", "borderline", "pass"], "fail")
    return table


def _beta(a: float, b: float, cut: float) -> tuple[np.ndarray, np.ndarray]:
    """A beta distribution as points and weights: midpoints in the angle whose sine squared is the score, split at the cut."""
    border = np.arcsin(np.sqrt(cut))
    edges = np.concatenate([np.linspace(0, border, 4001), np.linspace(border, np.pi / 2, 4001)[1:]])
    middle, width = (edges[1:] + edges[:-1]) / 2, np.diff(edges)
    inside = width > 0
    middle, width = middle[inside], width[inside]
    log_density = (2 * a - 1) * np.log(np.sin(middle)) + (2 * b - 1) * np.log(np.cos(middle))
    weight = np.exp(log_density - log_density.max()) * width
    return np.sin(middle) ** 2, weight / weight.sum()


def _at_least(least: int, n: int, p: np.ndarray) -> np.ndarray:
    """The binomial chance of `least` or more right of n."""
    total, log_p, log_q = np.zeros_like(p), np.log(p), np.log1p(-p)
    for k in range(least, n + 1):
        total += np.exp(lgamma(n + 1) - lgamma(k + 1) - lgamma(n - k + 1) + k * log_p + (n - k) * log_q)
    return total
