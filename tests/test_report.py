"""Reports: bad items are named in plain words, nothing is asked of the network, and it reads well on a phone."""

import json
import re
import shutil
from dataclasses import replace
from math import exp
from pathlib import Path
from random import Random
from typing import TYPE_CHECKING

import nbformat
import numpy as np
import pandas as pd
import pytest
from conftest import BROWSER, REPOSITORY, make_school
from nbclient import NotebookClient
from nbclient.exceptions import CellExecutionError

from kefu import author, bank, cli, findings, paper, plots, syllabus
from kefu.items import LANGS, Item, kind_module
from kefu.paper import Paper
from kefu.report import Report
from kefu.simulate import DIFFICULTY
from kefu.strings import reports
from kefu.study import advice

if TYPE_CHECKING:
    from playwright.sync_api import Browser

KNOWN = bank.load(REPOSITORY)
FORM = paper.load(REPOSITORY, KNOWN)[0]["quiz-1-basics"]
COURSE = syllabus.load(REPOSITORY / "course")


def of_kind(kind: str) -> list[Item]:
    return [item for item in FORM.items if item.kind == kind]


def answered(form: Paper, n: int, seed: int, odd: dict[str, float] | None = None) -> tuple[pd.DataFrame, pd.DataFrame]:
    """The frame and the answers of a class of able and weak learners (Rasch); `odd` gives an item one chance for everybody.

    Everybody answers by the bank's keys and is marked by the form's, so an item with another key there is a mis-keyed one.
    """
    rng, rows = Random(seed), []
    for number in range(n):
        ability = rng.gauss(0.6, 1.2)
        for item in form.items:
            true = KNOWN.items[item.id]
            knows = (odd or {}).get(item.id, 1 / (1 + exp(1.4 * (DIFFICULTY[item.level] - ability))))
            response = kind_module(item.kind).attempt(true, knows, rng)
            score = item.score(response, form.credit[item.kind]).earned
            rows.append((f"learner-{number:04d}", item, response, score))
    facts = {"paper": form.name, "extra": 0.0, "penalty": 0.0, "to_mark": False, "late": False, "notebook": 1}
    frame = pd.DataFrame(
        {
            "learner": [row[0] for row in rows], "cell": [f"{row[1].id}-mark" for row in rows], "item": [row[1].id for row in rows],
            "score": [row[3] for row in rows], "points": [row[1].points for row in rows],
            "chapter": [row[1].chapter for row in rows], "covers": [row[1].covers for row in rows],
        }
    ).assign(**facts, handed_in=pd.Timestamp("2026-11-20 10:00", tz="UTC"))  # fmt: skip
    answers = frame[["learner", "paper", "item"]].assign(response=[row[2] for row in rows])
    return frame, answers


def planted() -> tuple[Paper, dict[str, str]]:
    """The quiz with a wrong key, and which items are bad in which way."""
    singles = of_kind("single")
    wrong = replace(singles[0], key=next(i for i in singles[0].options if i != singles[0].key))
    form = replace(FORM, items=tuple(wrong if item.id == wrong.id else item for item in FORM.items))
    return form, {"mis-keyed": wrong.id, "weak": singles[3].id, "too easy": singles[5].id, "too hard": singles[7].id}


@pytest.fixture(scope="module")
def bad() -> dict[str, str]:
    return planted()[1]


@pytest.fixture(scope="module")
def found(bad: dict[str, str]) -> findings.Findings:
    form, _ = planted()
    odd = {bad["weak"]: 0.5, bad["too easy"]: 0.97, bad["too hard"]: 0.1}
    return findings.find(*answered(form, 500, 3, odd), form)


@pytest.fixture(scope="module")
def pages(found: findings.Findings) -> dict[str, str]:
    return {lang: Report(found, lang, COURSE).html() for lang in LANGS}


def test_bad_items_are_named_in_plain_words_with_what_to_do(pages: dict[str, str], bad: dict[str, str]) -> None:
    first = {lang: re.search(r'<section class="first">.*?</section>', page, re.S)[0] for lang, page in pages.items()}
    says = {
        "mis-keyed": ("答案可能有误", "The key may be wrong"), "weak": ("几乎分不出水平高低", "hardly tells"),
        "too easy": ("太容易", "too easy"), "too hard": ("得分率只有", "Only"),
    }  # fmt: skip
    for flag, item in bad.items():
        for lang, sentence in zip(LANGS, says[flag], strict=True):
            lines = [line for line in re.findall(r"<li>(.*?)</li>", first[lang]) if f"{item}" in line]
            assert len(lines) == 1 and sentence in lines[0], (flag, lang, lines)


def test_the_verdict_on_a_wrong_key_says_what_share_of_the_best_chose_which_option(
    found: findings.Findings, pages: dict[str, str], bad: dict[str, str]
) -> None:
    wrong, true = next(item for item in found.form.items if item.id == bad["mis-keyed"]), KNOWN.items[bad["mis-keyed"]]
    row = found.options[(found.options["item"] == wrong.id) & (found.options["option"] == true.key)].iloc[0]
    assert row["upper"] > 0.85
    assert f"{row['upper']:.0%} of the best 27% chose {true.key} “{true.texts['en']['options'][true.key]}”" in pages["en"]
    assert f"{row['upper']:.0%}选了{true.key}“{true.texts['zh']['options'][true.key]}”" in pages["zh"]


def test_good_items_of_a_good_paper_raise_no_alarm_and_the_page_says_so() -> None:
    found = findings.find(*answered(FORM, 500, 4), FORM)
    assert found.alarms.empty and not any({"mis-keyed", "negative", "weak"} & set(flags) for flags in found.items["flags"])
    page = Report(found, "en", COURSE).html()
    assert "key may be wrong" not in page and "Two-parameter logistic model" in page


def test_the_figures_are_those_of_the_statistics(found: findings.Findings, pages: dict[str, str]) -> None:
    passed = int((found.totals["percent"] >= 60).sum())
    assert (
        f"<dd>{passed} ({passed / 500:.0%})</dd>" in pages["en"] and f"<dd>{passed}人（{passed / 500:.0%}）</dd>" in pages["zh"]
    )
    assert f"{found.trust.alpha:.2f} ± {found.trust.standard_error:.2f}" in pages["en"]
    near = found.totals[(found.totals["score"] - found.cut).abs() <= found.sem_cut]
    assert f"Learners near the pass mark ({len(near)})" in pages["en"] and near["learner"].iloc[0] in pages["en"]
    assert sum(plots.bins(found.totals["percent"].tolist())) == 500
    assert plots.bins([0, 4.9, 5, 60, 100]) == [2, 1] + [0] * 10 + [1] + [0] * 6 + [1]


def test_a_small_class_gets_provisional_figures_and_a_tiny_one_none() -> None:
    small, tiny = (Report(findings.find(*answered(FORM, n, 5), FORM), "en", COURSE).html() for n in (40, 12))
    assert (
        "All statistics of items are provisional" in small and "This takes at least 200 learners. 40 have handed in." in small
    )
    assert "so they are hidden" in tiny and 'id="items"' not in tiny and "Item map" not in tiny
    medium = findings.find(*answered(FORM, 250, 6), FORM)
    assert medium.model == "1PL" and medium.status == ""


def test_one_learner_and_a_paper_that_waits_for_a_person_still_have_a_report() -> None:
    frame, answers = answered(FORM, 1, 5)
    assert "fewer than two learners" in Report(findings.find(frame, answers, FORM), "en", COURSE).html()
    frame, answers = answered(FORM, 60, 5)
    essay = frame["item"] == FORM.items[0].id
    frame = frame.assign(score=frame["score"].mask(essay), to_mark=essay)
    found = findings.find(frame, answers, FORM)
    assert found.waiting == (FORM.items[0].id,) and found.decided.empty
    assert "60 papers have answers that a person has yet to mark" in Report(found, "en", COURSE).html()


def test_an_item_made_void_is_left_out_and_named() -> None:
    void = replace(FORM, items=(replace(FORM.items[0], void=True), *FORM.items[1:]))
    found = findings.find(*answered(void, 60, 5), void)
    assert found.void == (FORM.items[0].id,) and FORM.items[0].id not in found.items.index
    assert "a regrade made them void: No. 1." in Report(found, "en", COURSE).html()


def test_an_item_whose_key_looks_wrong_does_not_count_as_weak_knowledge(found: findings.Findings, bad: dict[str, str]) -> None:
    only = set(KNOWN.items[bad["mis-keyed"]].covers) - {
        slug for i in FORM.items if i.id != bad["mis-keyed"] for slug in i.covers
    }
    assert only and not only & set(found.mastery.index)
    rows = found.mastery[["1", "2", "3", "4"]].mean()
    assert rows.is_monotonic_increasing  # abler quarters know more


def test_both_catalogues_say_the_same_things() -> None:
    zh, en = (reports(lang) for lang in LANGS)
    assert zh.keys() == en.keys()
    for key in zh:
        assert set(re.findall(r"\{(\w+)", zh[key])) == set(re.findall(r"\{(\w+)", en[key])), key


def test_the_chinese_page_holds_no_stray_english_words(pages: dict[str, str]) -> None:
    text = re.sub(r"<style>.*?</style>|<[^>]+>", " ", pages["zh"], flags=re.S)
    known = " ".join([*(str(item.texts["zh"]) for item in FORM.items), *(title["zh"] for title in COURSE.points.values())])
    text = re.sub(r"\bq1-[\w-]+|learner-\d+|quiz-1-basics|kefu regrade", " ", text)
    strays = {word for word in re.findall(r"[A-Za-z]{2,}", text) if word not in known}
    assert strays == set()


def test_the_page_asks_nothing_of_the_network_and_runs_no_script(pages: dict[str, str]) -> None:
    for page in pages.values():
        assert not re.search(r"https?:|//[a-z]|<script|<link|<img|@import|url\(|\son\w+=", page)
        assert page.count("<svg") == page.count("</svg>") > 3


def test_a_drawing_stands_under_a_sentence_and_over_its_table(pages: dict[str, str]) -> None:
    for section in re.findall(r'<section id="(?:scores|information)">.*?</section>', pages["en"], re.S):
        assert section.index("<p>") < section.index("<svg") < section.index("<details><summary>")
    assert len(re.findall(r'role="img" aria-label="[^"]{40,}"', pages["en"])) == 3


def test_what_a_learner_wrote_and_was_called_is_escaped() -> None:
    frame, answers = answered(FORM, 60, 5)
    name = '<script>alert("x")</script>'
    middle = frame.groupby("learner")["score"].sum().sub(16.8).abs().idxmin()  # stands near the cut, so is listed
    frame, answers = (table.assign(learner=table["learner"].replace(middle, name)) for table in (frame, answers))
    answers["response"] = answers["response"].astype(object).where(answers["learner"] != name, name)
    page = Report(findings.find(frame, answers, FORM), "zh", COURSE).html()
    assert "<script" not in page and "&lt;script&gt;alert(&quot;x&quot;)" in page


def test_a_radar_draws_every_share_at_its_distance_from_the_centre() -> None:
    drawing = plots.radar(["a", "b", "c<", "d"], [1.0, 0.5, 0.0, 0.25], "says")
    shape = re.search(r'class="shape" points="([^"]+)"', drawing)[1]
    at = np.array([pair.split(",") for pair in shape.split()], dtype=float) - [220, 155]
    assert np.hypot(*at.T) == pytest.approx([118, 59, 0, 29.5], abs=0.1) and at[0][1] == pytest.approx(-118)
    assert "c&lt; 0%" in drawing


@pytest.mark.skipif(not BROWSER, reason="no Chromium or Chrome is here and none could be installed")
@pytest.mark.parametrize("width", [390, 1280])
@pytest.mark.parametrize("lang", LANGS)
def test_it_opens_in_a_browser_without_sideways_scroll(
    browser: "Browser", pages: dict, tmp_path: Path, lang: str, width: int
) -> None:
    path = tmp_path / "report.html"
    path.write_text(pages[lang], encoding="utf-8")
    page = browser.new_page(viewport={"width": width, "height": 900})
    page.goto(path.as_uri())
    page.evaluate("document.querySelectorAll('details').forEach(one => one.open = true)")
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    outside = "[...document.querySelectorAll('svg.plot')].filter(s => s.getBoundingClientRect().right > innerWidth).length"
    cut_off = """[...document.querySelectorAll('svg.plot text')].filter(t => {
        const own = t.getBoundingClientRect(), all = t.closest('svg').getBoundingClientRect();
        return own.left < all.left - 1 || own.right > all.right + 1 || own.top < all.top - 1 || own.bottom > all.bottom + 1;
    }).map(t => t.textContent)"""
    assert page.evaluate(outside) == 0 and page.evaluate(cut_off) == []
    page.close()


@pytest.fixture(scope="module")
def school(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A school whose class of 40 is graded."""
    home = make_school(tmp_path_factory.mktemp("report"))
    path = home / "bank/papers.toml"
    path.write_text(path.read_text(encoding="utf-8").replace(', "q-survey", "q-essay"', ""), encoding="utf-8")
    assert cli.main(["--root", str(home), "build"]) == 0
    author.simulate(home, learners=40, seed=7)
    for folder in (home / "exchange/kefu/inbound").iterdir():
        target = home / "submitted" / folder.name.split("+")[0] / "quiz-small"
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.move(folder, target)
    assert cli.main(["--root", str(home), "grade"]) == 0
    return home


def test_the_command_writes_the_report_of_a_graded_class(school: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["--root", str(school), "report", "quiz-small"]) == 0
    page = (school / "reports/quiz-small.zh.html").read_text(encoding="utf-8")
    assert "《小测验》成绩报告" in page and "<dd>40</dd>" in page and "各题的统计数字仅供参考" in page
    out = school / "elsewhere" / "report.html"
    assert cli.main(["--root", str(school), "report", "quiz-small", "--lang", "en", "--out", str(out)]) == 0
    assert "Results of “A small quiz”" in out.read_text(encoding="utf-8") and str(out) in capsys.readouterr().out


def test_a_paper_that_is_none_and_a_gradebook_without_marks_are_told_plainly(
    root: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert cli.main(["--root", str(root), "report", "quiz-big"]) == 1
    assert "quiz-big: is no good paper of bank/papers.toml; the papers are quiz-small" in capsys.readouterr().err
    assert cli.main(["--root", str(root), "report", "quiz-small"]) == 1
    assert "there is no gradebook yet; run kefu build" in capsys.readouterr().err
    assert cli.main(["--root", str(root), "build"]) == 0
    capsys.readouterr()
    assert cli.main(["--root", str(root), "report", "quiz-small"]) == 1
    assert "nobody's answers are graded yet" in capsys.readouterr().err


def run_notebook(root: Path) -> str:
    """The instructors' notebook, run where it lies; what it printed and showed."""
    shutil.copy(REPOSITORY / "bank/results.ipynb", root / "bank")
    notebook = nbformat.read(root / "bank/results.ipynb", as_version=4)
    NotebookClient(notebook, resources={"metadata": {"path": str(root / "bank")}}).execute()
    return json.dumps([cell.get("outputs") for cell in notebook.cells], ensure_ascii=False)


def test_the_instructors_notebook_shows_the_same(school: Path) -> None:
    shown = run_notebook(school)
    assert "borderline" in shown and "discrimination" in shown and "成绩" in shown and "simulated-" in shown


def test_the_instructors_notebook_says_plainly_when_nothing_is_graded(root: Path) -> None:
    with pytest.raises(CellExecutionError, match=r"no paper is graded yet, here or in demo/; run kefu grade"):
        run_notebook(root)


# what a learner is told


def marks(share: dict[str, float]) -> dict[str, tuple[float, float]]:
    return {item.id: (item.points * share.get(item.lesson, 1.0), item.points) for item in FORM.items}


def test_a_learner_is_told_which_lessons_to_review_weakest_first_with_links() -> None:
    items = {item.id: item for item in FORM.items}
    page = advice(items, marks({"1-3": 0.2, "1-5": 0.6, "1-2": 0.9}), COURSE, "zh", closed=False)
    assert re.findall(r'href="([^"]+)"', page) == ["../../zh/lesson/1-3", "../../zh/lesson/1-5"]
    assert COURSE.lessons["1-3"].title["zh"] in page and "得分率20%" in page and "<svg" in page
    good = advice(items, marks({}), COURSE, "en", closed=False)
    assert "at least 80% of the points of every lesson" in good and "href" not in good


def test_a_learner_sees_knowledge_points_only_once_the_paper_is_closed_and_never_a_key() -> None:
    items = {item.id: item for item in FORM.items}
    lost = next(item for item in FORM.items if item.lesson == "1-3")
    title = COURSE.points[lost.covers[0]]["zh"]
    still_open, over = (advice(items, marks({"1-3": 0.2}), COURSE, "zh", closed=closed) for closed in (False, True))
    assert title in over and title not in still_open
    for item in FORM.items:
        for text in item.texts["zh"]["rationale"].values():
            assert text not in still_open


def test_two_lessons_make_no_radar_and_a_paper_unknown_to_the_bank_no_advice() -> None:
    two = {item.id: item for item in FORM.items if item.lesson in ("1-1", "1-2")}
    assert "<svg" not in advice(two, marks({}), COURSE, "zh", closed=False)
    assert advice({}, marks({}), COURSE, "zh", closed=False) == ""


def test_a_paper_over_three_chapters_is_drawn_by_chapter() -> None:
    forms = paper.load(REPOSITORY, KNOWN)[0]
    items = {item.id: item for name in ("quiz-1-basics", "quiz-2-awareness", "quiz-3-ethics") for item in forms[name].items}
    page = advice(items, {i: (item.points / 2, item.points) for i, item in items.items()}, COURSE, "en", closed=False)
    for n, chapter in enumerate(COURSE.chapters[:3], 1):
        assert f">Chapter {n} 50%</text>" in page and f"<td>Chapter {n} {chapter.title['en']}</td><td>50%</td>" in page


def test_a_learners_result_page_says_what_to_review(school: Path) -> None:
    cli.nbgrader(school, "generate_feedback", "quiz-small")
    page = (school / "feedback/simulated-001/quiz-small/quiz-small.html").read_text(encoding="utf-8")  # a blank paper
    study = re.search(r'<section class="study">.*?</section>', page, re.S)[0]
    assert "接下来复习什么" in study and "../../zh/lesson/1-1" in study and "第一课" in study and "问候" not in study
    assert page.index('class="study"') < page.index("<article>")
