"""The cards a learner sees: an exercise, and a paper's cover and hand-in."""

import errno
import re
from collections.abc import Callable
from datetime import UTC, datetime
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Any

import anywidget
import traitlets

from kefu import journal
from kefu.items import Item, kind_module
from kefu.strings import words
from kefu.views import Static, static

STATIC = files("kefu") / "static"
REASONS = {errno.ENOSPC: "reason_full", errno.EDQUOT: "reason_full", errno.EACCES: "reason_readonly",
           errno.EPERM: "reason_readonly", errno.EROFS: "reason_readonly"}  # fmt: skip


def local_now() -> datetime:
    """The time now, aware."""
    return datetime.now(UTC)


@cache
def _style() -> str:
    return (STATIC / "kefu.css").read_text(encoding="utf-8")


@cache
def _module(name: str) -> str:
    """A view as one ES module: the card's source with the view's own, joined instead of imported."""
    shared = (STATIC / "card.js").read_text(encoding="utf-8")
    own = (STATIC / f"{name}.js").read_text(encoding="utf-8")
    return re.sub(r"^export ", "", shared, flags=re.M) + re.sub(r"^import .*$", "", own, flags=re.M)


class Card(anywidget.AnyWidget):
    """What all cards share: language and words, a deterministic repr, the static view beside the live one."""

    _css = _style()
    lang = traitlets.Unicode().tag(sync=True)
    words = traitlets.Dict().tag(sync=True)

    def fixed(self) -> Static:
        """The static view of this card as it stands."""
        raise NotImplementedError

    def speak(self, lang: str) -> None:
        """Show the card in another language."""
        self.lang, self.words = lang, words(lang)

    def __repr__(self) -> str:
        return repr(self.fixed())

    def _repr_mimebundle_(self, **kwargs: Any) -> Any:
        bundle = super()._repr_mimebundle_(**kwargs)
        data, metadata = bundle if isinstance(bundle, tuple) else (bundle, {})
        return {**(data or {}), "text/html": self.fixed().html}, metadata


class Exercise(Card):
    """One item to answer. With its `item` it marks at once (practice); without, it only records (a paper)."""

    text = traitlets.Dict().tag(sync=True)
    kind_name = traitlets.Unicode().tag(sync=True)
    place = traitlets.Unicode().tag(sync=True)
    mode = traitlets.Unicode().tag(sync=True)
    response = traitlets.Any(None, allow_none=True).tag(sync=True)
    turn = traitlets.Int(0).tag(sync=True)  # the page counts its changes, so that "saved" speaks of the newest
    flagged = traitlets.Bool(False).tag(sync=True)
    saved = traitlets.Dict().tag(sync=True)
    feedback: Any = traitlets.Dict(None, allow_none=True).tag(sync=True)

    def __init__(self, public: dict[str, Any], path: Path, *, lang: str, place: str = "", item: Item | None = None,
                 now: Callable[[], datetime] = local_now, changed: Callable[[], None] = lambda: None) -> None:  # fmt: skip
        self._public, self._path, self._item, self._now, self._changed = public, path, item, now, changed
        super().__init__(place=place, mode="practice" if item else "paper")
        self.speak(lang)
        self._recall()
        self.on_msg(self._heard)

    def fixed(self) -> Static:
        return static(self._public, self.lang, self.response, self.place)

    def speak(self, lang: str) -> None:
        text, name = self._public["texts"][lang], kind_module(self._public["kind"]).NAME[lang]
        with self.hold_sync():  # one message, so that the card is never half in a language
            super().speak(lang)
            self.kind_name = name
            self.text = {"id": self._public["id"], "points": self._public["points"], **text}
            if self.feedback:
                self.feedback = self._judge()

    def _recall(self) -> None:
        """Take the card's state from the journal: after a reload, a restart, or work in a second tab."""
        found = journal.read(self._path)
        name = self._public["id"]
        response = found.responses.get(name)
        if self.saved.get("error") is None or response != self.saved.get("response"):
            self.saved = {"response": response, "time": found.times.get(name), "turn": self.turn}
        self.response, self.flagged = response, name in found.flags
        tried = [line for line in found.tries if line["item"] == name]
        self.feedback = self._judge() if self._item and tried and tried[-1].get("response") == response else None

    def _write(self, **change: Any) -> bool:
        try:
            line = journal.append(self._path, self._public["id"], now=self._now(), lang=self.lang, **change)
        except OSError as error:
            self.saved = {**self.saved, "error": self.words[REASONS.get(error.errno or 0, "reason_other")]}
            return False
        if "response" in change:
            self.saved = {"response": change["response"], "time": line["time"], "turn": self.turn}
        self._changed()
        return True

    @traitlets.observe("response", "turn")
    def _answered(self, _: dict[str, Any]) -> None:
        if self.response != self.saved.get("response"):
            self._write(response=self.response)
        elif self.saved.get("turn") != self.turn:
            self.saved = {"response": self.response, "time": self.saved.get("time"), "turn": self.turn}

    @traitlets.observe("flagged")
    def _flag(self, change: dict[str, Any]) -> None:
        stands = self._public["id"] in journal.read(self._path).flags
        if stands != change["new"]:
            self._write(flag=change["new"])

    def _heard(self, _: Any, content: dict[str, Any], __: Any) -> None:
        match content.get("do"):
            case "refresh":
                self._recall()
            case "again":
                self.feedback, self.response = None, None
            case "check" if self._item:
                self.response = content.get("response")
                score = self._item.score(self.response)
                if self._write(response=self.response, earned=score.earned, points=score.points):
                    self.feedback = self._judge()

    def _judge(self) -> dict[str, Any] | None:
        """What marking says: only ever of a practice item, whose key is open."""
        if self._item is None:
            return None
        score = self._item.score(self.response)
        return {"verdict": score.verdict, "earned": score.earned, "points": score.points, "parts": dict(score.parts),
                "response": self.response, "key": self._item.key, "rationale": self._item.texts[self.lang]["rationale"]}  # fmt: skip


class Page(Card):
    """A paper's cover or hand-in: a dict to show, and what to do when a button speaks."""

    _esm = _module("page")
    page = traitlets.Dict().tag(sync=True)

    def __init__(self, content: Callable[[str], dict[str, Any]], html: Callable[[str], Static], *, lang: str,
                 heard: Callable[[dict[str, Any]], None]) -> None:  # fmt: skip
        self._content, self._html = content, html
        super().__init__()
        self.on_msg(lambda _, message, __: heard(message))
        self.speak(lang)

    def fixed(self) -> Static:
        return self._html(self.lang)

    def speak(self, lang: str) -> None:
        with self.hold_sync():
            super().speak(lang)
            self.page = self._content(lang)


@cache
def exercise(kind: str) -> type[Exercise]:
    """The widget class of a kind: the same Python, its own front end."""
    return type("Exercise", (Exercise,), {"_esm": _module(kind)})
