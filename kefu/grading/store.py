"""The store: nbgrader's gradebook, written in few statements and one transaction a batch."""

from collections.abc import Callable, Collection, Iterable
from datetime import UTC, datetime
from typing import Any, NamedTuple
from uuid import uuid4

from sqlalchemy import Boolean, DateTime, Interval, bindparam, column, func, insert, select, table, update

from kefu.database import engine

ASSIGNMENT = table("assignment", column("id"), column("name"), column("duedate", DateTime))
NOTEBOOK = table("notebook", column("id"), column("name"), column("assignment_id"))
BASE_CELL = table("base_cell", column("id"), column("name"), column("notebook_id"), column("type"))
GRADE_CELL = table("grade_cells", column("id"), column("max_score"))
TASK_CELL = table("task_cells", column("id"), column("max_score"))
COMMENT = table("comment", column("id"), column("cell_id"), column("notebook_id"))
STUDENT = table("student", column("id"))
SUBMISSION = table("submitted_assignment", column("id"), column("assignment_id"), column("student_id"),
                   column("timestamp", DateTime), column("extension", Interval))  # fmt: skip
SUBMITTED = table("submitted_notebook", column("id"), column("assignment_id"), column("notebook_id"),
                  column("flagged", Boolean), column("late_submission_penalty"))  # fmt: skip
GRADE = table("grade", column("id"), column("cell_id"), column("notebook_id"), column("auto_score"), column("manual_score"),
              column("extra_credit"), column("needs_manual_grade", Boolean))  # fmt: skip
Penalty = Callable[[str, float, float], float | None]  # learner, score, seconds late


class Row(NamedTuple):
    """One submission for the gradebook; `scores` by grade id, None when it could not be marked."""

    learner: str
    handed_in: datetime | None
    scores: dict[str, float] | None


class Store:
    """One paper of a gradebook. Raises ValueError when the gradebook does not hold the paper as `points` says it is."""

    def __init__(self, url: str, paper: str, points: dict[str, float], penalty: Penalty | None = None) -> None:
        self._engine, self._penalty = engine(url), penalty
        with self._engine.begin() as connection:
            found = connection.execute(select(ASSIGNMENT.c.id, ASSIGNMENT.c.duedate).where(ASSIGNMENT.c.name == paper)).first()
            if found is None:
                raise ValueError(f"{paper}: the gradebook does not know this paper; run kefu build")
            self._assignment, self._due = found
            notebooks = connection.execute(select(NOTEBOOK.c.id).where(NOTEBOOK.c.assignment_id == self._assignment)).all()
            cells = connection.execute(
                select(
                    BASE_CELL.c.name,
                    BASE_CELL.c.id,
                    BASE_CELL.c.type,
                    func.coalesce(GRADE_CELL.c.max_score, TASK_CELL.c.max_score).label("max_score"),
                )
                .outerjoin_from(BASE_CELL, GRADE_CELL, BASE_CELL.c.id == GRADE_CELL.c.id)
                .outerjoin(TASK_CELL, BASE_CELL.c.id == TASK_CELL.c.id)
                .where(BASE_CELL.c.notebook_id.in_([row.id for row in notebooks]))
            ).all()
        if len(notebooks) != 1 or {row.name: row.max_score for row in cells} != points:
            raise ValueError(f"{paper}: the gradebook holds another version of this paper; run kefu build")
        self._notebook, self._cells = notebooks[0].id, {row.name: row.id for row in cells}
        self._tasks = {row.name for row in cells if row.type == "TaskCell"}

    def write(self, rows: Iterable[Row]) -> None:
        """Write submissions' scores as nbgrader would, all of them or none."""
        batch = {row.learner: row for row in rows}
        with self._engine.begin() as connection:
            known = set(connection.scalars(select(STUDENT.c.id).where(STUDENT.c.id.in_(batch))))
            _many(connection, insert(STUDENT), [{"id": learner} for learner in batch if learner not in known])
            submissions = self._submissions(connection, batch)
            grades = self._grades(connection, submissions)
            fresh, changed, comments, penalties = [], [], [], []
            for learner, row in batch.items():
                notebook, extension = submissions[learner]
                total = 0.0
                for name, cell in self._cells.items():
                    auto = None if row.scores is None else row.scores.get(name)
                    grade, manual, extra = grades.get((notebook, cell), (None, None, None))
                    total += (manual if manual is not None else auto or 0.0) + (extra or 0.0)
                    to_mark = manual is not None or auto is None
                    if grade is None:
                        fresh.append(
                            {
                                "id": uuid4().hex,
                                "cell_id": cell,
                                "notebook_id": notebook,
                                "auto_score": auto,
                                "needs_manual_grade": to_mark,
                            }
                        )
                        if name in self._tasks:
                            comments.append({"id": uuid4().hex, "cell_id": cell, "notebook_id": notebook})
                    elif name not in self._tasks:  # what a person marked stands
                        changed.append({"b_id": grade, "auto_score": auto, "needs_manual_grade": to_mark})
                penalties.append({"b_id": notebook, "late_submission_penalty": self._late(row, extension, total)})
            _many(connection, insert(GRADE), fresh)
            _many(connection, insert(COMMENT), comments)
            _many(connection, update(GRADE).where(GRADE.c.id == bindparam("b_id")), changed)
            _many(connection, update(SUBMITTED).where(SUBMITTED.c.id == bindparam("b_id")), penalties)

    def to_mark(self, learners: Collection[str]) -> set[str]:
        """Who of these learners has a cell that waits for a person."""
        query = (
            select(SUBMISSION.c.student_id)
            .join_from(SUBMISSION, SUBMITTED, SUBMITTED.c.assignment_id == SUBMISSION.c.id)
            .join(GRADE, GRADE.c.notebook_id == SUBMITTED.c.id)
            .where(SUBMITTED.c.notebook_id == self._notebook, GRADE.c.needs_manual_grade, SUBMISSION.c.student_id.in_(learners))
        )
        with self._engine.connect() as connection:
            return set(connection.scalars(query))

    def close(self) -> None:
        """Let go of the gradebook's file."""
        self._engine.dispose()

    def _submissions(self, connection: Any, batch: dict[str, Row]) -> dict[str, tuple[str, Any]]:
        """Every learner's submitted notebook and extension, made where they are missing, with the time of handing in."""
        query = (
            select(SUBMISSION.c.student_id, SUBMISSION.c.id, SUBMISSION.c.extension, SUBMITTED.c.id)
            .outerjoin_from(
                SUBMISSION,
                SUBMITTED,
                (SUBMITTED.c.assignment_id == SUBMISSION.c.id) & (SUBMITTED.c.notebook_id == self._notebook),
            )
            .where(SUBMISSION.c.assignment_id == self._assignment, SUBMISSION.c.student_id.in_(batch))
        )
        found = {
            learner: (submission, extension, notebook) for learner, submission, extension, notebook in connection.execute(query)
        }
        submissions, times, notebooks, result = [], [], [], {}
        for learner, row in batch.items():
            submission, extension, notebook = found.get(learner, (None, None, None))
            if submission is None:
                submission = uuid4().hex
                submissions.append(
                    {"id": submission, "assignment_id": self._assignment, "student_id": learner, "timestamp": row.handed_in}
                )
            elif row.handed_in:
                times.append({"b_id": submission, "timestamp": row.handed_in})
            if notebook is None:
                notebook = uuid4().hex
                notebooks.append({"id": notebook, "assignment_id": submission, "notebook_id": self._notebook, "flagged": False})
            result[learner] = (notebook, extension)
        _many(connection, insert(SUBMISSION), submissions)
        _many(connection, update(SUBMISSION).where(SUBMISSION.c.id == bindparam("b_id")), times)
        _many(connection, insert(SUBMITTED), notebooks)
        return result

    def _grades(self, connection: Any, submissions: dict[str, tuple[str, Any]]) -> dict[tuple[str, str], tuple]:
        """The grades there are: (notebook, cell) to (id, manual score, extra credit)."""
        query = select(GRADE.c.notebook_id, GRADE.c.cell_id, GRADE.c.id, GRADE.c.manual_score, GRADE.c.extra_credit).where(
            GRADE.c.cell_id.in_(self._cells.values()),
            GRADE.c.notebook_id.in_([notebook for notebook, _ in submissions.values()]),
        )
        return {(notebook, cell): rest for notebook, cell, *rest in connection.execute(query)}

    def _late(self, row: Row, extension: Any, total: float) -> float | None:
        """The penalty for lateness, 0 to the score, or None (nbgrader's AssignLatePenalties)."""
        if not (self._penalty and self._due and row.handed_in):
            return None
        seconds = (row.handed_in - self._due).total_seconds() - (extension.total_seconds() if extension else 0)
        penalty = self._penalty(row.learner, total, seconds) if seconds > 0 else None
        return None if penalty is None else min(max(penalty, 0.0), total)


def naive(time: datetime) -> datetime:
    """A time as nbgrader stores it: UTC without saying so."""
    return time.astimezone(UTC).replace(tzinfo=None) if time.tzinfo else time


def _many(connection: Any, statement: Any, rows: list[dict[str, Any]]) -> None:
    if rows:
        connection.execute(statement, rows)
