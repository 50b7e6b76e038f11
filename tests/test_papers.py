"""Papers: the form that is chosen, the notebook that is built, and what must never be in an open room."""

import ast
import json
import shutil
from pathlib import Path

import nbformat
import pytest
from conftest import PAPERS, REPOSITORY, item_text

from kefu import bank, build, cli, lesson, paper, syllabus
from kefu.items import Item, kind_module, score

REAL = paper.load(REPOSITORY, bank.load(REPOSITORY))[0]


def load(root: Path, text: str = PAPERS) -> tuple[dict[str, paper.Paper], list[str]]:
    (root / paper.FILE).write_text(text, encoding="utf-8")
    papers, complaints = paper.load(root, bank.load(root))
    return papers, [str(complaint) for complaint in complaints]


GOOD = '[quiz-good]\ntitle = { zh = "好", en = "Good" }\nitems = ["q-single"]\n'


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ('items = ["q-nowhere"]', "quiz-bad.items: 'q-nowhere' is no good item of the bank"),
        ('items = ["p-single"]', "quiz-bad.items: 'p-single' is a practice item, whose key is open"),
        ('items = ["q-single", "q-single"]', "quiz-bad.items: 'q-single' stands 2 times"),
        ("items = []", "quiz-bad.items: is empty"),
        ("", "quiz-bad.items: give either items, a list of ids, or draw"),
        ('chapter = "1-basics"\ndraw = { single = 9 }', "quiz-bad.draw: single asks for 9, chapter 1-basics holds 1"),
        ('chapter = "9-none"\ndraw = { single = 1 }', "quiz-bad.chapter: '9-none' has no items in bank/items"),
        ('chapter = "1-basics"\ndraw = { essays = 1 }', "quiz-bad.draw: essays = 1 is no draw"),
        ('items = ["q-single"]\ncredit = { single = "half" }', "quiz-bad.credit: single = 'half' is no rule"),
        ('items = ["q-single"]\npass = 0', "quiz-bad.pass: write a whole number of percent"),
        ('items = ["q-single"]\ncloses = 2026-12-01T18:00:00', "quiz-bad.closes: write a time with its zone"),
        ('items = ["q-single"]\ncloses = "soon"', "quiz-bad.closes: write a time with its zone"),
        ('items = ["q-single"]\nitmes = 1', "quiz-bad.itmes: is no key of a paper"),
    ],
)
def test_a_bad_paper_is_named_and_the_good_one_stands(root: Path, text: str, says: str) -> None:
    papers, complaints = load(root, f'{GOOD}[quiz-bad]\ntitle = {{ zh = "坏", en = "Bad" }}\n{text}\n')
    assert list(papers) == ["quiz-good"]
    assert any(f"bank/papers.toml: {says}" in line for line in complaints)


def test_a_paper_without_a_translated_title_is_named(root: Path) -> None:
    assert (
        "quiz-bad.title: give a title in zh and en"
        in load(root, '[quiz-bad]\ntitle = { zh = "坏" }\nitems = ["q-single"]')[1][0]
    )


def test_a_broken_papers_file_is_named(root: Path) -> None:
    assert load(root, "[quiz")[1][0].startswith("bank/papers.toml: TOML: ")


def test_a_paper_with_a_broken_item_waits_and_the_others_are_built(root: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (root / "bank/items/1-basics/q-broken.toml").write_text("kind =", encoding="utf-8")
    (root / paper.FILE).write_text(GOOD + GOOD.replace("good", "bad").replace("q-single", "q-broken"), encoding="utf-8")
    assert cli.main(["--root", str(root), "build"]) == 1
    shown = capsys.readouterr().out
    assert "q-broken.toml: TOML" in shown and "quiz-bad.items: 'q-broken'" in shown and "released quiz-good" in shown
    assert (root / "release/quiz-good/quiz-good.ipynb").exists() and not (root / "release/quiz-bad").exists()


def test_a_draw_spreads_over_lessons_and_a_new_item_moves_little(root: Path) -> None:
    for n in range(12):
        (root / f"bank/items/1-basics/q-more-{n:02d}.toml").write_text(item_text("single"), encoding="utf-8")
    text = '[quiz-drawn]\ntitle = { zh = "抽", en = "Drawn" }\nchapter = "1-basics"\nseed = 3\ndraw = { single = 6, ordering = 1 }\n'
    before = {item.id for item in load(root, text)[0]["quiz-drawn"].items}
    assert len(before) == 7 and before == {item.id for item in load(root, text)[0]["quiz-drawn"].items}
    (root / "bank/items/1-basics/q-newcomer.toml").write_text(item_text("single"), encoding="utf-8")
    assert len(before - {item.id for item in load(root, text)[0]["quiz-drawn"].items}) <= 1


def marks(notebook: nbformat.NotebookNode) -> list[dict]:
    """The literal arguments of every mark call of a source notebook."""
    calls = [
        ast.parse(cell.source).body[0].value for cell in notebook.cells if cell.source.startswith("### BEGIN HIDDEN TESTS")
    ]
    return [{"id": ast.literal_eval(c.args[0])} | {k.arg: ast.literal_eval(k.value) for k in c.keywords} for c in calls]


@pytest.mark.parametrize("name", REAL)
def test_reference_responses_earn_full_marks_and_blank_earns_none(name: str) -> None:
    notebook = nbformat.read(REPOSITORY / "source" / name / f"{name}.ipynb", as_version=4)
    calls = marks(notebook)
    items = [item for item in REAL[name].items if kind_module(item.kind).MARKED == "data"]
    assert [call["id"] for call in calls] == [item.id for item in items]
    for call, item in zip(calls, items, strict=True):
        literals = {key: value for key, value in call.items() if key not in ("id", "of")}
        right = next(specimen.response for specimen in item.specimens() if specimen.verdict == "right")
        assert score(response=right, **literals).earned == item.points
        assert score(response=None, **literals).earned == 0


def committed(root: Path) -> dict[str, bytes]:
    folders = ("source", "release", "course/zh", "course/en")
    paths = [
        path for folder in folders for path in sorted((root / folder).rglob("*")) if path.suffix in (".ipynb", ".json", ".csv")
    ]
    return {path.relative_to(root).as_posix(): path.read_bytes() for path in paths if ".ipynb_checkpoints" not in path.parts}


def test_rebuilding_gives_the_committed_files_byte_for_byte(tmp_path: Path) -> None:
    for name in ("course", "bank"):
        shutil.copytree(
            REPOSITORY / name, tmp_path / name, ignore=shutil.ignore_patterns("responses.jsonl", ".ipynb_checkpoints")
        )
    shutil.copy(REPOSITORY / "nbgrader_config.py", tmp_path)
    assert cli.main(["--root", str(tmp_path), "build"]) == 0
    assert committed(tmp_path) == committed(REPOSITORY)


def secrets(item: Item) -> list[str]:
    """What of an item no open room may hold: its rationales and its marking call."""
    return [reason for text in item.texts.values() for reason in text["rationale"].values()]


def test_no_open_room_holds_a_secure_rationale_or_key() -> None:
    secure = bank.load(REPOSITORY).pool("secure")
    open_files = [path for room in ("course", "release") for path in (REPOSITORY / room).rglob("*") if path.is_file()]
    for path in open_files:
        text = path.read_text(encoding="utf-8")
        plain = text if path.suffix != ".ipynb" else text + json.dumps(json.loads(text), ensure_ascii=False)
        for item in secure.values():
            for secret in secrets(item):
                assert secret not in plain and json.dumps(secret)[1:-1] not in plain, (path, item.id)
    for path in (REPOSITORY / "release").rglob("*.ipynb"):
        notebook = nbformat.read(path, as_version=4)
        assert not [cell for cell in notebook.cells if "mark(" in cell.source or cell.get("outputs")]
        public = json.loads((path.parent / "paper.json").read_text(encoding="utf-8"))
        assert all(set(item) == {"id", "kind", "points", "texts"} for item in public["items"])
        for text in [text for item in public["items"] for text in item["texts"].values()]:
            choices = {"stem", "options", "prompts", "bins", "name", "rubric", "worth"}
            assert set(text) <= choices | {"customer", "says", "ends", "start", "mood", "replies"}
            assert all(set(reply) == {"at", "to", "mood"} for reply in text.get("replies", {}).values())


def test_lessons_show_practice_items_only_and_every_practice_item_is_shown() -> None:
    known, course = bank.load(REPOSITORY), REPOSITORY / "course"
    for lang in ("zh", "en"):
        found = syllabus.load(course).notebooks(course, lang)
        shown = [i for _, path in found for i in lesson.practised(nbformat.read(path, as_version=4))]
        assert sorted(shown) == sorted(known.pool("practice"))


def test_a_lesson_that_names_no_item_is_named(root: Path) -> None:
    path = root / "course/zh/1-basics/1-1-first.ipynb"
    path.parent.mkdir(parents=True)
    nbformat.write(nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell('practice("p-nowhere")')]), path)
    with pytest.raises(ValueError, match=r"1-1-first.ipynb: practice\('p-nowhere'\): no good practice item"):
        lesson.write_all(syllabus.load(root / "course"), root / "course", bank.load(root))


def test_building_twice_writes_nothing_the_second_time(root: Path) -> None:
    papers, _ = load(root)
    assert len(build.write(papers["quiz-small"], root / "source")) == 2
    assert build.write(papers["quiz-small"], root / "source") == []
