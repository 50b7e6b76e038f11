"""The gradebook as frames: one query over nbgrader's tables, the items' facts from the bank, the answers from the journals."""

import os
from collections.abc import Mapping
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path
from typing import Any

import pandas as pd

from kefu import journal
from kefu.database import rows, sqlite_file
from kefu.items import Item

# Every grade once. A grade is the grader's own points, else the marker's (nbgrader's Grade.score), without extra credit.
GRADES = """
SELECT submitted_assignment.student_id AS learner,
       assignment.name AS paper,
       base_cell.name AS cell,
       COALESCE(grade.manual_score, grade.auto_score) AS score,
       COALESCE(grade_cells.max_score, task_cells.max_score, 0) AS points,
       COALESCE(grade.extra_credit, 0) AS extra,
       grade.needs_manual_grade AS to_mark,
       submitted_notebook.rowid AS notebook,
       COALESCE(submitted_notebook.late_submission_penalty, 0) AS penalty,
       submitted_assignment.timestamp AS handed_in,
       assignment.duedate AS due,
       submitted_assignment.extension AS extension
  FROM grade
  JOIN base_cell ON base_cell.id = grade.cell_id
  LEFT JOIN grade_cells ON grade_cells.id = base_cell.id
  LEFT JOIN task_cells ON task_cells.id = base_cell.id
  JOIN submitted_notebook ON submitted_notebook.id = grade.notebook_id
  JOIN submitted_assignment ON submitted_assignment.id = submitted_notebook.assignment_id
  JOIN assignment ON assignment.id = submitted_assignment.assignment_id
"""
# How a server says what SQLite keeps as a row's number and as a time after 1970.
ON_A_SERVER = {
    "submitted_notebook.rowid": "submitted_notebook.id",
    "submitted_assignment.extension AS": "TIMESTAMP '1970-01-01' + submitted_assignment.extension AS",
}
FACTS = ["item", "chapter", "covers", "kind", "level"]
ANSWERS = ["learner", "paper", "item", "response", "lang", "answered"]
BATCH = 256  # journals a process reads at a time


def grades(database: str | Path, paper: str | None = None) -> pd.DataFrame:
    """One row a learner and graded cell, of one paper or of all; `database` is the gradebook's URL, or SQLite's file.

    Columns: learner, paper, cell, score, points, extra, to_mark, notebook, penalty (of the whole notebook, in points),
    handed_in (UTC), late; `score` is NaN where nobody has marked yet. Raises FileNotFoundError when there is no gradebook.
    """
    query = GRADES + ("WHERE assignment.name = :paper" if paper else "")
    if not sqlite_file(database):
        for ours, theirs in ON_A_SERVER.items():
            query = query.replace(ours, theirs)
    columns, found = rows(database, query, **({"paper": paper} if paper else {}))
    frame = pd.DataFrame.from_records(found, columns=columns, coerce_float=True)
    for name in ("handed_in", "due", "extension"):
        frame[name] = pd.to_datetime(frame[name], utc=True, format="ISO8601")
    longer = (frame.pop("extension") - pd.Timestamp(0, tz="UTC")).fillna(pd.Timedelta(0))  # stored as a time after 1970
    frame["late"] = frame["handed_in"] > frame.pop("due") + longer
    return frame.astype({"score": float, "extra": float, "penalty": float, "to_mark": bool})


def totals(found: pd.DataFrame) -> pd.DataFrame:
    """The scores of `nbgrader export` from grades: one row a learner and paper.

    score = max(0, sum of scores and extra credit - penalty), in points; percent of points; to_mark counts cells.
    """
    found = found.assign(earned=(found["score"] + found["extra"]).fillna(0.0))  # extra credit counts once a cell is marked
    fines = found.drop_duplicates(["learner", "paper", "notebook"]).groupby(["paper", "learner"])["penalty"].sum()
    frame = found.groupby(["paper", "learner"]).agg(
        earned=("earned", "sum"), points=("points", "sum"), extra=("extra", "sum"), to_mark=("to_mark", "sum"),
        handed_in=("handed_in", "first"), late=("late", "first"),
    )  # fmt: skip
    frame["penalty"] = fines
    frame["score"] = (frame.pop("earned") - frame["penalty"]).clip(lower=0.0)
    frame["percent"] = (100 * frame["score"] / frame["points"].where(frame["points"] > 0)).round(1)
    names = ["learner", "paper", "score", "points", "percent", "extra", "penalty", "to_mark", "handed_in", "late"]
    return frame.reset_index()[names]


def scores(database: str | Path) -> pd.DataFrame:
    """One row a learner and paper, as `totals` says. Raises FileNotFoundError when there is no gradebook yet."""
    return totals(grades(database))


def frame(database: str | Path, items: Mapping[str, Item], paper: str | None = None) -> pd.DataFrame:
    """The frame: `grades` (of one paper or of all) with item, chapter, covers (knowledge points), kind and level of every cell.

    `items` are the bank's. A cell of none of them is its own item, of no chapter, kind or level.
    """
    found = grades(database, paper)
    facts = {}
    for cell in found["cell"].unique():
        item = items.get(cell.removesuffix("-mark").removesuffix("-hand"))
        facts[cell] = (item.id, item.chapter, item.covers, item.kind, item.level) if item else (cell, "", (), "", "")
    return found.join(pd.DataFrame.from_dict(facts, orient="index", columns=FACTS), on="cell")


def answers(root: Path, workers: int | None = None, paper: str | None = None) -> pd.DataFrame:
    """What was marked, from the journals in autograded/: learner, paper, item, response, lang, answered (UTC).

    One row an answer, of one paper or of all. Merge it with the frame on learner, paper and item: scores alone need no journal.
    """
    paths = sorted((root / "autograded").glob(f"*/{paper or '*'}/{journal.NAME}"))
    batches = [paths[n : n + BATCH] for n in range(0, len(paths), BATCH)]
    if len(batches) > 1:
        with ProcessPoolExecutor(workers or os.cpu_count()) as pool:
            found = list(pool.map(_read, batches))
    else:
        found = [_read(batch) for batch in batches]
    told = pd.DataFrame([row for batch in found for row in batch], columns=ANSWERS)
    return told.assign(answered=pd.to_datetime(told["answered"], utc=True, format="ISO8601", errors="coerce"))


def papers(database: str | Path) -> list[str]:
    """The papers whose notebooks the gradebook knows; none when there is no gradebook."""
    query = "SELECT DISTINCT assignment.name FROM assignment JOIN notebook ON notebook.assignment_id = assignment.id"
    try:
        return sorted(name for (name,) in rows(database, query)[1])
    except FileNotFoundError:
        return []


def learners(database: str | Path) -> list[str]:
    """Every learner the gradebook knows, whether or not they handed in."""
    return sorted(name for (name,) in rows(database, "SELECT id FROM student")[1])


def codes(database: str | Path, paper: str) -> dict[str, str]:
    """Learner to code, for everyone who handed a paper in: from nbgrader's random id, so it names nobody to others."""
    query = """SELECT submitted_assignment.student_id, submitted_assignment.id FROM submitted_assignment
               JOIN assignment ON assignment.id = submitted_assignment.assignment_id WHERE assignment.name = :paper"""
    return {learner: f"s-{name[:12]}" for learner, name in rows(database, query, paper=paper)[1]}


def _read(paths: list[Path]) -> list[tuple[Any, ...]]:
    """The answers of some journals."""
    told: list[tuple[Any, ...]] = []
    for path in paths:
        found = journal.read(path)
        who, paper = path.parts[-3:-1]
        told += [(who, paper, i, response, found.langs.get(i), found.times[i]) for i, response in found.responses.items()]
    return told
