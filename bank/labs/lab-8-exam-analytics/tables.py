"""The tables of this lab: a simulated exam of 100 single-choice items, its key, and seven judges' estimates."""

import numpy as np
import pandas as pd

LEARNERS, ITEMS, JUDGES = 120, 100, 7
LETTERS = np.array(list("abcd"))
WRONG_KEY = 41  # its key in the table names a distractor
GUESSING = 0.15


def tables(seed: int) -> dict[str, pd.DataFrame]:
    """The chosen options, a row a learner; the key, a row an item; the estimates, a row a judge."""
    rng = np.random.default_rng(seed)
    names = [f"q{n}" for n in range(1, ITEMS + 1)]
    ability, difficulty = rng.normal(0, 1, LEARNERS), rng.normal(-0.75, 1.25, ITEMS)
    slope = np.clip(rng.normal(0.65, 0.25, ITEMS), 0.2, 1.4)
    slope[WRONG_KEY - 1], difficulty[WRONG_KEY - 1] = 1.4, 0.1
    knows = GUESSING + (1 - GUESSING) / (1 + np.exp(-slope * (ability[:, None] - difficulty)))
    knowing = rng.random((LEARNERS, ITEMS)) < knows
    true = rng.integers(0, 4, ITEMS)
    draws = rng.dirichlet([1.2, 1.2, 1.2], ITEMS)  # how much each of the three wrong options draws
    draws[WRONG_KEY - 1] = 0.6, 0.25, 0.15
    chosen = np.empty((LEARNERS, ITEMS), dtype=object)
    for n in range(ITEMS):
        wrong = LETTERS[[m for m in range(4) if m != true[n]]]
        chosen[:, n] = np.where(knowing[:, n], LETTERS[true[n]], rng.choice(wrong, LEARNERS, p=draws[n]))
    chosen[rng.random((LEARNERS, ITEMS)) < 0.004] = None
    answers = pd.DataFrame(chosen, columns=names)
    answers.insert(0, "learner", [f"s{n:03}" for n in range(1, LEARNERS + 1)])
    printed = LETTERS[true]
    others = [m for m in range(4) if m != true[WRONG_KEY - 1]]
    printed[WRONG_KEY - 1] = LETTERS[others[int(np.argmax(draws[WRONG_KEY - 1]))]]
    key = pd.DataFrame({"item": names, "key": printed})
    borderline = GUESSING + (1 - GUESSING) / (1 + np.exp(-slope * (-0.3 - difficulty)))
    severity, doubt = rng.normal(0, 0.03, (JUDGES, 1)), rng.normal(0, 0.1, (JUDGES, ITEMS))
    estimates = np.clip(np.rint((borderline + severity + doubt) * 20) / 20, 0.2, 0.95)
    judges = pd.DataFrame(estimates, columns=names)
    judges.insert(0, "judge", [f"judge {n}" for n in range(1, JUDGES + 1)])
    return {"answers": answers, "key": key, "judges": judges}
