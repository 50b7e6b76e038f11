"""The course's own words: nothing of the sources' defects, and both languages in step."""

import re
import shutil
from collections import Counter
from pathlib import Path

import nbformat
import pytest
from conftest import REPOSITORY

from kefu import bank, lint, paper, rows, syllabus
from kefu.items import LANGS, Item
from kefu.strings import words

COURSE = REPOSITORY / "course"
KNOWN = bank.load(REPOSITORY)
ITEMS = sorted(KNOWN.items.values(), key=lambda item: item.id)
TAUGHT_IN = {lang: {lesson.id: path for lesson, path in syllabus.load(COURSE).notebooks(COURSE, lang)} for lang in LANGS}
PAIRS = [(path, TAUGHT_IN["en"].get(lesson)) for lesson, path in TAUGHT_IN["zh"].items()]
# Misprints, fabricated attributions, names and sexist or stigmatising sentences of the source documents.
BANNED = [
    *lint.SLIPS,
    "那个行业",
    "颜瑶章",
    "aishibei",
    "爱拾贝",
    "三一办公",
    "上传人",
    "备案号",
    "祝各位周末愉快",
    "Northern␣Exposure",
    "데이비드",
    "셰익스피어",
    "버나드",
    "Tencent␣Foundation",
    "인공고객서비스",
    "고객복부",
    "여학생",
    "硬件方面占5%",
    "硬件优势占5%",
    "碎步",
    "太男性化",
    "女孩子",
    "鸡毛蒜皮",
    "肯定是有病",
    "身价千万",
    "每天要加班费",
    "百度百科",
    "甘地",
    "Gandhi",
    "图1-2",
]
HAN = re.compile("[一-鿿]")
LATIN = re.compile("[A-Za-z]{2,}")
TAUGHT = {"SERVICE", "GST", "GB"}  # what a Chinese page may spell in Latin letters: what is taught, and a national standard


def texts(value: object) -> list[str]:
    """Every string inside nested tables and lists."""
    if isinstance(value, dict):
        return [text for inner in value.values() for text in texts(inner)]
    return [value] if isinstance(value, str) else []


def test_no_defect_of_the_sources_is_in_course_bank_source_or_release() -> None:
    rooms = [path for room in ("course", "bank", "source", "release") for path in (REPOSITORY / room).rglob("*")]
    found = []
    for path in rooms:
        if path.suffix in (".toml", ".ipynb", ".json", ".svg", ".md") and ".ipynb_checkpoints" not in path.parts:
            text = path.read_text(encoding="utf-8")
            text = text.encode().decode("unicode_escape", "ignore") + text if "\\u" in text else text
            found += [(path.name, word) for word in BANNED if word.replace("␣", " ") in text]
    assert found == []


@pytest.mark.parametrize("item", ITEMS, ids=lambda item: item.id)
def test_an_item_is_chinese_in_zh_and_english_in_en(item: Item) -> None:
    chinese, english = (re.sub(r"\{[a-z0-9-_]+\}|`[^`]+`", "", " ".join(texts(item.texts[lang]))) for lang in ("zh", "en"))
    code = set(LATIN.findall(english)) if item.kind == "value" else set()  # a data lab's names are the same in both languages
    assert set(LATIN.findall(chinese)) <= TAUGHT | code
    assert not HAN.search(english)
    assert not re.search(r"[,;?!](?=[一-鿿])|(?<=[一-鿿])[,;?!]", chinese), "a half-width mark in Chinese"


@pytest.mark.parametrize("pair", PAIRS, ids=lambda pair: pair[0].stem)
def test_both_languages_of_a_lesson_have_the_same_cells_and_exercises(pair: tuple) -> None:
    zh, en = (nbformat.read(path, as_version=4).cells for path in pair)
    code = [[cell.source for cell in cells if cell.cell_type == "code"] for cells in (zh, en)]
    heads = [[re.findall(r"^#+", cell.source, re.M) for cell in cells if cell.cell_type == "markdown"] for cells in (zh, en)]
    figures = [[len(re.findall(r"!\[", cell.source)) for cell in cells] for cells in (zh, en)]
    assert code[0] == code[1] and heads[0] == heads[1] and figures[0] == figures[1]


@pytest.mark.parametrize("path", [path for pair in PAIRS for path in pair], ids=lambda path: f"{path.parts[-3]}-{path.stem}")
def test_a_lesson_practises_every_idea_and_closes_with_summary_terms_and_a_look_ahead(path) -> None:
    cells = nbformat.read(path, as_version=4).cells
    kinds = [cell.cell_type for cell in cells]
    heads = [re.match(r"#+ (.*)", cell.source)[1] for cell in cells if cell.cell_type == "markdown" and cell.source[0] == "#"]
    zh = path.parts[-3] == "zh"
    assert heads[-3:] == (["小结", "术语", "下一课"] if zh else ["Summary", "Terms", "Next lesson"])
    ideas = "".join("m" if kind == "markdown" else "x" for kind in kinds[2:-3])  # after the title and the set-up
    assert "mmm" not in ideas and ideas.endswith("x"), "an idea is followed by another without an exercise"
    for picture in re.findall(r"!\[([^\]]*)\]\(([^)]*)\)", "\n".join(cell.source for cell in cells)):
        assert len(picture[0]) > 8 and (path.parent / picture[1]).exists()


def test_the_syllabus_teaches_every_knowledge_point_once_in_both_languages() -> None:
    course = syllabus.load(COURSE)
    slugs = [slug for lesson in course.lessons.values() for slug in lesson.points]
    assert len(slugs) == len(set(slugs)) == 124 and len(course.excluded) == 1
    assert len(course.lessons) == 20 and len(course.chapters) == 6
    assert all(HAN.search(title["zh"]) and not HAN.search(title["en"]) for title in course.points.values())


def test_every_knowledge_point_of_a_written_chapter_is_practised_and_examined() -> None:
    course = syllabus.load(COURSE)
    for pool in ("practice", "secure"):
        covered = {slug for item in KNOWN.pool(pool).values() for slug in item.covers}
        assert {slug for lesson in TAUGHT_IN["zh"] for slug in course.lessons[lesson].points} - covered == set(), pool
    assert TAUGHT_IN["zh"].keys() == TAUGHT_IN["en"].keys()


def test_keys_of_single_choice_items_are_spread_and_not_betrayed_by_length() -> None:
    singles = [item for item in ITEMS if item.kind == "single"]
    places = Counter(item.options.index(item.key) for item in singles)
    assert max(places.values()) <= 0.35 * len(singles)
    for lang in LANGS:
        longest = [max(item.texts[lang]["options"], key=lambda i, o=item.texts[lang]["options"]: len(o[i])) for item in singles]
        assert sum(i == item.key for i, item in zip(longest, singles, strict=True)) <= 0.35 * len(singles)


def test_true_and_false_are_both_keyed_and_few_in_a_paper() -> None:
    keys = {item.key for item in ITEMS if item.kind == "truefalse"}
    assert keys == {"true", "false"}
    papers, complaints = paper.load(REPOSITORY, KNOWN)
    assert complaints == []
    for form in papers.values():
        kinds = Counter(item.kind for item in form.items)
        assert kinds["truefalse"] <= 0.2 * len(form.items) and len(kinds) >= 3


def test_both_catalogues_have_the_same_words_and_placeholders() -> None:
    zh, en = (words(lang) for lang in LANGS)
    assert zh.keys() == en.keys()
    for key in zh:
        assert set(re.findall(r"\{(\w+)", zh[key])) == set(re.findall(r"\{(\w+)", en[key])), key


def test_every_row_of_the_sources_is_taught_or_asked_or_left_out_for_a_reason() -> None:
    found = rows.load(COURSE)
    assert len(found) == 344 and list(rows.complaints(COURSE, syllabus.load(COURSE), KNOWN)) == []
    assert [row for row, told in found.items() if "left" in told and len(told["left"]) < 20] == []


def test_a_row_that_points_to_words_or_items_there_are_not_is_named(tmp_path: Path) -> None:
    shutil.copytree(REPOSITORY / "course/zh", tmp_path / "zh")
    (tmp_path / "rows").mkdir()
    lines = [
        '"c1-a.1" = { lesson = "1-1", says = "没有这句话" }',
        '"c1-b.1" = { item = "no-such" }',
        '"c1-c.1" = { lesson = "1-1" }',
    ]
    (tmp_path / "rows/1.toml").write_text("\n".join(lines), encoding="utf-8")
    assert [complaint.key for complaint in rows.complaints(tmp_path, syllabus.load(COURSE), KNOWN)] == [
        "c1-a.1",
        "c1-b.1",
        "c1-c.1",
    ]
    (tmp_path / "rows/2.toml").write_text(lines[0], encoding="utf-8")
    with pytest.raises(ValueError, match=r"c1-a\.1: stands in another file too"):
        rows.load(tmp_path)
