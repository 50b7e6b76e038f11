"""Score files: by class and by paper, as CSV and XLSX in one language, and as Canvas and Moodle take them in."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pandas as pd

from kefu.items import Item, kind_module
from kefu.paper import Paper
from kefu.scores import item_facts, point_facts, standing, study_facts
from kefu.spreadsheet import rows_of, write_csv, write_xlsx
from kefu.strings import headings
from kefu.syllabus import Syllabus, course_folder
from kefu.syllabus import load as load_syllabus


def write(
    root: Path,
    items: Mapping[str, Item],
    forms: Mapping[str, Paper],
    found: pd.DataFrame,
    people: pd.DataFrame,
    lang: str,
    out: Path,
) -> list[Path]:
    """Write every score file below `out` from the frame; returns the files. Raises ValueError when nothing is graded."""
    if found.empty:
        raise ValueError("nothing is graded yet; collect submissions and run kefu grade")
    frame, words = standing(found, forms, people), headings(lang)
    titles = {name: forms[name].title[lang] if name in forms else name for name in frame["paper"].unique()}
    points = {
        str(name): float(group["points"].sum()) for name, group in found.drop_duplicates(["paper", "cell"]).groupby("paper")
    }
    texts = _Texts(items, load_syllabus(course_folder(root)), titles, lang)
    everyone = texts.sheets(frame, found)
    files = [out / "scores.csv", out / "scores.xlsx", out / "canvas.csv", out / "moodle.csv"]
    write_csv(files[0], rows_of(everyone[words["sheet_scores"]]))
    write_xlsx(files[1], everyone)
    write_csv(files[2], canvas(frame, titles, points), "utf-8")
    write_csv(files[3], moodle(frame, titles, points), "utf-8")
    for name, group in frame.groupby("paper"):
        files.append(out / "papers" / f"{name}.csv")
        write_csv(files[-1], rows_of(texts.by_item(group, found[found["paper"] == name])))
    for name, group in frame[frame["class"] != ""].groupby("class"):
        sheets = texts.sheets(group, found[found["learner"].isin(group["learner"])])
        files += [out / "classes" / f"{name}.csv", out / "classes" / f"{name}.xlsx"]
        write_csv(files[-2], rows_of(sheets[words["sheet_scores"]]))
        write_xlsx(files[-1], sheets)
    return files


class _Texts:
    """The tables as a person reads them, in one language."""

    def __init__(self, items: Mapping[str, Item], syllabus: Syllabus, titles: dict[str, str], lang: str) -> None:
        self.items, self.syllabus, self.titles, self.lang, self.words = items, syllabus, titles, lang, headings(lang)
        self.chapters = {chapter.id: chapter.title[lang] for chapter in syllabus.chapters}
        self.points = {slug: title[lang] for slug, title in syllabus.points.items()}

    def sheets(self, frame: pd.DataFrame, found: pd.DataFrame) -> dict[str, pd.DataFrame]:
        """The four sheets of a workbook: scores, items, knowledge points, what to study next."""
        w, items = self.words, item_facts(found)
        told = frame.assign(
            paper=frame["paper"].map(self.titles), status=frame["status"].map(lambda status: w[f"status_{status}"]),
            passed=frame["passed"].map({True: w["yes"], False: w["no"]}), handed_in=frame["handed_in"].dt.tz_localize(None),
            verdict=frame["verdict"].map(lambda verdict: w[f"verdict_{verdict}"] if verdict else ""),
        )  # fmt: skip
        known = items["item"].map(self.items.get)
        asked = items.assign(
            paper=items["paper"].map(self.titles),
            question=[item.texts[self.lang]["stem"] if item else "" for item in known],
            chapter=[self.chapters.get(item.chapter, "") if item else "" for item in known],
            kind=[kind_module(item.kind).NAME[self.lang] if item else "" for item in known],
            level=[w[f"level_{item.level}"] if item else "" for item in known],
        )
        covered = point_facts(found)
        covered = covered.assign(point=covered["covers"].map(lambda slug: self.points.get(slug, slug)))
        study = study_facts(found, self.syllabus).merge(frame[["learner", "name", "class"]].drop_duplicates(), how="left")
        study = study.assign(
            chapter=study["chapter"].map(self.chapters), state=study["state"].map(lambda state: w[f"state_{state}"]),
            again=study["points"].map(lambda slugs: w["and"].join(self.points[slug] for slug in slugs), na_action="ignore"),
        )  # fmt: skip
        scores = ["learner", "name", "class", "paper", "score", "points", "percent", "passed", "verdict", "status", "handed_in", "penalty",
                  "extra", "to_mark"]  # fmt: skip
        asks = ["paper", "item", "question", "chapter", "kind", "level", "points", "learners", "mean", "percent"]
        return {
            w["sheet_scores"]: told[scores].rename(columns=w),
            w["sheet_items"]: asked[asks].rename(columns=w),
            w["sheet_points"]: covered[["point", "items", "learners", "percent"]].rename(columns=w),
            w["sheet_study"]: study[
                ["learner", "name", "class", "chapter", "items", "percent", "state", "next", "again"]
            ].rename(columns=w),
        }

    def by_item(self, frame: pd.DataFrame, found: pd.DataFrame) -> pd.DataFrame:
        """One paper: a row a learner, a column an item, then score and status."""
        earned = found.assign(earned=found["score"] + found["extra"]).pivot(index="learner", columns="item", values="earned")
        told = frame.assign(status=frame["status"].map(lambda status: self.words[f"status_{status}"])).set_index("learner")
        order = [item for item in found["item"].unique() if item in earned]
        wide = told[["name", "class"]].join(earned[order]).join(told[["score", "status"]])
        return wide.reset_index().rename(columns=self.words)


def canvas(frame: pd.DataFrame, titles: dict[str, str], points: dict[str, float]) -> list[list[Any]]:
    """Rows for Canvas' gradebook import: its five columns, then a paper each, under a row of points possible.

    A learner is found by the login; an empty cell is no grade (canvas-lms, lib/gradebook_importer.rb).
    """
    rows: list[list[Any]] = [["Student", "ID", "SIS User ID", "SIS Login ID", "Section", *(titles[name] for name in points)]]
    rows.append(["    Points Possible", "", "", "", "", *points.values()])
    for who, told in _by_learner(frame):
        rows.append([told["name"] or who, "", "", who, told["class"], *(told["scores"].get(name) for name in points)])
    return rows


def moodle(frame: pd.DataFrame, titles: dict[str, str], points: dict[str, float]) -> list[list[Any]]:
    """Rows for Moodle's CSV grade import, mapped from username; a dash is no grade (gradeimport_csv, load_data.php)."""
    rows: list[list[Any]] = [["username", "name", *(titles[name] for name in points)]]
    for who, told in _by_learner(frame):
        rows.append([who, told["name"], *(told["scores"].get(name, "-") for name in points)])
    return rows


def _by_learner(frame: pd.DataFrame) -> list[tuple[str, dict[str, Any]]]:
    """Every learner once, with name, class and the scores of the papers they handed in."""
    told: dict[str, dict[str, Any]] = {}
    for row in frame.to_dict("records"):
        one = told.setdefault(row["learner"], {"name": row["name"], "class": row["class"], "scores": {}})
        if row["status"] != "missing":
            one["scores"][row["paper"]] = row["score"]
    return list(told.items())
