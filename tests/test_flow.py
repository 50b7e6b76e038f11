"""The flow with the real nbgrader: release, hand-in, collect, autograde, feedback, export, scores."""

import csv
import re
import shutil
import tarfile
from datetime import UTC, datetime
from pathlib import Path
from zipfile import ZIP_DEFLATED, ZipFile

import pandas as pd
import pytest
from conftest import make_school

from kefu import author, bank, cli, collect, gradebook, journal, paper, room

NOW = datetime(2026, 11, 23, 8, 0, tzinfo=UTC)
SECRETS = re.compile(r"key=|解析|理由|why-en|r[1-4]</|mark\(")


@pytest.fixture(scope="module")
def school(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A school where six simulated learners and three by hand-in file went through everything, once for this module."""
    home = make_school(tmp_path_factory.mktemp("flow"))
    assert cli.main(["--root", str(home), "build"]) == 0
    author.simulate(home, learners=6, seed=7, now=NOW)
    cli.nbgrader(home, "collect", "quiz-small", "--ExchangeCollect.check_owner=False")
    files = [hand_in(home, who) for who in ("李 雷", "ann-lee", "韩梅梅")]
    assert cli.main(["--root", str(home), "collect", *map(str, files)]) == 0
    cli.nbgrader(home, "autograde", "quiz-small")
    cli.nbgrader(home, "generate_feedback", "quiz-small")
    cli.nbgrader(home, "export")
    return home


RESPONSES = {
    "q-single": "b",
    "q-multiple": ["a"],
    "q-truefalse": "true",
    "q-matching": {"p1": "b", "p2": "c"},
    "q-ordering": ["c", "b", "a"],
}
BY_HAND = 1 + 1.5 + 0 + 2 / 3 + 2 * 2 / 3  # points of RESPONSES, worked out on paper


def hand_in(home: Path, who: str, responses: dict = RESPONSES) -> Path:
    """A hand-in file as a learner's card writes it."""
    desk = home / "desks" / f"{abs(hash(who))}" / "quiz-small"
    shutil.copytree(home / "release" / "quiz-small", desk)
    for item, response in responses.items():
        journal.append(desk / journal.NAME, item, now=NOW, lang="en" if who.isascii() else "zh", response=response)
    if who == "韩梅梅":  # her last line is torn
        with open(desk / journal.NAME, "ab") as file:
            file.write(b'{"n":6,"time":"2026')
    file = desk / "quiz-small.hand-in.zip"
    room.write_hand_in(file, "quiz-small", desk / journal.NAME, who, NOW)
    return file


def test_stock_autograde_gives_every_simulated_learner_the_score_of_the_item(school: Path) -> None:
    form = paper.load(school, bank.load(school))[0]["quiz-small"]
    frame = gradebook.scores(school / "gradebook.db").set_index("learner")
    assert len(frame) == 9
    for learner, row in frame.iterrows():
        answers = journal.read(school / "submitted" / str(learner) / "quiz-small" / journal.NAME).responses
        expected = sum(item.score(answers.get(item.id), form.credit[item.kind]).earned for item in form.items)
        assert row["score"] == pytest.approx(expected) and row["points"] == 25 and row["to_mark"] == 1  # the essay


@pytest.mark.parametrize("who", ["李 雷", "ann-lee", "韩梅梅"])
def test_a_score_equals_the_one_worked_out_by_hand_whatever_the_learners_name(school: Path, who: str) -> None:
    frame = gradebook.scores(school / "gradebook.db").set_index("learner")
    assert frame.loc[who, "score"] == pytest.approx(BY_HAND)


def test_one_learner_is_blank_and_one_is_late(school: Path) -> None:
    frame = gradebook.scores(school / "gradebook.db").set_index("learner")
    assert frame.loc["simulated-001", "score"] == 0 and not frame.loc["simulated-001", "late"]
    assert frame.loc["simulated-002", "late"]
    assert all(name.startswith("simulated-") for name in frame.index if name not in ("李 雷", "ann-lee", "韩梅梅"))


def test_feedback_shows_question_answer_and_verdict_in_the_learners_language_and_no_key(school: Path) -> None:
    chinese = (school / "feedback/李 雷/quiz-small/quiz-small.html").read_text(encoding="utf-8")
    english = (school / "feedback/ann-lee/quiz-small/quiz-small.html").read_text(encoding="utf-8")
    assert "先做什么？" in chinese and "◉ 问候" in chinese and "答对了：得1分，满分1分" in chinese and "答对一部分" in chinese
    assert "What comes first?" in english and "◉ Greeting" in english and "Partly right: 1.5 of 2" in english
    for page in (chinese, english):
        assert not SECRETS.search(re.sub(r"<(style|script).*?</\1>", "", page, flags=re.S))


def test_once_a_paper_is_closed_its_feedback_gives_the_reasons_and_before_none(school: Path) -> None:
    path = school / "bank/papers.toml"
    open_paper = path.read_text(encoding="utf-8")
    page = school / "feedback/李 雷/quiz-small/quiz-small.html"
    try:
        for closes, shown in (("2099-01-01T00:00:00+08:00", False), ("2026-01-01T00:00:00+08:00", True)):
            path.write_text(f"{open_paper}closes = {closes}\n", encoding="utf-8")
            cli.nbgrader(school, "generate_feedback", "quiz-small", "--force")
            text = page.read_text(encoding="utf-8")
            for reason in ("解析甲", "解析乙", "解析一", "不能储存", "理由1", "最先"):
                assert (reason in text) == shown
        assert "✓ <strong>问候</strong> 解析乙" in text and "✗ <strong>道别</strong> 解析甲" in text
        assert "✓ <strong>前 → 广告</strong> 理由1" in text and text.index("1. <strong>问候") < text.index("3. <strong>感谢")
    finally:
        path.write_text(open_paper, encoding="utf-8")
        cli.nbgrader(school, "generate_feedback", "quiz-small", "--force")


def test_feedback_calls_nothing_outside_this_machine(school: Path) -> None:
    page = (school / "feedback/ann-lee/quiz-small/quiz-small.html").read_text(encoding="utf-8")
    assert not re.findall(r'(?:src|href)="https?://(?!127\.0\.0\.1)[^"]+"', page)
    assert "cdnjs" not in page and "jsdelivr" not in page and "unpkg" not in page


def test_a_torn_line_is_told_to_the_grader_in_the_learners_language(school: Path) -> None:
    page = (school / "feedback/韩梅梅/quiz-small/quiz-small.html").read_text(encoding="utf-8")
    assert "答案文件第6行没有写完，这一行不算。" in page


def test_export_holds_the_same_scores(school: Path) -> None:
    frame = gradebook.scores(school / "gradebook.db").set_index("learner")
    exported = pd.read_csv(school / "grades.csv").query("assignment == 'quiz-small'").set_index("student_id")
    for learner, row in frame.iterrows():
        assert exported.loc[learner, "score"] == pytest.approx(row["score"])


def test_scores_are_printed_and_written(school: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["--root", str(school), "scores"]) == 0
    assert "quiz-small: 9 handed in" in capsys.readouterr().out
    rows = list(csv.DictReader((school / "scores/scores.csv").open(encoding="utf-8-sig")))
    assert len(rows) == 9 and rows[-1]["学号"] == "韩梅梅"


@pytest.mark.parametrize("who", ["../../../gradebook", "a/b", "..", "", " spaced ", "a*", "a\x00b", "x" * 101, "a+b", 7, None])
def test_a_hand_in_file_of_a_strange_learner_is_refused_and_writes_nothing(tmp_path: Path, who: object) -> None:
    file = tmp_path / "in.zip"
    room.write_hand_in(file, "quiz-small", tmp_path / journal.NAME, who, NOW)
    with pytest.raises(ValueError, match=r"in.zip: learner: .* (is empty|is longer|has a character)"):
        collect.take_in(file, {"quiz-small"}, tmp_path / "submitted")
    assert sorted(path.name for path in tmp_path.iterdir()) == ["in.zip"]


def test_a_broken_hand_in_file_is_named_and_the_next_one_is_taken_in(root: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["--root", str(root), "build"]) == 0
    bad = root / "bad.zip"
    bad.write_bytes(b"PK not a zip")
    unknown = root / "unknown.zip"
    room.write_hand_in(unknown, "quiz-nowhere", root / journal.NAME, "bob", NOW)
    assert cli.main(["--root", str(root), "collect", str(bad), str(unknown), str(hand_in(root, "bob"))]) == 1
    told = capsys.readouterr()
    assert "bad.zip: file: is no whole hand-in file" in told.err and "'quiz-nowhere' is no paper" in told.err
    assert "taken in for bob" in told.out and (root / "submitted/bob/quiz-small/responses.jsonl").exists()


def test_an_older_hand_in_never_replaces_a_newer_one(tmp_path: Path) -> None:
    for day, response in ((3, "new"), (2, "old")):
        path = tmp_path / f"{day}" / journal.NAME
        path.parent.mkdir()
        journal.append(path, "q", now=NOW, lang="zh", response=response)
        room.write_hand_in(tmp_path / f"{day}.zip", "quiz", path, "bob", NOW.replace(day=day))
        collect.take_in(tmp_path / f"{day}.zip", {"quiz"}, tmp_path / "submitted")
    assert journal.read(tmp_path / "submitted/bob/quiz" / journal.NAME).responses == {"q": "new"}


def test_zip_collect_takes_in_good_archives_and_leaves_bombs_and_escapes_alone(root: Path) -> None:
    assert cli.main(["--root", str(root), "build"]) == 0
    archive = root / "downloaded/quiz-small/archive"
    archive.mkdir(parents=True)
    notebook = (root / "release/quiz-small/quiz-small.ipynb").read_bytes()
    with ZipFile(archive / "class.zip", "w", ZIP_DEFLATED) as good:
        good.writestr("ada_quiz-small.ipynb", notebook)
    with (
        ZipFile(archive / "bomb.zip", "w", ZIP_DEFLATED) as bomb,
        bomb.open("bob_quiz-small.ipynb", "w", force_zip64=True) as member,
    ):
        for _ in range(501):
            member.write(bytes(10**6))
    with tarfile.open(archive / "out.tar.gz", "w:gz") as out:
        info = tarfile.TarInfo("../../../../escaped_quiz-small.ipynb")
        out.addfile(info)
    (archive / "torn.zip").write_bytes(b"PK")
    pattern = r"--FileNameCollectorPlugin.named_regexp=.*/(?P<student_id>\w+)_(?P<file_id>quiz-small)"
    cli.nbgrader(root, "zip_collect", "quiz-small", pattern)
    assert [path.name for path in (root / "submitted").iterdir()] == ["ada"]
    assert (root / "submitted/ada/quiz-small/quiz-small.ipynb").read_bytes() == notebook
    assert not list(root.rglob("*escaped*"))
