"""Numeric: a number to work out; its data are drawn for each learner."""

import ast
import operator
import re
import unicodedata
from collections.abc import Iterator
from random import Random
from typing import Any

from kefu.items.item import Item, Specimen, escape, share

NAME = {"zh": "计算", "en": "Numeric"}
FIELDS: tuple[str, ...] = ()
OPTIONS: tuple[str, ...] = ()
TEXTS = ("unit",)
MARKED = "data"
DRAWS = 12  # variants of an item with parameters
SUMS = {ast.Add: operator.add, ast.Sub: operator.sub, ast.Mult: operator.mul, ast.Div: operator.truediv}
NUMBER = re.compile(r"[^\d+\-.]*([+-]?(?:\d+\.?\d*|\.\d+))\D*")


def value(formula: str, numbers: dict[str, float]) -> float:
    """The value of a formula of names, numbers, + - * / and brackets; raises ValueError for anything else."""

    def of(node: ast.AST) -> float:
        match node:
            case ast.BinOp(left, sign, right) if type(sign) in SUMS:
                return SUMS[type(sign)](of(left), of(right))
            case ast.UnaryOp(ast.USub(), inner):
                return -of(inner)
            case ast.Constant(int() | float() as number) if not isinstance(number, bool):
                return number
            case ast.Name(name) if name in numbers:
                return numbers[name]
        raise ValueError(f"{ast.unparse(node)!r} is no sum of the parameters and numbers")

    try:
        return float(of(ast.parse(formula, mode="eval").body))
    except (SyntaxError, ZeroDivisionError, OverflowError) as error:
        raise ValueError(f"{formula!r} cannot be worked out: {error}") from None


def variants(key: dict[str, Any]) -> list[dict[str, float]]:
    """The parameters' draws, the same every time: each name has [from, to, step]; one empty draw without parameters."""
    params = key.get("params", {})
    rng = Random(str(sorted(params.items())))
    return [
        {name: low + step * rng.randint(0, round((high - low) / step)) for name, (low, high, step) in params.items()}
        for _ in range(DRAWS if params else 1)
    ]


def check(item: Item) -> Iterator[tuple[str, str]]:
    """Complaints about the key, as (key, mend)."""
    key = item.key
    if not isinstance(key, dict) or not isinstance(key.get("formula"), str):
        yield "key", 'write { formula = "calls * minutes / 60", tolerance = 0.1, params = { calls = [100, 200, 10] } }'
        return
    for name in key.keys() - {"formula", "tolerance", "params"}:
        yield f"key.{name}", "is no key of a number; the keys are formula, tolerance, params"
    if not _number(key.get("tolerance")) or key["tolerance"] < 0:
        yield "key.tolerance", "write how far an answer may be off, 0 or more"
    params = key.get("params", {})
    for name, drawn in params.items():
        if (
            not isinstance(drawn, list)
            or len(drawn) != 3
            or not all(map(_number, drawn))
            or drawn[2] <= 0
            or drawn[0] > drawn[1]
        ):
            yield f"key.params.{name}", "write [from, to, step], like [100, 200, 10]"
            return
        for lang, text in item.texts.items():
            if f"{{{name}}}" not in text["stem"]:
                yield f"{lang}.stem", f"does not show {{{name}}}; a learner must see every number"
    try:
        for draw in variants(key):
            value(key["formula"], draw)
    except ValueError as error:
        yield "key.formula", f"{error}; mend it"


def rationales(item: Item) -> list[str]:
    """One: how the number is worked out."""
    return ["value"]


def public(item: Item, lang: str) -> dict[str, Any]:
    """The unit, and the numbers of every variant; what comes out of them is not told."""
    return {"unit": item.texts[lang]["unit"], "variants": variants(item.key)}


def problem(response: Any, *, key: Any, options: list[str]) -> str:
    """Why a response cannot be marked, or an empty string."""
    if not isinstance(response, dict) or response.keys() != {"variant", "value"}:
        return "is not a variant and a value"
    variant, written = response["variant"], response["value"]
    if not isinstance(variant, int) or isinstance(variant, bool) or not 0 <= variant < len(variants(key)):
        return "names a variant the item does not have"
    return "" if isinstance(written, str) and number(written) is not None else "is no number"


def number(written: str) -> float | None:
    """The number a learner wrote, of any width, with or without unit and thousands commas; None when there is none."""
    plain = unicodedata.normalize("NFKC", written)[:100]
    found = NUMBER.fullmatch(re.sub(r"(?<=\d),(?=\d{3})", "", plain).replace("−", "-").replace(" ", ""))
    return float(found[1]) if found else None


def mark(response: Any, *, key: Any, options: list[str], credit: str) -> tuple[float, dict[str, bool]]:
    """1 or 0, and whether the value is within the tolerance."""
    true = value(key["formula"], variants(key)[response["variant"]])
    right = abs((number(response["value"]) or 0.0) - true) <= key["tolerance"] + 1e-9
    return share(int(right), int(not right), 1, credit), {"value": right}


def html(text: dict[str, Any], response: Any) -> str:
    """The gap as it stands in a static page, with the answer when there is one; its variant's numbers are in the stem."""
    written = response.get("value") if isinstance(response, dict) else None
    return f"<p><u>{escape(str(written or '______'))}</u> {escape(text['unit'])}</p>"


def solution(item: Item, lang: str) -> list[tuple[str, str, str]]:
    """One row: the formula, and how it is worked out."""
    return [("✓", item.key["formula"], item.texts[lang]["rationale"]["value"])]


def reasons(item: Item, lang: str, response: Any) -> dict[str, str]:
    """The rationale worked out with the numbers the learner had: {name} and {value} in it are filled in."""
    drawn_for = response.get("variant") if isinstance(response, dict) else 0
    draw = variants(item.key)[drawn_for % DRAWS if isinstance(drawn_for, int) and "params" in item.key else 0]
    why = item.texts[lang]["rationale"]["value"]
    for name, drawn in {**draw, "value": value(item.key["formula"], draw)}.items():
        why = why.replace(f"{{{name}}}", f"{drawn:.10g}")
    return {"value": why}


def answer(key: dict[str, Any], variant: int) -> dict[str, Any]:
    """The right response for a variant."""
    return {"variant": variant, "value": f"{value(key['formula'], variants(key)[variant]):.10g}"}


def specimens(item: Item) -> list[Specimen]:
    """The right number of every variant, in its spellings; wrong and invalid ones."""
    rights = [answer(item.key, n) for n in range(len(variants(item.key)))]
    true = float(rights[0]["value"])
    return [
        *(Specimen(right, "right", credit) for right in rights for credit in ("all", "each", "net")),
        Specimen(rights[0] | {"value": f" {rights[0]['value']} {item.texts['en']['unit']}"}, "right"),
        Specimen(rights[0] | {"value": f"{true + item.key['tolerance'] + 1 + abs(true):.10g}"}, "wrong"),
        Specimen(rights[0] | {"value": "many"}, "invalid"), Specimen(rights[0] | {"value": true}, "invalid"),
        Specimen(rights[0] | {"variant": 999}, "invalid"), Specimen(rights[0]["value"], "invalid"),
    ]  # fmt: skip


def attempt(item: Item, knows: float, rng: Random) -> Any:
    """A simulated response: the right number, or one that is off."""
    right = answer(item.key, rng.randrange(len(variants(item.key))))
    off = f"{float(right['value']) * 1.5 + item.key['tolerance'] + 1:.4g}"
    return right if rng.random() < knows else right | {"value": off}


def _number(found: Any) -> bool:
    return isinstance(found, int | float) and not isinstance(found, bool)
