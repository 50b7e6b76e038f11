"""The report on a paper: one HTML file for instructors, plain sentences first, a drawing under each, its numbers behind it."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from html import escape
from importlib.resources import files
from pathlib import Path
from typing import Any

import numpy as np

from kefu import findings, plots
from kefu.analytics.mastery import FEW
from kefu.syllabus import Syllabus, course_folder
from kefu.syllabus import load as load_syllabus
from kefu.verdicts import Words, number, percent


def write(root: Path, name: str, lang: str, out: Path | None = None) -> Path:
    """Write the report on a paper and return its path, `out` or reports/<paper>.<lang>.html in the root.

    Raises what `findings.load` raises.
    """
    out = out or root / "reports" / f"{name}.{lang}.html"
    page = Report(findings.load(root, name), lang, load_syllabus(course_folder(root))).html()
    out.parent.mkdir(parents=True, exist_ok=True)
    out.write_text(page, encoding="utf-8")
    return out


@dataclass(frozen=True)
class Report(Words):
    """The report on a paper in one language; the course gives titles."""

    course: Syllabus

    def html(self) -> str:
        """The whole page. Everything an author or a learner wrote is escaped."""
        f, title = self.found, escape(self.say("heading", title=self.found.form.title[self.lang]))
        style = (files("kefu") / "static" / "report.css").read_text(encoding="utf-8") + plots.STYLE
        sections = [self._scores(), self._trust()]
        if f.status != "hidden":
            sections += [self._map(), self._items(), self._options(), self._information(), self._mastery()]
        body = "\n".join([self._first(), *sections])
        return (
            f'<!DOCTYPE html>\n<html lang="{"zh-CN" if self.lang == "zh" else self.lang}">\n<head><meta charset="utf-8">'
            f'<meta name="viewport" content="width=device-width, initial-scale=1"><title>{title}</title><style>{style}</style>'
            f'</head>\n<body>\n<header><h1>{title}</h1><p class="soft">{self.say("closed_room")}</p>{self._facts()}</header>\n'
            f"<main>\n{body}\n</main>\n</body></html>\n"
        )

    def _facts(self) -> str:
        f, ready = self.found, self.found.decided
        passed = self._part(int(ready["passed"].sum()), len(ready))
        facts = {
            "learners": str(len(f.totals)),
            "paper": self.say("paper_is", items=len(f.form.items), points=f"{f.totals['points'].max():g}"),
            "mean": self.say("mean_is", mean=number(ready["score"].mean(), 1), sd=number(ready["score"].std(), 1)),
            "cut": self.say("cut_is", points=f"{f.cut:g}", percent=percent(f.form.pass_mark / 100)),
            "passed": passed,
        }
        shown = "".join(f"<div><dt>{self.say(key)}</dt><dd>{escape(value)}</dd></div>" for key, value in facts.items())
        last = f.totals["handed_in"].max()
        notes = [self.say(f.status or "enough")]
        notes += [self.say("until", time=f"{last:%Y-%m-%d %H:%M}")] if last == last else []
        waiting = len(f.totals) - len(ready)
        notes += [self.say("waiting_for", n=waiting)] if waiting else []
        notes += [self.say("left_waiting", items=self.listed(f.waiting))] if f.waiting else []
        notes += [self.say("left_void", items=self.listed(f.void))] if f.void else []
        return f'<dl class="facts">{shown}</dl>{paragraphs(notes, "soft")}'

    def _first(self) -> str:
        lines = [f'<li><a href="#{escape(place)}">{escape(sentence)}</a></li>' for place, sentence in self.verdicts()]
        if not lines:
            return ""
        note = paragraphs([self.say("says_act", paper=self.found.form.name)], "soft")
        return f'<section class="first"><h2>{self.say("first")}</h2><ul>{"".join(lines)}</ul>{note}</section>'

    def _scores(self) -> str:
        f, ready = self.found, self.found.decided
        if ready.empty:
            return ""
        passed, sem = int(ready["passed"].sum()), f.sem_cut
        low, high = ready["percent"].quantile([0.25, 0.75]) / 100
        says = self.say(
            "scores_say",
            passed=passed,
            n=len(ready),
            percent=percent(passed / len(ready)),
            low=percent(low),
            high=percent(high),
        )
        shaded = [] if np.isnan(sem) else [self.say("scores_shaded", sem=number(sem, 1))]
        cut, width = f.form.pass_mark, 0.0 if np.isnan(sem) else 100 * sem / f.totals["points"].max()
        words = (self.say("pass_mark", percent=f"{cut}%"), self.say("score_axis"), self.say("learners_axis"))
        drawing = plots.histogram(ready["percent"].tolist(), cut, width, words, says)
        rows = [(f"{5 * n}–{5 * n + 5}%", count) for n, count in enumerate(plots.bins(ready["percent"].tolist()))]
        body = drawing + self._behind(table(["score_axis", "learners_axis"], rows, self.say))
        near = ready[ready["verdict"] == "borderline"].sort_values("score", ascending=False)
        if len(near):
            told = [(row["learner"], number(row["score"], 1), f"{number(row['low'], 1)}–{number(row['high'], 1)}",
                     self.say("pass" if row["passed"] else "fail")) for row in near.reset_index().to_dict("records")]  # fmt: skip
            shown = table(["learner", "score", "range", "now"], told, self.say)
            body += f'<details id="near"><summary>{escape(self.say("near", n=len(near)))}</summary>{shown}</details>'
        return self._section("scores", [says, *shaded], body)

    def _trust(self) -> str:
        f, trust, sure = self.found, self.found.trust, self.found.decision
        if sure is None:
            why = "few" if trust.learners < 2 else "one" if trust.items < 2 else "same" if np.isnan(trust.alpha) else "negative"
            return self._section("trust", [self.say("trust_cannot", why=self.say(f"why_{why}"))], "")
        near = int((f.decided["verdict"] == "borderline").sum())
        told = [
            ("alpha", self.say("alpha_is", alpha=number(trust.alpha), error=number(trust.standard_error)), {}),
            ("sem", self.say("points_of", n=number(trust.sem, 1)), {}),
            ("sem_cut", self.say("points_of", n=number(f.sem_cut, 1)), {}),
            ("consistency", percent(sure.consistency), {"kappa": number(sure.kappa)}),
            ("accuracy", percent(sure.accuracy), {"lucky": percent(sure.false_pass), "unlucky": percent(sure.false_fail)}),
            ("borderline", self._part(near, len(f.decided)), {}),
        ]
        rows = "".join(f'<tr><th scope="row">{self.say(key)}<small>{escape(self.say(f"{key}_means", **values))}</small></th>'
                       f'<td class="n">{escape(value)}</td></tr>' for key, value, values in told)  # fmt: skip
        says = [self.say("trust_say", share=percent(sure.consistency)), *([self.say(f.status)] if f.status else [])]
        return self._section("trust", says, f"<table><tbody>{rows}</tbody></table>")

    def _map(self) -> str:
        items = self.found.items.dropna(subset=["facility", "discrimination"])
        flagged = sum(map(bool, self.found.items["flags"]))
        says = self.say("map_say" if flagged else "map_good", n=flagged, items=len(self.found.items))
        dots = [(row["facility"], row["discrimination"], self.place(row["item"]), bool(row["flags"]))
                for row in items.reset_index().to_dict("records")]  # fmt: skip
        drawing = plots.scatter(dots, (self.say("facility_axis"), self.say("discrimination_axis")), says)
        return self._section("map", [says], f'{drawing}<p><a href="#items">{escape(self.say("table"))}</a></p>')

    def _items(self) -> str:
        head = "".join(f'<th scope="col"{cls}>{self.say(key)}</th>' for key, cls in
                       (("number", ""), ("question", ""), ("facility", ' class="n"'), ("discrimination", ' class="n"'), ("advice", "")))  # fmt: skip
        rows = []
        for item, row in self.found.items.iterrows():
            words = [escape(self.say(f"flag_{flag.replace(' ', '-')}")) for flag in self.flags(str(item))]
            advice = "<br>".join(f"⚑ {word}" for word in words) or self.say(
                "few_scores" if row["status"] == "hidden" else "good"
            )
            rows.append(
                f'<tr id="{escape(str(item))}"><th scope="row">{self.place(str(item))}</th>'
                f'<td class="whole">{self.stem(str(item))}<small>{escape(str(item))}</small></td>'
                f'<td class="n" data-label="{self.say("facility")}">{percent(row["facility"])}<small>± {number(100 * row["facility_se"], 1)}%</small></td>'
                f'<td class="n" data-label="{self.say("discrimination")}">{number(row["discrimination"])}'
                f"<small>± {number(row['discrimination_se'])}</small></td>"
                f'<td class="whole{" warn" if words else ""}">{advice}</td></tr>'
            )
        return self._section(
            "items",
            [self.say("items_say")],
            f'<table class="cards"><thead><tr>{head}</tr></thead><tbody>{"".join(rows)}</tbody></table>',
        )

    def _options(self) -> str:
        f, parts = self.found, []
        flagged = {item for item in f.items.index if (flags := self.flags(item)) and flags != ("too easy",)}
        looked = [item for item in f.options["item"].unique() if item in flagged]
        for item in looked:
            rows = []
            for row in f.options[f.options["item"] == item].itertuples():
                remark = self.say("is_key") if row.right else ""
                state = f'<span class="warn">{self.say(f"state_{row.state}")}</span>' if row.state else ""
                small = f"<small>{' '.join(filter(None, [remark, state]))}</small>" if remark or state else ""
                bars = plots.pair(row.upper, row.lower) if row.upper == row.upper else ""
                rows.append(f'<tr><th scope="row">{escape(self.option(item, row.option))}{small}</th><td>{bars}</td>'
                            f'<td class="n">{percent(row.upper)}</td><td class="n">{percent(row.lower)}</td><td class="n">{percent(row.share)}</td></tr>')  # fmt: skip
            head = "".join(f'<th scope="col" class="n">{self.say(key)}</th>' for key in ("best", "weakest", "all"))
            parts.append(f"<h3>{escape(self.name(item))}</h3><p>{self.stem(item)}</p>"
                         f'<table class="options"><thead><tr><th scope="col" colspan="2">{self.say("choice")}</th>{head}</tr></thead>'
                         f"<tbody>{''.join(rows)}</tbody></table>")  # fmt: skip
        return self._section("options", [self.say("options_say" if looked else "options_good")], "".join(parts))

    def _information(self) -> str:
        f, curve = self.found, self.found.information
        if curve is None:
            return self._section("information", [self.say("information_few", n=len(f.totals))], "")
        peak, most = float(curve.index[int(curve["information"].argmax())]), float(curve["information"].max())
        place = ("low", "lower", "middle", "higher", "high")[int(np.digitize(peak, [-1.5, -0.5, 0.5, 1.5]))]
        known = -3 <= f.able <= 3
        here = float(np.interp(f.able, curve.index, curve["information"])) / most if known else float("nan")
        says = self.say(
            "information_say" if known else "information_say_short", where=self.say(f"where_{place}"), share=percent(here)
        )
        words = (self.say("pass_mark", percent=f"{f.form.pass_mark}%"), self.say("ability_axis"), self.say("information_word"))
        drawing = plots.curve(curve.index.tolist(), curve["information"].tolist(), f.able, words, says)
        rows = [(number(row["ability"], 1), number(row["information"], 1), number(row["standard_error"]))
                for row in curve.iloc[::20].rename_axis("ability").reset_index().to_dict("records")]  # fmt: skip
        behind = self._behind(table(["ability", "information_word", "error"], rows, self.say))
        return self._section("information", [says, self.say(f"model_{f.model}")], drawing + behind)

    def _mastery(self) -> str:
        """A heat map that is its own table: the numbers stand in it, so it needs no colour to be read."""
        f, chapters = self.found, {chapter.id: chapter.title for chapter in self.course.chapters}
        titles = chapters if f.by == "chapter" else self.course.points
        if f.mastery.empty:
            return ""
        quarters = [name for n in range(1, findings.QUARTERS + 1) if (name := str(n)) in f.mastery]
        head = "".join(f'<th scope="col" class="n">{self.say(f"quarter_{n}")}</th>' for n in quarters)
        rows = []
        for row in f.mastery.fillna(0.0).reset_index().to_dict("records"):
            title = titles.get(row[f.by], {}).get(self.lang, row[f.by])
            cells = "".join(f'<td class="n" style="--share: {row[n]:.2f}">{percent(row[n])}</td>' for n in (*quarters, "all"))
            rows.append(f'<tr><th scope="row">{escape(title)}</th>{cells}<td class="n few">{row["items"]}</td></tr>')
        weakest = titles.get(str(f.mastery.index[0]), {}).get(self.lang, str(f.mastery.index[0]))
        says = [self.say(f"mastery_{f.by}", point=weakest, share=percent(f.mastery["all"].iloc[0]))]
        says += [self.say("mastery_left", items=self.listed(f.alarms.index))] if len(f.alarms) else []
        says += [self.say("mastery_few")] if (f.mastery["items"] < FEW).any() else []
        what = self.say("chapter" if f.by == "chapter" else "point")
        return self._section("mastery", says, f'<table class="heat"><thead><tr><th scope="col">{what}</th>{head}<th scope="col" class="n">{self.say("all")}</th>'
                             f'<th scope="col" class="n">{self.say("n_items")}</th></tr></thead><tbody>{"".join(rows)}</tbody></table>')  # fmt: skip

    def _section(self, key: str, says: Iterable[str], body: str) -> str:
        return f'<section id="{key}"><h2>{escape(self.say(key))}</h2>{paragraphs(says)}{body}</section>'

    def _behind(self, shown: str) -> str:
        return f"<details><summary>{escape(self.say('table'))}</summary>{shown}</details>"

    def _part(self, n: int, total: int) -> str:
        return self.say("yes_no", n=n, percent=percent(n / total)) if total else "–"


def paragraphs(lines: Iterable[str], kind: str = "") -> str:
    """Sentences as paragraphs."""
    head = f'<p class="{kind}">' if kind else "<p>"
    return "".join(f"{head}{escape(line)}</p>" for line in lines)


def table(heads: Sequence[str], rows: Iterable[Sequence[Any]], say: Any) -> str:
    """A table of plain values; `heads` are keys of the catalogue."""
    head = "".join(f'<th scope="col"{" class=n" if n else ""}>{escape(say(key))}</th>' for n, key in enumerate(heads))
    body = "".join(
        "<tr>" + "".join(f"<td{' class=n' if n else ''}>{escape(str(value))}</td>" for n, value in enumerate(row)) + "</tr>"
        for row in rows
    )
    return f'<div class="wide"><table><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table></div>'
