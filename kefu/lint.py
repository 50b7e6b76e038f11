"""Item-writing rules as checks: what a reviewer would strike out before a learner sees it.

Sources of the rules: Haladyna, Downing and Rodriguez (2002), A review of multiple-choice item-writing guidelines.
That every option has a rationale, and that both languages have the same ids, blanks, prompts and bins, is `kefu check`.
"""

import json
import re
from collections.abc import Iterator
from itertools import combinations
from pathlib import Path

from kefu.amounts import differing
from kefu.balance import NEGATIVES, balance, core, strings
from kefu.items import LANGS, Complaint, Item
from kefu.syllabus import Syllabus

CATCH_ALL = re.compile(r"以上(?:都|皆|全|均)|都不是$|全部正确|all of the above|none of the above|both a and b", re.I)
HALF_WIDTH = re.compile(r"[,;?!](?=[一-鿿])|(?<=[一-鿿])[,;?!]")
QUOTED = re.compile(r"“[^”]*”|「[^」]*」|《[^》]*》")
# Words that claim every case, and so betray a wrong option. Limits (只, only) and duties (必须, must) are left alone:
# in a bank of 600 items they stood in keys about as often as chance has it, and law and safety need them.
ABSOLUTES = {
    "zh": re.compile(
        r"(?<!不)一定(?!的|职业|程度|范围|时间|条件)|绝不|绝对|从不|永远|总是|总会|只能|必定|必然|一律|凡是|无论如何"
        r"|肯定(?=会|能|是|要|有|不)|任何\w{1,6}都"
    ),
    "en": re.compile(
        r"\balways\b|(?<!was )(?<!were )\bnever\b(?! mind)|\babsolutely\b|\bcertainly\b|\bdefinitely\b|\bsurely\b|\bfor certain\b|\binvariably\b"
        r"|\bwithout exception\b|\bno matter (?:what|how|who|when)\b|\b(?:under|in) (?:any|no|all) (?:circumstances|cases)\b",
        re.I,
    ),
}
# Misprints that copies of old manuals carry, and the word that was meant.
SLIPS = {
    "台皂力": "能力", "连种": "这种", "扎仪": "礼仪", "100 1=0": "100-1=0", "客(client)": "客户(client)", "又上扩大": "又是扩大",
    "直立足": "应立足", "是他和我们都得益": "使他和我们都得益", "客\"户至上": "“客户至上", "客”户至上": "“客户至上", "显着": "显著",
    "烦燥": "烦躁", "帐户": "账户", "辩明": "辨明", "前题": "前提", "广搏": "广博", "语文效果": "语言效果", "驾驭语文": "驾驭语言",
    "retum": "return",
}  # fmt: skip


def lint(items: list[Item], taught: list[str]) -> list[Complaint]:
    """Everything the rules say against a bank's items; `taught` are the knowledge points that need items."""
    found = [Complaint(f"{item.pool}/{item.chapter}/{item.id}", key, mend) for item in items for key, mend in _item(item)]
    return found + list(balance(items, taught))


def lessons(course: Path, syllabus: Syllabus) -> list[Complaint]:
    """The misprints in the text of a course's lessons."""
    found = []
    for lang in LANGS:
        for _, path in syllabus.notebooks(course, lang):
            cells = json.loads(path.read_text(encoding="utf-8"))["cells"]
            text = "\n".join("".join(cell["source"]) for cell in cells if cell["cell_type"] == "markdown")
            found += [Complaint(path.relative_to(course).as_posix(), "text", mend) for mend in _slips(text)]
    return found


def _item(item: Item) -> Iterator[tuple[str, str]]:
    for lang in LANGS:
        text = item.texts[lang]
        if word := NEGATIVES.search(re.sub(r"\*\*.*?\*\*", "", text["stem"])):
            yield f"{lang}.stem", f"{word[0]!r} turns the question round; ask it straight, or make the word **bold**"
        yield from _options(item, lang)
        for mend in _slips(" ".join(strings(text))):
            yield lang, mend
        if lang == "zh" and (mark := HALF_WIDTH.search(" ".join(strings(text)))):
            yield lang, f"{mark[0]!r} beside a Chinese character is half-width; write the full-width mark"
    if item.kind == "multiple" and not (2 <= len(item.key) <= 4 <= len(item.options) <= 5):
        yield "options", f"{len(item.key)} of {len(item.options)} are right; give 4 or 5 options, of which 2 to 4 are right"
    for field in item.texts["zh"]:
        zh, en = (" ".join(strings({field: item.texts[lang].get(field, "")})) for lang in LANGS)
        if odd := differing(zh, en):
            yield field, f"{', '.join(f'{n:g}' for n in odd)} stands in one language only; make the numbers one"


def _options(item: Item, lang: str) -> Iterator[tuple[str, str]]:
    options = item.texts[lang].get("options", {})
    for i, option in options.items():
        if CATCH_ALL.search(option):
            yield f"{lang}.options.{i}", "gathers other options; write one of its own"
        if item.kind in ("single", "multiple") and (word := ABSOLUTES[lang].search(QUOTED.sub("", option))):
            yield f"{lang}.options.{i}", f"{word[0]!r} claims every case and betrays the option; say it with measure"
    for i, j in combinations(options, 2):
        one, other = core(options[i]), core(options[j])
        if one == other:
            yield f"{lang}.options.{j}", f"says the same as {i}; write another"
        elif min(len(one), len(other)) > 1 and (one in other or other in one):
            yield f"{lang}.options.{j}", f"stands whole inside the other, with {i}; make them two different answers"


def _slips(text: str) -> list[str]:
    return [f"{slip!r} is a misprint; write {right}" for slip, right in SLIPS.items() if slip in text]
