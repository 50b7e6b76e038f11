"""Data labs: the same tables every time, solved labs earn full points, unsolved ones none, and nothing open tells the solution."""

import json
import re
import shutil
from datetime import UTC, datetime
from pathlib import Path

import nbformat
import pytest
from conftest import REPOSITORY
from nbclient import NotebookClient
from nbgrader.api import Gradebook

from kefu import bank, cli, journal, lab, paper, simulate, slips, views
from kefu.items import LANGS

KNOWN = bank.load(REPOSITORY)
LABS = {name: form for name, form in paper.load(REPOSITORY, KNOWN)[0].items() if form.lab}
NUMBER = re.compile(r"\d+\.\d+|\d\d+")
each_lab = pytest.mark.parametrize("name", LABS)


def checkpoints(name: str) -> list[str]:
    return [step.item for step in LABS[name].lab.steps if step.what == "blank"]


def run(folder: Path, name: str) -> dict[str, list]:
    """Run a lab's notebook from top to bottom as a kernel does; the outputs of every cell by its id."""
    notebook = nbformat.read(folder / f"{name}.ipynb", as_version=4)
    NotebookClient(notebook, timeout=120, allow_errors=True, resources={"metadata": {"path": str(folder)}}).execute()
    return {cell.id: cell.outputs for cell in notebook.cells if cell.cell_type == "code"}


def earned(outputs: dict[str, list], item: str) -> float:
    return float(outputs[f"{item}-mark"][-1].data["text/plain"])


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where a learner's copy of a lab goes."""
    monkeypatch.setenv("JUPYTER_CONFIG_DIR", str(tmp_path / "config"))
    monkeypatch.setenv("MPLBACKEND", "agg")
    return tmp_path / "lab"


@each_lab
def test_a_labs_tables_are_the_same_every_time_and_are_the_ones_that_are_released(name: str) -> None:
    tables = LABS[name].lab.tables()
    assert tables and tables == LABS[name].lab.tables()
    for room in ("source", "release"):
        data = REPOSITORY / room / name / "data"
        assert {path.stem: path.read_text(encoding="utf-8") for path in data.iterdir()} == tables


@each_lab
def test_a_solved_lab_earns_full_points_at_every_checkpoint(name: str, folder: Path) -> None:
    shutil.copytree(REPOSITORY / "source" / name, folder)
    simulate.fill(folder / f"{name}.ipynb", LABS[name].lab, checkpoints(name))
    outputs = run(folder, name)
    assert {item: earned(outputs, item) for item in checkpoints(name)} == {
        item: KNOWN.items[item].points for item in checkpoints(name)
    }
    assert "np." not in str([outputs[f"blank-{step.name}"] for step in LABS[name].lab.steps if step.what == "blank"])
    alerts = [output for shown in outputs.values() for output in shown if 'role="alert"><strong>第' in str(output.get("data"))]
    assert alerts == []


@each_lab
def test_an_unsolved_lab_earns_nothing_and_says_in_a_sentence_what_is_missing(name: str, folder: Path) -> None:
    shutil.copytree(REPOSITORY / "source" / name, folder)
    outputs = run(folder, name)
    assert [earned(outputs, item) for item in checkpoints(name)] == [0] * len(checkpoints(name))
    assert not [output for shown in outputs.values() for output in shown if output.output_type == "error"]
    for step in LABS[name].lab.steps:
        if step.what == "blank":
            assert "还有一个空____没有填" in str(outputs[f"blank-{step.name}"][-1].data)


@each_lab
def test_no_open_file_of_a_lab_tells_a_solution_a_key_or_how_the_tables_are_made(name: str) -> None:
    form = LABS[name]
    for path in [*(REPOSITORY / "release" / name).rglob("*"), REPOSITORY / "source" / name / "paper.json"]:
        if path.is_file() and path.suffix != ".csv":
            text = path.read_text(encoding="utf-8")
            told = json.loads(text)
            assert not any(json.dumps(code)[1:-1] in text for code in form.lab.solutions.values())
            assert not any(word in text for word in ('"key"', "tolerance", "rationale", "def tables"))
            for item in told.get("items", []):
                assert item["kind"] != "value" or all(set(text) == {"stem", "name"} for text in item["texts"].values())


@each_lab
def test_a_lab_is_complete_in_every_language_and_a_blank_can_be_filled_in_one_place(name: str) -> None:
    form = LABS[name]
    kinds = [item.kind for item in form.items]
    assert 5 <= kinds.count("value") <= 7 and kinds.count("essay") == 1 and {"single", "multiple"} & set(kinds)
    for step in form.lab.steps:
        if step.what == "blank":
            assert form.lab.code[step.name].count(lab.GAP) == 1
    for passage in form.lab.passages["zh"]:
        zh, en = ({*NUMBER.findall(form.lab.passages[lang][passage].replace(",", ""))} for lang in LANGS)
        assert zh == en, passage


@pytest.mark.parametrize(
    ("code", "word", "told"),
    [
        ("mean = 1\nmean = mean + ____", "slip_gap", {"line": "2", "gap": "____"}),
        ("1 +\n", "slip_syntax", {"line": "1"}),
        ("one = 1\nanwsers", "slip_name", {"line": "2", "name": "anwsers"}),
        ('{"gap": 1}["gpa"]', "slip_key", {"line": "1", "name": "gpa"}),
        ("(1.0).meen()", "slip_attribute", {"line": "1", "name": "meen"}),
        ('open("data/nowhere.csv")', "slip_file", {"line": "1", "name": "data/nowhere.csv"}),
        ("import json\njson.loads('{')", "slip_other", {"line": "2", "kind": "JSONDecodeError"}),
        ("1 / 0  # ____", "slip_other", {"line": "1", "kind": "ZeroDivisionError"}),
    ],
)
def test_a_slip_is_told_with_its_line(code: str, word: str, told: dict[str, str]) -> None:
    names: dict[str, object] = {}
    try:
        exec(compile(code, "cell", "exec"), names)
    except Exception as error:
        assert slips.slip(error, error.__traceback__, code, names) == (word, told)
    else:
        pytest.fail("nothing went wrong")
    for lang in LANGS:
        assert told["line"] in repr(views.notice(lang, word, **told))


SMALL = """
seed = 1
cells = [ { passage = "start" }, { worked = "load" }, { blank = "mean", answer = "q-value" }, { ask = "q-essay" } ]
[code]
load = '''
import pandas as pd
numbers = pd.read_csv("data/numbers.csv")["number"]
'''
mean = "answer = numbers.____()"
[solutions]
mean = "answer = numbers.mean()"
[zh.passages]
start = "求**平均**。<b>不是粗体</b>"
[en.passages]
start = "Take the **mean**. <b>not bold</b>"
"""
TABLES = """
import pandas as pd
def tables(seed): return {"numbers": pd.DataFrame({"number": [82, 83]})}
"""


def lay_lab(root: Path, text: str = SMALL) -> tuple[dict[str, paper.Paper], list[str]]:
    """The small course with a lab in place of its paper, and what is said about it."""
    folder = root / lab.FOLDER / "lab-small"
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "lab.toml").write_text(text, encoding="utf-8")
    (folder / "tables.py").write_text(TABLES, encoding="utf-8")
    (root / paper.FILE).write_text('[lab-small]\ntitle = { zh = "小实验", en = "A small lab" }\nlab = true\n', encoding="utf-8")
    papers, complaints = paper.load(root, bank.load(root))
    return papers, [str(complaint) for complaint in complaints]


@pytest.mark.parametrize(
    ("good", "bad", "says"),
    [
        ("seed = 1", 'seed = "1"', "seed: write a whole number"),
        ("seed = 1", "sede = 1", "sede: is no key of a lab"),
        ('{ ask = "q-essay" }', '{ aks = "q-essay" }', "cells 4: is no step"),
        ('ask = "q-essay"', 'ask = "q-nowhere"', "cells 4: 'q-nowhere' is no good item of the bank"),
        ('ask = "q-essay"', 'ask = "p-essay"', "cells 4: 'p-essay' is a practice item"),
        ('answer = "q-value"', 'answer = "q-single"', "cells 3: 'q-single' is of kind single; a blank's answer is a value"),
        ('ask = "q-essay"', 'ask = "q-value"', "cells 4: 'q-value' stands there twice"),
        ('worked = "load"', 'worked = "lode"', "code.lode: is missing"),
        ('worked = "load"', 'worked = "lode"', "code.load: is in no cell"),
        ("numbers.____()", "numbers.sum()", "code.mean: has no ____"),
        ('mean = "answer = numbers.mean()"', 'men = "answer = numbers.mean()"', "solutions.mean: is missing"),
        ('"answer = numbers.mean()"', '"answer = numbers.mean() + 0"', "solutions.mean: differs from code.mean elsewhere"),
        ('"answer = numbers.mean()"', '"answer = numbers.mean)()"', "solutions.mean: line 1: "),
        ("answer = numbers", "result = numbers", "solutions.mean: gives no answer, which q-value asks for"),
        ('start = "Take', 'begin = "Take', "en.passages.start: is missing"),
        ('start = "Take', 'begin = "Take', "en.passages.begin: is in no cell"),
        ("[solutions]", "[solutions", "TOML: "),
    ],
)
def test_what_is_wrong_in_a_lab_is_named_with_file_and_key(root: Path, good: str, bad: str, says: str) -> None:
    papers, complaints = lay_lab(root, SMALL.replace(good, bad))
    assert papers == {} and any(f"bank/labs/lab-small/lab.toml: {says}" in line for line in complaints), complaints


def test_a_lab_without_its_files_or_with_items_of_its_own_is_named(root: Path) -> None:
    lay_lab(root)
    (root / lab.FOLDER / "lab-small" / "tables.py").unlink()
    assert "tables.py: is missing" in str(paper.load(root, bank.load(root))[1][0])
    (root / lab.FOLDER / "lab-small" / "lab.toml").unlink()
    assert "lab.toml: file: is missing" in str(paper.load(root, bank.load(root))[1][0])
    (root / paper.FILE).write_text(
        '[lab-small]\ntitle = { zh = "一", en = "One" }\nlab = true\nitems = ["q-single"]\n', encoding="utf-8"
    )
    assert "lab-small.lab: write lab = true, without items" in " ".join(map(str, paper.load(root, bank.load(root))[1]))


def test_a_draw_leaves_the_items_of_labs_alone(root: Path) -> None:
    lay_lab(root)
    with open(root / paper.FILE, "a", encoding="utf-8") as file:
        file.write('[quiz]\ntitle = { zh = "抽", en = "Drawn" }\nchapter = "1-basics"\ndraw = { essay = 1 }\n')
    for text in (SMALL, SMALL.replace("[solutions]", "[solutions")):  # nor does a broken lab's item get into a quiz
        (root / lab.FOLDER / "lab-small" / "lab.toml").write_text(text, encoding="utf-8")
        assert "essay asks for 1, chapter 1-basics holds 0" in str(paper.load(root, bank.load(root))[1][-1])


def test_a_passage_is_shown_in_the_learners_language_and_its_html_as_text(root: Path) -> None:
    told = lay_lab(root)[0]["lab-small"].public()
    assert views.passage(told, "start", "en").html.count("<strong>mean</strong>") == 1
    assert "&lt;b&gt;不是粗体&lt;/b&gt;" in views.passage(told, "start", "zh").html


HANDED_IN = {  # what a learner left in the blank's cell, and the points it earns
    "right": ("answer = numbers.mean()", 1.0),
    "off": ("answer = numbers.sum()", 0.0),
    "open": ("answer = numbers.____()", 0.0),
    "broken": ("answer = numbers.mean(", 0.0),
    "no-data": ("answer = open", 0.0),
    "endless": ("answer = float('inf')", 0.0),
    "trick": ("class Trick:\n    def tolist(self): raise RuntimeError\nanswer = Trick()", 0.0),
    "other-way": ("answer = float(82 + 83) / 2", 1.0),
    "renamed": ("result = numbers.mean()", 0.0),
    "journal-only": ("result = 1", 0.0),
}


def test_stock_autograde_marks_a_lab_by_what_its_code_gives(root: Path) -> None:
    lay_lab(root)
    (root / "nbgrader_config.py").write_text('c = get_config()\nc.CourseDirectory.course_id = "kefu"\n', encoding="utf-8")
    assert cli.main(["--root", str(root), "build"]) == 0
    for who, (code, _) in HANDED_IN.items():
        folder = root / "submitted" / who / "lab-small"
        shutil.copytree(root / "release/lab-small", folder)
        notebook = nbformat.read(folder / "lab-small.ipynb", as_version=4)
        next(cell for cell in notebook.cells if cell.id == "blank-mean").source = code
        next(cell for cell in notebook.cells if cell.id == "code-load").source = "answer = 82.5  # a locked cell comes back"
        nbformat.write(notebook, folder / "lab-small.ipynb")
        (folder / "data/numbers.csv").write_text("number\n1\n", encoding="utf-8")  # so do the tables
        if who == "journal-only":
            journal.append(folder / journal.NAME, "q-value", now=datetime.now(UTC), lang="zh", response=82.5)
    cli.nbgrader(root, "autograde", "lab-small")
    with Gradebook(f"sqlite:///{root / 'gradebook.db'}") as gradebook:
        for who, (_, points) in HANDED_IN.items():
            grades = gradebook.find_submission_notebook("lab-small", "lab-small", who).grades
            assert next(grade.auto_score for grade in grades if grade.name == "q-value-mark") == points, who
