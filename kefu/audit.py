"""What was regraded: who changed what, when and why, in regrades.jsonl; what holds now, in bank/regrades.json."""

import json
import os
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from kefu import bank
from kefu.items import Item
from kefu.paper import REGRADES, regraded, regrades

AUDIT = "regrades.jsonl"


def history(root: Path) -> list[dict[str, Any]]:
    """Every line of the audit file, oldest first. Raises ValueError when one is no JSON."""
    path, lines = root / AUDIT, []
    for n, line in enumerate(path.read_text(encoding="utf-8").splitlines() if path.exists() else [], 1):
        try:
            lines.append(json.loads(line))
        except ValueError as error:
            raise ValueError(f"{path}: line {n}: {error}; mend that line, or take it out") from None
    return lines


def last(root: Path) -> dict[str, Any]:
    """The last regrade that was not undone. Raises ValueError when there is none."""
    lines = history(root)
    undone = {line.get("undoes") for line in lines}
    standing = [line for line in lines if "undoes" not in line and line["n"] not in undone]
    if not standing:
        raise ValueError(f"{AUDIT}: holds no regrade that could be undone")
    return standing[-1]


def restored(item: Item, line: dict[str, Any]) -> Item:
    """The item as it was marked before the regrade of an audit line."""
    return regraded(item, line["old"])


def told(item: Item) -> str:
    """How an item is marked, in a few words."""
    if item.void:
        return "void, full points for all"
    return " or ".join(json.dumps(key, ensure_ascii=False) for key in (item.key, *item.accept))


def record(root: Path, paper: str, old: Item, new: Item, who: str, why: str, now: datetime, undoes: int) -> None:
    """Write the audit line, and once it is on the disk the change itself."""
    entry = {
        "n": len(history(root)) + 1, "time": now.astimezone(UTC).isoformat(timespec="seconds").replace("+00:00", "Z"),
        "who": who, "why": why, "paper": paper, "item": old.id, "old": _literals(old), "new": _literals(new),
    } | ({"undoes": undoes} if undoes else {})  # fmt: skip
    with open(root / AUDIT, "a", encoding="utf-8") as file:
        file.write(json.dumps(entry, ensure_ascii=False) + "\n")
        file.flush()
        os.fsync(file.fileno())
    own, found = _literals(bank.load(root).items[old.id]), regrades(root)
    found.setdefault(paper, {})[old.id] = {name: value for name, value in _literals(new).items() if value != own[name]}
    kept = {name: left for name, items in found.items() if (left := {i: one for i, one in items.items() if one})}
    if not kept:
        (root / REGRADES).unlink(missing_ok=True)
        return
    part = (root / REGRADES).with_suffix(".part")
    part.write_text(json.dumps(kept, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
    part.replace(root / REGRADES)


def _literals(item: Item) -> dict[str, Any]:
    return {"key": item.key, "accept": list(item.accept), "void": item.void}
