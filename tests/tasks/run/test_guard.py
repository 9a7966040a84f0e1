from __future__ import annotations

import pytest

from schemas.settings import Guards
from tasks.run.guard import Figures, guard

LIMITS = Guards(max_zeroed_share=0.3, min_rows_share=0.5, min_affected=20)


def tripped(figures: Figures, predecessors: list[int] | None = None) -> list[str]:
    return [check.name for check in guard(figures, predecessors or [], LIMITS) if check.tripped]


def test_a_share_above_its_limit_trips() -> None:
    assert tripped(Figures(100, zeroed=(31, 100))) == ["zeroed"]
    assert tripped(Figures(100, zeroed=(30, 100))) == []


def test_a_handful_of_rows_never_trips() -> None:
    assert tripped(Figures(100, zeroed=(20, 20))) == []
    assert tripped(Figures(100, zeroed=(21, 21))) == ["zeroed"]


def test_an_empty_shop_trips_nothing() -> None:
    assert tripped(Figures(100, deactivated=(0, 0), zeroed=(0, 0), price_changed=(0, 0))) == []


@pytest.mark.parametrize(
    ("rows", "predecessors", "expected"),
    [
        (400, [1000, 1000], ["few-rows"]),
        (500, [1000, 1000], []),
        (100, [10_000, 120, 300], []),
        (0, [1000], []),
        (400, [], []),
    ],
)
def test_few_rows_are_few_against_the_smallest_predecessor(
    rows: int, predecessors: list[int], expected: list[str]
) -> None:
    assert tripped(Figures(rows), predecessors) == expected


def test_every_check_tells_its_figures_also_when_it_holds() -> None:
    checks = guard(Figures(100, zeroed=(3, 60)), [100], LIMITS)
    assert [check.name for check in checks] == ["deactivated", "zeroed", "price-changed", "few-rows"]
    assert (checks[1].affected, checks[1].known, checks[1].share, checks[1].limit) == (3, 60, 0.05, 0.3)
