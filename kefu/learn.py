"""What a notebook says: practice, ask, mark, hand_in; cover, a paper's first card; passage, a text of a lab."""

import os
import weakref
from pathlib import Path
from typing import Any

from IPython import get_ipython
from IPython.display import display

from kefu import journal, room, slips, views, widget
from kefu.cards import Card
from kefu.items import LANGS
from kefu.items import score as score_response
from kefu.items.value import plain
from kefu.stock import nbgrader
from kefu.syllabus import course_folder

_live: "weakref.WeakSet[Card]" = weakref.WeakSet()  # the cards of this notebook, to tell of changes


def practice(item_id: str) -> Any:
    """Show a practice item; it marks at once and explains every option."""
    here = Path.cwd()
    try:
        inside = here.relative_to(course_folder(here)).parts[:1]
    except FileNotFoundError:
        inside = ()
    lang = next((part for part in inside if part in LANGS), room.language())
    return room.practice(here, item_id, lang, _exercise)


def cover() -> Any:
    """Show a paper's title, its rules and the choice of language."""
    here = Path.cwd()

    def show(told: dict[str, Any]) -> Any:
        if _grading():
            return views.covered(told, views.spoken(journal.read(here / journal.NAME)))
        if "lab" in told and (shell := get_ipython()):
            slips.soften(shell, room.language)
        return room.cover(here, told, room.language(), _page, _choose)

    return room.paper(here, room.language(), show)


def passage(name: str) -> Any:
    """Show a text of a lab in the learner's language."""
    here = Path.cwd()

    def show(told: dict[str, Any]) -> Any:
        if _grading():
            return views.passage(told, name, views.spoken(journal.read(here / journal.NAME)))
        return room.passage(here, told, name, room.language(), _page)

    return room.paper(here, room.language(), show)


def ask(item_id: str) -> Any:
    """Show an item of a paper and record the response; never mark it."""
    here = Path.cwd()
    return room.paper(here, room.language(), lambda told: room.ask(here, told, item_id, room.language(), _exercise))


def mark(item_id: str, *, of: str = "", **literals: Any) -> float:
    """Mark the recorded response to an item, or the notebook's variable `of`; shows the verdict, returns the points earned.

    The other `literals` are the keyword arguments of `kefu.items.score`.
    """
    found = journal.read(Path(journal.NAME))
    score = score_response(response=_taken(of) if of else found.responses.get(item_id), **literals)
    display(views.marked(score, views.spoken(found)))
    return score.earned


def hand_in() -> Any:
    """Show what is unanswered or flagged; on the learner's word, give a receipt and write the hand-in file."""
    here = Path.cwd()

    def show(told: dict[str, Any]) -> Any:
        if _grading():
            found = journal.read(here / journal.NAME)
            return views.ended(told, found, views.spoken(found))
        submit = [lambda: _submit(here)] if "lab" in told else []  # a lab has no other page that could
        return room.hand_in(here, told, room.language(), _page, *submit)

    return room.paper(here, room.language(), show)


def _submit(folder: Path) -> str:
    """Give a lab to the school, as the classroom does; the name of the word for what became of it."""
    if not (folder.parent / ".jupyter" / "nbgrader_config.py").exists():
        return "by_file"
    try:
        nbgrader(folder.parent, "submit", folder.name)
    except RuntimeError:
        return "not_submitted"
    return "submitted"


def _taken(name: str) -> Any:
    """A variable of the notebook as plain data; where it is none, something that no item takes for a response."""
    shell = get_ipython()
    try:
        return plain(shell.user_ns.get(name) if shell else None)
    except Exception as error:  # an object of the learner's own may do anything when it is asked for its data
        return error


def _exercise(kind: str, public: dict[str, Any], path: Path, **arguments: Any) -> Any:
    if _grading():
        found = journal.read(path)
        return views.static(public, views.spoken(found), found.responses.get(public["id"]), arguments.get("place", ""))
    shell = get_ipython()
    names = shell.user_ns if shell else {}
    return _shown(widget.exercise(kind)(public, path, changed=_told, take=names.get, **arguments))


def _page(*arguments: Any, **named: Any) -> Any:
    return _shown(widget.Page(*arguments, **named))


def _shown(card: Any) -> Any:
    _live.add(card)
    return card


def _choose(lang: str) -> None:
    """Remember the learner's choice and show every open card in it."""
    room.remember(lang)
    for card in list(_live):
        card.speak(lang)


def _told() -> None:
    """A journal has changed: cards that count answers look again."""
    for card in list(_live):
        if isinstance(card, widget.Page):
            card.speak(card.lang)


def _grading() -> bool:
    """Whether nbgrader runs this notebook: then nobody is there to click, and fixed views are shown."""
    return "NBGRADER_EXECUTION" in os.environ
