"""Marking from data: the rows of stock nbgrader, and nothing a learner writes is run or does harm."""

import json
import os
import random
import re
import shutil
import sqlite3
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

import conftest
import nbformat
import pytest
from conftest import make_school

from kefu import bank, cli, journal, paper
from kefu.bench import STOCK
from kefu.grading import plan
from kefu.items import kind_module

NOW = datetime(2026, 11, 23, 8, 0, tzinfo=UTC)
ROWS = """
SELECT submitted_assignment.student_id, base_cell.name, auto_score, manual_score, extra_credit, needs_manual_grade,
       flagged, late_submission_penalty, timestamp
  FROM grade JOIN submitted_notebook ON submitted_notebook.id = grade.notebook_id
  JOIN submitted_assignment ON submitted_assignment.id = submitted_notebook.assignment_id
  JOIN base_cell ON base_cell.id = grade.cell_id ORDER BY 1, 2
"""


COMMENTS = """
SELECT submitted_assignment.student_id, base_cell.name, auto_comment, manual_comment, flagged, NULL, NULL, NULL, NULL
  FROM comment JOIN submitted_notebook ON submitted_notebook.id = comment.notebook_id
  JOIN submitted_assignment ON submitted_assignment.id = submitted_notebook.assignment_id
  JOIN base_cell ON base_cell.id = comment.cell_id ORDER BY 1, 2
"""


def rows(root: Path) -> list[tuple]:
    """Every row of the grades, then of the comments."""
    with sqlite3.connect(root / "gradebook.db") as connection:
        return connection.execute(ROWS).fetchall() + connection.execute(COMMENTS).fetchall()


def score_of(root: Path, learner: str) -> float | None:
    found = [row[2] for row in rows(root) if row[0] == learner and row[1].endswith("-mark")]
    return None if None in found else sum(found)


def submit(root: Path, learner: str, responses: dict[str, object], late: float = 0, lang: str = "zh") -> Path:
    """A submission as nbgrader's collect leaves it; `late` in hours after NOW."""
    folder = root / "submitted" / learner / "quiz-small"
    shutil.copytree(root / "release" / "quiz-small", folder)
    for item, response in responses.items():
        journal.append(folder / journal.NAME, item, now=NOW, lang=lang, response=response)
    stamp = (NOW + timedelta(hours=late)).strftime("%Y-%m-%d %H:%M:%S.%f UTC")
    (folder / "timestamp.txt").write_text(stamp, encoding="utf-8")
    return folder


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A small school whose paper is built, once for this module."""
    root = make_school(tmp_path_factory.mktemp("grading"))
    assert cli.main(["--root", str(root), "build"]) == 0
    return root


@pytest.fixture
def school(built: Path, tmp_path: Path) -> Path:
    """A school of its own for every test, with its paper built."""
    shutil.copytree(built, tmp_path / "school")
    return tmp_path / "school"


def grade(root: Path, *arguments: str) -> int:
    return cli.main(["--root", str(root), "grade", "--workers", "1", *arguments])


RIGHT = {f"q-{kind}": response for kind, response in conftest.RIGHT.items()}


def test_random_honest_submissions_get_the_rows_of_stock_nbgrader_and_of_nbgrader_with_our_steps(school: Path) -> None:
    rng = random.Random(11)
    items = bank.load(school).items
    for n in range(10):
        chosen = [item for item in RIGHT if rng.random() < 0.85]
        responses = {i: kind_module(items[i].kind).attempt(items[i], rng.random(), rng) for i in chosen}
        submit(school, f"learner-{n}", responses, late=rng.uniform(-5, 5), lang=rng.choice(["zh", "en"]))
    cli.nbgrader(school, "db", "assignment", "add", "quiz-small", f"--duedate={NOW:%Y-%m-%d %H:%M:%S} UTC")
    ours = (school / "nbgrader_config.py").read_text(encoding="utf-8")
    late = '\nc.LateSubmissionPlugin.penalty_method = "zero"\n'
    (school / "nbgrader_config.py").write_text(STOCK.format(root=str(school)) + late, encoding="utf-8")
    cli.nbgrader(school, "autograde", "quiz-small")
    stock = rows(school)
    assert len(stock) == 10 * (13 + 1) and any(row[7] for row in stock), "nobody was late: the test would prove too little"
    for run in (lambda: grade(school, "--force"), lambda: cli.nbgrader(school, "autograde", "quiz-small", "--force")):
        (school / "nbgrader_config.py").write_text(ours + late, encoding="utf-8")
        with sqlite3.connect(school / "gradebook.db") as connection:
            for table in ("grade", "comment", "submitted_notebook", "submitted_assignment", "student"):
                connection.execute(f"DELETE FROM {table}")
        run()
        assert rows(school) == stock


def test_a_marked_notebook_says_what_stock_nbgrader_would_have_shown(school: Path) -> None:
    submit(school, "ada", RIGHT | {"q-single": "a"})
    assert grade(school) == 0
    path = school / "autograded/ada/quiz-small/quiz-small.ipynb"
    fast = nbformat.read(path, as_version=4)
    nbformat.validate(fast)
    (school / "nbgrader_config.py").write_text(STOCK.format(root=str(school)), encoding="utf-8")
    cli.nbgrader(school, "autograde", "quiz-small", "--force")
    slow = nbformat.read(path, as_version=4)

    def seen(notebook: nbformat.NotebookNode) -> list:
        return [(cell.id, cell.source, [output.data for output in cell.get("outputs", [])]) for cell in notebook.cells]

    assert seen(fast) == seen(slow)


ATTACKS = {
    "runs code": "import pathlib; pathlib.Path(r'{trap}').touch()",
    "kills": "import os; os._exit(1)",
    "replaces mark": "import kefu; kefu.mark = lambda *a, **k: 99.0\nmark = lambda *a, **k: 99.0",
    "loops": "while True: pass",
}


@pytest.mark.parametrize("attack", ATTACKS)
@pytest.mark.parametrize("grader", ["kefu", "nbgrader"])
def test_code_in_a_submission_is_never_run(school: Path, tmp_path: Path, attack: str, grader: str) -> None:
    folder, trap = submit(school, "mallory", {"q-single": "a"}), tmp_path / "trap"
    path = folder / "quiz-small.ipynb"
    notebook = nbformat.read(path, as_version=4)
    for cell in notebook.cells:
        cell.source = ATTACKS[attack].format(trap=trap) + "\n" + cell.source
    nbformat.write(notebook, path)
    submit(school, "bob", RIGHT)
    if grader == "kefu":
        assert grade(school) == 0
    else:
        cli.nbgrader(school, "autograde", "quiz-small")
    assert not trap.exists()
    assert score_of(school, "mallory") == 0 and score_of(school, "bob") == 22


@pytest.mark.parametrize("change", ["copied", "deleted", "stripped", "retyped", "repointed", "old schema", "emptied"])
@pytest.mark.parametrize("grader", ["kefu", "nbgrader"])
def test_a_notebook_that_was_tampered_with_changes_no_score_and_stops_nobody(school: Path, change: str, grader: str) -> None:
    path = submit(school, "eve", RIGHT) / "quiz-small.ipynb"
    submit(school, "zoe", RIGHT)
    notebook = nbformat.read(path, as_version=4)
    marks = [cell for cell in notebook.cells if cell.metadata.get("nbgrader", {}).get("grade")]
    match change:
        case "copied":
            notebook.cells.append(nbformat.from_dict({**marks[0], "id": "another"}))
        case "deleted":
            notebook.cells = [cell for cell in notebook.cells if cell not in marks]
        case "stripped":
            for cell in notebook.cells:
                cell.metadata.pop("nbgrader", None)
        case "retyped":
            for cell in marks:
                cell.cell_type = "markdown"
                cell.pop("outputs"), cell.pop("execution_count")
        case "repointed":
            for cell in marks:
                cell.metadata.nbgrader.points = 1000
        case "old schema":
            for cell in marks:
                cell.metadata.nbgrader.schema_version = 1
        case "emptied":
            notebook.cells = []
    nbformat.write(notebook, path)
    if grader == "kefu":
        assert grade(school) == 0
    else:
        cli.nbgrader(school, "autograde", "quiz-small")
    assert score_of(school, "eve") == score_of(school, "zoe") == 22


def test_a_broken_or_missing_notebook_is_marked_from_its_journal_all_the_same(school: Path) -> None:
    (submit(school, "ann", RIGHT) / "quiz-small.ipynb").write_text("{", encoding="utf-8")
    (submit(school, "ben", RIGHT) / "quiz-small.ipynb").unlink()
    assert grade(school) == 0
    assert score_of(school, "ann") == score_of(school, "ben") == 22


def _link(folder: Path) -> None:
    (folder / journal.NAME).unlink()
    (folder / journal.NAME).symlink_to(folder.parents[2] / "bank/papers.toml")


def _pipe(folder: Path) -> None:
    (folder / journal.NAME).unlink()
    os.mkfifo(folder / journal.NAME)


def _huge(folder: Path) -> None:
    with open(folder / journal.NAME, "ab") as file:
        file.truncate(journal.LARGEST + 1)


BAD_JOURNALS = {
    "missing": (lambda folder: (folder / journal.NAME).unlink(), 0, ""),
    "torn": (lambda folder: (folder / journal.NAME).open("ab").write(b'{"n": 6, "ti'), 22, "was not finished"),
    "edited": (lambda folder: _replace(folder, b'"a","c"', b'"c","a"'), 22, "may have been edited"),
    "wrong item": (lambda folder: _replace(folder, b"q-single", b"q-singel"), 21, "may have been edited"),
    "wrong type": (lambda folder: _replace(folder, b'"response":"b"', b'"response":[[1]]'), 21, "the response names option"),
    "not UTF-8": (lambda folder: (folder / journal.NAME).write_bytes(b"\xff\xfe" * 99), 0, "does not count"),
    "a link": (_link, 0, "cannot be read"),
    "a pipe": (_pipe, 0, "cannot be read"),
    "gigantic": (_huge, 0, "more than any learner writes"),
}


def _replace(folder: Path, old: bytes, new: bytes) -> None:
    path = folder / journal.NAME
    raw = path.read_bytes()
    assert old in raw
    path.write_bytes(raw.replace(old, new, 1))


@pytest.mark.skipif(os.name == "nt", reason="Windows has neither pipes in folders nor links for everyone")
@pytest.mark.parametrize("bad", BAD_JOURNALS)
def test_a_bad_journal_is_told_to_the_grader_and_earns_what_is_left_of_it(
    school: Path, bad: str, capsys: pytest.CaptureFixture[str]
) -> None:
    spoil, earned, says = BAD_JOURNALS[bad]
    spoil(submit(school, "kim", RIGHT))
    submit(school, "lee", RIGHT)
    assert grade(school) == 0
    assert score_of(school, "kim") == earned and score_of(school, "lee") == 22
    told = [line for line in capsys.readouterr().out.splitlines() if "kim: flagged" in line]
    assert any(says in line for line in told) if says else not told


def test_files_that_are_links_are_left_out_and_named(school: Path, capsys: pytest.CaptureFixture[str]) -> None:
    folder = submit(school, "kim", RIGHT)
    (folder / "notes.txt").symlink_to(school / "bank/papers.toml")
    (folder / "my notes.txt").write_text("a note", encoding="utf-8")
    assert grade(school) == 0
    autograded = school / "autograded/kim/quiz-small"
    assert not (autograded / "notes.txt").exists() and (autograded / "my notes.txt").read_text(encoding="utf-8") == "a note"
    assert "notes.txt: is no plain file" in capsys.readouterr().out


def test_a_submission_that_cannot_be_marked_is_listed_keeps_no_points_and_stops_nobody(
    school: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = submit(school, "kim", RIGHT)
    submit(school, "lee", RIGHT)
    assert grade(school) == 0 and score_of(school, "kim") == 22
    (folder / "timestamp.txt").write_text("last tuesday-ish", encoding="utf-8")
    assert grade(school, "--force") == 1
    assert (
        "kim: not graded: timestamp.txt: 'last tuesday-ish' is no time; mend the file and grade again"
        in capsys.readouterr().out
    )
    assert score_of(school, "kim") is None and score_of(school, "lee") == 22
    assert not (school / "autograded/kim/quiz-small").exists()


@pytest.mark.parametrize("learner", ["李 小明", "o'brien; drop table grade", "a+b@例え.jp", "..x", "-rf"])
def test_a_strange_learner_id_is_only_a_name(school: Path, learner: str) -> None:
    submit(school, learner, RIGHT)
    assert grade(school) == 0
    assert score_of(school, learner) == 22 or learner.startswith(".")


def test_only_what_is_new_or_newer_is_graded_again_and_a_graders_own_points_stay(
    school: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    submit(school, "kim", RIGHT)
    assert grade(school) == grade(school) == 0
    assert "0 graded, 1 already graded" in capsys.readouterr().out
    with sqlite3.connect(school / "gradebook.db") as connection:
        connection.execute(
            "UPDATE grade SET manual_score = 0.25 WHERE cell_id IN (SELECT id FROM base_cell WHERE name = 'q-single-mark')"
        )
    shutil.rmtree(school / "submitted/kim")
    submit(school, "kim", RIGHT | {"q-truefalse": "true"}, late=1)
    assert grade(school) == 0
    found = {row[1]: row[2:6] for row in rows(school)}
    assert found["q-truefalse-mark"] == (0, None, None, 0) and found["q-single-mark"] == (1, 0.25, None, 1)


def test_a_run_says_how_many_of_its_submissions_wait_for_a_person(school: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for learner in ("kim", "lee", "max"):
        submit(school, learner, RIGHT)
    assert grade(school, "--student", "kim", "--student", "lee") == 0
    assert "2 graded" in (told := capsys.readouterr().out) and "quiz-small: needs manual marking: 2 submissions" in told
    with sqlite3.connect(school / "gradebook.db") as connection:
        connection.execute("UPDATE grade SET manual_score = 2, needs_manual_grade = 0")
    assert grade(school) == 0
    assert "quiz-small: needs manual marking: 1 submissions" in capsys.readouterr().out
    assert grade(school) == 0
    assert "needs manual" not in capsys.readouterr().out


def test_a_paper_with_a_test_of_another_kind_is_marked_from_data_and_its_test_runs_in_the_sandbox(school: Path) -> None:
    source = school / "source/quiz-small/quiz-small.ipynb"
    notebook = nbformat.read(source, as_version=4)
    told = {
        "grade": True,
        "grade_id": "by-hand",
        "locked": True,
        "solution": False,
        "task": False,
        "schema_version": 3,
        "points": 3,
    }
    notebook.cells.append(nbformat.v4.new_code_cell("assert 1 + 1 == 2\n2.5", metadata={"nbgrader": told}))
    nbformat.write(notebook, source)
    cli.nbgrader(school, "generate_assignment", "quiz-small", "--force")
    submit(school, "kim", RIGHT)
    assert grade(school) == 0
    found = {row[1]: row[2] for row in rows(school)}
    assert found["by-hand"] == 2.5
    assert score_of(school, "kim") == 22


def test_a_gradebook_that_does_not_know_the_paper_says_what_to_do(school: Path, capsys: pytest.CaptureFixture[str]) -> None:
    submit(school, "kim", RIGHT)
    text = (school / "source/quiz-small/quiz-small.ipynb").read_text(encoding="utf-8")
    (school / "source/quiz-small/quiz-small.ipynb").write_text(text.replace("points=1.0", "points=3.0"), encoding="utf-8")
    assert grade(school) == 1
    assert "the gradebook holds another version of this paper; run kefu build" in capsys.readouterr().err


@pytest.mark.parametrize(
    "source", ["mark(x)", "mark('q', key=open('f'))", "mark('q', key=1); print()", "x = mark('q')", "m.ark('q')", "("]
)
def test_only_one_plain_call_with_literals_is_a_marking_cell(source: str) -> None:
    assert plan.mark_call(source) is None


@pytest.mark.skipif(os.name == "nt", reason="Windows cannot kill a process group")
def test_a_run_killed_at_random_moments_goes_on_to_the_same_end(tmp_path: Path) -> None:
    from measure_kills import torment  # here, as it builds on this module

    kills, ends, _ = torment(tmp_path, submissions=200, kills=12)
    assert kills == 12 and ends >= 1


def test_released_paper_json_and_marks_agree_about_every_item(built: Path) -> None:
    found = plan.read(built / "source/quiz-small")
    forms, _ = paper.load(built, bank.load(built))
    marked = [item.id for item in forms["quiz-small"].items if kind_module(item.kind).MARKED == "data"]
    assert [item for item, _ in found.marks.values()] == marked and found.hand == {"q-essay-hand": 3.0}
    assert json.loads((built / "release/quiz-small/paper.json").read_text(encoding="utf-8")) == found.public


def test_grading_starts_without_the_libraries_that_take_seconds_to_load() -> None:
    loaded = "import kefu.cli, kefu.grading.run, sys; print({'nbformat', 'nbgrader', 'pandas'} & sys.modules.keys())"
    told = subprocess.run([sys.executable, "-c", loaded], capture_output=True, text=True, check=True).stdout
    assert told.strip() == "set()"


@pytest.mark.parametrize(("what", "learners", "marked"), [("grade", 70, 70), ("labs", 2, 2)])
def test_a_benchmark_prints_its_ratio_against_stock_nbgrader(what: str, learners: int, marked: int) -> None:
    command = [sys.executable, "-m", "kefu.bench", what, "--learners", str(learners), "--stock", "1"]
    told = subprocess.run(command, cwd=Path(__file__).parent.parent, capture_output=True, text=True, check=True).stdout
    assert re.search(r"stock nbgrader autograde +\d+ submissions", told)
    assert re.search(rf"kefu grade +{marked} submissions", told) and "ratio " in told
