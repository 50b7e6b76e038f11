"""Role-play: a dialogue that branches; the customer's mood moves with every reply, and the whole path is the response."""

import json
from collections.abc import Iterator
from functools import cache, lru_cache
from random import Random
from typing import Any

from kefu.items.item import Item, Specimen, listing, unknown

NAME = {"zh": "角色扮演", "en": "Role-play"}
FIELDS = ("says", "options", "ends")
OPTIONS: tuple[str, ...] = ()
TEXTS = ("customer",)
MARKED = "data"
CALM, FURIOUS = 0, 5  # the steps of a customer's mood


def follow(reply: dict[str, Any], mood: int) -> tuple[str, int]:
    """Where a reply leads, turn or end, and the mood then. `to` is a place, or places by the least mood they need."""
    mood = min(FURIOUS, max(CALM, mood + reply["mood"]))
    if isinstance(reply["to"], str):
        return reply["to"], mood
    return reply["to"][max((least for least in reply["to"] if int(least) <= mood), key=int)], mood


def replies(key: dict[str, Any], turn: str) -> list[str]:
    """The ids of a turn's replies."""
    return [i for i, reply in key["replies"].items() if reply["at"] == turn]


def reach(key: dict[str, Any], turn: str, mood: int, best: bool = True) -> tuple[float, list[str]]:
    """The most (or the least) points that can be had from a turn on, and a path that has them."""
    return _reach(json.dumps(key), turn, mood, best)


@lru_cache(1000)  # a class is marked with one key
def _reach(told: str, turn: str, mood: int, best: bool) -> tuple[float, list[str]]:
    key = json.loads(told)

    @cache
    def rest(turn: str, mood: int) -> tuple[float, list[str]]:
        found = []
        for i in replies(key, turn):
            points, path = rest(*follow(key["replies"][i], mood))
            found.append((key["replies"][i]["points"] + points, [i, *path]))
        return (max if best else min)(found, key=lambda one: one[0], default=(0.0, []))

    return rest(turn, mood)


def check(item: Item) -> Iterator[tuple[str, str]]:
    """Complaints about the graph, as (key, mend)."""
    says, ends = item.texts["zh"]["says"], item.texts["zh"]["ends"]
    key, rows = item.key, item.key.get("replies") if isinstance(item.key, dict) else None
    if not isinstance(rows, dict) or sorted(rows) != sorted(item.options):
        yield "key.replies", f"write one row for every reply: {', '.join(item.options)}"
        return
    if key.get("start") not in says:
        yield "key.start", f"{key.get('start')!r} names no turn; choose from {', '.join(says)}"
    if type(key.get("mood")) is not int or not CALM <= key["mood"] <= FURIOUS:
        yield "key.mood", "write the customer's mood at the start, 0 (calm) to 5 (furious)"
    wrong = False
    for i, reply in rows.items():
        to = reply.get("to")
        places = list(to.values()) if isinstance(to, dict) else [to]
        fits = (
            reply.get("at") in says and type(reply.get("mood")) is int and type(reply.get("points")) in (int, float)
            and reply["points"] >= 0 and places and all(place in says or place in ends for place in places)
            and (not isinstance(to, dict) or ("0" in to and all(least.isdigit() for least in to)))
        )  # fmt: skip
        if not fits:
            wrong = True
            yield (
                f"key.replies.{i}",
                'write { at = a turn, to = a turn or an end, or { 0 = "t2", 4 = "t9" } by mood, mood = -1, points = 2 }',
            )
    if wrong or key.get("start") not in says or type(key.get("mood")) is not int:
        return
    yield from _paths(item, set(says), set(ends))


def _paths(item: Item, says: set[str], ends: set[str]) -> Iterator[tuple[str, str]]:
    """Complaints about what can be reached: no turn twice, none left out, a choice at each, points to win."""
    seen: set[str] = set()
    open_paths: list[tuple[str, int, tuple[str, ...]]] = [(item.key["start"], item.key["mood"], (item.key["start"],))]
    while open_paths:
        turn, mood, before = open_paths.pop()
        seen.add(turn)
        if turn in says and len(replies(item.key, turn)) < 2:
            yield f"zh.says.{turn}", "has fewer than two replies; give the learner a choice"
            return
        for i in replies(item.key, turn):
            to, then = follow(item.key["replies"][i], mood)
            if to in before:
                yield f"key.replies.{i}", f"leads back to {to}; a dialogue must come to its end"
                return
            open_paths.append((to, then, (*before, to)))
    for place in sorted((says | ends) - seen):
        yield f"key.{place}", "is never reached; lead a reply there, or take it out"
    if not reach(item.key, item.key["start"], item.key["mood"])[0]:
        yield "key.replies", "no path earns a point; give the better replies points"


def rationales(item: Item) -> list[str]:
    """Every reply."""
    return item.options


def public(item: Item, lang: str) -> dict[str, Any]:
    """The dialogue, and where each reply leads: the customer's answer is no secret, the points are."""
    text, told = item.texts[lang], ("at", "to", "mood")
    graph = {i: {name: reply[name] for name in told} for i, reply in sorted(item.key["replies"].items())}
    options = dict(sorted(text["options"].items()))
    words = {name: text[name] for name in ("customer", "says", "ends")}
    return {**words, "options": options, "start": item.key["start"], "mood": item.key["mood"], "replies": graph}


def problem(response: Any, *, key: Any, options: list[str]) -> str:
    """Why a path cannot be marked, or an empty string. A path may stop early."""
    if not isinstance(response, list):
        return "is not a list of replies"
    if strange := unknown(response, options):
        return strange
    turn, mood = key["start"], key["mood"]
    for i in response:
        if key["replies"][i]["at"] != turn:
            return f"says {i} where the dialogue stands at {turn}"
        turn, mood = follow(key["replies"][i], mood)
    return ""


def mark(response: Any, *, key: Any, options: list[str], credit: str) -> tuple[float, dict[str, bool]]:
    """The points on the path over the most any path has, and for each reply whether its turn has no better one.

    `all` gives 1 only for the most points; `each` and `net` give the share.
    """
    row = key["replies"]
    best = {i: row[i]["points"] == max(row[other]["points"] for other in replies(key, row[i]["at"])) for i in response}
    earned = sum(row[i]["points"] for i in response) / reach(key, key["start"], key["mood"])[0]
    return float(earned >= 1) if credit == "all" else earned, best


def follows(before: Any, after: Any) -> bool:
    """Whether a path goes on where another stood: in a paper nothing that was said is unsaid."""
    return not isinstance(before, list) or (isinstance(after, list) and after[: len(before)] == before)


def html(text: dict[str, Any], response: Any) -> str:
    """The dialogue so far as it stands in a static page; at its start, the first turn's replies."""
    path = [i for i in response if isinstance(i, str) and i in text["options"]] if isinstance(response, list) else []
    rows, turn, mood = [], text["start"], text["mood"]
    for i in path:
        rows += [("▸", text["says"].get(turn, "")), ("●", text["options"][i])]
        turn, mood = follow(text["replies"][i], mood)
    if turn in text["says"]:
        rows += [("▸", text["says"][turn]), *(("○", text["options"][i]) for i in replies(text, turn))]
    else:
        rows.append(("■", text["ends"].get(turn, "")))
    return listing(rows)


def solution(item: Item, lang: str) -> list[tuple[str, str, str]]:
    """Rows of (turn, reply, why) along the best path."""
    text = item.texts[lang]
    _, path = reach(item.key, item.key["start"], item.key["mood"])
    return [(f"{n}.", text["options"][i], text["rationale"][i]) for n, i in enumerate(path, 1)]


def specimens(item: Item) -> list[Specimen]:
    """The best path, the worst, one that stops early, and impossible ones."""
    start = (item.key["start"], item.key["mood"])
    most, best = reach(item.key, *start)
    least, worst = reach(item.key, *start, best=False)
    first = item.key["replies"][best[0]]["points"]
    return [
        *(Specimen(best, "right", credit) for credit in ("all", "each", "net")), Specimen([], "blank"),
        Specimen(worst, "partly" if least else "wrong"), Specimen(worst, "wrong", "all"),
        Specimen(best[:1], "right" if first == most else "partly" if first else "wrong"),
        Specimen([*best, best[0]], "invalid"), Specimen(["no-such-reply"], "invalid"), Specimen(best[0], "invalid"),
    ]  # fmt: skip


def attempt(item: Item, knows: float, rng: Random) -> Any:
    """A simulated path: the best reply of a turn when known, else any."""
    turn, mood, path = item.key["start"], item.key["mood"], []
    while found := replies(item.key, turn):
        best = max(found, key=lambda i: item.key["replies"][i]["points"])
        path.append(best if rng.random() < knows else rng.choice(found))
        turn, mood = follow(item.key["replies"][path[-1]], mood)
    return path
