"""Figures, their targets, and the table and the file they end in."""

from __future__ import annotations

import json
import operator
import sys
from dataclasses import asdict, dataclass, field
from pathlib import Path

_COMPARISONS = {">=": operator.ge, "<=": operator.le, "<": operator.lt, "==": operator.eq}


@dataclass(frozen=True, slots=True)
class Figure:
    """One measured value; `target` is a comparison such as `>= 0.85`, empty where none was set."""

    name: str
    value: float
    unit: str
    target: str = ""

    @property
    def holds(self) -> bool | None:
        """Whether the target is met; None without one."""
        if not self.target:
            return None
        comparison, _, wanted = self.target.partition(" ")
        return bool(_COMPARISONS[comparison](self.value, float(wanted)))

    @property
    def verdict(self) -> str:
        return {None: "", True: "holds", False: "MISSED"}[self.holds]


@dataclass(slots=True)
class Sheet:
    """The figures of one run, told as they come."""

    figures: list[Figure] = field(default_factory=list)

    def title(self, text: str) -> None:
        _tell(f"\n## {text}\n\n| what | value | unit | target | |\n|---|---:|---|---|---|")

    def add(self, name: str, value: float, unit: str, target: str = "") -> None:
        figure = Figure(name, round(value, 4), unit, target)
        self.figures.append(figure)
        _tell(f"| {name} | {_number(figure.value)} | {unit} | {target} | {figure.verdict} |")

    def table(self, header: tuple[str, ...], rows: list[tuple[str, ...]]) -> None:
        for row in (header, tuple("---" for _ in header), *rows):
            _tell("| " + " | ".join(row) + " |")

    def note(self, text: str) -> None:
        _tell(f"\n{text}")

    def write(self, path: Path) -> None:
        """A JSON list of name, value, unit, target and whether it holds."""
        path.parent.mkdir(parents=True, exist_ok=True)
        rows = [asdict(figure) | {"holds": figure.holds} for figure in self.figures]
        path.write_text(json.dumps(rows, indent=2) + "\n", encoding="utf-8")


def _number(value: float) -> str:
    return f"{value:,.0f}" if abs(value) >= 100 else f"{value:.3g}"


def _tell(text: str) -> None:
    sys.stdout.write(text + "\n")
    sys.stdout.flush()
