"""How far a paper's total can be trusted: alpha, the standard error of measurement, the length it takes."""

from typing import NamedTuple

import numpy as np
import pandas as pd


class Reliability(NamedTuple):
    """How far a paper's total can be trusted; `note` says why a number is missing or odd."""

    alpha: float
    standard_error: float
    sem: float
    mean: float
    sd: float
    learners: int
    items: int
    note: str


def reliability(matrix: pd.DataFrame) -> Reliability:
    """Cronbach's alpha (KR-20 when every item is right or wrong) of learners who have every item, its SE, and the SEM.

    alpha = k / (k - 1) * (1 - sum of item variances / variance of totals) (Cronbach 1951; Kuder & Richardson 1937).
    SE after Duhachek & Iacobucci (2004); SEM = SD * sqrt(1 - alpha) (Gulliksen 1950), never above the SD.

    >>> reliability(pd.DataFrame({"q1": [1, 1, 1, 0], "q2": [1, 1, 0, 0], "q3": [1, 0, 0, 0]})).alpha
    0.75
    """
    complete = matrix.dropna()
    n, k = complete.shape
    total = complete.sum(axis=1)
    mean, sd = (float(total.mean()), float(total.std())) if n > 1 else (float("nan"), float("nan"))
    note = ""
    if n < 2:
        note = "fewer than two learners have a score on every item: no reliability"
    elif k < 2:
        note = "one item: no reliability"
    elif sd < 1e-12:
        note = "every learner has the same total: no reliability"
    if note:
        return Reliability(float("nan"), float("nan"), float("nan"), mean, sd, n, k, note)
    cov = complete.cov().to_numpy()
    whole, trace, square = cov.sum(), cov.trace(), cov @ cov
    alpha = k / (k - 1) * (1 - trace / whole)
    q = 2 * k**2 / ((k - 1) ** 2 * whole**3) * (whole * (square.trace() + trace**2) - 2 * trace * square.sum())
    notes = ["alpha is negative: the items pull against each other, look for a wrong key"] if alpha < 0 else []
    if n < len(matrix):
        notes.append(f"{len(matrix) - n} learners without a score on every item are left out")
    sem = sd * float(1 - max(alpha, 0.0)) ** 0.5
    return Reliability(float(alpha), float(max(q, 0.0) / n) ** 0.5, sem, mean, sd, n, k, "; ".join(notes))


def sem_at(score: float, found: Reliability, points: pd.Series) -> float:
    """The standard error of measurement, in points, of a learner whose score is `score` - at the cut, for one.

    Lord's sqrt(x (k - x) / (k - 1)) (1955), scaled by sqrt((1 - alpha) / (1 - KR-21)) so that its mean square over
    learners is SEM squared (Keats 1957). Papers with points of many sizes are treated as k items of equal worth.
    Raises ValueError when there is no reliability, or the score is not between 0 and the sum of points.

    >>> round(sem_at(20, Reliability(0.5, 0.1, 2.2, 20, 3.202563, 100, 40, ""), pd.Series([1.0] * 40)), 3)
    2.282
    """
    top, k = float(points.sum()), found.items
    if not 0 <= score <= top:
        raise ValueError(f"score {score} lies outside 0 to {top:g}; give it in points")
    if np.isnan(found.alpha):
        raise ValueError(f"no standard error at {score}: {found.note}")
    x, mean, variance = score * k / top, found.mean * k / top, (found.sd * k / top) ** 2 * (found.learners - 1) / found.learners
    kr21 = k / (k - 1) * (1 - mean * (k - mean) / (k * variance))
    scale = (1 - max(found.alpha, 0.0)) / (1 - kr21) if kr21 < 1 - 1e-12 else 0.0  # only none and all right: no error
    return float(top / k * np.sqrt(x * (k - x) / (k - 1) * scale))


def items_needed(alpha: float, items: int, target: float) -> float:
    """How many items like these would reach a reliability of `target`: n a' (1 - a) / (a (1 - a')).

    The Spearman-Brown formula solved for the length (Spearman 1910; Brown 1910). Raises ValueError unless both
    reliabilities lie between 0 and 1: a paper that measures nothing does not get better by being longer.

    >>> round(items_needed(0.6, 20, 0.8), 1)
    53.3
    """
    if not (0 < alpha < 1 and 0 < target < 1):
        raise ValueError(
            f"alpha {alpha:.2f}, target {target:.2f}: lengthening helps only between 0 and 1; mend the items first"
        )
    return items * target * (1 - alpha) / (alpha * (1 - target))
