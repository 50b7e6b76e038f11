"""Item analysis: equal to published worked examples, clear at the edges, and it finds the bad items and no others."""

import doctest
import inspect
from fractions import Fraction
from importlib import import_module
from pathlib import Path
from pkgutil import iter_modules

import numpy as np
import pandas as pd
import pytest
from published import ATTITUDE, KR20, LSAT6

from kefu import analytics
from kefu.analytics.classical import item_table
from kefu.analytics.distractors import BLANK, INVALID, miskeys, option_table
from kefu.analytics.flags import RELIABLE, hide, review
from kefu.analytics.matrix import item_points, rest_shares, score_matrix, tails, total_shares
from kefu.analytics.reliability import items_needed, reliability, sem_at

MODULES = [import_module(f"kefu.analytics.{m.name}") for m in iter_modules(analytics.__path__)]


def ones(matrix: pd.DataFrame) -> pd.Series:
    return pd.Series(1.0, index=matrix.columns)


@pytest.mark.parametrize("module", MODULES, ids=lambda module: module.__name__)
def test_every_function_shows_an_example_that_is_true(module) -> None:
    functions = [
        f for name, f in inspect.getmembers(module, inspect.isfunction) if f.__module__ == module.__name__ and name[0] != "_"
    ]
    assert functions and [f.__name__ for f in functions if ">>>" not in inspect.getdoc(f)] == []
    assert doctest.testmod(module).failed == 0


@pytest.mark.parametrize("module", MODULES, ids=lambda module: module.__name__)
def test_statistics_know_frames_only_and_nothing_of_nbgrader_or_files(module) -> None:
    text = Path(module.__file__).read_text(encoding="utf-8")
    imports = [line for line in text.splitlines() if line.startswith(("import ", "from "))]
    allowed = ("collections.abc", "math", "numpy", "pandas", "statistics", "typing", "kefu.analytics.")
    assert [line for line in imports if not line.split()[1].startswith(allowed)] == []
    assert "open(" not in text and "read_csv" not in text


# published values


def test_kr20_is_that_of_wuenschs_worked_example() -> None:
    # the page prints sum(pq) = 2.18 and the variance of the totals, 5.84
    assert reliability(KR20).alpha == pytest.approx(10 / 9 * (1 - 2.18 / 5.84), abs=1e-6)
    assert KR20.sum(axis=1).tolist() == [8, 7, 7, 2, 2, 9, 8, 9, 7, 7]


def test_alpha_and_its_standard_error_are_those_that_psych_prints_for_attitude() -> None:
    found = reliability(ATTITUDE)  # Revelle, psych: raw_alpha 0.84, ase 0.042, mean 60, sd 8.2 (of item means)
    printed = (round(found.alpha, 2), round(found.standard_error, 3), round(found.mean / 7), round(found.sd / 7, 1))
    assert printed == (0.84, 0.042, 60, 8.2)
    table = item_table(ATTITUDE, 100 * ones(ATTITUDE))
    assert table["alpha_if_deleted"].round(2).tolist() == [0.81, 0.80, 0.83, 0.80, 0.80, 0.86, 0.84]


def test_classical_statistics_are_those_that_ltm_prints_for_the_lsat() -> None:
    table = item_table(LSAT6, ones(LSAT6))  # Rizopoulos, ltm: descript(LSAT)
    assert table["facility"].round(3).tolist() == [0.924, 0.709, 0.553, 0.763, 0.870]
    assert table["point_biserial"].round(4).tolist() == [0.3620, 0.5668, 0.6184, 0.5344, 0.4354]
    assert table["discrimination"].round(4).tolist() == [0.1128, 0.1532, 0.1728, 0.1444, 0.1216]
    assert table["alpha_if_deleted"].round(4).tolist() == [0.2754, 0.2376, 0.2168, 0.2459, 0.2663]
    assert round(reliability(LSAT6).alpha, 4) == 0.2950


def test_standard_errors_are_those_of_the_course_of_large_samples() -> None:
    # p = .7 with 100 learners: .046; r = 0 with 30 learners: .19
    matrix = pd.DataFrame({"q1": [1.0] * 70 + [0.0] * 30, "q2": [1.0, 0.0] * 50})
    assert item_table(matrix, ones(matrix)).loc["q1", "facility_se"] == pytest.approx((0.7 * 0.3 / 100) ** 0.5, abs=1e-12)
    flat = pd.DataFrame({"q1": [1.0, 1.0, 0.0, 0.0] * 10, "q2": [1.0, 0.0] * 20})
    assert item_table(flat, ones(flat)).loc["q1", "discrimination_se"] == pytest.approx(1 / 39**0.5, abs=1e-12)
    lsat = item_table(LSAT6, ones(LSAT6)).loc["Item 3"]
    assert lsat["discrimination_se"] == pytest.approx((1 - 0.1728**2) / 999**0.5, abs=1e-6)


def test_efficiency_and_weights_follow_moodles_formulas_in_exact_fractions() -> None:
    marks = {"q1": [1, 1, 0, 0, 1], "q2": [0, 2, 1, 0, 2], "q3": [3, 2, 0, 1, 1]}
    points = {"q1": 1, "q2": 2, "q3": 3}

    def covariance(a: list, b: list) -> Fraction:
        mean_a, mean_b = Fraction(sum(a), len(a)), Fraction(sum(b), len(b))
        return sum((x - mean_a) * (y - mean_b) for x, y in zip(a, b, strict=True)) / (len(a) - 1)

    total = [sum(row) for row in zip(*marks.values(), strict=True)]
    root = {item: float(covariance(x, total)) ** 0.5 for item, x in marks.items()}
    table = item_table(pd.DataFrame(marks, dtype=float), pd.Series(points, dtype=float))
    for item, x in marks.items():
        rest = [t - own for t, own in zip(total, x, strict=True)]
        best = covariance(sorted(x), sorted(rest))
        assert table.loc[item, "efficiency"] == pytest.approx(float(100 * covariance(x, rest) / best), abs=1e-6)
        assert table.loc[item, "effective_weight"] == pytest.approx(100 * root[item] / sum(root.values()), abs=1e-6)
    assert table["intended_weight"].round(6).tolist() == [16.666667, 33.333333, 50.0]


def test_upper_lower_is_the_facility_of_the_best_less_that_of_the_worst_27_per_cent() -> None:
    # 11 learners: the three best and the three worst by total; q1 is right for 3 and 1 of them
    matrix = pd.DataFrame({"q1": [1, 1, 1, 0, 1, 0, 1, 0, 0, 0, 1.0], "rest": [9, 8, 7, 6, 5, 4, 3, 3, 2, 1, 0.0]})
    found = item_table(matrix, pd.Series({"q1": 1.0, "rest": 9.0}))
    assert found.loc["q1", "upper_lower"] == pytest.approx(1 - 1 / 3, abs=1e-12)


def test_ties_at_the_border_give_the_same_result_in_any_order() -> None:
    rng = np.random.default_rng(3)
    matrix = pd.DataFrame((rng.random((40, 6)) < 0.6).astype(float), index=[f"l{n}" for n in range(40)])
    shuffled = matrix.sample(frac=1, random_state=1)
    pd.testing.assert_frame_equal(item_table(matrix, ones(matrix)), item_table(shuffled, ones(matrix)))
    upper, lower = tails(matrix.sum(axis=1))
    assert upper.sum() == pytest.approx(11) and lower.sum() == pytest.approx(11)


def test_the_standard_error_at_a_score_is_lords_scaled_to_the_sem() -> None:
    # Lord (1955) for 20 of 40 items is sqrt(20 * 20 / 39) = 3.2026; Keats: mean of squares over learners = SEM squared
    rng = np.random.default_rng(5)
    matrix = pd.DataFrame((rng.random((300, 40)) < 1 / (1 + np.exp(-rng.normal(size=(300, 1))))).astype(float))
    found = reliability(matrix)
    squares = [sem_at(score, found, ones(matrix)) ** 2 for score in matrix.sum(axis=1)]
    assert np.mean(squares) ** 0.5 == pytest.approx(found.sem * (299 / 300) ** 0.5, rel=1e-9)
    mean, variance = found.mean, matrix.sum(axis=1).var(ddof=0)
    kr21 = 40 / 39 * (1 - mean * (40 - mean) / (40 * variance))
    assert sem_at(20, found._replace(alpha=kr21), ones(matrix)) == pytest.approx(3.202563, abs=1e-6)
    assert sem_at(0, found, ones(matrix)) == 0


def test_twice_as_many_items_make_a_half_two_thirds() -> None:
    assert items_needed(0.5, 20, 2 / 3) == pytest.approx(40)  # Spearman-Brown: 2 * .5 / 1.5
    with pytest.raises(ValueError, match="mend the items first"):
        items_needed(-0.2, 20, RELIABLE["exam"])


# edges


def test_a_constant_item_a_blank_paper_and_one_learner_get_a_reason_for_every_gap() -> None:
    matrix = pd.DataFrame(
        {"same": [1.0, 1, 1, 1], "good": [1.0, 1, 0, 0], "other": [1.0, 0, 1, 0], "ungraded": [None] * 4}, dtype=float
    )
    for case in (
        matrix,
        matrix.drop(columns="ungraded"),
        matrix * 0,
        matrix[:1],
        matrix[:0],
        matrix[["good"]],
        matrix[["good", "other"]],
    ):
        table = item_table(case, ones(case))
        gaps = table.drop(columns="note").isna().any(axis=1)
        assert (table.loc[gaps, "note"] != "").all(), table
        found = reliability(case)
        assert found.alpha == found.alpha or found.note
    table = item_table(matrix.drop(columns="ungraded"), ones(matrix.drop(columns="ungraded")))
    assert table["note"].to_dict() == {"same": "every learner earned the same: it tells nobody apart", "good": "", "other": ""}


def test_a_negative_alpha_says_so_and_the_sem_stays_within_the_sd() -> None:
    found = reliability(pd.DataFrame({"q1": [1, 1, 0, 0, 1.0], "q2": [0, 0, 1, 1, 1.0], "q3": [1, 0, 1, 0, 0.0]}))
    assert found.alpha < 0 and "negative" in found.note and found.sem == found.sd


def test_missing_scores_are_no_zeros_and_left_out_learners_are_counted() -> None:
    holes = LSAT6.mask(np.random.default_rng(2).random(LSAT6.shape) < 0.02)
    found, table = reliability(holes), item_table(holes, ones(holes))
    assert found.learners == len(holes.dropna()) and f"{1000 - found.learners} learners" in found.note
    assert table["n"].tolist() == holes.count().tolist()
    assert table["facility"].tolist() == pytest.approx(holes.mean().tolist())
    assert (table["discrimination"] - item_table(LSAT6, ones(LSAT6))["discrimination"]).abs().max() < 0.03
    zeros = item_table(holes.fillna(0), ones(holes))
    assert (table["facility"] > zeros["facility"]).all()


def test_the_rest_of_a_learner_is_the_share_of_the_points_they_were_given() -> None:
    matrix = pd.DataFrame({"a": [1.0, 0.0], "b": [2.0, np.nan], "c": [0.0, 3.0]})
    rest = rest_shares(matrix, pd.Series({"a": 1.0, "b": 2.0, "c": 3.0}))
    assert rest["a"].tolist() == [0.4, 1.0] and np.isnan(rest.loc[1, "b"]) and rest["c"].tolist() == [1.0, 0.0]
    assert total_shares(matrix, pd.Series({"a": 1.0, "b": 2.0, "c": 3.0})).tolist() == [0.5, 0.75]


@pytest.mark.parametrize(
    ("change", "mend"),
    [
        (lambda f: f.assign(paper=["quiz", "exam"]), "one paper at a time"),
        (lambda f: f[:0], "grade the paper first"),
        (lambda f: f.assign(learner="ada"), "ada has item q1 twice"),
    ],
)
def test_a_frame_that_is_no_paper_is_refused_with_the_mend(change, mend: str) -> None:
    frame = pd.DataFrame({"learner": ["ada", "bo"], "paper": "quiz", "item": "q1", "score": [1, 0], "points": 1})
    with pytest.raises(ValueError, match=mend):
        score_matrix(change(frame))
    with pytest.raises(ValueError, match="different points"):
        item_points(frame.assign(points=[1, 2]))


# classes


def simulate(seed: int, learners: int = 500, items: int = 40, bad: tuple[str, ...] = ()) -> tuple[pd.DataFrame, dict, dict]:
    """A class's frame, options and keys: guessing among four options below a 2PL; the first items are bad on purpose."""
    rng = np.random.default_rng(seed)
    names, options = [f"q{n:02}" for n in range(items)], np.array(list("abcd"))
    key = rng.integers(4, size=items)
    chance = 1 / (1 + np.exp(-1.2 * (rng.normal(size=(learners, 1)) - rng.uniform(-1.5, 1.0, items))))
    knows = rng.random((learners, items)) < chance
    chosen = np.where(knows, key, rng.integers(4, size=(learners, items)))
    for n, kind in enumerate(bad):
        if kind == "mis-keyed":
            key[n] = (key[n] + 1) % 4  # the bank names a wrong option
        if kind == "two right answers":
            chosen[:, n] = np.where(knows[:, n] & (rng.random(learners) < 0.5), (key[n] + 1) % 4, chosen[:, n])
        if kind == "unrelated":
            chosen[:, n] = rng.integers(4, size=learners)
    frame = pd.DataFrame(
        {
            "learner": np.repeat([f"l{n}" for n in range(learners)], items),
            "paper": "quiz",
            "item": np.tile(names, learners),
            "kind": "single",
            "response": options[chosen].ravel(),
            "score": (chosen == key).astype(float).ravel(),
            "points": 1,
        }
    )
    return frame, {name: list("abcd") for name in names}, dict(zip(names, options[key].tolist(), strict=True))


def flagged(frame: pd.DataFrame, options: dict, keys: dict) -> pd.DataFrame:
    table = item_table(score_matrix(frame), item_points(frame))
    reviewed = review(table, miskeys(option_table(frame, options, keys)))
    return reviewed[reviewed["flags"].map(len) > 0]


@pytest.mark.parametrize("seed", range(5))
def test_in_a_class_of_500_the_flags_find_exactly_the_three_planted_items(seed: int) -> None:
    frame, options, keys = simulate(seed, bad=("mis-keyed", "two right answers", "unrelated"))
    found = flagged(frame, options, keys)
    assert found.index.tolist() == ["q00", "q01", "q02"]
    assert found["flags"]["q00"][0] == "mis-keyed" and found["flags"]["q01"][0] == "two right answers"
    assert set(found["flags"]["q02"]) & {"weak", "negative"}
    right = "abcd"["abcd".index(keys["q00"]) - 1]
    assert f"likely right: {right}" in found["advice"]["q00"]
    both = {keys["q01"], "abcd"[("abcd".index(keys["q01"]) + 1) % 4]}
    alarms = miskeys(option_table(frame, options, keys))
    assert set(alarms.loc["q01", "likely"]) == both and "key" in alarms.loc["q01", "why"]


def test_in_20_classes_with_nothing_planted_fewer_than_5_per_cent_of_items_are_flagged() -> None:
    false = [len(flagged(*simulate(100 + seed))) for seed in range(20)]
    assert sum(false) < 0.05 * 20 * 40, false


def test_numbers_are_hidden_below_30_learners_and_provisional_below_100() -> None:
    for learners, status in ((29, "hidden"), (30, "provisional"), (99, "provisional"), (100, "")):
        frame, options, keys = simulate(1, learners=learners, items=10)
        reviewed = review(item_table(score_matrix(frame), item_points(frame)), miskeys(option_table(frame, options, keys)))
        assert set(reviewed["status"]) == {status}
        hidden = reviewed.drop(columns=["n", "note", "status", "flags", "advice"]).isna().all(axis=None)
        assert hidden == (status == "hidden") and reviewed["note"].str.contains("hidden").all() == hidden
        assert not (hidden and reviewed["flags"].map(len).any())


# options


def small_class() -> pd.DataFrame:
    """Ten learners: l0 is best; the anchor says how good they are."""
    choices = {
        "q-one": ["a", "a", "a", "a", "b", "b", "c", None, "zzz", ["a"]],
        "q-many": [["a", "b"]] * 4 + [["a"], ["b", "c"], [], None, "a", ["a", "nope"]],
    }
    rows = [("anchor", n, None, 10.0 - n, 10) for n in range(10)]
    rows += [
        (item, n, response, float(n < 4), 1) for item, responses in choices.items() for n, response in enumerate(responses)
    ]
    frame = pd.DataFrame(rows, columns=["item", "learner", "response", "score", "points"])
    return frame.assign(paper="quiz")


def test_the_option_table_counts_every_option_chosen_or_not_and_blank_and_invalid_ones() -> None:
    options = {"q-one": list("abcd"), "q-many": list("abc"), "unseen": list("ab")}
    table = option_table(small_class(), options, {"q-one": "a", "q-many": ["a", "b"], "unseen": "a"}).set_index(
        ["item", "option"]
    )
    assert table.loc["q-one", "n"].to_dict() == {"a": 4, "b": 2, "c": 1, "d": 0, BLANK: 1, INVALID: 2}
    assert table.loc["q-many", "n"].to_dict() == {"a": 5, "b": 5, "c": 1, BLANK: 2, INVALID: 2}
    assert table.loc["q-one", "share"].sum() == pytest.approx(1) and "unseen" not in table.index.get_level_values(0)
    assert table.loc[("q-one", "a"), "upper"] == 1 and table.loc[("q-one", "a"), "lower"] == 0
    assert table.loc[("q-one", "d"), "note"].startswith("nobody chose it")


def test_an_option_table_of_next_to_nothing_has_a_reason_for_every_gap() -> None:
    frame, options, keys = small_class(), {"q-one": list("abcd"), "q-many": list("abc")}, {"q-one": "a", "q-many": ["a", "b"]}
    blank = frame.assign(response=None, score=0.0)
    cases = [frame[frame["learner"] == 0], frame[frame["item"] == "q-one"], blank, frame.assign(score=np.nan)]
    for case in cases:
        table = option_table(case, options, keys)
        assert (table.loc[table.isna().any(axis=1), "note"] != "").all(), table
        assert miskeys(table).empty
    assert set(option_table(blank, options, keys).query("n > 0")["option"]) == {BLANK}
    assert option_table(frame, {}, {}).empty and option_table(frame.assign(score=np.nan), options, keys).empty
    hidden = hide(option_table(frame, options, keys), option_table(frame, options, keys)["learners"])
    assert hidden["share"].isna().all() and hidden["n"].sum() > 0 and hidden["note"].str.contains("hidden").all()


def test_random_gaps_never_leave_a_number_missing_without_a_reason() -> None:
    rng = np.random.default_rng(6)
    for holes in (0.1, 0.5, 0.8, 0.95):
        matrix = pd.DataFrame((rng.random((12, 5)) < 0.7).astype(float)).mask(rng.random((12, 5)) < holes)
        table = item_table(matrix, ones(matrix))
        assert (table.loc[table.isna().any(axis=1), "note"] != "").all(), table


def test_an_options_discrimination_is_the_correlation_of_choosing_it_and_the_rest() -> None:
    frame = small_class()
    table = option_table(frame, {"q-one": list("abcd")}, {"q-one": "a"}).set_index("option")
    rest = rest_shares(score_matrix(frame), item_points(frame))["q-one"]
    chose_b = [response == "b" for response in frame.loc[frame["item"] == "q-one", "response"]]
    assert table.loc["b", "discrimination"] == pytest.approx(np.corrcoef(chose_b, rest)[0, 1], abs=1e-9)


def test_a_multiple_choice_key_with_a_wrong_option_is_named_with_the_likely_key() -> None:
    rng = np.random.default_rng(8)
    ability = rng.normal(size=400)
    takes = {"a": ability > -0.5, "b": ability > 0, "c": ability < 0}  # c repels the able
    responses = [[option for option, took in takes.items() if took[n]] for n in range(400)]
    rows = [("many", n, responses[n], float(sorted(responses[n]) == ["a", "c"]), 1) for n in range(400)]
    rows += [(f"q{k}", n, None, float(rng.random() < 1 / (1 + np.exp(-ability[n]))), 1) for k in range(20) for n in range(400)]
    frame = pd.DataFrame(rows, columns=["item", "learner", "response", "score", "points"]).assign(paper="quiz")
    alarm = miskeys(option_table(frame, {"many": list("abc")}, {"many": ["a", "c"]})).loc["many"]
    assert alarm["alarm"] == "mis-keyed" and set(alarm["likely"]) == {"a", "b"}
    assert miskeys(option_table(frame, {"many": list("abc")}, {"many": ["a", "b"]})).empty


def test_nobody_choosing_the_key_is_an_alarm_when_the_able_agree_on_another_option() -> None:
    frame, options, keys = simulate(4, items=20)
    keys["q00"] = "e"
    options["q00"] = list("abcde")
    frame.loc[frame["item"] == "q00", "score"] = 0.0
    table = option_table(frame, options, keys)
    alarm = miskeys(table).loc["q00"]
    assert alarm["alarm"] == "mis-keyed" and "e (key, 0%): nobody chose it" in alarm["why"]
