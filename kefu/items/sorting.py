"""Sorting: every card goes into one bin."""

from collections.abc import Iterator
from itertools import pairwise
from random import Random
from typing import Any

from kefu.items.item import Item, Specimen, listing, share, unknown

NAME = {"zh": "归类", "en": "Sorting"}
FIELDS = ("bins", "options")
OPTIONS: tuple[str, ...] = ()
TEXTS: tuple[str, ...] = ()
MARKED = "data"


def check(item: Item) -> Iterator[tuple[str, str]]:
    """Complaints about the key, as (key, mend)."""
    bins = list(item.texts["zh"]["bins"])
    if not isinstance(item.key, dict):
        yield "key", 'write a table from card to bin, like { a = "x", b = "y" }'
        return
    for card in item.options:
        if item.key.get(card) not in bins:
            yield f"key.{card}", f"{item.key.get(card)!r} names no bin; choose from {', '.join(bins)}"
    for card in item.key:
        if card not in item.options:
            yield f"key.{card}", f"names no card; the cards are {', '.join(item.options)}"
    used = [item.key.get(card) for card in sorted(item.options)]
    if len(bins) < 2 or len(item.options) < 4:
        yield "options", "give at least two bins and four cards"
    elif empty := [name for name in bins if name not in used]:
        yield "bins", f"no card belongs to {', '.join(empty)}; add one, or take the bin out"
    elif sum(one != other for one, other in pairwise(used)) < len(bins):
        yield "key", "the cards of a bin stand together and give the answer away; mix their ids"


def rationales(item: Item) -> list[str]:
    """The ids that need a rationale."""
    return item.options


def public(item: Item, lang: str) -> dict[str, Any]:
    """Bins as the author ordered them, cards by their ids."""
    text = item.texts[lang]
    return {"bins": text["bins"], "options": dict(sorted(text["options"].items()))}


def problem(response: Any, *, key: Any, options: list[str]) -> str:
    """Why a response cannot be marked, or an empty string."""
    if not isinstance(response, dict):
        return "is not a table from card to bin"
    return unknown(response, options) or unknown(response.values(), sorted(set(key.values())))


def mark(response: Any, *, key: Any, options: list[str], credit: str) -> tuple[float, dict[str, bool]]:
    """The share earned, 0 to 1, and for each card whether its bin is right."""
    parts = {card: response.get(card) == place for card, place in key.items()}
    right = sum(parts.values())
    return share(right, len(response) - right, len(key), credit), parts


def html(text: dict[str, Any], response: Any) -> str:
    """The bins with their cards as they stand in a static page, the free cards below."""
    placed = response if isinstance(response, dict) else {}
    rows = []
    for name, title in text["bins"].items():
        inside = [card for i, card in text["options"].items() if placed.get(i) == name]
        rows.append(("▸", f"**{title}** {' / '.join(inside) or '____'}"))
    return listing(rows + [("□", card) for i, card in text["options"].items() if placed.get(i) not in text["bins"]])


def solution(item: Item, lang: str) -> list[tuple[str, str, str]]:
    """Rows of (sign, card and bin, why)."""
    text = item.texts[lang]
    return [("✓", f"{text['options'][i]} → {text['bins'][name]}", text["rationale"][i]) for i, name in item.key.items()]


def specimens(item: Item) -> list[Specimen]:
    """Right, partly right, wrong and invalid responses under their credit rules."""
    cards, bins = list(item.key), list(dict.fromkeys(item.key.values()))
    other = {card: next(name for name in bins if name != place) for card, place in item.key.items()}
    first = {cards[0]: item.key[cards[0]]}
    return [
        Specimen(item.key, "right", "all"), Specimen(item.key, "right"), Specimen(item.key, "right", "net"),
        Specimen(first, "partly"), Specimen(first, "partly", "net"), Specimen(first, "wrong", "all"), Specimen(other, "wrong"),
        Specimen(other | first, "partly"), Specimen(other | first, "wrong", "net"), Specimen({}, "blank"),
        Specimen({cards[0]: "no-such-bin"}, "invalid"), Specimen({"no-such-card": bins[0]}, "invalid"),
        Specimen({cards[0]: None}, "invalid"), Specimen(cards, "invalid"),
    ]  # fmt: skip


def attempt(item: Item, knows: float, rng: Random) -> Any:
    """A simulated response: known cards right, the others anywhere."""
    bins = sorted(set(item.key.values()))
    return {card: place if rng.random() < knows else rng.choice(bins) for card, place in item.key.items()}
