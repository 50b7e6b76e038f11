"""The table of this lab: 1,200 simulated answers in each of four quarters; the mix of customers shifts, both kinds get happier."""

import numpy as np
import pandas as pd

A_QUARTER = 1200
NEW = {"Q1": 0.25, "Q2": 0.38, "Q3": 0.52, "Q4": 0.65}  # share of new customers
# segment: promoters and detractors in percent, from the first quarter to the last
SEGMENTS = {
    "new": ((32, 31), (34, 29), (37, 27), (39, 25)),
    "regular": ((57, 12), (58, 11), (60, 9), (61, 8)),
}
BUY_AGAIN = {"promoter": 0.63, "passive": 0.47, "detractor": 0.29}


def tables(seed: int) -> dict[str, pd.DataFrame]:
    """The answers, in no order of merit."""
    rng = np.random.default_rng(seed)
    parts = []
    for n, (quarter, share) in enumerate(NEW.items()):
        for segment, size in (("new", round(A_QUARTER * share)), ("regular", A_QUARTER - round(A_QUARTER * share))):
            good, bad = (round(size * percent / 100) for percent in SEGMENTS[segment][n])
            groups = ["promoter"] * good + ["detractor"] * bad + ["passive"] * (size - good - bad)
            scores = [score(rng, group) for group in groups]
            again = [int(rng.random() < BUY_AGAIN[group]) for group in groups]
            parts.append(pd.DataFrame({"quarter": quarter, "segment": segment, "score": scores, "bought_again": again}))
    table = pd.concat(parts)
    table = table.iloc[rng.permutation(len(table))].sort_values("quarter", kind="stable", ignore_index=True)
    table.insert(0, "answer", np.arange(1, len(table) + 1))
    return {"answers": table}


def score(rng: np.random.Generator, group: str) -> int:
    """A score from 0 to 10 of somebody in a group."""
    if group == "promoter":
        return int(rng.choice([9, 10], p=[0.55, 0.45]))
    if group == "passive":
        return int(rng.choice([7, 8], p=[0.4, 0.6]))
    return int(rng.choice(range(7), p=[0.06, 0.04, 0.06, 0.1, 0.14, 0.28, 0.32]))
