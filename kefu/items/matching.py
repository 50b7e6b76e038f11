"""Matching: every prompt takes one option, and no option serves twice."""

from collections.abc import Iterator
from random import Random
from typing import Any

from kefu.items.item import Item, Specimen, listing, share, unknown

NAME = {"zh": "匹配", "en": "Matching"}
FIELDS = ("prompts", "options")
OPTIONS: tuple[str, ...] = ()
TEXTS: tuple[str, ...] = ()
MARKED = "data"


def check(item: Item) -> Iterator[tuple[str, str]]:
    """Complaints about the key, as (key, mend)."""
    prompts = list(item.texts["zh"]["prompts"])
    if not isinstance(item.key, dict):
        yield "key", 'write a table from prompt to option, like { p1 = "b", p2 = "a" }'
        return
    for prompt in prompts:
        if item.key.get(prompt) not in item.options:
            yield f"key.{prompt}", f"{item.key.get(prompt)!r} names no option; choose from {', '.join(item.options)}"
    for prompt in item.key:
        if prompt not in prompts:
            yield f"key.{prompt}", f"names no prompt; the prompts are {', '.join(prompts)}"
    chosen = [str(item.key.get(p)) for p in prompts]
    if len(set(chosen)) != len(chosen):
        yield "key", "an option serves two prompts; each option may serve one"
    elif len(prompts) < 3:
        yield "prompts", "give at least three prompts"
    elif chosen == sorted(chosen):
        yield "key", "the option ids stand in the prompts' order and give the answer away; mix them"


def rationales(item: Item) -> list[str]:
    """The prompts, and the options no prompt takes."""
    return [*item.key, *(i for i in item.options if i not in item.key.values())]


def public(item: Item, lang: str) -> dict[str, Any]:
    """Prompts and options by their ids, so that an author's order gives nothing away."""
    text = item.texts[lang]
    return {"prompts": text["prompts"], "options": dict(sorted(text["options"].items()))}


def problem(response: Any, *, key: Any, options: list[str]) -> str:
    """Why a response cannot be marked, or an empty string."""
    if not isinstance(response, dict):
        return "is not a table from prompt to option"
    strange = unknown(response, list(key)) or unknown(response.values(), options)
    return strange or ("uses an option twice" if len(set(response.values())) < len(response) else "")


def mark(response: Any, *, key: Any, options: list[str], credit: str) -> tuple[float, dict[str, bool]]:
    """The share earned, 0 to 1, and for each prompt whether its option is right."""
    parts = {prompt: response.get(prompt) == option for prompt, option in key.items()}
    right = sum(parts.values())
    return share(right, len(response) - right, len(key), credit), parts


def html(text: dict[str, Any], response: Any) -> str:
    """Prompts with the chosen options as they stand in a static page, the options below."""
    chosen = {p: i for p, i in response.items() if isinstance(i, str)} if isinstance(response, dict) else {}
    rows = [("▸", f"{prompt} → {text['options'].get(chosen.get(p), '____')}") for p, prompt in text["prompts"].items()]
    return listing(rows) + listing([("□", option) for option in text["options"].values()])


def solution(item: Item, lang: str) -> list[tuple[str, str, str]]:
    """Rows of (sign, pair, why), the options no prompt takes after them."""
    text = item.texts[lang]
    pairs = [("✓", f"{text['prompts'][p]} → {text['options'][i]}", text["rationale"][p]) for p, i in item.key.items()]
    spare = [i for i in rationales(item) if i not in item.key]  # one that a regrade left over has no reason
    return pairs + [("✗", text["options"][i], text["rationale"].get(i, "")) for i in spare]


def specimens(item: Item) -> list[Specimen]:
    """Right, partly right, wrong and invalid responses under their credit rules."""
    prompts = list(item.key)
    first, rest = {prompts[0]: item.key[prompts[0]]}, prompts[1:]
    turned = dict(zip(prompts, [item.key[p] for p in rest + prompts[:1]], strict=True))
    mixed = first | dict(zip(rest, [item.key[p] for p in rest[1:] + rest[:1]], strict=True))
    return [
        Specimen(item.key, "right", "all"), Specimen(item.key, "right"), Specimen(item.key, "right", "net"),
        Specimen(first, "partly"), Specimen(first, "partly", "net"), Specimen(first, "wrong", "all"),
        Specimen(turned, "wrong"), Specimen(mixed, "partly"), Specimen(mixed, "wrong", "net"), Specimen({}, "blank"),
        Specimen({prompts[0]: "no-such-option"}, "invalid"), Specimen({"no-such-prompt": item.options[0]}, "invalid"),
        Specimen([item.options[0]], "invalid"), Specimen({prompts[0]: None}, "invalid"),
        Specimen(dict.fromkeys(prompts, item.options[0]), "invalid"),
    ]  # fmt: skip


def attempt(item: Item, knows: float, rng: Random) -> Any:
    """A simulated response: known prompts right, the other options dealt out at random."""
    response = {prompt: option for prompt, option in item.key.items() if rng.random() < knows}
    left = [i for i in item.options if i not in response.values()]
    rng.shuffle(left)
    return response | dict(zip([p for p in item.key if p not in response], left, strict=False))
