"""True or false: a statement to judge."""

from collections.abc import Iterator
from random import Random
from typing import Any

from kefu.items.item import Item, Specimen, listing, share, unknown

NAME = {"zh": "判断", "en": "True or false"}
WORDS = {"zh": {"true": "正确", "false": "错误"}, "en": {"true": "True", "false": "False"}}
FIELDS: tuple[str, ...] = ()
OPTIONS = ("true", "false")


def check(item: Item) -> Iterator[tuple[str, str]]:
    """Complaints about the key, as (key, mend)."""
    if item.key not in OPTIONS:
        yield "key", 'write "true" or "false", in quotes'


def rationales(item: Item) -> list[str]:
    """The ids that need a rationale."""
    return list(OPTIONS)


def public(item: Item, lang: str) -> dict[str, Any]:
    """The two options, which every language has."""
    return {"options": WORDS[lang]}


def problem(response: Any, *, key: Any, options: list[str]) -> str:
    """Why a response cannot be marked, or an empty string."""
    return unknown([response], options)


def mark(response: Any, *, key: Any, options: list[str], credit: str) -> tuple[float, dict[str, bool]]:
    """The share earned, 0 or 1, and whether the judgement is right."""
    right = response == key
    return share(int(right), int(not right), 1, credit), {response: right}


def html(text: dict[str, Any], response: Any) -> str:
    """The two options as they stand in a static page, the chosen one filled."""
    return listing([("◉" if response == i else "○", option) for i, option in text["options"].items()])


def specimens(item: Item) -> list[Specimen]:
    """Both options with the verdict each must get, and strangers."""
    chosen = [Specimen(i, "right" if i == item.key else "wrong") for i in OPTIONS]
    return [*chosen, Specimen("maybe", "invalid"), Specimen(True, "invalid")]


def attempt(item: Item, knows: float, rng: Random) -> Any:
    """A simulated response: right with probability `knows`."""
    return item.key if rng.random() < knows else next(i for i in OPTIONS if i != item.key)
