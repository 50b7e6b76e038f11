"""A learner does a data lab in a real browser: from the home to the notebook, run, fill in, slip, hand in."""

from pathlib import Path
from typing import TYPE_CHECKING

import nbformat
import pytest
from conftest import BROWSER, TOKEN, card, lab, make_lessons, saved
from test_labs import lay_lab

from kefu import cli, journal
from kefu.desk import lay_out

pytestmark = pytest.mark.skipif(not BROWSER, reason="no Chromium or Chrome is here and none could be installed")
if BROWSER:
    from playwright.sync_api import expect
if TYPE_CHECKING:
    from playwright.sync_api import Page


def test_a_learner_runs_fills_in_slips_reopens_and_hands_in_without_programming(page: "Page", root: Path) -> None:
    make_lessons(root)
    lay_lab(root)
    assert cli.main(["--root", str(root), "build"]) == 0
    cli.nbgrader(root, "release_assignment", "lab-small")
    lay_out(root, root / "desk", "zh")
    folder = root / "desk" / "lab-small"
    with lab(root / "desk", True) as address:
        page.goto(f"{address}/kefu/zh/?token={TOKEN}")
        page.locator("#lab-small").get_by_role("button", name="开始作答").click()
        expect(page.locator("main")).to_contain_text("不用会编程")
        page.get_by_role("link", name="打开数据实验").click()
        page.locator("[data-kefu=ready]").wait_for()
        expect(page.locator(".kefu-passage strong")).to_have_text("平均")
        blank, runs = page.locator(".jp-CodeCell.kefu-blank"), page.get_by_role("button", name="▶ 运行")
        expect(runs).to_have_count(2)  # what is ours runs by itself and has no button

        runs.nth(1).click()  # first of all, as somebody would who does not read
        expect(blank.locator("[role=alert]")).to_have_text("第1行还有一个空____没有填。填好以后，再点“运行”。")
        write(page, "answer = numbers.mean()")
        runs.nth(1).click()
        expect(blank.locator("[role=alert]")).to_contain_text("第1行用到了“numbers”，但它还没有算出来")
        page.get_by_role("button", name="从头运行到这里").nth(1).click()
        expect(blank.locator("[role=alert]")).to_have_count(0)
        card(page, "q-value").get_by_role("button", name="取用笔记本里的结果").click()
        expect(card(page, "q-value")).to_contain_text("answer = 82.5")
        saved(card(page, "q-value"))

        page.get_by_role("button", name="English").click()
        expect(page.locator(".kefu-passage strong")).to_have_text("mean")
        expect(page.get_by_role("button", name="▶ Run", exact=True)).to_have_count(2)
        expect(page.locator(".jp-mod-dirty")).to_have_count(0)
        assert cells(folder)["blank-mean"] == "answer = numbers.mean()"
        page.reload()
        page.locator("[data-kefu=ready]").wait_for()
        expect(blank).to_contain_text("answer = numbers.mean()")
        expect(card(page, "q-value")).to_contain_text("answer = 82.5")

        page.get_by_role("button", name="Hand in now").click()
        page.locator(".kefu-yes").click()
        expect(page.locator(".kefu-receipt")).to_be_visible()
        expect(page.locator(".kefu-page").last).to_contain_text("Your teacher has it", timeout=60_000)
        assert journal.read(folder / journal.NAME).responses == {"q-value": 82.5}
        handed_in = next((root / "exchange/kefu/inbound").iterdir())
        assert cells(handed_in)["blank-mean"] == "answer = numbers.mean()"


def write(page: "Page", text: str) -> None:
    """Write a blank's cell anew."""
    page.locator(".kefu-blank .cm-content").click()
    page.keyboard.press("Control+a")
    page.keyboard.insert_text(text)


def cells(folder: Path) -> dict[str, str]:
    """The sources of a lab's notebook by cell id."""
    return {cell.id: cell.source for cell in nbformat.read(folder / "lab-small.ipynb", as_version=4).cells}
