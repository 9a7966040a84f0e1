"""What visitors feel of an import at pace polite, and what the pace costs where nobody visits."""

from __future__ import annotations

import pytest

from tests.connectors.prestashop.visited_shop import VisitedShop, polite

SECONDS = 300.0


@pytest.mark.parametrize("page_seconds", [0.0137, 0.1])
@pytest.mark.parametrize("use", [0.1, 0.3, 0.5, 0.7])
def test_visitors_wait_no_more_than_half_as_long_again(page_seconds: float, use: float) -> None:
    alone = VisitedShop(page_seconds, use).open_for(SECONDS)
    beside = VisitedShop(page_seconds, use).open_for(SECONDS, polite())
    assert beside.p95 <= 1.5 * alone.p95
    assert beside.written > 0


def test_where_nobody_visits_there_are_hardly_any_rests() -> None:
    assert VisitedShop(0.1, use=0.0).open_for(SECONDS, polite()).rested < 0.01 * SECONDS


def test_a_polite_import_gives_way_to_visitors_and_not_they_to_it() -> None:
    quiet, lively = (VisitedShop(0.1, use).open_for(SECONDS, polite()) for use in (0.1, 0.7))
    assert lively.written < quiet.written / 3
