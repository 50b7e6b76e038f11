"""The words of the user interface: one catalogue a language."""

import tomllib
from functools import cache
from importlib.resources import files


@cache
def words(lang: str) -> dict[str, str]:
    """The catalogue of a language; raises FileNotFoundError where there is none."""
    return tomllib.loads((files(__package__) / f"{lang}.toml").read_text(encoding="utf-8"))


@cache
def headings(lang: str) -> dict[str, str]:
    """The words of score files in a language; raises FileNotFoundError where there are none."""
    return tomllib.loads((files(__package__) / f"headings.{lang}.toml").read_text(encoding="utf-8"))


@cache
def reports(lang: str) -> dict[str, str]:
    """The sentences of a paper's report in a language; raises FileNotFoundError where there are none."""
    return tomllib.loads((files(__package__) / f"report.{lang}.toml").read_text(encoding="utf-8"))
