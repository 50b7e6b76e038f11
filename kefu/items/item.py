"""The item and its score: what every kind shares."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from hashlib import sha256
from html import escape
from importlib import import_module
from pathlib import Path
from pkgutil import iter_modules
from types import ModuleType
from typing import Any, NamedTuple

LANGS = ("zh", "en")
LEVELS = ("recall", "understand", "apply", "analyse")
CREDITS = ("all", "each", "net")
KINDS = tuple(sorted(m.name for m in iter_modules([str(Path(__file__).parent)]) if m.name != "item"))


class Complaint(NamedTuple):
    """One thing wrong with an author's file: where it is and how to mend it."""

    file: str
    key: str
    mend: str

    def __str__(self) -> str:
        return f"{self.file}: {self.key}: {self.mend}"


@dataclass(frozen=True)
class Score:
    """What a response earned, in points; `parts` says which decisions were right; `noted`: not for a machine to mark."""

    earned: float
    points: float
    parts: Mapping[str, bool] = field(default_factory=dict)
    problem: str = ""
    noted: bool = False

    @property
    def verdict(self) -> str:
        """One of right, partly, wrong, blank, invalid, noted."""
        if self.problem:
            return "invalid"
        if not self.parts and not self.earned:
            return "blank"
        if self.noted:
            return "noted"
        if self.earned >= self.points:
            return "right"
        return "partly" if self.earned > 0 else "wrong"


class Specimen(NamedTuple):
    """A response with the verdict it must get, so that every item tests itself."""

    response: Any
    verdict: str
    credit: str = "each"


def kind_module(kind: str) -> ModuleType:
    """The module of a kind; raises ValueError for a name that is none."""
    if kind not in KINDS:
        raise ValueError(f"{kind!r} is no kind of item; the kinds are {', '.join(KINDS)}")
    return import_module(f"kefu.items.{kind}")


def share(right: int, wrong: int, total: int, credit: str) -> float:
    """The share of the points that decisions earn under a credit rule, 0 to 1.

    `all`: everything or nothing; `each`: right / total; `net`: (right - wrong) / total, floor 0.
    """
    if credit == "all":
        return float(right == total and not wrong)
    if credit == "each":
        return right / total
    if credit == "net":
        return max(0.0, (right - wrong) / total)
    raise ValueError(f"{credit!r} is no credit rule; the rules are {', '.join(CREDITS)}")


def score(kind: str, response: Any, *, key: Any, options: list[str], points: float, credit: str,
          accept: list[Any] | tuple[Any, ...] = (), void: bool = False) -> Score:  # fmt: skip
    """Mark a response. The one definition of a score: lesson, grader and bank test all call it.

    A regrade may `accept` further keys, of which the best counts, or make the item void: then every response, even a
    blank one, earns full points. A response that does not fit the item earns 0 and says why in `problem`; it never raises.
    """
    if void:
        return Score(points, points)
    module = kind_module(kind)
    if response is None or (isinstance(response, str | list | dict) and not response):
        return Score(0.0, points)
    problem = module.problem(response, key=key, options=options)
    if problem:
        return Score(0.0, points, problem=problem)
    marks = [module.mark(response, key=right, options=options, credit=credit) for right in (key, *accept)]
    earned, parts = max(marks, key=lambda mark: mark[0] or 0.0)
    return Score(0.0, points, parts, noted=True) if earned is None else Score(float(points * earned), points, parts)


@dataclass(frozen=True)
class Item:
    """One question in every language, with its key and a rationale for every option."""

    id: str
    kind: str
    pool: str
    chapter: str
    lesson: str
    covers: tuple[str, ...]
    level: str
    points: float
    key: Any
    source: str
    texts: Mapping[str, Mapping[str, Any]]
    path: Path
    figure: str = ""
    accept: tuple[Any, ...] = ()
    void: bool = False

    @property
    def options(self) -> list[str]:
        """The option ids, as the author ordered them."""
        return list(self.texts[LANGS[0]].get("options", kind_module(self.kind).OPTIONS))

    def public(self) -> dict[str, Any]:
        """All that a browser or an open room ever sees: no key, no rationale."""
        module = kind_module(self.kind)
        texts = {lang: {"stem": text["stem"], **module.public(self, lang)} for lang, text in self.texts.items()}
        drawing = {"figure": self.drawing} if self.figure else {}
        return {"id": self.id, "kind": self.kind, "points": self.points, **drawing, "texts": texts}

    @property
    def drawing(self) -> str:
        """The SVG of the item's figure, which lies beside its file."""
        return (self.path.parent / self.figure).read_text(encoding="utf-8")

    def marking(self, credit: str) -> dict[str, Any]:
        """The literals a marker needs, as keyword arguments of `score` (with `kind`)."""
        literals = {"kind": self.kind, "key": self.key, "options": self.options, "points": self.points, "credit": credit}
        regraded = {"accept": list(self.accept), "void": self.void}
        return literals | {name: value for name, value in regraded.items() if value}

    def score(self, response: Any, credit: str = "each") -> Score:
        """Mark a response to this item."""
        return score(response=response, **self.marking(credit))

    def reasons(self, lang: str, response: Any = None) -> dict[str, str]:
        """Why each option is right or wrong; a kind may word it by the response."""
        worded = getattr(kind_module(self.kind), "reasons", None)
        return worded(self, lang, response) if worded else self.texts[lang]["rationale"]

    def specimens(self) -> list[Specimen]:
        """A right, a partly right (where the kind has one), a wrong, an empty and invalid responses."""
        return [*kind_module(self.kind).specimens(self), Specimen(None, "blank"), Specimen(True, "invalid")]


def unknown(ids: Any, options: list[str]) -> str:
    """Why a response's ids are not this item's, or an empty string."""
    strange = [str(i)[:40] for i in ids if not isinstance(i, str) or i not in options]
    return f"names option {', '.join(strange)}, which the item does not have" if strange else ""


def markup(text: str) -> str:
    """Item text as safe HTML; **bold** and `code` are its only markup."""
    parts = re.sub("`([^`]+)`", r"<code>\1</code>", escape(text)).split("**")
    return "".join(f"<strong>{part}</strong>" if i % 2 else part for i, part in enumerate(parts)).replace("\n", "<br>")


def listing(rows: list[tuple[str, str]]) -> str:
    """Rows of (mark, text) as an HTML list whose marks stand where bullets would."""
    lines = "".join(f"<li>{escape(mark)} {markup(text)}</li>" for mark, text in rows)
    return f'<ul style="list-style:none;padding-left:0">{lines}</ul>'


def told(item: Item, lang: str, right: list[str], options: Mapping[str, str] | None = None) -> list[tuple[str, str, str]]:
    """Rows of (sign, option, why), one an option, in the author's order."""
    text = item.texts[lang]
    labels = options or text["options"]
    return [("✓" if i in right else "✗", labels[i], text["rationale"][i]) for i in labels]


def dealt(text: Mapping[str, Any], seed: str) -> dict[str, Any]:
    """A text as one learner gets it: where it has variants, one of them by the seed, its numbers in the stem."""
    if "variants" not in text:
        return dict(text)
    return filled(text, int(sha256(seed.encode()).hexdigest(), 16) % len(text["variants"]))


def filled(text: Mapping[str, Any], variant: int) -> dict[str, Any]:
    """A text with the numbers of one variant in its stem."""
    stem = text["stem"]
    for name, number in text["variants"][variant].items():
        stem = stem.replace(f"{{{name}}}", f"{number:g}")
    return {**text, "stem": stem, "variant": variant}
