"""Reports: bad items are named in plain words, nothing is asked of the network, and it reads well on a phone."""

from dataclasses import replace
from math import exp
from random import Random
from typing import TYPE_CHECKING

import pandas as pd
import pytest
from conftest import REPOSITORY

from kefu import bank, findings, paper, syllabus
from kefu.items import LANGS, Item, kind_module
from kefu.paper import Paper
from kefu.report import Report
from kefu.simulate import DIFFICULTY

if TYPE_CHECKING:
    pass

KNOWN = bank.load(REPOSITORY)
FORM = paper.load(REPOSITORY, KNOWN)[0]["quiz-1-basics"]
COURSE = syllabus.load(REPOSITORY / "course")


def of_kind(kind: str) -> list[Item]:
    return [item for item in FORM.items if item.kind == kind]


def answered(form: Paper, n: int, seed: int, odd: dict[str, float] | None = None) -> tuple[pd.DataFrame, pd.DataFrame]:
    """The frame and the answers of a class of able and weak learners (Rasch); `odd` gives an item one chance for everybody.

    Everybody answers by the bank's keys and is marked by the form's, so an item with another key there is a mis-keyed one.
    """
    rng, rows = Random(seed), []
    for number in range(n):
        ability = rng.gauss(0.6, 1.2)
        for item in form.items:
            true = KNOWN.items[item.id]
            knows = (odd or {}).get(item.id, 1 / (1 + exp(1.4 * (DIFFICULTY[item.level] - ability))))
            response = kind_module(item.kind).attempt(true, knows, rng)
            score = item.score(response, form.credit[item.kind]).earned
            rows.append((f"learner-{number:04d}", item, response, score))
    facts = {"paper": form.name, "extra": 0.0, "penalty": 0.0, "to_mark": False, "late": False, "notebook": 1}
    frame = pd.DataFrame(
        {
            "learner": [row[0] for row in rows], "cell": [f"{row[1].id}-mark" for row in rows], "item": [row[1].id for row in rows],
            "score": [row[3] for row in rows], "points": [row[1].points for row in rows],
            "chapter": [row[1].chapter for row in rows], "covers": [row[1].covers for row in rows],
        }
    ).assign(**facts, handed_in=pd.Timestamp("2026-11-20 10:00", tz="UTC"))  # fmt: skip
    answers = frame[["learner", "paper", "item"]].assign(response=[row[2] for row in rows])
    return frame, answers


def planted() -> tuple[Paper, dict[str, str]]:
    """The quiz with a wrong key, and which items are bad in which way."""
    singles = of_kind("single")
    wrong = replace(singles[0], key=next(i for i in singles[0].options if i != singles[0].key))
    form = replace(FORM, items=tuple(wrong if item.id == wrong.id else item for item in FORM.items))
    return form, {"mis-keyed": wrong.id, "weak": singles[3].id, "too easy": singles[5].id, "too hard": singles[7].id}


@pytest.fixture(scope="module")
def bad() -> dict[str, str]:
    return planted()[1]


@pytest.fixture(scope="module")
def found(bad: dict[str, str]) -> findings.Findings:
    form, _ = planted()
    odd = {bad["weak"]: 0.5, bad["too easy"]: 0.97, bad["too hard"]: 0.1}
    return findings.find(*answered(form, 500, 3, odd), form)


@pytest.fixture(scope="module")
def pages(found: findings.Findings) -> dict[str, str]:
    return {lang: Report(found, lang, COURSE).html() for lang in LANGS}
