"""The course home: what is next today, every lesson with what is done, every paper with its state."""

from dataclasses import dataclass
from datetime import datetime
from html import escape
from typing import Any

from kefu import journal
from kefu.items import LANGS
from kefu.pages import Place, shell
from kefu.progress import DAILY, Progress, due, practised, progress
from kefu.strings import words
from kefu.syllabus import Chapter, Lesson
from kefu.syllabus import load as load_syllabus


@dataclass(frozen=True)
class Paper:
    """A paper as a learner sees it: open, begun, handed in or marked; its score when marked."""

    name: str
    title: str
    state: str
    answered: int = 0
    items: int = 0
    closes: str = ""
    score: str = ""


def home(at: Place, papers: list[Paper], now: datetime) -> str:
    """The course home: what is next today, every lesson with what is done, every paper with its state."""
    w, course = words(at.lang), load_syllabus(at.course)
    found = journal.read(at.course / journal.NAME)
    rows = {one.id: (one, practised(path)) for one, path in course.notebooks(at.course, at.lang)}
    state = {name: progress(ids, found) for name, (_, ids) in rows.items()}
    ready, _ = due(found, now, [i for _, ids in rows.values() for i in ids])
    last = found.tries[-1]["item"] if found.tries else ""
    open_lessons = [one for one, _ in rows.values() if not state[one.id].done]
    following = next((one for one in open_lessons if last in rows[one.id][1]), next(iter(open_lessons), None))
    today = []
    if ready:
        label = w["review_due"].format(n=len(ready), today=min(len(ready), DAILY))
        today.append(f'<li><a class="kefu-primary" href="{at.url("review")}">{w["review"]}</a> <span>{label}</span></li>')
    if following:
        word = "go_on" if state[following.id].tried else "begin_here"
        label = f"{following.id} {escape(following.title[at.lang])}"
        today.append(
            f'<li><a class="{"" if ready else "kefu-primary"}" href="{at.url("lesson", following.id)}">{w[word]}</a> <span>{label}</span></li>'
        )
    if waiting := next((one for one in papers if one.state in ("open", "begun")), None):
        label = f"{escape(waiting.title)} {w['closes_at'].format(time=waiting.closes) if waiting.closes else ''}"
        page = at.url("paper", waiting.name) if waiting.state == "begun" else f"#{escape(waiting.name)}"
        word = "paper_go_on" if waiting.state == "begun" else "next_paper"
        today.append(f'<li><a href="{page}">{w[word]}</a> <span>{label}</span></li>')
    body = [f'<section class="kefu-prose"><h1>{escape(course.title[at.lang])}</h1></section>',
            f'<section class="kefu kefu-today"><h2>{w["today"]}</h2><ul>{"".join(today) or w["all_done"]}</ul></section>',
            *(_chapter(at, chapter, rows, state, following) for chapter in course.chapters),
            f'<section class="kefu kefu-papers"><h2>{w["papers"]}</h2>',
            "".join(_paper(at, one) for one in papers) or f"<p>{w['no_papers']}</p>", "</section>"]  # fmt: skip
    other = next(f"{at.base}/{lang}/" for lang in LANGS if lang != at.lang)
    return shell(at, course.title[at.lang], "".join(body), other, kind="home")


def _chapter(at: Place, chapter: Chapter, rows: dict[str, Any], state: dict[str, Progress], following: Lesson | None) -> str:
    w, lessons = words(at.lang), [one for one in chapter.lessons if one.id in rows]
    tried, right = (sum(getattr(state[one.id], name) for one in lessons) for name in ("tried", "right"))
    total, done = sum(state[one.id].items for one in lessons), sum(state[one.id].done for one in lessons)
    told = w["chapter_done"].format(done=done, lessons=len(lessons))
    told += w["accuracy"].format(percent=f"{100 * right / tried:.0f}") if tried else ""
    lines = []
    for one in lessons:
        mark = "done" if state[one.id].done else "begun" if state[one.id].tried else "new"
        here = ' aria-current="step"' if one is following else ""
        name = f'<a href="{at.url("lesson", one.id)}"{here}>{escape(one.id)} {escape(one.title[at.lang])}</a>'
        part = w[f"lesson_{mark}"].format(tried=state[one.id].tried, items=state[one.id].items)
        lines.append(f'<li class="kefu-lesson-{mark}">{name} <small>{part}</small></li>')
    bar = f'<progress max="{total}" value="{tried}" aria-label="{escape(chapter.title[at.lang])}"></progress>'
    return f'<section class="kefu kefu-chapter"><h2>{escape(chapter.title[at.lang])}</h2><p class="kefu-note">{told}</p>{bar}<ol>{"".join(lines)}</ol></section>'


def _paper(at: Place, one: Paper) -> str:
    w = words(at.lang)
    told = w[f"paper_{one.state}"].format(answered=one.answered, items=one.items, score=one.score)
    told += f" {w['closes_at'].format(time=one.closes)}" if one.closes and one.state in ("open", "begun") else ""
    act = {"open": "paper_start", "begun": "paper_go_on", "handed": "paper_see", "marked": "paper_result"}[one.state]
    page = at.url("result" if one.state == "marked" else "paper", one.name)
    if one.state == "open":
        button = f'<form method="post" action="{at.url("fetch", one.name)}">{at.form}<button>{w[act]}</button></form>'
    else:
        button = f'<a href="{page}">{w[act]}</a>'
    return f'<div class="kefu-paper-row" id="{escape(one.name)}"><b>{escape(one.title)}</b><span>{told}</span>{button}</div>'
