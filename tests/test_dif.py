"""Fairness between groups: published Mantel-Haenszel and logistic values; a planted item is found, for language and form."""

import numpy as np
import pandas as pd
import pytest
from published import BERKELEY, MANUAL, RABBITS, WEIGHT

from kefu.analytics.dif import dif, logistic, mantel_haenszel


def group_class(seed: int, learners: int = 1200, harder: float = 0.0, steeper: float = 1.0) -> tuple[pd.DataFrame, pd.Series]:
    """20 items; item 5 is harder, or tells apart better, for readers of English. They are also half a SD less able."""
    rng = np.random.default_rng(seed)
    lang = pd.Series(rng.choice(["zh", "en"], learners, p=[0.6, 0.4]))
    english = (lang == "en").to_numpy()[:, None]
    planted = english & (np.arange(20) == 5)
    ability = rng.normal(size=(learners, 1)) - 0.5 * english
    logit = np.where(planted, steeper, 1.0) * (ability - np.linspace(-1, 1, 20)) - harder * planted
    return pd.DataFrame((rng.random((learners, 20)) < 1 / (1 + np.exp(-logit))).astype(float)), lang


def test_mantel_haenszel_is_that_of_r_for_berkeley_admissions() -> None:
    found = mantel_haenszel(BERKELEY)  # R: mantelhaen.test(UCBAdmissions)
    assert found.odds_ratio == pytest.approx(0.9046968, abs=1e-6)
    interval = found.odds_ratio * np.exp(np.array([-1, 1]) * 1.959964 * found.log_se)
    assert interval.tolist() == pytest.approx([0.7719074, 1.0603298], abs=1e-6)
    assert round(found.chi2, 4) == 1.4269 and round(found.p, 4) == 0.2323


def test_mantel_haenszel_is_that_of_agresti_for_penicillin_and_rabbits() -> None:
    found = mantel_haenszel(RABBITS)  # Agresti (1990): odds ratio 7, chi-squared 3.93, p = .047
    assert found.odds_ratio == pytest.approx(7.0, abs=1e-6)
    assert found.chi2 == pytest.approx(3.9286, abs=5e-5) and round(found.p, 3) == 0.047


def test_the_logistic_regression_is_that_of_r_for_the_gearboxes_of_mtcars() -> None:
    # R: glm(am ~ wt, binomial, mtcars): 12.040, -4.024; null deviance 43.230, residual deviance 19.176
    coefficients, fitted = logistic(np.stack([np.ones(32), WEIGHT], axis=1), MANUAL, np.ones(32))
    _, empty = logistic(np.ones((32, 1)), MANUAL, np.ones(32))
    assert coefficients.round(3).tolist() == [12.040, -4.024]
    assert (round(-2 * empty, 3), round(-2 * fitted, 3)) == (43.230, 19.176)


def test_an_item_that_is_harder_in_one_language_is_found_and_the_weaker_group_alone_is_no_alarm() -> None:
    matrix, lang = group_class(1, harder=1.0)
    table = dif(matrix, pd.Series(1.0, index=matrix.columns), lang)
    assert table.index.get_level_values("focal").unique().tolist() == ["en"]
    assert table.index[table["size"] == "C"].tolist() == [(5, "en")]
    found = table.loc[(5, "en")]
    assert found["delta"] == pytest.approx(-2.35 * np.log(found["odds_ratio"])) and found["delta"] < -1.5
    assert found["uniform_p"] < 1e-6 and found["nonuniform_p"] > 0.01
    assert (table.drop(5, level="item")["size"] == "A").all()


def test_an_item_that_tells_apart_in_one_language_only_is_found_by_the_crossing_term() -> None:
    matrix, lang = group_class(2, learners=3000, steeper=0.0)
    table = dif(matrix, pd.Series(1.0, index=matrix.columns), lang, reference="zh")
    assert table["nonuniform_p"].idxmin() == (5, "en") and table.loc[(5, "en"), "nonuniform_p"] < 1e-6
    assert table["r2_change"].idxmax() == (5, "en")


def test_without_dif_about_5_per_cent_of_p_values_are_below_5_per_cent() -> None:
    low = []
    for seed in range(10, 20):
        matrix, lang = group_class(seed)
        table = dif(matrix, pd.Series(1.0, index=matrix.columns), lang)
        low += [*(table["p"] < 0.05), *(table["uniform_p"] < 0.05), *(table["nonuniform_p"] < 0.05)]
    assert 0.02 < np.mean(low) < 0.08


def test_forms_are_compared_on_the_items_they_share() -> None:
    matrix, form = group_class(3, learners=3000, harder=1.0)
    easy = matrix.assign(**{f"easy{n}": 1.0 * (np.random.default_rng(n).random(3000) < 0.9) for n in range(10)})
    easy.columns = easy.columns.astype(str)
    easy.loc[form == "en", [f"easy{n}" for n in range(10)]] = np.nan
    table = dif(easy, pd.Series(1.0, index=easy.columns), form)
    assert table.index[table["size"] == "C"].tolist() == [("5", "en")]
    assert table.loc[("easy0", "en"), "note"] == "only one of the groups was given it"


def test_every_group_is_compared_with_the_largest_or_with_the_one_named() -> None:
    matrix, lang = group_class(4)
    lang[:200] = "ko"
    points = pd.Series(1.0, index=matrix.columns)
    assert set(dif(matrix, points, lang).index.get_level_values("focal")) == {"en", "ko"}
    assert set(dif(matrix, points, lang, "ko").index.get_level_values("focal")) == {"en", "zh"}
    with pytest.raises(ValueError, match="nobody is in the group 'de'; the groups are zh, en, ko"):
        dif(matrix, points, lang, "de")


def test_small_groups_constant_items_and_groups_that_never_meet_say_why_there_are_no_numbers() -> None:
    matrix, lang = group_class(5, learners=200)
    points = pd.Series(1.0, index=matrix.columns)
    few = dif(matrix, points, lang.where(lang.index < 60, "zh"), "zh")
    assert few["delta"].isna().all() and few["note"].str.contains("fewer than 30 learners").all()
    assert dif(matrix, points, lang)["note"].str.startswith("provisional").all()
    assert (
        "nothing to compare"
        in dif(matrix.assign(**{"0": 1.0}).drop(columns=0), points.rename({0: "0"}), lang).loc[("0", "en"), "note"]
    )
    apart = matrix.apply(lambda column: (lang == "zh").astype(float)).assign(x=1.0 * (matrix[3] > 0))
    table = dif(apart, pd.Series(1.0, index=apart.columns), lang)
    assert (table["delta"].notna() | (table["note"] != "")).all()
    assert dif(matrix, points, pd.Series("zh", index=matrix.index)).empty
    assert dif(matrix, points, pd.Series(None, index=matrix.index, dtype=object)).empty
