"""How busy a shop is, by what it says of its own times."""

from __future__ import annotations

import random

import pytest

from connectors.prestashop.load import ShopLoad, expected

KIND = "PATCH products 1"


def write(load: ShopLoad, seconds: float, answers: int, *, entities: int = 10, spread: float = 0.0) -> list[float]:
    """So many documents of `entities`; the share after each. `spread` is how much longer one may take by chance."""
    chance = random.Random(7)
    shares = []
    for _ in range(answers):
        took = seconds * (1 + spread * chance.random() ** 2)
        load.wrote(KIND, entities, took + 0.02, took)
        shares.append(load.share)
    return shares


def test_answers_that_are_all_alike_are_those_of_an_idle_shop() -> None:
    assert set(write(ShopLoad(), 0.2, 50)) == {0.0}


def test_the_scatter_of_an_idle_shop_gives_short_rests_at_most() -> None:
    assert max(write(ShopLoad(), 0.2, 500, spread=0.6)[20:]) < 0.25


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


@pytest.mark.parametrize(("entities", "most"), [(10, 1.0), (20, 2.0), (5, 1.0), (40, 2.5)])
def test_what_is_expected_lies_between_what_other_numbers_took(entities: int, most: float) -> None:
    assert expected({10: 1.0, 40: 2.5}, entities) == most
