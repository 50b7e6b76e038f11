"""What a call in a notebook shows, and to whom: a practice item, a paper's items, its cover and its hand-in.

Nothing here raises for anything a learner can cause: a sentence in the learner's language says what to do.
"""

import getpass
import json
import os
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Any
from zipfile import ZIP_DEFLATED, ZipFile

from jupyter_core.paths import jupyter_config_dir

from kefu import bank, cards, journal, views
from kefu.items import LANGS
from kefu.strings import words
from kefu.syllabus import course_folder
from kefu.syllabus import load as load_syllabus

Make = Callable[..., Any]  # makes an exercise: kind, then the arguments of cards.Exercise


def language() -> str:
    """The learner's language: their last choice, else KEFU_LANG, else Chinese."""
    choice = Path(jupyter_config_dir()) / "kefu-language"
    chosen = choice.read_text(encoding="utf-8").strip() if choice.exists() else os.environ.get("KEFU_LANG", "")
    return chosen if chosen in LANGS else LANGS[0]


def remember(lang: str) -> None:
    """Keep the learner's choice of language."""
    choice = Path(jupyter_config_dir()) / "kefu-language"
    choice.parent.mkdir(parents=True, exist_ok=True)
    choice.write_text(lang, encoding="utf-8")


def learner() -> str:
    """Who is at the keyboard: the hub's user, else the operating system's."""
    return os.environ.get("JUPYTERHUB_USER") or getpass.getuser()


def practice(here: Path, item_id: str, lang: str, make: Make, lesson: str = "", since: datetime | None = None) -> Any:
    """A practice item of the course at or above `here`; `lesson` is where its passage stands, `since` as in Exercise."""
    try:
        course = course_folder(here)
        found = sorted((course / "practice").glob(f"*/{item_id}.toml"))
        if not found or not bank.ID.match(item_id):
            return views.notice(lang, "no_item", id=item_id)
        item = bank.read(found[0], "practice", load_syllabus(course))
    except FileNotFoundError:
        return views.notice(lang, "no_item", id=item_id)
    except ValueError:
        return views.notice(lang, "broken_item", id=item_id)
    public = item.public()
    for code, text in public["texts"].items():
        if "hint" in item.texts[code]:
            text["hint"] = item.texts[code]["hint"]
    # One journal for all lessons in every language: what was practised in one counts in the other.
    return make(item.kind, public, course / journal.NAME, lang=lang, item=item, who=learner(), lesson=lesson, since=since)


def paper(folder: Path, lang: str, show: Callable[[dict[str, Any]], Any]) -> Any:
    """What `show` makes of the paper in a folder, or a notice when its file is missing or broken."""
    try:
        told = json.loads((folder / "paper.json").read_text(encoding="utf-8"))
        if not isinstance(told, dict):
            raise ValueError
        return show(told)
    except FileNotFoundError:
        return views.notice(lang, "no_paper")
    except (OSError, ValueError, KeyError, TypeError):
        return views.notice(lang, "broken_paper")


def ask(folder: Path, told: dict[str, Any], item_id: str, lang: str, make: Make) -> Any:
    """An item of the paper in a folder."""
    ids = [item["id"] for item in told["items"]]
    if item_id not in ids:
        return views.notice(lang, "no_item", id=item_id)
    place = f"{ids.index(item_id) + 1} / {len(ids)}"
    public, path = told["items"][ids.index(item_id)], folder / journal.NAME
    until = journal.closing(journal.read(path), told["minutes"]) if "minutes" in told else None
    return make(public["kind"], public, path, lang=lang, place=place, who=learner(), until=until)


def passage(folder: Path, told: dict[str, Any], name: str, lang: str, make: Make) -> Any:
    """A text of the lab in a folder."""
    if name not in told["lab"][lang]:
        return views.notice(lang, "no_passage", name=name)
    return make(
        lambda lang: {"passage": views.prose(told["lab"][lang][name])},
        lambda lang: views.passage(told, name, lang),
        lang=lang,
        heard=lambda card, message: None,
    )


def cover(folder: Path, told: dict[str, Any], lang: str, make: Make, choose: Callable[[str], None] = remember) -> Any:
    """A paper's title, its rules, the choice of language; where time is limited, when it began."""
    path = folder / journal.NAME

    def content(lang: str) -> dict[str, Any]:
        minutes = told.get("minutes", 0)
        limit = {"minutes": minutes, "begun": journal.read(path).begun} if minutes else {}
        return {"title": told["title"][lang], **views.size(told), **limit}

    def heard(card: cards.Page, message: dict[str, Any]) -> None:
        if message.get("do") == "language" and message.get("lang") in LANGS:
            choose(message["lang"])
        if message.get("do") == "begin" and not journal.read(path).begun:
            journal.append(path, told["paper"], now=cards.local_now(), lang=card.lang, begun=told.get("minutes", 0))

    return make(content, lambda lang: views.covered(told, lang), lang=lang, heard=heard)


def hand_in(folder: Path, told: dict[str, Any], lang: str, make: Make, submit: Callable[[], str] = lambda: "") -> Any:
    """A paper's end: what is unanswered or flagged; on the learner's word a receipt, the hand-in file, and `submit`.

    `submit` gives the paper to the school and returns the name of the word for what became of it, if anything.
    """
    ids = [item["id"] for item in told["items"]]
    path, file = folder / journal.NAME, folder / f"{told['paper']}.hand-in.zip"
    note: dict[str, str] = {}

    def content(lang: str) -> dict[str, Any]:
        found = journal.read(path)
        answered = {i for i, response in found.responses.items() if response is not None}
        receipt, time = found.handed or ("", "")
        when = journal.moment(time)
        return {
            "n": len(ids), "file": file.name, "receipt": receipt, "stale": found.moved,
            "time": when.astimezone().strftime("%Y-%m-%d %H:%M") if when else "",
            "unanswered": [n for n, i in enumerate(ids, 1) if i not in answered],
            "flagged": [n for n, i in enumerate(ids, 1) if i in found.flags],
            **({"submitted": words(lang)[found.delivered]} if found.delivered else {}),
            **{name: words(lang)[word] for name, word in note.items()},
        }  # fmt: skip

    def heard(card: cards.Page, message: dict[str, Any]) -> None:
        if message.get("do") != "hand_in":
            return
        now = cards.local_now()
        note.clear()
        try:
            journal.append(path, told["paper"], now=now, lang=card.lang, handed=journal.read(path).receipt or "-")
            write_hand_in(file, told["paper"], path, learner(), now)
        except OSError as error:
            note["error"] = cards.REASONS.get(error.errno or 0, "reason_other")
            return
        card.speak(card.lang)  # the receipt first: giving it to the school may take seconds
        if word := submit():
            journal.append(path, told["paper"], now=now, lang=card.lang, delivered=word)

    return make(content, lambda lang: views.ended(told, journal.read(path), lang), lang=lang, heard=heard)


def write_hand_in(file: Path, paper: str, responses: Path, who: str, now: datetime) -> None:
    """Write the one file a learner can send: the journal, the notebook, and who handed in what and when.

    The old file stays until the new one is whole. Raises OSError when the disk refuses.
    """
    slip = {"paper": paper, "learner": who, "time": now.isoformat(timespec="seconds")}
    part = file.with_suffix(".part")
    with ZipFile(part, "w", ZIP_DEFLATED) as archive:
        archive.writestr("hand-in.json", json.dumps(slip, ensure_ascii=False))
        for path in (responses, responses.parent / f"{paper}.ipynb"):
            if path.exists():
                archive.write(path, path.name)
    part.replace(file)
