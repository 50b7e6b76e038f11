"""Judgement, role-play, survey and essay in a real browser: answered by pointer and by keyboard, marked, explained, kept."""

import re
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from conftest import BROWSER, RIGHT, TOKEN, Classroom, card, press, saved

from kefu import journal

pytestmark = pytest.mark.skipif(not BROWSER, reason="no Chromium or Chrome is here and none could be installed")
if BROWSER:
    from playwright.sync_api import Browser, Locator, Page, expect
KINDS = ("judgement", "roleplay", "survey", "essay")
LESSON, PAPER = "lesson/1-1", "paper/quiz-small"


@pytest.fixture
def desk(classroom: Classroom) -> Path:
    """The learner's desk of the served school."""
    return classroom.home / "desk"


@pytest.fixture
def opened(browser: "Browser", classroom: Classroom, desk: Path) -> Iterator[Callable[..., "Page"]]:
    """Opens a page for a learner who has answered nothing yet; the page must not throw."""
    for path in desk.glob(f"*/{journal.NAME}"):
        path.unlink()
    contexts, thrown = [], []

    def goto(where: str, lang: str = "zh", width: int = 1280, **options: str) -> "Page":
        contexts.append(browser.new_context(viewport={"width": width, "height": 900}, **options))
        page = contexts[-1].new_page()
        page.on("pageerror", lambda error: thrown.append(str(error)))
        page.goto(f"{classroom.address}/kefu/{lang}/{where}?token={TOKEN}")
        page.locator("body[data-ready]").wait_for()
        return page

    yield goto
    for context in contexts:
        for page in context.pages:
            expect(page.locator("body[data-busy]")).to_have_count(0)  # nothing may reach the next test's journal
        context.close()
    assert thrown == []


def rate(found: "Locator", row: str, step: int) -> None:
    found.locator(f"[data-row={row}] .kefu-rate").nth(step - 1).click()


def responses(folder: Path) -> dict[str, object]:
    return journal.read(folder / journal.NAME).responses


def answer_by_pointer(page: "Page", prefix: str) -> None:
    """The right response to each of the four."""
    for kind in ("judgement", "survey"):
        for row, step in RIGHT[kind].items():
            rate(card(page, f"{prefix}-{kind}"), row, step)
    for reply in RIGHT["roleplay"]:
        card(page, f"{prefix}-roleplay").locator(f"[data-reply={reply}]").click()
    card(page, f"{prefix}-essay").locator("textarea").fill(RIGHT["essay"])
    for kind in KINDS:
        saved(card(page, f"{prefix}-{kind}"))


def answer_by_keyboard(page: "Page", prefix: str) -> None:
    """The same, with Tab, arrows, Enter and Space only, from the first control of each card."""
    for kind in ("judgement", "survey"):
        rows = card(page, f"{prefix}-{kind}").locator("[data-row]").evaluate_all("rows => rows.map((row) => row.dataset.row)")
        for n, row in enumerate(rows):
            if n:
                press(page, "Tab")
            else:
                card(page, f"{prefix}-{kind}").locator("input").first.focus()
            press(page, "Space", *["ArrowRight"] * (RIGHT[kind][row] - 1))
    play = card(page, f"{prefix}-roleplay")
    play.locator("[data-reply]").first.focus()
    press(page, "Tab", "Enter")  # t1-b
    play.locator("[data-reply=t2-a]").wait_for()
    press(page, "Tab", "Space")  # t2-a: the focus waits before the first reply
    card(page, f"{prefix}-essay").locator("textarea").focus()
    page.keyboard.type(RIGHT["essay"])
    for kind in KINDS:
        saved(card(page, f"{prefix}-{kind}"))


@pytest.mark.parametrize("lang", ["zh", "en"])
@pytest.mark.parametrize("answer", [answer_by_pointer, answer_by_keyboard], ids=["pointer", "keyboard"])
def test_each_is_answered_kept_marked_and_explained(opened, desk: Path, lang: str, answer) -> None:
    page = opened(LESSON, lang)
    answer(page, "p")
    assert responses(desk / "course") == {f"p-{kind}": RIGHT[kind] for kind in KINDS}
    said = {"zh": ("答对了", "已记下"), "en": ("Right", "Noted")}[lang]
    for kind in KINDS:
        found = card(page, f"p-{kind}")
        found.locator(".kefu-check").focus()
        press(page, "Enter")
        expect(found.locator(".kefu-verdict")).to_contain_text(said[kind in ("survey", "essay")])
        expect(found.locator(".kefu-verdict")).to_be_focused()
        saved(found)
    assert responses(desk / "course") == {f"p-{kind}": RIGHT[kind] for kind in KINDS}
    text = " ".join(card(page, f"p-{kind}").inner_text() for kind in KINDS).replace(RIGHT["essay"], "")
    assert not (re.findall(r"[A-Za-z]{2,}", text) if lang == "zh" else re.findall("[一-鿿]", text))


@pytest.mark.parametrize("answer", [answer_by_pointer, answer_by_keyboard], ids=["pointer", "keyboard"])
def test_a_paper_keeps_each_and_shows_it_again_but_marks_nothing(opened, desk: Path, answer) -> None:
    page = opened(PAPER, "en")
    answer(page, "q")
    right = {f"q-{kind}": RIGHT[kind] for kind in KINDS}
    assert responses(desk / "quiz-small") == right
    page.reload()
    page.locator("body[data-ready]").wait_for()
    expect(card(page, "q-judgement").locator("[data-row=a] input").nth(4)).to_be_checked()
    expect(card(page, "q-survey").locator("input:checked")).to_have_count(4)
    expect(card(page, "q-survey").locator(".kefu-radar")).to_contain_text("Communication4.0")
    expect(card(page, "q-roleplay").locator(".kefu-mine")).to_have_count(2)
    expect(card(page, "q-roleplay").locator(".kefu-end")).to_contain_text("The guest stayed.")
    expect(card(page, "q-essay").locator("textarea")).to_have_value(RIGHT["essay"])
    assert page.locator(".kefu-verdict, .kefu-check, .kefu-panel").count() == 0
    assert responses(desk / "quiz-small") == right


def test_a_paper_keeps_the_first_path_and_every_step_of_it(opened, desk: Path) -> None:
    play = card(opened(PAPER), "q-roleplay")
    expect(play.locator(".kefu-mood")).to_have_text("客人的心情：着急")
    play.locator("[data-reply=t1-a]").click()
    expect(play.locator(".kefu-mood")).to_have_text("客人的心情：生气")
    expect(play.locator(".kefu-face").last).to_have_attribute("data-mood", "4")
    saved(play)
    play.locator("[data-reply=t2-a]").wait_for()
    expect(play.locator(".kefu-next-words")).to_be_focused()
    assert responses(desk / "quiz-small") == {"q-roleplay": ["t1-a"]}
    expect(play.locator(".kefu-clear")).to_be_hidden()
    expect(play.locator("[data-reply^=t1]")).to_have_count(0)


def test_a_dialogue_starts_over_is_marked_at_its_end_and_told_again_with_the_better_replies(opened, desk: Path) -> None:
    page = opened(LESSON)
    play = card(page, "p-roleplay")
    play.locator("[data-reply=t1-b]").click()
    expect(play.locator(".kefu-check")).to_be_disabled()
    play.locator(".kefu-clear").click()
    expect(play.locator("[data-reply]").first).to_be_focused()
    saved(play)
    assert responses(desk / "course") == {"p-roleplay": None}
    play.locator("[data-reply=t1-a]").click()
    expect(play.locator(".kefu-live")).to_have_text("客人（生气）：那现在怎么办？")
    play.locator("[data-reply=t2-b]").click()
    expect(play.locator(".kefu-end")).to_contain_text("客人走了。")
    play.locator(".kefu-check").click()
    turns = play.locator(".kefu-debrief > li")
    expect(turns.first).to_contain_text("你说：“别的客人没有说过。”演1 （得0分，最多2分）")
    expect(turns.first).to_contain_text("更好的说法：“很抱歉，我马上处理。”演2")
    expect(turns.last).to_contain_text("演4")
    expect(turns.last).to_contain_text("演3")
    expect(play.locator("[data-reply]")).to_have_count(0)


@pytest.mark.parametrize(("motion", "at_once"), [("reduce", 2), ("no-preference", 0)])
def test_the_customer_takes_a_moment_unless_motion_is_unwanted(opened, motion: str, at_once: int) -> None:
    play = card(opened(LESSON, reduced_motion=motion), "p-roleplay")
    count = (
        "node => { node.querySelector('[data-reply=t1-b]').click(); return node.querySelectorAll('[data-reply^=t2]').length; }"
    )
    assert play.evaluate(count) == at_once
    expect(play.locator("[data-reply^=t2]")).to_have_count(2)


def test_the_panel_stands_beside_the_learners_steps_as_bars_words_and_a_table(opened) -> None:
    found = card(opened(LESSON), "p-judgement")
    for row, step in {"a": 4, "b": 5}.items():
        rate(found, row, step)
    found.locator(".kefu-check").click()
    expect(found.locator("[data-row=a] .kefu-panel")).to_have_text(["0人", "0人", "1人", "3人", "6人"])
    heights = found.locator("[data-row=a] .kefu-panel i").evaluate_all("bars => bars.map((bar) => bar.offsetHeight)")
    assert heights[:2] == [0, 0] and heights[4] == pytest.approx(2 * heights[3], abs=1) and heights[3] > heights[2] > 0
    for row, sign in (("a", "partly"), ("b", "wrong"), ("c", "blank")):
        expect(found.locator(f"[data-row={row}] .kefu-sign")).to_have_class(f"kefu-sign kefu-{sign}")
    expect(found.locator(".kefu-reason").first).to_contain_text("你选的是：比较合适。评分小组选得最多的是：很合适。评1")
    found.locator(".kefu-table summary").click()
    expect(found.locator("tbody tr").last).to_have_text("很合适601")


def test_a_survey_waits_for_every_statement_and_tells_its_profile(opened) -> None:
    found = card(opened(LESSON), "p-survey")
    for row, step in (("s1", 5), ("s2", 2), ("s3", 3)):
        rate(found, row, step)
    expect(found.locator(".kefu-check")).to_be_disabled()
    rate(found, "s4", 4)
    found.locator(".kefu-check").click()
    expect(found.locator(".kefu-result")).to_contain_text("平均分最高的是沟通（4.5分），最低的是抗压（2.0分）。")
    expect(found.get_by_role("img", name=re.compile("平均分最高的是沟通"))).to_be_visible()
    found.locator(".kefu-check").click()  # one goes on from what was rated
    expect(found.locator("input:checked")).to_have_count(4)


def test_an_essay_says_saved_only_of_what_is_saved_and_stays_to_be_revised(opened, desk: Path) -> None:
    page = opened(LESSON, "en")
    found = card(page, "p-essay")
    expect(found.locator(".kefu-rubric")).to_contain_text("Says what happened · points: 2")
    box = found.locator("textarea")
    box.focus()
    page.keyboard.type("We are sorry.")
    assert found.locator(".kefu-state").get_attribute("data-state") == "saving"
    saved(found)  # after a pause, with the focus still in the box
    expect(box).to_be_focused()
    assert responses(desk / "course") == {"p-essay": "We are sorry."}
    expect(found.locator(".kefu-note").last).to_contain_text("3 words")
    low = box.evaluate("box => box.offsetHeight")
    page.keyboard.type("\n" * 12 + "It is warm again.")
    assert box.evaluate("box => box.offsetHeight") > low and box.evaluate("box => box.scrollHeight <= box.clientHeight + 1")
    found.locator(".kefu-check").click()
    expect(found.locator(".kefu-result")).to_contain_text("why-facts")
    expect(box).to_have_value("We are sorry." + "\n" * 12 + "It is warm again.")
    found.locator(".kefu-check").click()
    expect(found.locator(".kefu-verdict")).to_have_count(0)
    expect(box).to_be_focused()
    page.keyboard.press("End")
    page.keyboard.type(" Thank you.")
    saved(found)
    assert str(responses(desk / "course")["p-essay"]).endswith("warm again. Thank you.")
    expect(found.locator(".kefu-verdict")).to_have_count(0)
    page.keyboard.press("Control+A")
    page.keyboard.press("Delete")
    saved(found)
    assert responses(desk / "course") == {"p-essay": None}


def test_the_same_cards_live_in_a_notebook_and_a_text_keeps_its_lines_there(
    browser: "Browser", classroom: Classroom, desk: Path
) -> None:
    (desk / "course" / journal.NAME).unlink(missing_ok=True)
    page = browser.new_page(viewport={"width": 1280, "height": 1000})
    page.set_default_timeout(60_000)
    page.goto(f"{classroom.address}/lab/tree/course/zh/1-basics/1-1-first.ipynb?token={TOKEN}&reset")
    page.locator("[data-kefu=ready]").wait_for()
    answer_by_keyboard(page, "p")
    assert responses(desk / "course") == {f"p-{kind}": RIGHT[kind] for kind in KINDS}
    press(page, "Enter")
    page.keyboard.type("再见")
    essay = card(page, "p-essay")
    essay.locator(".kefu-check").click()
    expect(essay.locator(".kefu-verdict")).to_contain_text("已记下")
    assert responses(desk / "course")["p-essay"] == f"{RIGHT['essay']}\n再见"
    page.close()


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_on_a_small_phone_nothing_scrolls_sideways_and_every_target_is_large_enough(opened, lang: str) -> None:
    page = opened(LESSON, lang, width=360)

    def fits() -> None:
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
        for kind in KINDS:
            found = card(page, f"p-{kind}")
            assert found.evaluate("node => node.scrollWidth <= node.clientWidth")
            for target in found.locator("button:visible, label.kefu-rate, textarea").all():
                box = target.bounding_box()
                assert box and box["height"] >= 44 and box["width"] >= 44

    fits()
    answer_by_pointer(page, "p")
    for kind in KINDS:
        card(page, f"p-{kind}").locator(".kefu-check").click()
        card(page, f"p-{kind}").locator(".kefu-verdict").wait_for()
    fits()
