"""Data labs: a paper's steps, code and texts from bank/labs/<name>/lab.toml, its tables from tables.py beside it."""

import ast
import re
import runpy
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple

from kefu.bank import Bank
from kefu.items import LANGS, Complaint

FOLDER = "bank/labs"
KEYS = ("seed", "cells", "code", "solutions", *LANGS)
GAP = "____"
SHAPES = ({"passage"}, {"worked"}, {"blank", "answer"}, {"ask"})


class Step(NamedTuple):
    """A step of a lab: passage, worked, blank or ask; the name of its text or code; the item it asks."""

    what: str
    name: str
    item: str = ""


@dataclass(frozen=True)
class Lab:
    """A lab's steps in order, its code and solutions by name, its passages by language and name."""

    folder: Path
    seed: int
    steps: tuple[Step, ...]
    code: dict[str, str]
    solutions: dict[str, str]
    passages: dict[str, dict[str, str]]

    def waits(self) -> set[str]:
        """The worked cells that use what a blank before them makes, so that they run only once it is filled."""
        made: set[str] = set()
        found = set()
        for step in self.steps:
            if step.what == "blank":
                made |= _names(self.solutions[step.name], ast.Store)
            elif step.what == "worked" and made & _names(self.code[step.name], ast.Load):
                made |= _names(self.code[step.name], ast.Store)
                found.add(step.name)
        return found

    def tables(self) -> dict[str, str]:
        """Every table as CSV text, the same every time. Raises ValueError when tables.py cannot make them."""
        path = self.folder / "tables.py"
        try:
            frames = runpy.run_path(str(path))["tables"](self.seed)
            return {name: frame.to_csv(index=False, lineterminator="\n") for name, frame in frames.items()}
        except Exception as error:  # whatever the author's program does wrong
            raise ValueError(f"{path}: {error!r}; mend tables(seed), which gives a DataFrame for every name") from error


def asked(root: Path) -> set[str]:
    """The items that labs ask, broken labs too: they make sense beside their lab's data only."""
    texts = (path.read_text(encoding="utf-8", errors="replace") for path in (root / FOLDER).glob("*/lab.toml"))
    return {name for text in texts for name in re.findall(r'\b(?:answer|ask) *= *"([a-z0-9-]+)"', text)}


def read(root: Path, name: str, bank: Bank) -> tuple[Lab | None, list[Complaint]]:
    """A lab; None and the complaints when it has any."""
    folder, file = root / FOLDER / name, f"{FOLDER}/{name}/lab.toml"
    try:
        raw = tomllib.loads((folder / "lab.toml").read_text(encoding="utf-8"))
    except FileNotFoundError:
        return None, [Complaint(file, "file", "is missing; write the lab there, or take out lab = true")]
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        return None, [Complaint(file, "TOML", f"{error}; mend that place")]
    found = list(_shape(raw))
    if not found:
        lab = _lab(folder, raw)
        found = [*_sense(lab, bank), *_unused(lab)]
    if not (folder / "tables.py").exists():
        found.append(("tables.py", "is missing; write tables(seed), which gives a DataFrame for every name"))
    return (None if found else lab), [Complaint(file, key, mend) for key, mend in found]


def _lab(folder: Path, raw: dict[str, Any]) -> Lab:
    steps = []
    for cell in raw["cells"]:
        what = next(word for word in ("passage", "worked", "blank", "ask") if word in cell)
        steps.append(Step(what, cell[what], cell.get("answer", cell[what] if what == "ask" else "")))
    code, solutions = ({name: text.strip("\n") for name, text in raw[key].items()} for key in ("code", "solutions"))
    return Lab(folder, raw["seed"], tuple(steps), code, solutions, {lang: raw[lang]["passages"] for lang in LANGS})


def _shape(raw: dict[str, Any]) -> Iterator[tuple[str, str]]:
    """Complaints about the fields' presence and types, so that everything after may rely on them."""
    for key in raw:
        if key not in KEYS:
            yield key, f"is no key of a lab; the keys are {', '.join(KEYS)}"
    if type(raw.get("seed")) is not int:
        yield "seed", "write a whole number, which the tables are drawn from"
    cells = raw.get("cells")
    if not isinstance(cells, list) or not cells:
        yield "cells", 'is missing; write a list of steps, like { passage = "start" }'
    for n, cell in enumerate(cells if isinstance(cells, list) else [], 1):
        texts = isinstance(cell, dict) and all(isinstance(value, str) and value for value in cell.values())
        if not texts or set(cell) not in SHAPES:
            yield (
                f"cells {n}",
                'is no step; write { passage = "…" }, { worked = "…" }, { blank = "…", answer = "…" } or { ask = "…" }',
            )
    tables = {"code": raw.get("code"), "solutions": raw.get("solutions")}
    tables |= {f"{lang}.passages": raw.get(lang, {}).get("passages") for lang in LANGS if isinstance(raw.get(lang, {}), dict)}
    for key, table in tables.items():
        if not isinstance(table, dict) or not table:
            yield key, f'is missing; add a table [{key}] of names and texts, like start = "…"'
        else:
            for name, text in table.items():
                if not isinstance(text, str) or not text.strip() or not re.fullmatch(r"[a-z][a-z0-9-]*", name):
                    yield f"{key}.{name}", "is empty or badly named; write a text in quotes, and the name with a-z, 0-9 and -"


def _sense(lab: Lab, bank: Bank) -> Iterator[tuple[str, str]]:
    """Complaints about what the steps name: texts in every language, code, solutions, items."""
    seen: set[Step] = set()
    for n, step in enumerate(lab.steps, 1):
        where = f"cells {n}"
        if step in seen or (step.item and step.item in {other.item for other in seen}):
            yield where, f"{step.item or step.name!r} stands there twice; name it once"
        seen.add(step)
        if step.what == "passage":
            for lang in LANGS:
                if step.name not in lab.passages[lang]:
                    yield f"{lang}.passages.{step.name}", "is missing; write the passage in this language"
        elif step.what in ("worked", "blank") and step.name not in lab.code:
            yield f"code.{step.name}", "is missing; write the cell's code"
        elif step.what == "worked":
            yield from _parsed(f"code.{step.name}", lab.code[step.name])
        elif step.what == "blank":
            yield from _blank(lab, step, bank)
        item = bank.items.get(step.item)
        if step.item and item is None:
            yield where, f"{step.item!r} is no good item of the bank; see the complaints about it, or choose another"
        elif item and item.pool != "secure":
            yield where, f"{step.item!r} is a practice item, whose key is open; choose one of bank/items"
        elif item and (item.kind == "value") != (step.what == "blank"):
            yield where, f"{step.item!r} is of kind {item.kind}; a blank's answer is a value, and ask is for the other kinds"


def _blank(lab: Lab, step: Step, bank: Bank) -> Iterator[tuple[str, str]]:
    code, solution = lab.code[step.name], lab.solutions.get(step.name)
    if GAP not in code:
        yield f"code.{step.name}", f"has no {GAP}; put it where the learner fills something in"
    elif solution is None:
        yield f"solutions.{step.name}", "is missing; write the code with the blank filled in"
    elif not re.fullmatch(re.escape(code).replace(GAP, ".+"), solution):
        yield f"solutions.{step.name}", f"differs from code.{step.name} elsewhere than at {GAP}; make the rest the same"
    else:
        yield from _parsed(f"solutions.{step.name}", solution)
        key = getattr(bank.items.get(step.item), "key", None)
        name = key.get("name") if isinstance(key, dict) else None
        if name and not list(_parsed("", solution)) and name not in _names(solution, ast.Store):
            yield f"solutions.{step.name}", f"gives no {name}, which {step.item} asks for; use that name"


def _unused(lab: Lab) -> Iterator[tuple[str, str]]:
    """Complaints about what no step names."""
    tables = {"code": ("worked", "blank"), "solutions": ("blank",)} | {f"{lang}.passages": ("passage",) for lang in LANGS}
    for key, uses in tables.items():
        table = lab.passages[key.partition(".")[0]] if key.endswith("passages") else getattr(lab, key)
        for name in table.keys() - {step.name for step in lab.steps if step.what in uses}:
            yield f"{key}.{name}", "is in no cell; add it to cells, or take it out"


def _parsed(key: str, code: str) -> Iterator[tuple[str, str]]:
    try:
        ast.parse(code)
    except SyntaxError as error:
        yield key, f"line {error.lineno}: {error.msg}; mend the code"


def _names(code: str, use: type[ast.expr_context]) -> set[str]:
    return {node.id for node in ast.walk(ast.parse(code)) if isinstance(node, ast.Name) and isinstance(node.ctx, use)}
