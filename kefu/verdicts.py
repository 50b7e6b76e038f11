"""What to do about a paper first, in plain sentences: the same words in the report and in the notebook."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np

from kefu.analytics.distractors import BLANK, INVALID
from kefu.analytics.flags import RELIABLE
from kefu.analytics.reliability import items_needed
from kefu.findings import Findings
from kefu.items import kind_module
from kefu.items.item import markup
from kefu.strings import reports

MINUS = str.maketrans("-", "\u2212")
SAID = {"mis-keyed": "miskeyed", "two right answers": "two", "too hard": "hard", "too easy": "easy"}  # flag to sentence


class Verdict(NamedTuple):
    """A sentence, and the place in the report that has more on it."""

    place: str
    sentence: str


def percent(share: float) -> str:
    """A share as people read it; a dash where there is none."""
    return "–" if np.isnan(share) else f"{share:.0%}"


def number(value: float, places: int = 2) -> str:
    """A number with a real minus; a dash where there is none."""
    return "–" if np.isnan(value) else f"{value:.{places}f}".translate(MINUS)


@dataclass(frozen=True)
class Words:
    """Findings put into words of one language."""

    found: Findings
    lang: str

    def say(self, key: str, /, **values: Any) -> str:
        """A sentence of the catalogue."""
        return reports(self.lang)[key].format(**values)

    @property
    def gap(self) -> str:
        """What stands between two sentences."""
        return "" if self.lang == "zh" else " "

    def verdicts(self) -> Iterator[Verdict]:
        """What to do first: items with a wrong key, other bad items, options that do no work, and whether to trust the scores."""
        if self.found.status != "hidden":
            yield from self._on_items()
            yield from self._on_scores()

    def flags(self, item: str) -> tuple[str, ...]:
        """An item's flags; a discrimination below 0 that may be chance counts as weak, not as negative."""
        row = self.found.items.loc[item].to_dict()
        chance = row["discrimination"] > -2 * row["discrimination_se"]
        return tuple("weak" if flag == "negative" and chance else flag for flag in row["flags"])

    def _on_items(self) -> Iterator[Verdict]:
        flags = {str(item): self.flags(str(item)) for item in self.found.items.index}
        order = [*SAID, "negative", "weak"]
        bad = {item: found for item, found in flags.items() if found and found != ("too easy",)}
        if not any(flags.values()):
            yield Verdict("items", self.say("nothing"))
        for item in sorted(bad, key=lambda item: order.index(bad[item][0])):
            yield Verdict(item, self.say("named", item=self.name(item), says=self._sentences(item, bad[item])))
        if easy := [item for item, found in flags.items() if found == ("too easy",)]:
            yield Verdict("items", self.say("says_all_easy", items=self.listed(easy)))
        idle = self.found.options[self.found.options["state"].isin(["idle", "rare"])]
        if len(idle):
            named = [f"{self.place(item)}{option}" for item, option in zip(idle["item"], idle["option"], strict=True)]
            yield Verdict("options", self.say("says_idle", n=len(idle), items=self.say("separator").join(named)))

    def _sentences(self, item: str, flags: tuple[str, ...]) -> str:
        """What is wrong with an item and what to do; a wrong key explains the rest away."""
        row = self.found.items.loc[item].to_dict()
        values = {"r": number(row["discrimination"]), "share": percent(row["facility"])}
        if flags[0] not in ("mis-keyed", "two right answers"):
            return self.gap.join(self.say(f"says_{SAID.get(flag, flag)}", **values) for flag in flags)
        options = {row["option"]: row for row in self.found.options.to_dict("records") if row["item"] == item}
        keys = [option for option, row in options.items() if row["right"]]
        likely = self.found.alarms["likely"].to_dict()[item]
        drawn = [option for option in likely if option not in keys]
        if len(keys) > 1 or not drawn:
            return self.say("says_miskeys", likely=self.say("separator").join(likely))
        values = {"option": self.option(item, drawn[0]), "share": percent(options[drawn[0]]["upper"]),
                  "key": keys[0], "key_share": percent(options[keys[0]]["upper"])}  # fmt: skip
        return self.say(f"says_{SAID[flags[0]]}", **values)

    def _on_scores(self) -> Iterator[Verdict]:
        alpha, items = self.found.trust.alpha, self.found.trust.items
        if np.isnan(alpha):
            return
        use = next((use for use in ("certificate", "exam", "quiz") if alpha >= RELIABLE[use]), "none")
        said = [self.say(f"says_alpha_{use}", alpha=number(alpha))]
        if 0 < alpha < RELIABLE["exam"]:
            said.append(self.say("says_longer", n=round(items_needed(alpha, items, RELIABLE["exam"]))))
        yield Verdict("trust", self.gap.join(said))
        if near := int((self.found.decided["verdict"] == "borderline").sum()):
            yield Verdict("near", self.say("says_near", n=near))

    def place(self, item: str) -> str:
        """An item's number in the paper."""
        return next((str(n) for n, one in enumerate(self.found.form.items, 1) if one.id == item), "–")

    def name(self, item: str) -> str:
        return self.say("item", n=self.place(item), id=item)

    def listed(self, items: Iterable[str]) -> str:
        """Items by their numbers, or their ids where they have none."""
        places = [place if (place := self.place(item)) != "–" else item for item in items]
        return self.say("items_word", items=self.say("separator").join(places))

    def stem(self, item: str) -> str:
        return next((markup(one.texts[self.lang]["stem"]) for one in self.found.form.items if one.id == item), "")

    def option(self, item: str, option: str) -> str:
        """An option's id and text, or what a missing or odd answer is called."""
        if option in (BLANK, INVALID):
            return self.say("blank" if option == BLANK else "invalid")
        one = next(one for one in self.found.form.items if one.id == item)
        text = kind_module(one.kind).public(one, self.lang)["options"][option]
        return self.say("option", id=option, text=text.replace("**", ""))
