"""Item-writing rules for many items together: what no single item shows."""

import re
from collections import Counter, defaultdict
from collections.abc import Iterator
from itertools import combinations, product

from kefu.items import LANGS, Complaint, Item

NEGATIVES = re.compile(
    r"不属于|不正确|不恰当|不合适|不包括|不妥的|不当的|不应该?的是|错误的是|除了"
    r"|\bNOT\b|\bEXCEPT\b|\bLEAST\b|\bnot (?:true|correct|part of)\b"
)
CHOICE = ("single", "multiple", "hotspot")
ALIKE = 0.6  # share of common character triples above which two items are near-duplicates
FEW = 3  # secure items a knowledge point needs
MANY = 12  # items a balance is judged on
MOST = 0.4  # of single choice items may have their key at one place, or as the longest option
TRUE = (0.4, 0.6)  # of statements are true
TURNED = 0.05  # of a pool's choice items may ask with a bold negation
WHOLE = 0.25  # of multiple choice items may have nothing but right options


def balance(items: list[Item], taught: list[str]) -> Iterator[Complaint]:
    """What the rules say against a bank's pools and their chapters, near-duplicates, and points with too few items."""
    for place, group in _groups(items):
        for key, mend in [*_singles(group), *_multiples(group), *_statements(group)]:
            yield Complaint(place, key, mend)
    for pool in ("practice", "secure"):
        for key, mend in _negatives([item for item in items if item.pool == pool and item.kind in CHOICE]):
            yield Complaint(pool, key, mend)
    for first, second, share in alike(items):
        yield Complaint(first.id, "stem", f"reads much like {second.id} ({share:.0%}); change one")
    secure = Counter(slug for item in items if item.pool == "secure" for slug in item.covers)
    for slug in taught:
        if secure[slug] < FEW:
            yield Complaint("bank", slug, f"has {secure[slug]} secure items; write {FEW - secure[slug]} more")


def _groups(items: list[Item]) -> list[tuple[str, list[Item]]]:
    """Every pool and every chapter of it, by a name to complain under."""
    groups: dict[str, list[Item]] = defaultdict(list)
    for item in items:
        groups[item.pool].append(item)
        groups[f"{item.pool}/{item.chapter}"].append(item)
    return sorted(groups.items())


def _singles(group: list[Item]) -> Iterator[tuple[str, str]]:
    singles = [item for item in group if item.kind == "single"]
    if len(singles) < MANY:
        return
    places = Counter("abcdefgh"[item.options.index(item.key)] for item in singles)
    place, count = places.most_common(1)[0]
    if count > MOST * len(singles):
        yield "key", f"{count} of {len(singles)} keys stand at {place}; move some"
    for lang in LANGS:
        longest = sum(_longest(item, lang) == item.key for item in singles)
        if longest > MOST * len(singles):
            yield (
                f"{lang}.options",
                f"the key is the longest option in {longest} of {len(singles)}; shorten keys or lengthen others",
            )


def _multiples(group: list[Item]) -> Iterator[tuple[str, str]]:
    multiples = [item for item in group if item.kind == "multiple"]
    whole = sum(len(item.key) == len(item.options) for item in multiples)
    if len(multiples) >= MANY and whole > WHOLE * len(multiples):
        yield "key", f"every option is right in {whole} of {len(multiples)} multiple choice items; add wrong ones"


def _statements(group: list[Item]) -> Iterator[tuple[str, str]]:
    judged = [item for item in group if item.kind == "truefalse"]
    true = sum(item.key == "true" for item in judged)
    if len(judged) >= MANY and not TRUE[0] <= true / len(judged) <= TRUE[1]:
        yield "key", f"{true} of {len(judged)} statements are true; turn some round, to between 40 and 60 %"


def _negatives(choices: list[Item]) -> Iterator[tuple[str, str]]:
    turned = [item.id for item in choices if any(NEGATIVES.search(item.texts[lang]["stem"]) for lang in LANGS)]
    if len(turned) > max(1, TURNED * len(choices)):
        yield "stem", f"{len(turned)} of {len(choices)} questions are turned round ({', '.join(turned)}); ask some straight"


def alike(items: list[Item]) -> list[tuple[Item, Item, float]]:
    """Pairs of items whose stem and options share most of their character triples (Jaccard), with the share."""
    triples = {item.id: _triples(item) for item in items}
    pairs = ((first, second, _common(triples[first.id], triples[second.id])) for first, second in combinations(items, 2))
    return [pair for pair in pairs if pair[2] > ALIKE]


def closest(items: list[Item]) -> tuple[Item, Item, float] | None:
    """The practice and the secure item that read most alike, with the share of their triples; None without such a pair."""
    triples = {item.id: _triples(item) for item in items}
    pools = [[item for item in items if item.pool == pool] for pool in ("practice", "secure")]
    pairs = ((one, other, _common(triples[one.id], triples[other.id])) for one, other in product(*pools))
    return max(pairs, key=lambda pair: pair[2], default=None)


def _common(one: set[str], other: set[str]) -> float:
    return len(one & other) / max(len(one | other), 1)


def _triples(item: Item) -> set[str]:
    text = core(" ".join(strings({key: item.texts["zh"].get(key, "") for key in ("stem", "options", "prompts")})))
    return {text[n : n + 3] for n in range(len(text) - 2)}


def _longest(item: Item, lang: str) -> str:
    lengths = sorted((len(option), i) for i, option in item.texts[lang]["options"].items())
    return lengths[-1][1] if lengths[-1][0] > lengths[-2][0] else ""


def core(text: str) -> str:
    """A text's letters and digits, without case."""
    return re.sub(r"\W", "", text).lower()


def strings(value: object) -> list[str]:
    """Every string inside nested tables."""
    if isinstance(value, dict):
        return [text for inner in value.values() for text in strings(inner)]
    return [value] if isinstance(value, str) else []
