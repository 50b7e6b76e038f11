"""The tables of this lab: what 200 simulated hotel guests expected and perceived, and how they weigh five dimensions."""

import numpy as np
import pandas as pd

# dimension: number of items, mean expectation, mean perception, share of guests who cannot say
DIMENSIONS = {
    "tangibles": (4, 5.3, 5.4, 0.02),
    "reliability": (5, 6.3, 5.6, 0.03),
    "responsiveness": (4, 6.0, 4.8, 0.12),
    "assurance": (4, 5.9, 5.6, 0.04),
    "empathy": (5, 5.5, 4.9, 0.09),
}
REVERSED = (11, 13, 19, 21)  # worded the other way round
WEIGHTS = {"tangibles": 12, "reliability": 31, "responsiveness": 23, "assurance": 18, "empathy": 16}
GUESTS, TOP, NO_ANSWER = 200, 7, 9


def tables(seed: int) -> dict[str, pd.DataFrame]:
    """The survey, a row an answer, and the weights."""
    rng = np.random.default_rng(seed)
    mood = rng.normal(0, 0.5, (GUESTS, 1))  # a guest's own level, in every answer
    parts, number = [], 0
    for dimension, (count, expectation, perception, silent) in DIMENSIONS.items():
        for _ in range(count):
            number += 1
            own = rng.normal(0, 0.15)
            wished = scale(expectation + own + 0.4 * mood[:, 0] + rng.normal(0, 0.8, GUESTS))
            found = scale(perception + own + mood[:, 0] + rng.normal(0, 1.1, GUESTS))
            turned = number in REVERSED
            if turned:
                wished, found = TOP + 1 - wished, TOP + 1 - found
            found = np.where(rng.random(GUESTS) < silent, NO_ANSWER, found)
            parts.append(
                pd.DataFrame(
                    {
                        "guest": np.arange(1, GUESTS + 1),
                        "item": number,
                        "dimension": dimension,
                        "reversed": "yes" if turned else "no",
                        "expected": wished,
                        "perceived": found,
                    }
                )
            )
    answers = pd.concat(parts).sort_values(["guest", "item"], ignore_index=True)
    return {"answers": answers, "weights": pd.DataFrame({"dimension": list(WEIGHTS), "weight": list(WEIGHTS.values())})}


def scale(latent: np.ndarray) -> np.ndarray:
    """Whole numbers from 1 to 7."""
    return np.clip(np.rint(latent), 1, TOP).astype(int)
