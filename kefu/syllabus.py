"""The syllabus: chapters, lessons and knowledge points, from course/syllabus.toml."""

import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Lesson:
    """One lesson: its notebook's stem, its titles and its knowledge points (slug to titles)."""

    id: str
    stem: str
    chapter: str
    title: dict[str, str]
    points: dict[str, dict[str, str]]


@dataclass(frozen=True)
class Chapter:
    """One chapter and its lessons, in teaching order."""

    id: str
    title: dict[str, str]
    lessons: tuple[Lesson, ...]
    supplement: bool


@dataclass(frozen=True)
class Syllabus:
    """What the course teaches, and what it leaves out on purpose (`excluded`: slug to titles and reason)."""

    title: dict[str, str]
    chapters: tuple[Chapter, ...]
    excluded: dict[str, dict[str, str]]

    @property
    def lessons(self) -> dict[str, Lesson]:
        """Every lesson by its id."""
        return {lesson.id: lesson for chapter in self.chapters for lesson in chapter.lessons}

    @property
    def points(self) -> dict[str, dict[str, str]]:
        """Every knowledge point that is taught, by its slug."""
        return {slug: title for lesson in self.lessons.values() for slug, title in lesson.points.items()}

    def notebooks(self, course: Path, lang: str) -> Iterator[tuple[Lesson, Path]]:
        """The lessons whose notebook is written, with the notebook."""
        for lesson in self.lessons.values():
            path = course / lang / lesson.chapter / f"{lesson.stem}.ipynb"
            if path.exists():
                yield lesson, path


def course_folder(start: Path) -> Path:
    """The nearest folder at or above `start` that is a course, or holds one as `course`.

    Raises FileNotFoundError when there is none.
    """
    for folder in [start, *start.parents]:
        for found in (folder, folder / "course"):
            if (found / "syllabus.toml").exists():
                return found
    raise FileNotFoundError(f"{start}: no course/syllabus.toml here or above; open the notebook inside the course folder")


def load(course: Path) -> Syllabus:
    """Read course/syllabus.toml; raises ValueError naming the file, the key and the mend."""
    path = course / "syllabus.toml"
    try:
        raw = tomllib.loads(path.read_text(encoding="utf-8"))
        chapters = tuple(_chapter(chapter) for chapter in raw["chapters"])
        return Syllabus(raw["title"], chapters, raw.get("excluded", {}))
    except tomllib.TOMLDecodeError as error:
        raise ValueError(f"{path}: TOML: {error}; mend that line") from None
    except KeyError as error:
        raise ValueError(f"{path}: {error.args[0]}: is missing; add it") from None


def _chapter(raw: dict) -> Chapter:
    lessons = tuple(
        Lesson(lesson["id"], lesson["stem"], raw["id"], lesson["title"], lesson["points"]) for lesson in raw["lessons"]
    )
    return Chapter(raw["id"], raw["title"], lessons, raw.get("supplement", False))
