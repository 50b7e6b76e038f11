"""The bank: every bad file gets a message naming file, key and mend, and harms no other item."""

from pathlib import Path

import pytest
from conftest import ITEMS, REPOSITORY, item_text

from kefu import bank, cli

SINGLE = item_text("single")


def complaints(root: Path, text: str, name: str = "q-bad", pool: str = "bank/items") -> list[str]:
    """What the bank says of one more file; the good items must stand whatever it holds."""
    (root / pool / "1-basics" / f"{name}.toml").write_text(text, encoding="utf-8")
    known = bank.load(root)
    assert len(known.items) == 2 * len(ITEMS)
    return [str(complaint) for complaint in known.complaints]


@pytest.mark.parametrize(
    ("change", "says"),
    [
        (("[zh]", "[zh"), "q-bad.toml: TOML: "),
        (('key = "b"', ""), "q-bad.toml: key: is missing; say which option is right"),
        (('key = "b"', 'key = "z"'), "q-bad.toml: key: 'z' names no option; write one of a, b, c"),
        (('kind = "single"', 'kind = "singel"'), "q-bad.toml: kind: 'singel' is no kind of item; choose from blanks"),
        (('level = "recall"', 'level = "hard"'), "q-bad.toml: level: 'hard' is no level; choose from recall"),
        (('level = "recall"', 'levle = "recall"'), "q-bad.toml: levle: is no key of this item; did you mean level?"),
        (('lesson = "1-1"', 'lesson = "9-9"'), "q-bad.toml: lesson: '9-9' is no lesson of course/syllabus.toml"),
        (('covers = ["c1-gst"]', 'covers = ["c1-gts"]'), "'c1-gts' is no knowledge point; did you mean c1-gst?"),
        (('covers = ["c1-gst"]', "covers = []"), "q-bad.toml: covers: list at least one knowledge point"),
        (('source = "a test"', 'source = ""'), "q-bad.toml: source: is missing or no text"),
        (("[en]", "[fr]"), "q-bad.toml: en: the translation is missing; add a [en] table"),
        (('c = "Payment"', 'd = "Payment"'), "q-bad.toml: en.options.c: is missing here but stands in the other language"),
        (('c = "why-en-c"', 'e = "why-en-c"'), "q-bad.toml: en.rationale.c: is missing; say why"),
        (('stem = "先做什么？"', "stem = 3"), "q-bad.toml: zh.stem: is missing or no text"),
        (('b = "Greeting"', 'b = ""'), "q-bad.toml: en.options.b: is empty or no text"),
        (('kind = "single"', 'kind = "single"\npoints = -1'), "q-bad.toml: points: write a number above 0"),
        (('kind = "single"', 'kind = "single"\npoints = true'), "q-bad.toml: points: write a number above 0"),
    ],
    ids=lambda value: value[1] if isinstance(value, tuple) else "",
)
def test_a_bad_item_is_named_with_its_key_and_the_mend(root: Path, change: tuple[str, str], says: str) -> None:
    assert any(says in line for line in complaints(root, SINGLE.replace(*change)))


@pytest.mark.parametrize(
    ("kind", "change", "says"),
    [
        ("multiple", ('key = ["a", "c"]', 'key = ["a", "z"]'), "key: 'z' names no option"),
        ("multiple", ('key = ["a", "c"]', 'key = ["a"]'), 'key: only one option is right; make it kind = "single"'),
        ("multiple", ('key = ["a", "c"]', 'key = ["a", "a"]'), "key: an option id stands twice"),
        ("multiple", ('key = ["a", "c"]', 'key = "a"'), "key: write a list of option ids"),
        ("truefalse", ('key = "false"', "key = false"), 'key: write "true" or "false", in quotes'),
        ("matching", ("p3 = \"c\" }\n[zh]", "p3 = \"z\" }\n[zh]"), "key.p3: 'z' names no option"),
        ("matching", ('p1 = "b", p2 = "a"', 'p1 = "a", p2 = "b"'), "key: the option ids stand in the prompts' order"),
        ("matching", ('p1 = "b", p2 = "a"', 'p1 = "c", p2 = "a"'), "key: an option serves two prompts"),
        ("matching", ('p1 = "b"', 'p9 = "b"'), "key.p9: names no prompt"),
        ("ordering", ('key = ["c", "a", "b"]', 'key = ["c", "a"]'), "key: list every option id once"),
        ("ordering", ('key = ["c", "a", "b"]', 'key = ["a", "b", "c"]'), "key: the option ids in their own order give the answer away"),
        ("ordering", ('key = ["c", "a", "b"]', "key = [1, 2, 3]"), "key: list every option id once"),
        ("sorting", ('d = "y" }\n[zh]', 'd = "z" }\n[zh]'), "key.d: 'z' names no bin; choose from x, y"),
        ("sorting", ('b = "y", c = "x"', 'b = "x", c = "y"'), "key: the cards of a bin stand together"),
        ("sorting", ('b = "y", c = "x", d = "y"', 'b = "x", c = "x", d = "x"'), "bins: no card belongs to y"),
        ("blanks", ('["感谢", "thank"]', "[]"), "key.g2: list the answers you accept"),
        ("blanks", ("先{g1}，最后{g2}。", "先{g1}。"), "zh.text: write each gap once, in braces: {g1}, {g2}"),
        ("numeric", ("* 100\"", "* rate\""), "key.formula: 'rate' is no sum of the parameters and numbers"),
        ("numeric", ("solved / contacts", "__import__('os')"), "is no sum of the parameters and numbers"),
        ("numeric", ("solved / contacts", "solved / (contacts - contacts)"), "cannot be worked out: "),
        ("numeric", ("[200, 400, 50]", "[400, 200, 50]"), "key.params.contacts: write [from, to, step]"),
        ("numeric", ("{contacts} calls", "Many calls"), "en.stem: does not show {contacts}"),
        ("judgement", ("[7, 2, 1, 0, 0]", "[7, 2, 1, 0]"), "key.b: write how many of the panel chose each step"),
        ("judgement", ("[7, 2, 1, 0, 0]", "[6, 2, 1, 0, 0]"), "key: the panel's size differs"),
        ("roleplay", ('to = "t2", mood = 1', 'to = "t9", mood = 1'), "key.replies.t1-a: write { at = a turn"),
        ("roleplay", ('t2-b = { at = "t2", to = "e2"', 't2-b = { at = "t2", to = "t1"'), "leads back to t1; a dialogue must come to its end"),
        ("roleplay", ('to = { 0 = "e1", 4 = "e2" }', 'to = "e2"'), "key.e1: is never reached"),
        ("hotspot", ('figure = "desk.svg"\n', ""), "figure: name the SVG that lies beside this file"),
        ("hotspot", ('"desk.svg"', '"lobby.svg"'), "figure: 'lobby.svg' cannot be read; lay an SVG of that name beside the item"),
        ("hotspot", ('["r1", "r3"]', '["r1", "r2", "r3"]'), "key: every place is right"),
        ("survey", ('s3 = "d3"', 's3 = "d4"'), "key: use every group, and no other"),
        ("survey", ('kind = "survey"', 'kind = "survey"\npoints = 1'), "points: a survey is never scored; take it out"),
        ("essay", ("points = 3", "points = 4"), "points: write 3: the criteria's points together"),
        ("essay", ("tone = 1 }", "manners = 1 }"), "key: give every criterion its points"),
        ("value", ('name = "answer"', 'name = "an answer"'), "name is the variable in the notebook"),
    ],
    ids=lambda value: value[1] if isinstance(value, tuple) else str(value)[:20],
)  # fmt: skip
def test_every_kind_says_what_is_wrong_with_its_key(root: Path, kind: str, change: tuple[str, str], says: str) -> None:
    text = item_text(kind)
    assert change[0] in text
    assert any(says in line for line in complaints(root, text.replace(*change)))


@pytest.mark.parametrize(
    ("drawn", "says"),
    [("<svg", "mend the SVG"), ('<svg xmlns="http://www.w3.org/2000/svg"><script/></svg>', "<script> may not have scripts"),
     ('<svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"/>', "<svg> may not have scripts"),
     ('<svg xmlns="http://www.w3.org/2000/svg"><a href="https://example.org"/></svg>', "<a> may not have scripts"),
     ('<svg xmlns="http://www.w3.org/2000/svg"/>', "has no element with data-region=r1, r2, r3")],
)  # fmt: skip
def test_a_figure_that_is_more_or_less_than_a_drawing_is_named(root: Path, drawn: str, says: str) -> None:
    (root / "bank/items/1-basics/other.svg").write_text(drawn, encoding="utf-8")
    assert any(says in line for line in complaints(root, item_text("hotspot").replace("desk.svg", "other.svg")))


def test_a_duplicate_id_over_both_pools_is_named_and_the_first_one_stays(root: Path) -> None:
    found = complaints(root, SINGLE, name="p-single")
    assert len(found) == 1 and "bank/items/1-basics/p-single.toml: id: 'p-single' is taken by" in found[0]


def test_an_id_with_strange_letters_is_named(root: Path) -> None:
    assert any("no id; name the file with a-z" in line for line in complaints(root, SINGLE, name="Q 坏"))


def test_a_file_that_is_not_utf8_is_named(root: Path) -> None:
    (root / "bank/items/1-basics/q-gbk.toml").write_bytes(SINGLE.encode("gbk"))
    assert [c.key for c in bank.load(root).complaints] == ["TOML"]


def test_check_prints_every_complaint_and_fails(root: Path, capsys: pytest.CaptureFixture[str]) -> None:
    complaints(root, SINGLE.replace('key = "b"', 'key = "z"').replace('level = "recall"', 'level = "hard"'))
    assert cli.main(["--root", str(root), "check"]) == 1
    shown = capsys.readouterr().out
    assert "key: 'z' names no option" in shown and "level: 'hard' is no level" in shown and "2 complaints" in shown


def test_the_real_bank_has_no_complaints_and_is_as_large_as_promised(capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["--root", str(REPOSITORY), "check"]) == 0, capsys.readouterr().out
    known = bank.load(REPOSITORY)
    assert len(known.pool("practice")) >= 30 and len(known.pool("secure")) >= 60
