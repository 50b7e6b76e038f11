"""Where the gradebook is, as nbgrader's own configuration says, and what a query finds there: SQLite, or a server such as PostgreSQL."""

import shutil
import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any

from jupyter_core.paths import jupyter_config_path
from traitlets.config import Config, ConfigFileNotFound, PyFileConfigLoader

CONFIG = "nbgrader_config.py"
SQLITE = "sqlite:///"
IGNORED = [".ipynb_checkpoints", "*.pyc", "__pycache__", "feedback"]  # nbgrader's own default
NONE_YET = "there is no gradebook yet; run kefu build, then grade a paper"
Rows = tuple[list[str], list[tuple[Any, ...]]]


def settings(root: Path) -> Config:
    """Nbgrader's settings for a course: what Jupyter's folders say, and over it what the course's own file says."""
    found = Config()
    for folder in [*reversed(jupyter_config_path()), str(root)]:
        try:
            found.merge(PyFileConfigLoader(CONFIG, path=folder).load_config())
        except ConfigFileNotFound:
            continue
    return found


def address(root: Path) -> str:
    """The gradebook's URL: `c.CourseDirectory.db_url`, else gradebook.db in the course's folder."""
    return str(settings(root).CourseDirectory.get("db_url", f"{SQLITE}{root / 'gradebook.db'}"))


def rows(database: str | Path, query: str, **values: Any) -> Rows:
    """The columns and the rows a query finds; `database` is a URL or SQLite's file, `:name` in the query is a value.

    Raises FileNotFoundError when there is no gradebook yet, ValueError when its server or driver is not there.
    """
    if file := sqlite_file(database):
        if not file.exists():
            raise FileNotFoundError(f"{file}: {NONE_YET}")
        with closing(sqlite3.connect(f"{file.absolute().as_uri()}?mode=ro", uri=True)) as connection:
            found = connection.execute(query, values)
            return [name for name, *_ in found.description], found.fetchall()
    from sqlalchemy import inspect, text  # here, as SQLite needs none of it
    from sqlalchemy.exc import DBAPIError

    place = engine(str(database))
    try:
        with place.connect() as connection:
            if not inspect(connection).has_table("grade"):
                raise FileNotFoundError(f"{place.url}: {NONE_YET}")
            result = connection.execute(text(query), values)
            return list(result.keys()), [tuple(row) for row in result]
    except DBAPIError as error:
        raise ValueError(f"{place.url}: the server says: {error.orig}") from None
    finally:
        place.dispose()


def engine(url: str) -> Any:
    """SQLAlchemy's engine for a URL. Raises ValueError when the driver is not installed."""
    from sqlalchemy import create_engine

    try:
        found = create_engine(url)
        if not sqlite_file(url):  # many rows in one statement: a server answers each with a journey there and back
            found.dialect.use_insertmanyvalues_wo_returning = True
        return found
    except ModuleNotFoundError as error:
        raise ValueError(f"{error.name}: this driver is not installed; pip install 'kefu[postgres]'") from None


def sqlite_file(database: str | Path) -> Path | None:
    """The file of a gradebook in SQLite; None for one on a server."""
    if isinstance(database, Path):
        return database
    return Path(database.removeprefix(SQLITE)) if database.startswith(SQLITE) else None


def copy(database: str | Path, target: Path) -> str:
    """Copy a gradebook to an SQLite file, to try something out; returns the copy's URL."""
    if file := sqlite_file(database):
        with closing(sqlite3.connect(file)) as source, closing(sqlite3.connect(target)) as copied:
            source.backup(copied)
        return f"{SQLITE}{target}"
    from nbgrader.api import Base  # here, as nbgrader takes seconds to load
    from sqlalchemy import insert, select

    there, here = engine(str(database)), engine(f"{SQLITE}{target}")
    Base.metadata.create_all(here)
    with there.connect() as reading, here.begin() as writing:
        for table in Base.metadata.sorted_tables:
            if found := [row._asdict() for row in reading.execute(select(table))]:
                writing.execute(insert(table), found)
    there.dispose(), here.dispose()
    return f"{SQLITE}{target}"


def settle_apart(root: Path, stage: Path) -> None:
    """Copy a course's settings to a stage whose gradebook is its own file, wherever the course's is."""
    shutil.copy(root / CONFIG, stage)
    with (stage / CONFIG).open("a", encoding="utf-8") as file:
        url = f"{SQLITE}{stage.absolute() / 'gradebook.db'}"
        file.write(f"\nc.CourseDirectory.db_url = {url!r}\n")
