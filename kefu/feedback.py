"""Feedback: a paper's page for its learner, written from the journal and the gradebook, never from what learner code printed."""

import json
import re
from datetime import UTC, datetime
from functools import lru_cache
from html import escape
from pathlib import Path
from typing import Any

from nbconvert.exporters import Exporter, HTMLExporter
from nbformat import NotebookNode
from nbgrader.api import Gradebook

from kefu import bank, journal, plots
from kefu.items import kind_module
from kefu.paper import FILE, REGRADES, Paper
from kefu.paper import load as load_papers
from kefu.strings import words
from kefu.study import advice
from kefu.syllabus import course_folder
from kefu.syllabus import load as load_syllabus
from kefu.views import explained, spoken, static

STYLE = """
body { max-width: 44rem; margin: 0 auto; padding: 1rem; background: #fffdf8; color: #1f2933; overflow-wrap: anywhere;
  font: 16px/1.7 system-ui, "PingFang SC", "Microsoft YaHei", "Noto Sans SC", "Noto Sans CJK SC", sans-serif; }
article { background: #fff; border: 1px solid #d9d4c7; border-radius: 10px; padding: 0.5rem 1.125rem; margin: 0.75rem 0; }
li { margin: 0.25rem 0; }
.right { color: #1b6b3a; } .partly { color: #8a5a00; } .wrong, .invalid { color: #a4262c; } .blank, .noted { color: #52606d; }
.total { font-size: 1.25rem; font-weight: 600; }
@media (prefers-color-scheme: dark) {
  body { background: #14181c; color: #e6e8ea; } article { background: #1c2227; border-color: #39424b; }
  .right { color: #7bd39a; } .partly { color: #f0c36a; } .wrong, .invalid { color: #ff9a94; } .blank, .noted { color: #aab4be; }
}
details summary { cursor: pointer; color: #0b6e69; padding: 0.5rem 0; }
td { padding: 0.25rem 0.75rem 0.25rem 0; } small { color: #52606d; } a { color: #0b6e69; }
@media (prefers-color-scheme: dark) { details summary, a { color: #5cc8c0; } small { color: #aab4be; } }
@media print { article, .study { break-inside: avoid; } }
"""
SIGNS = {"right": "✓", "partly": "◐", "wrong": "✗", "blank": "–", "invalid": "!", "noted": "✎"}


class FeedbackExporter(HTMLExporter):
    """What nbgrader's generate_feedback writes with: our page for a paper of ours, nbgrader's own for any other."""

    def from_notebook_node(self, nb: NotebookNode, resources: Any = None, **kwargs: Any) -> Any:
        """Return the page and the resources, as every exporter does."""
        folder = Path(resources["metadata"]["path"])
        if (folder / "paper.json").exists():
            nb, resources = Exporter.from_notebook_node(
                self, nb, resources, **kwargs
            )  # runs the preprocessors, GetGrades among them
            return page(nb, folder, resources["nbgrader"], waiting(resources["nbgrader"])), resources
        html, resources = super().from_notebook_node(nb, resources, **kwargs)
        return re.sub(r'<script src="https?:[^>]*></script>', "", html), resources  # nothing comes from outside this machine


def waiting(told: dict[str, Any]) -> set[str]:
    """The graded cells of a submission that wait for a person; `told` is what nbgrader's converters pass on."""
    with Gradebook(told["db_url"]) as gradebook:
        found = gradebook.find_submission_notebook(told["notebook"], told["assignment"], told["student"])
        return {grade.name for grade in found.grades if grade.needs_manual_grade}


def page(nb: NotebookNode, folder: Path, total: dict[str, Any], to_mark: set[str]) -> str:
    """A paper's feedback: what to review, then every question with its response and what it earned.

    Once the paper is closed, the reasons stand under each question.
    `to_mark` names the cells that wait for a person.
    """
    paper = json.loads((folder / "paper.json").read_text(encoding="utf-8"))
    found = journal.read(folder / journal.NAME)
    lang = spoken(found)
    w = words(lang)
    grades = {cell.metadata.nbgrader.grade_id: cell.metadata.nbgrader for cell in nb.cells if "nbgrader" in cell.metadata}
    form = known(folder.parents[2], paper["paper"])
    items = {item.id: item for item in form.items} if form else {}
    reasons = items if form and form.closes and form.closes <= datetime.now(UTC) else {}
    earned = {item["id"]: pair for item in paper["items"] if (pair := _earned(item, grades, to_mark))}
    study = advice(items, earned, load_syllabus(course_folder(folder.parents[2])), lang, bool(reasons)) if form else ""
    articles = []
    for n, item in enumerate(paper["items"], 1):
        response = found.responses.get(item["id"])
        verdict, sentence = _verdict(item, response, grades, to_mark, w)
        shown = static(item, lang, response, f"{n} / {len(paper['items'])}").html
        why = explained(reasons[item["id"]], lang).html if item["id"] in reasons else ""
        articles.append(f'<article>{shown}<p class="{verdict}">{SIGNS[verdict]} {escape(sentence)}</p>{why}</article>')
    score = w["total"].format(score=f"{total['score']:.4g}", points=f"{total['max_score']:g}")
    if not to_mark and total["max_score"]:  # what a person has yet to mark may decide
        percent = 100 * total["score"] / total["max_score"]
        verdict = w["pass" if percent >= paper["pass"] - 1e-9 else "fail"]
        score += w["of_pass"].format(percent=f"{percent:.1f}".removesuffix(".0"), verdict=verdict, **{"pass": paper["pass"]})
    late = [w["penalty"].format(n=f"{total['late_penalty']:.3g}")] if total["late_penalty"] else []
    odd = [w[f"odd_{reason}"].format(n=line) for reason, line in found.odd]
    notes = "".join(f"<p>{escape(line)}</p>" for line in [*late, *odd])
    title = escape(paper["title"][lang])
    return (
        f'<!DOCTYPE html>\n<html lang="{"zh-CN" if lang == "zh" else lang}">\n<head><meta charset="utf-8">'
        f'<meta name="viewport" content="width=device-width, initial-scale=1"><title>{title}</title>'
        f'<meta name="kefu-score" content="{total["score"]:.4g} / {total["max_score"]:g}"><style>{STYLE}{plots.STYLE}</style></head>\n'
        f'<body><h1>{title}</h1><p class="total">{escape(score)}</p>{notes}\n{study}{"".join(articles)}</body></html>\n'
    )


def _verdict(
    item: dict[str, Any], response: Any, grades: dict[str, Any], to_mark: set[str], w: dict[str, str]
) -> tuple[str, str]:
    """The verdict on an item and its sentence, with a grader's comment where a person has marked it."""
    pair = _earned(item, grades, to_mark)
    if pair is None:
        return "noted", w["noted"] if kind_module(item["kind"]).MARKED == "never" else w["waiting"]
    earned, points = pair
    verdict = "right" if earned >= points else "partly" if earned else "wrong" if response is not None else "blank"
    sentence = w["your_score"].format(verdict=w[verdict], earned=f"{earned:.3g}", points=f"{points:g}")
    return verdict, f"{sentence} {grades.get(_cell(item), {}).get('comment') or ''}".strip()


def _earned(item: dict[str, Any], grades: dict[str, Any], to_mark: set[str]) -> tuple[float, float] | None:
    """Points earned and to be had; None for what is never marked, or waits for a person."""
    marked = kind_module(item["kind"]).MARKED
    if marked == "never" or (marked == "hand" and _cell(item) in to_mark):
        return None
    grade = grades.get(_cell(item), {})
    return grade.get("score", 0.0), grade.get("points", item["points"])


def _cell(item: dict[str, Any]) -> str:
    """The grade id of an item's graded cell."""
    return f"{item['id']}-{'hand' if kind_module(item['kind']).MARKED == 'hand' else 'mark'}"


def known(root: Path, name: str) -> Paper | None:
    """A paper with its items from the bank; None where the bank does not have it."""
    changed = [place.stat().st_mtime_ns for place in (root / FILE, root / REGRADES) if place.exists()]
    return _forms(root, tuple(changed)).get(name) if changed else None


@lru_cache(maxsize=1)
def _forms(root: Path, changed: tuple[int, ...]) -> dict[str, Paper]:
    """The papers of a root, read again when their file has changed: a class's feedback asks for every learner."""
    return load_papers(root, bank.load(root))[0]
