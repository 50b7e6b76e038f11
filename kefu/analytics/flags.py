"""What to mend: an item table read against the thresholds of the field."""

from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd

HIDDEN, PROVISIONAL = 30, 100  # the SE of a correlation is 0.19 with 30 learners and 0.10 with 100
EASY, HARD = 0.90, 0.25  # facility
WEAK = 0.10  # discrimination (Ebel & Frisbie 1991 reject below .20; below .10 there is nothing left to doubt)
RELIABLE = {"quiz": 0.60, "exam": 0.70, "certificate": 0.80}  # the alpha a paper needs for its use
ADVICE = {
    "mis-keyed": "check the key",
    "two right answers": "accept both, or mend the options",
    "negative": "the able fail it: check the key and the wording",
    "weak": "it hardly tells apart: rewrite it",
    "too easy": "more than 90 % of its points are earned: keep it only if all must know it",
    "too hard": "less than 25 % of its points are earned: is it taught, is it clear?",
}


def review(items: pd.DataFrame, alarms: pd.DataFrame) -> pd.DataFrame:
    """The item table as it may be shown: with status, flags (a tuple) and advice, numbers hidden below 30 learners.

    `items` is `classical.item_table`'s, `alarms` `distractors.miskeys`'s. status: `hidden` below 30 learners (every
    statistic becomes NaN), `provisional` below 100, else empty. Thresholds are this module's constants.

    >>> items = pd.DataFrame({"n": [200], "facility": [0.95], "discrimination": [0.05], "note": [""]}, index=["q1"])
    >>> review(items, pd.DataFrame({"alarm": [], "likely": []})).loc["q1", "flags"]
    ('weak', 'too easy')
    """
    r, p, shown = items["discrimination"], items["facility"], items["n"] >= HIDDEN
    alarm = alarms["alarm"].reindex(items.index)
    masks: Mapping[str, pd.Series] = {
        "mis-keyed": alarm == "mis-keyed",
        "two right answers": alarm == "two right answers",
        "negative": alarm.isna() & (r < 0),
        "weak": alarm.isna() & (r >= 0) & (r < WEAK),
        "too easy": p > EASY,
        "too hard": p < HARD,
    }
    found = pd.DataFrame(masks).mul(shown, axis=0)
    reviewed = hide(items, items["n"])
    reviewed["status"] = np.select([~shown, items["n"] < PROVISIONAL], ["hidden", "provisional"], "")
    reviewed["flags"] = [tuple(found.columns[row]) for row in found.to_numpy()]
    likely = alarms["likely"].reindex(items.index)
    reviewed["advice"] = [_advice(found, options) for found, options in zip(reviewed["flags"], likely, strict=True)]
    return reviewed


def hide(table: pd.DataFrame, learners: pd.Series) -> pd.DataFrame:
    """A table without the numbers of rows with fewer than 30 learners; counts stay, and `note` says why.

    >>> hide(pd.DataFrame({"n": [9], "share": [0.5], "note": [""]}), pd.Series([9]))["share"].tolist()
    [nan]
    """
    numbers, shown = table.select_dtypes("float").columns, learners >= HIDDEN
    hidden = table.copy()
    hidden[numbers] = table[numbers].where(shown)
    hidden["note"] = table["note"].where(shown, f"fewer than {HIDDEN} learners: numbers would mislead and are hidden")
    return hidden


def _advice(flags: tuple[str, ...], likely: Any) -> str:
    right = [f"likely right: {', '.join(likely)}"] if flags and isinstance(likely, tuple) else []
    return "; ".join([ADVICE[flag] for flag in flags] + right)
