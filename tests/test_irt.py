"""Item response models: parameters as published, information as the formula says, clear at the edges."""

import numpy as np
import pandas as pd
import pytest
from published import LSAT6, LSAT7

from kefu.analytics import irt


def ones(matrix: pd.DataFrame) -> pd.Series:
    return pd.Series(1.0, index=matrix.columns)


def test_the_2pl_of_the_lsat_is_that_of_ltm() -> None:
    found = irt.fit(LSAT6, ones(LSAT6))  # Rizopoulos (2006), ltm(LSAT ~ z1)
    assert found.items["difficulty"].tolist() == pytest.approx([-3.3597, -1.3696, -0.2799, -1.8659, -3.1236], abs=0.01)
    assert found.items["discrimination"].tolist() == pytest.approx([0.8254, 0.7229, 0.8905, 0.6886, 0.6575], abs=0.01)
    assert found.log_likelihood == pytest.approx(-2466.653, abs=0.001)
    # its standard errors come from the Hessian, ours from cross-products: the same in large samples
    assert found.items["difficulty_se"].tolist() == pytest.approx([0.8669, 0.3073, 0.0997, 0.4341, 0.8700], rel=0.05)
    assert found.items["discrimination_se"].tolist() == pytest.approx([0.2581, 0.1867, 0.2326, 0.1852, 0.2100], rel=0.05)


def test_the_1pl_of_the_lsat_is_that_of_ltm() -> None:
    found = irt.fit(LSAT6, ones(LSAT6), "1PL")  # Rizopoulos (2006), rasch(LSAT)
    assert found.items["difficulty"].tolist() == pytest.approx([-3.6153, -1.3224, -0.3176, -1.7301, -2.7802], abs=0.01)
    assert found.items["discrimination"].tolist() == pytest.approx([0.7551] * 5, abs=0.01)
    assert found.log_likelihood == pytest.approx(-2466.938, abs=0.001)


def test_the_2pl_of_lsat_section_7_is_that_of_mirt() -> None:
    found = irt.fit(LSAT7, ones(LSAT7))  # Chalmers (2012), mirt(expand.table(LSAT7), 1): slopes a1 and intercepts d
    a, b = found.items["discrimination"], found.items["difficulty"]
    assert a.tolist() == pytest.approx([0.988, 1.081, 1.706, 0.765, 0.736], abs=0.01)
    assert (-a * b).tolist() == pytest.approx([1.856, 0.808, 1.804, 0.486, 1.855], abs=0.01)
    assert found.log_likelihood == pytest.approx(-2658.805, abs=0.001)


def test_known_parameters_are_found_again_with_standard_errors_that_fit_even_with_missing_scores() -> None:
    rng = np.random.default_rng(7)
    a, b = rng.lognormal(0, 0.3, 30), rng.normal(size=30)
    right = rng.random((3000, 30)) < 1 / (1 + np.exp(-a * (rng.normal(size=(3000, 1)) - b)))
    matrix = pd.DataFrame(right.astype(float)).mask(rng.random((3000, 30)) < 0.3)
    found = irt.fit(matrix, ones(matrix)).items
    for true, name in ((b, "difficulty"), (a, "discrimination")):
        errors = (found[name] - true) / found[f"{name}_se"]
        assert 0.7 < errors.std() < 1.3 and errors.abs().max() < 4


def test_information_peaks_at_the_difficulty_with_a_quarter_of_the_slope_squared() -> None:
    items = pd.DataFrame({"difficulty": [-1.0, 0.5], "discrimination": [2.0, 1.0]}, index=["q1", "q2"])
    grid = np.linspace(-4, 4, 801)
    curves = irt.item_information(items, grid)
    assert curves.max().tolist() == pytest.approx([1.0, 0.25]) and curves.idxmax().tolist() == pytest.approx([-1.0, 0.5])
    whole = irt.test_information(items, grid)
    assert whole["information"].tolist() == pytest.approx(curves.sum(axis=1).tolist())
    # information is the squared slope of the curve over its variance (Birnbaum 1968)
    p = irt.probabilities(items, grid)
    slope = p.diff() / 0.01
    middle = p.rolling(2).mean()
    assert (slope**2 / (middle * (1 - middle))).loc[grid[1:]]["q1"].max() == pytest.approx(1.0, abs=1e-3)


def test_partial_credit_counts_as_right_only_with_all_the_points() -> None:
    scores = LSAT6.assign(**{"Item 3": LSAT6["Item 3"].where(LSAT6["Item 3"] == 1, 0.5) * 2})
    points = pd.Series([1.0, 1, 2, 1, 1], index=scores.columns)
    pd.testing.assert_frame_equal(irt.fit(scores, points).items, irt.fit(LSAT6, ones(LSAT6)).items)


def test_items_and_classes_that_cannot_be_fitted_say_why() -> None:
    constant = LSAT6.assign(easy=1.0, ungraded=np.nan)
    found = irt.fit(constant, ones(constant))
    assert found.items.loc[["easy", "ungraded"], "note"].str.contains("no parameters").all()
    assert found.items.loc[LSAT6.columns].drop(columns="note").notna().all(axis=None)
    for matrix in (LSAT6[:1], LSAT6[:0], LSAT6[["Item 1", "Item 2"]], LSAT6 * 0, LSAT6 * np.nan):
        found = irt.fit(matrix, ones(matrix))
        assert found.items["discrimination"].isna().all() and found.items["note"].str.len().all() and found.note
    few = irt.fit(LSAT6[300:340], ones(LSAT6))
    assert "provisional: 40 learners" in few.note


def test_a_perfectly_splitting_item_and_tiny_classes_end_with_notes_not_with_warnings() -> None:
    rng = np.random.default_rng(1)
    for learners in (5, 12, 30):
        ability = rng.normal(size=(learners, 1))
        matrix = pd.DataFrame((ability > np.linspace(-0.5, 0.5, 6)).astype(float))
        for model in ("1PL", "2PL"):
            found = irt.fit(matrix, ones(matrix), model)
            gaps = found.items["difficulty_se"].isna() & (found.items["note"] == "")
            assert not gaps.any() or "too few learners for standard errors" in found.note
