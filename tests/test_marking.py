"""Marking by hand: what a grader sees and does in the formgrader, the second rater, the judges, and the decisions."""

import csv
import re
import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path
from zipfile import ZipFile

import pandas as pd
import pytest
from conftest import BROWSER, COMMON, RIGHT, TOKEN, lab, make_school

from kefu import bank, cli, gradebook, journal, paper, scores, second
from kefu.analytics.agreement import agreement, weighted_kappa
from kefu.spreadsheet import STARTERS, read_csv
from kefu.syllabus import load as load_syllabus

if BROWSER:
    from playwright.sync_api import Browser, Page, expect

NOW = datetime(2026, 11, 23, 8, 0, tzinfo=UTC)
PAPERS = """
[quiz-essay]
title = { zh = "简答测验", en = "Essays" }
items = ["q-single", "q-sorry", "q-thanks"]
pass = 60
[quiz-choice]
title = { zh = "选择题测验", en = "Choices" }
items = ["q-single", "q-truefalse", "q-multiple"]
pass = 60
"""
SORRY = """
kind = "essay"
points = 3
key = { r1 = 2, r2 = 1 }
[zh]
stem = "写一句道歉。"
rubric = { r1 = "有歉意", r2 = "有补救" }
rationale = { r1 = "说了对不起", r2 = "说了怎么办" }
[en]
stem = "Write an apology."
rubric = { r1 = "It is sorry", r2 = "It mends" }
rationale = { r1 = "It says sorry", r2 = "It says what will be done" }
"""
THANKS = """
kind = "essay"
points = 2
key = { r1 = 2 }
[zh]
stem = "写一句感谢。"
rubric = { r1 = "有谢意" }
rationale = { r1 = "说了谢谢" }
[en]
stem = "Write your thanks."
rubric = { r1 = "It is thankful" }
rationale = { r1 = "It says thank you" }
"""
SECRET = "learner-zhang-wei"  # an id that may stand nowhere on a blind page


def submit(root: Path, learner: str, name: str, responses: dict[str, object], lang: str = "zh") -> None:
    folder = root / "submitted" / learner / name
    shutil.copytree(root / "release" / name, folder)
    for n, (item, response) in enumerate(responses.items()):
        journal.append(folder / journal.NAME, item, now=NOW + timedelta(minutes=n), lang=lang, response=response)
    (folder / "timestamp.txt").write_text(NOW.isoformat(), encoding="utf-8")


def give(root: Path, learner: str, item: str, points: float) -> None:
    """The points a first rater gives, as the formgrader stores them."""
    sql = f"""UPDATE grade SET manual_score = ?, needs_manual_grade = 0
        WHERE cell_id IN (SELECT id FROM base_cell WHERE name = '{item}-hand') AND notebook_id IN (
            SELECT submitted_notebook.id FROM submitted_notebook JOIN submitted_assignment
                ON submitted_assignment.id = submitted_notebook.assignment_id WHERE student_id = '{learner}')"""
    with closing(sqlite3.connect(root / "gradebook.db")) as connection:
        assert connection.execute(sql, (points,)).rowcount == 1
        connection.commit()


def run(root: Path, *arguments: object) -> int:
    return cli.main(["--root", str(root), *map(str, arguments)])


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A paper with two essays: ten learners have answered both, one is marked for nothing yet, one left both blank."""
    root = make_school(tmp_path_factory.mktemp("marking"))
    (root / "bank/papers.toml").write_text(PAPERS, encoding="utf-8")
    for name, text in (("q-sorry", SORRY), ("q-thanks", THANKS)):
        (root / f"bank/items/1-basics/{name}.toml").write_text(COMMON + text.lstrip(), encoding="utf-8")
    assert run(root, "build") == 0
    for n in range(10):
        told = {"q-single": "b", "q-sorry": f"对不起，第{n}位。\n<b>我们马上改。</b>", "q-thanks": "=1+1 thank you"}
        submit(root, f"learner-{n}", "quiz-essay", told, lang="en" if n % 2 else "zh")
    submit(root, SECRET, "quiz-essay", {"q-sorry": "非常抱歉，我们重做一份。"})
    submit(root, "learner-blank", "quiz-essay", {"q-single": "b", "q-thanks": " \n"})
    assert run(root, "grade", "--workers", "1") == 0
    for n in range(10):
        give(root, f"learner-{n}", "q-sorry", (3, 2.5, 2, 1, 0)[n % 5])
        give(root, f"learner-{n}", "q-thanks", 2)
    for item in ("q-sorry", "q-thanks"):
        give(root, "learner-blank", item, 0)
    return root


@pytest.fixture
def school(built: Path, tmp_path: Path) -> Path:
    shutil.copytree(built, tmp_path / "school")
    return tmp_path / "school"


# the formgrader


@pytest.fixture(scope="module")
def formgrader(built: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Path, str]]:
    """An instructor's server over a school of its own."""
    root = tmp_path_factory.mktemp("formgrader") / "school"
    shutil.copytree(built, root)
    with lab(root, learner=False) as address:
        yield root, address


def opened(browser: "Browser", root: Path, address: str, learner: str) -> "Page":
    """A learner's page of the formgrader, once the points there are have come."""
    with closing(sqlite3.connect(root / "gradebook.db")) as connection:
        sql = """SELECT submitted_notebook.id FROM submitted_notebook JOIN submitted_assignment
                 ON submitted_assignment.id = submitted_notebook.assignment_id WHERE student_id = ?"""
        (found,) = connection.execute(sql, (learner,)).fetchone()
    page = browser.new_page(viewport={"width": 1280, "height": 1600})
    page.goto(f"{address}/formgrader?token={TOKEN}")
    page.goto(f"{address}/formgrader/submissions/{found}/")
    expect(page.locator("#q-sorry-hand-comment")).to_have_attribute("placeholder", re.compile("comments here"))
    expect(page.locator("#q-single-mark")).to_have_attribute("placeholder", "0")
    return page


@pytest.mark.skipif(not BROWSER, reason="no Chromium or Chrome is here and none could be installed")
def test_a_grader_reads_question_answer_and_criteria_and_gives_points_and_a_comment(
    browser: "Browser", formgrader: tuple[Path, str]
) -> None:
    root, address = formgrader
    page = opened(browser, root, address, SECRET)
    body = page.locator("body")
    for text in ("写一句道歉。", "非常抱歉，我们重做一份。"):
        expect(body).to_contain_text(text)
    panel = page.locator(".nbgrader_cell", has=page.locator("#q-sorry-hand"))
    for text in (
        "由老师按评分标准评分",
        "中文",
        "[2] 有歉意: 说了对不起",
        "English",
        "[1] It mends: It says what will be done",
    ):
        expect(panel).to_contain_text(text)
    expect(panel).not_to_contain_text("MARK SCHEME")
    page.locator("#q-sorry-hand").fill("2.5")
    page.locator("#q-sorry-hand-comment").fill("歉意好，补救再具体些。")
    with page.expect_response(lambda answer: "/api/comment/" in answer.url and answer.request.method == "PUT"):
        page.locator("#q-sorry-hand-comment").blur()
    page.locator("#q-thanks-hand").fill("0")
    with page.expect_response(lambda answer: "/api/grade/" in answer.url and answer.request.method == "PUT"):
        page.locator("#q-thanks-hand").blur()
    page.close()
    row = gradebook.grades(root / "gradebook.db", "quiz-essay").set_index(["learner", "cell"]).loc[(SECRET, "q-sorry-hand")]
    assert row["score"] == 2.5 and not row["to_mark"]
    cli.nbgrader(root, "generate_feedback", "quiz-essay", "--student", SECRET)
    feedback = (root / "feedback" / SECRET / "quiz-essay/quiz-essay.html").read_text(encoding="utf-8")
    assert "歉意好，补救再具体些。" in feedback and "得2.5分" in feedback and "说了对不起" not in feedback


@pytest.mark.skipif(not BROWSER, reason="no Chromium or Chrome is here and none could be installed")
def test_no_name_is_on_the_page_that_is_marked(browser: "Browser", formgrader: tuple[Path, str]) -> None:
    root, address = formgrader
    page = opened(browser, root, address, SECRET)
    assert SECRET not in page.content() and "zhang" not in page.content()
    expect(page.locator(".live-notebook")).to_contain_text("Submission #")
    page.close()


# the second rater


def table(path: Path) -> list[dict[str, str]]:
    return list(csv.DictReader(path.open(encoding="utf-8-sig", newline="")))


def fill(path: Path, target: Path, points: list[tuple[str, ...]], encoding: str = "utf-8-sig") -> Path:
    """A sheet filled in by a rater: for every row the points of its criteria."""
    rows = table(path)
    for row, given in zip(rows, points, strict=True):
        row |= {f"points_{n}": text for n, text in enumerate(given, 1)}
    with target.open("w", encoding=encoding, newline="") as file:
        writer = csv.DictWriter(file, rows[0])
        writer.writeheader()
        writer.writerows(rows)
    return target


def test_the_second_raters_sheet_holds_answers_and_criteria_and_nobodys_name(
    school: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(school, "second", "quiz-essay", "--share", 1) == 0
    path = school / "second/quiz-essay.csv"
    assert f"wrote {path}: 20 answers" in capsys.readouterr().out  # ten learners, two essays; blanks and unmarked left out
    rows, text = table(path), path.read_text(encoding="utf-8-sig")
    assert "learner" not in text and SECRET not in text
    assert not [cell for row in rows for cell in row.values() if cell.startswith(STARTERS)]
    sorry = next(row for row in rows if row["item"] == "q-sorry" and "第0位" in row["answer"])
    assert sorry["question"] == "写一句道歉。" and sorry["answer"] == "对不起，第0位。\n<b>我们马上改。</b>"
    assert (sorry["criterion_1"], sorry["points_1"], sorry["criterion_2"]) == (
        "[2] 有歉意: 说了对不起",
        "",
        "[1] 有补救: 说了怎么办",
    )
    thanks = next(row for row in rows if row["item"] == "q-thanks" and row["code"] != sorry["code"])
    assert thanks["answer"] == "'=1+1 thank you" and thanks["criterion_2"] == ""
    assert run(school, "second", "quiz-essay") == 1 and "may be filled in" in capsys.readouterr().err


def test_the_same_seed_draws_the_same_learners_and_one_more_marked_moves_at_most_one(school: Path) -> None:
    form = paper.find(school, "quiz-essay")

    def drawn(seed: int) -> set[str]:
        return {row[0] for row in second.sheet(school, form, 0.3, seed)[1:]}

    first = drawn(1)
    assert first == drawn(1) and len(first) in (3, 4) and any(drawn(seed) != first for seed in range(2, 6))
    for item in ("q-sorry", "q-thanks"):
        give(school, SECRET, item, 1)
    assert len(first - drawn(1)) <= 1


def test_two_raters_are_compared_item_by_item_and_what_to_settle_is_listed(
    school: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(school, "second", "quiz-essay", "--share", 1) == 0
    sheet = school / "second/quiz-essay.csv"
    codes = {code: who for who, code in gradebook.codes(school / "gradebook.db", "quiz-essay").items()}
    # the first gave 3, 2.5, 2, 1, 0; the second gives 3, 2.5, 2, 1, 2: one of five is two points apart
    given = {"0": ("2", "1"), "1": ("1.5", "1"), "2": ("1", "1"), "3": ("1", "0"), "4": ("2", "0")}
    points = [given[str(int(codes[row["code"]][-1]) % 5)] if row["item"] == "q-sorry" else ("2", "") for row in table(sheet)]
    filled = fill(sheet, tmp_path / "filled.csv", points, encoding="gb18030")  # as Excel saves it on a Chinese Windows
    capsys.readouterr()
    assert run(school, "second", "quiz-essay", "--sheet", filled) == 0
    told = capsys.readouterr().out
    first, other = pd.Series([3, 2.5, 2, 1, 0] * 2), pd.Series([3, 2.5, 2, 1, 2] * 2)
    assert re.search(rf"q-sorry +10 +{weighted_kappa(first, other):.2f} +0\.80 +0\.80", told)
    assert re.search(r"q-thanks +10 +NaN +1\.00 +1\.00", told) and "20 answers: below 30" in told
    assert re.findall(r"(learner-\d) +(q-\w+) +(\S+) +(\S+)", told) == [
        (f"learner-{n}", "q-sorry", "0.0", "2.0") for n in (4, 9)
    ]


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"points_1": "2.5"}, "line 2: points_1: '2.5' is not from 0 to 2; write the points of this criterion"),
        ({"points_1": "-1"}, "line 2: points_1: '-1' is not from 0 to 2"),
        ({"points_2": ""}, "line 2: points_2: '' is not from 0 to 1"),
        ({"points_1": "nan"}, "line 2: points_1: 'nan' is not from 0 to 2"),
        ({"code": "s-0"}, "line 2: s-0 q-sorry: is no marked answer of quiz-essay; copy code and item from the sheet"),
        ({"item": "q-single"}, "is no marked answer of quiz-essay"),
    ],
)
def test_a_bad_row_of_a_sheet_is_named_with_file_line_and_mend(
    school: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], change: dict[str, str], says: str
) -> None:
    assert run(school, "second", "quiz-essay", "--share", 1) == 0
    sheet = school / "second/quiz-essay.csv"
    rows = sorted(table(sheet), key=lambda row: row["item"])
    rows = [row | {"points_1": "1", "points_2": "1"} for row in rows]
    rows[0] |= change
    pd.DataFrame([*rows, rows[-1]]).to_csv(tmp_path / "bad.csv", index=False)
    assert run(school, "second", "quiz-essay", "--sheet", tmp_path / "bad.csv") == 1
    complaint = capsys.readouterr().err
    assert f"{tmp_path / 'bad.csv'}: " in complaint and says in complaint and "stands twice; keep one row" in complaint
    assert len(complaint.splitlines()) == 2  # every bad row, and no other


def test_a_paper_without_hand_marks_says_so(school: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(school, "second", "quiz-choice") == 1 and "has no item that is marked by hand" in capsys.readouterr().err
    assert run(school, "second", "quiz-none") == 1 and "the papers are quiz-essay, quiz-choice" in capsys.readouterr().err
    with closing(sqlite3.connect(school / "gradebook.db")) as connection:
        connection.execute("UPDATE grade SET manual_score = NULL")
        connection.commit()
    assert run(school, "second", "quiz-essay") == 1 and "mark it in the formgrader first" in capsys.readouterr().err
    assert run(school, "second", "quiz-essay", "--share", "0") == 1 and "--share 0: write a number" in capsys.readouterr().err


# two raters' agreement, published and at the edges

HOUT = [[7, 7, 2, 3], [2, 8, 3, 7], [1, 5, 4, 9], [2, 8, 9, 14]]


def test_quadratic_kappa_is_that_of_a_published_table() -> None:
    # husbands' and wives' answers, Hout, Duncan & Sobel (1987); Friendly & Meyer, Discrete Data Analysis with R (2016),
    # print 0.332 with Fleiss-Cohen weights
    pairs = [(i, j) for i, row in enumerate(HOUT) for j, count in enumerate(row) for _ in range(count)]
    husbands, wives = pd.DataFrame(pairs).T.to_numpy()
    assert len(pairs) == 91 and weighted_kappa(husbands, wives) == pytest.approx(0.332, abs=5e-4)


def test_with_like_margins_quadratic_kappa_is_the_correlation() -> None:
    first, other = pd.Series([0, 1, 2, 3, 1, 2]), pd.Series([1, 0, 2, 3, 2, 1])  # Cohen (1968) shows it
    assert weighted_kappa(first, other) == pytest.approx(first.corr(other))


def test_kappa_is_one_for_twins_not_above_zero_for_strangers_and_nothing_without_variance() -> None:
    same = pd.Series([0.0, 0.5, 2.0])
    assert weighted_kappa(same, same) == 1 and weighted_kappa(same, same + 1) < 1
    assert weighted_kappa(pd.Series([0, 0, 1, 1]), pd.Series([0, 1, 0, 1])) == 0
    assert pd.isna(weighted_kappa(pd.Series([2, 2]), pd.Series([2, 2]))) and pd.isna(weighted_kappa(pd.Series(), pd.Series()))
    table = agreement(pd.DataFrame({"item": list("aab"), "first": [0.1 + 0.2, 1, 2], "second": [0.3, 3, 3]}))
    assert table["exact"].tolist() == [0.5, 0] and table["adjacent"].tolist() == [0.5, 1]


# the judges


SHARES = {"q-single": ("0.6", "70%", "0.77"), "q-truefalse": ("0.5", "50%", "0.9"), "q-multiple": ("0.4", "60%", "0.7")}


def judged(path: Path, shares: dict[str, tuple[str, ...]], encoding: str = "utf-8-sig") -> Path:
    lines = ["item,question,王老师,bo,cy,not-asked", *(f'{item},"a, b",{",".join(told)},' for item, told in shares.items())]
    path.write_text("\n".join(lines) + "\n", encoding=encoding)
    return path


def test_the_judges_sheet_shows_question_and_key_and_is_never_written_over(
    school: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(school, "angoff", "quiz-choice", "--lang", "en") == 0
    rows = table(school / "angoff/quiz-choice.csv")
    assert [row["item"] for row in rows] == ["q-single", "q-truefalse", "q-multiple"]
    assert rows[0]["question"] == "What comes first?\n✗ Farewell\n✓ Greeting\n✗ Payment" and rows[2]["points"] == "2"
    assert rows[0]["judge 1"] == rows[0]["judge 5"] == ""
    assert run(school, "angoff", "quiz-choice") == 1 and "may be filled in" in capsys.readouterr().err


def test_the_judges_table_gives_the_cut_and_says_how_to_use_it(
    school: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    sheet = judged(tmp_path / "judges.csv", SHARES, "gb18030")
    assert run(school, "angoff", "quiz-choice", sheet) == 0
    told = capsys.readouterr().out
    # by hand: 0.6 + 0.5 + 2 * 0.4 = 1.9; 2.4; 3.07; mean 7.37 / 3 of 4 points; SD 0.5871 / sqrt 3
    assert "cut 2.46 of 4 points, 61.4 %; standard error 0.34 points" in told and "3 judges: ask at least 5" in told
    assert "write pass = 62 under [quiz-choice] in bank/papers.toml" in told and "not-asked" not in told
    assert re.search(r"王老师 +1\.90", told) and re.search(r"cy +3\.07", told)
    rows = [f"{judge},{item},{told[n]}" for n, judge in enumerate(("王老师", "bo", "cy")) for item, told in SHARES.items()]
    (tmp_path / "long.csv").write_text("\n".join(["judge,item,share", *rows]), encoding="utf-8")
    assert run(school, "angoff", "quiz-choice", tmp_path / "long.csv") == 0
    assert capsys.readouterr().out == told  # the same ratings, row by row


def test_a_cut_on_a_whole_percent_is_not_rounded_up(school: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    sheet = judged(tmp_path / "judges.csv", dict.fromkeys(SHARES, ("0.7", "0.7", "0.7")))
    assert run(school, "angoff", "quiz-choice", sheet) == 0
    assert "write pass = 70 under" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("shares", "says"),
    [
        (
            SHARES | {"q-multiple": ("0.4", "60", "0.7")},
            "line 4: bo: '60' is no share; write one from 0 to 1, like 0.65 or 65%",
        ),
        (SHARES | {"q-multiple": ("0.4", "yes", "0.7")}, "line 4: bo: 'yes' is no share"),
        (SHARES | {"q-multiple": ("0.4", "", "0.7")}, "judge bo, item q-multiple"),
        (SHARES | {"q-other": ("0.4", "0.4", "0.7")}, "item q-other is not in the paper"),
        ({"q-single": SHARES["q-single"]}, "item q-truefalse has no share; ask the judge for it"),
    ],
)
def test_a_bad_judges_sheet_is_named_with_place_and_mend(
    school: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], shares: dict[str, tuple[str, ...]], says: str
) -> None:
    sheet = judged(tmp_path / "judges.csv", shares)
    assert run(school, "angoff", "quiz-choice", sheet) == 1
    complaint = capsys.readouterr().err
    assert complaint.startswith(str(sheet)) and says in complaint


def test_a_sheet_without_its_headings_or_with_one_twice_says_so(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text("thing,ann\nq,1\n", encoding="utf-8")
    with pytest.raises(ValueError, match="the first line must hold the headings item; write them there"):
        read_csv(tmp_path / "a.csv", "item")
    (tmp_path / "a.csv").write_text("item,ann,ann\nq,1,2\n", encoding="utf-8")
    with pytest.raises(ValueError, match="the heading ann stands twice; rename one"):
        read_csv(tmp_path / "a.csv", "item")
    (tmp_path / "a.csv").write_text('item,ann,\n"q\n1",1\n,,\nr, 2 ,x,y\n', encoding="utf-8")
    assert read_csv(tmp_path / "a.csv", "item") == [
        (2, {"item": "q\n1", "ann": "1", "": ""}), (5, {"item": "r", "ann": "2", "": "x"}),
    ]  # fmt: skip


# decisions


def graded(root: Path, learners: int) -> Path:
    """A class of learners who know more and more of the quiz of choices, the first one late."""
    cli.nbgrader(root, "db", "assignment", "add", "quiz-choice", f"--duedate={NOW - timedelta(hours=1):%Y-%m-%d %H:%M:%S} UTC")
    for n in range(learners):
        right = {i: RIGHT[i.removeprefix("q-")] for i in ("q-single", "q-truefalse", "q-multiple")[: n % 4]}
        submit(root, f"sitter-{n:02}", "quiz-choice", right)
        early = (NOW - timedelta(hours=2) if n else NOW).isoformat()
        (root / "submitted" / f"sitter-{n:02}" / "quiz-choice/timestamp.txt").write_text(early, encoding="utf-8")
    assert run(root, "grade", "--workers", "1", "quiz-choice") == 0
    return root


def test_those_near_the_pass_mark_are_borderline_once_thirty_have_sat(school: Path, tmp_path: Path) -> None:
    graded(school, 32)
    assert run(school, "scores", "--out", tmp_path, "--lang", "en") == 0
    rows = [row for row in table(tmp_path / "scores.csv") if row["Paper"] == "Choices"]
    seen = {(row["Percent"], row["Passed"], row["Verdict"]) for row in rows if row["Score"]}
    # SEM at 60 % from these 32 learners is a fifth of the points: 50 % is within it, 0, 25 and 100 % are not
    assert seen == {("0", "no", "fail"), ("25", "no", "fail"), ("50", "no", "borderline"), ("100", "yes", "pass")}
    missing = next(row for row in rows if row["Learner"] == "learner-0")
    assert (missing["Status"], missing["Verdict"]) == ("missing", "")
    assert next(row for row in rows if row["Learner"] == "sitter-00")["Status"] == "late"
    assert run(school, "scores", "--out", tmp_path / "zh") == 0
    assert {row["判定"] for row in table(tmp_path / "zh/scores.csv") if row["试卷"] == "选择题测验"} == {
        "",
        "未通过",
        "临界",
        "通过",
    }


def test_with_fewer_than_thirty_nobody_is_borderline(school: Path, tmp_path: Path) -> None:
    graded(school, 29)
    assert run(school, "scores", "--out", tmp_path, "--lang", "en") == 0
    seen = {row["Verdict"] for row in table(tmp_path / "scores.csv") if row["Learner"].startswith("sitter") and row["Score"]}
    assert seen == {"fail", "pass"}


def test_the_band_is_the_standard_error_at_the_pass_mark_worked_out_by_hand(school: Path) -> None:
    graded(school, 32)
    frame = gradebook.frame(school / "gradebook.db", bank.load(school).items)
    frame = frame[frame["paper"] == "quiz-choice"]
    wide = frame.pivot(index="learner", columns="item", values="score")
    total = wide.sum(axis=1)
    alpha = 3 / 2 * (1 - wide.var().sum() / total.var())
    mean, variance = total.mean() * 3 / 4, total.var(ddof=0) * 9 / 16
    kr21 = 3 / 2 * (1 - mean * (3 - mean) / (3 * variance))
    by_hand = 100 / 3 * (1.8 * (3 - 1.8) / 2 * (1 - alpha) / (1 - kr21)) ** 0.5  # Lord (1955), Keats (1957), 1.8 of 3 items
    assert scores.band(frame, 60) == pytest.approx(by_hand)
    assert pd.isna(scores.band(frame[frame["learner"] < "sitter-29"], 60))


SYLLABUS = """
title = { zh = "课", en = "Course" }
[[chapters]]
id = "2-second"
title = { zh = "先教", en = "Taught first" }
  [[chapters.lessons]]
  id = "2-1"
  stem = "2-1-a"
  title = { zh = "一", en = "One" }
    [chapters.lessons.points]
    b-one = { zh = "甲", en = "B one" }
    a-two = { zh = "乙", en = "A two" }
[[chapters]]
id = "1-first"
title = { zh = "后教", en = "Taught next" }
  [[chapters.lessons]]
  id = "1-1"
  stem = "1-1-a"
  title = { zh = "二", en = "Two" }
    [chapters.lessons.points]
    c-three = { zh = "丙", en = "C three" }
"""


def test_what_to_study_next_is_told_by_chapter_in_teaching_order(tmp_path: Path) -> None:
    (tmp_path / "syllabus.toml").write_text(SYLLABUS, encoding="utf-8")
    rows = [("2-second", ("a-two",), 0.0), ("2-second", ("b-one",), 0.6), ("1-first", ("c-three",), 1.0), ("", (), 0.0)]
    frame = pd.DataFrame([("ann", *row) for row in rows] + [("bo", "1-first", ("c-three",), 0.2)],
                         columns=["learner", "chapter", "covers", "score"]).assign(points=1.0)  # fmt: skip
    found = scores.study_facts(frame, load_syllabus(tmp_path))
    told = [tuple(row) for row in found[["learner", "chapter", "items", "percent", "state"]].to_numpy()]
    assert told == [
        ("ann", "2-second", 2, 30, "not yet"),
        ("ann", "1-first", 1, 100, "mastered"),
        ("bo", "1-first", 1, 20, "not yet"),
    ]
    assert found["next"].fillna(0).tolist() == [1, 0, 1]
    assert found["points"].fillna("").tolist() == [("a-two", "b-one"), "", ("c-three",)]


def test_the_workbook_tells_every_learner_what_to_study_next(school: Path, tmp_path: Path) -> None:
    graded(school, 3)
    assert run(school, "scores", "--out", tmp_path) == 0
    with ZipFile(tmp_path / "scores.xlsx") as book:
        names = re.findall(r'sheet name="([^"]+)"', book.read("xl/workbook.xml").decode())
        texts = book.read("xl/sharedStrings.xml").decode()
    assert names[3] == "学习建议" and all(word in texts for word in ("掌握程度", "尚未掌握", "需要重学的鉴定点", "问候"))
