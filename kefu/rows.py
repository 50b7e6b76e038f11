"""The rows of the content map: where each atomic statement of the sources is taught or asked, in course/rows/<chapter>.toml."""

import tomllib
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import nbformat

from kefu.bank import Bank
from kefu.items import LANGS, Complaint
from kefu.syllabus import Syllabus

WAYS = ({"lesson", "says"}, {"item"}, {"left"})


def load(course: Path) -> dict[str, dict[str, Any]]:
    """Every row by its id; raises ValueError when a file is no TOML or names a row twice."""
    rows: dict[str, dict[str, Any]] = {}
    for path in sorted((course / "rows").glob("*.toml")):
        try:
            found = tomllib.loads(path.read_text(encoding="utf-8"))
        except tomllib.TOMLDecodeError as error:
            raise ValueError(f"{path}: {error}; mend that place") from None
        if twice := ", ".join(sorted(rows.keys() & found.keys())):
            raise ValueError(f"{path}: {twice}: stands in another file too; keep one")
        rows |= found
    return rows


def complaints(course: Path, syllabus: Syllabus, bank: Bank) -> Iterator[Complaint]:
    """What a row says that is not so: words its lesson does not hold, an item there is not."""
    texts = {
        lesson.id: "\n".join(cell.source for cell in nbformat.read(path, as_version=4).cells if cell.cell_type == "markdown")
        for lesson, path in syllabus.notebooks(course, LANGS[0])
    }
    for row, told in load(course).items():
        if not isinstance(told, dict) or set(told) not in WAYS:
            yield Complaint("course/rows", row, 'write { lesson = "…", says = "…" }, { item = "…" } or { left = "…" }')
        elif "says" in told and told["says"] not in texts.get(told["lesson"], ""):
            yield Complaint(
                "course/rows", row, f"lesson {told['lesson']} does not say {told['says']!r}; teach it, or point elsewhere"
            )
        elif "item" in told and told["item"] not in bank.items:
            yield Complaint("course/rows", row, f"there is no item {told['item']!r}; name another")


def told(course: Path) -> str:
    """How many rows are taught by a lesson, asked by an item, and left out."""
    ways = Counter("left" if "left" in row else "item" if "item" in row else "lesson" for row in load(course).values())
    covered = ways["lesson"] + ways["item"]
    return (
        f"rows of the sources: {covered} of {ways.total()} covered, {ways['lesson']} by a passage of a lesson, "
        f"{ways['item']} by an item; {ways['left']} left out, with the reason"
    )
