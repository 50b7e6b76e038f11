"""Every check of kefu lint is proved by an item that breaks it; the real bank breaks none."""

from dataclasses import replace
from pathlib import Path

import nbformat
import pytest
from conftest import REPOSITORY
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook

from kefu import balance, bank, cli, lint
from kefu.amounts import differing
from kefu.items import Item
from kefu.syllabus import load


@pytest.fixture
def items(root: Path) -> dict[str, Item]:
    return bank.load(root).items


def changed(item: Item, lang: str, **fields: object) -> Item:
    return replace(item, texts={**item.texts, lang: {**item.texts[lang], **fields}})


def complaints(*items: Item) -> str:
    return "\n".join(map(str, lint.lint(list(items), [])))


def test_a_good_item_has_no_complaint(items: dict[str, Item]) -> None:
    assert complaints(items["q-single"]) == ""


@pytest.mark.parametrize(
    ("lang", "fields", "says"),
    [
        ("zh", {"stem": "下面哪一项不属于服务？"}, "zh.stem: '不属于' turns the question round"),
        ("en", {"stem": "Which is NOT a service?"}, "en.stem: 'NOT' turns the question round"),
        ("zh", {"options": {"a": "道别", "b": "问候", "c": "以上都对"}}, "zh.options.c: gathers other options"),
        (
            "en",
            {"options": {"a": "Farewell", "b": "Greeting", "c": "None of the above"}},
            "en.options.c: gathers other options",
        ),
        ("zh", {"options": {"a": "问候。", "b": "问候", "c": "收款"}}, "zh.options.b: says the same as a"),
        ("zh", {"options": {"a": "微笑问候", "b": "问候", "c": "收款"}}, "zh.options.b: stands whole inside the other, with a"),
        ("zh", {"options": {"a": "总是先道歉", "b": "问候", "c": "收款"}}, "zh.options.a: '总是' claims every case"),
        ("zh", {"options": {"a": "任何要求都答应", "b": "问候", "c": "收款"}}, "zh.options.a: '任何要求都' claims every case"),
        ("en", {"options": {"a": "Never apologize", "b": "Greeting", "c": "Pay"}}, "en.options.a: 'Never' claims every case"),
        ("zh", {"stem": "没有语言表达台皂力怎么办？"}, "zh: '台皂力' is a misprint; write 能力"),
        ("en", {"rationale": {"a": "They retum.", "b": "Yes.", "c": "No."}}, "en: 'retum' is a misprint; write return"),
        ("en", {"stem": "What comes first in the 15 minutes?"}, "stem: 15 stands in one language only"),
        ("zh", {"rationale": {"a": "等了40分钟。", "b": "对。", "c": "不对。"}}, "rationale: 40 stands in one language only"),
        ("zh", {"stem": "先做什么,再做什么？"}, "',' beside a Chinese character is half-width"),
        (
            "en",
            {"options": {"a": "Wait 15 minutes", "b": "Greeting", "c": "Payment"}},
            "options: 15 stands in one language only",
        ),
    ],
)
def test_a_badly_written_item_is_named(items: dict[str, Item], lang: str, fields: dict, says: str) -> None:
    assert says in complaints(changed(items["q-single"], lang, **fields))


@pytest.mark.parametrize(
    "options",
    [
        {"a": "写上“绝不出错”", "b": "不一定要道歉", "c": "有一定的把握"},
        {"a": "必须核对证件", "b": "得到主管的肯定", "c": "没有任何差错"},
    ],
)
def test_words_of_degree_duty_and_quotation_claim_nothing(items: dict[str, Item], options: dict) -> None:
    assert complaints(changed(items["q-single"], "zh", options=options)) == ""


@pytest.mark.parametrize(
    ("zh", "en"),
    [
        ("七成客户说，打八折，三点半到", "70% of the talk, 20% off, at 3:30"),
        ("一百二十人里有二十五人", "25 of 120"),
        ("写200字，18:00前，赔1.2亿元", "Write 130 words by 6 p.m.; pay 120 million"),
        ("等15分钟，买12个，满100元，35人", "fifteen minutes, a dozen, a hundred yuan, thirty-five people"),
        ("按“七三”的比例听和说", "by the 70/30 rule"),
        ("3条建议", "three suggestions"),
    ],
)
def test_a_number_may_be_said_in_each_language_its_own_way(zh: str, en: str) -> None:
    assert differing(zh, en) == []


def test_numbers_that_differ_are_found_in_both_directions() -> None:
    assert differing("打九折，等40分钟", "20% off after 30 minutes") == [20, 30, 40]


def test_multiple_choice_has_four_or_five_options_of_which_two_to_four_are_right(items: dict[str, Item]) -> None:
    item = items["q-multiple"]
    for key, ids in ((["a", "b"], "abc"), (["a", "b"], "abcdef"), (["a"], "abcd"), (list("abcde"), "abcde")):
        texts = {lang: {**item.texts[lang], "options": {i: f"{i}{i}" for i in ids}} for lang in item.texts}
        assert f"{len(key)} of {len(ids)} are right" in complaints(replace(item, key=key, texts=texts))


def test_a_misprint_in_a_lesson_is_named_with_its_file(root: Path) -> None:
    course = root / "course"
    syllabus = load(course)
    lesson = next(iter(syllabus.lessons.values()))
    path = course / "zh" / lesson.chapter / f"{lesson.stem}.ipynb"
    path.parent.mkdir(parents=True, exist_ok=True)
    nbformat.write(new_notebook(cells=[new_markdown_cell("效果显着。"), new_code_cell("显着 = 1")]), path)
    assert [str(c) for c in lint.lessons(course, syllabus)] == [
        f"zh/{lesson.chapter}/{lesson.stem}.ipynb: text: '显着' is a misprint; write 显著"
    ]


def test_a_bold_negation_and_the_same_number_in_other_digits_are_fine(items: dict[str, Item]) -> None:
    item = changed(
        items["q-single"],
        "zh",
        stem="下面哪一项**不属于**服务？",
        options={"a": "赔100万元", "b": "17:00前回复", "c": "等1200秒"},
    )
    item = changed(item, "en", options={"a": "Pay 1 million", "b": "Reply by 5 p.m.", "c": "Wait 1,200 seconds"})
    assert complaints(item) == ""


def twelve(item: Item, **fields: object) -> list[Item]:
    return [replace(item, id=f"q-{n}", **fields) for n in range(12)]


def test_keys_that_stand_at_one_place_or_are_the_longest_are_counted(items: dict[str, Item]) -> None:
    long = {"a": "道别", "b": "先问候客人再说明来意", "c": "收款"}
    told = complaints(*twelve(changed(items["q-single"], "zh", options=long)))
    assert "key: 12 of 12 keys stand at b" in told and "zh.options: the key is the longest option in 12 of 12" in told


def test_statements_that_are_nearly_all_false_are_counted_in_chapter_and_pool(items: dict[str, Item]) -> None:
    told = complaints(*twelve(items["q-truefalse"]))
    assert "secure: key: 0 of 12 statements are true" in told and "secure/1-basics: key: 0 of 12 statements are true" in told


def test_five_of_twelve_true_statements_are_balanced_and_four_are_not(items: dict[str, Item]) -> None:
    for true, found in ((4, True), (5, False), (7, False), (8, True)):
        group = [replace(items["q-truefalse"], id=f"q-{n}", key="true" if n < true else "false") for n in range(12)]
        assert ("statements are true" in complaints(*group)) is found


def test_multiple_choice_that_mostly_keys_every_option_is_counted(items: dict[str, Item]) -> None:
    whole = replace(items["q-multiple"], key=items["q-multiple"].options)
    assert "every option is right in 12 of 12 multiple choice items" in complaints(*twelve(whole))


def test_questions_that_are_often_turned_round_are_counted_even_when_bold(items: dict[str, Item]) -> None:
    bold = changed(items["q-single"], "zh", stem="下面哪一项**不属于**服务？")
    rest = [replace(items["q-single"], id=f"q-rest-{n}") for n in range(38)]
    turned = [replace(bold, id=f"q-turned-{n}") for n in range(3)]
    assert "secure: stem: 3 of 41 questions are turned round" in complaints(*turned, *rest)
    assert "turned round" not in complaints(*turned[:2], *rest)


def test_the_pools_share_no_wording_to_speak_of() -> None:
    practice, secure, share = balance.closest(list(bank.load(REPOSITORY).items.values()))
    assert share < 0.4, f"{secure.id} gives away, or is given away by, {practice.id}"


def test_two_items_that_read_alike_are_named_as_a_pair(items: dict[str, Item]) -> None:
    stem = "客人在前台等了很久，第一句话怎么说最合适，理由是什么？"
    first, second = (
        changed(items["q-single"], "zh", stem=stem),
        changed(items["p-single"], "zh", stem=stem.replace("合适", "妥当")),
    )
    assert "reads much like" in complaints(first, second)


def test_a_knowledge_point_with_few_secure_items_is_named(items: dict[str, Item]) -> None:
    found = lint.lint([items["q-single"], items["p-single"]], ["c1-gst"])
    assert [str(c) for c in found if c.key == "c1-gst"] == ["bank: c1-gst: has 1 secure items; write 2 more"]


def test_the_real_bank_is_clean_and_covers_every_point(capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["--root", str(REPOSITORY), "lint"]) == 0, capsys.readouterr().out
    assert cli.main(["--root", str(REPOSITORY), "coverage"]) == 0
    told = capsys.readouterr().out
    assert "covered: 124 of 124 by practice, 124 by secure items" in told and "closest items of the two pools: p" in told
