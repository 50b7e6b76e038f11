"""Assignments that are none of Kefu's: the rows of stock nbgrader for honest work, and every trap of the learner's making."""

import json
import random
import re
import shutil
import sqlite3
from collections.abc import Callable
from pathlib import Path

import nbformat
import pytest
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook
from test_grading import COMMENTS, ROWS

from kefu import cli
from kefu.bench import STOCK
from kefu.build import KERNEL
from kefu.grading import preprocessor

NAME = "shop"
DUE = "2026-11-20 12:00:00 UTC"
LATE = '\nc.LateSubmissionPlugin.penalty_method = "zero"\n'
CONFIG = Path(__file__).parent.parent / "nbgrader_config.py"


def cell(
    source: str, name: str, *, points: float | None = None, solution: bool = False, task: bool = False, markdown: bool = False
):
    """A cell of nbgrader's: graded when it has points, locked unless the learner writes in it."""
    told = {"grade": points is not None and not task, "grade_id": name, "locked": not solution or task, "solution": solution,
            "task": task, "schema_version": 3}  # fmt: skip
    if points is not None:
        told["points"] = points
    return (new_markdown_cell if markdown else new_code_cell)(source, metadata={"nbgrader": told}, id=name)


def assignment(root: Path) -> None:
    """Two notebooks: tests, partial credit, hidden tests, a task, answers by hand in code and in words."""
    prices = [
        cell("### BEGIN SOLUTION\ndef total(prices):\n    return sum(prices)\n### END SOLUTION", "total", solution=True),
        cell(
            "assert total([1, 2]) == 3\n### BEGIN HIDDEN TESTS\nassert total([]) == 0\n### END HIDDEN TESTS",
            "test-total",
            points=2,
        ),
        cell("right = [total([n]) == n for n in range(4)]\n3 * sum(right) / 4", "test-partial", points=3),
        cell("import warnings\nassert callable(total)", "test-quiet", points=1),
        cell("### BEGIN SOLUTION\n'free'\n### END SOLUTION", "by-hand", points=4, solution=True),
    ]
    words = [
        new_markdown_cell("Say why.", id="why-head"),
        cell("### BEGIN SOLUTION\nBecause.\n### END SOLUTION", "why", points=2, solution=True, markdown=True),
        cell(
            "Draw a plan of the shop.\n### BEGIN MARK SCHEME\nfive\n### END MARK SCHEME",
            "plan",
            points=5,
            task=True,
            markdown=True,
        ),
        cell("### BEGIN SOLUTION\nname = 'x'\n### END SOLUTION", "name", solution=True),
        cell("assert isinstance(name, str)", "test-name", points=1),
    ]
    folder = root / "source" / NAME
    folder.mkdir(parents=True)
    for stem, cells in (("prices", prices), ("words", words)):
        nbformat.write(new_notebook(cells=cells, metadata={"kernelspec": KERNEL}), folder / f"{stem}.ipynb")
    (folder / "stock.csv").write_text("name,count\ntea,3\n", encoding="utf-8")


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A school with that assignment, released."""
    root = tmp_path_factory.mktemp("foreign")
    shutil.copy(CONFIG, root)
    assignment(root)
    cli.nbgrader(root, "db", "assignment", "add", NAME, f"--duedate={DUE}")
    cli.nbgrader(root, "generate_assignment", NAME, "--force")
    return root


@pytest.fixture
def school(built: Path, tmp_path: Path) -> Path:
    """A school of its own for every test."""
    shutil.copytree(built, tmp_path / "school")
    return tmp_path / "school"


Answers = dict[str, str]
GOOD: Answers = {
    "total": "def total(prices):\n    return sum(prices)",
    "by-hand": "'mine'",
    "why": "It pays.",
    "name": "name = 'tea'",
}


def submit(root: Path, learner: str, answers: Answers, day: int = 19) -> Path:
    """A submission with answers in its solution cells."""
    folder = root / "submitted" / learner / NAME
    shutil.copytree(root / "release" / NAME, folder)
    for path in folder.glob("*.ipynb"):
        notebook = nbformat.read(path, as_version=4)
        for found in notebook.cells:
            name = found.metadata.get("nbgrader", {}).get("grade_id")
            found.source = answers.get(name, found.source)
        nbformat.write(notebook, path)
    (folder / "timestamp.txt").write_text(f"2026-11-{day} 08:00:00.000000 UTC", encoding="utf-8")
    return folder


def rows(root: Path) -> list[tuple]:
    with sqlite3.connect(root / "gradebook.db") as connection:
        return connection.execute(ROWS).fetchall() + connection.execute(COMMENTS).fetchall()


def autos(root: Path, learner: str) -> dict[str, float | None]:
    with sqlite3.connect(root / "gradebook.db") as connection:
        return {row[1]: row[2] for row in connection.execute(ROWS) if row[0] == learner}


def grade(root: Path, *arguments: str) -> int:
    return cli.main(["--root", str(root), "grade", "--workers", "1", *arguments])


BODIES = [
    "def total(prices):\n    return sum(prices)", "def total(prices):\n    return 0", "def total(prices):\n    return sum(prices) + 1",
    "def total(prices)\n    return 3", "total = max", "", "def total(prices):\n    print('working')\n    return sum(prices)",
    "def total(prices):\n    import sys\n    print('careful', file=sys.stderr)\n    return sum(prices)",
    "total = lambda prices: sum(prices) if prices else None", "import numpy as np\ndef total(prices):\n    return np.sum(prices)",
    "async def add():\n    return 1\nx = await add()\ntotal = sum", "total = sum\ndel total", "raise SystemExit",
    "def total(prices):\n    return 3 if len(prices) == 2 else 1 / 0", "import warnings\nwarnings.warn('old')\ntotal = sum",
]  # fmt: skip


def test_honest_submissions_get_every_row_of_stock_nbgrader(school: Path) -> None:
    rng = random.Random(5)
    for n, body in enumerate(BODIES):
        answers = GOOD | {"total": body}
        for name in list(answers):
            if rng.random() < 0.25 and name != "total":
                del answers[name]
        submit(school, f"learner-{n:02d}", answers, day=rng.choice([18, 19, 21]))
    (school / "submitted/learner-03" / NAME / "words.ipynb").unlink()
    (school / "nbgrader_config.py").write_text(STOCK.format(root=str(school)) + LATE, encoding="utf-8")
    cli.nbgrader(school, "autograde", NAME)
    stock = rows(school)
    assert any(row[7] for row in stock), "nobody was late: the test would prove too little"
    ours = CONFIG.read_text(encoding="utf-8") + LATE
    for run in (lambda: grade(school), lambda: cli.nbgrader(school, "autograde", NAME)):
        shutil.rmtree(school / "autograded")
        (school / "nbgrader_config.py").write_text(ours, encoding="utf-8")
        with sqlite3.connect(school / "gradebook.db") as connection:
            for table in ("grade", "comment", "submitted_notebook", "submitted_assignment", "student"):
                connection.execute(f"DELETE FROM {table}")
        run()
        assert rows(school) == stock
    assert (school / f"autograded/learner-00/{NAME}/stock.csv").stat().st_mode & 0o777 == 0o444


def changed(folder: Path, change: Callable[[dict, list], None], stem: str = "prices") -> None:
    """Change a submitted notebook's JSON: `change` gets its cells by grade id, and the list of them."""
    path = folder / f"{stem}.ipynb"
    notebook = json.loads(path.read_text(encoding="utf-8"))
    change({found["metadata"].get("nbgrader", {}).get("grade_id"): found for found in notebook["cells"]}, notebook["cells"])
    path.write_text(json.dumps(notebook), encoding="utf-8")


def copy_test(named: dict, cells: list) -> None:
    cells.append(json.loads(json.dumps(named["test-total"])) | {"id": "copy"})


def copy_solution(named: dict, cells: list) -> None:
    cells.append(json.loads(json.dumps(named["total"])) | {"id": "copy"})


def old_schema(named: dict, cells: list) -> None:
    for found in named.values():
        found["metadata"]["nbgrader"]["schema_version"] = 1


def unknown_name(named: dict, cells: list) -> None:
    cells.append(json.loads(json.dumps(named["test-total"])) | {"id": "more"})
    cells[-1]["metadata"]["nbgrader"] |= {"grade_id": "bonus", "points": 100}


def extra_key(named: dict, cells: list) -> None:
    named["test-total"]["metadata"]["nbgrader"]["note"] = "mine"


def deleted_test(named: dict, cells: list) -> None:
    cells.remove(named["test-total"])


def stripped(named: dict, cells: list) -> None:
    named["test-total"]["metadata"] = {}


def more_points(named: dict, cells: list) -> None:
    named["test-total"]["metadata"]["nbgrader"]["points"] = 200


def rewritten_test(named: dict, cells: list) -> None:
    named["test-total"]["source"] = "2"


def retyped(named: dict, cells: list) -> None:
    cells[cells.index(named["test-total"])] = {
        "cell_type": "markdown", "id": "test-total", "metadata": named["test-total"]["metadata"], "source": "x",
    }  # fmt: skip


TRAPS = [
    copy_test,
    copy_solution,
    old_schema,
    unknown_name,
    extra_key,
    deleted_test,
    stripped,
    more_points,
    rewritten_test,
    retyped,
]


def test_a_learners_meddling_with_cells_changes_no_score_and_stops_nobody(school: Path) -> None:
    for trap in TRAPS:
        changed(submit(school, trap.__name__, GOOD), trap)
    submit(school, "zoe", GOOD)
    assert grade(school) == 0
    for learner in [*(trap.__name__ for trap in TRAPS), "zoe"]:
        found = autos(school, learner)
        wanted = {"test-total": 2.0, "test-partial": 3.0, "test-quiet": 1.0, "test-name": 1.0}
        assert {name: found[name] for name in wanted} == wanted, learner


def broken_json(folder: Path) -> None:
    (folder / "prices.ipynb").write_text("{", encoding="utf-8")


def renamed(folder: Path) -> None:
    (folder / "prices.ipynb").rename(folder / "mine.ipynb")
    (folder / "words.ipynb").unlink()


def no_time(folder: Path) -> None:
    (folder / "timestamp.txt").write_text("yesterday", encoding="utf-8")


@pytest.mark.parametrize("harm", [broken_json, renamed, no_time])
def test_a_submission_that_cannot_be_graded_is_listed_with_its_reason_and_keeps_no_points(
    school: Path, capsys: pytest.CaptureFixture[str], harm: Callable[[Path], None]
) -> None:
    folder = submit(school, "kim", GOOD)
    submit(school, "zoe", GOOD)
    assert grade(school) == 0 and autos(school, "kim")["test-total"] == 2
    harm(folder)
    assert grade(school, "--force") == 1
    assert "kim: not graded: " in capsys.readouterr().out
    assert set(autos(school, "kim").values()) <= {None} and not (school / "autograded/kim" / NAME).exists()
    assert autos(school, "zoe")["test-total"] == 2


ENDS = {
    "leaves": "import os\nos._exit(0)",
    "loops": "import signal\nsignal.signal(signal.SIGALRM, signal.SIG_IGN)\nwhile True:\n    pass",
    "floods": "import os\nfor n in range(10000):\n    display('x' * 90000)",
}


def test_code_that_ends_loops_or_floods_fails_alone(school: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (school / "nbgrader_config.py").write_text(
        CONFIG.read_text(encoding="utf-8") + "\nc.Execute.timeout = 1\n", encoding="utf-8"
    )
    for learner, code in ENDS.items():
        submit(school, learner, GOOD | {"total": code})
    submit(school, "patient", GOOD | {"total": "while True:\n    pass"})
    submit(school, "zoe", GOOD)
    grade(school)
    said = capsys.readouterr().out
    assert "loops: not graded: its code ran too long and was stopped" in said
    assert "leaves: not graded: its code ended the process it ran in" in said
    assert autos(school, "patient")["test-name"] == 1 and autos(school, "patient")["test-total"] == 0
    assert autos(school, "zoe")["test-total"] == 2
    assert (autos(school, "floods")["test-total"] or 0) == 0


def test_a_learners_notebook_chooses_no_kernel_outside_the_sandbox(school: Path) -> None:
    with sqlite3.connect(school / "gradebook.db") as connection:
        connection.execute("UPDATE notebook SET kernelspec = '{}'")  # a source notebook that names none
    for path in (school / "source" / NAME).glob("*.ipynb"):
        path.write_text(json.dumps(json.loads(path.read_text(encoding="utf-8")) | {"metadata": {}}), encoding="utf-8")
    left = school / "left-behind"
    folder = submit(school, "kim", GOOD | {"total": f"open({str(left)!r}, 'w').close()\ntotal = sum"})
    for path in folder.glob("*.ipynb"):
        chosen = {"metadata": {"kernelspec": KERNEL | {"language": "other"}}}
        path.write_text(json.dumps(json.loads(path.read_text(encoding="utf-8")) | chosen), encoding="utf-8")
    grade(school)
    assert not left.exists()


def test_a_notebook_with_a_picture_in_its_text_is_graded_and_endless_cells_end(
    school: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(preprocessor, "SLOW", 0)
    submit(school, "kim", GOOD | {"why": "![plan](attachment:plan.png)"})
    submit(school, "slow", GOOD | {"total": "import time\ntime.sleep(20)"})
    assert grade(school) == 1
    assert autos(school, "kim")["test-total"] == 2 and not autos(school, "slow")["test-total"]


def test_a_learners_markup_stays_text_in_feedback_and_in_the_formgrader(school: Path) -> None:
    harm = "<script>alert(1)</script><img src=x onerror=alert(2)> [x](javascript:alert(3))"
    submit(
        school,
        "kim",
        GOOD
        | {
            "why": harm,
            "name": f"from IPython.display import HTML, Markdown\nname = 'x'\ndisplay(HTML({harm!r}), Markdown({harm!r}))",
        },
    )
    assert grade(school) == 0
    cli.nbgrader(school, "generate_feedback", NAME)
    for path in (school / "feedback/kim" / NAME).glob("*.html"):
        page = path.read_text(encoding="utf-8")
        assert "<script>alert" not in page and not re.search(r"<[^>]*(onerror=|javascript:alert)", page)
