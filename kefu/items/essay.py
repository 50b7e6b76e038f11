"""Essay: an answer in one's own words, marked by hand against criteria that the learner sees."""

from collections.abc import Iterator
from random import Random
from typing import Any

from kefu.items.item import Item, Specimen, escape, listing

NAME = {"zh": "论述", "en": "Essay"}
FIELDS = ("rubric",)
OPTIONS: tuple[str, ...] = ()
TEXTS: tuple[str, ...] = ()
MARKED = "hand"
LONGEST = 20_000  # characters


def check(item: Item) -> Iterator[tuple[str, str]]:
    """Complaints about the criteria and their points, as (key, mend)."""
    criteria = list(item.texts["zh"]["rubric"])
    points = item.key if isinstance(item.key, dict) else {}
    if sorted(points) != sorted(criteria) or not all(type(n) in (int, float) and n > 0 for n in points.values()):
        yield "key", f"give every criterion its points above 0: {', '.join(criteria)}"
    elif sum(points.values()) != item.points:
        yield "points", f"write {sum(points.values()):g}: the criteria's points together"


def rationales(item: Item) -> list[str]:
    """The criteria: what a good answer has."""
    return list(item.key)


def public(item: Item, lang: str) -> dict[str, Any]:
    """The criteria with their points; what a good answer says is not told."""
    return {"rubric": item.texts[lang]["rubric"], "worth": item.key}


def problem(response: Any, *, key: Any, options: list[str]) -> str:
    """Why a response cannot be kept, or an empty string."""
    return "" if isinstance(response, str) and len(response) <= LONGEST else f"is no text of at most {LONGEST} characters"


def mark(response: Any, *, key: Any, options: list[str], credit: str) -> tuple[None, dict[str, bool]]:
    """No share: a person marks it."""
    return None, {"text": True}


def html(text: dict[str, Any], response: Any) -> str:
    """The answer as it stands in a static page, its criteria below."""
    written = escape(response if isinstance(response, str) else "").replace("\n", "<br>") or "____"
    criteria = [(f"[{text['worth'][i]:g}]", criterion) for i, criterion in text["rubric"].items()]
    return f"<blockquote>{written}</blockquote>{listing(criteria)}"


def solution(item: Item, lang: str) -> list[tuple[str, str, str]]:
    """Rows of (points, criterion, what a good answer has)."""
    text = item.texts[lang]
    return [(f"[{worth:g}]", text["rubric"][i], text["rationale"][i]) for i, worth in item.key.items()]


def specimens(item: Item) -> list[Specimen]:
    """A text, and what is none."""
    return [
        Specimen("客人的房间没有热水。\n<b>We say sorry.</b>", "noted"), Specimen("", "blank"), Specimen({}, "blank"),
        Specimen("x" * 20_001, "invalid"), Specimen(["text"], "invalid"),
    ]  # fmt: skip


def attempt(item: Item, knows: float, rng: Random) -> Any:
    """A simulated text."""
    return f"A simulated answer of {rng.randint(40, 300)} words." if rng.random() < 0.3 + knows / 2 else None
