"""Single choice: one option is right."""

from collections.abc import Iterator
from random import Random
from typing import Any

from kefu.items.item import Item, Specimen, listing, share, told, unknown

NAME = {"zh": "单选", "en": "Single choice"}
FIELDS = ("options",)
OPTIONS: tuple[str, ...] = ()
TEXTS: tuple[str, ...] = ()
MARKED = "data"


def check(item: Item) -> Iterator[tuple[str, str]]:
    """Complaints about the key and the options, as (key, mend)."""
    if len(item.options) < 3:
        yield "options", "give at least three options"
    if item.key not in item.options:
        yield "key", f"{item.key!r} names no option; write one of {', '.join(item.options)}"


def rationales(item: Item) -> list[str]:
    """The ids that need a rationale."""
    return item.options


def public(item: Item, lang: str) -> dict[str, Any]:
    """The options, in the author's order."""
    return {"options": item.texts[lang]["options"]}


def problem(response: Any, *, key: Any, options: list[str]) -> str:
    """Why a response cannot be marked, or an empty string."""
    return unknown([response], options)


def mark(response: Any, *, key: Any, options: list[str], credit: str) -> tuple[float, dict[str, bool]]:
    """The share earned, 0 to 1, and whether the chosen option is right."""
    right = response == key
    return share(int(right), int(not right), 1, credit), {response: right}


def html(text: dict[str, Any], response: Any) -> str:
    """The options as they stand in a static page, the chosen one filled."""
    return listing([("◉" if response == i else "○", option) for i, option in text["options"].items()])


def solution(item: Item, lang: str) -> list[tuple[str, str, str]]:
    """Rows of (sign, option, why) that tell the right answer."""
    return told(item, lang, [item.key])


def specimens(item: Item) -> list[Specimen]:
    """Every option with the verdict it must get, and strangers."""
    chosen = [Specimen(i, "right" if i == item.key else "wrong") for i in item.options]
    return [*chosen, Specimen("no-such-option", "invalid"), Specimen([item.key], "invalid")]


def attempt(item: Item, knows: float, rng: Random) -> Any:
    """A simulated response: right with probability `knows`, else another option."""
    return item.key if rng.random() < knows else rng.choice([i for i in item.options if i != item.key])
