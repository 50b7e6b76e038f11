"""Value: what a data lab's own computation gave, taken from the learner's notebook as plain data."""

import sys
from collections.abc import Iterator
from random import Random
from typing import Any

from kefu.items.item import Item, Specimen, escape, share

NAME = {"zh": "计算结果", "en": "Computed value"}
FIELDS: tuple[str, ...] = ()
OPTIONS: tuple[str, ...] = ()
TEXTS: tuple[str, ...] = ()
MARKED = "data"
DEEPEST = 5
LARGEST = sys.float_info.max


def plain(found: Any, depth: int = 0) -> Any:
    """A value as JSON data: numbers, texts, lists, tables; pandas and NumPy values too. Raises TypeError for any other.

    So it does for a number without end or sense (inf, nan), which JSON does not have and no page can read.
    """
    if isinstance(found, int | float) and not abs(found) <= LARGEST:
        raise TypeError(str(float(found)) if isinstance(found, float) else "int")
    if found is None or isinstance(found, bool | int | float | str):
        return found
    if depth < DEEPEST:
        if hasattr(found, "to_dict"):
            return plain(found.to_dict(), depth + 1)
        if hasattr(found, "tolist"):
            return plain(found.tolist(), depth + 1)
        if isinstance(found, dict):
            return {str(name): plain(inner, depth + 1) for name, inner in found.items()}
        if isinstance(found, list | tuple):
            return [plain(inner, depth + 1) for inner in found]
    raise TypeError(type(found).__name__)


def same(found: Any, true: Any, tolerance: float) -> bool:
    """Whether plain data equal the truth, every number within the tolerance."""
    if isinstance(true, bool) or isinstance(found, bool) or not isinstance(true, int | float | list | dict):
        return type(found) is type(true) and bool(found == true)
    if isinstance(true, dict):
        fits = isinstance(found, dict) and found.keys() == true.keys()
        return fits and all(same(found[name], inner, tolerance) for name, inner in true.items())
    if isinstance(true, list):
        fits = isinstance(found, list) and len(found) == len(true)
        return fits and all(same(one, inner, tolerance) for one, inner in zip(found, true, strict=True))
    return isinstance(found, int | float) and abs(found) <= LARGEST and abs(found - true) <= tolerance + 1e-9


def check(item: Item) -> Iterator[tuple[str, str]]:
    """Complaints about the key, as (key, mend)."""
    key = item.key
    fits = isinstance(key, dict) and key.keys() == {"name", "value", "tolerance"} and str(key["name"]).isidentifier()
    if not fits or type(key["tolerance"]) not in (int, float) or key["tolerance"] < 0 or isinstance(key["value"], bool):
        yield "key", 'write { name = "answer", value = 82.4, tolerance = 0.05 }; name is the variable in the notebook'


def rationales(item: Item) -> list[str]:
    """One: how the value is come by."""
    return ["value"]


def public(item: Item, lang: str) -> dict[str, Any]:
    """The name of the variable."""
    return {"name": item.key["name"]}


def problem(response: Any, *, key: Any, options: list[str]) -> str:
    """Why a response cannot be marked, or an empty string."""
    kind = list if isinstance(key["value"], list) else dict if isinstance(key["value"], dict) else (str, int, float)
    return (
        ""
        if isinstance(response, kind) and not isinstance(response, bool)
        else f"is {type(response).__name__}, not what was asked for"
    )


def mark(response: Any, *, key: Any, options: list[str], credit: str) -> tuple[float, dict[str, bool]]:
    """1 or 0, and whether the value is within the tolerance."""
    right = same(response, key["value"], key["tolerance"])
    return share(int(right), int(not right), 1, credit), {"value": right}


def html(text: dict[str, Any], response: Any) -> str:
    """The variable and its value as they stand in a static page."""
    shown = "______" if response is None else str(response)[:1000]
    return f"<p><code>{escape(text['name'])} = {escape(shown)}</code></p>"


def solution(item: Item, lang: str) -> list[tuple[str, str, str]]:
    """One row: the value, and how it is come by."""
    return [("✓", f"{item.key['name']} = {item.key['value']}", item.texts[lang]["rationale"]["value"])]


def specimens(item: Item) -> list[Specimen]:
    """The value, one that is off, and strangers."""
    true = item.key["value"]
    off = true + item.key["tolerance"] + 1 if type(true) in (int, float) else [*true, 0] if isinstance(true, list) else \
        {**true, "?": 0} if isinstance(true, dict) else f"{true}?"  # fmt: skip
    strange: Any = 1 if isinstance(true, list | dict) else [true]
    return [
        *(Specimen(true, "right", credit) for credit in ("all", "each", "net")), Specimen(off, "wrong"), Specimen(strange, "invalid"),
    ]  # fmt: skip


def attempt(item: Item, knows: float, rng: Random) -> Any:
    """A simulated value: the right one or one that is off."""
    return item.key["value"] if rng.random() < knows else specimens(item)[3].response
