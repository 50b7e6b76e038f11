"""Multiple choice: two or more options are right."""

from collections.abc import Iterator
from random import Random
from typing import Any

from kefu.items.item import Item, Specimen, listing, share, told, unknown

NAME = {"zh": "多选", "en": "Multiple choice"}
FIELDS = ("options",)
OPTIONS: tuple[str, ...] = ()
TEXTS: tuple[str, ...] = ()
MARKED = "data"


def check(item: Item) -> Iterator[tuple[str, str]]:
    """Complaints about the key and the options, as (key, mend)."""
    if len(item.options) < 3:
        yield "options", "give at least three options"
    if not isinstance(item.key, list) or not item.key:
        yield "key", 'write a list of option ids, like ["a", "c"]'
        return
    strange = [i for i in item.key if i not in item.options]
    if strange:
        yield "key", f"{', '.join(map(repr, strange))} names no option; choose from {', '.join(item.options)}"
    elif len(set(item.key)) != len(item.key):
        yield "key", "an option id stands twice; write each once"
    elif len(item.key) < 2:
        yield "key", 'only one option is right; make it kind = "single"'


def rationales(item: Item) -> list[str]:
    """The ids that need a rationale."""
    return item.options


def public(item: Item, lang: str) -> dict[str, Any]:
    """The options, in the author's order."""
    return {"options": item.texts[lang]["options"]}


def problem(response: Any, *, key: Any, options: list[str]) -> str:
    """Why a response cannot be marked, or an empty string."""
    if not isinstance(response, list):
        return "is not a list of option ids"
    return unknown(response, options) or ("names an option twice" if len(set(response)) < len(response) else "")


def mark(response: Any, *, key: Any, options: list[str], credit: str) -> tuple[float, dict[str, bool]]:
    """The share earned, 0 to 1, and for each option whether the learner decided it rightly.

    `each` counts every option as a decision (chosen or left); `net` is (hits - false alarms) / number of keys.
    """
    parts = {i: (i in response) == (i in key) for i in options}
    if credit == "net":
        hits = len(set(response) & set(key))
        return share(hits, len(response) - hits, len(key), credit), parts
    right = sum(parts.values())
    return share(right, len(options) - right, len(options), credit), parts


def html(text: dict[str, Any], response: Any) -> str:
    """The options as they stand in a static page, the chosen ones ticked."""
    chosen = response if isinstance(response, list) else []
    return listing([("☑" if i in chosen else "☐", option) for i, option in text["options"].items()])


def solution(item: Item, lang: str) -> list[tuple[str, str, str]]:
    """Rows of (sign, option, why) that tell the right answer."""
    return told(item, lang, item.key)


def specimens(item: Item) -> list[Specimen]:
    """Right, partly right, wrong and invalid responses under their credit rules."""
    key, rest = list(item.key), [i for i in item.options if i not in item.key]
    found = [
        Specimen(key, "right", "all"), Specimen(key[::-1], "right"), Specimen(key, "right", "net"),
        Specimen(key[:1], "partly"), Specimen(key[:1], "partly", "net"), Specimen(key[:1], "wrong", "all"),
        Specimen([*key, key[0]], "invalid"), Specimen([*key, "no-such-option"], "invalid"), Specimen(key[0], "invalid"),
        Specimen([], "blank"),
    ]  # fmt: skip
    return [*found, Specimen(rest, "wrong"), Specimen([*key, rest[0]], "wrong", "all")] if rest else found


def attempt(item: Item, knows: float, rng: Random) -> Any:
    """A simulated response: every option decided rightly with a probability that rises with `knows`."""
    rightly = {i: rng.random() < (1 + knows) / 2 for i in item.options}
    return [i for i in item.options if (i in item.key) == rightly[i]] or [rng.choice(item.options)]
