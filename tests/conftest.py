"""A small course of its own for every test that needs one."""

import os
import shutil
import sys
from pathlib import Path

import pytest

REPOSITORY = Path(__file__).parent.parent
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
}
# the right response to each of them
RIGHT = {
    "single": "b",
    "multiple": ["a", "c"],
    "truefalse": "false",
    "matching": {"p1": "b", "p2": "a", "p3": "c"},
    "ordering": ["c", "a", "b"],
}
COMMON = 'lesson = "1-1"\ncovers = ["c1-gst"]\nlevel = "recall"\nsource = "a test"\n'
PAPERS = """
[quiz-small]
title = { zh = "小测验", en = "A small quiz" }
items = ["q-single", "q-multiple", "q-truefalse", "q-matching", "q-ordering"]
credit = { multiple = "each", matching = "each", ordering = "each" }
"""


def item_text(kind: str) -> str:
    """A good item's file."""
    return COMMON + ITEMS[kind].lstrip()


def make_school(folder: Path) -> Path:
    """A course repository with a practice and a secure item of every kind, and one paper."""
    home = folder / "school"
    for folder, prefix in (("course/practice", "p"), ("bank/items", "q")):
        (home / folder / "1-basics").mkdir(parents=True)
        for kind in ITEMS:
            (home / folder / "1-basics" / f"{prefix}-{kind}.toml").write_text(item_text(kind), encoding="utf-8")
    (home / "course" / "syllabus.toml").write_text(SYLLABUS, encoding="utf-8")
    (home / "bank" / "papers.toml").write_text(PAPERS, encoding="utf-8")
    shutil.copy(REPOSITORY / "nbgrader_config.py", home)
    return home


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """A small course repository."""
    return make_school(tmp_path)
