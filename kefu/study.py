"""What a learner should study next after a paper: lessons, never an answer."""

from collections.abc import Mapping
from html import escape

from kefu import plots
from kefu.analytics.mastery import MASTERED
from kefu.items import Item
from kefu.strings import reports
from kefu.syllabus import Syllabus

MOST = 5  # a longer list is not read
SPOKES = 3  # fewer make no shape


def advice(
    items: Mapping[str, Item], earned: Mapping[str, tuple[float, float]], course: Syllabus, lang: str, closed: bool
) -> str:
    """HTML: the lessons to review, weakest first, and how the learner did by chapter or lesson, drawn where there are three.

    `earned` holds points earned and to be had, by item id, of what is marked. Knowledge points are named only of a `closed`
    paper, since a point's title may be half an answer. Links are relative to the classroom's result page.
    """
    w = reports(lang)
    marked = [item for i in earned if (item := items.get(i)) and not item.void and item.lesson in course.lessons]
    lessons = {
        one: share for one in course.lessons if (share := _share([i for i in marked if i.lesson == one], earned)) is not None
    }
    if not lessons:
        return ""
    weak = sorted((one for one in lessons if lessons[one] < MASTERED), key=lambda one: lessons[one])[:MOST]
    rows = []
    for one in weak:
        title = f"{escape(one)} {escape(course.lessons[one].title[lang])}"
        lost = [item for item in marked if item.lesson == one and earned[item.id][0] < earned[item.id][1]] if closed else []
        points = dict.fromkeys(course.points[slug][lang] for item in lost for slug in item.covers if slug in course.points)
        named = f"<br><small>{escape(w['separator'].join(points))}</small>" if points else ""
        rows.append(
            f'<li><a href="../../{lang}/lesson/{escape(one)}">{title}</a> {escape(w["study_share"].format(share=f"{lessons[one]:.0%}"))}{named}</li>'
        )
    told = f"<p>{escape(w['study_say'])}</p><ul>{''.join(rows)}</ul>" if rows else f"<p>{escape(w['study_none'])}</p>"
    return (
        f'<section class="study"><h2>{escape(w["study"])}</h2>{told}{_drawn(marked, earned, lessons, course, lang)}</section>'
    )


def _share(items: list[Item], earned: Mapping[str, tuple[float, float]]) -> float | None:
    """The share of the points of some items that were earned; None where there were none to earn."""
    points = sum(earned[item.id][1] for item in items)
    return sum(earned[item.id][0] for item in items) / points if points else None


def _drawn(
    marked: list[Item], earned: Mapping[str, tuple[float, float]], lessons: Mapping[str, float], course: Syllabus, lang: str
) -> str:
    """A radar by chapter, or by lesson where there are fewer than three chapters, with its numbers in a table."""
    w = reports(lang)
    chapters = {
        one.id: share
        for one in course.chapters
        if (share := _share([i for i in marked if i.chapter == one.id], earned)) is not None
    }
    by_chapter = len(chapters) >= SPOKES
    shares = chapters if by_chapter else lessons
    if len(shares) < SPOKES:
        return ""
    names = {one.id: (one.id, one.title[lang]) for one in course.lessons.values()}
    names |= {one.id: (w["study_chapter"].format(n=n), one.title[lang]) for n, one in enumerate(course.chapters, 1)}
    titles = {one: " ".join(names[one]) for one in shares}
    says = w["study_by_chapter" if by_chapter else "study_by_lesson"].format(
        best=titles[max(shares, key=lambda one: shares[one])]
    )
    drawing = plots.radar([names[one][0] for one in shares], list(shares.values()), says)
    rows = "".join(f"<tr><td>{escape(titles[one])}</td><td>{share:.0%}</td></tr>" for one, share in shares.items())
    return f"<p>{escape(says)}</p>{drawing}<details><summary>{escape(w['table'])}</summary><table>{rows}</table></details>"
