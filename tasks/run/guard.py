"""Pure circuit breakers: may this plan be applied without a person's word?"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from schemas.run_report import GuardCheck
from schemas.settings import Guards


@dataclass(frozen=True, slots=True)
class Figures:
    """What a plan would do, in figures. Each pair is (rows affected, rows the shop is known to have)."""

    rows_read: int
    deactivated: tuple[int, int] = (0, 0)
    zeroed: tuple[int, int] = (0, 0)
    price_changed: tuple[int, int] = (0, 0)


def guard(figures: Figures, predecessors: Sequence[int], limits: Guards) -> list[GuardCheck]:
    """Every check with its figures, tripped or not; `predecessors` are the rows read by earlier runs."""
    pairs = (
        ("deactivated", figures.deactivated, limits.max_deactivated_share),
        ("zeroed", figures.zeroed, limits.max_zeroed_share),
        ("price-changed", figures.price_changed, limits.max_price_changed_share),
    )
    checks = [_share(name, affected, known, limit, limits) for name, (affected, known), limit in pairs]
    return [*checks, _few_rows(figures.rows_read, predecessors, limits)]


def _share(name: str, affected: int, known: int, limit: float, limits: Guards) -> GuardCheck:
    share = affected / known if known else 0.0
    tripped = share > limit and affected > limits.min_affected
    return GuardCheck(name, affected, known, share, limit, tripped)


def _few_rows(rows: int, predecessors: Sequence[int], limits: Guards) -> GuardCheck:
    """Against the smallest predecessor: files that hold what changed differ much in size, complete ones do not.

    A run that found no file has nothing to be measured.
    """
    usual = min(predecessors, default=0)
    share = rows / usual if usual else 1.0
    tripped = rows > 0 and share < limits.min_rows_share and usual - rows > limits.min_affected
    return GuardCheck("few-rows", rows, usual, share, limits.min_rows_share, tripped)
