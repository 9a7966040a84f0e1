"""What visitors feel of an import at pace polite, and what the pace costs where nobody visits."""

from __future__ import annotations

import statistics
from dataclasses import replace

import pytest

from connectors.prestashop.limits import ShopLimits
from connectors.prestashop.pace import Pace
from tests.connectors.prestashop.visited_shop import (
    FAR,
    NEAR,
    WORKLOAD,
    Guests,
    Machine,
    VisitedShop,
    in_turns,
    polite,
)

SECONDS = 300.0
TURNS = 24
PAGE = 0.065
COMBINATIONS = replace(NEAR, line_seconds=0.00145)


class Careless(Pace):
    """Documents of 500 lines over one connection, without a rest."""

    def __init__(self) -> None:
        super().__init__(ShopLimits(pace="full", max_connections=1, max_batch_by_resource={WORKLOAD: 500}))


def median_of(machine: Machine, page_seconds: float, use: float) -> float:
    """How many times as long visitors wait who come one by one."""
    ratios = []
    for seed in (7, 8, 9):
        alone = VisitedShop(page_seconds, use, machine, seed).open_for(SECONDS)
        beside = VisitedShop(page_seconds, use, machine, seed).open_for(SECONDS, polite())
        assert beside.written > 0
        ratios.append(beside.p95 / alone.p95)
    return statistics.median(ratios)


def test_the_simulation_is_as_strict_as_a_real_shop_was() -> None:
    ratios = in_turns(PAGE, Guests(2, 0.3), NEAR, turns=TURNS, pace=Careless)
    assert 1.5 <= statistics.median(ratios) <= 1.8


@pytest.mark.parametrize("machine", [NEAR, COMBINATIONS, FAR], ids=["near", "combinations", "far"])
@pytest.mark.parametrize("guests", [Guests(2, 0.3), Guests(2, 1.0), Guests(1, 0.05), Guests(4, 0.3)], ids=str)
def test_those_who_stay_wait_no_more_than_half_as_long_again(machine: Machine, guests: Guests) -> None:
    assert statistics.median(in_turns(PAGE, guests, machine, turns=TURNS)) <= 1.5


@pytest.mark.parametrize("page_seconds", [0.0137, 0.1])
@pytest.mark.parametrize("use", [0.1, 0.3, 0.5, 0.7])
def test_visitors_wait_no_more_than_half_as_long_again(page_seconds: float, use: float) -> None:
    assert median_of(FAR, page_seconds, use) <= 1.5


@pytest.mark.parametrize("use", [0.1, 0.3, 0.5, 0.7])
def test_nor_do_those_of_a_machine_that_the_import_shares(use: float) -> None:
    assert median_of(NEAR, 0.1, use) <= 1.5


@pytest.mark.parametrize("machine", [FAR, NEAR, COMBINATIONS], ids=["far", "near", "combinations"])
def test_where_nobody_visits_there_are_hardly_any_rests(machine: Machine) -> None:
    seen = VisitedShop(0.1, machine=machine).open_for(SECONDS, polite())
    careless = VisitedShop(0.1, machine=machine).open_for(SECONDS, Careless())
    assert seen.rested < 0.05 * SECONDS
    assert seen.written > 0.75 * careless.written


def test_a_polite_import_gives_way_to_visitors_and_not_they_to_it() -> None:
    quiet, lively = (VisitedShop(0.1, use).open_for(SECONDS, polite()) for use in (0.1, 0.7))
    assert lively.written < quiet.written / 3
