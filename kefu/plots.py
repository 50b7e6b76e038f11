"""Drawings: small SVGs that need no script, speak to a screen reader, and hold up in dark mode and in black and white."""

from collections.abc import Iterable, Sequence
from html import escape
from math import cos, pi, sin
from typing import NamedTuple

WIDTH, LEFT, RIGHT, TOP, BOTTOM = 440, 44, 24, 30, 44  # a plot is shown 300 to 600 px wide: 13 px letters stay readable
GOOD_FACILITY, GOOD_DISCRIMINATION = (0.3, 0.8), 0.2  # the field's usual marks of a good item (Ebel & Frisbie 1991)
STYLE = """
.plot { --ink: #1f2933; --soft: #52606d; --line: #d9d4c7; --back: #ffffff; --accent: #0b6e69; --warm: #b4510f;
  display: block; width: 100%; max-width: 35rem; height: auto; margin: 0.5rem 0; print-color-adjust: exact; -webkit-print-color-adjust: exact; }
.plot text { font-size: 13px; fill: var(--ink); font-family: inherit; }
.plot .soft { fill: var(--soft); } .plot .loud { fill: var(--warm); font-weight: 600; } .plot .strong { font-weight: 600; }
.plot .grid { stroke: var(--line); stroke-width: 1; } .plot .axis { stroke: var(--soft); stroke-width: 1; }
.plot .solid { fill: var(--accent); stroke: var(--accent); } .plot .hollow { fill: var(--back); stroke: var(--soft); stroke-width: 1.5; }
.plot .attention { fill: var(--warm); stroke: var(--back); stroke-width: 1.5; } .plot .band { fill: var(--warm); opacity: 0.14; }
.plot .good { fill: var(--accent); opacity: 0.1; }
.plot .cut { stroke: var(--warm); stroke-width: 2; stroke-dasharray: 5 4; }
.plot .curve { fill: none; stroke: var(--accent); stroke-width: 3; } .plot .shape { fill: var(--accent); fill-opacity: 0.2; stroke: var(--accent); stroke-width: 2.5; }
@media (prefers-color-scheme: dark) {
  .plot { --ink: #e6e8ea; --soft: #aab4be; --line: #39424b; --back: #1c2227; --accent: #5cc8c0; --warm: #f0a36a; }
}
@media print { .plot { --ink: #000; --soft: #444; --line: #ccc; --back: #fff; --accent: #222; --warm: #000; } }
"""


class Scale(NamedTuple):
    """A plot's square: the values at its edges and its height; x and y give places on the paper."""

    low_x: float
    high_x: float
    low_y: float
    high_y: float
    height: int

    def x(self, value: float) -> float:
        """The place of a value across."""
        return LEFT + (value - self.low_x) / (self.high_x - self.low_x) * (WIDTH - LEFT - RIGHT)

    def y(self, value: float) -> float:
        """The place of a value upwards."""
        return self.height - BOTTOM - (value - self.low_y) / (self.high_y - self.low_y) * (self.height - TOP - BOTTOM)


def histogram(percents: Sequence[float], cut: float, band: float, words: tuple[str, str, str], says: str) -> str:
    """How many learners scored in every five percent; below the cut hollow, from it on solid, `band` either side shaded.

    `words` name the cut, the axis across and the axis upwards; `says` is the drawing's text for those who cannot see it.
    """
    counts = bins(percents)
    s = Scale(0, 100, 0, max(5, *counts) * 1.08, 250)
    parts = _grid(s, range(0, 101, 20), _steps(s.high_y), words[1], words[2], "%")
    low, high = s.x(max(0, cut - band)), s.x(min(100, cut + band))
    parts.append(f'<rect class="band" x="{low:.1f}" y="{TOP}" width="{high - low:.1f}" height="{s.height - TOP - BOTTOM}"/>')
    for n, count in enumerate(counts):
        if count:
            kind, top = "solid" if 5 * n >= cut else "hollow", s.y(count)
            parts.append(f'<rect class="{kind}" x="{s.x(5 * n) + 1.5:.1f}" y="{top:.1f}" width="{s.x(5) - s.x(0) - 3:.1f}" '
                         f'height="{s.y(0) - top:.1f}"/>')  # fmt: skip
    return _svg([*parts, _line(s, cut, words[0])], s.height, says)


def bins(percents: Sequence[float]) -> list[int]:
    """How many of the percents fall in 0-5, 5-10 … 95-100, the last with both its ends."""
    counts = [0] * 20
    for percent in percents:
        counts[min(19, max(0, int((percent + 1e-9) // 5)))] += 1
    return counts


def scatter(dots: Sequence[tuple[float, float, str, bool]], words: tuple[str, str], says: str) -> str:
    """Items by facility (0 to 1) and discrimination (-1 to 1), as (x, y, name, flagged); flagged ones are named squares.

    Where good items lie is shaded. In a small paper the others are named too, where there is room.
    """
    lowest = min(-0.2, *(y for _, y, _, _ in dots)) if dots else -0.2
    s = Scale(0, 100, lowest - 0.05, max(0.6, *(y for _, y, _, _ in dots)) + 0.05 if dots else 0.6, 330)
    ticks = [n / 5 for n in range(-5, 6) if s.low_y <= n / 5 <= s.high_y]
    (left, right), low = GOOD_FACILITY, GOOD_DISCRIMINATION
    parts = [f'<rect class="good" x="{s.x(100 * left):.1f}" y="{TOP}" width="{s.x(100 * right) - s.x(100 * left):.1f}" '
             f'height="{s.y(low) - TOP:.1f}"/>', *_grid(s, range(0, 101, 20), ticks, words[0], words[1], "%")]  # fmt: skip
    parts.append(f'<line class="axis" x1="{LEFT}" x2="{WIDTH - RIGHT}" y1="{s.y(0):.1f}" y2="{s.y(0):.1f}"/>')
    places = [(s.x(100 * x), s.y(y), name, flagged) for x, y, name, flagged in sorted(dots, key=lambda dot: dot[3])]
    taken = [(x - 6, y - 6, x + 6, y + 6) for x, y, _, _ in places]
    every = len(dots) <= 25  # in a larger paper only what needs a look is named
    for x, y, _, flagged in places:
        parts.append(f'<rect class="attention" x="{x - 5.5:.1f}" y="{y - 5.5:.1f}" width="11" height="11"/>' if flagged
                     else f'<circle class="hollow" cx="{x:.1f}" cy="{y:.1f}" r="4"/>')  # fmt: skip
    for x, y, name, flagged in reversed(places):
        if flagged or every:
            parts.append(_label(x, y, name, "loud" if flagged else "soft", taken))
    return _svg(parts, s.height, says)


def curve(xs: Sequence[float], ys: Sequence[float], cut: float, words: tuple[str, str, str], says: str) -> str:
    """A curve over ability, with the cut where one is known; `words` name the cut and the axes."""
    s = Scale(min(xs), max(xs), 0, max(ys) * 1.12, 250)
    parts = _grid(s, range(-3, 4), _steps(s.high_y), words[1], words[2])
    path = " ".join(f"{s.x(x):.1f},{s.y(y):.1f}" for x, y in zip(xs, ys, strict=True))
    parts.append(f'<polyline class="curve" points="{path}"/>')
    return _svg([*parts, _line(s, cut, words[0])] if s.low_x <= cut <= s.high_x else parts, s.height, says)


def pair(best: float, weakest: float) -> str:
    """Two bars, 0 to 1: the best learners' solid, the weakest ones' hollow."""
    bars = [f'<rect class="{kind}" x="1" y="{y}" width="{max(1.5, 98 * value):.1f}" height="8"/>'
            for kind, y, value in (("solid", 1, best), ("hollow", 12, weakest))]  # fmt: skip
    return f'<svg class="plot" viewBox="0 0 100 21" preserveAspectRatio="none" aria-hidden="true">{"".join(bars)}</svg>'


def radar(labels: Sequence[str], shares: Sequence[float], says: str) -> str:
    """Shares (0 to 1) around a centre, one spoke a label, rings at 25, 50, 75 and 100 %. It takes at least three."""
    middle, far, height = WIDTH / 2, 118.0, 310
    angles = [2 * pi * n / len(labels) - pi / 2 for n in range(len(labels))]

    def at(share: float, angle: float) -> tuple[float, float]:
        return middle + share * far * cos(angle), height / 2 + share * far * sin(angle)

    def ring(share: Iterable[float]) -> str:
        return " ".join(f"{x:.1f},{y:.1f}" for x, y in map(at, share, angles))

    parts = [f'<polygon class="grid" fill="none" points="{ring([n / 4] * len(labels))}"/>' for n in range(1, 5)]
    for angle, label, share in zip(angles, labels, shares, strict=True):
        (x, y), (tx, ty) = at(1, angle), at(1.13, angle)
        anchor = "middle" if abs(cos(angle)) < 0.3 else "start" if cos(angle) > 0 else "end"
        parts.append(f'<line class="grid" x1="{middle:.1f}" y1="{height / 2:.1f}" x2="{x:.1f}" y2="{y:.1f}"/>')
        parts.append(f'<text x="{tx:.1f}" y="{ty + 4.5:.1f}" text-anchor="{anchor}">{escape(label)} {share:.0%}</text>')
    parts.append(f'<polygon class="shape" points="{ring(shares)}"/>')
    dots = [at(share, angle) for share, angle in zip(shares, angles, strict=True)]
    parts += [f'<circle class="solid" cx="{x:.1f}" cy="{y:.1f}" r="3.5"/>' for x, y in dots]
    return _svg(parts, height, says)


def _svg(parts: Iterable[str], height: int, says: str) -> str:
    return f'<svg class="plot" viewBox="0 0 {WIDTH} {height}" role="img" aria-label="{escape(says)}">{"".join(parts)}</svg>'


def _grid(s: Scale, xs: Iterable[float], ys: Iterable[float], across: str, upwards: str, unit: str = "") -> list[str]:
    """Ticks, grid lines and the names of both axes."""
    parts = [f'<text class="soft" x="4" y="14">{escape(upwards)}</text>']
    for y in ys:
        parts.append(f'<line class="grid" x1="{LEFT}" x2="{WIDTH - RIGHT}" y1="{s.y(y):.1f}" y2="{s.y(y):.1f}"/>')
        parts.append(f'<text class="soft" x="{LEFT - 7}" y="{s.y(y) + 4.5:.1f}" text-anchor="end">{_number(y)}</text>')
    for x in xs:
        parts.append(
            f'<text class="soft" x="{s.x(x):.1f}" y="{s.height - BOTTOM + 17}" text-anchor="middle">{_number(x)}{unit}</text>'
        )
    name = f'<text class="soft" x="{WIDTH - RIGHT}" y="{s.height - 6}" text-anchor="end">{escape(across)}</text>'
    return [
        *parts,
        f'<line class="axis" x1="{LEFT}" x2="{WIDTH - RIGHT}" y1="{s.height - BOTTOM}" y2="{s.height - BOTTOM}"/>',
        name,
    ]


def _number(value: float) -> str:
    return f"{value:g}".replace("-", "\u2212")


def _line(s: Scale, x: float, name: str) -> str:
    """A dashed line upwards with its name at its head."""
    place, anchor = s.x(x), "end" if s.x(x) > WIDTH / 2 else "start"
    line = f'<line class="cut" x1="{place:.1f}" x2="{place:.1f}" y1="{TOP - 8}" y2="{s.height - BOTTOM}"/>'
    text = f'<text class="loud" x="{place + (-6 if anchor == "end" else 6):.1f}" y="{TOP - 6}" text-anchor="{anchor}">{escape(name)}</text>'
    return line + text


def _label(x: float, y: float, name: str, kind: str, taken: list[tuple[float, float, float, float]]) -> str:
    """A dot's name at the first of eight places around it where it covers nothing; its own place joins those `taken`."""
    wide = 7.5 * len(name)
    spots = [(x + 8, y + 4.5), (x - 8 - wide, y + 4.5), (x - wide / 2, y - 9), (x - wide / 2, y + 19),
             (x + 6, y - 7), (x - 6 - wide, y - 7), (x + 6, y + 16), (x - 6 - wide, y + 16)]  # fmt: skip

    def boxed(spot: tuple[float, float]) -> tuple[float, float, float, float]:
        return spot[0], spot[1] - 11, spot[0] + wide, spot[1] + 1

    def free(spot: tuple[float, float]) -> bool:
        left, top, right, bottom = boxed(spot)
        clear = all(right < a or c < left or bottom < b or d < top for a, b, c, d in taken)
        return clear and left > LEFT and right < WIDTH

    spot = next(filter(free, spots), None)
    if spot is None and kind == "soft":
        return ""  # no room: its number stands in the table
    spot = spot or spots[0]
    taken.append(boxed(spot))
    return f'<text class="{kind}" x="{spot[0]:.1f}" y="{spot[1]:.1f}">{escape(name)}</text>'


def _steps(high: float) -> list[float]:
    """Three to six round numbers from 0 to `high`."""
    step = next(n * 10**e for e in range(-3, 6) for n in (1, 2, 5) if high / (n * 10**e) < 6)
    return [round(n * step, 6) for n in range(int(high / step) + 1)]
