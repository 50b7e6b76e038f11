"""What every learner has mastered, by chapter or knowledge point, and what to study next."""

from collections.abc import Sequence
from typing import Literal

import numpy as np
import pandas as pd

MASTERED, PARTLY = 0.80, 0.50  # shares of the points; 80 % is mastery learning's usual mark (Bloom 1968)
FEW = 3  # fewer items than this give a hint, not a verdict


def mastery(frame: pd.DataFrame, by: Literal["chapter", "covers"]) -> pd.DataFrame:
    """One row a learner and chapter, or knowledge point (`covers`): items, score, points, share, state and note.

    share = points earned / points of the items with a score; state is `mastered` from 80 %, `partly` from 50 %, else
    `not yet`, and `unknown` when no item has a score. An item that covers two knowledge points counts for both. Several
    papers may stand in one frame.

    >>> frame = pd.DataFrame({"learner": "ada", "chapter": ["c1", "c1", "c2"], "score": [1, 1, 0], "points": 1})
    >>> mastery(frame, by="chapter").loc["ada", "state"].to_dict()
    {'c1': 'mastered', 'c2': 'not yet'}
    """
    rows = frame.loc[frame["points"] > 0, ["learner", by, "score", "points"]].explode(by).dropna(subset=[by])
    known = rows["score"].notna()
    rows = rows.assign(items=known.astype(int), score=rows["score"].fillna(0.0), points=rows["points"].where(known, 0.0))
    table = rows.groupby(["learner", by])[["items", "score", "points"]].sum()
    share = (table["score"] / table["points"]).round(9)
    table["share"] = share
    states = [share.isna(), share >= MASTERED, share >= PARTLY]
    table["state"] = np.select(states, ["unknown", "mastered", "partly"], "not yet")
    few = f"fewer than {FEW} items: a hint, not a verdict"
    table["note"] = np.select([table["items"] == 0, table["items"] < FEW], ["no item has a score yet", few], "")
    return table


def study_next(table: pd.DataFrame, order: Sequence[str], most: int = 3) -> pd.DataFrame:
    """For every learner, up to `most` things to study next: what is `not yet` before what is `partly`, in teaching order.

    `table` is `mastery`'s; `order` lists its chapters or knowledge points as they are taught, since later ones build on
    earlier ones. One row a thing: learner, rank, the chapter or point, share, state.
    Raises ValueError when `order` leaves out something that needs study.

    >>> frame = pd.DataFrame({"learner": "ada", "chapter": ["c1", "c2", "c3"], "score": [0.6, 0, 1], "points": 1})
    >>> study_next(mastery(frame, by="chapter"), ["c1", "c2", "c3"])[["rank", "chapter"]].values.tolist()
    [[1, 'c2'], [2, 'c1']]
    """
    by = str(table.index.names[1])
    weak = table[table["state"].isin(["not yet", "partly"])].reset_index()
    place = weak[by].map({name: n for n, name in enumerate(order)})
    if place.isna().any():
        raise ValueError(f"{weak.loc[place.isna(), by].iloc[0]}: is not in the teaching order; add it")
    weak = weak.assign(place=place, partly=weak["state"] == "partly").sort_values(["learner", "partly", "place"])
    chosen = weak.groupby("learner").head(most)
    chosen = chosen.assign(rank=chosen.groupby("learner").cumcount() + 1)
    return chosen[["learner", "rank", by, "share", "state"]].reset_index(drop=True)
