"""How busy a shop is, by what it says of its own times."""

from __future__ import annotations

import itertools
import random
import statistics

import pytest

from connectors.prestashop.load import ShopLoad, expected

KIND = "PATCH products 1"
_CHANCE = random.Random()


@pytest.fixture(autouse=True)
def _the_same_chance() -> None:
    _CHANCE.seed(7)


def write(load: ShopLoad, seconds: float, answers: int, *, entities: int = 10, spread: float = 0.0) -> list[float]:
    """So many documents of `entities`; the share after each. `spread` is how much longer one may take by chance."""
    shares = []
    for _ in range(answers):
        took = seconds * (1 + spread * _CHANCE.random() ** 1.5)
        load.wrote(KIND, entities, took + 0.02, took)
        shares.append(load.share)
    return shares


def test_answers_that_are_all_alike_are_those_of_an_idle_shop() -> None:
    assert set(write(ShopLoad(), 0.2, 50)) == {0.0}


@pytest.mark.parametrize("spread", [0.1, 0.3, 0.6])
def test_the_scatter_of_an_idle_shop_says_little(spread: float) -> None:
    shares = write(ShopLoad(), 0.05, 500, spread=spread)[20:]
    assert statistics.mean(shares) < 0.15


def test_a_few_that_met_a_page_among_many_that_did_not_are_those_of_a_visited_shop() -> None:
    load = ShopLoad()
    write(load, 0.05, 50, spread=0.2)
    for _ in range(20):
        write(load, 0.05, 4, spread=0.2)
        write(load, 0.08, 1)
    assert load.share > 0.1


def test_a_few_that_take_as_long_as_others_do_by_chance_say_nothing() -> None:
    load = ShopLoad()
    write(load, 0.05, 50, spread=0.6)
    for _ in range(20):
        write(load, 0.05, 4, spread=0.6)
        write(load, 0.07, 1)
    assert load.share == 0.0


def test_a_millisecond_more_is_no_visitor() -> None:
    load = ShopLoad()
    for _ in range(20):
        write(load, 0.004, 4, entities=1)
        write(load, 0.005, 1, entities=1)
    assert load.share == 0.0


def test_one_slow_answer_is_no_busy_shop() -> None:
    load = ShopLoad()
    write(load, 0.2, 50)
    assert max(write(load, 0.5, 1)) < 0.25


def test_times_that_have_doubled_are_those_of_a_busy_shop() -> None:
    load = ShopLoad()
    write(load, 0.2, 50)
    assert write(load, 0.4, 12)[-1] == 1.0


def test_a_busy_shop_is_not_taken_for_idle_for_as_long_as_it_is_busy() -> None:
    load = ShopLoad()
    write(load, 0.2, 50)
    assert min(write(load, 0.4, 300)[20:]) == 1.0


def test_a_shop_that_is_slower_for_good_is_idle_again_one_day() -> None:
    load = ShopLoad()
    write(load, 0.2, 50)
    assert write(load, 0.4, 3_000)[-1] == 0.0


def test_larger_documents_take_longer_and_say_nothing_about_the_shop() -> None:
    load = ShopLoad()
    for entities in (10, 20, 15, 40, 12, 80, 100, 7):
        assert set(write(load, 0.01 + 0.002 * entities, 5, entities=entities)) == {0.0}


def test_each_kind_is_compared_with_itself() -> None:
    load = ShopLoad()
    write(load, 0.1, 30)
    for _ in range(30):
        load.wrote("POST products 1", 10, 0.6, 0.5)
    assert load.share == 0.0


def test_a_kind_that_scatters_widely_beside_one_that_does_not_says_nothing() -> None:
    load, widely = ShopLoad(), itertools.cycle((0.3, 0.33, 0.36, 0.3, 0.39))
    for _ in range(60):
        write(load, 0.05, 4)
        took = next(widely)
        load.wrote("POST products 1", 2, took + 0.02, took)
    assert load.share == 0.0


def test_where_the_engine_does_not_say_its_time_the_whole_answer_counts() -> None:
    load = ShopLoad()
    for seconds in (0.1,) * 30 + (0.2,) * 20:
        load.wrote(KIND, 10, seconds, None)
    assert load.share == 1.0


def test_an_engine_that_tells_no_time_at_all_is_that_of_an_idle_shop() -> None:
    load = ShopLoad()
    for _ in range(5):
        load.wrote(KIND, 10, 0.02, 0.0)
    assert load.share == 0.0


def test_a_number_that_was_written_once_beside_visitors_is_not_what_it_takes() -> None:
    load = ShopLoad()
    for entities, seconds in ((10, 0.02), (20, 0.09), (40, 0.05)):
        write(load, seconds, 1, entities=entities)
    assert load.quickest()[KIND].keys() == {10, 40}


@pytest.mark.parametrize(("entities", "seconds"), [(10, 1.0), (20, 1.5), (40, 2.5), (5, None), (41, None)])
def test_what_is_expected_lies_between_what_other_numbers_took(entities: int, seconds: float | None) -> None:
    assert expected({10: 1.0, 40: 2.5}, entities) == seconds


def test_a_first_answer_beside_a_visitor_does_not_hide_those_that_come_after() -> None:
    load = ShopLoad()
    write(load, 0.1, 1)
    write(load, 0.05, 8, spread=0.1)
    for _ in range(5):
        write(load, 0.05, 3, spread=0.1)
        write(load, 0.08, 1)
    assert load.share > 0.1
