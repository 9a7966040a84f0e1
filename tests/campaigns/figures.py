"""What a campaign has to show: figures with their targets, as a table and as JSON."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Figure:
    """One line of the table; `target` is in words, `holds` says whether the value meets it."""

    name: str
    value: float
    unit: str
    target: str
    holds: bool


def none_of(name: str, broken: Sequence[object], of: int, unit: str) -> Figure:
    """How many of so many trials broke a law: none may, and there must have been some."""
    return Figure(f"{name}: {of} {unit}, laws broken", len(broken), unit, "0", of > 0 and not broken)


def at_least(name: str, value: float, unit: str, target: float) -> Figure:
    """A figure that must reach its target, or the campaign has proved too little."""
    return Figure(name, value, unit, f"at least {target:g}", value >= target)


def table(figures: Sequence[Figure]) -> str:
    """The figures as lines of text."""
    width = max(len(figure.name) for figure in figures)
    lines = [
        f"{figure.name:<{width}}  {figure.value:>8g}  {figure.target:<12}  {'holds' if figure.holds else 'BROKEN'}"
        for figure in figures
    ]
    return "\n".join(lines)


def write(figures: Sequence[Figure], path: Path) -> None:
    """The figures as a JSON list of {name, value, unit, target, holds}."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps([asdict(figure) for figure in figures], indent=2) + "\n", encoding="utf-8")


def read(path: Path) -> list[Figure]:
    """The figures that `write` put there."""
    return [Figure(**told) for told in json.loads(path.read_text(encoding="utf-8"))]
