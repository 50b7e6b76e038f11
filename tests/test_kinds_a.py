"""Sorting, blanks, numbers, hot-spots and computed values: answered by pointer and by keyboard, marked, explained."""

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import nbformat
import pytest
from conftest import BROWSER, NUMBERS, RIGHT, TOKEN, Classroom, card, press, saved
from nbformat.v4 import new_code_cell, new_notebook

from kefu import cards, journal, room
from kefu.items import numeric
from kefu.items.item import dealt
from kefu.strings import words

pytestmark = pytest.mark.skipif(not BROWSER, reason="no Chromium or Chrome is here and none could be installed")
if BROWSER:
    from playwright.sync_api import Locator, Page, expect
KINDS = ("sorting", "blanks", "numeric", "hotspot")


def asked(item: str, tries: object = 0) -> dict[str, Any]:
    """The right response to the numbers that this learner is given at a try; in a paper there are no tries."""
    draws = {"stem": "", "variants": numeric.variants(NUMBERS)}
    return numeric.answer(NUMBERS, dealt(draws, f"{item}/{room.learner()}/{tries}")["variant"])


def right(item: str) -> Any:
    kind = item[2:]
    return RIGHT[kind] if kind != "numeric" else asked(item, 0 if item[0] == "p" else "")


def drag(page: "Page", card: "Locator", place: "Locator") -> None:
    """Drag by the mouse, in several moves as a hand does."""
    card.scroll_into_view_if_needed()
    start, end = card.bounding_box(), place.bounding_box()
    assert start and end
    page.mouse.move(start["x"] + 20, start["y"] + 20)
    page.mouse.down()
    page.mouse.move(end["x"] + end["width"] / 2, end["y"] + end["height"] - 8, steps=6)
    page.mouse.up()


def by_pointer(page: "Page", found: "Locator", item: str) -> None:
    match item[2:]:
        case "sorting":
            found.locator("[data-card=a]").click()
            found.locator("[data-bin=x]").click()
            found.locator("[data-card=b]").click()
            found.locator("[data-place=y]").click()  # anywhere in the bin
            found.locator("[data-card=c]").click()
            found.locator("[data-card=a]").click()  # beside a card that lies there
            drag(page, found.locator("[data-card=d]"), found.locator("[data-place=y]"))
        case "blanks":
            for gap, answer in RIGHT["blanks"].items():
                found.locator(f"[data-gap={gap}]").fill(answer)
        case "numeric":
            found.locator("input").fill(right(item)["value"])
        case "hotspot":
            found.locator("button[data-region=r1]").click()
            found.locator("button[data-region=r2]").click()
            found.locator("input[value=r3]").click()  # the list and the figure are one
            found.locator("button[data-region=r2]").click()


def by_keyboard(page: "Page", found: "Locator", item: str) -> None:
    match item[2:]:
        case "sorting":
            found.locator("[data-card=a]").focus()
            press(page, "Space", "Space")  # a: the first bin has the focus
            press(page, "Space", "ArrowDown", "Space")  # b is the next free card, y the next bin
            press(page, "Space", "ArrowRight", "Escape", "Space", "ArrowLeft", "ArrowLeft", "Enter")  # c, by a way round
            press(page, "Space", "ArrowUp", "Space")  # d: y is also the last bin
        case "blanks":
            found.locator("[data-gap=g1]").focus()
            page.keyboard.insert_text(RIGHT["blanks"]["g1"])
            press(page, "Enter")
            page.keyboard.insert_text(RIGHT["blanks"]["g2"])
        case "numeric":
            found.locator("input").focus()
            page.keyboard.type(right(item)["value"])
        case "hotspot":
            found.locator("button[data-region=r1]").focus()
            press(page, "Space", "Tab", "Tab", "Enter")


@pytest.mark.parametrize("lang", ["zh", "en"])
@pytest.mark.parametrize("answer", [by_pointer, by_keyboard])
@pytest.mark.parametrize("kind", KINDS)
def test_a_kind_is_answered_marked_and_explained(
    page: "Page", classroom: Classroom, kind: str, answer: Callable[..., None], lang: str
) -> None:
    classroom.lesson(page, lang)
    found = card(page, f"p-{kind}")
    wanted = right(f"p-{kind}")
    answer(page, found, f"p-{kind}")
    saved(found)
    assert classroom.responses() == {f"p-{kind}": wanted}
    found.locator(".kefu-check").focus()
    press(page, "Enter")
    expect(found.locator(".kefu-verdict")).to_contain_text(words(lang)["right"])
    expect(found.locator(".kefu-verdict")).to_be_focused()
    expect(found.locator("fieldset .kefu-sign.kefu-right").first).to_be_visible()
    expect(found.locator("fieldset .kefu-sign.kefu-wrong")).to_have_count(0)
    expect(found.locator(".kefu-reason").first).to_be_visible()
    saved(found)
    assert [line["response"] for line in journal.read(classroom.journal).tries] == [wanted]
    text = found.inner_text()
    strange = set(re.findall("[A-Za-z]{2,}", text)) - {"GST", "Tab", "Esc"} if lang == "zh" else re.findall("[一-鿿]", text)
    assert not strange or kind == "blanks"  # an accepted answer may be of the other language

    page.reload()
    page.locator("body[data-ready]").wait_for()
    expect(found.locator(".kefu-verdict")).to_contain_text(words(lang)["right"])
    found.locator(".kefu-check").click()
    expect(found.locator(".kefu-verdict")).to_have_count(0)
    expect(found.locator("fieldset :focus")).to_have_count(1)


def test_a_wrong_answer_shows_what_was_right_where_it_was_given(page: "Page", classroom: Classroom) -> None:
    classroom.lesson(page, "zh")
    sorting, blanks, hotspot = (card(page, f"p-{kind}") for kind in ("sorting", "blanks", "hotspot"))
    sorting.locator("[data-card=a]").click()
    sorting.locator("[data-bin=y]").click()
    sorting.locator(".kefu-check").click()
    expect(sorting.locator("[data-card=a] .kefu-wrong")).to_be_visible()
    expect(sorting.locator(".kefu-result")).to_contain_text("制服 → 看得见")
    blanks.locator("[data-gap=g2]").fill("再见")
    blanks.locator(".kefu-check").click()
    expect(blanks.locator(".kefu-gap").nth(1)).to_have_text(re.compile("感谢"))
    expect(blanks.locator(".kefu-gap").nth(1)).not_to_contain_text("thank")
    expect(blanks.locator("[data-gap=g2]")).to_have_value("再见")
    hotspot.locator("button[data-region=r2]").click()
    hotspot.locator(".kefu-check").click()
    for region, verdict in (("r1", "right"), ("r2", "wrong"), ("r3", "right")):
        expect(hotspot.locator(f"button[data-region={region}]")).to_have_attribute("data-verdict", verdict)


def test_a_new_try_at_a_number_has_new_numbers_and_its_answer_names_them(page: "Page", classroom: Classroom) -> None:
    classroom.lesson(page, "zh")
    found = card(page, "p-numeric")
    seen = set()
    for tries in range(4):
        wanted = asked("p-numeric", tries)
        seen.add(wanted["variant"])
        found.locator("input").fill(wanted["value"])
        found.locator(".kefu-check").click()
        expect(found.locator(".kefu-verdict")).to_contain_text("答对了")
        found.locator(".kefu-check").click()
        expect(found.locator("input")).to_be_focused()
        expect(found.locator("input")).to_have_value("")
    assert len(seen) > 1


def test_typing_is_saved_after_a_pause_and_told_as_unsaved_before(page: "Page", classroom: Classroom) -> None:
    classroom.lesson(page, "zh")
    found = card(page, "p-blanks")
    found.locator("[data-gap=g1]").focus()
    page.clock.install()
    page.keyboard.type("wenhou")
    expect(found.locator(".kefu-state")).to_have_attribute("data-state", "saving")
    assert classroom.responses() == {}
    page.clock.run_for(800)
    saved(found)
    assert journal.read(classroom.journal).lines == 1 and classroom.responses() == {"p-blanks": {"g1": "wenhou"}}
    expect(found.locator("[data-gap=g1]")).to_be_focused()
    page.keyboard.type("!")
    press(page, "Tab")  # who goes on has finished
    saved(found)
    assert classroom.responses() == {"p-blanks": {"g1": "wenhou!"}}


def test_letters_an_input_method_still_puts_together_are_no_answer(page: "Page", classroom: Classroom) -> None:
    classroom.lesson(page, "zh")
    found = card(page, "p-blanks")
    found.locator("[data-gap=g1]").focus()
    session = page.context.new_cdp_session(page)
    session.send("Input.imeSetComposition", {"text": "wen'hou", "selectionStart": 7, "selectionEnd": 7})
    expect(found.locator("[data-gap=g1]")).to_have_value("wen'hou")
    expect(found.locator(".kefu-state")).to_have_attribute("data-state", "untouched")
    session.send("Input.insertText", {"text": "问候"})
    saved(found)
    assert journal.read(classroom.journal).lines == 1 and classroom.responses() == {"p-blanks": {"g1": "问候"}}


def test_a_finger_drags_a_card_by_its_grip_and_a_card_goes_back_to_the_tray(page: "Page", classroom: Classroom) -> None:
    page.set_viewport_size({"width": 390, "height": 844})
    classroom.lesson(page, "zh")
    found = card(page, "p-sorting")
    grip = found.locator("[data-card=b] .kefu-grip")
    grip.scroll_into_view_if_needed()
    begin, end = grip.bounding_box(), found.locator("[data-place=y]").bounding_box()
    assert begin and end
    session = page.context.new_cdp_session(page)
    ways = (begin["x"] + 8, begin["y"] + 8), (begin["x"] + 40, begin["y"] + 40), (end["x"] + 40, end["y"] + 50)
    for n, (x, y) in enumerate(ways):
        touch = {"type": "touchMove" if n else "touchStart", "touchPoints": [{"x": x, "y": y}]}
        session.send("Input.dispatchTouchEvent", touch)
    session.send("Input.dispatchTouchEvent", {"type": "touchEnd", "touchPoints": []})
    saved(found)
    assert classroom.responses() == {"p-sorting": {"b": "y"}}
    found.locator("[data-card=b]").click()
    found.locator(".kefu-tray .kefu-bin-name").click()
    expect(found.locator(".kefu-tray [data-card=b]")).to_be_visible()
    expect(found.locator("[data-card=b]")).to_be_focused()
    expect(found.locator(".kefu-state")).to_have_attribute("data-state", "saved")
    assert classroom.responses() == {"p-sorting": None}


@pytest.mark.parametrize("width", [360, 1280])
def test_nothing_scrolls_sideways_and_every_target_is_large_enough(page: "Page", classroom: Classroom, width: int) -> None:
    page.set_viewport_size({"width": width, "height": 900})
    classroom.lesson(page, "en")
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    for kind in KINDS:
        found = card(page, f"p-{kind}")
        for target in found.locator("fieldset :is(button, .kefu-field, label.kefu-option):visible").all():
            box = target.bounding_box()
            assert box and box["height"] >= 44 and box["width"] >= 44


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_a_paper_records_these_kinds_and_marks_nothing(page: "Page", classroom: Classroom, lang: str) -> None:
    path = classroom.home / "desk" / "quiz-small" / journal.NAME
    path.unlink(missing_ok=True)
    classroom.open(page, f"{lang}/paper/quiz-small")
    for kind in KINDS:
        found = card(page, f"q-{kind}")
        by_pointer(page, found, f"q-{kind}")
        saved(found)
    assert journal.read(path).responses == {f"q-{kind}": right(f"q-{kind}") for kind in KINDS}
    expect(page.locator(".kefu-verdict, .kefu-check, .kefu-stamp")).to_have_count(0)


def test_the_classroom_says_where_a_computed_value_is_answered_and_shows_it(page: "Page", classroom: Classroom) -> None:
    classroom.lesson(page, "zh")
    found = card(page, "p-value")
    expect(found).to_contain_text(words("zh")["in_lab"])
    expect(found.locator(".kefu-take")).to_have_count(0)
    journal.append(classroom.journal, "p-value", now=cards.local_now(), lang="zh", response=82.5)
    page.reload()
    expect(found.locator(".kefu-value")).to_have_text("answer = 82.5")


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_a_data_lab_gives_the_value_of_its_variable(page: "Page", classroom: Classroom, lang: str) -> None:
    classroom.journal.unlink(missing_ok=True)
    path = classroom.journal.parent / lang / "1-basics" / "lab.ipynb"
    sources = ("from kefu import practice", 'practice("p-value")', "")
    kernel = {"kernelspec": {"name": "python3", "display_name": "Python 3 (ipykernel)", "language": "python"}}
    nbformat.write(new_notebook(cells=[new_code_cell(source) for source in sources], metadata=kernel), path)
    page.goto(f"{classroom.address}/lab/tree/course/{lang}/1-basics/lab.ipynb?token={TOKEN}&reset")
    page.locator("[data-kefu=ready]").wait_for()
    found = card(page, "p-value")
    found.locator(".kefu-take").click()
    expect(found.get_by_role("alert")).to_have_text(words(lang)["no_value"].format(name="answer"))
    page.locator(".jp-CodeCell .cm-content").last.click()
    page.keyboard.insert_text("answer = 82.5")
    press(page, "Shift+Enter")
    found.locator(".kefu-take").focus()
    press(page, "Enter")
    expect(found.locator(".kefu-value")).to_have_text("answer = 82.5")
    expect(found.locator(".kefu-notice")).to_be_hidden()
    saved(found)
    assert classroom.responses() == {"p-value": RIGHT["value"]}
    found.locator(".kefu-check").click()
    expect(found.locator(".kefu-verdict")).to_contain_text(words(lang)["right"])


def test_what_is_no_plain_value_is_told_and_never_recorded(root: Path) -> None:
    def make(kind: str, public: dict[str, Any], path: Path, **arguments: Any) -> cards.Exercise:
        return cards.Exercise(public, path, take=names.get, **arguments)

    names: dict[str, object] = {}
    card = room.practice(root / "course", "p-value", "en", make)
    for value, kind in ((object(), "object"), (float("nan"), "nan"), ([1.0, float("inf")], "inf"), (10**400, "int")):
        names["answer"] = value
        card.hear({"do": "take"})
        assert card.notice == words("en")["odd_value"].format(name="answer", kind=kind) and card.response is None
    assert not (root / "course" / journal.NAME).exists()
