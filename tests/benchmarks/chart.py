"""Small diagrams side by side, as an SVG: rows from left to right and a value upwards, both in powers of ten.

Pure: points go in, text comes out. A value of 0 stands on a line of its own below the smallest power.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from xml.sax.saxutils import escape, quoteattr

WIDTH, HEIGHT = 240, 150
"""Of the field of one diagram, without its labels."""
_LEFT, _TOP, _ACROSS, _DOWN, _FOOT = 52, 106, 56, 56, 48
_BELOW = 0.6
"""Powers of ten between the smallest one and the line of 0."""
_LIGHT = ("#0072b2", "#c44f00", "#007a5a", "#a8437f", "#8a6d00", "#5b4bb7", "#555555")
_DARK = ("#56b4e9", "#ff8a4c", "#2dd4a7", "#f0a0cf", "#f2c14e", "#b3a8ff", "#bbbbbb")
_STYLE = """text{font:12px system-ui,sans-serif;fill:#1f2328}.soft{fill:#59636e}.head{font-weight:600}
.paper{fill:#fff}.grid{stroke:#d1d9e0;stroke-width:1}path{fill:none;stroke-width:1.6}path.second{stroke-dasharray:4 3}
circle{stroke-width:1.6}circle.second{fill:#fff}"""
_STYLE_DARK = (
    """text{fill:#f0f6fc}.soft{fill:#9198a1}.paper{fill:#0d1117}.grid{stroke:#3d444d}circle.second{fill:#0d1117}"""
)


@dataclass(frozen=True, slots=True)
class Mark:
    """One point: so many rows of a series took so much. `second` sets it apart in the same colour: hollow, dashed."""

    series: str
    rows: int
    value: float
    second: bool = False


@dataclass(frozen=True, slots=True)
class Diagram:
    """The marks of one field, and what stands above it."""

    title: str
    marks: tuple[Mark, ...]


@dataclass(frozen=True, slots=True)
class Scale:
    """Where a value lies between the least and the largest power of ten that are shown."""

    least: int
    most: int
    with_zero: bool = False

    @classmethod
    def of(cls, values: Sequence[float]) -> Scale:
        """The powers of ten around these values; 1 to 10 where there is nothing above 0."""
        above = [value for value in values if value > 0] or [1.0]
        least = math.floor(math.log10(min(above)))
        return cls(least, max(least + 1, math.ceil(math.log10(max(above)))), with_zero=min(values, default=1) <= 0)

    @property
    def powers(self) -> range:
        return range(self.least, self.most + 1)

    def share(self, value: float) -> float:
        """0 at the lower end, 1 at the upper one."""
        lowest = self.least - (_BELOW if self.with_zero else 0.0)
        reached = math.log10(value) if value > 0 else lowest
        return (reached - lowest) / (self.most - lowest)


def draw(title: str, note: str, rows_of_diagrams: Sequence[Sequence[Diagram]], legend: str = "") -> str:
    """The whole picture. Diagrams of one row share their values' scale, all of them that of rows."""
    marks = [mark for row in rows_of_diagrams for diagram in row for mark in diagram.marks]
    series = list(dict.fromkeys(mark.series for mark in marks))
    across = Scale.of([mark.rows for mark in marks])
    width = _LEFT + max(len(row) for row in rows_of_diagrams) * (WIDTH + _ACROSS) - _ACROSS // 2
    height = _TOP + len(rows_of_diagrams) * (HEIGHT + _DOWN) - _DOWN + _FOOT
    fields = [
        _field(diagram, series, across, upwards, _LEFT + column * (WIDTH + _ACROSS), _TOP + line * (HEIGHT + _DOWN))
        for line, row in enumerate(rows_of_diagrams)
        for upwards in (Scale.of([mark.value for diagram in row for mark in diagram.marks]),)
        for column, diagram in enumerate(row)
    ]
    head = _text(12, 22, title, "head") + _text(12, height - 12, note, "soft") + _legend(series, legend)
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="{height}" viewBox="0 0 {width} {height}" '
        f'role="img" aria-label={quoteattr(title)}>\n<style>{_STYLE}{_colours(_LIGHT)}'
        f"@media(prefers-color-scheme:dark){{{_STYLE_DARK}{_colours(_DARK)}}}</style>\n"
        f'<rect class="paper" width="{width}" height="{height}"/>\n{head}\n' + "\n".join(fields) + "\n</svg>\n"
    )


def _colours(colours: Sequence[str]) -> str:
    return "".join(
        f".s{number} path,.s{number} circle{{stroke:{colour}}}.s{number} circle:not(.second){{fill:{colour}}}"
        for number, colour in enumerate(colours)
    )


def _legend(series: Sequence[str], legend: str) -> str:
    parts, left = [], 12
    for number, name in enumerate(series):
        parts.append(f'<g class="s{number}"><path d="M{left} 44h20"/></g>' + _text(left + 26, 48, name))
        left += 26 + 7 * len(name) + 24
    return "\n".join([*parts, _text(12, 66, legend, "soft")])


def _field(diagram: Diagram, series: Sequence[str], across: Scale, upwards: Scale, left: int, top: int) -> str:
    """One diagram with its grid, its labels and a line for each series."""
    lines = [_text(left, top - 10, diagram.title, "head")]
    for power in across.powers:
        x = _at(left + across.share(10.0**power) * WIDTH)
        lines.append(
            f'<path class="grid" d="M{x} {top}v{HEIGHT}"/>'
            + _text(x, top + HEIGHT + 16, _word(power), "soft", "middle")
        )
    for value in [0.0] * upwards.with_zero + [10.0**power for power in upwards.powers]:
        y = _at(top + HEIGHT - upwards.share(value) * HEIGHT)
        word = _word(round(math.log10(value))) if value else "0"
        lines.append(f'<path class="grid" d="M{left} {y}h{WIDTH}"/>' + _text(left - 6, y + 4, word, "soft", "end"))
    for number, name in enumerate(series):
        for second in (False, True):
            marks = sorted(
                (mark for mark in diagram.marks if (mark.series, mark.second) == (name, second)),
                key=lambda mark: mark.rows,
            )
            if marks:
                lines.append(_line(marks, number, across, upwards, left, top))
    return "\n".join(lines)


def _line(marks: Sequence[Mark], number: int, across: Scale, upwards: Scale, left: int, top: int) -> str:
    second = ' class="second"' if marks[0].second else ""
    points = [
        (_at(left + across.share(mark.rows) * WIDTH), _at(top + HEIGHT - upwards.share(mark.value) * HEIGHT))
        for mark in marks
    ]
    path = "M" + "L".join(f"{x} {y}" for x, y in points)
    circles = "".join(
        f'<circle{second} cx="{x}" cy="{y}" r="3"><title>'
        f"{escape(mark.series)}, {mark.rows:,} rows: {mark.value:,.4g}</title></circle>"
        for mark, (x, y) in zip(marks, points, strict=True)
    )
    return f'<g class="s{number}"><path{second} d="{path}"/>{circles}</g>'


def _text(x: float, y: float, text: str, class_: str = "", anchor: str = "") -> str:
    given = (f' class="{class_}"' if class_ else "") + (f' text-anchor="{anchor}"' if anchor else "")
    return f'<text x="{x}" y="{y}"{given}>{escape(text)}</text>'


def _word(power: int) -> str:
    """A power of ten as people write it: 1, 10, 100, 1 k."""
    for step, unit in ((9, " G"), (6, " M"), (3, " k")):
        if power >= step:
            return f"{10 ** (power - step)}{unit}"
    return f"{10.0**power:g}"


def _at(pixels: float) -> float:
    return round(pixels, 1)
