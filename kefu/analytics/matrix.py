"""From the frame to the score matrix of one paper, learners x items, and what is measured against it."""

import numpy as np
import pandas as pd

TAIL = 0.27  # upper and lower groups of this share tell best apart (Kelley 1939)


def score_matrix(frame: pd.DataFrame) -> pd.DataFrame:
    """Scores of one paper, learners x items, NaN where no score is known; items worth nothing are left out.

    Raises ValueError when the frame holds several papers, no scores, or a learner's item twice.

    >>> frame = pd.DataFrame({"learner": ["ada", "bo"], "paper": "quiz", "item": "q1", "score": [1, 0], "points": 1})
    >>> score_matrix(frame).to_dict()
    {'q1': {'ada': 1.0, 'bo': 0.0}}
    """
    papers = frame["paper"].unique()
    if len(papers) > 1:
        raise ValueError(f"the frame holds {', '.join(map(str, papers))}; analyse one paper at a time")
    frame = frame[frame["points"] > 0]
    if frame.empty:
        raise ValueError("the frame holds no scores; grade the paper first")
    twice = frame[frame.duplicated(["learner", "item"])]
    if len(twice):
        raise ValueError(f"learner {twice['learner'].iloc[0]} has item {twice['item'].iloc[0]} twice; keep one row of each")
    return frame.pivot(index="learner", columns="item", values="score").astype(float)[frame["item"].unique()]


def item_points(frame: pd.DataFrame) -> pd.Series:
    """The points of every item that is worth any; raises ValueError when an item's points differ between rows.

    >>> item_points(pd.DataFrame({"item": ["q1", "q2", "q1"], "points": [1, 2, 1]})).to_dict()
    {'q1': 1.0, 'q2': 2.0}
    """
    pairs = frame.loc[frame["points"] > 0, ["item", "points"]].drop_duplicates()
    odd = pairs.loc[pairs["item"].duplicated(), "item"]
    if len(odd):
        raise ValueError(f"item {odd.iloc[0]} is worth different points in different rows; give it one value")
    return pairs.set_index("item")["points"].astype(float)


def total_shares(matrix: pd.DataFrame, points: pd.Series) -> pd.Series:
    """Every learner's share of the points they could earn, 0 to 1, over the items with a score.

    >>> total_shares(pd.DataFrame({"q1": [1.0, 0.0], "q2": [2.0, None]}), pd.Series({"q1": 1.0, "q2": 3.0})).tolist()
    [0.75, 0.0]
    """
    return matrix.sum(axis=1) / (matrix.notna() * points[matrix.columns]).sum(axis=1)


def rest_shares(matrix: pd.DataFrame, points: pd.Series) -> pd.DataFrame:
    """For every learner and item, the share of the points earned on the *other* items, so that no item meets itself.

    With complete scores this ranks learners as the usual rest score (total minus item) does (Henrysson 1963).

    >>> rest_shares(pd.DataFrame({"q1": [1.0, 0.0], "q2": [2.0, 3.0]}), pd.Series({"q1": 1.0, "q2": 4.0})).values.tolist()
    [[0.5, 1.0], [0.75, 0.0]]
    """
    given = matrix.notna() * points[matrix.columns]
    earned = matrix.fillna(0.0)
    others = given.rsub(given.sum(axis=1), axis=0)
    return (earned.rsub(earned.sum(axis=1), axis=0) / others).where(matrix.notna() & (others > 0))


def tails(totals: pd.Series) -> tuple[np.ndarray, np.ndarray]:
    """Each learner's weight in the upper and in the lower 27 % by total score (Kelley 1939).

    Learners tied at the border share the places left, so the order of rows never matters.

    >>> [weights.tolist() for weights in tails(pd.Series([1, 2, 2, 2, 3, 4, 5]))]
    [[0.0, 0.0, 0.0, 0.0, 0.0, 1.0, 1.0], [1.0, 0.3333333333333333, 0.3333333333333333, 0.3333333333333333, 0.0, 0.0, 0.0]]
    """
    values = totals.round(9).to_numpy(dtype=float)
    known = ~np.isnan(values)
    places = max(1, round(TAIL * int(known.sum())))

    def weights(values: np.ndarray) -> np.ndarray:
        border = np.sort(values[known])[-places:][:1]  # none when nobody has a total
        above, tied = values > border.sum(), np.isin(values, border)
        return np.where(known, above + tied * (places - above.sum()) / max(tied.sum(), 1), 0.0)

    return weights(values), weights(-values)
