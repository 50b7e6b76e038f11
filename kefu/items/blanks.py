"""Fill in the blanks: a text with gaps to write in."""

import re
import unicodedata
from collections.abc import Iterator
from random import Random
from typing import Any

from kefu.items.item import Item, Specimen, escape, share, unknown

NAME = {"zh": "填空", "en": "Fill in the blanks"}
FIELDS: tuple[str, ...] = ()
OPTIONS: tuple[str, ...] = ()
TEXTS = ("text",)
MARKED = "data"
GAP = re.compile(r"\{([a-z0-9-]+)\}")
PLAIN = str.maketrans("。、“”‘’", ".,\"\"''")
LONGEST = 500  # characters of a gap's answer


def normal(answer: str) -> str:
    """An answer without what does not matter: width, case, kind of quotation mark, spaces beside Chinese, a final stop."""
    text = unicodedata.normalize("NFKC", answer).casefold().translate(PLAIN)
    text = re.sub(r"(?<=[^\x00-\x7f])\s+|\s+(?=[^\x00-\x7f])", "", " ".join(text.split()))
    return text.rstrip(".").strip()


def check(item: Item) -> Iterator[tuple[str, str]]:
    """Complaints about the key, as (key, mend)."""
    if not isinstance(item.key, dict) or not item.key:
        yield "key", 'write a table from gap to the answers you accept, like { g1 = ["refund", "退款"] }'
        return
    for gap, accepted in item.key.items():
        if not isinstance(accepted, list) or not all(isinstance(a, str) and normal(a) for a in accepted) or not accepted:
            yield f"key.{gap}", 'list the answers you accept, in every language, like ["refund", "退款"]'
    for lang, text in item.texts.items():
        if sorted(GAP.findall(text["text"])) != sorted(item.key):
            yield f"{lang}.text", f"write each gap once, in braces: {', '.join(f'{{{gap}}}' for gap in item.key)}"


def rationales(item: Item) -> list[str]:
    """The gaps."""
    return list(item.key)


def public(item: Item, lang: str) -> dict[str, Any]:
    """The text with its gaps."""
    return {"text": item.texts[lang]["text"]}


def problem(response: Any, *, key: Any, options: list[str]) -> str:
    """Why a response cannot be marked, or an empty string."""
    if not isinstance(response, dict):
        return "is not a table from gap to answer"
    if not all(isinstance(answer, str) and len(answer) <= LONGEST for answer in response.values()):
        return f"has a gap that is no text of at most {LONGEST} characters"
    return unknown(response, list(key))


def mark(response: Any, *, key: Any, options: list[str], credit: str) -> tuple[float, dict[str, bool]]:
    """The share earned, 0 to 1, and for each gap whether its answer is accepted."""
    parts = {gap: normal(response.get(gap, "")) in map(normal, accepted) for gap, accepted in key.items()}
    right = sum(parts.values())
    written = sum(bool(normal(answer)) for answer in response.values())
    return share(right, written - right, len(key), credit), parts


def html(text: dict[str, Any], response: Any) -> str:
    """The text as it stands in a static page, the answers underlined in their gaps."""
    written = response if isinstance(response, dict) else {}
    parts = []
    for n, part in enumerate(GAP.split(text["text"])):
        parts.append(f"<u>{escape(str(written.get(part) or '______'))}</u>" if n % 2 else escape(part))
    return f"<p>{''.join(parts)}</p>".replace("\n", "<br>")


def solution(item: Item, lang: str) -> list[tuple[str, str, str]]:
    """Rows of (sign, accepted answers, why), one a gap."""
    return [("✓", " / ".join(item.key[gap]), item.texts[lang]["rationale"][gap]) for gap in item.key]


def specimens(item: Item) -> list[Specimen]:
    """Right, partly right, wrong and invalid responses under their credit rules."""
    right = {gap: accepted[0] for gap, accepted in item.key.items()}
    wide = {gap: "".join(chr(ord(c) + 0xFEE0) if "!" <= c <= "~" else c for c in a.upper()) + "。" for gap, a in right.items()}
    wrong = dict.fromkeys(right, "?!")
    gap = next(iter(right))
    found = [
        Specimen(right, "right", "all"), Specimen(right, "right"), Specimen(right, "right", "net"), Specimen(wide, "right"),
        Specimen(wrong, "wrong"), Specimen({}, "blank"), Specimen({"no-such-gap": "?"}, "invalid"),
        Specimen({gap: 3}, "invalid"), Specimen({gap: "x" * 501}, "invalid"), Specimen(right[gap], "invalid"),
    ]  # fmt: skip
    if len(right) > 1:
        found += [Specimen({gap: right[gap]}, "partly"), Specimen({gap: right[gap]}, "wrong", "all")]
    return found


def attempt(item: Item, knows: float, rng: Random) -> Any:
    """A simulated response: known gaps right, in any accepted wording."""
    return {gap: rng.choice(accepted) if rng.random() < knows else "?" for gap, accepted in item.key.items()}
