"""What a notebook says: practice, ask, mark, hand_in; and cover, a paper's first card.

None of these raises for anything a learner can cause: a sentence in the learner's language says what to do.
"""

import getpass
import json
import os
import weakref
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Any
from zipfile import ZIP_DEFLATED, ZipFile

from IPython.display import display
from jupyter_core.paths import jupyter_config_dir

from kefu import bank, journal, views, widget
from kefu.items import LANGS
from kefu.items import score as score_response
from kefu.strings import words
from kefu.syllabus import course_folder
from kefu.syllabus import load as load_syllabus

_live: "weakref.WeakSet[widget.Card]" = weakref.WeakSet()  # the cards of this notebook, to tell of changes


def language() -> str:
    """The learner's language: their last choice, else KEFU_LANG, else Chinese."""
    choice = Path(jupyter_config_dir()) / "kefu-language"
    chosen = choice.read_text(encoding="utf-8").strip() if choice.exists() else os.environ.get("KEFU_LANG", "")
    return chosen if chosen in LANGS else LANGS[0]


def choose_language(lang: str) -> None:
    """Remember the learner's choice and show every open card in it."""
    if lang not in LANGS:
        return
    choice = Path(jupyter_config_dir()) / "kefu-language"
    choice.parent.mkdir(parents=True, exist_ok=True)
    choice.write_text(lang, encoding="utf-8")
    for card in list(_live):
        card.speak(lang)


def practice(item_id: str) -> views.Static | widget.Exercise:
    """Show a practice item; it marks at once and explains every option."""
    here = Path.cwd()
    try:
        course = course_folder(here)
        lang = next((part for part in here.relative_to(course).parts[:1] if part in LANGS), language())
        found = sorted((course / "practice").glob(f"*/{item_id}.toml"))
        if not found:
            return views.notice(lang, "no_item", id=item_id)
        item = bank.read(found[0], "practice", load_syllabus(course))
    except FileNotFoundError:
        return views.notice(language(), "no_item", id=item_id)
    except ValueError:
        return views.notice(language(), "broken_item", id=item_id)
    public = item.public()
    for code, text in public["texts"].items():
        if "hint" in item.texts[code]:
            text["hint"] = item.texts[code]["hint"]
    # One journal for all lessons in every language: what was practised in one counts in the other.
    return _shown(widget.exercise(item.kind)(public, course / journal.NAME, lang=lang, item=item))


def cover() -> views.Static | widget.Page:
    """Show a paper's title, its rules and the choice of language."""
    return _in_paper(_cover)


def ask(item_id: str) -> views.Static | widget.Exercise:
    """Show an item of a paper and record the response; never mark it."""
    return _in_paper(lambda paper: _ask(paper, item_id))


def mark(item_id: str, **literals: Any) -> float:
    """Mark the recorded response to an item; shows the verdict and returns the points earned.

    `literals` are the keyword arguments of `kefu.items.score`.
    """
    found = journal.read(Path(journal.NAME))
    score = score_response(response=found.responses.get(item_id), **literals)
    display(views.marked(score, views.spoken(found)))
    return score.earned


def hand_in() -> views.Static | widget.Page:
    """Show what is unanswered or flagged; on the learner's word, give a receipt and write the hand-in file."""
    return _in_paper(_hand_in)


def _in_paper(show: Callable[[dict[str, Any]], Any]) -> Any:
    try:
        paper = json.loads(Path("paper.json").read_text(encoding="utf-8"))
        return show(paper)
    except FileNotFoundError:
        return views.notice(language(), "no_paper")
    except (OSError, ValueError, KeyError, TypeError):
        return views.notice(language(), "broken_paper")


def _shown(card: Any) -> Any:
    _live.add(card)
    return card


def _told() -> None:
    """A journal has changed: cards that count answers look again."""
    for card in list(_live):
        if isinstance(card, widget.Page):
            card.speak(card.lang)


def _grading() -> bool:
    """Whether nbgrader runs this notebook: then nobody is there to click, and fixed views are shown."""
    return "NBGRADER_EXECUTION" in os.environ


def _cover(paper: dict[str, Any]) -> views.Static | widget.Page:
    def content(lang: str) -> dict[str, Any]:
        return {"title": paper["title"][lang], **views.size(paper)}

    def html(lang: str) -> views.Static:
        return views.covered(paper, lang)

    if _grading():
        return html(views.spoken(journal.read(Path(journal.NAME))))
    return _shown(widget.Page(content, html, lang=language(), heard=lambda message: choose_language(message.get("lang", ""))))


def _ask(paper: dict[str, Any], item_id: str) -> views.Static | widget.Exercise:
    ids = [item["id"] for item in paper["items"]]
    if item_id not in ids:
        return views.notice(language(), "no_item", id=item_id)
    public = paper["items"][ids.index(item_id)]
    place = f"{ids.index(item_id) + 1} / {len(ids)}"
    path = Path(journal.NAME).absolute()
    if _grading():
        found = journal.read(path)
        return views.static(public, views.spoken(found), found.responses.get(item_id), place)
    return _shown(widget.exercise(public["kind"])(public, path, lang=language(), place=place, changed=_told))


def _hand_in(paper: dict[str, Any]) -> views.Static | widget.Page:
    ids = [item["id"] for item in paper["items"]]
    path, file = Path(journal.NAME).absolute(), Path(f"{paper['paper']}.hand-in.zip").absolute()
    handed: dict[str, str] = {}

    def content(lang: str) -> dict[str, Any]:
        found = journal.read(path)
        answered = {i for i, response in found.responses.items() if response is not None}
        return {
            "n": len(ids), "file": file.name, **handed, "stale": handed.get("receipt", "") != found.receipt,
            "unanswered": [n for n, i in enumerate(ids, 1) if i not in answered],
            "flagged": [n for n, i in enumerate(ids, 1) if i in found.flags],
        }  # fmt: skip

    def html(lang: str) -> views.Static:
        return views.ended(paper, journal.read(path), lang)

    def heard(message: dict[str, Any]) -> None:
        now, found = widget.local_now(), journal.read(path)
        handed.clear()
        try:
            write_hand_in(file, paper["paper"], path, learner(), now)
            handed.update(receipt=found.receipt or "-", time=now.astimezone().strftime("%Y-%m-%d %H:%M"))
        except OSError as error:
            handed["error"] = words(card.lang)[widget.REASONS.get(error.errno or 0, "reason_other")]
        card.speak(card.lang)

    if _grading():
        return html(views.spoken(journal.read(path)))
    card = _shown(widget.Page(content, html, lang=language(), heard=heard))
    return card


def learner() -> str:
    """Who is at the keyboard: the hub's user, else the operating system's."""
    return os.environ.get("JUPYTERHUB_USER") or getpass.getuser()


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
