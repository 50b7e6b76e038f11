"""What a class's answers say about a paper: everything its report tells, worked out once from the frame and the answers."""

from dataclasses import dataclass
from pathlib import Path
from statistics import NormalDist

import numpy as np
import pandas as pd

from kefu import bank, gradebook, paper
from kefu.analytics import irt
from kefu.analytics.classical import item_table
from kefu.analytics.decide import Decision, consistency, verdicts
from kefu.analytics.distractors import DOUBT, RARE, miskeys, option_table
from kefu.analytics.flags import HIDDEN, PROVISIONAL, hide, review
from kefu.analytics.mastery import mastery
from kefu.analytics.matrix import item_points, score_matrix, total_shares
from kefu.analytics.reliability import Reliability, reliability, sem_at
from kefu.database import address
from kefu.paper import Paper

CHOICES = ("single", "truefalse", "multiple", "hotspot")  # kinds whose options can be told apart
QUARTERS = 4
MANY = 30  # more knowledge points than this are shown by chapter, if there are chapters to show
SAMPLE = 2000  # learners a model is fitted to: more make the curve slower, not better
ABILITIES = np.linspace(-3, 3, 121)


@dataclass(frozen=True)
class Findings:
    """What a report tells of a paper. A number that cannot be known is NaN, a curve None.

    - `totals`: `gradebook.totals` of the paper; `decided`: those whose every answer is marked, with verdicts near the cut
    - `cut`: the pass mark in points; `sem_cut`: the standard error of measurement there, in points
    - `items`: `flags.review`'s table, one row an item that can be analysed, in the paper's order; `options`: `distractors`'
      table with `state` (idle, rare, draws, repels, or empty); `alarms`: `miskeys`'
    - `void`, `waiting`: items left out of the analysis, as a regrade made them void or nobody has marked them yet
    - `model`: 2PL, 1PL or none; `information`: by ability, in SD of this class; `able`: the ability that just passes
    - `mastery`: share of the points by knowledge point or chapter (`by`), columns 1 (weakest quarter) to 4 and
      `all`; items whose key looks wrong are left out
    """

    form: Paper
    totals: pd.DataFrame
    decided: pd.DataFrame
    cut: float
    sem_cut: float
    trust: Reliability
    decision: Decision | None
    items: pd.DataFrame
    options: pd.DataFrame
    alarms: pd.DataFrame
    void: tuple[str, ...]
    waiting: tuple[str, ...]
    model: str
    information: pd.DataFrame | None
    able: float
    by: str
    mastery: pd.DataFrame

    @property
    def status(self) -> str:
        """`hidden` below 30 learners, `provisional` below 100, else empty."""
        n = len(self.totals)
        return "hidden" if n < HIDDEN else "provisional" if n < PROVISIONAL else ""


def load(root: Path, name: str) -> Findings:
    """The findings on a paper of the gradebook in `root`.

    Raises ValueError for a name that is no paper and for a paper nobody has a grade in, FileNotFoundError without a gradebook.
    """
    known = bank.load(root)
    forms, _ = paper.load(root, known)
    if name not in forms:
        raise ValueError(f"{name}: is no good paper of {paper.FILE}; the papers are {', '.join(forms)}")
    frame = gradebook.frame(address(root), known.items, name)
    if frame.empty:
        raise ValueError(f"{name}: nobody's answers are graded yet; collect them and run kefu grade {name}")
    return find(frame, gradebook.answers(root, paper=name), forms[name])


def find(frame: pd.DataFrame, answers: pd.DataFrame, form: Paper) -> Findings:
    """The findings on a paper from its frame (`gradebook.frame`) and its answers (`gradebook.answers`)."""
    items = {item.id: item for item in form.items}
    totals = gradebook.totals(frame)
    cut = form.pass_mark / 100 * float(totals["points"].max())
    marked = frame.groupby("item")["score"].count()
    void = tuple(i for i, item in items.items() if item.void)
    waiting = tuple(
        i for i in marked.index[marked == 0] if i not in void and (frame["item"].eq(i) & (frame["points"] > 0)).any()
    )
    kept = frame[(frame["points"] > 0) & ~frame["item"].isin([*void, *waiting])]
    matrix, points = score_matrix(kept), item_points(kept)
    matrix = matrix[[*(i for i in items if i in matrix), *(i for i in matrix if i not in items)]]
    trust = reliability(matrix)
    worth = float(points.sum())
    sem_cut = float("nan") if np.isnan(trust.alpha) else sem_at(form.pass_mark / 100 * worth, trust, points)
    full = matrix.dropna().sum(axis=1)
    sure = 0 < trust.alpha < 1
    decision = consistency(full, worth, form.pass_mark / 100 * worth, trust.alpha) if sure else None
    choices = {i: items[i] for i in matrix if i in items and items[i].kind in CHOICES and not items[i].accept}
    told = kept.merge(answers[["learner", "paper", "item", "response"]], how="left", on=["learner", "paper", "item"])
    options = option_table(told, {i: item.options for i, item in choices.items()}, {i: item.key for i, item in choices.items()})
    options = options.assign(state=_states(options))
    alarms = miskeys(options[options["learners"] >= HIDDEN])
    ready = totals[totals["to_mark"] == 0].set_index("learner")
    near = verdicts(ready["score"], cut, 0.0 if np.isnan(sem_cut) else sem_cut)
    model, information = _information(matrix, points)
    passing = float((total_shares(matrix, points) >= form.pass_mark / 100 - 1e-9).mean())
    able = NormalDist().inv_cdf(1 - passing) if 0 < passing < 1 else float("nan")  # as many learners stand below it
    by, mastered = _mastery(kept[~kept["item"].isin(alarms.index)], total_shares(matrix, points))
    return Findings(
        form, totals, near.join(ready["percent"]), cut, sem_cut, trust, decision, review(item_table(matrix, points), alarms),
        hide(options, options["learners"]), alarms, void, waiting, model, information, able, by, mastered,
    )  # fmt: skip


def _states(options: pd.DataFrame) -> np.ndarray:
    """What is wrong with an option, if anything is: by the thresholds of `distractors`, beyond chance at 5 %."""
    real, share, z = ~options["option"].str.startswith("("), options["share"], options["z"]
    wrong = real & ~options["right"]
    masks = {
        "idle": wrong & (options["n"] == 0),
        "rare": wrong & (options["n"] > 0) & (share < RARE),
        "draws": wrong & (share >= RARE) & (z >= DOUBT),
        "repels": real & options["right"] & (z <= -DOUBT),
    }
    return np.select(list(masks.values()), list(masks), "").astype(object)


def _information(matrix: pd.DataFrame, points: pd.Series) -> tuple[str, pd.DataFrame | None]:
    """The richest model the class is large enough for, and its test information; none when it is too small."""
    n = len(matrix)
    if n < irt.ENOUGH["1PL"]:
        return "", None
    sample = matrix.sample(SAMPLE, random_state=0) if n > SAMPLE else matrix
    fitted = irt.fit(sample, points, "2PL" if n >= irt.ENOUGH["2PL"] else "1PL")
    usable = fitted.items.dropna(subset=["difficulty", "discrimination"])
    if usable.empty:
        return "", None
    return "2PL" if n >= irt.ENOUGH["2PL"] else "1PL", irt.test_information(usable, ABILITIES)


def _mastery(kept: pd.DataFrame, shares: pd.Series) -> tuple[str, pd.DataFrame]:
    """The share of the points that each quarter of the class earned, by knowledge point or chapter."""
    slugs, chapters = kept["covers"].explode().dropna().unique(), kept.loc[kept["chapter"] != "", "chapter"].unique()
    by = "chapter" if len(slugs) > MANY and len(chapters) > 1 else "covers"
    table = mastery(kept, by="chapter" if by == "chapter" else "covers")
    rank = shares.rank(method="first", pct=True)
    quarter = (rank * QUARTERS).round(9).apply(np.ceil).to_dict()
    rows = table.reset_index().assign(quarter=lambda rows: rows["learner"].map(quarter))
    sums = rows.groupby([by, "quarter"])[["score", "points"]].sum()
    found = (sums["score"] / sums["points"]).unstack("quarter")
    found.columns = pd.Index([f"{n:.0f}" for n in found.columns])
    whole = rows.groupby(by)[["score", "points"]].sum()
    found["all"] = whole["score"] / whole["points"]
    found["items"] = rows.groupby(by)["items"].max()
    return by, found.sort_values("all", kind="stable")
