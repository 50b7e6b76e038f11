"""Ordering: steps to put in their right order."""

from collections.abc import Iterator
from itertools import combinations
from random import Random
from typing import Any

from kefu.items.item import Item, Specimen, listing, share, unknown

NAME = {"zh": "排序", "en": "Ordering"}
FIELDS = ("options",)
OPTIONS: tuple[str, ...] = ()
TEXTS: tuple[str, ...] = ()
MARKED = "data"


def check(item: Item) -> Iterator[tuple[str, str]]:
    """Complaints about the key, as (key, mend)."""
    steps = item.key if isinstance(item.key, list) and all(isinstance(i, str) for i in item.key) else []
    if sorted(steps) != sorted(item.options):
        yield "key", f"list every option id once, in the right order; the ids are {', '.join(item.options)}"
    elif len(item.key) < 3:
        yield "options", "give at least three steps"
    elif item.key == sorted(item.key):
        yield "key", "the option ids in their own order give the answer away; mix them"


def rationales(item: Item) -> list[str]:
    """The ids that need a rationale."""
    return item.options


def public(item: Item, lang: str) -> dict[str, Any]:
    """The steps by their ids, which `check` keeps from being the right order."""
    return {"options": dict(sorted(item.texts[lang]["options"].items()))}


def problem(response: Any, *, key: Any, options: list[str]) -> str:
    """Why a response cannot be marked, or an empty string."""
    if not isinstance(response, list):
        return "is not a list of option ids"
    return unknown(response, options) or ("" if sorted(response) == sorted(options) else "does not name every step once")


def mark(response: Any, *, key: Any, options: list[str], credit: str) -> tuple[float, dict[str, bool]]:
    """The share earned, 0 to 1, and for each step whether it stands in its right place.

    Every pair of steps is a decision: `each` is the share of concordant pairs, `net` is Kendall's tau
    (concordant minus discordant, over all pairs; Kendall 1938), floor 0.
    """
    place = {step: n for n, step in enumerate(response)}
    pairs = [place[first] < place[second] for first, second in combinations(key, 2)]
    right = sum(pairs)
    parts = {step: response[n] == step for n, step in enumerate(key)}
    return share(right, len(pairs) - right, len(pairs), credit), parts


def html(text: dict[str, Any], response: Any) -> str:
    """The steps as they stand in a static page: numbered when answered."""
    steps = text["options"]
    if isinstance(response, list) and all(isinstance(i, str) and i in steps for i in response):
        return listing([(f"{n}.", steps[i]) for n, i in enumerate(response, 1)])
    return listing([("↕", step) for step in steps.values()])


def solution(item: Item, lang: str) -> list[tuple[str, str, str]]:
    """Rows of (place, step, why) in the right order."""
    text = item.texts[lang]
    return [(f"{n}.", text["options"][i], text["rationale"][i]) for n, i in enumerate(item.key, 1)]


def specimens(item: Item) -> list[Specimen]:
    """Right, partly right, wrong and invalid orders under their credit rules."""
    key = list(item.key)
    swapped = [key[1], key[0], *key[2:]]
    return [
        Specimen(key, "right", "all"), Specimen(key, "right"), Specimen(key, "right", "net"),
        Specimen(swapped, "partly"), Specimen(swapped, "partly", "net"), Specimen(swapped, "wrong", "all"),
        Specimen(key[::-1], "wrong"), Specimen(key[::-1], "wrong", "net"), Specimen([], "blank"),
        Specimen(key[1:], "invalid"), Specimen([*key, key[0]], "invalid"), Specimen([*key[1:], "no-such-step"], "invalid"),
        Specimen("".join(key), "invalid"),
    ]  # fmt: skip


def attempt(item: Item, knows: float, rng: Random) -> Any:
    """A simulated response: the right order with neighbours swapped where the learner is unsure."""
    order = list(item.key)
    for n in range(len(order) - 1):
        if rng.random() > (1 + knows) / 2:
            order[n], order[n + 1] = order[n + 1], order[n]
    return order
