"""A learner in a real browser: fetch, answer by mouse and by keyboard, reload, restart, hand in, submit; then the grades."""

import json
import re
from collections.abc import Iterator
from pathlib import Path
from random import Random

import nbformat
import psutil
import pytest
import test_kinds_a
import test_kinds_b
from conftest import BROWSER, RIGHT, TOKEN, card, lab, make_lessons, make_school, press, saved

from kefu import cli, gradebook, journal
from kefu.build import KERNEL
from kefu.desk import lay_out

pytestmark = pytest.mark.skipif(not BROWSER, reason="no Chromium or Chrome is here and none could be installed")
if BROWSER:
    from playwright.sync_api import Browser, Page, expect

FIVE = {kind: RIGHT[kind] for kind in ("single", "multiple", "truefalse", "matching", "ordering")}
PAPER = """
[quiz-five]
title = { zh = "小测验", en = "A small quiz" }
items = ["q-single", "q-multiple", "q-truefalse", "q-matching", "q-ordering"]
credit = { multiple = "each", matching = "each", ordering = "each" }
"""


@pytest.fixture(scope="module")
def school(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A small school with its paper released and a desk laid out, and one lesson in both languages."""
    home = make_school(tmp_path_factory.mktemp("browser"))
    make_lessons(home)
    with open(home / "bank" / "papers.toml", "a", encoding="utf-8") as papers:
        papers.write(PAPER)
    assert cli.main(["--root", str(home), "build"]) == 0
    cli.nbgrader(home, "release_assignment", "quiz-five")
    lay_out(home, home / "desk", "zh")
    return home


@pytest.fixture(scope="module")
def desk(school: Path) -> Iterator[str]:
    with lab(school / "desk", learner=True) as address:
        yield address


def open_notebook(page: "Page", address: str, path: str) -> None:
    page.goto(f"{address}/lab/tree/{path}?token={TOKEN}&reset")
    ready(page)


def ready(page: "Page") -> None:
    page.locator("[data-kefu=ready]").wait_for()


def answer_by_mouse(page: "Page", prefix: str) -> None:
    """B · a, c · false · b, a, c (one by drag) · c, a, b (by drag): all right."""
    card(page, f"{prefix}-single").locator(".kefu-option").nth(1).click()
    for n in (0, 2):
        card(page, f"{prefix}-multiple").locator(".kefu-option").nth(n).click()
    card(page, f"{prefix}-truefalse").locator(".kefu-option").nth(1).click()
    matching = card(page, f"{prefix}-matching")
    for option, prompt in (("b", "p1"), ("a", "p2")):
        matching.locator(f"[data-option={option}]").click()
        matching.locator(f"[data-prompt={prompt}]").click()
    matching.locator("[data-option=c]").drag_to(matching.locator("[data-prompt=p3]"))
    ordering = card(page, f"{prefix}-ordering")
    ordering.locator(".kefu-keep").scroll_into_view_if_needed()
    grip, first = ordering.locator("[data-step=c] .kefu-grip").bounding_box(), ordering.locator("[data-step=a]").bounding_box()
    assert grip and first
    page.mouse.move(grip["x"] + 8, grip["y"] + 20)
    page.mouse.down()
    page.mouse.move(grip["x"] + 8, first["y"] + 10, steps=8)
    page.mouse.up()
    for kind in FIVE:
        saved(card(page, f"{prefix}-{kind}"))


def answer_by_keyboard(page: "Page", prefix: str) -> None:
    """The same five answers without a mouse, from the first control on with Tab, Space and arrows."""
    card(page, f"{prefix}-single").locator("input").first.focus()
    press(page, "ArrowDown")
    card(page, f"{prefix}-multiple").locator("input").first.focus()
    press(page, "Space", "Tab", "Tab", "Space")
    card(page, f"{prefix}-truefalse").locator("input").first.focus()
    press(page, "Space", "ArrowDown")
    card(page, f"{prefix}-matching").locator("[data-option=b]").focus()
    press(page, "Space", "Space")  # lift b, focus is on the first free place, drop
    press(page, "Space", "Space")  # a is the next card, p2 the next place
    press(page, "Space", "ArrowUp", "ArrowDown", "Space")  # c, by way of another place
    card(page, f"{prefix}-ordering").locator("[data-step=c] .kefu-card").focus()
    press(page, "Space", "ArrowUp", "ArrowUp", "Space")
    for kind in FIVE:
        saved(card(page, f"{prefix}-{kind}"))


@pytest.mark.parametrize("lang", ["zh", "en"])
@pytest.mark.parametrize("answer", [answer_by_mouse, answer_by_keyboard], ids=["mouse", "keyboard"])
def test_every_kind_is_answered_marked_and_explained(page: "Page", desk: str, school: Path, lang: str, answer) -> None:
    path = school / "desk/course" / journal.NAME
    path.unlink(missing_ok=True)
    open_notebook(page, desk, f"course/{lang}/1-basics/1-1-first.ipynb")
    answer(page, "p")
    mouse = answer is answer_by_mouse
    for kind in test_kinds_a.KINDS:
        (test_kinds_a.by_pointer if mouse else test_kinds_a.by_keyboard)(page, card(page, f"p-{kind}"), f"p-{kind}")
        saved(card(page, f"p-{kind}"))
    (test_kinds_b.answer_by_pointer if mouse else test_kinds_b.answer_by_keyboard)(page, "p")
    wanted = {kind: RIGHT[kind] if kind in FIVE else test_kinds_a.right(f"p-{kind}") for kind in RIGHT if kind != "value"}
    assert journal.read(path).responses == {f"p-{kind}": response for kind, response in wanted.items()}
    for kind in wanted:
        found = card(page, f"p-{kind}")
        found.locator(".kefu-check").click()
        verdict = {"zh": ("答对了", "已记下"), "en": ("Right", "Noted")}[lang][kind in ("survey", "essay")]
        expect(found.locator(".kefu-verdict")).to_contain_text(verdict)
        expect(found.locator(".kefu-verdict")).to_be_focused()
    assert len(journal.read(path).tries) == len(wanted) and journal.read(path).odd == ()
    text = [card(page, f"p-{kind}").inner_text() for kind in FIVE]
    words = (
        set(re.findall(r"[A-Za-z]{2,}", " ".join(text))) - {"GST", "Tab", "Esc", "answer"}
        if lang == "zh"
        else re.findall("[一-鿿]", " ".join(text))
    )
    assert not words


def test_a_wrong_answer_is_explained_and_can_be_tried_again(page: "Page", desk: str, school: Path) -> None:
    (school / "desk/course" / journal.NAME).unlink(missing_ok=True)
    open_notebook(page, desk, "course/zh/1-basics/1-1-first.ipynb")
    found = card(page, "p-single")
    found.locator(".kefu-option").nth(0).click()
    found.locator(".kefu-check").click()
    expect(found.locator(".kefu-verdict")).to_contain_text("还不对")
    expect(found.locator(".kefu-result")).to_contain_text("解析甲")
    expect(found.locator(".kefu-result")).to_contain_text("解析乙")
    found.locator(".kefu-check").click()
    expect(found.locator(".kefu-verdict")).to_have_count(0)
    expect(found.locator("input").first).to_be_focused()
    expect(found.locator("input:checked")).to_have_count(0)


def assignments(page: "Page", address: str) -> None:
    """Open nbgrader's assignment list from its menu."""
    page.goto(f"{address}/lab?token={TOKEN}&reset")
    page.get_by_role("menuitem", name="Nbgrader").click()
    page.get_by_role("menuitem", name="Assignment List").click()


def test_a_learner_fetches_answers_reloads_restarts_hands_in_and_is_graded(
    page: "Page", browser: "Browser", desk: str, school: Path
) -> None:
    assignments(page, desk)
    page.locator(".list_item", has_text="quiz-five").get_by_role("button", name="Fetch").click()
    page.get_by_role("button", name="Submit").wait_for()
    folder = school / "desk" / "quiz-five"
    open_notebook(page, desk, "quiz-five/quiz-five.ipynb")
    expect(page.locator(".kefu-page").first).to_contain_text("5道题，满分8分，得分率60%及格")
    answer_by_mouse(page, "q")
    right = {f"q-{kind}": response for kind, response in FIVE.items()}
    assert journal.read(folder / journal.NAME).responses == right
    # nothing on the page marks or betrays a key
    assert page.locator(".kefu-verdict, .kefu-check").count() == 0

    page.reload()
    ready(page)
    expect(card(page, "q-single").locator("input").nth(1)).to_be_checked()
    expect(card(page, "q-ordering").locator("li").first).to_have_attribute("data-step", "c")
    expect(card(page, "q-matching").locator("[data-prompt=p3]")).to_contain_text("回访")

    card(page, "q-truefalse").locator(".kefu-clear").click()  # a cleared answer must not come back
    expect(page.locator(".kefu-open-items")).to_contain_text("还有1道题没有作答：第3题")
    page.get_by_role("menuitem", name="内核").click()
    page.get_by_role("menuitem", name=re.compile("^重启内核…|^重启内核\\.\\.\\.")).click()
    page.locator(".jp-Dialog .jp-mod-accept").click()
    page.wait_for_function("!document.querySelector('[data-kefu=ready]')")
    ready(page)
    expect(card(page, "q-truefalse").locator("input:checked")).to_have_count(0)
    expect(card(page, "q-multiple").locator("input:checked")).to_have_count(2)

    # the rest by keyboard alone: a wrong answer for 3, the language, the flag, the hand-in
    card(page, "q-truefalse").locator("input").first.focus()
    press(page, "Space")
    saved(card(page, "q-truefalse"))
    card(page, "q-single").locator(".kefu-flag").focus()
    press(page, "Enter")
    expect(page.locator(".kefu-page").last).to_contain_text("你标记过第1题")
    page.get_by_role("button", name="English").focus()
    press(page, "Enter")
    expect(card(page, "q-single").locator("legend")).to_have_text("What comes first?")
    expect(card(page, "q-single").locator("input").nth(1)).to_be_checked()
    page.get_by_role("button", name="Hand in now").focus()
    press(page, "Enter", "Enter")  # once more: the learner is asked whether they are sure
    expect(page.locator(".kefu-receipt")).to_be_visible()
    receipt, _ = journal.read(folder / journal.NAME).handed or ("", "")
    expect(page.locator(".kefu-receipt")).to_contain_text(receipt)
    assert (folder / "quiz-five.hand-in.zip").exists()

    assignments(page, desk)
    page.get_by_role("button", name="Submit").click()
    inbound = school / "exchange/kefu/inbound"
    page.wait_for_function("() => document.body.innerText.includes('Submitted assignments')")
    page.locator(
        "#submitted_assignments_list .list_item, .jp-AssignmentList .submitted, [id*=submitted] .list_item"
    ).first.wait_for()
    assert len(list(inbound.iterdir())) == 1

    cli.nbgrader(school, "collect", "quiz-five")
    cli.nbgrader(school, "autograde", "quiz-five")
    cli.nbgrader(school, "generate_feedback", "quiz-five")
    frame = gradebook.scores(school / "gradebook.db")
    assert frame["score"].tolist() == [7.0]  # 1 + 2 + 0 + 2 + 2
    who = frame["learner"][0]

    feedback = browser.new_page()
    feedback.goto((school / "feedback" / who / "quiz-five" / "quiz-five.html").as_uri())
    expect(feedback.locator("article").nth(2)).to_contain_text("◉ 正确")
    expect(feedback.locator("article").nth(2)).to_contain_text("还不对：得0分")
    expect(feedback.locator(".total")).to_contain_text("7")
    feedback.close()
    with lab(school, learner=False) as address:
        grader, refused = browser.new_page(), []
        # the formgrader asks for MathJax from outside; the server's policy must stop that before it leaves
        grader.on("requestfailed", lambda request: refused.append((request.url.split("/")[2], request.failure)))
        grader.goto(f"{address}/formgrader?token={TOKEN}")
        expect(grader.locator("table")).to_contain_text("quiz-five")
        grader.goto(f"{address}/formgrader/gradebook/quiz-five/quiz-five")
        grader.locator("table a").first.click()
        expect(grader.locator("body")).to_contain_text("◉ 问候")
        expect(grader.locator("body")).to_contain_text("答对了：得1分，满分1分")
        expect(grader.locator("body")).to_contain_text("还不对：得0分，满分1分")
        expect(grader.locator("body")).not_to_contain_text("key=")
        assert set(refused) == {("cdnjs.cloudflare.com", "csp")}
        grader.close()


def test_an_answer_the_disk_refuses_is_told_on_its_card_and_the_next_one_is_saved(
    page: "Page", desk: str, school: Path
) -> None:
    path = school / "desk/course" / journal.NAME
    path.unlink(missing_ok=True)
    open_notebook(page, desk, "course/zh/1-basics/1-1-first.ipynb")
    path.mkdir()  # nobody can append to a folder
    card(page, "p-single").locator(".kefu-option").nth(0).click()
    expect(card(page, "p-single").locator(".kefu-state")).to_contain_text("没有保存")
    path.rmdir()
    card(page, "p-single").locator(".kefu-option").nth(1).click()
    saved(card(page, "p-single"))
    assert journal.read(path).responses == {"p-single": "b"}


@pytest.mark.parametrize("width", [390, 1280])
def test_nothing_scrolls_sideways_and_every_target_is_large_enough(page: "Page", desk: str, school: Path, width: int) -> None:
    page.set_viewport_size({"width": width, "height": 900})
    open_notebook(page, desk, "course/zh/1-basics/1-1-first.ipynb")
    for kind in FIVE:
        found = card(page, f"p-{kind}")
        assert found.evaluate("node => node.scrollWidth <= node.clientWidth")
        for target in found.locator("button:visible, label.kefu-option").all():
            box = target.bounding_box()
            assert box and box["height"] >= 44 and box["width"] >= 44


KILLS = 25
CLICKER = """
() => {
  const chosen = (card) => {
    const values = [...card.querySelectorAll("input:checked")].map((input) => input.value);
    return card.querySelector("input[type=checkbox]") ? (values.length ? values : null) : values[0] ?? null;
  };
  const cards = () => ["single", "multiple", "truefalse"].map((kind) => document.querySelector(`.kefu[data-item=p-${kind}]`)).filter(Boolean);  // anew each time: a rerun replaces them
  window.saved = () => cards().filter((card) => card.querySelector(".kefu-state").dataset.state === "saved")
    .map((card) => [card.dataset.item, chosen(card)]);
  window.shown = [];  // every (item, response) whose card has said "saved", in the order of the sayings
  window.clicking = setInterval(() => {
    const all = cards(), inputs = all[Math.floor(Math.random() * all.length)]?.querySelectorAll("input") ?? [];
    inputs[Math.floor(Math.random() * inputs.length)]?.click();
  }, 7);
  window.watch = new MutationObserver(() => shown.push(...saved()));
  watch.observe(document.body, { subtree: true, attributeFilter: ["data-state"] });
}
"""


def test_no_answer_shown_as_saved_is_lost_when_the_kernel_is_killed_at_random_moments(page: "Page", school: Path) -> None:
    path, rng, sayings, standing = school / "desk/course" / journal.NAME, Random(7), 0, 0
    path.unlink(missing_ok=True)
    short = "course/zh/1-basics/short.ipynb"  # the fewer cards, the sooner a new kernel shows them
    cells = ["from kefu import practice", *(f'practice("p-{kind}")' for kind in ("single", "multiple", "truefalse"))]
    found = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(cell) for cell in cells], metadata={"kernelspec": KERNEL})
    nbformat.write(found, school / "desk" / short)
    page.set_default_timeout(90_000)  # a page that cannot mend itself loads itself anew after a while
    # the server looks after its kernels more often than every three seconds, and never loses patience
    restarter = ("--KernelRestarter.time_to_dead=0.2", "--KernelRestarter.restart_limit=1000")
    with lab(school / "desk", True, *restarter) as address:
        open_notebook(page, address, short)
        for _ in range(KILLS):
            page.evaluate(CLICKER)
            page.wait_for_function("shown.length > 0")
            page.wait_for_timeout(rng.uniform(0, 300))
            kernel(school).kill()
            page.evaluate("clearInterval(clicking)")
            page.wait_for_timeout(50)  # what is still on its way to the page may arrive
            shown, standing_now = page.evaluate("watch.disconnect() ?? [shown, saved()]")
            page.evaluate("document.querySelector('[data-kefu]')?.removeAttribute('data-kefu')")
            lines = [json.loads(line) for line in path.read_bytes().split(b"\n") if line.endswith(b"}")]
            written, found = [[line["item"], line["response"]] for line in lines], journal.read(path).responses
            assert [said for said in shown if said not in written] == []
            assert [[item, found[item]] for item, _ in standing_now] == standing_now
            sayings, standing = sayings + len(shown), standing + len(standing_now)
            ready(page)
        assert standing > 0
        expect(card(page, "p-single").locator(f"input[value={found['p-single']}]")).to_be_checked()
    print(f"{KILLS} kills: {sayings} times saved was shown, {standing} stood at the kill, {len(lines)} lines, none lost")


def kernel(school: Path) -> "psutil.Process":
    """The kernel that started last below a school's folder."""
    found = psutil.process_iter(["cmdline", "cwd", "create_time"])
    ours = [
        p
        for p in found
        if "ipykernel_launcher" in (p.info["cmdline"] or []) and Path(p.info["cwd"] or "").is_relative_to(school)
    ]
    return max(ours, key=lambda process: process.info["create_time"])
