"""The bank: every item of both pools, read from its file; what is wrong is said and harms nothing else."""

import re
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from difflib import get_close_matches
from pathlib import Path
from types import ModuleType
from typing import Any
from xml.etree import ElementTree

from kefu.items import KINDS, LANGS, LEVELS, Complaint, Item, kind_module
from kefu.syllabus import Syllabus, course_folder
from kefu.syllabus import load as load_syllabus

KEYS = ("kind", "lesson", "covers", "level", "points", "key", "figure", "source", *LANGS)
ID = re.compile(r"^[a-z0-9][a-z0-9-]*$")


@dataclass(frozen=True)
class Bank:
    """The good items by id, and the complaints about the others."""

    items: dict[str, Item]
    complaints: list[Complaint]

    def pool(self, name: str) -> dict[str, Item]:
        """The items of one pool, practice or secure, in the order of their ids."""
        return {i: item for i, item in sorted(self.items.items()) if item.pool == name}


def load(root: Path) -> Bank:
    """Read every item below `root` (course/practice and bank/items). A bad file is left out with its complaints."""
    course = course_folder(root)
    syllabus = load_syllabus(course)
    folders = {"practice": course / "practice", "secure": root / "bank" / "items"}
    items: dict[str, Item] = {}
    complaints: list[Complaint] = []
    for pool, folder in folders.items():
        for path in sorted(folder.glob("*/*.toml")):
            name = path.relative_to(root).as_posix() if path.is_relative_to(root) else path.as_posix()
            item, found = _read(path, name, pool, syllabus)
            if item and item.id in items:
                other = items[item.id].path
                found.append(Complaint(name, "id", f"{item.id!r} is taken by {other}; rename this file"))
            complaints += found
            if item and not found:
                items[item.id] = item
    return Bank(items, complaints)


def read(path: Path, pool: str, syllabus: Syllabus) -> Item:
    """Read one item's file; raises ValueError with every complaint, a line each."""
    item, complaints = _read(path, str(path), pool, syllabus)
    if item is None or complaints:
        raise ValueError("\n".join(map(str, complaints)))
    return item


def _read(path: Path, name: str, pool: str, syllabus: Syllabus) -> tuple[Item | None, list[Complaint]]:
    try:
        raw = tomllib.loads(path.read_text(encoding="utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        return None, [Complaint(name, "TOML", f"{error}; mend that place (texts stand in quotes, lists in [ ])")]
    except OSError as error:
        return None, [Complaint(name, "file", f"cannot be read: {error.strerror}; check its permissions")]
    found = list(_shape(raw, path))
    if found:
        return None, [Complaint(name, key, mend) for key, mend in found]
    item = Item(
        id=path.stem, kind=raw["kind"], pool=pool, chapter=path.parent.name, lesson=raw["lesson"],
        covers=tuple(raw["covers"]), level=raw["level"], key=raw["key"], source=raw["source"],
        points=0.0 if kind_module(raw["kind"]).MARKED == "never" else float(raw.get("points", 1)),
        texts={lang: {"rationale": {}, **raw[lang]} for lang in LANGS}, path=path, figure=raw.get("figure", ""),
    )  # fmt: skip
    drawn = list(_figure(item)) if item.figure else []
    return item, [Complaint(name, key, mend) for key, mend in drawn or [*_sense(item), *_place(item, syllabus)]]


def _shape(raw: dict[str, Any], path: Path) -> Iterator[tuple[str, str]]:
    """Complaints about the fields' presence and types, so that everything after may rely on them."""
    if not ID.match(path.stem):
        yield "id", f"{path.stem!r} is no id; name the file with a-z, 0-9 and -, like c1-first-greeting.toml"
    yield from _unknown(raw, KEYS, "")
    for key in ("kind", "lesson", "level", "source"):
        if not isinstance(raw.get(key), str) or not raw[key].strip():
            yield key, "is missing or no text; add it in quotes"
    covers = raw.get("covers")
    if not isinstance(covers, list) or not covers or not all(isinstance(slug, str) for slug in covers):
        yield "covers", 'list at least one knowledge point, like ["c1-gst"]'
    points = raw.get("points", 1)
    if isinstance(points, bool) or not isinstance(points, int | float) or not 0 < points < float("inf"):
        yield "points", "write a number above 0"
    if "key" not in raw:
        yield "key", "is missing; say which option is right"
    if raw.get("kind") not in KINDS:
        yield "kind", f"{raw.get('kind')!r} is no kind of item; choose from {', '.join(KINDS)}"
        return
    module = kind_module(raw["kind"])
    if "points" in raw and module.MARKED == "never":
        yield "points", f"a {raw['kind']} is never scored; take it out"
    for lang in LANGS:
        if not isinstance(raw.get(lang), dict):
            yield lang, f"the translation is missing; add a [{lang}] table"
        else:
            yield from _text(raw[lang], module, lang)


def _text(text: dict[str, Any], module: ModuleType, lang: str) -> Iterator[tuple[str, str]]:
    tables = module.FIELDS if module.MARKED == "never" else ("rationale", *module.FIELDS)
    lines = ("stem", *module.TEXTS)
    yield from _unknown(text, (*lines, "hint", *tables), f"{lang}.")
    for key in (*lines, "hint"):
        if (key in lines or key in text) and (not isinstance(text.get(key), str) or not text[key].strip()):
            yield f"{lang}.{key}", "is missing or no text; add it in quotes"
    for key in tables:
        table = text.get(key)
        if not isinstance(table, dict) or not table:
            yield f"{lang}.{key}", 'is missing; add a table, like { a = "…", b = "…" }'
            continue
        for i, value in table.items():
            if not isinstance(value, str) or not value.strip():
                yield f"{lang}.{key}.{i}", "is empty or no text; write a sentence in quotes"


def _figure(item: Item) -> Iterator[tuple[str, str]]:
    """Complaints about an item's drawing: it must be there, whole, and nothing but a drawing."""
    try:
        drawing = ElementTree.fromstring(item.drawing)
    except (OSError, UnicodeDecodeError):
        yield "figure", f"{item.figure!r} cannot be read; lay an SVG of that name beside the item"
        return
    except ElementTree.ParseError as error:
        yield "figure", f"{item.figure}: {error}; mend the SVG"
        return
    for element in drawing.iter():
        name = str(element.tag).rpartition("}")[2]
        links = [value for key, value in element.attrib.items() if key.rpartition("}")[2] == "href" and value[:1] != "#"]
        if (
            name in ("script", "foreignObject", "style", "image")
            or links
            or any(key.startswith("on") for key in element.attrib)
        ):
            yield "figure", f"{item.figure}: <{name}> may not have scripts, style sheets, images or links; draw without"


def _unknown(table: dict[str, Any], known: tuple[str, ...], prefix: str) -> Iterator[tuple[str, str]]:
    for key in table:
        if key not in known:
            near = get_close_matches(key, known, 1)
            yield prefix + key, f"is no key of this item; {f'did you mean {near[0]}?' if near else 'take it out'}"


def _sense(item: Item) -> Iterator[tuple[str, str]]:
    """Complaints about what the fields say: same ids in every language, the key, a rationale for every option."""
    module = kind_module(item.kind)
    first = LANGS[0]
    for lang in LANGS[1:]:
        for key in module.FIELDS:
            for i in set(item.texts[first][key]) ^ set(item.texts[lang][key]):
                where = lang if i in item.texts[first][key] else first
                yield f"{where}.{key}.{i}", "is missing here but stands in the other language; translate it"
    wrong = list(module.check(item))
    yield from wrong
    if wrong:
        return
    needed = module.rationales(item)
    for lang in LANGS:
        for i in needed:
            if i not in item.texts[lang]["rationale"]:
                yield f"{lang}.rationale.{i}", "is missing; say why this is right or wrong"
        for i in item.texts[lang]["rationale"]:
            if i not in needed:
                yield f"{lang}.rationale.{i}", f"names nothing that needs a rationale; the ids are {', '.join(needed)}"


def _place(item: Item, syllabus: Syllabus) -> Iterator[tuple[str, str]]:
    """Complaints about where the item says it belongs."""
    if item.level not in LEVELS:
        yield "level", f"{item.level!r} is no level; choose from {', '.join(LEVELS)}"
    lesson = syllabus.lessons.get(item.lesson)
    if lesson is None:
        yield "lesson", f"{item.lesson!r} is no lesson of course/syllabus.toml; choose from {', '.join(syllabus.lessons)}"
    elif lesson.chapter != item.chapter:
        yield "lesson", f"{item.lesson} belongs to chapter {lesson.chapter}; move the file to that folder"
    for slug in item.covers:
        if slug not in syllabus.points:
            near = get_close_matches(slug, syllabus.points, 1)
            hint = f"; did you mean {near[0]}?" if near else "; see course/syllabus.toml"
            yield "covers", f"{slug!r} is no knowledge point{hint}"
