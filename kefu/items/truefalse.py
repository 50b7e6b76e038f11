"""True or false: a statement to judge."""

from collections.abc import Iterator
from random import Random
from typing import Any

from kefu.items import single
from kefu.items.item import Item, Specimen, told

NAME = {"zh": "判断", "en": "True or false"}
WORDS = {"zh": {"true": "正确", "false": "错误"}, "en": {"true": "True", "false": "False"}}
FIELDS: tuple[str, ...] = ()
OPTIONS = ("true", "false")
TEXTS: tuple[str, ...] = ()
MARKED = "data"


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


problem, mark, html = single.problem, single.mark, single.html  # one of two options is chosen


def solution(item: Item, lang: str) -> list[tuple[str, str, str]]:
    """Rows of (sign, option, why) that tell the right answer."""
    return told(item, lang, [item.key], WORDS[lang])


def specimens(item: Item) -> list[Specimen]:
    """Both options with the verdict each must get, and strangers."""
    chosen = [Specimen(i, "right" if i == item.key else "wrong") for i in OPTIONS]
    return [*chosen, Specimen("maybe", "invalid"), Specimen(True, "invalid")]


def attempt(item: Item, knows: float, rng: Random) -> Any:
    """A simulated response: right with probability `knows`."""
    return item.key if rng.random() < knows else next(i for i in OPTIONS if i != item.key)
