"""Indexes that nbgrader's gradebook lacks: without them its export looks through every grade for every learner."""

from sqlalchemy import inspect, text

from kefu.database import engine

# Our own names: no migration of nbgrader's can make one of the same name.
INDEXES = {
    "kefu_grade_notebook_id": ("grade", "notebook_id"),
    "kefu_submitted_notebook_assignment_id": ("submitted_notebook", "assignment_id"),
    "kefu_submitted_assignment_student_id": ("submitted_assignment", "student_id"),
}


def add(url: str) -> list[str]:
    """Make the indexes that are missing; returns their names. An index that is there costs a look and no lock."""
    place = engine(url)
    look = inspect(place)
    tables = set(look.get_table_names())
    missing = [
        name
        for name, (table, _) in INDEXES.items()
        if table in tables and name not in {index["name"] for index in look.get_indexes(table)}
    ]
    if missing:
        with place.begin() as connection:
            for name in missing:
                table, column = INDEXES[name]
                connection.execute(text(f"CREATE INDEX IF NOT EXISTS {name} ON {table} ({column})"))
    place.dispose()
    return missing
