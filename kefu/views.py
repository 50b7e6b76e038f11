"""Fixed views: what every card says where nothing can be clicked, as on a code host, in autograding and in feedback."""

from collections import Counter
from dataclasses import replace
from functools import cache
from html import escape
from typing import Any

import mistune

from kefu.items import LANGS, Item, Score, kind_module
from kefu.items.item import filled, listing, markup
from kefu.journal import Journal
from kefu.strings import words


class Static:
    """A fixed view: a name that is the same in every session, and HTML."""

    def __init__(self, name: str, html: str) -> None:
        self.name, self.html = name, html

    def __repr__(self) -> str:
        return self.name

    def _repr_html_(self) -> str:
        return self.html


def static(public: dict[str, Any], lang: str, response: Any = None, place: str = "") -> Static:
    """An item and a response as HTML, everything a learner wrote escaped; no key, no verdict."""
    text, kind = public["texts"][lang], kind_module(public["kind"])
    if "variants" in text:  # the numbers that this learner had
        known = response.get("variant") if isinstance(response, dict) else 0
        text = filled(text, known if type(known) is int and 0 <= known < len(text["variants"]) else 0)
    head = " · ".join(filter(None, [place, kind.NAME[lang], words(lang)["points"].format(n=f"{public['points']:g}")]))
    stem = f"<p>{markup(text['stem'])}</p>{public.get('figure', '')}"
    body = f"<p><small>{escape(head)}</small></p>{stem}{kind.html(text, response)}"
    return Static(f"{public['kind']} {public['id']}", f'<section lang="{_tag(lang)}">{body}</section>')


def notice(lang: str, word: str, **values: str) -> Static:
    """One plain sentence to the learner, in place of a card that cannot be shown."""
    sentence = words(lang)[word].format(**values)
    return Static(sentence, f'<p lang="{_tag(lang)}" role="alert"><strong>{escape(sentence)}</strong></p>')


def covered(paper: dict[str, Any], lang: str) -> Static:
    """A paper's cover; `paper` is its public view."""
    w, facts = words(lang), size(paper)
    lines = [w["cover_items"].format(**facts), w["cover_saved"], w["cover_end"]]
    return _titled(f"cover {paper['paper']}", lang, paper["title"][lang], lines)


def size(paper: dict[str, Any]) -> dict[str, Any]:
    """A paper's number of items, its points and its pass mark in percent, as its cover tells them."""
    points = sum(item["points"] for item in paper["items"])
    return {"n": len(paper["items"]), "points": f"{points:g}", "pass": paper["pass"]}


def passage(paper: dict[str, Any], name: str, lang: str) -> Static:
    """A text of a lab, its Markdown as HTML; what is HTML in it is shown as it is written."""
    return Static(f"passage {name}", f'<section lang="{_tag(lang)}">{prose(paper["lab"][lang][name])}</section>')


@cache
def prose(markdown: str) -> str:
    """Markdown with tables as safe HTML."""
    return str(mistune.create_markdown(escape=True, plugins=["table"])(markdown))


def marked(score: Score, lang: str) -> Static:
    """The verdict on one response."""
    return notice(
        lang, "your_score", verdict=words(lang)[score.verdict], earned=f"{score.earned:.3g}", points=f"{score.points:g}"
    )


def explained(item: Item, lang: str) -> Static:
    """The right answer and the reason of every option: only ever for a paper that is closed."""
    w, parts = words(lang), []
    for n, key in enumerate((item.key, *item.accept)):
        rows = kind_module(item.kind).solution(replace(item, key=key), lang)
        parts.append(f"<h3>{w['also_right' if n else 'reasons']}</h3>" + listing([(a, f"**{b}** {why}") for a, b, why in rows]))
    void = f"<p><strong>{w['void']}</strong></p>" if item.void else ""
    return Static(f"reasons {item.id}", f'<section lang="{_tag(lang)}">{void}{"".join(parts)}</section>')


def ended(paper: dict[str, Any], found: Journal, lang: str) -> Static:
    """A paper's end: whether the journal is whole, else what is odd about it."""
    w = words(lang)
    lines = [w[f"odd_{reason}"].format(n=line) for reason, line in found.odd]
    return _titled(f"hand_in {paper['paper']}", lang, w["hand_in"], lines or [w["journal_good"].format(n=found.lines)])


def spoken(found: Journal) -> str:
    """The language a learner used most."""
    used = Counter(lang for lang in found.langs.values() if lang in LANGS)
    return used.most_common(1)[0][0] if used else LANGS[0]


def _titled(name: str, lang: str, title: str, lines: list[str]) -> Static:
    body = "".join(f"<p>{escape(line)}</p>" for line in lines)
    return Static(name, f'<section lang="{_tag(lang)}"><h2>{escape(title)}</h2>{body}</section>')


def _tag(lang: str) -> str:
    return "zh-CN" if lang == "zh" else lang
