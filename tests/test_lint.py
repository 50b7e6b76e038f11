"""Every check of kefu lint is proved by an item that breaks it; the real bank breaks none."""

from dataclasses import replace
from pathlib import Path

import pytest
from conftest import REPOSITORY

from kefu import bank, cli, lint
from kefu.items import Item


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


def test_statements_that_are_nearly_all_false_are_counted(items: dict[str, Item]) -> None:
    assert "key: 0 of 12 statements are true" in complaints(*twelve(items["q-truefalse"]))


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
    assert "covered: 124 of 124 by practice, 124 by secure items" in capsys.readouterr().out
