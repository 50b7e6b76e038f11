"""Papers: what bank/papers.toml asks for, and the form that is chosen from the bank."""

import json
import tomllib
from collections import Counter
from dataclasses import dataclass, replace
from datetime import datetime
from hashlib import sha256
from pathlib import Path
from typing import Any

from kefu import lab as labs
from kefu.bank import Bank
from kefu.bank import load as load_bank
from kefu.items import CREDITS, KINDS, LANGS, Complaint, Item

KEYS = ("title", "lab", "chapter", "credit", "pass", "items", "draw", "seed", "minutes", "closes")
FILE = "bank/papers.toml"
REGRADES = "bank/regrades.json"  # paper to item to what a regrade changed: key, accept, void; kefu regrade writes it


@dataclass(frozen=True)
class Paper:
    """One form of a paper: its items in order, its credit rule per kind, its pass mark in percent.

    After `closes` its reasons may be shown; a paper without that time stays open for good. `minutes` is its time limit,
    0 for none. A lab has its steps too.
    """

    name: str
    title: dict[str, str]
    items: tuple[Item, ...]
    credit: dict[str, str]
    pass_mark: int
    minutes: int = 0
    closes: datetime | None = None
    lab: labs.Lab | None = None

    def public(self) -> dict[str, Any]:
        """What paper.json holds: no key, no rationale."""
        items = [item.public() for item in self.items]
        limit: dict[str, Any] = {"minutes": self.minutes} if self.minutes else {}
        if self.closes:
            limit["closes"] = self.closes.isoformat()
        passages = {"lab": self.lab.passages} if self.lab else {}
        return {"paper": self.name, "title": self.title, "pass": self.pass_mark, **limit, **passages, "items": items}


def load(root: Path, bank: Bank) -> tuple[dict[str, Paper], list[Complaint]]:
    """Read every paper of bank/papers.toml and choose its form; a bad paper is left out with its complaints."""
    try:
        raw = tomllib.loads((root / FILE).read_text(encoding="utf-8"))
    except FileNotFoundError:
        return {}, [Complaint(FILE, "file", "is missing; add it, an empty one will do")]
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        return {}, [Complaint(FILE, "TOML", f"{error}; mend that place")]
    try:
        changes = regrades(root)
    except ValueError as error:  # no paper may be built with keys that were found wrong
        return {}, [Complaint(REGRADES, "JSON", f"{error}; mend that place, or take the file's last good version")]
    papers, complaints = {}, []
    read = {
        name: labs.read(root, name, bank)
        for name, fields in raw.items()
        if isinstance(fields, dict) and fields.get("lab") is True
    }
    taken = labs.asked(root)
    free = replace(bank, items={i: item for i, item in bank.items.items() if i not in taken})  # what a draw may choose from
    for name, fields in raw.items():
        found = list(_check(name, fields, bank))
        lab, wrong = read.get(name, (None, []))
        if lab:
            items = [bank.items[step.item] for step in lab.steps if step.item]
        else:
            items = [] if found or wrong else _form(name, fields, free if "draw" in fields else bank, found)
        complaints += wrong
        complaints += [Complaint(FILE, f"{name}.{key}" if key else name, mend) for key, mend in found]
        if not found and not wrong:
            credit = {kind: fields.get("credit", {}).get(kind, "all") for kind in KINDS}
            changed = changes.get(name, {})
            strange = ", ".join(sorted(changed.keys() - {item.id for item in items}))
            complaints += [Complaint(REGRADES, name, f"{strange}: is no item of this paper; take it out")] if strange else []
            items = [regraded(item, changed.get(item.id, {})) for item in items]
            passing, minutes, closes = fields.get("pass", 60), fields.get("minutes", 0), fields.get("closes")
            papers[name] = Paper(name, fields["title"], tuple(items), credit, passing, minutes, closes, lab)
    return papers, complaints


def find(root: Path, name: str) -> Paper:
    """One paper's form. Raises ValueError naming what is wrong with it, or the papers there are."""
    forms, complaints = load(root, load_bank(root))
    if name not in forms:
        wrong = "; ".join(str(complaint) for complaint in complaints) or f"the papers are {', '.join(forms)}"
        raise ValueError(f"{name}: is no good paper of {FILE}; {wrong}")
    return forms[name]


def regrades(root: Path) -> dict[str, dict[str, dict[str, Any]]]:
    """What regrades changed: paper to item to key, accept and void. Raises ValueError when the file is broken."""
    path = root / REGRADES
    papers = json.loads(path.read_text(encoding="utf-8")) if path.exists() else {}
    for name, items in papers.items() if isinstance(papers, dict) else [("", papers)]:
        for item, change in items.items() if isinstance(items, dict) else [("", items)]:
            if not isinstance(change, dict) or not change.keys() <= {"key", "accept", "void"}:
                raise ValueError(f"{name}.{item}: {change!r:.60} is no table of key, accept and void")
    return papers


def regraded(item: Item, change: dict[str, Any]) -> Item:
    """An item with the key, the further keys (`accept`) or the `void` of a regrade."""
    return replace(item, **{**change, "accept": tuple(change.get("accept", ()))}) if change else item


def _check(name: str, fields: Any, bank: Bank) -> list[tuple[str, str]]:
    if not isinstance(fields, dict):
        return [("", "is no paper; write [name] above its keys")]
    found = []
    if not name.replace("-", "").isalnum() or not name.isascii():
        found.append(("", "is no name of a paper; use a-z, 0-9 and -"))
    found += [(key, f"is no key of a paper; the keys are {', '.join(KEYS)}") for key in fields if key not in KEYS]
    title = fields.get("title")
    if not isinstance(title, dict) or not all(isinstance(title.get(lang), str) and title[lang] for lang in LANGS):
        found.append(("title", f"give a title in {' and '.join(LANGS)}"))
    passing = fields.get("pass", 60)
    if isinstance(passing, bool) or not isinstance(passing, int) or not 0 < passing <= 100:
        found.append(("pass", "write a whole number of percent, 1 to 100"))
    minutes = fields.get("minutes", 1)
    if isinstance(minutes, bool) or not isinstance(minutes, int) or minutes < 1:
        found.append(("minutes", "write the time limit in whole minutes, or take it out"))
    closes = fields.get("closes")
    if closes is not None and (not isinstance(closes, datetime) or closes.tzinfo is None):
        found.append(("closes", "write a time with its zone, without quotes, like 2026-12-01T18:00:00+08:00"))
    credit = fields.get("credit", {})
    for kind, rule in credit.items() if isinstance(credit, dict) else [("", credit)]:
        if kind not in KINDS or rule not in CREDITS:
            found.append(("credit", f"{kind} = {rule!r} is no rule; write a kind and one of {', '.join(CREDITS)}"))
    if "lab" in fields:
        if fields["lab"] is not True or "items" in fields or "draw" in fields:
            found.append(("lab", f"write lab = true, without items or draw: {labs.FOLDER}/{name}/lab.toml names the items"))
    elif ("items" in fields) == ("draw" in fields):
        found.append(("items", "give either items, a list of ids, or draw, a count per kind"))
    return found


def _form(name: str, fields: dict[str, Any], bank: Bank, found: list[tuple[str, str]]) -> list[Item]:
    if "items" not in fields:
        return _draw(fields, bank, found)
    items = []
    wanted = fields["items"] if isinstance(fields["items"], list) else [fields["items"]]
    for i, times in Counter(map(str, wanted)).items():
        item = bank.items.get(i)
        if item is None:
            found.append(("items", f"{i!r} is no good item of the bank; see the complaints about it, or choose another"))
        elif item.pool != "secure":
            found.append(("items", f"{i!r} is a practice item, whose key is open; choose one of bank/items"))
        elif times > 1:
            found.append(("items", f"{i!r} stands {times} times; name it once"))
        else:
            items.append(item)
    if not wanted:
        found.append(("items", "is empty; name at least one item"))
    return items


def _draw(fields: dict[str, Any], bank: Bank, found: list[tuple[str, str]]) -> list[Item]:
    """So many items of each kind from a chapter, spread over its lessons.

    Items are ranked by a hash of seed and id, so a new item in the bank moves as little of a form as can be.
    """
    seed, chapter = fields.get("seed", 0), fields.get("chapter")
    pool = [item for item in bank.pool("secure").values() if item.chapter == chapter]
    if not pool:
        found.append(("chapter", f"{chapter!r} has no items in bank/items; name a chapter's folder"))
        return []
    if not isinstance(fields["draw"], dict) or not fields["draw"]:
        found.append(("draw", "write a count per kind, like { single = 10, truefalse = 3 }"))
        return []

    def rank(item: Item) -> str:
        return sha256(f"{seed}/{item.id}".encode()).hexdigest()

    chosen: list[Item] = []
    for kind, count in fields["draw"].items():
        candidates = sorted((item for item in pool if item.kind == kind), key=rank)
        if kind not in KINDS or isinstance(count, bool) or not isinstance(count, int) or count < 1:
            found.append(("draw", f"{kind} = {count!r} is no draw; write a kind and a whole number above 0"))
        elif len(candidates) < count:
            found.append(
                ("draw", f"{kind} asks for {count}, chapter {chapter} holds {len(candidates)}; write more or ask less")
            )
        else:
            for _ in range(count):
                drawn = Counter(item.lesson for item in chosen)
                chosen.append(min((i for i in candidates if i not in chosen), key=lambda i: (drawn[i.lesson], rank(i))))
    return sorted(chosen, key=lambda item: (item.lesson, rank(item)))
