"""Data labs: the same tables every time, solved labs earn full points, unsolved ones none, and nothing open tells the solution."""

import json
import re
import shutil
from pathlib import Path

import nbformat
import pytest
from conftest import REPOSITORY
from nbclient import NotebookClient

from kefu import bank, lab, paper, simulate, slips, views
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
