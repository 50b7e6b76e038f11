"""The table of this lab: 5,000 simulated contacts of an internet provider, with repeats, handle times and survey answers."""

import numpy as np
import pandas as pd

CONTACTS, DAYS = 5000, 60
# channel: share, chance that the contact comes again within days, median handle time in seconds, share who answer the survey
CHANNELS = {"phone": (0.52, 0.21, 300, 0.34), "chat": (0.30, 0.30, 420, 0.24), "email": (0.18, 0.37, 540, 0.12)}
# reason: share, added chance to come again
REASONS = {"billing": (0.30, -0.06), "delivery": (0.25, 0.00), "technical": (0.28, 0.11), "account": (0.17, -0.04)}


def tables(seed: int) -> dict[str, pd.DataFrame]:
    """The contacts in the order of their times."""
    rng = np.random.default_rng(seed)
    rows: list[tuple] = []
    customer = 0
    while len(rows) < CONTACTS:
        customer += 1
        time = rng.uniform(0, DAYS)
        channel = str(rng.choice(list(CHANNELS), p=[share for share, *_ in CHANNELS.values()]))
        reason = str(rng.choice(list(REASONS), p=[share for share, _ in REASONS.values()]))
        while time < DAYS:
            _, again, median, answers = CHANNELS[channel]
            back = rng.random() < again + REASONS[reason][1]
            handled = median * np.exp(rng.normal(0, 0.55)) * (2.5 if rng.random() < 0.04 else 1)
            resolved = rng.random() < (0.72 if back else 0.97)  # agents tick "resolved" too readily
            score = int(np.clip(np.rint(rng.normal(2.6 if back else 4.25, 0.95)), 1, 5))
            replied = rng.random() < answers * (0.6 if score <= 2 else 1.0)  # the unhappy answer less often
            rows.append(
                (time, customer, channel, reason, "yes" if resolved else "no", round(handled), score if replied else None)
            )
            if not back:
                break
            time += 0.1 + rng.exponential(3.5)  # most repeats within a week, some later
    table = pd.DataFrame(rows, columns=["time", "customer", "channel", "reason", "resolved", "seconds", "score"])
    table = table.sort_values("time", ignore_index=True).head(CONTACTS)
    start = pd.Timestamp("2026-03-02")
    table["time"] = (start + pd.to_timedelta((table["time"] * 24 * 60).round(), unit="min")).dt.strftime("%Y-%m-%d %H:%M")
    table["score"] = table["score"].astype("Int64")
    table.insert(0, "contact", np.arange(1, len(table) + 1))
    return {"contacts": table}
