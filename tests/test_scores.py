"""From the gradebook to tidy data and score files: the totals of nbgrader export, and no cell that is a formula."""

import csv
import re
import shutil
import sqlite3
import subprocess
import sys
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path
from xml.etree import ElementTree
from zipfile import ZipFile

import pandas as pd
import pytest
from conftest import COMMON, RIGHT, make_school

from kefu import bank, cli, gradebook, journal, scores, spreadsheet

NOW = datetime(2026, 11, 23, 8, 0, tzinfo=UTC)
PAPERS = """
[quiz-one]
title = { zh = "第一次测验", en = "Quiz one" }
items = ["q-single", "q-multiple", "q-ordering", "q-own-words"]
credit = { multiple = "each", ordering = "each" }
[quiz-two]
title = { zh = "第二次测验", en = "Quiz two" }
items = ["q-truefalse", "q-matching"]
[quiz-never-taken]
title = { zh = "没人考", en = "Never taken" }
items = ["q-single"]
"""
ESSAY = """
kind = "essay"
points = 3
key = { r1 = 3 }
[zh]
stem = "写一句道歉。"
rubric = { r1 = "有歉意" }
rationale = { r1 = "说了对不起" }
[en]
stem = "Write an apology."
rubric = { r1 = "It is sorry" }
rationale = { r1 = "It says sorry" }
"""
RESPONSES = {f"q-{kind}": response for kind, response in RIGHT.items()} | {"q-own-words": "对不起"}


def submit(root: Path, learner: str, paper: str, responses: dict[str, object], late: float = -1, lang: str = "zh") -> None:
    """A submission as nbgrader's collect leaves it; `late` in hours."""
    folder = root / "submitted" / learner / paper
    shutil.copytree(root / "release" / paper, folder)
    for n, (item, response) in enumerate(responses.items()):
        journal.append(folder / journal.NAME, item, now=NOW + timedelta(minutes=n), lang=lang, response=response)
    (folder / "timestamp.txt").write_text((NOW + timedelta(hours=late)).isoformat(), encoding="utf-8")


def change(root: Path, sql: str, *values: object) -> None:
    with closing(sqlite3.connect(root / "gradebook.db")) as connection:
        assert connection.execute(sql, values).rowcount, sql
        connection.commit()


def grade_of(learner: str, cell: str) -> str:
    """The SQL that finds a grade, as a grader's click in the formgrader does."""
    return f"""cell_id IN (SELECT id FROM base_cell WHERE name = '{cell}') AND notebook_id IN (
        SELECT submitted_notebook.id FROM submitted_notebook JOIN submitted_assignment
            ON submitted_assignment.id = submitted_notebook.assignment_id WHERE student_id = '{learner}')"""


@pytest.fixture(scope="module")
def school(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two papers, five learners: late ones, an extension, points by hand, extra credit, and one who came to nothing."""
    root = make_school(tmp_path_factory.mktemp("scores"))
    (root / "bank/papers.toml").write_text(PAPERS, encoding="utf-8")
    (root / "bank/items/1-basics/q-own-words.toml").write_text(COMMON + ESSAY.lstrip(), encoding="utf-8")
    with open(root / "nbgrader_config.py", "a", encoding="utf-8") as file:
        file.write('\nc.LateSubmissionPlugin.penalty_method = "zero"\n')
    assert cli.main(["--root", str(root), "build"]) == 0
    for paper in ("quiz-one", "quiz-two"):
        cli.nbgrader(root, "db", "assignment", "add", paper, f"--duedate={NOW:%Y-%m-%d %H:%M:%S} UTC")
    cli.nbgrader(root, "db", "student", "add", "never-came")
    first = [i for i in RESPONSES if i not in ("q-truefalse", "q-matching")]
    for learner, late in (("ann", -1), ("李 雷", -2), ("late-lee", 3), ("=cmd|calc", -1), ("on-the-dot", 0)):
        submit(
            root, learner, "quiz-one", {i: RESPONSES[i] for i in first} | ({"q-single": "a"} if learner == "ann" else {}), late
        )
    submit(root, "李 雷", "quiz-two", {"q-truefalse": "false", "q-matching": {"p1": "b"}}, lang="en")
    submit(root, "extended", "quiz-two", {"q-truefalse": "true"}, late=5)
    assert cli.main(["--root", str(root), "grade", "--workers", "1", "quiz-one", "quiz-two"]) == 0
    change(root, "UPDATE submitted_assignment SET extension = '1970-01-01 06:00:00.000000' WHERE student_id = 'extended'")
    assert cli.main(["--root", str(root), "grade", "--workers", "1", "--force", "quiz-two"]) == 0
    change(root, f"UPDATE grade SET manual_score = 2.25, needs_manual_grade = 0 WHERE {grade_of('ann', 'q-own-words-hand')}")
    change(root, f"UPDATE grade SET manual_score = 0.4 WHERE {grade_of('ann', 'q-multiple-mark')}")
    change(root, f"UPDATE grade SET extra_credit = 0.75 WHERE {grade_of('ann', 'q-single-mark')}")
    change(
        root, f"UPDATE grade SET extra_credit = 5 WHERE {grade_of('李 雷', 'q-own-words-hand')}"
    )  # not marked: no credit yet
    return root


def frame_of(root: Path) -> pd.DataFrame:
    return gradebook.frame(root / "gradebook.db", bank.load(root).items)


def test_totals_are_those_of_nbgrader_export_to_the_cent(school: Path) -> None:
    cli.nbgrader(school, "export")
    exported = pd.read_csv(school / "grades.csv").set_index(["student_id", "assignment"])
    ours = gradebook.scores(school / "gradebook.db").set_index(["learner", "paper"])
    assert len(ours) == 7
    for key, row in exported.iterrows():
        if key in ours.index:
            assert round(ours.loc[key, "score"], 2) == round(row["score"], 2), key
            assert ours.loc[key, "points"] == row["max_score"] and ours.loc[key, "penalty"] == row["late_submission_penalty"]
        else:
            assert row["score"] == 0
    assert ours.loc[("ann", "quiz-one"), "score"] == pytest.approx(0 + 0.75 + 0.4 + 2 + 2.25)  # worked out by hand
    assert ours.loc[("late-lee", "quiz-one"), "penalty"] == 5 and ours.loc[("late-lee", "quiz-one"), "score"] == 0
    assert ours["extra"].sum() == 5.75 and ours["to_mark"].sum() == 4


def test_late_is_after_the_due_time_and_any_extension(school: Path) -> None:
    found = gradebook.scores(school / "gradebook.db")
    assert list(found[found["late"]]["learner"]) == ["late-lee"]


def test_the_frame_tells_every_graded_item_with_its_facts(school: Path) -> None:
    frame = frame_of(school)
    assert len(frame) == 5 * 4 + 2 * 2 and not frame.duplicated(["learner", "paper", "item"]).any()
    row = frame.set_index(["learner", "item"]).loc[("李 雷", "q-matching")]
    facts = ["paper", "chapter", "covers", "kind", "level", "score", "points", "handed_in"]
    assert list(row[facts])[:7] == ["quiz-two", "1-basics", ("c1-gst",), "matching", "recall", 0, 2]
    assert row["handed_in"] == pd.Timestamp(NOW - timedelta(hours=1))
    by_hand = frame[frame["item"] == "q-own-words"].set_index("learner")["score"]
    assert by_hand["ann"] == 2.25 and by_hand.drop("ann").isna().all()


def test_answers_are_the_last_ones_that_were_marked_with_language_and_time(school: Path) -> None:
    both = frame_of(school).merge(gradebook.answers(school), how="left", on=["learner", "paper", "item"])
    row = both.set_index(["learner", "item"]).loc[("李 雷", "q-matching")]
    assert (
        row["response"] == {"p1": "b"} and row["lang"] == "en" and row["answered"] == pd.Timestamp(NOW + timedelta(minutes=1))
    )
    assert pd.isna(both.set_index(["learner", "item"]).loc[("extended", "q-matching"), "answered"])
    assert both.set_index(["learner", "item"]).loc[("ann", "q-ordering"), "response"] == ["c", "a", "b"]


def test_answers_of_many_learners_are_read_by_processes_all_the_same(tmp_path: Path) -> None:
    for n in range(gradebook.BATCH + 1):
        folder = tmp_path / "autograded" / f"learner-{n}" / "quiz"
        folder.mkdir(parents=True)
        line = f'{{"n":1,"time":"2026-11-23T08:00:00.000Z","item":"q","response":"{n}","lang":"zh","prev":""}}\n'
        (folder / journal.NAME).write_text(line, encoding="utf-8")
    found = gradebook.answers(tmp_path, workers=2)
    assert sorted(found["response"].astype(int)) == list(range(gradebook.BATCH + 1))


def run(root: Path, *arguments: object) -> int:
    return cli.main(["--root", str(root), "scores", *map(str, arguments)])


def table(path: Path) -> list[dict[str, str]]:
    return list(csv.DictReader(path.open(encoding="utf-8-sig", newline="")))


CLASSES = "learner,class,name\nann,一班,Ann\n李 雷,一班,李雷\nnew-girl,二班,=HYPERLINK(1)\nlate-lee,二班,\n"


@pytest.fixture
def classes(tmp_path: Path) -> Path:
    path = tmp_path / "classes.csv"
    path.write_text(CLASSES, encoding="utf-8")
    return path


def test_score_files_mark_late_and_missing_in_the_language_asked_for(
    school: Path, tmp_path: Path, classes: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(school, "--out", tmp_path / "zh", "--classes", classes) == 0
    assert "quiz-one: 5 handed in, 1 late" in capsys.readouterr().out
    found = {(row["学号"], row["试卷"]): row for row in table(tmp_path / "zh/scores.csv")}
    assert len(found) == 8 * 2  # four of the list, four more in the gradebook
    assert found["late-lee", "第一次测验"]["状态"] == "迟交" and found["late-lee", "第一次测验"]["迟交扣分"] == "5"
    missing = found["never-came", "第二次测验"]
    assert missing["状态"] == "未交" and missing["得分"] == "" and found["ann", "第一次测验"]["得分"] == "5.4"
    assert found["ann", "第一次测验"]["及格"] == "是" and found["李 雷", "第一次测验"]["及格"] == ""  # a hand has to mark it
    assert found["new-girl", "第一次测验"]["班级"] == "二班"
    assert run(school, "--out", tmp_path / "en", "--lang", "en") == 0
    row = next(row for row in table(tmp_path / "en/scores.csv") if row["Learner"] == "late-lee" and row["Paper"] == "Quiz one")
    assert row["Status"] == "late" and row["Handed in (UTC)"] == "2026-11-23 11:00"


def test_every_class_and_every_paper_has_its_own_file(school: Path, tmp_path: Path, classes: Path) -> None:
    assert run(school, "--out", tmp_path, "--classes", classes, "--lang", "en") == 0
    assert {row["Learner"] for row in table(tmp_path / "classes/一班.csv")} == {"ann", "李 雷"}
    assert (tmp_path / "classes/二班.xlsx").exists() and not (tmp_path / "papers/quiz-never-taken.csv").exists()
    one = {row["Learner"]: row for row in table(tmp_path / "papers/quiz-one.csv")}
    told = [one["ann"][column] for column in ("q-single", "q-multiple", "q-ordering", "q-own-words", "Score")]
    assert told == ["0.75", "0.4", "2", "2.25", "5.4"] and one["never-came"]["Status"] == "missing"


def cells(path: Path, sheet: int) -> list[list[str]]:
    """The shown text of a sheet's cells, and a failure when one is a formula."""
    space = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"
    with ZipFile(path) as book:
        texts = [
            "".join(t.text or "" for t in si.iter(f"{space}t"))
            for si in ElementTree.parse(book.open("xl/sharedStrings.xml")).iter(f"{space}si")
        ]
        root = ElementTree.parse(book.open(f"xl/worksheets/sheet{sheet}.xml"))
    assert not list(root.iter(f"{space}f"))
    rows = []
    for row in root.iter(f"{space}row"):
        rows.append([texts[int(v.text or 0)] if c.get("t") == "s" else v.text or "" for c in row for v in c.iter(f"{space}v")])
    return rows


def test_the_workbook_has_scores_items_and_knowledge_points(school: Path, tmp_path: Path, classes: Path) -> None:
    assert run(school, "--out", tmp_path, "--classes", classes, "--lang", "en") == 0
    with ZipFile(tmp_path / "scores.xlsx") as book:
        assert re.findall(r'sheet name="([^"]+)"', book.read("xl/workbook.xml").decode()) == [
            "Scores",
            "Items",
            "Knowledge points",
            "What to study next",
        ]
    first = cells(tmp_path / "scores.xlsx", 1)
    assert first[0][:5] == ["Learner", "Name", "Class", "Paper", "Score"] and len(first) == 17
    items = {row[1]: row for row in cells(tmp_path / "scores.xlsx", 2)}
    assert items["q-single"][2:] == ["What comes first?", "Basics", "Single choice", "recall", "1", "5", "0.8", "80"]
    points = cells(tmp_path / "scores.xlsx", 3)
    marked, possible = 4 + (0.4 + 4 * 2) + 5 * 2 + 2.25 + 1 + 0, 5 + 10 + 10 + 3 + 2 + 4
    assert points[1][:3] == ["Greeting", "6", "6"] and float(points[1][3]) == pytest.approx(100 * marked / possible, abs=0.05)


@pytest.mark.parametrize("text", ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", "\n=1", "＝1+1", "＠SUM"])
def test_no_cell_is_a_formula_whatever_a_learner_calls_themselves(tmp_path: Path, text: str) -> None:
    spreadsheet.write_csv(tmp_path / "a.csv", [["learner"], [text]])
    spreadsheet.write_xlsx(tmp_path / "a.xlsx", {"Scores": pd.DataFrame({"learner": [text], "score": [-1.5]})})
    assert list(csv.reader((tmp_path / "a.csv").open(encoding="utf-8-sig", newline="")))[1] == [f"'{text}"]
    told = cells(tmp_path / "a.xlsx", 1)[1]
    assert told[0].startswith("'") and told[1] == "-1.5"  # a number stays a number


def test_a_learner_with_a_formula_for_an_id_is_harmless_in_every_file(school: Path, tmp_path: Path, classes: Path) -> None:
    assert run(school, "--out", tmp_path, "--classes", classes) == 0
    for path in tmp_path.rglob("*.csv"):
        for row in csv.reader(path.open(encoding="utf-8-sig", newline="")):
            if path != classes:
                assert not [cell for cell in row if cell != "-" and cell.startswith(spreadsheet.STARTERS)], path
    assert "'=cmd|calc" in (tmp_path / "moodle.csv").read_text(encoding="utf-8")
    assert any("'=cmd|calc" in row for row in cells(tmp_path / "scores.xlsx", 1))


def test_canvas_finds_its_columns_and_nobody_who_did_not_hand_in_gets_a_grade(
    school: Path, tmp_path: Path, classes: Path
) -> None:
    assert run(school, "--out", tmp_path, "--classes", classes, "--lang", "en") == 0
    rows = list(csv.reader((tmp_path / "canvas.csv").open(encoding="utf-8", newline="")))
    assert rows[0] == ["Student", "ID", "SIS User ID", "SIS Login ID", "Section", "Quiz one", "Quiz two"]
    assert rows[1] == ["    Points Possible", "", "", "", "", "8", "3"]
    assert rows[2] == ["Ann", "", "", "ann", "一班", "5.4", ""]
    moodle = {row["username"]: row for row in csv.DictReader((tmp_path / "moodle.csv").open(encoding="utf-8", newline=""))}
    assert moodle["ann"] == {"username": "ann", "name": "Ann", "Quiz one": "5.4", "Quiz two": "-"}
    assert moodle["never-came"]["Quiz one"] == "-"


def test_a_class_list_from_a_chinese_excel_is_read(school: Path, tmp_path: Path) -> None:
    (tmp_path / "gbk.csv").write_bytes(CLASSES.encode("gb18030"))
    assert dict(scores.roster(school, tmp_path / "gbk.csv").set_index("learner")["class"])["ann"] == "一班"


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("who,class\nann,A\n", "the first line must hold the headings learner, class"),
        ("learner,class\nann,A\nann,B\n", "line 3: learner: 'ann' stands twice"),
        ("learner,class\nann,../A\n", "line 2: class: '../A' has a character no folder may have"),
        ("learner,class\n,A\n", "line 2: learner: '' is empty"),
        ("learner,class\nann\n", "line 2: class: '' is empty"),
    ],
)
def test_a_bad_class_list_is_named_with_line_and_mend(
    school: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], text: str, says: str
) -> None:
    (tmp_path / "classes.csv").write_text(text, encoding="utf-8")
    assert run(school, "--out", tmp_path / "out", "--classes", tmp_path / "classes.csv") == 1
    assert f"classes.csv: {says}" in capsys.readouterr().err and not (tmp_path / "out").exists()


def test_a_file_that_cannot_be_written_is_named(school: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "scores.csv").mkdir()
    assert run(school, "--out", tmp_path) == 1
    assert "scores.csv: cannot be written" in capsys.readouterr().err


def test_scores_without_a_gradebook_or_a_grade_say_what_to_do(root: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(root) == 1
    assert "there is no gradebook yet; run kefu build" in capsys.readouterr().err
    assert cli.main(["--root", str(root), "build"]) == 0
    assert run(root) == 1
    assert "nothing is graded yet; collect submissions and run kefu grade" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("what", "says"),
    [
        ("scores", ["20 learners x 2 papers", "nbgrader export", "kefu scores", "ratio "]),
        ("frame", ["frame of 20 learners x 100 items", "2000 rows"]),
        ("memory", ["     2 submissions", "    20 submissions", " MB"]),
        ("floor", ["read the journals", "the floor", "insert the rows"]),
        ("regrade", ["20 submissions of 20 items", "who would change", "--apply"]),
    ],
)
def test_the_benchmarks_print_what_they_measured(what: str, says: list[str]) -> None:
    command = [sys.executable, "-m", "kefu.bench", what, "--learners", "20"]
    told = subprocess.run(command, cwd=Path(__file__).parent.parent, capture_output=True, text=True, check=True).stdout
    assert all(text in told for text in says), told
