"""The classroom's pages: home, lesson, review, paper, result; made from the same notebooks that JupyterLab opens."""

import json
import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from html import escape
from itertools import pairwise
from pathlib import Path
from typing import Any

from kefu import cards, journal, room
from kefu.items import LANGS
from kefu.progress import DAILY, due, practised
from kefu.strings import words
from kefu.syllabus import Lesson, Syllabus
from kefu.syllabus import load as load_syllabus
from kefu.views import Static

VERB = re.compile(r'^(practice|ask|cover|hand_in)\((?:"([a-z0-9-]+)")?\)$')
NAMES = {"zh": "中文", "en": "English"}


@dataclass(frozen=True)
class Place:
    """Where a page stands: the learner's folder, the language, the address of the classroom, and the token of its forms."""

    desk: Path
    lang: str
    base: str
    form: str = ""

    @property
    def course(self) -> Path:
        """The course's folder."""
        return self.desk / "course"

    def url(self, *parts: str) -> str:
        """The address of a page in this language."""
        return "/".join([f"{self.base}/{self.lang}", *parts])


def make(kind: str, public: dict[str, Any], path: Path, **arguments: Any) -> cards.Exercise:
    """An exercise without a notebook behind it."""
    return cards.Exercise(public, path, **arguments)


def card(at: Place, page: str, verb: str, item: str | None, submit: Callable[[], str] = lambda: "") -> Any:
    """The card of a call on a page: `page` is a lesson's id, `review`, or a paper's name."""
    if verb == "practice":
        course = load_syllabus(at.course)
        back = at.url("lesson", _lesson_of(at, course, item or "")) if page == "review" else ""
        # What is reviewed today is asked afresh, whatever was answered on another day.
        since = cards.local_now().astimezone().replace(hour=0, minute=0, second=0) if back else None
        return room.practice(at.course, item or "", at.lang, make, f"{back}#{item}", since)
    folder = at.desk / page
    opened = {"cover": lambda told: room.cover(folder, told, at.lang, cards.Page),
              "hand_in": lambda told: room.hand_in(folder, told, at.lang, cards.Page, submit),
              "ask": lambda told: room.ask(folder, told, item or "", at.lang, make)}  # fmt: skip
    return room.paper(folder, at.lang, opened[verb])


def _lesson_of(at: Place, course: Syllabus, item: str) -> str:
    return next((lesson.id for lesson, path in course.notebooks(at.course, at.lang) if item in practised(path)), "")


def slot(at: Place, page: str, verb: str, item: str | None) -> str:
    """A card as HTML: its fixed view, and beside it the state that makes it live."""
    found = card(at, page, verb, item)
    if isinstance(found, Static):
        return found.html
    view = found.text and found._public["kind"] if isinstance(found, cards.Exercise) else "page"
    call = {"page": page, "verb": verb, "item": item, "view": view, "state": found.state()}
    data = json.dumps(call, ensure_ascii=False).replace("<", "\\u003c")
    name = "" if verb == "practice" else f' id="{escape(item or verb)}"'
    return f'<div class="kefu-slot-live"{name}>{found.fixed().html}<script type="application/json">{data}</script></div>'


def shell(at: Place, title: str, body: str, other: str, nav: str = "", kind: str = "") -> str:
    """A whole page. `other` is the same page's address in the other language."""
    w, site = words(at.lang), load_syllabus(at.course).title[at.lang]
    switch = next(lang for lang in LANGS if lang != at.lang)
    tag = {"zh": "zh-CN"}
    head = "" if title == site else f"{escape(title)} · "
    return f"""<!DOCTYPE html>
<html lang="{tag.get(at.lang, at.lang)}"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<title>{head}{escape(site)}</title>
<link rel="icon" href="data:,"><link rel="stylesheet" href="{at.base}/static/kefu.css"><link rel="stylesheet" href="{at.base}/static/classroom.css">
<script type="module" src="{at.base}/static/classroom.js"></script></head>
<body class="kefu-room kefu-{kind}" data-base="{escape(at.base)}" data-lang="{at.lang}" data-words="{escape(json.dumps(w, ensure_ascii=False))}">
<a class="kefu-skip" href="#main">{w["skip"]}</a>
<header class="kefu-top"><a href="{at.url("")}">{escape(site)}</a>
<form method="post" action="{at.base}/language">{at.form}<input type="hidden" name="next" value="{escape(other)}">
<button name="lang" value="{switch}" lang="{tag.get(switch, switch)}">{NAMES[switch]}</button></form></header>
<main id="main">{body}</main>{nav}</body></html>
"""


@lru_cache(maxsize=64)
def _prose(source: str, base: str, lang: str) -> str:
    """A text cell as HTML, its links leading inside the classroom."""
    from nbconvert.filters.markdown_mistune import markdown2html_mistune

    html = markdown2html_mistune(source)
    html = re.sub(r'<a class="anchor-link".*?</a>', "", html)
    html = re.sub(r'src="(?:\.\./)*figures/', f'src="{base}/figures/', html)
    return re.sub(r'href="[^"]*?(?:\.\./)*[\w/-]*?(\w+-\w+)-[\w-]+\.ipynb"', rf'href="{base}/{lang}/lesson/\1"', html)


def lesson(at: Place, found: Lesson) -> str:
    """A lesson: its text, its exercises, and the way on."""
    course = load_syllabus(at.course)
    rows = list(course.notebooks(at.course, at.lang))
    path = next(path for one, path in rows if one.id == found.id)
    parts: list[str] = []
    passage = 0  # where the last text begins: its exercises lead back to it
    for cell in json.loads(path.read_text(encoding="utf-8"))["cells"]:
        source = "".join(cell["source"])
        if cell["cell_type"] == "markdown":
            passage = len(parts)
            parts.append(f'<section class="kefu-prose">{_prose(source, at.base, at.lang)}</section>')
        elif call := VERB.match(source.strip()):
            parts[passage] = f'<span id="{escape(call[2] or "")}"></span>{parts[passage]}'
            parts.append(slot(at, found.id, *call.groups()))
    w, links = words(at.lang), []
    order = [None, *(one for one, _ in rows), None]
    before, after = next((a, c) for (a, b), (_, c) in pairwise(pairwise(order)) if b and b.id == found.id)
    for word, one in (("previous", before), ("next", after)):
        if one:
            label = f"<small>{w[word]}</small> {escape(one.id)} {escape(one.title[at.lang])}"
            links.append(f'<a class="kefu-{word}" href="{at.url("lesson", one.id)}">{label}</a>')
    links.append(f'<a href="{at.url("")}">{w["to_home"]}</a>')
    nav = f'<nav class="kefu-ways" aria-label="{w["ways"]}">{"".join(links)}</nav>'
    other = next(f"{at.base}/{lang}/lesson/{found.id}" for lang in LANGS if lang != at.lang)
    return shell(at, f"{found.id} {found.title[at.lang]}", "".join(parts), other, nav, "lesson")


def review(at: Place, now: datetime) -> str:
    """Today's review: the missed items that are due, or when the next ones will be."""
    w, course = words(at.lang), load_syllabus(at.course)
    known = [i for _, path in course.notebooks(at.course, at.lang) for i in practised(path)]
    ready, later = due(journal.read(at.course / journal.NAME), now, known)
    body = [f'<section class="kefu-prose"><h1>{w["review"]}</h1><p>{w["review_what"]}</p>']
    if ready:
        body.append(f"<p>{w['review_due'].format(n=len(ready), today=min(len(ready), DAILY))}</p>")
    elif later:
        body.append(f"<p>{w['review_later'].format(day=later.astimezone().strftime('%Y-%m-%d'))}</p>")
    else:
        body.append(f"<p>{w['review_none']}</p>")
    body += ["</section>", *(slot(at, "review", "practice", i) for i in ready[:DAILY])]
    nav = f'<nav class="kefu-ways"><a class="kefu-next" href="{at.url("")}">{w["to_home"]}</a></nav>'
    other = next(f"{at.base}/{lang}/review" for lang in LANGS if lang != at.lang)
    return shell(at, w["review"], "".join(body), other, nav, "review")


def result(at: Place, html: str) -> str:
    """A feedback page with the way back to the home."""
    return html.replace("<body>", f'<body><p><a href="{at.url("")}">{words(at.lang)["to_home"]}</a></p>', 1)


def paper(at: Place, name: str) -> str:
    """A paper: its cover, its items, its end; the page adds a navigator."""
    w, folder = words(at.lang), at.desk / name
    notebook = json.loads((folder / f"{name}.ipynb").read_text(encoding="utf-8"))
    calls = [VERB.match("".join(cell["source"]).strip()) for cell in notebook["cells"] if cell["cell_type"] == "code"]
    told = room.paper(folder, at.lang, lambda told: told)
    title = told["title"][at.lang] if isinstance(told, dict) else name
    body = f'<section class="kefu-prose"><h1>{escape(title)}</h1></section>'
    other = next(f"{at.base}/{lang}/paper/{name}" for lang in LANGS if lang != at.lang)
    if isinstance(told, dict) and "lab" in told:
        return shell(at, title, body + _lab(at, name), other, kind="lab")
    body += "".join(slot(at, name, *call.groups()) for call in calls if call)
    nav = f'<nav class="kefu-navigator" aria-label="{w["navigator"]}" hidden></nav>'
    return shell(at, title, body, other, nav, "paper")


def _lab(at: Place, name: str) -> str:
    """A data lab's page: code needs a kernel, so the way leads to JupyterLab; handing in is done here."""
    w, base = words(at.lang), at.base.removesuffix("/kefu")
    lines = "".join(f"<p>{w[word]}</p>" for word in ("lab_where", "lab_how"))
    way = f'<p><a href="{base}/lab/tree/{name}/{name}.ipynb">{w["lab_open"]}</a></p><p>{w["lab_back"]}</p>'
    return f'<section class="kefu kefu-way">{lines}{way}</section>{slot(at, name, "hand_in", None)}'
