"""Decisions: how sure a pass is, where judges cut, who has mastered what and should study what."""

from math import asin, comb, exp, lgamma, pi

import numpy as np
import pandas as pd
import pytest

from kefu.analytics.angoff import agreement, angoff
from kefu.analytics.decide import consistency, verdicts
from kefu.analytics.mastery import mastery, study_next


def beta_scores(a: float, b: float, items: int, learners: int, seed: int) -> tuple[pd.Series, pd.Series]:
    """Number-right scores of a class on two parallel papers; true scores are beta."""
    rng = np.random.default_rng(seed)
    true = rng.beta(a, b, learners)
    first, second = (pd.Series(rng.binomial(items, true).astype(float)) for _ in range(2))
    return first, second


def huynh(items: int, a: float, b: float, cut: int) -> tuple[float, float]:
    """Agreement and kappa of Huynh's bivariate beta-binomial (1976), in closed form."""

    def log_beta(x: float, y: float) -> float:
        return lgamma(x) + lgamma(y) - lgamma(x + y)

    def both(x: int, y: int) -> float:
        return comb(items, x) * comb(items, y) * exp(log_beta(a + x + y, 2 * items + b - x - y) - log_beta(a, b))

    agree = sum(both(x, y) for x in range(items + 1) for y in range(items + 1) if (x >= cut) == (y >= cut))
    passed = sum(both(x, y) for x in range(cut, items + 1) for y in range(items + 1))
    chance = passed**2 + (1 - passed) ** 2
    return agree, (agree - chance) / (1 - chance)


def moments_class(items: int, a: float, b: float) -> tuple[pd.Series, float]:
    """Scores whose mean and variance are exactly the beta-binomial's, and its reliability, items / (items + a + b)."""
    mean, alpha = items * a / (a + b), items / (items + a + b)
    variance = items * a * b * (a + b + items) / ((a + b) ** 2 * (a + b + 1))
    return pd.Series([mean - variance**0.5, mean + variance**0.5]), alpha


@pytest.mark.parametrize(("items", "a", "b", "cut"), [(1, 1, 1, 1), (10, 3.2, 1.7, 6), (40, 12, 8, 24), (5, 6, 4, 3)])
def test_consistency_and_kappa_are_huynhs_closed_form(items: int, a: float, b: float, cut: int) -> None:
    scores, alpha = moments_class(items, a, b)
    found = consistency(scores, items, cut, alpha)
    assert found.length == items  # a number-right paper with KR-21 is as long as it is (Livingston & Lewis 1995)
    assert (found.consistency, found.kappa) == pytest.approx(huynh(items, a, b, cut), abs=1e-6)
    if items == 1:
        assert (found.consistency, found.kappa) == pytest.approx((2 / 3, 1 / 3), abs=1e-6)


@pytest.mark.parametrize(("alpha", "printed"), [(0.5, 0.67), (0.6, 0.70), (0.7, 0.75), (0.8, 0.80), (0.9, 0.86)])
def test_a_cut_at_the_mean_is_as_consistent_as_subkoviaks_table_says(alpha: float, printed: float) -> None:
    # Subkoviak (1988), table of agreement, z = 0; the normal model behind it: 1/2 + asin(alpha) / pi (Peng & Subkoviak 1980)
    assert round(0.5 + asin(alpha) / pi, 2) == printed
    scores = pd.Series(np.random.default_rng(0).normal(50, 8, 5000).clip(0, 100))
    assert consistency(scores, 100, scores.mean(), alpha).consistency == pytest.approx(printed, abs=0.015)


def test_two_parallel_papers_of_a_simulated_class_agree_as_often_as_foretold_from_one() -> None:
    first, second = beta_scores(9, 5, 40, 20_000, seed=1)
    found = consistency(first, 40, 24, float(np.corrcoef(first, second)[0, 1]))
    assert found.consistency == pytest.approx(((first >= 24) == (second >= 24)).mean(), abs=0.01)
    assert found.passed == pytest.approx((first >= 24).mean(), abs=0.01)
    true = np.random.default_rng(1).beta(9, 5, 20_000) >= 0.6
    assert found.accuracy == pytest.approx(((first >= 24) == true).mean(), abs=0.01)
    assert found.false_pass == pytest.approx(((first >= 24) & ~true).mean(), abs=0.01)


@pytest.mark.parametrize(
    ("scores", "cut", "alpha", "why"),
    [
        ([5.0, 6.0], 0, 0.8, "cut 0"),
        ([5.0, 6.0], 11, 0.8, "at most 10"),
        ([5.0, 6.0], 6, -0.1, "reliability between 0 and 1"),
        ([5.0, 6.0], 6, float("nan"), "reliability between 0 and 1"),
        ([5.0, 5.0], 6, 0.8, "fewer than two different scores"),
        ([5.0], 7, 0.8, "two different scores"),
        ([], 6, 0.8, "nothing to decide between"),
    ],
)
def test_a_decision_that_cannot_be_judged_says_why(scores: list[float], cut: float, alpha: float, why: str) -> None:
    with pytest.raises(ValueError, match=why):
        consistency(pd.Series(scores, dtype=float), 10, cut, alpha)


def test_learners_within_a_standard_error_of_the_cut_are_borderline() -> None:
    scores = pd.Series({"a": 55.9, "b": 56.0, "c": 60.0, "d": 64.0, "e": 64.1, "f": None})
    found = verdicts(scores, cut=60, sem=4)
    assert found["verdict"].tolist() == ["fail", "borderline", "borderline", "borderline", "pass", "missing"]
    assert found["passed"].tolist() == [False, False, True, True, True, False]
    assert found.loc["c", ["low", "high"]].tolist() == [56, 64]
    assert verdicts(scores, cut=60, sem=4, width=1.96)["verdict"].tolist()[:5] == ["borderline"] * 5


# judges

SHEETS = pd.DataFrame(
    {
        "judge": ["an"] * 3 + ["bo"] * 3 + ["cy"] * 3,
        "item": ["q1", "q2", "q3"] * 3,
        "share": [0.5, 0.6, 0.7, 0.4, 0.7, 0.9, 0.6, 0.5, 0.8],
    }
)
POINTS = pd.Series({"q1": 1.0, "q2": 1.0, "q3": 2.0})


def test_the_cut_is_the_mean_of_the_judges_sums_and_its_error_their_spread() -> None:
    found = angoff(SHEETS, POINTS)
    assert found.judges["cut"].to_dict() == pytest.approx({"an": 2.5, "bo": 2.9, "cy": 2.7})
    assert found.cut == pytest.approx(2.7) and found.percent == pytest.approx(67.5)
    assert found.standard_error == pytest.approx(0.2 / 3**0.5, abs=1e-9)
    assert found.items["mean"].to_dict() == pytest.approx({"q1": 0.5, "q2": 0.6, "q3": 0.8})
    others = [(0.4 + 0.6) / 2, (0.7 + 0.5) / 2, (0.9 + 0.8) / 2]
    assert found.judges.loc["an", "consistency"] == pytest.approx(np.corrcoef([0.5, 0.6, 0.7], others)[0, 1])
    assert "ask at least 5" in found.note


def test_the_judges_agreement_is_the_icc_of_shrout_and_fleiss() -> None:
    ratings = np.array([[9, 2, 5, 8], [6, 1, 3, 2], [8, 4, 6, 8], [7, 1, 2, 6], [10, 5, 6, 9], [6, 2, 4, 7]])
    found = agreement(ratings)  # Shrout & Fleiss (1979), tables 2 to 4: BMS 11.24, JMS 32.49, EMS 1.02
    assert (round(found.single, 2), round(found.mean, 2)) == (0.29, 0.62)
    assert found.single == pytest.approx((11.24 - 1.02) / (11.24 + 3 * 1.02 + 4 * (32.49 - 1.02) / 6), abs=1e-3)


def test_one_judge_and_judges_of_one_mind_get_a_plain_note() -> None:
    alone = angoff(SHEETS[:3], POINTS)
    assert alone.cut == pytest.approx(2.5) and np.isnan(alone.standard_error) and "one judge: no standard error" in alone.note
    flat = angoff(SHEETS.assign(share=0.6), POINTS)
    assert flat.standard_error == 0 and "no agreement" in flat.note and "same share for every item" in flat.note


@pytest.mark.parametrize(
    ("change", "mend"),
    [
        (lambda s: s.drop(columns="share"), "column share: is missing"),
        (lambda s: s[:0], "hold no ratings"),
        (lambda s: s.assign(share=[65] + [0.5] * 8), "judge an, item q1: write a share between 0 and 1"),
        (lambda s: s.assign(share=["?"] + [0.5] * 8), "write a share between 0 and 1, like 0.65"),
        (lambda s: s.replace("q3", "q9"), "judge an: item q9 is not in the paper"),
        (lambda s: s.replace("q3", "q2"), "judge an: item q2 stands twice"),
        (lambda s: s[1:], "judge an: item q1 has no share"),
    ],
)
def test_a_judges_sheet_with_a_slip_is_refused_with_the_mend(change, mend: str) -> None:
    with pytest.raises(ValueError, match=mend):
        angoff(change(SHEETS), POINTS)


# mastery


def answers() -> pd.DataFrame:
    rows = [
        ("ada", "q1", "c1", ("greet",), 1.0, 1),
        ("ada", "q2", "c1", ("greet", "smile"), 1.0, 1),
        ("ada", "q3", "c1", ("greet",), 0.0, 1),
        ("ada", "q4", "c2", ("thank",), 0.0, 2),
        ("ada", "q5", "c3", ("queue",), None, 1),
        ("bo", "q1", "c1", ("greet",), 1.0, 1),
        ("bo", "q2", "c1", ("greet", "smile"), 0.5, 1),
        ("bo", "q3", "c1", ("greet",), 1.0, 1),
        ("bo", "q4", "c2", ("thank",), 1.6, 2),
        ("bo", "survey", "c2", ("thank",), 0.0, 0),
    ]
    return pd.DataFrame(rows, columns=["learner", "item", "chapter", "covers", "score", "points"])


def test_mastery_is_the_share_of_the_points_by_chapter_and_by_knowledge_point() -> None:
    chapters = mastery(answers(), by="chapter")
    assert chapters.loc[("ada", "c1"), ["items", "score", "points"]].tolist() == [3, 2, 3]
    assert chapters["state"].to_dict() == {
        ("ada", "c1"): "partly",
        ("ada", "c2"): "not yet",
        ("ada", "c3"): "unknown",
        ("bo", "c1"): "mastered",
        ("bo", "c2"): "mastered",
    }
    assert chapters.loc[("ada", "c3"), "note"] == "no item has a score yet" and chapters.loc[("ada", "c1"), "note"] == ""
    points = mastery(answers(), by="covers")
    assert points.loc[("ada", "smile"), "share"] == 1 and points.loc[("bo", "smile"), "share"] == 0.5
    assert "a hint, not a verdict" in points.loc[("ada", "smile"), "note"]


def test_what_to_study_next_is_what_is_not_yet_known_then_what_is_partly_in_teaching_order() -> None:
    order = ["smile", "greet", "thank", "queue"]
    found = study_next(mastery(answers(), by="covers"), order)
    assert found[["learner", "rank", "covers"]].values.tolist() == [
        ["ada", 1, "thank"],
        ["ada", 2, "greet"],
        ["bo", 1, "smile"],
    ]
    assert study_next(mastery(answers(), by="covers"), order, most=1)["covers"].tolist() == ["thank", "smile"]
    with pytest.raises(ValueError, match="thank: is not in the teaching order"):
        study_next(mastery(answers(), by="covers"), ["smile", "greet"])


def test_a_class_that_has_mastered_everything_has_nothing_to_study() -> None:
    everything = mastery(answers().assign(score=lambda f: f["points"].astype(float)), by="chapter")
    assert study_next(everything, ["c1", "c2", "c3"]).empty
