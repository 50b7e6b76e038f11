"""The gradebook as a frame: one query over nbgrader's tables."""

import sqlite3
from contextlib import closing
from pathlib import Path

import pandas as pd

SCORES = """
SELECT submitted_assignment.student_id AS learner,
       assignment.name AS paper,
       SUM(COALESCE(grade.manual_score, grade.auto_score, 0) + COALESCE(grade.extra_credit, 0)) AS raw,
       (SELECT COALESCE(SUM(late_submission_penalty), 0) FROM submitted_notebook
         WHERE submitted_notebook.assignment_id = submitted_assignment.id) AS penalty,
       SUM(COALESCE(grade_cells.max_score, task_cells.max_score)) AS points,
       SUM(grade.needs_manual_grade) AS to_mark,
       submitted_assignment.timestamp AS handed_in,
       submitted_assignment.timestamp > DATETIME(assignment.duedate, -- an extension is stored as a time after 1970
         COALESCE(STRFTIME('%s', submitted_assignment.extension), 0) || ' seconds') AS late
  FROM submitted_assignment
  JOIN assignment ON assignment.id = submitted_assignment.assignment_id
  JOIN submitted_notebook ON submitted_notebook.assignment_id = submitted_assignment.id
  JOIN grade ON grade.notebook_id = submitted_notebook.id
  LEFT JOIN grade_cells ON grade_cells.id = grade.cell_id
  LEFT JOIN task_cells ON task_cells.id = grade.cell_id
 GROUP BY submitted_assignment.id
 ORDER BY paper, learner
"""


def scores(database: Path) -> pd.DataFrame:
    """One row a learner and paper: learner, paper, score, points, percent, to_mark, handed_in, late.

    Raises FileNotFoundError when there is no gradebook yet.
    """
    if not database.exists():
        raise FileNotFoundError(f"{database}: there is no gradebook yet; run kefu build, then grade a paper")
    with closing(sqlite3.connect(f"{database.absolute().as_uri()}?mode=ro", uri=True)) as connection:
        frame = pd.read_sql(SCORES, connection, parse_dates=["handed_in"])
    frame["score"] = frame["raw"] - frame["penalty"]
    frame["percent"] = (100 * frame["score"] / frame["points"]).round(1)
    frame["late"] = frame["late"].fillna(0).astype(bool)
    return frame[["learner", "paper", "score", "points", "percent", "to_mark", "handed_in", "late"]]


def papers(database: Path) -> list[str]:
    """The papers whose notebooks the gradebook knows; none when there is no gradebook."""
    if not database.exists():
        return []
    with closing(sqlite3.connect(f"{database.absolute().as_uri()}?mode=ro", uri=True)) as connection:
        query = (
            "SELECT DISTINCT assignment.name FROM assignment JOIN notebook ON notebook.assignment_id = assignment.id ORDER BY 1"
        )
        return [name for (name,) in connection.execute(query)]
