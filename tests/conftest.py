"""A small course of its own for every test that needs one."""

import os
import re
import shutil
import socket
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import nbformat
import pytest
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook

from kefu import cli, journal
from kefu.desk import lay_out
from kefu.items import numeric

sys.path.insert(0, str(Path(__file__).parent.parent))
import start

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Locator, Page

REPOSITORY = Path(__file__).parent.parent
BROWSER = os.environ.get("KEFU_BROWSER") or next(filter(None, map(shutil.which, start.BROWSERS)), "")
OPTIONS = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
           "--disable-component-update", "--disable-sync"]  # fmt: skip
TOKEN = "a-token-for-tests"
os.environ["PATH"] = os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]])  # nbgrader calls alembic by name

SYLLABUS = """
title = { zh = "小课程", en = "A small course" }
[[chapters]]
id = "1-basics"
title = { zh = "基础", en = "Basics" }
  [[chapters.lessons]]
  id = "1-1"
  stem = "1-1-first"
  title = { zh = "第一课", en = "Lesson one" }
    [chapters.lessons.points]
    c1-gst = { zh = "问候", en = "Greeting" }
"""
ITEMS = {
    "single": """
kind = "single"
key = "b"
[zh]
stem = "先做什么？"
options = { a = "道别", b = "问候", c = "收款" }
rationale = { a = "解析甲", b = "解析乙", c = "解析丙" }
[en]
stem = "What comes first?"
options = { a = "Farewell", b = "Greeting", c = "Payment" }
rationale = { a = "why-en-a", b = "why-en-b", c = "why-en-c" }
""",
    "multiple": """
kind = "multiple"
points = 2
key = ["a", "c"]
[zh]
stem = "哪些是客户？"
options = { a = "买家", b = "路灯", c = "潜在买家", d = "石头" }
rationale = { a = "解析一", b = "解析二", c = "解析三", d = "解析四" }
[en]
stem = "Who is a customer?"
options = { a = "A buyer", b = "A lamp post", c = "A prospect", d = "A stone" }
rationale = { a = "r1", b = "r2", c = "r3", d = "r4" }
""",
    "truefalse": """
kind = "truefalse"
key = "false"
[zh]
stem = "服务可以储存。"
rationale = { true = "不能储存", false = "易消失" }
[en]
stem = "Service can be stored."
rationale = { true = "It cannot", false = "It perishes" }
""",
    "matching": """
kind = "matching"
points = 2
key = { p1 = "b", p2 = "a", p3 = "c" }
[zh]
stem = "配对。"
prompts = { p1 = "前", p2 = "中", p3 = "后" }
options = { a = "帮助挑选", b = "广告", c = "回访", d = "下雨" }
rationale = { p1 = "理由1", p2 = "理由2", p3 = "理由3", d = "无关" }
[en]
stem = "Match."
prompts = { p1 = "Before", p2 = "During", p3 = "After" }
options = { a = "Help to choose", b = "Advertising", c = "Callback", d = "Rain" }
rationale = { p1 = "m1", p2 = "m2", p3 = "m3", d = "m4" }
""",
    "ordering": """
kind = "ordering"
points = 2
key = ["c", "a", "b"]
[zh]
stem = "排列GST三步。"
options = { a = "微笑", b = "感谢", c = "问候" }
rationale = { a = "第二", b = "最后", c = "最先" }
[en]
stem = "Order the three steps."
options = { a = "Smile", b = "Thank", c = "Greet" }
rationale = { a = "second", b = "last", c = "first" }
""",
    "sorting": """
kind = "sorting"
points = 2
key = { a = "x", b = "y", c = "x", d = "y" }
[zh]
stem = "哪些看得见？"
bins = { x = "看得见", y = "看不见" }
options = { a = "制服", b = "态度", c = "大厅", d = "信任" }
rationale = { a = "归1", b = "归2", c = "归3", d = "归4" }
[en]
stem = "Which can be seen?"
bins = { x = "Seen", y = "Not seen" }
options = { a = "Uniform", b = "Attitude", c = "Lobby", d = "Trust" }
rationale = { a = "s1", b = "s2", c = "s3", d = "s4" }
""",
    "blanks": """
kind = "blanks"
points = 2
key = { g1 = ["问候", "greet", "say hello"], g2 = ["感谢", "thank"] }
[zh]
stem = "补全GST。"
text = "先{g1}，最后{g2}。"
rationale = { g1 = "空1", g2 = "空2" }
[en]
stem = "Complete GST."
text = "First {g1}, at the end {g2}."
rationale = { g1 = "b1", g2 = "b2" }
""",
    "numeric": """
kind = "numeric"
key = { formula = "solved / contacts * 100", tolerance = 0.05, params = { contacts = [200, 400, 50], solved = [100, 180, 10] } }
[zh]
stem = "{contacts}次来电解决了{solved}次，解决率是多少？保留一位小数。"
unit = "%"
rationale = { value = "{solved}÷{contacts}×100={value}" }
[en]
stem = "{contacts} calls, {solved} solved: what share was solved? One decimal."
unit = "%"
rationale = { value = "{solved} / {contacts} x 100 = {value}" }
""",
    "judgement": """
kind = "judgement"
points = 2
key = { a = [0, 0, 1, 3, 6], b = [7, 2, 1, 0, 0], c = [1, 2, 4, 2, 1] }
[zh]
stem = "客人说空调太吵。"
options = { a = "道歉并马上换房", b = "请客人忍一忍", c = "请客人等到明天" }
rationale = { a = "评1", b = "评2", c = "评3" }
[en]
stem = "A guest says the air conditioner is loud."
options = { a = "Apologize and change the room", b = "Ask the guest to bear it", c = "Ask the guest to wait" }
rationale = { a = "j1", b = "j2", c = "j3" }
""",
    "roleplay": """
kind = "roleplay"
points = 4
[key]
start = "t1"
mood = 3
[key.replies]
t1-a = { at = "t1", to = "t2", mood = 1, points = 0 }
t1-b = { at = "t1", to = "t2", mood = -1, points = 2 }
t2-a = { at = "t2", to = { 0 = "e1", 4 = "e2" }, mood = -1, points = 2 }
t2-b = { at = "t2", to = "e2", mood = 2, points = 0 }
[zh]
stem = "你是前台接待员。"
customer = "客人"
says = { t1 = "房间没有热水！", t2 = "那现在怎么办？" }
options = { t1-a = "别的客人没有说过。", t1-b = "很抱歉，我马上处理。", t2-a = "我先为您换一间。", t2-b = "请您等一等。" }
ends = { e1 = "客人住下了。", e2 = "客人走了。" }
rationale = { t1-a = "演1", t1-b = "演2", t2-a = "演3", t2-b = "演4" }
[en]
stem = "You are at the front desk."
customer = "Guest"
says = { t1 = "There is no hot water!", t2 = "And now?" }
options = { t1-a = "Nobody else complained.", t1-b = "I am sorry. I will see to it.", t2-a = "I have another room for you.", t2-b = "Please wait." }
ends = { e1 = "The guest stayed.", e2 = "The guest left." }
rationale = { t1-a = "d1", t1-b = "d2", t2-a = "d3", t2-b = "d4" }
""",
    "hotspot": """
kind = "hotspot"
points = 2
figure = "desk.svg"
key = ["r1", "r3"]
[zh]
stem = "前台有哪些不妥？"
options = { r1 = "台上的饭盒", r2 = "台灯", r3 = "敞开的登记簿" }
rationale = { r1 = "图1", r2 = "图2", r3 = "图3" }
[en]
stem = "What is wrong at this desk?"
options = { r1 = "The lunch box", r2 = "The lamp", r3 = "The open register" }
rationale = { r1 = "h1", r2 = "h2", r3 = "h3" }
""",
    "survey": """
kind = "survey"
key = { s1 = "d1", s2 = "d2", s3 = "d3", s4 = "d1" }
[zh]
stem = "你同意这些说法吗？"
groups = { d1 = "沟通", d2 = "抗压", d3 = "学习" }
options = { s1 = "我会先听完", s2 = "我能很快平静下来", s3 = "我每周学习", s4 = "我会复述客户的话" }
[en]
stem = "Do you agree?"
groups = { d1 = "Communication", d2 = "Resilience", d3 = "Learning" }
options = { s1 = "I listen first", s2 = "I calm down quickly", s3 = "I learn every week", s4 = "I repeat what was said" }
""",
    "essay": """
kind = "essay"
points = 3
key = { facts = 2, tone = 1 }
[zh]
stem = "写一段回复。"
rubric = { facts = "说清事实", tone = "语气得当" }
rationale = { facts = "评语一", tone = "评语二" }
[en]
stem = "Write a reply."
rubric = { facts = "Says what happened", tone = "Keeps a fitting tone" }
rationale = { facts = "why-facts", tone = "why-tone" }
""",
    "value": """
kind = "value"
key = { name = "answer", value = 82.5, tolerance = 0.05 }
[zh]
stem = "满意率是多少？"
rationale = { value = "值1" }
[en]
stem = "What is the satisfaction rate?"
rationale = { value = "v1" }
""",
}
DESK = """<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 640 400"><rect width="640" height="400" fill="#f3ead8"/>
<rect data-region="r1" x="60" y="200" width="120" height="80" fill="#b4510f"/>
<circle data-region="r2" cx="320" cy="160" r="60" fill="#0b6e69"/>
<g data-region="r3"><rect x="440" y="220" width="140" height="70" fill="#52606d"/></g></svg>"""
NUMBERS = tomllib.loads(ITEMS["numeric"])["key"]
# the right response to each of them; a machine gives no points for a survey or an essay
RIGHT = {
    "single": "b",
    "multiple": ["a", "c"],
    "truefalse": "false",
    "matching": {"p1": "b", "p2": "a", "p3": "c"},
    "ordering": ["c", "a", "b"],
    "sorting": {"a": "x", "b": "y", "c": "x", "d": "y"},
    "blanks": {"g1": "Ｇｒｅｅｔ", "g2": "感谢。"},
    "numeric": numeric.answer(NUMBERS, 0),
    "judgement": {"a": 5, "b": 1, "c": 3},
    "roleplay": ["t1-b", "t2-a"],
    "hotspot": ["r1", "r3"],
    "survey": {"s1": 4, "s2": 3, "s3": 5, "s4": 4},
    "essay": "很抱歉，热水明早恢复。",
    "value": 82.5,
}
COMMON = 'lesson = "1-1"\ncovers = ["c1-gst"]\nlevel = "recall"\nsource = "a test"\n'
PAPERS = """
[quiz-small]
title = { zh = "小测验", en = "A small quiz" }
items = ["q-single", "q-multiple", "q-truefalse", "q-matching", "q-ordering", "q-sorting", "q-blanks", "q-numeric", "q-judgement",
  "q-roleplay", "q-hotspot", "q-survey", "q-essay", "q-value"]
credit = { multiple = "each", matching = "each", ordering = "each", sorting = "each", blanks = "each", judgement = "each", roleplay = "each" }
"""


def item_text(kind: str) -> str:
    """A good item's file."""
    return COMMON + ITEMS[kind].lstrip()


def make_school(folder: Path) -> Path:
    """A course repository with a practice and a secure item of every kind, and one paper."""
    home = folder / "school"
    for folder, prefix in (("course/practice", "p"), ("bank/items", "q")):
        (home / folder / "1-basics").mkdir(parents=True)
        (home / folder / "1-basics" / "desk.svg").write_text(DESK, encoding="utf-8")
        for kind in ITEMS:
            (home / folder / "1-basics" / f"{prefix}-{kind}.toml").write_text(item_text(kind), encoding="utf-8")
    (home / "course" / "syllabus.toml").write_text(SYLLABUS, encoding="utf-8")
    (home / "bank" / "papers.toml").write_text(PAPERS, encoding="utf-8")
    shutil.copy(REPOSITORY / "nbgrader_config.py", home)
    return home


def make_lessons(home: Path) -> None:
    """One lesson in both languages, with a practice item of every kind."""
    for lang, title in (("zh", "# 第一课"), ("en", "# Lesson one")):
        path = home / "course" / lang / "1-basics" / "1-1-first.ipynb"
        path.parent.mkdir(parents=True)
        cells = [new_markdown_cell(title), new_code_cell("from kefu import practice")]
        cells += [new_code_cell(f'practice("p-{kind}")') for kind in ITEMS]
        nbformat.write(new_notebook(cells=cells), path)


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """A small course repository."""
    return make_school(tmp_path)


@contextmanager
def lab(folder: Path, learner: bool, *options: str) -> Iterator[str]:
    """A JupyterLab as start.py runs it; gives its address."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    command, environment = start.lab(sys.executable, folder, port, TOKEN, "zh", learner)
    server = subprocess.Popen([*command, *options], cwd=folder, env=environment)
    try:
        start.wait(port, TOKEN, server)
        yield f"http://127.0.0.1:{port}"
    finally:
        server.terminate()
        server.wait()


@pytest.fixture(scope="session")
def browser() -> Iterator["Browser"]:
    """One Chromium for all browser tests."""
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        path = None if BROWSER == "playwright" else BROWSER
        browser = playwright.chromium.launch(executable_path=path, args=OPTIONS)
        yield browser
        browser.close()


@pytest.fixture
def page(browser: "Browser") -> Iterator["Page"]:
    """A page that must neither throw nor ask anything outside this machine."""
    context = browser.new_context(viewport={"width": 1280, "height": 1200}, has_touch=True)
    page = context.new_page()
    page.set_default_timeout(30_000)
    outside: list[str] = []
    thrown: list[str] = []
    page.on(
        "request",
        lambda request: outside.append(request.url) if re.match(r"(https?|wss?)://(?!127\.0\.0\.1)", request.url) else None,
    )
    # JupyterLab itself throws this when a kernel dies under it
    page.on("pageerror", lambda error: None if "Canceled future" in str(error) else thrown.append(str(error)))
    yield page
    for open_page in context.pages:
        open_page.locator("body[data-busy]").wait_for(state="detached")  # nothing may reach the next test's journal
    context.close()
    assert outside == [] and thrown == []


class Classroom(NamedTuple):
    """A small school with a lesson of every kind in both languages and a paper, served to one learner."""

    home: Path
    address: str

    @property
    def journal(self) -> Path:
        """Where the answers to practice items are written."""
        return self.home / "desk" / "course" / journal.NAME

    def responses(self) -> dict[str, object]:
        """The practice items' responses as they stand on the disk."""
        return journal.read(self.journal).responses

    def open(self, page: "Page", path: str) -> None:
        """Open a page of the classroom, like zh/lesson/1-1, and wait until its cards live."""
        page.goto(f"{self.address}/kefu/{path}?token={TOKEN}")
        page.locator("body[data-ready]").wait_for()

    def lesson(self, page: "Page", lang: str) -> None:
        """Open the lesson as somebody who has not answered anything yet."""
        self.journal.unlink(missing_ok=True)
        self.open(page, f"{lang}/lesson/1-1")


@pytest.fixture(scope="session")
def classroom(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Classroom]:
    """The served school, once for all tests; each begins with an empty journal (`lesson`) or clears up after itself."""
    home = make_school(tmp_path_factory.mktemp("classroom"))
    make_lessons(home)
    assert cli.main(["--root", str(home), "build"]) == 0
    lay_out(home, home / "desk", "zh")
    shutil.copytree(home / "release" / "quiz-small", home / "desk" / "quiz-small")
    with lab(home / "desk", True) as address:
        yield Classroom(home, address)


def card(page: "Page", item: str) -> "Locator":
    """An item's card."""
    return page.locator(f".kefu[data-item={item}]")


def saved(found: "Locator") -> None:
    """Wait until a card says that its answer is saved."""
    from playwright.sync_api import expect

    expect(found.locator(".kefu-state")).to_have_attribute("data-state", "saved")


def press(page: "Page", *keys: str) -> None:
    """Press keys, one after another."""
    for key in keys:
        page.keyboard.press(key)
