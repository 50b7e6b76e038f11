"""What every option of a choice item draws, and an alarm for keys that look wrong."""

from collections.abc import Iterator, Mapping, Sequence
from statistics import NormalDist
from typing import Any

import numpy as np
import pandas as pd

from kefu.analytics.matrix import item_points, rest_shares, score_matrix, tails, total_shares

BLANK, INVALID = "(blank)", "(invalid)"
COLUMNS = ("item", "option", "right", "learners", "n", "share", "upper", "lower", "rest", "sd", "discrimination", "z", "note")
RARE = 0.05  # a wrong option chosen by fewer than this does no work (Haladyna & Downing 1993)
SURE, DOUBT = NormalDist().inv_cdf(0.99), NormalDist().inv_cdf(0.95)  # beyond chance, one-sided


def option_table(
    frame: pd.DataFrame, options: Mapping[str, Sequence[str]], keys: Mapping[str, str | Sequence[str]]
) -> pd.DataFrame:
    """One row an item and option: who chose it and how they did on the rest of the paper.

    Columns: item, option, right (it is in the key), learners (with a score on the item), n (who chose the option), share,
    upper, lower (shares among the upper and lower 27 %), rest (choosers' mean share of the other items' points), sd (of all
    learners' rest), discrimination (point-biserial r of choosing the option and the rest,
    (M_chosen - M) / SD * sqrt(p / (1 - p)), Haladyna 2004), z = r * sqrt(learners - 1), and note.
    `options` and `keys` go by item: a key that is a string is a single choice's, a list a multiple choice's. Blank and
    invalid responses have rows of their own. Responses of learners without a score are left out.

    >>> frame = pd.DataFrame({"learner": list("abcd") * 2, "paper": "quiz", "item": ["q1"] * 4 + ["q2"] * 4, "points": 1,
    ...     "response": ["x", "x", "y", None, "x", "x", "y", "y"], "score": [1, 1, 0, 0, 1, 0, 0, 0]})
    >>> table = option_table(frame, {"q1": ["x", "y"]}, {"q1": "x"})
    >>> table[["option", "n", "share", "rest", "discrimination"]].round(3).values.tolist()
    [['x', 2, 0.5, 0.5, 0.577], ['y', 1, 0.25, 0.0, -0.333], ['(blank)', 1, 0.25, 0.0, -0.333]]
    """
    matrix, points = score_matrix(frame), item_points(frame)
    rows = frame[frame["item"].isin(list(options)) & (frame["points"] > 0) & frame["score"].notna()]
    rest = rest_shares(matrix, points)
    where = matrix.index.get_indexer(pd.Index(rows["learner"]))
    responses = rows["response"].astype(object).where(rows["response"].notna(), None)
    chosen = [_chosen(response, options[item], keys[item]) for item, response in zip(rows["item"], responses, strict=True)]
    upper, lower = tails(total_shares(matrix, points))
    answers = pd.DataFrame(
        {
            "item": rows["item"].to_numpy(dtype=object),
            "option": pd.Series(chosen, dtype=object),
            "rest": rest.to_numpy()[where, matrix.columns.get_indexer(pd.Index(rows["item"]))],
            "upper": upper[where],
            "lower": lower[where],
        }
    )
    by_item = answers.groupby("item")
    everyone = by_item.agg(learners=("rest", "size"), upper=("upper", "sum"), lower=("lower", "sum"), mean=("rest", "mean"))
    everyone["spread"] = by_item["rest"].std(ddof=0)
    found = answers.explode("option").groupby(["item", "option"])
    table = found.agg(n=("rest", "size"), upper=("upper", "sum"), lower=("lower", "sum"), rest=("rest", "mean"))
    wanted = pd.DataFrame(list(_rows(options, set(table.index))), columns=["item", "option"], dtype=object)
    table = wanted.merge(table, how="left", left_on=["item", "option"], right_index=True)
    table[["n", "upper", "lower"]] = table[["n", "upper", "lower"]].fillna(0)
    table["n"] = table["n"].astype(int)
    whole = everyone.reindex(table["item"]).reset_index(drop=True)
    table["learners"] = whole["learners"]
    table["right"] = [option in _listed(keys[item]) for item, option in zip(table["item"], table["option"], strict=True)]
    table["share"] = table["n"] / table["learners"]
    table["upper"], table["lower"] = table["upper"] / whole["upper"], table["lower"] / whole["lower"]
    told = (table["n"] > 0) & (table["n"] < table["learners"]) & (whole["spread"] > 1e-12)
    odds = (table["share"] / (1 - table["share"])) ** 0.5
    table["discrimination"] = ((table["rest"] - whole["mean"]) / whole["spread"] * odds).where(told)
    table["sd"] = whole["spread"]
    table["z"] = table["discrimination"] * (table["learners"] - 1) ** 0.5
    table["note"] = _notes(table)
    return table[list(COLUMNS)]


def miskeys(table: pd.DataFrame) -> pd.DataFrame:
    """Items whose key looks wrong, from `option_table`: index item; columns alarm, likely (options, likeliest first), why.

    Choosers of the right option should do better on the rest of the paper than choosers of any other (Haladyna 2004).
    Single choice: a wrong option whose choosers did better than the key's, beyond chance at 1 %, makes the item `mis-keyed`.
    One whose choosers did better than the average, than the other wrong options' (1 %) and no worse than the key's (5 %)
    makes `two right answers`, or `mis-keyed` when choosing the key goes with a worse rest. Multiple choice: `mis-keyed`
    when an option outside the key goes with a better rest, or one inside with a worse, beyond chance at 1 %.

    >>> table = pd.DataFrame({"item": "q1", "option": list("abc"), "right": [True, False, False], "n": [30, 50, 20], "sd": 0.2,
    ...     "share": [0.3, 0.5, 0.2], "rest": [0.5, 0.7, 0.4], "discrimination": [-0.2, 0.4, -0.3], "z": [-2, 4, -3]})
    >>> miskeys(table).loc["q1", ["alarm", "likely"]].tolist()
    ['mis-keyed', ('b',)]
    """
    real, right = ~table["option"].isin([BLANK, INVALID]), table["right"]
    single = right.groupby(table["item"]).transform("sum") == 1
    wrong = real & ~right & (table["share"] >= RARE)
    over_key, over_others = _lead(table, right), _lead(table, real & ~right)
    works = (right & (table["discrimination"] > 0)).groupby(table["item"]).transform("any")
    abler = (table["discrimination"] > 0) & (over_others >= SURE)
    better = (over_key >= SURE) | abler & ~works
    equal = abler & (over_key > -DOUBT)
    draws = wrong & np.where(single, better | equal, table["z"] >= SURE)
    beaten = (wrong & better).groupby(table["item"]).transform("any")
    fails = right & np.where(single, beaten, table["z"] <= -SURE)
    rows = []
    for item in table.loc[draws | fails, "item"].unique():
        own = table[table["item"] == item].sort_values("discrimination", ascending=False)
        likely = own.loc[(right & ~fails | draws)[own.index], "option"]
        why = "; ".join(map(_says, own[(right & (single | fails) | draws)[own.index]].itertuples()))
        two = single[own.index].all() and not fails[own.index].any()
        rows.append((item, "two right answers" if two else "mis-keyed", tuple(likely), why))
    return pd.DataFrame(rows, columns=["item", "alarm", "likely", "why"]).set_index("item")


def _lead(table: pd.DataFrame, among: pd.Series) -> pd.Series:
    """How far an option's choosers are ahead of those of the options `among` (itself left out), in standard errors."""
    n, earned = table["n"], table["n"] * table["rest"].fillna(0.0)
    counted = pd.DataFrame({"n": n.where(among, 0), "earned": earned.where(among, 0.0)})
    others = counted.groupby(table["item"]).transform("sum") - counted
    return (table["rest"] - others["earned"] / others["n"]) / (table["sd"] * (1 / n + 1 / others["n"]) ** 0.5)


def _chosen(response: Any, options: Sequence[str], key: str | Sequence[str]) -> list[str]:
    """The options a response names; a response that does not fit the item is one invalid choice."""
    if response is None or response in ("", []):
        return [BLANK]
    chosen = [response] if isinstance(key, str) else response
    fits = isinstance(chosen, list) and all(isinstance(i, str) and i in options for i in chosen)
    return list(dict.fromkeys(chosen)) if fits else [INVALID]


def _listed(key: str | Sequence[str]) -> Sequence[str]:
    return [key] if isinstance(key, str) else key


def _rows(options: Mapping[str, Sequence[str]], seen: set[tuple[str, str]]) -> Iterator[tuple[str, str]]:
    """Every option of every item that has responses, chosen or not; blank and invalid ones when there are any."""
    answered = {item for item, _ in seen}
    for item in (item for item in options if item in answered):
        yield from ((item, option) for option in options[item])
        yield from ((item, option) for option in (BLANK, INVALID) if (item, option) in seen)


def _notes(table: pd.DataFrame) -> np.ndarray:
    real, right = ~table["option"].isin([BLANK, INVALID]), table["right"]
    reasons = {
        "nobody chose it: no discrimination; replace it": real & ~right & (table["n"] == 0),
        "nobody chose the key: no discrimination; is it right?": real & right & (table["n"] == 0),
        "everyone chose it: no discrimination": table["n"] == table["learners"],
        "the other items tell nobody apart: no discrimination": (table["n"] > 0)
        & (table["n"] < table["learners"])
        & table["z"].isna(),
        "nobody of the best or of the worst has a score: no upper or lower": (table["upper"] + table["lower"]).isna(),
        "fewer than 5 % choose it: replace it": real & ~right & (table["n"] > 0) & (table["share"] < RARE),
        "the able choose it: is it right?": real & ~right & (table["discrimination"] >= 0) & (table["share"] >= RARE),
        "the able avoid it: is it wrong?": real & right & (table["discrimination"] < 0),
    }
    return np.select(list(reasons.values()), list(reasons), "")


def _says(row: Any) -> str:
    r = "nobody chose it" if row.z != row.z else f"r = {row.discrimination:+.2f}"
    return f"{row.option} ({'key, ' if row.right else ''}{row.share:.0%}): {r}"
