"""A month of calls at a made-up telecom hotline: a queue whose callers hang up when they have waited too long."""

import heapq

import numpy as np
import pandas as pd

DAYS = 20
TOTAL = 20_000
OPENS = 8 * 3600
HALF = 1800
HANDLE = 180.0  # seconds a call takes on average
PATIENCE = 200.0  # seconds a caller waits on average before hanging up
# Of every half hour from 8:00: its share of the day's calls, and how many agents sit there.
SHARES = (18, 26, 40, 58, 76, 84, 78, 62, 44, 38, 42, 52, 60, 62, 56, 48, 44, 38, 30, 26, 20, 16, 12, 10)
AGENTS = (5, 6, 7, 8, 8, 8, 8, 8, 8, 7, 7, 8, 9, 9, 8, 8, 8, 7, 6, 6, 5, 4, 4, 3)


def tables(seed: int) -> dict[str, pd.DataFrame]:
    """Calls, one a row."""
    rng = np.random.default_rng(seed)
    calls = _arrivals(rng)
    frames = [_served(rng, date, calls[calls["date"] == date]) for date in range(1, DAYS + 1)]
    found = pd.concat(frames, ignore_index=True)
    found.insert(0, "number", range(1, TOTAL + 1))
    return {"calls": found}


def _arrivals(rng: np.random.Generator) -> pd.DataFrame:
    """When the calls come: busy and quiet days, busy and quiet half hours."""
    busy = rng.gamma(1500, 1, DAYS)
    cells = np.outer(busy / busy.sum(), np.array(SHARES) / sum(SHARES)).ravel()
    counts = rng.multinomial(TOTAL, cells).reshape(DAYS, len(SHARES))
    rows = [(date + 1, slot) for date in range(DAYS) for slot in range(len(SHARES)) for _ in range(counts[date, slot])]
    frame = pd.DataFrame(rows, columns=["date", "slot"])
    frame["second"] = OPENS + frame["slot"] * HALF + rng.integers(0, HALF, TOTAL)
    return frame.sort_values(["date", "second"], kind="stable", ignore_index=True)


def _served(rng: np.random.Generator, date: int, calls: pd.DataFrame) -> pd.DataFrame:
    """Who is answered and how long everyone waits: first come, first served; the roster changes every half hour."""
    free: list[float] = []  # when each agent who is talking will be free
    rows = []
    for second, slot in zip(calls["second"], calls["slot"], strict=True):
        start = float(second)
        while free and free[0] <= start:
            heapq.heappop(free)
        begun = start if len(free) < AGENTS[slot] else sorted(free)[len(free) - AGENTS[slot]]
        waits = begun - start
        patience = rng.exponential(PATIENCE)
        talks = max(20.0, rng.gamma(2, HANDLE / 2))
        answered = waits <= patience
        if answered:
            heapq.heappush(free, begun + talks)
        clock = f"{(OPENS + slot * HALF) // 3600:02d}:{(OPENS + slot * HALF) % 3600 // 60:02d}"
        rows.append((date, clock, int(answered), round(min(waits, patience)), round(talks) if answered else 0))
    return pd.DataFrame(rows, columns=["date", "interval", "answered", "wait", "talk"])
