"""Situational judgement: how fitting is each action, on five steps; the key is what a rating panel said.

Proportion and mode scoring, not distance: Weng et al. (2018) and McDaniel et al. (2011) on keys of such tests.
"""

from collections.abc import Iterator
from random import Random
from typing import Any

from kefu.items.item import Item, Specimen, listing, share, unknown

NAME = {"zh": "情境判断", "en": "Situational judgment"}
FIELDS = ("options",)
OPTIONS: tuple[str, ...] = ()
TEXTS: tuple[str, ...] = ()
MARKED = "data"
STEPS = 5


def check(item: Item) -> Iterator[tuple[str, str]]:
    """Complaints about the panel's counts, as (key, mend)."""
    if not isinstance(item.key, dict) or sorted(item.key) != sorted(item.options):
        yield "key", f"give the panel's counts for every action: {', '.join(item.options)}"
        return
    for action, counts in item.key.items():
        fits = isinstance(counts, list) and len(counts) == STEPS and all(type(n) is int and n >= 0 for n in counts)
        if not fits or not sum(counts):
            yield f"key.{action}", "write how many of the panel chose each step from 1 to 5, like [0, 0, 1, 3, 6]"
            return
    if len({sum(counts) for counts in item.key.values()}) > 1:
        yield "key", "the panel's size differs from action to action; count every member once for each"
    if not 3 <= len(item.options) <= 6:
        yield "options", "give three to six actions"


def rationales(item: Item) -> list[str]:
    """The ids that need a rationale."""
    return item.options


def public(item: Item, lang: str) -> dict[str, Any]:
    """The actions, in the author's order."""
    return {"options": item.texts[lang]["options"]}


def problem(response: Any, *, key: Any, options: list[str]) -> str:
    """Why a response cannot be marked, or an empty string."""
    if not isinstance(response, dict):
        return "is not a table from action to step"
    if not all(type(step) is int and 1 <= step <= STEPS for step in response.values()):
        return "has a step that is not 1, 2, 3, 4 or 5"
    return unknown(response, options)


def mark(response: Any, *, key: Any, options: list[str], credit: str) -> tuple[float, dict[str, bool]]:
    """The share earned, 0 to 1, and for each action whether the learner chose a step the panel chose most.

    `each`: the mean over actions of (panel members who chose the learner's step) / (who chose the commonest step).
    `all` and `net` count the commonest steps only.
    """
    parts = {action: action in response and counts[response[action] - 1] == max(counts) for action, counts in key.items()}
    if credit == "each":
        return sum(key[action][step - 1] / max(key[action]) for action, step in response.items()) / len(key), parts
    right = sum(parts.values())
    return share(right, len(response) - right, len(key), credit), parts


def html(text: dict[str, Any], response: Any) -> str:
    """The actions as they stand in a static page, each with its step of five."""
    rated = response if isinstance(response, dict) else {}
    return listing([(f"[{rated.get(i, ' ')}/{STEPS}]", action) for i, action in text["options"].items()])


def solution(item: Item, lang: str) -> list[tuple[str, str, str]]:
    """Rows of (the panel's commonest step, action, why)."""
    text = item.texts[lang]
    return [(f"{_mode(item.key[i])}/{STEPS}", text["options"][i], text["rationale"][i]) for i in item.options]


def _mode(counts: list[int]) -> int:
    return counts.index(max(counts)) + 1


def specimens(item: Item) -> list[Specimen]:
    """The panel's steps, its rarest steps, half of it, and strangers."""
    modes = {action: _mode(counts) for action, counts in item.key.items()}
    rarest = {action: counts.index(min(counts)) + 1 for action, counts in item.key.items()}
    first = next(iter(modes))
    chosen = any(min(counts) for counts in item.key.values())
    return [
        *(Specimen(modes, "right", credit) for credit in ("all", "each", "net")),
        Specimen(rarest, "partly" if chosen else "wrong"), Specimen(rarest, "wrong", "all"), Specimen({}, "blank"),
        Specimen({first: modes[first]}, "partly"), Specimen({first: modes[first]}, "wrong", "all"),
        Specimen({first: 6}, "invalid"), Specimen({first: True}, "invalid"), Specimen({"no-such-action": 3}, "invalid"),
        Specimen([3], "invalid"),
    ]  # fmt: skip


def attempt(item: Item, knows: float, rng: Random) -> Any:
    """A simulated response: the panel's step, or a random one."""
    return {action: _mode(counts) if rng.random() < knows else rng.randint(1, STEPS) for action, counts in item.key.items()}
