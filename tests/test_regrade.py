"""Regrade: who changes is seen before, scores after are those of a fresh marking by anybody, and it can be taken back."""

import json
import shutil
import sqlite3
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pandas as pd
import pytest
from conftest import RIGHT, make_school

from kefu import bank, cli, gradebook, journal, paper
from kefu.audit import AUDIT
from kefu.bench import STOCK
from kefu.items import score

NOW = datetime(2026, 11, 23, 8, 0, tzinfo=UTC)
PAPER = """
[quiz-small]
title = { zh = "小测验", en = "A small quiz" }
items = ["q-single", "q-multiple", "q-truefalse", "q-matching", "q-ordering"]
credit = { multiple = "each", matching = "each", ordering = "each" }
closes = 2026-01-01T00:00:00+08:00
"""
RIGHT_ONES = {f"q-{kind}": RIGHT[kind] for kind in ("single", "multiple", "truefalse", "matching", "ordering")}


def submit(root: Path, learner: str, changed: dict[str, object], late: float = -1) -> None:
    """A submission with the right responses but for those changed; None leaves one blank; `late` in hours."""
    folder = root / "submitted" / learner / "quiz-small"
    shutil.rmtree(folder, ignore_errors=True)
    shutil.copytree(root / "release" / "quiz-small", folder)
    for item, response in (RIGHT_ONES | changed).items():
        if response is not None:
            journal.append(folder / journal.NAME, item, now=NOW, lang="zh", response=response)
    (folder / "timestamp.txt").write_text((NOW + timedelta(hours=late)).isoformat(), encoding="utf-8")


@pytest.fixture(scope="module")
def graded(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Seven learners, graded once for this module; `late` loses all points, `by hand` has a grader's own points."""
    root = make_school(tmp_path_factory.mktemp("regrade"))
    (root / "bank/papers.toml").write_text(PAPER, encoding="utf-8")
    with open(root / "nbgrader_config.py", "a", encoding="utf-8") as file:
        file.write('\nc.LateSubmissionPlugin.penalty_method = "zero"\n')
    assert cli.main(["--root", str(root), "build"]) == 0
    cli.nbgrader(root, "db", "assignment", "add", "quiz-small", f"--duedate={NOW:%Y-%m-%d %H:%M:%S} UTC")
    submit(root, "right", {})
    submit(root, "李 雷", {"q-single": "c"})
    submit(root, "=odd@例え", {"q-single": "a"})
    submit(root, "blank", dict.fromkeys(RIGHT_ONES))
    submit(root, "late", {"q-single": "c"}, late=2)
    submit(root, "by hand", {"q-single": "c"})
    submit(root, "no such option", {"q-single": "z"})
    assert run(root, "grade", "--workers", "1") == 0
    with closing(sqlite3.connect(root / "gradebook.db")) as connection:
        connection.execute(
            """UPDATE grade SET manual_score = 0.25, needs_manual_grade = 1 WHERE cell_id IN (SELECT id FROM base_cell WHERE name = 'q-single-mark')
               AND notebook_id IN (SELECT submitted_notebook.id FROM submitted_notebook JOIN submitted_assignment
               ON submitted_assignment.id = submitted_notebook.assignment_id WHERE student_id = 'by hand')"""
        )
        connection.commit()
    return root


@pytest.fixture
def school(graded: Path, tmp_path: Path) -> Path:
    """A school of its own for every test."""
    shutil.copytree(graded, tmp_path / "school")
    return tmp_path / "school"


def run(root: Path, *arguments: str) -> int:
    return cli.main(["--root", str(root), *arguments])


def regrade(root: Path, *arguments: str) -> int:
    return run(root, "regrade", *arguments)


def points(root: Path, cell: str = "q-single-mark") -> dict[str, float]:
    found = gradebook.grades(root / "gradebook.db")
    return found[found["cell"] == cell].set_index("learner")["score"].to_dict()


def state(root: Path) -> dict[str, bytes]:
    """Every file of the school but the database, and the database's grades."""
    found = {
        str(path.relative_to(root)): path.read_bytes()
        for path in root.rglob("*")
        if path.is_file() and "gradebook" not in path.name
    }
    columns = ["learner", "cell", "score", "extra", "to_mark", "penalty", "handed_in"]
    rows = gradebook.grades(root / "gradebook.db")[columns].sort_values(columns[:2])
    return found | {"grades": rows.to_csv(index=False).encode()}


OTHERS = {"by hand": 0.25, "blank": 0.0, "no such option": 0.0}
WAYS = {
    "another key": (["--key", "c"], {"right": 0.0, "李 雷": 1.0, "late": 1.0, "=odd@例え": 0.0}),
    "one more key": (["--accept", "c"], {"right": 1.0, "李 雷": 1.0, "late": 1.0, "=odd@例え": 0.0}),
    "void": (["--void"], dict.fromkeys(["right", "李 雷", "late", "=odd@例え", "blank", "no such option"], 1.0)),
}


@pytest.mark.parametrize("way", WAYS)
def test_who_changes_is_shown_before_and_nothing_is_touched(school: Path, way: str, capsys: pytest.CaptureFixture[str]) -> None:
    arguments, expected = WAYS[way]
    old, now = state(school), points(school)
    assert regrade(school, "quiz-small", "q-single", *arguments) == 0
    shown = capsys.readouterr().out
    assert state(school) == old and "nothing is changed yet; say --apply to do it" in shown
    changing = {who for who, after in (OTHERS | expected).items() if after != now[who]}
    assert f"{len(changing)} learners change" in shown
    assert {who for who in now if any(line.strip().startswith(who) for line in shown.splitlines())} == changing
    if "李 雷" in changing:
        line = next(line for line in shown.splitlines() if "李 雷" in line)
        assert line.split()[-4:] == ["0.00", "1.00", "7.00", "8.00"]
        late = next(line for line in shown.splitlines() if line.strip().startswith("late"))
        assert late.split()[-4:] == ["0.00", "1.00", "0.00", "0.00"]  # the penalty takes the new point too


@pytest.mark.parametrize("way", WAYS)
def test_scores_after_are_those_of_a_fresh_marking_by_kefu_and_by_stock_nbgrader(school: Path, way: str) -> None:
    arguments, expected = WAYS[way]
    assert regrade(school, "quiz-small", "q-single", *arguments, "--apply", "--why", "二选一") == 0
    assert points(school) == OTHERS | expected
    after = state(school)
    assert run(school, "grade", "quiz-small", "--force", "--workers", "1") == 0
    assert state(school) == after
    assert run(school, "build") == 0
    assert state(school) == after, "kefu build takes a regrade back"
    late = '\nc.LateSubmissionPlugin.penalty_method = "zero"\n'
    (school / "nbgrader_config.py").write_text(STOCK.format(root=str(school)) + late, encoding="utf-8")
    cli.nbgrader(school, "autograde", "quiz-small", "--force")
    assert state(school)["grades"] == after["grades"]


def test_the_audit_line_says_who_when_why_old_and_new(school: Path) -> None:
    start = datetime.now(UTC) - timedelta(seconds=1)
    assert regrade(school, "quiz-small", "q-single", "--key", "c", "--apply", "--why", "钥匙错了") == 0
    (line,) = [json.loads(text) for text in (school / AUDIT).read_text(encoding="utf-8").splitlines()]
    assert start <= datetime.fromisoformat(line.pop("time")) <= datetime.now(UTC) and line.pop("who")
    assert line == {
        "n": 1, "why": "钥匙错了", "paper": "quiz-small", "item": "q-single",
        "old": {"key": "b", "accept": [], "void": False}, "new": {"key": "c", "accept": [], "void": False},
    }  # fmt: skip


def test_every_regrade_can_be_taken_back_last_one_first(school: Path, capsys: pytest.CaptureFixture[str]) -> None:
    states = [state(school)]
    for arguments in (["q-single", "--accept", "c"], ["q-single", "--accept", "a"], ["q-multiple", "--void"]):
        assert regrade(school, "quiz-small", *arguments, "--apply") == 0
        states.append(state(school))
    assert json.loads((school / paper.REGRADES).read_text(encoding="utf-8"))["quiz-small"] == {
        "q-single": {"accept": ["c", "a"]}, "q-multiple": {"void": True},
    }  # fmt: skip
    for before in reversed(states[:-1]):
        assert regrade(school, "--undo") == 0
        now = state(school)
        assert {name: now[name] for name in now if name != AUDIT} == {name: before[name] for name in before if name != AUDIT}
    assert regrade(school, "--undo") == 1
    assert "holds no regrade that could be undone" in capsys.readouterr().err
    assert [json.loads(line).get("undoes") for line in (school / AUDIT).open(encoding="utf-8")] == [None, None, None, 3, 2, 1]


def test_a_submission_that_waits_for_grading_is_not_graded_by_a_regrade(school: Path) -> None:
    submit(school, "newcomer", {})
    submit(school, "李 雷", {"q-truefalse": "true"}, late=-0.5)  # handed in again since it was graded
    assert regrade(school, "quiz-small", "q-single", "--key", "c", "--apply") == 0
    assert "newcomer" not in points(school) and points(school, "q-truefalse-mark")["李 雷"] == 1
    assert run(school, "grade", "quiz-small", "--workers", "1") == 0
    assert points(school)["newcomer"] == 0 and points(school, "q-truefalse-mark")["李 雷"] == 0
    assert points(school)["李 雷"] == 0  # the new key holds for what is graded later


KEYS = {
    "q-multiple": ('["a"]', ["a", "c"], 1.5),  # one right option is no good item, yet may be what is left
    "q-matching": ('{ p1 = "a", p2 = "b", p3 = "c" }', {"p1": "b", "p2": "a", "p3": "c"}, 2 / 3),
    "q-ordering": ('["a", "b", "c"]', ["c", "a", "b"], 2 / 3),
    "q-truefalse": ("true", "false", 0.0),
}


@pytest.mark.parametrize("item", KEYS)
def test_every_kind_takes_another_key_written_as_in_its_file(school: Path, item: str) -> None:
    text, response, earned = KEYS[item]
    assert regrade(school, "quiz-small", item, "--key", text, "--apply") == 0
    assert RIGHT_ONES[item] == response and points(school, f"{item}-mark")["right"] == pytest.approx(earned)
    cli.nbgrader(school, "generate_feedback", "quiz-small", "--force")  # the reasons of a closed paper follow the new key
    page = (school / "feedback/right/quiz-small/quiz-small.html").read_text(encoding="utf-8")
    assert {"q-multiple": "✗ <strong>潜在买家", "q-matching": "✓ <strong>前 → 帮助挑选", "q-ordering": "1. <strong>微笑",
            "q-truefalse": "✓ <strong>正确"}[item] in page  # fmt: skip


def test_feedback_of_a_closed_paper_says_what_else_is_right_and_what_is_withdrawn(school: Path) -> None:
    assert regrade(school, "quiz-small", "q-single", "--accept", "c", "--apply") == 0
    assert regrade(school, "quiz-small", "q-truefalse", "--void", "--apply") == 0
    cli.nbgrader(school, "generate_feedback", "quiz-small", "--force")
    page = (school / "feedback/blank/quiz-small/quiz-small.html").read_text(encoding="utf-8")
    assert "同样算对" in page and "这道题已作废" in page and "得1分，满分1分" in page


BAD = {
    "no such option": (["q-single", "--key", "z"], "q-single: key: 'z' names no option; write one of a, b, c"),
    "of another kind": (["q-multiple", "--key", "b"], 'write a list of option ids, like ["a", "c"]'),
    "half a table": (["q-matching", "--accept", '{ p1 = "b" }'], "key.p2: None names no option"),
    "not written well": (["q-multiple", "--key", '["a", '], "is no key:"),
    "no such item": (["q-nowhere", "--void"], "quiz-small: q-nowhere: is no item of this paper"),
}


@pytest.mark.parametrize("bad", BAD)
def test_a_bad_key_is_named_and_nothing_changes(school: Path, bad: str, capsys: pytest.CaptureFixture[str]) -> None:
    arguments, says = BAD[bad]
    old = state(school)
    assert regrade(school, "quiz-small", *arguments, "--apply") == 1
    assert says in capsys.readouterr().err and state(school) == old


def test_a_paper_nobody_built_or_graded_says_what_to_do(root: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert regrade(root, "quiz-nowhere", "q-single", "--void") == 1
    assert regrade(root, "quiz-small", "q-single", "--void", "--apply") == 1
    told = capsys.readouterr().err
    assert "quiz-nowhere: is no good paper of bank/papers.toml" in told and "there is no gradebook yet" in told
    assert not (root / AUDIT).exists() and not (root / paper.REGRADES).exists()


@pytest.mark.parametrize("text", ["{", "[]", '{"quiz-small": 1}', '{"quiz-small": {"q-single": 1}}', '{"quiz-small": {"q-single": {"kye": 1}}}',
                                  '{"quiz-small": {"q-nowhere": {"void": true}}}'])  # fmt: skip
def test_no_paper_is_built_with_keys_that_were_found_wrong(school: Path, text: str, capsys: pytest.CaptureFixture[str]) -> None:
    source = (school / "source/quiz-small/quiz-small.ipynb").read_bytes()
    (school / paper.REGRADES).write_text(text, encoding="utf-8")
    assert run(school, "build") == 1
    assert "bank/regrades.json: " in capsys.readouterr().out
    assert (school / "source/quiz-small/quiz-small.ipynb").read_bytes() == source


def test_a_broken_audit_file_is_named_before_anything_changes(school: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (school / AUDIT).write_text('{"n": 1\n', encoding="utf-8")
    old = state(school)
    assert regrade(school, "quiz-small", "q-single", "--void", "--apply") == 1
    assert "regrades.jsonl: line 1:" in capsys.readouterr().err and state(school) == old


def test_a_regrade_that_was_killed_is_finished_by_the_same_one(school: Path) -> None:
    (school / AUDIT).write_text(
        '{"n": 1, "paper": "quiz-small", "item": "q-single", "old": {"key": "b", "accept": [], "void": false}, '
        '"new": {"key": "b", "accept": ["c"], "void": false}}\n', encoding="utf-8"
    )  # fmt: skip
    (school / paper.REGRADES).write_text('{"quiz-small": {"q-single": {"accept": ["c"]}}}', encoding="utf-8")  # and no further
    assert regrade(school, "quiz-small", "q-single", "--accept", "c", "--apply") == 0
    assert points(school)["李 雷"] == 1 and len((school / AUDIT).read_text(encoding="utf-8").splitlines()) == 1


def test_of_several_keys_the_best_counts_and_void_pays_everybody() -> None:
    literals = {"kind": "matching", "key": {"p1": "a", "p2": "b"}, "options": ["a", "b"], "points": 2.0, "credit": "each"}
    swapped = {"p1": "b", "p2": "a"}
    assert score(response=swapped, **literals).earned == 0
    assert score(response=swapped, **literals, accept=[swapped]).earned == 2
    assert score(response={"p1": "a"}, **literals, accept=[swapped]).earned == 1
    for response in (None, swapped, 7, "nonsense"):
        assert score(response=response, **literals, void=True).earned == 2
    assert score(response={"p1": "zz"}, **literals, accept=[swapped]).verdict == "invalid"


def test_what_a_regrade_does_to_one_paper_it_does_not_do_to_the_bank(school: Path) -> None:
    assert regrade(school, "quiz-small", "q-single", "--key", "c", "--apply") == 0
    known = bank.load(school)
    assert known.items["q-single"].key == "b" and paper.load(school, known)[0]["quiz-small"].items[0].key == "c"
    assert isinstance(gradebook.scores(school / "gradebook.db"), pd.DataFrame)
