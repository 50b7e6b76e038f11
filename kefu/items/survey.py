"""Survey: statements to rate about oneself, drawn as a profile; never scored."""

from collections.abc import Iterator
from random import Random
from typing import Any

from kefu.items.item import Item, Specimen, listing, unknown

NAME = {"zh": "问卷", "en": "Survey"}
FIELDS = ("groups", "options")
OPTIONS: tuple[str, ...] = ()
TEXTS: tuple[str, ...] = ()
MARKED = "never"
STEPS = 5


def check(item: Item) -> Iterator[tuple[str, str]]:
    """Complaints about the key, as (key, mend)."""
    groups = list(item.texts["zh"]["groups"])
    if not isinstance(item.key, dict) or sorted(item.key) != sorted(item.options):
        yield "key", f"say to which group every statement belongs: {', '.join(item.options)}"
    elif sorted(set(map(str, item.key.values()))) != sorted(groups):
        yield "key", f"use every group, and no other: {', '.join(groups)}"
    elif len(groups) < 3:
        yield "groups", "give at least three groups; a profile needs three axes"


def rationales(item: Item) -> list[str]:
    """None: no answer is right or wrong."""
    return []


def public(item: Item, lang: str) -> dict[str, Any]:
    """Groups and statements, and which belongs where: nothing here is secret."""
    text = item.texts[lang]
    return {"groups": text["groups"], "options": text["options"], "belongs": item.key}


def problem(response: Any, *, key: Any, options: list[str]) -> str:
    """Why a response cannot be kept, or an empty string."""
    if not isinstance(response, dict):
        return "is not a table from statement to step"
    if not all(type(step) is int and 1 <= step <= STEPS for step in response.values()):
        return "has a step that is not 1, 2, 3, 4 or 5"
    return unknown(response, options)


def mark(response: Any, *, key: Any, options: list[str], credit: str) -> tuple[None, dict[str, bool]]:
    """No share; which statements were rated."""
    return None, dict.fromkeys(response, True)


def html(text: dict[str, Any], response: Any) -> str:
    """The statements as they stand in a static page, each with its step of five."""
    rated = response if isinstance(response, dict) else {}
    return listing([(f"[{rated.get(i, ' ')}/{STEPS}]", statement) for i, statement in text["options"].items()])


def solution(item: Item, lang: str) -> list[tuple[str, str, str]]:
    """None."""
    return []


def specimens(item: Item) -> list[Specimen]:
    """A whole and a half profile, and strangers."""
    first = item.options[0]
    return [
        Specimen(dict.fromkeys(item.options, 4), "noted"), Specimen({first: 1}, "noted"), Specimen({}, "blank"),
        Specimen({first: 0}, "invalid"), Specimen({first: "4"}, "invalid"), Specimen({"no-such-statement": 3}, "invalid"),
        Specimen([4], "invalid"),
    ]  # fmt: skip


def attempt(item: Item, knows: float, rng: Random) -> Any:
    """A simulated profile."""
    return {statement: rng.randint(2, STEPS) for statement in item.options}
