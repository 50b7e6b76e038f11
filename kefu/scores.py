"""Scores: who has how many points in which paper, and what that says of learners, items and knowledge points."""

import math
from collections.abc import Mapping
from pathlib import Path

import pandas as pd

from kefu import gradebook
from kefu.analytics.flags import HIDDEN
from kefu.analytics.mastery import mastery, study_next
from kefu.analytics.matrix import item_points, score_matrix
from kefu.analytics.reliability import reliability, sem_at
from kefu.collect import learner_problem
from kefu.database import address
from kefu.paper import Paper
from kefu.spreadsheet import read_csv
from kefu.syllabus import Syllabus


def roster(root: Path, classes: Path | None) -> pd.DataFrame:
    """Everyone whose scores are told: learner, class, name. The class list, then who else is in the gradebook.

    Raises ValueError naming the list, the line and the mend; FileNotFoundError when there is no list or gradebook.
    """
    listed = _classes(classes) if classes else {}
    others = {who: ("", "") for who in gradebook.learners(address(root)) if who not in listed}
    return pd.DataFrame([(who, *told) for who, told in (listed | others).items()], columns=["learner", "class", "name"])


def standing(found: pd.DataFrame, forms: Mapping[str, Paper], people: pd.DataFrame) -> pd.DataFrame:
    """One row a learner and paper that somebody handed in: `gradebook.totals`, class, name, status, passed and verdict.

    `status` is handed_in, late or missing; a missing score is NaN. `passed` is None while there is something to mark.
    `verdict` is pass, fail or borderline (within a `band` of the pass mark), and empty while `passed` is None.
    """
    names = pd.DataFrame({"paper": sorted(found["paper"].unique())})
    frame = people.merge(names, how="cross").merge(gradebook.totals(found), how="left", on=["learner", "paper"])
    frame["status"] = "handed_in"
    frame.loc[frame["late"].fillna(False).astype(bool), "status"] = "late"
    frame.loc[frame["score"].isna(), "status"] = "missing"
    needed = frame["paper"].map({name: form.pass_mark for name, form in forms.items()})
    decided = needed.notna() & (frame["to_mark"] == 0)
    frame["passed"] = (frame["percent"] >= needed).astype(object).where(decided, None)
    frame["verdict"] = frame["passed"].map({True: "pass", False: "fail"}).fillna("")
    bands = {name: band(found[found["paper"] == name], form.pass_mark) for name, form in forms.items()}
    near = (frame["percent"] - needed).abs() <= frame["paper"].map(bands)
    frame.loc[near & frame["passed"].notna(), "verdict"] = "borderline"
    return frame


def band(found: pd.DataFrame, pass_mark: float) -> float:
    """The standard error of measurement at the pass mark of one paper, in percent of its points.

    NaN with fewer than 30 learners who have a score on every item, or without a reliability: then nobody is called borderline.
    """
    if not (found["points"] > 0).any():
        return float("nan")
    points, trusted = item_points(found), reliability(score_matrix(found))
    if trusted.learners < HIDDEN or math.isnan(trusted.alpha):
        return float("nan")
    total = float(points.sum())
    return 100 * sem_at(pass_mark * total / 100, trusted, points) / total


def study_facts(found: pd.DataFrame, syllabus: Syllabus) -> pd.DataFrame:
    """One row a learner and chapter, in teaching order: items, percent, state, next and points.

    `next` numbers up to three chapters to study, the first one first. `points` are up to three knowledge points of the
    chapter to study again, as a tuple of their slugs, or NaN.
    """
    chapters = {chapter.id: [slug for lesson in chapter.lessons for slug in lesson.points] for chapter in syllabus.chapters}
    found = found[found["chapter"].isin(chapters)]
    table, covered = mastery(found, by="chapter"), mastery(found, by="covers")
    ranks = study_next(table, list(chapters)).set_index(["learner", "chapter"])["rank"]
    weak = pd.concat(
        study_next(covered[covered.index.get_level_values("covers").isin(slugs)], slugs).assign(chapter=name)
        for name, slugs in chapters.items()
    )
    again = weak.groupby(["learner", "chapter"])["covers"].agg(tuple)
    table = table.assign(percent=(100 * table["share"]).round(1), next=ranks, points=again).reset_index()
    order = table["chapter"].map(list(chapters).index)
    table = table.assign(order=order).sort_values(["learner", "order"])
    return table[["learner", "chapter", "items", "percent", "state", "next", "points"]]


def item_facts(found: pd.DataFrame) -> pd.DataFrame:
    """One row a paper and item: learners, points, mean (points, of those marked), percent of the points."""
    frame = found.groupby(["paper", "item", "points"], sort=False, as_index=False).agg(
        learners=("score", "count"), mean=("score", "mean")
    )
    return frame.assign(percent=(100 * frame["mean"] / frame["points"]).round(1))


def point_facts(found: pd.DataFrame) -> pd.DataFrame:
    """One row a knowledge point, worst first: items, learners, percent of the points that were to be had."""
    frame = found[found["score"].notna()].explode("covers").dropna(subset="covers")
    frame = frame.groupby("covers", as_index=False).agg(
        items=("item", "nunique"), learners=("learner", "nunique"), score=("score", "sum"), points=("points", "sum")
    )
    return frame.assign(percent=(100 * frame["score"] / frame["points"]).round(1)).sort_values("percent", kind="stable")


def told(totals: pd.DataFrame, forms: Mapping[str, Paper]) -> str:
    """The scores for the terminal: a line a learner and paper, then a line a paper."""
    shown = totals.assign(handed_in=totals["handed_in"].dt.strftime("%Y-%m-%d %H:%M"))
    lines = [shown.to_string(index=False, float_format="%.2f")]
    for name, group in totals.groupby("paper"):
        line = f"{name}: {len(group)} handed in, {group['late'].sum()} late, mean {group['percent'].mean():.1f} %"
        if form := forms.get(str(name)):
            line += f", {(group['percent'] >= form.pass_mark).sum()} passed ({form.pass_mark} % or more)"
        lines.append(line)
    return "\n".join(lines)


def _classes(path: Path) -> dict[str, tuple[str, str]]:
    """A class list: learner to class and name."""
    found: dict[str, tuple[str, str]] = {}
    for line, row in read_csv(path, "learner", "class"):
        for key in ("learner", "class"):
            if problem := learner_problem(row[key]):
                raise ValueError(f"{path}: line {line}: {key}: {row[key]!r} {problem}; mend it")
        if row["learner"] in found:
            raise ValueError(f"{path}: line {line}: learner: {row['learner']!r} stands twice; keep one line")
        found[row["learner"]] = (row["class"], row.get("name", ""))
    return found
