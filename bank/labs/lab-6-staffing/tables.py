"""The tables of this lab: a simulated hotline's forecast for one day, and what its agents' paid hours went into."""

import numpy as np
import pandas as pd

# start of the half hour: calls, seconds per call; the other half hours are drawn around CALLS
FIXED = {"10:00": (100, 180), "13:30": (120, 240), "14:30": (144, 240), "15:00": (150, 240)}
CALLS = [24, 40, 62, 84, 100, 112, 104, 92, 66, 70, 96, 120, 132, 138, 150, 134, 116, 100, 84, 66, 52, 40, 30, 22]
LONGER_FROM = 11  # index of the half hour from which questions about the bill make calls longer
HOURS = {
    "talking to customers": ("yes", 2650),
    "finishing the record": ("yes", 610),
    "waiting for the next call": ("yes", 1220),
    "annual leave": ("no", 560),
    "sick leave": ("no", 210),
    "breaks": ("no", 600),
    "training": ("no", 310),
    "team meetings": ("no", 240),
}


def tables(seed: int) -> dict[str, pd.DataFrame]:
    """The forecast, a row a half hour, and the paid hours, a row an activity."""
    rng = np.random.default_rng(seed)
    rows = []
    for n, usual in enumerate(CALLS):
        start = f"{8 + n // 2:02}:{30 * (n % 2):02}"
        calls = usual + int(rng.integers(-4, 5))
        seconds = (230 if n >= LONGER_FROM else 180) + 5 * int(rng.integers(-2, 3))
        rows.append((start, *FIXED.get(start, (calls, seconds))))
    forecast = pd.DataFrame(rows, columns=["start", "calls", "handle_seconds"])
    hours = pd.DataFrame([(name, *rest) for name, rest in HOURS.items()], columns=["activity", "at_desk", "hours"])
    return {"forecast": forecast, "hours": hours}
