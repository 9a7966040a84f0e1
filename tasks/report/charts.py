"""Where each bar of a chart begins and how wide it is, in percent of the chart's width. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import accumulate
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

_THINNEST = 0.6
"""Percent: a bar thinner than this cannot be seen."""


@dataclass(frozen=True, slots=True)
class Bar:
    """One bar: `start` and `width` in percent of the chart, `value` as given."""

    label: str
    value: float
    start: float
    width: float


def stacked(values: Mapping[str, int]) -> list[Bar]:
    """One bar cut into parts in the order given; empty parts are left out, no part is too thin to be seen."""
    shown = {label: value for label, value in values.items() if value > 0}
    total = sum(shown.values())
    widths = [max(100 * value / total, _THINNEST) for value in shown.values()]
    scale = 100 / sum(widths) if widths else 1
    starts = accumulate((width * scale for width in widths), initial=0.0)
    return [
        Bar(label, value, start, width * scale)
        for (label, value), start, width in zip(shown.items(), starts, widths, strict=False)
    ]


def side_by_side(values: Iterable[tuple[str, float]]) -> list[Bar]:
    """One bar per value, all from the left, the largest as wide as the chart."""
    kept = list(values)
    largest = max((value for _, value in kept), default=0)
    return [Bar(label, value, 0.0, _width(value, largest)) for label, value in kept]


def waterfall(values: Sequence[tuple[str, float]]) -> list[Bar]:
    """One bar per value, each beginning where the one before ended."""
    total = sum(value for _, value in values)
    starts = accumulate((100 * value / total if total else 0.0 for _, value in values), initial=0.0)
    return [
        Bar(label, value, min(start, 100 - _THINNEST), _width(value, total))
        for (label, value), start in zip(values, starts, strict=False)
    ]


def _width(value: float, whole: float) -> float:
    return max(100 * value / whole, _THINNEST) if value > 0 and whole > 0 else 0.0
