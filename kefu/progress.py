"""A learner's progress, from their own journal: what is done in each lesson, and what comes back for review."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from fsrs import Card, Rating, Scheduler

from kefu.journal import Journal, moment

CALL = re.compile(r'practice\(\\"([a-z0-9-]+)\\"\)')  # as it stands in a notebook's JSON
DAILY = 10  # items of a day's review, about a minute each
# Whole days only: a learner comes back tomorrow, not in ten minutes.
SCHEDULER = Scheduler(learning_steps=(), relearning_steps=(), maximum_interval=180, enable_fuzzing=False)


@dataclass(frozen=True)
class Progress:
    """How far a learner is with some items: how many there are, were tried, and were right at the last try."""

    items: int
    tried: int
    right: int

    @property
    def done(self) -> bool:
        """Whether every item was tried."""
        return self.tried >= self.items


def practised(notebook: Path) -> list[str]:
    """The ids of the practice items a lesson shows, in order, without loading it as a notebook."""
    return CALL.findall(notebook.read_text(encoding="utf-8"))


def progress(ids: Iterable[str], found: Journal) -> Progress:
    """The progress with these items."""
    wanted = list(ids)
    last = {line["item"]: line for line in found.tries if line["item"] in wanted}
    return Progress(len(wanted), len(last), sum(_share(line) >= 1 for line in last.values()))


def due(found: Journal, now: datetime, known: Iterable[str]) -> tuple[list[str], datetime | None]:
    """The missed items that are due for review, the longest due first, and when the next one will be.

    `now` is aware; only ids in `known` count. An item joins the deck when it was not right at a try. FSRS (Ye et al. 2022)
    spaces it by the tries since: wrong = again, partly = hard, right = good.
    """
    wanted, deck = set(known), dict[str, Card]()
    for line in found.tries:
        when = moment(line["time"])
        if when is None or line["item"] not in wanted or (line["item"] not in deck and _share(line) >= 1):
            continue
        share = _share(line)
        rating = Rating.Good if share >= 1 else Rating.Hard if share > 0 else Rating.Again
        card = deck.get(line["item"]) or Card(card_id=1)
        deck[line["item"]], _ = SCHEDULER.review_card(card, rating, when)
    today = now.astimezone().date()  # the learner's day: what is due at eight in the evening is due that morning
    ready = sorted((card.due, name) for name, card in deck.items() if card.due.astimezone().date() <= today)
    later = [card.due for card in deck.values() if card.due.astimezone().date() > today]
    return [name for _, name in ready], min(later, default=None)


def _share(line: Mapping[str, Any]) -> float:
    """The share of the points a try earned; all of it where there were none to earn, 0 for a line that does not say."""
    earned, points = line.get("earned"), line.get("points")
    if not isinstance(earned, int | float) or not isinstance(points, int | float):
        return 0.0
    return earned / points if points > 0 else 1.0
