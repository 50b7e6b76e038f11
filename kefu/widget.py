"""The cards as widgets of a notebook."""

import re
from functools import cache
from importlib.resources import files
from typing import Any

import anywidget

from kefu import cards

STATIC = files("kefu") / "static"


@cache
def _style() -> str:
    return (STATIC / "kefu.css").read_text(encoding="utf-8")


@cache
def _module(name: str) -> str:
    """A view as one ES module: the parts' source, the card's and the view's own, joined instead of imported."""
    parts, card, own = ((STATIC / f"{file}.js").read_text(encoding="utf-8") for file in ("parts", "card", name))
    shared = re.sub(r"^export (?!\*)", "", parts + card, flags=re.M)
    return re.sub(r"^(import|export \*) .*$", "", shared + own, flags=re.M)


class Live(cards.Card, anywidget.AnyWidget):
    """A card in a notebook: a deterministic repr, the static view beside the live one."""

    _css = _style()
    hold_sync = anywidget.AnyWidget.hold_sync

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.on_msg(lambda _, message, __: self.hear(message))

    def __repr__(self) -> str:
        return repr(self.fixed())

    def _repr_mimebundle_(self, **kwargs: Any) -> Any:
        bundle = super()._repr_mimebundle_(**kwargs)
        data, metadata = bundle if isinstance(bundle, tuple) else (bundle, {})
        return {**(data or {}), "text/html": self.fixed().html}, metadata


class Page(Live, cards.Page):
    """A paper's cover or hand-in."""

    _esm = _module("page")


@cache
def exercise(kind: str) -> type[cards.Exercise]:
    """The widget class of a kind: the same Python, its own front end."""
    return type("Exercise", (Live, cards.Exercise), {"_esm": _module(kind)})
