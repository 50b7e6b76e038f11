"""Hot-spot: choose places in a figure; the same places stand in a list."""

from collections.abc import Iterator
from random import Random
from typing import Any

from kefu.items import multiple
from kefu.items.item import Item, Specimen, listing, told

NAME = {"zh": "热点图", "en": "Hot-spot"}
FIELDS = ("options",)
OPTIONS: tuple[str, ...] = ()
TEXTS: tuple[str, ...] = ()
MARKED = "data"


def check(item: Item) -> Iterator[tuple[str, str]]:
    """Complaints about the key and the figure, as (key, mend)."""
    strange = [i for i in item.key if i not in item.options] if isinstance(item.key, list) else []
    if not isinstance(item.key, list) or not item.key or strange or len(set(map(str, item.key))) < len(item.key):
        yield "key", f'list the right places once each, like ["r1"]; the places are {", ".join(item.options)}'
    elif len(item.key) == len(item.options):
        yield "key", "every place is right; add some that are not"
    if not item.figure:
        yield "figure", "name the SVG that lies beside this file"
    elif missing := [i for i in item.options if f'data-region="{i}"' not in item.drawing]:
        yield "figure", f"{item.figure} has no element with data-region={', '.join(missing)}; add it"


def rationales(item: Item) -> list[str]:
    """The ids that need a rationale."""
    return item.options


def public(item: Item, lang: str) -> dict[str, Any]:
    """The places' names, in the author's order."""
    return {"options": item.texts[lang]["options"]}


problem, mark = multiple.problem, multiple.mark  # places are chosen as options are


def html(text: dict[str, Any], response: Any) -> str:
    """The list of places as it stands in a static page below the figure, the chosen ones ticked."""
    chosen = response if isinstance(response, list) else []
    return listing([("☑" if i in chosen else "☐", place) for i, place in text["options"].items()])


def solution(item: Item, lang: str) -> list[tuple[str, str, str]]:
    """Rows of (sign, place, why)."""
    return told(item, lang, item.key)


def specimens(item: Item) -> list[Specimen]:
    """Right, partly right, wrong and invalid responses under their credit rules."""
    key, rest = list(item.key), [i for i in item.options if i not in item.key]
    return [
        *(Specimen(key, "right", credit) for credit in ("all", "each", "net")), Specimen(rest, "wrong"), Specimen([], "blank"),
        Specimen([*key, rest[0]], "wrong", "all"), Specimen([*key, rest[0]], "partly"), Specimen([*key, key[0]], "invalid"),
        Specimen(["no-such-place"], "invalid"), Specimen(key[0], "invalid"),
    ]  # fmt: skip


def attempt(item: Item, knows: float, rng: Random) -> Any:
    """A simulated response: every place decided rightly with a probability that rises with `knows`."""
    return multiple.attempt(item, knows, rng)
