"""Half a year of complaints at a made-up chain of appliance stores."""

import numpy as np
import pandas as pd

TYPES = {
    "late": (310, (0.88, 0.12, 0.0)),
    "install": (200, (0.85, 0.14, 0.01)),
    "damaged": (150, (0.8, 0.18, 0.02)),
    "refund": (90, (0.8, 0.2, 0.0)),
    "wrong_item": (50, (0.9, 0.1, 0.0)),
    "billing": (40, (0.8, 0.2, 0.0)),
    "attitude": (32, (0.8, 0.2, 0.0)),
    "overheating": (28, (0.0, 0.15, 0.85)),
}
STORES = {"center": (42000, 300), "east": (28000, 228), "south": (16000, 152), "west": (12000, 112), "north": (6000, 108)}
FLOOD, SALE = 17, 24  # the week a warehouse was flooded, and the week of the big sale
WEEKS = 26
TOTAL = 900


def tables(seed: int) -> dict[str, pd.DataFrame]:
    """Complaints one a row, and the orders of every store and of every week."""
    rng = np.random.default_rng(seed)
    weeks = _weeks(rng)
    kinds = _kinds(rng, weeks)
    severity = [rng.choice([1, 2, 3], p=TYPES[kind][1]) for kind in kinds]
    stores = rng.permutation([store for store, (_, complaints) in STORES.items() for _ in range(complaints)])
    hours = np.clip(np.round(rng.lognormal(2.4, 0.75, TOTAL)), 1, 96)
    hours[rng.random(TOTAL) < 0.12] = 24  # answered when the reminder of the 24th hour comes
    days = np.clip(np.round(rng.gamma(3.0, 1.55, TOTAL)), 1, 30)
    still_open = rng.random(TOTAL) < np.where(weeks > WEEKS - 4, 0.25, 0.02)
    complaints = pd.DataFrame(
        {
            "number": range(1, TOTAL + 1),
            "week": weeks,
            "store": stores,
            "type": kinds,
            "severity": severity,
            "ack_hours": hours.astype(int),
            "close_days": pd.Series(days).astype("Int64").mask(still_open),
            "reopened": ((rng.random(TOTAL) < 0.12) & ~still_open).astype(int),
            "cost": np.round(rng.gamma(2.0, 20.0, TOTAL) * np.array(severity) ** 2).astype(int),
        }
    )
    by_store = pd.DataFrame([(store, orders) for store, (orders, _) in STORES.items()], columns=["store", "orders"])
    by_week = pd.DataFrame({"week": range(1, WEEKS + 1), "orders": _orders(rng)})
    return {"complaints": complaints, "stores": by_store, "weeks": by_week}


def _weeks(rng: np.random.Generator) -> np.ndarray:
    """The week of every complaint, in order of time."""
    planted = {9: 46, FLOOD: 61, SALE: 80}
    plain = [week for week in range(1, WEEKS + 1) if week not in planted]
    drawn = rng.multinomial(TOTAL - sum(planted.values()), [1 / len(plain)] * len(plain))
    counts = planted | dict(zip(plain, drawn, strict=True))
    return np.array([week for week in sorted(counts) for _ in range(counts[week])])


def _kinds(rng: np.random.Generator, weeks: np.ndarray) -> np.ndarray:
    """The type of every complaint; the flooded warehouse makes deliveries late."""
    pool = rng.permutation([kind for kind, (complaints, _) in TYPES.items() for _ in range(complaints)])
    late, other = list(pool[pool == "late"]), list(pool[pool != "late"])
    flooded = [late.pop() for _ in range(44)]
    rest = iter(rng.permutation(late + other))
    return np.array([flooded.pop() if week == FLOOD and flooded else next(rest) for week in weeks])


def _orders(rng: np.random.Generator) -> np.ndarray:
    """The orders of every week, together the orders of all stores."""
    orders = np.round(rng.normal(3830, 90, WEEKS) / 10) * 10
    orders[SALE - 1] = 0
    orders[SALE - 1] = sum(orders for orders, _ in STORES.values()) - orders.sum()
    return orders.astype(int)
