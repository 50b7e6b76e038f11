"""Item-writing rules as checks: what a reviewer would strike out before a learner sees it.

Sources of the rules: Haladyna, Downing and Rodriguez (2002), A review of multiple-choice item-writing guidelines.
"""

import re
from collections import Counter, defaultdict
from collections.abc import Iterator
from itertools import combinations

from kefu.items import LANGS, Complaint, Item

NEGATIVES = re.compile(
    r"不属于|不正确|不恰当|不合适|不应该?的是|错误的是|除了|\bNOT\b|\bEXCEPT\b|\bLEAST\b|\bnot (?:true|correct|part of)\b"
)
CATCH_ALL = re.compile(r"以上(?:都|皆|全|均)|都不是$|全部正确|all of the above|none of the above|both a and b", re.I)
HALF_WIDTH = re.compile(r"[,;?!](?=[一-鿿])|(?<=[一-鿿])[,;?!]")
NUMBER = re.compile(r"(\d*\.?\d+)\s*(万|million)?")
LARGE = {"万": 10_000, "million": 1_000_000, "": 1}
ALIKE = 0.6  # share of common character triples above which two stems are near-duplicates
FEW = 3  # secure items a knowledge point needs
MANY = 12  # items a balance is judged on


def lint(items: list[Item], taught: list[str]) -> list[Complaint]:
    """Everything the rules say against a bank's items; `taught` are the knowledge points that need items."""
    found = [Complaint(f"{item.pool}/{item.chapter}/{item.id}", key, mend) for item in items for key, mend in _item(item)]
    found += [
        Complaint(f"{pool}/{chapter}", key, mend) for pool, chapter, group in _groups(items) for key, mend in _balance(group)
    ]
    found += [
        Complaint(first.id, "stem", f"reads much like {second.id} ({share:.0%}); change one")
        for first, second, share in alike(items)
    ]
    secure = Counter(slug for item in items if item.pool == "secure" for slug in item.covers)
    for slug in taught:
        if secure[slug] < FEW:
            found.append(Complaint("bank", slug, f"has {secure[slug]} secure items; write {FEW - secure[slug]} more"))
    return found


def _item(item: Item) -> Iterator[tuple[str, str]]:
    for lang in LANGS:
        text = item.texts[lang]
        options = text.get("options", {})
        plain = re.sub(r"\*\*.*?\*\*", "", text["stem"])
        if word := NEGATIVES.search(plain):
            yield f"{lang}.stem", f"{word[0]!r} turns the question round; ask it straight, or make the word **bold**"
        for i, option in options.items():
            if CATCH_ALL.search(option):
                yield f"{lang}.options.{i}", "gathers other options; write one of its own"
        for (i, first), (j, second) in combinations(options.items(), 2):
            if _core(first) == _core(second):
                yield f"{lang}.options.{j}", f"says the same as {i}; write another"
        if lang == "zh" and (mark := HALF_WIDTH.search(" ".join(_strings(text)))):
            yield lang, f"{mark[0]!r} beside a Chinese character is half-width; write the full-width mark"
    zh, en = (_numbers(" ".join(_strings(item.texts[lang].get("options", {})))) for lang in LANGS)
    afternoon = {number + 12 for number in en}  # 17:00 is 5 p.m.
    if odd := {n for n in zh - en - afternoon if n >= 10} | {n for n in en - zh if n >= 10}:
        yield "options", f"{', '.join(f'{n:g}' for n in sorted(odd))} stands in one language only; make the numbers one"


def _numbers(text: str) -> set[float]:
    """The numbers of a text, however a language groups their digits."""
    found = NUMBER.findall(re.sub(r"(?<=\d),(?=\d{3})", "", text))
    return {float(number) * LARGE[unit] for number, unit in found}


def _groups(items: list[Item]) -> Iterator[tuple[str, str, list[Item]]]:
    groups: dict[tuple[str, str], list[Item]] = defaultdict(list)
    for item in items:
        groups[item.pool, item.chapter].append(item)
    for (pool, chapter), group in sorted(groups.items()):
        yield pool, chapter, group


def _balance(group: list[Item]) -> Iterator[tuple[str, str]]:
    singles = [item for item in group if item.kind == "single"]
    judged = [item for item in group if item.kind == "truefalse"]
    if len(singles) >= MANY:
        places = Counter("abcdefgh"[item.options.index(item.key)] for item in singles)
        place, count = places.most_common(1)[0]
        if count > 0.4 * len(singles):
            yield "key", f"{count} of {len(singles)} keys stand at {place}; move some"
        for lang in LANGS:
            longest = sum(_longest(item, lang) == item.key for item in singles)
            if longest > 0.4 * len(singles):
                yield (
                    f"{lang}.options",
                    f"the key is the longest option in {longest} of {len(singles)}; shorten keys or lengthen others",
                )
    if len(judged) >= MANY // 2:
        true = sum(item.key == "true" for item in judged)
        if not 0.3 <= true / len(judged) <= 0.7:
            yield "key", f"{true} of {len(judged)} statements are true; keep between a third and two thirds"


def alike(items: list[Item]) -> list[tuple[Item, Item, float]]:
    """Pairs of items whose stem and options share most of their character triples (Jaccard), with the share."""
    triples = {
        item.id: _triples(" ".join(_strings({k: item.texts["zh"].get(k, "") for k in ("stem", "options", "prompts")})))
        for item in items
    }
    found = []
    for first, second in combinations(items, 2):
        one, other = triples[first.id], triples[second.id]
        share = len(one & other) / max(len(one | other), 1)
        if share > ALIKE:
            found.append((first, second, share))
    return found


def _triples(text: str) -> set[str]:
    core = _core(text)
    return {core[n : n + 3] for n in range(len(core) - 2)}


def _core(text: str) -> str:
    return re.sub(r"\W", "", text).lower()


def _longest(item: Item, lang: str) -> str:
    options = item.texts[lang]["options"]
    lengths = sorted((len(option), i) for i, option in options.items())
    return lengths[-1][1] if lengths[-1][0] > lengths[-2][0] else ""


def _strings(value: object) -> list[str]:
    if isinstance(value, dict):
        return [text for inner in value.values() for text in _strings(inner)]
    return [value] if isinstance(value, str) else []
