"""kefu watch with a real exchange: from a learner's submit to the feedback that learner fetches."""

import os
import shutil
import signal
import subprocess
import sys
from pathlib import Path

import pytest
import test_foreign
from conftest import make_school
from test_grading import NOW, RIGHT, rows, submit

from kefu import cli, journal

pytestmark = pytest.mark.skipif(os.name == "nt", reason="nbgrader's exchange does not work on Windows")


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A small school whose paper is released to the exchange, once for this module."""
    root = make_school(tmp_path_factory.mktemp("watch"))
    assert cli.main(["--root", str(root), "build"]) == 0
    cli.nbgrader(root, "release_assignment", "quiz-small")
    return root


@pytest.fixture
def school(built: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A school of its own for every test, and a learner's folder beside it."""
    shutil.copytree(built, tmp_path / "school")
    (tmp_path / "learner").mkdir()
    config = (
        f'c = get_config()\nc.CourseDirectory.course_id = "kefu"\nc.Exchange.root = {str(tmp_path / "school/exchange")!r}\n'
    )
    (tmp_path / "learner/nbgrader_config.py").write_text(config, encoding="utf-8")
    monkeypatch.setenv("JUPYTER_DATA_DIR", str(tmp_path / "learner/data"))
    return tmp_path / "school"


def hand_in(school: Path, answer: str) -> None:
    """Fetch once, answer, submit with stock nbgrader."""
    learner = school.parent / "learner"
    if not (learner / "quiz-small").exists():
        cli.nbgrader(learner, "fetch_assignment", "quiz-small")
    journal.append(learner / "quiz-small" / journal.NAME, "q-single", now=NOW, lang="en", response=answer)
    cli.nbgrader(learner, "submit", "quiz-small")


def fetched(school: Path) -> list[str]:
    """The feedback pages the learner gets, oldest first."""
    learner = school.parent / "learner"
    shutil.rmtree(learner / "quiz-small/feedback", ignore_errors=True)
    cli.nbgrader(learner, "fetch_feedback", "quiz-small")
    return [path.read_text(encoding="utf-8") for path in sorted(learner.glob("quiz-small/feedback/*/*.html"))]


def watch(school: Path) -> int:
    return cli.main(["--root", str(school), "watch", "--once"])


def test_one_look_takes_in_marks_and_gives_feedback_and_the_next_look_does_nothing(
    school: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    hand_in(school, "b")
    assert watch(school) == 0
    told = capsys.readouterr().out.splitlines()
    assert len(told) == 1 and "graded, feedback released" in told[0]
    assert [row[2] for row in rows(school) if row[1] == "q-single-mark"] == [1]
    (page,) = fetched(school)
    assert "1 / 25" in page and "why-en" not in page, "an open paper's feedback gives no reason"
    assert watch(school) == 0 and capsys.readouterr().out == ""
    hand_in(school, "a")
    assert watch(school) == 0
    assert [row[2] for row in rows(school) if row[1] == "q-single-mark"] == [0] and len(fetched(school)) == 2


def test_a_bad_submission_is_told_and_the_others_get_their_feedback(school: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (submit(school, "kim", RIGHT) / "timestamp.txt").write_text("last tuesday-ish", encoding="utf-8")
    (submit(school, "李 雷", RIGHT) / "submission_secret.txt").write_text("x", encoding="utf-8")
    submit(school, "no secret", RIGHT)
    hand_in(school, "b")
    inbound = school / "exchange/kefu/inbound"
    for name in ("ann+quiz-small+not a time+x", "half+quiz-small+2026-11-23 08:00:00 UTC+x", "junk+quiz-small+"):
        (inbound / name).mkdir()
    (inbound / "ann+quiz-small+not a time+x/submission_secret.txt").write_text("x", encoding="utf-8")
    assert watch(school) == 1
    told = capsys.readouterr().out
    assert "quiz-small: kim: not graded: timestamp.txt" in told and "quiz-small: 李 雷: graded, feedback released" in told
    assert "quiz-small: no secret: graded, but without feedback" in told
    assert not (school / "submitted/half").exists(), "nbgrader submit had not finished it"
    assert "quiz-small: ann: not collected: " in told
    learner = next(path.name for path in (school / "submitted").iterdir() if path.name not in ("kim", "李 雷", "no secret"))
    assert {row[0]: row[2] for row in rows(school) if row[1] == "q-single-mark"} == {
        "kim": None,
        "李 雷": 1,
        "no secret": 1,
        learner: 1,
    }


def test_a_watch_gives_feedback_within_seconds_and_ends_with_ctrl_c(school: Path) -> None:
    command = [sys.executable, "-m", "kefu", "--root", str(school), "watch", "quiz-small", "--every", "0.2"]
    hand_in(school, "b")
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env={**os.environ, "PYTHONUNBUFFERED": "1"}) as run:
        assert run.stdout and "feedback released" in run.stdout.readline(), "it is awake"
        hand_in(school, "a")
        assert "feedback released" in run.stdout.readline()
        handed_in, given = (max(path.stat().st_mtime for path in school.glob(f"exchange/kefu/{name}"))
                            for name in ("inbound/*/submission_secret.txt", "feedback/*.html"))  # fmt: skip
        print(f"{given - handed_in:.2f} s from submit to feedback")
        assert given - handed_in < 10
        run.send_signal(signal.SIGINT)
        assert run.wait(30) == 0 and "Traceback" not in run.stdout.read()
    assert len(fetched(school)) == 2


def test_an_assignment_with_tests_that_are_code_is_watched_too(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    shutil.copy(test_foreign.CONFIG, tmp_path)
    test_foreign.assignment(tmp_path)
    (tmp_path / "exchange").mkdir(mode=0o777)
    cli.nbgrader(tmp_path, "generate_assignment", test_foreign.NAME)
    cli.nbgrader(tmp_path, "release_assignment", test_foreign.NAME)
    folder = test_foreign.submit(tmp_path, "ann", test_foreign.GOOD)
    (folder / "submission_secret.txt").write_text("x", encoding="utf-8")
    assert watch(tmp_path) == 0
    assert "shop: ann: graded, feedback released" in capsys.readouterr().out
    assert test_foreign.autos(tmp_path, "ann")["test-total"] == 2
    assert len(list(tmp_path.glob("exchange/kefu/feedback/*.html"))) == 2
