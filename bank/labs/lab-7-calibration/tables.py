"""Six weeks of quality checks at a made-up courier hotline: the same calls scored by four raters and by a panel."""

import numpy as np
import pandas as pd

CALLS, PER_WEEK = 60, 10
LINES = {
    "greeting": 0.93,
    "identity": 0.94,
    "listening": 0.78,
    "empathy": 0.68,
    "restating": 0.64,
    "correct_answer": 0.9,
    "next_step": 0.72,
    "hold_notice": 0.76,
    "privacy": 0.95,
    "plain_words": 0.8,
    "record": 0.75,
    "closing": 0.88,
}
CRITICAL = ("identity", "correct_answer", "privacy")
DRIFTS_FROM = 4  # the week from which rater d lets more and more pass


def tables(seed: int) -> dict[str, pd.DataFrame]:
    """The score sheets: a row for every line of every call, a column for every rater."""
    rng = np.random.default_rng(seed)
    rows = []
    for call in range(1, CALLS + 1):
        week = (call - 1) // PER_WEEK + 1
        for line, good in LINES.items():
            truth = int(rng.random() < good)
            raters = [_rated(rng, truth, *_slips(rater, week)) for rater in "abcd"]
            rows.append((call, week, line, int(line in CRITICAL), truth, *raters))
    names = ["call", "week", "line", "critical", "standard", "rater_a", "rater_b", "rater_c", "rater_d"]
    return {"sheets": pd.DataFrame(rows, columns=names)}


def _slips(rater: str, week: int) -> tuple[float, float]:
    """How often a rater lets a miss pass, and how often a rater marks down what was met."""
    late = max(0, week - DRIFTS_FROM + 1)
    passes = {"a": 0.15, "b": 0.25, "c": 0.12, "d": 0.12 + 0.28 * late}[rater]
    return passes, {"a": 0.03, "b": 0.05, "c": 0.12, "d": 0.03}[rater]


def _rated(rng: np.random.Generator, truth: int, passes: float, marks_down: float) -> int:
    chance = rng.random()
    return int(chance >= marks_down) if truth else int(chance < passes)
