"""A learner's days in the classroom, in a real browser: study, come back, sit a paper, hand in, see the result."""

import json
import re
import shutil
import subprocess
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

import psutil
import pytest
from conftest import BROWSER, ITEMS, TOKEN, Classroom, card, lab, make_lessons, make_school

from kefu import cli, journal
from kefu.progress import due, progress

if TYPE_CHECKING:
    from playwright.sync_api import Page
if BROWSER:
    from axe_playwright_python.sync_playwright import Axe
    from playwright.sync_api import expect
needs_browser = pytest.mark.skipif(not BROWSER, reason="no Chromium or Chrome is here and none could be installed")
NOW = datetime(2026, 11, 23, 8, 0, tzinfo=UTC)


@pytest.fixture(scope="module")
def school(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A small school with an exchange; its second paper has a time limit."""
    home = make_school(tmp_path_factory.mktemp("school"))
    with open(home / "bank" / "papers.toml", "a", encoding="utf-8") as papers:
        papers.write('[quiz-timed]\ntitle = { zh = "限时测验", en = "A timed quiz" }\nminutes = 30\nitems = ["q-single"]\n')
    make_lessons(home)
    assert cli.main(["--root", str(home), "build"]) == 0
    assert cli.main(["--root", str(home), "desk"]) == 0
    return home


def shown(page: "Page") -> str:
    return page.locator("main").inner_text()


def live(page: "Page") -> None:
    page.locator("body[data-ready]").wait_for()


@needs_browser
def test_a_learner_studies_comes_back_sits_a_paper_hands_in_and_sees_the_result(page: "Page", school: Path) -> None:
    desk = school / "desk"
    with lab(desk, True) as address:
        page.goto(f"{address}/kefu?token={TOKEN}")
        live(page)
        assert page.url.endswith("/kefu/zh/") and "1课中做完0课" in shown(page)
        page.get_by_role("link", name="从这里开始").click()
        live(page)
        found = page.locator(".kefu[data-item=p-single]")
        found.locator(".kefu-option").nth(0).click()
        found.locator(".kefu-check").click()
        expect(found.locator(".kefu-verdict")).to_contain_text("还不对")
        expect(found.get_by_role("link", name="回到课文")).to_be_visible()

        page.get_by_role("link", name="小课程").click()  # the home again, then the other language; it stays
        live(page)
        assert f"已做1/{len(ITEMS)}题" in shown(page) and "练习正确率0%" in shown(page)
        page.get_by_role("button", name="English").click()
        live(page)
        page.goto(f"{address}/kefu")
        live(page)
        assert page.url.endswith("/kefu/en/") and "A small course" in shown(page)

        row = page.locator("#quiz-small")
        expect(row).to_contain_text("Open, 14 questions")
        row.get_by_role("button", name="Start").click()
        live(page)
        expect(page.locator(".kefu-count")).to_have_text("0 of 14 answered")
        for item, n in (("q-single", 1), ("q-truefalse", 0)):
            page.locator(f".kefu[data-item={item}] .kefu-option").nth(n).click()
        expect(page.locator(".kefu-count")).to_have_text("2 of 14 answered")
        page.locator(".kefu[data-item=q-multiple] .kefu-flag").click()
        page.locator(".kefu-navigator summary").click()
        expect(page.get_by_role("link", name=re.compile("Question 2: .*not answered yet · Flagged", re.I))).to_be_visible()
        page.get_by_role("link", name="Question 13:").click()
        expect(page.locator("#q-essay")).to_be_in_viewport()
        assert page.locator(".kefu-verdict, .kefu-check").count() == 0
        page.reload()
        live(page)
        expect(page.locator(".kefu[data-item=q-single] input").nth(1)).to_be_checked()

        page.get_by_role("button", name="Hand in now").click()
        expect(page.locator(".kefu-sure")).to_contain_text("Not answered yet: 12. Hand in now?")
        page.get_by_role("button", name="Not yet").click()
        page.get_by_role("button", name="Hand in now").click()
        page.locator(".kefu-yes").click()
        expect(page.locator(".kefu-receipt")).to_be_visible()
        expect(page.locator(".kefu-page").last).to_contain_text("Your teacher has it")
        receipt, _ = journal.read(desk / "quiz-small" / journal.NAME).handed or ("", "")
        expect(page.locator(".kefu-receipt")).to_contain_text(receipt)
        assert len(list((school / "exchange/kefu/inbound").iterdir())) == 1

        page.goto(f"{address}/kefu/en/")
        expect(page.locator("#quiz-small")).to_contain_text("Handed in, waiting for marks")
        cli.nbgrader(school, "collect", "quiz-small")
        assert cli.main(["--root", str(school), "grade"]) == 0
        for step in ("generate_feedback", "release_feedback"):
            cli.nbgrader(school, step, "quiz-small")
        page.reload()
        expect(page.locator("#quiz-small")).to_contain_text("Marked: 1 / 25")
        page.get_by_role("link", name="See the result").click()
        expect(page.locator("article").first).to_contain_text("Right: 1 of 1")
        expect(page.get_by_role("link", name="Back to the course")).to_be_visible()
        expect(page.locator("article").nth(13)).to_contain_text("Not answered")


@needs_browser
def test_a_paper_with_a_time_limit_starts_on_the_learners_word_and_closes_by_itself(page: "Page", school: Path) -> None:
    with lab(school / "desk", True) as address:
        page.goto(f"{address}/kefu/zh/?token={TOKEN}")
        page.locator("#quiz-timed").get_by_role("button", name="开始作答").click()
        live(page)
        expect(page.locator("#q-single")).to_be_hidden()
        expect(page.locator(".kefu-page").first).to_contain_text("限时30分钟")
        page.locator(".kefu-begin").click()
        expect(page.locator("#q-single")).to_be_visible()
        expect(page.locator(".kefu-clock")).to_have_text(re.compile("剩余(30:00|29:5)"))
        page.locator(".kefu-option").nth(1).click()
        expect(page.locator(".kefu-state").first).to_have_attribute("data-state", "saved")
        path = school / "desk/quiz-timed" / journal.NAME
        began = (datetime.now(UTC) - timedelta(minutes=31)).isoformat(timespec="milliseconds").replace("+00:00", "Z")
        lines = [json.loads(line) | {"time": began} for line in path.read_text(encoding="utf-8").splitlines()]
        path.write_text("".join(json.dumps(line) + "\n" for line in lines), encoding="utf-8")  # half an hour later
        page.locator(".kefu-option").nth(0).click()  # the page does not know yet; the classroom does
        expect(page.locator(".kefu-state").first).to_contain_text("作答时间已到")
        assert journal.read(path).responses == {"q-single": "b"}
        page.reload()
        live(page)
        expect(page.locator(".kefu-clock")).to_have_text("时间到，请交卷")
        assert page.locator("#q-single").evaluate("node => node.inert")
        page.get_by_role("button", name="现在交卷").click()
        page.locator(".kefu-yes").click()
        expect(page.locator(".kefu-receipt")).to_be_visible()


@needs_browser
def test_a_missed_exercise_comes_back_for_review_on_another_day_and_leads_to_its_lesson(
    page: "Page", classroom: Classroom
) -> None:
    classroom.journal.unlink(missing_ok=True)
    yesterday = datetime.now(UTC) - timedelta(days=2)
    journal.append(classroom.journal, "p-truefalse", now=yesterday, lang="zh", response="true", earned=0.0, points=1.0)
    classroom.open(page, "zh/")
    page.get_by_role("link", name="今天的复习").click()
    live(page)
    assert "今天有1道题到期" in shown(page)
    found = card(page, "p-truefalse")
    expect(found.locator(".kefu-verdict, input:checked")).to_have_count(0)  # asked afresh: the answer of that day is not shown
    found.locator(".kefu-option").nth(1).click()
    found.locator(".kefu-check").click()
    expect(found.locator(".kefu-verdict")).to_contain_text("答对了")
    found.get_by_role("link", name="回到课文").click()
    live(page)
    assert page.url.endswith("/zh/lesson/1-1#p-truefalse")
    expect(page.get_by_role("heading", name="第一课")).to_be_in_viewport()
    classroom.open(page, "zh/review")
    assert "今天没有到期的题" in shown(page)


@needs_browser
def test_options_stand_in_another_order_at_another_try(page: "Page", classroom: Classroom) -> None:
    classroom.lesson(page, "zh")
    found, orders = card(page, "p-multiple"), []
    for _ in range(3):
        orders.append(found.locator(".kefu-text").all_inner_texts())
        found.locator("input").first.check()
        found.locator(".kefu-check").click()
        expect(found.locator(".kefu-verdict")).to_be_visible()
        assert found.locator(".kefu-option .kefu-text").all_inner_texts() == orders[-1]
        found.locator(".kefu-check").click()
        expect(found.locator(".kefu-verdict")).to_have_count(0)
    assert len({tuple(order) for order in orders}) > 1 and len({frozenset(order) for order in orders}) == 1


@needs_browser
def test_answers_given_while_the_server_is_down_are_not_called_saved_and_arrive_when_it_is_back(
    page: "Page", classroom: Classroom, tmp_path: Path
) -> None:
    desk = tmp_path / "desk"
    shutil.copytree(classroom.home / "desk", desk)
    path = desk / "course" / journal.NAME
    path.unlink(missing_ok=True)
    with lab(desk, True) as address:
        page.goto(f"{address}/kefu/zh/lesson/1-1?token={TOKEN}")
        live(page)
        found = page.locator(".kefu[data-item=p-single]")
        found.locator(".kefu-option").nth(0).click()
        expect(found.locator(".kefu-state")).to_have_attribute("data-state", "saved")
        port = int(address.rpartition(":")[2])
        server = next(p for p in psutil.process_iter(["cmdline"]) if f"--port={port}" in (p.info["cmdline"] or []))
        command, environment, cwd = server.cmdline(), server.environ(), server.cwd()
        server.kill()
        server.wait()
        found.locator(".kefu-option").nth(2).click()
        expect(found.locator(".kefu-state")).to_contain_text("还没有保存", timeout=15_000)
        assert journal.read(path).responses == {"p-single": "a"}
        again = subprocess.Popen(command, cwd=cwd, env=environment)
        try:
            expect(found.locator(".kefu-state")).to_have_attribute("data-state", "saved", timeout=30_000)
            assert journal.read(path).responses == {"p-single": "c"}
        finally:
            again.terminate()
            again.wait()


PAGES = {"home": "{lang}/", "lesson": "{lang}/lesson/1-1", "review": "{lang}/review", "paper": "{lang}/paper/quiz-small"}


@needs_browser
@pytest.mark.parametrize("lang", ["zh", "en"])
@pytest.mark.parametrize("name", PAGES)
@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
def test_no_page_has_a_barrier_that_axe_finds_in_light_or_dark(
    page: "Page", classroom: Classroom, name: str, lang: str, dark: bool
) -> None:
    classroom.journal.unlink(missing_ok=True)
    for n, kind in enumerate(ITEMS):  # half of the exercises stand with their verdict and reasons
        if n % 2:
            response = {"multiple": ["a"], "matching": {"p1": "a"}}.get(kind, "a")
            journal.append(classroom.journal, f"p-{kind}", now=NOW, lang=lang, response=response, earned=0.0, points=1.0)
    page.emulate_media(color_scheme="dark" if dark else "light", reduced_motion="reduce")
    page.set_viewport_size({"width": 390, "height": 844})
    classroom.open(page, PAGES[name].format(lang=lang))
    found = Axe().run(page, options={"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]})
    assert found.violations_count == 0, found.generate_report()
    for width in (360, 1440):
        page.set_viewport_size({"width": width, "height": 900})
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), f"{name} scrolls sideways at {width}"


@needs_browser
@pytest.mark.parametrize("name", PAGES)
def test_a_chinese_page_has_no_english_word_and_an_english_page_no_chinese(
    page: "Page", classroom: Classroom, name: str
) -> None:
    classroom.journal.unlink(missing_ok=True)
    for lang, strange in (("zh", r"[A-Za-z]{2,}"), ("en", "[一-鿿]")):
        classroom.open(page, PAGES[name].format(lang=lang))
        found = set(re.findall(strange, shown(page))) - {"GST", "Tab", "Esc", "answer"}
        assert not found


@needs_browser
def test_a_page_betrays_no_key_of_a_paper(page: "Page", classroom: Classroom) -> None:
    classroom.open(page, "zh/paper/quiz-small")
    html = page.content()
    for text in ("解析甲", "why-en-a", "理由1", "演1", "评语一", "rationale", "82.5", '"key"'):
        assert text not in html


def test_strangers_get_nothing_and_no_path_leads_out_of_the_course(classroom: Classroom) -> None:
    import urllib.error
    import urllib.request

    def status(path: str, token: str = f"?token={TOKEN}") -> tuple[int, bytes]:
        try:
            with urllib.request.urlopen(f"{classroom.address}/kefu/{path}{token}") as answer:
                return answer.status, answer.read()
        except urllib.error.HTTPError as error:
            return error.code, b""

    for path in ("zh/", "zh/lesson/1-1", "figures/../syllabus.toml", "static/../bank.py"):
        code, body = status(path, "")
        assert code in (302, 403, 404) or b"password" in body.lower(), path
    for path in ("figures/..%2Fsyllabus.toml", "figures/..%2Fresponses.jsonl", "static/..%2Fbank.py", "figures/nothing.svg"):
        assert status(path)[0] in (403, 404), path


def test_the_review_brings_a_missed_item_back_the_next_day_and_then_ever_later(tmp_path: Path) -> None:
    path, days, day = tmp_path / journal.NAME, [], NOW
    for earned in (0.0, 1.0, 1.0, 1.0, 0.0, 1.0):
        journal.append(path, "p-a", now=day, lang="zh", response="a", earned=earned, points=1.0)
        journal.append(path, "p-right-at-once", now=day, lang="zh", response="a", earned=1.0, points=1.0)
        ready, later = due(journal.read(path), day, ["p-a", "p-right-at-once", "p-b"])
        assert ready == [] and later
        days.append((later - day).days)
        day = later
    assert days == [1, 2, 6, 17, 2, 4]  # py-fsrs 6, default parameters, no fuzz
    assert due(journal.read(path), day, ["p-a"])[0] == ["p-a"] and due(journal.read(path), day, ["p-b"]) == ([], None)


def test_progress_counts_what_was_tried_and_what_was_right_at_the_last_try(tmp_path: Path) -> None:
    path = tmp_path / journal.NAME
    for item, earned in (("p-a", 0.0), ("p-b", 1.0), ("p-a", 1.0), ("p-b", 0.5), ("p-x", 1.0)):
        journal.append(path, item, now=NOW, lang="zh", response="a", earned=earned, points=1.0)
    found = progress(["p-a", "p-b", "p-c"], journal.read(path))
    assert (found.items, found.tried, found.right, found.done) == (3, 2, 1, False)
    assert progress(["p-a"], journal.read(path)).done
