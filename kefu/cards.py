"""The cards a learner sees, as state and what they do; a notebook's widget and the classroom's page both show them."""

import errno
from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import traitlets

from kefu import journal
from kefu.items import Item, kind_module
from kefu.items.item import dealt, filled
from kefu.items.value import plain
from kefu.strings import words
from kefu.views import Static, static

REASONS = {errno.ENOSPC: "reason_full", errno.EDQUOT: "reason_full", errno.EACCES: "reason_readonly",
           errno.EPERM: "reason_readonly", errno.EROFS: "reason_readonly"}  # fmt: skip


def local_now() -> datetime:
    """The time now, aware."""
    return datetime.now(UTC)


class Card(traitlets.HasTraits):
    """What all cards share: language and words, and the static view beside the live one."""

    lang = traitlets.Unicode().tag(sync=True)
    words = traitlets.Dict().tag(sync=True)

    def fixed(self) -> Static:
        """The static view of this card as it stands."""
        raise NotImplementedError

    def speak(self, lang: str) -> None:
        """Show the card in another language."""
        self.lang, self.words = lang, words(lang)

    def hear(self, message: dict[str, Any]) -> None:
        """Do what a button of the page asks."""
        raise NotImplementedError

    def state(self) -> dict[str, Any]:
        """All that the page shows, as plain data."""
        return {name: getattr(self, name) for name in self.traits(sync=True)}

    def hold_sync(self) -> AbstractContextManager[Any]:
        """Several changes as one; a widget sends them in one message."""
        return nullcontext()


class Exercise(Card):
    """One item to answer. With its `item` it marks at once (practice); without, it only records (a paper)."""

    text = traitlets.Dict().tag(sync=True)
    kind_name = traitlets.Unicode().tag(sync=True)
    place = traitlets.Unicode().tag(sync=True)
    mode = traitlets.Unicode().tag(sync=True)
    lesson = traitlets.Unicode().tag(sync=True)
    tries = traitlets.Int(0).tag(sync=True)
    response = traitlets.Any(None, allow_none=True).tag(sync=True)
    turn = traitlets.Int(0).tag(sync=True)  # the page counts its changes, so that "saved" speaks of the newest
    flagged = traitlets.Bool(False).tag(sync=True)
    saved = traitlets.Dict().tag(sync=True)
    takes = traitlets.Bool(False).tag(sync=True)  # whether a notebook's variables can be had here
    notice = traitlets.Unicode().tag(sync=True)
    feedback: Any = traitlets.Dict(None, allow_none=True).tag(sync=True)

    def __init__(self, public: dict[str, Any], path: Path, *, lang: str, place: str = "", item: Item | None = None,
                 who: str = "", lesson: str = "", now: Callable[[], datetime] = local_now,
                 changed: Callable[[], None] = lambda: None,
                 take: Callable[[str], Any] | None = None, until: datetime | None = None,
                 since: datetime | None = None) -> None:  # fmt: skip
        """`since`: what was answered before is not shown; `until`: what is answered after is refused; both aware."""
        self._public, self._path, self._item, self._who, self._now, self._changed = public, path, item, who, now, changed
        self._take, self._until, self._since = take, until, since
        super().__init__(place=place, mode="practice" if item else "paper", lesson=lesson, takes=take is not None)
        self.lang, self.words = lang, words(lang)
        self._recall()
        self.speak(lang)

    def fixed(self) -> Static:
        return static(self._public, self.lang, self.response, self.place)

    def speak(self, lang: str) -> None:
        with self.hold_sync():  # one message, so that the card is never half in a language
            super().speak(lang)
            self.kind_name = kind_module(self._public["kind"]).NAME[lang]
            self._tell()
            if self.feedback:
                self.feedback = self._judge()

    def _tell(self) -> None:
        """The item's text as this learner gets it: their numbers, and new ones for a new try."""
        text = self._public["texts"][self.lang]
        if "variants" in text and isinstance(self.response, dict) and type(self.response.get("variant")) is int:
            text = filled(text, self.response["variant"] % len(text["variants"]))
        else:
            text = dealt(text, f"{self._public['id']}/{self._who}/{self.tries if self._item else ''}")
        self.text = {
            "id": self._public["id"],
            "points": self._public["points"],
            "figure": self._public.get("figure", ""),
            **text,
        }

    def _recall(self) -> None:
        """Take the card's state from the journal: after a reload, a restart, or work in a second tab."""
        found = journal.read(self._path)
        name = self._public["id"]
        response, time = found.responses.get(name), found.times.get(name)
        when = journal.moment(time or "")
        if self._since and when and when < self._since:
            response, time = None, None
        if self.saved.get("error") is None or response != self.saved.get("response"):
            self.saved = {"response": response, "time": time, "turn": self.turn}
        tried = [line for line in found.tries if line["item"] == name]
        self.response, self.flagged, self.tries = response, name in found.flags, len(tried)
        stands = bool(tried) and tried[-1].get("response") == response and tried[-1]["time"] == found.times.get(name)
        self.feedback = self._judge() if self._item and stands else None

    def _write(self, **change: Any) -> bool:
        if self._until and self._now() > self._until:
            self.saved = {**self.saved, "error": self.words["reason_time"]}
            return False
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
        follows, before = getattr(kind_module(self._public["kind"]), "follows", None), self.saved.get("response")
        if follows and not self._item and not follows(before, self.response):
            self.response = before
        elif self.response != before:
            self._write(response=self.response)
        elif self.saved.get("turn") != self.turn:
            self.saved = {"response": self.response, "time": self.saved.get("time"), "turn": self.turn}

    @traitlets.observe("flagged")
    def _flag(self, change: dict[str, Any]) -> None:
        stands = self._public["id"] in journal.read(self._path).flags
        if stands != change["new"]:
            self._write(flag=change["new"])

    def hear(self, message: dict[str, Any]) -> None:
        match message.get("do"):
            case "refresh":
                self._recall()
            case "take" if self._take:
                self._fetch(self._take, self.text["name"])
            case "again":
                with self.hold_sync():
                    if self.feedback and self.feedback["verdict"] == "noted":
                        self._write(response=self.response)  # nothing was wrong with it: one goes on from there
                    else:
                        self.response = None
                    self.feedback = None
                    self._tell()
            case "check" if self._item:
                self.response = message.get("response")
                score = self._item.score(self.response)
                if score.problem:  # a slip of the pen is no try
                    self.feedback = self._judge()
                elif self._write(response=self.response, earned=score.earned, points=0.0 if score.noted else score.points):
                    with self.hold_sync():
                        self.tries += 1
                        self.feedback = self._judge()

    def _fetch(self, take: Callable[[str], Any], name: str) -> None:
        """Take a variable of the notebook as the response."""
        try:
            found = plain(take(name))
            self.notice = self.words["no_value"].format(name=name) if found is None else ""
            if found is not None:
                self.response = found
        except TypeError as error:
            self.notice = self.words["odd_value"].format(name=name, kind=error)

    def _judge(self) -> dict[str, Any] | None:
        """What marking says: only ever of a practice item, whose key is open."""
        if self._item is None:
            return None
        score = self._item.score(self.response)
        return {"verdict": score.verdict, "earned": score.earned, "points": score.points, "parts": dict(score.parts),
                "response": self.response, "key": self._item.key,
                "rationale": self._item.reasons(self.lang, self.response)}  # fmt: skip


class Page(Card):
    """A paper's cover or hand-in: a dict to show, and what to do when a button speaks."""

    page = traitlets.Dict().tag(sync=True)

    def __init__(self, content: Callable[[str], dict[str, Any]], html: Callable[[str], Static], *, lang: str,
                 heard: Callable[["Page", dict[str, Any]], None]) -> None:  # fmt: skip
        self._content, self._html, self._heard_by = content, html, heard
        super().__init__()
        self.speak(lang)

    def fixed(self) -> Static:
        return self._html(self.lang)

    def speak(self, lang: str) -> None:
        with self.hold_sync():
            super().speak(lang)
            self.page = self._content(lang)

    def hear(self, message: dict[str, Any]) -> None:
        self._heard_by(self, message)
        self.speak(self.lang)
