"""The pace against simulated shops: it settles, it backs off, it stays within its limits."""

from __future__ import annotations

import itertools
from dataclasses import dataclass, replace

import pytest

from connectors.prestashop.limits import ShopLimits
from connectors.prestashop.pace import Learnt, Pace, page_lane

FULL = ShopLimits(pace="full", max_connections=8, max_batch=500)
POLITE = ShopLimits(pace="polite", max_connections=8, max_batch=500)


@dataclass
class SimulatedShop:
    """A shop whose requests cost `fixed` seconds and `each` seconds per entity, on so many workers."""

    workers: int
    fixed: float = 0.01
    each: float = 0.0006

    def seconds(self, entities: int, in_flight: int) -> float:
        return self.engine_seconds(entities) * max(1.0, in_flight / self.workers)

    def engine_seconds(self, entities: int) -> float:
        return self.fixed + self.each * entities

    def serve(self, pace: Pace, answers: int, lane: str = "stock_availables") -> float:
        """So many answers to full documents, all connections used; seconds per entity of the last one."""
        entities, seconds = 1, 0.0
        for _ in range(answers):
            entities, flying = pace.batch_size(lane), pace.connections
            seconds = self.seconds(entities, flying)
            engine = self.engine_seconds(entities)
            pace.answered(lane, entities, seconds, in_flight=flying, server_seconds=engine, wrote="PATCH")
        return seconds / entities / pace.connections


def test_documents_grow_while_that_makes_an_entity_cheaper() -> None:
    pace = Pace(FULL)
    SimulatedShop(workers=1).serve(pace, 30)
    assert pace.batch_size("stock_availables") >= 80


def test_documents_stay_small_where_size_gains_nothing() -> None:
    pace = Pace(FULL)
    SimulatedShop(workers=1, fixed=0.0001, each=0.05).serve(pace, 30, "customers")
    assert pace.batch_size("customers") <= 20


def test_each_resource_has_its_own_size() -> None:
    pace = Pace(FULL)
    SimulatedShop(workers=1).serve(pace, 30, "stock_availables")
    assert pace.batch_size("products") == 10


@pytest.mark.parametrize("limits", [FULL, POLITE])
def test_no_document_takes_much_longer_than_its_target(limits: ShopLimits) -> None:
    pace = Pace(limits)
    shop = SimulatedShop(workers=4, fixed=0.02, each=0.03)
    shop.serve(pace, 60, "products")
    target = 0.25 if limits is POLITE else 2.0
    assert shop.seconds(pace.batch_size("products"), 1) <= target * 1.5


def test_a_shop_that_slows_down_gets_shorter_documents_at_once() -> None:
    pace = Pace(FULL)
    shop = SimulatedShop(workers=1, fixed=0.05, each=0.005)
    shop.serve(pace, 30)
    before = pace.batch_size("stock_availables")
    shop.each = 0.1
    shop.serve(pace, 2)
    assert pace.batch_size("stock_availables") <= before // 4


def test_one_odd_answer_does_not_keep_documents_small_for_ever() -> None:
    pace = Pace(FULL)
    shop = SimulatedShop(workers=1)
    for entities, seconds in ((10, 0.001), (20, 2.0), (10, 0.001), (20, 2.0)):
        pace.answered("stock_availables", entities, seconds)
    shop.serve(pace, 100)
    assert pace.batch_size("stock_availables") >= 80


def test_a_shop_that_recovers_gets_longer_documents_again() -> None:
    pace = Pace(FULL)
    shop = SimulatedShop(workers=1)
    pace.lost("stock_availables", 10)
    assert pace.batch_size("stock_availables") == 5
    shop.serve(pace, 200)
    assert pace.batch_size("stock_availables") >= 80


@pytest.mark.parametrize("workers", [1, 2, 4])
def test_full_begins_with_all_connections_and_leaves_out_those_that_stand_in_line(workers: int) -> None:
    pace = Pace(FULL)
    assert pace.connections == 8
    SimulatedShop(workers=workers).serve(pace, 150)
    assert workers <= pace.connections <= 2 * workers


@pytest.mark.parametrize("workers", [1, 2, 4])
def test_a_second_kind_of_document_does_not_mislead_the_connections(workers: int) -> None:
    pace = Pace(FULL)
    SimulatedShop(workers=workers, fixed=0.03, each=0.015).serve(pace, 60, "products")
    SimulatedShop(workers=workers).serve(pace, 12, "stock_availables")
    SimulatedShop(workers=workers, fixed=0.03, each=0.005).serve(pace, 60, "combinations")
    assert workers <= pace.connections <= 2 * workers


def test_polite_takes_one_connection_of_a_shop_with_one_worker() -> None:
    pace = Pace(POLITE)
    seen = []
    for _ in range(100):
        SimulatedShop(workers=1).serve(pace, 1)
        seen.append(pace.connections)
    assert seen.count(2) < 25


def test_polite_never_uses_more_than_two_connections() -> None:
    pace = Pace(POLITE)
    SimulatedShop(workers=16).serve(pace, 300)
    assert pace.connections == 2


def rests_of(pace: Pace, shop: SimulatedShop, answers: int, *, wrote: bool) -> list[float]:
    """The rests after requests of a second."""
    rests = []
    for _ in range(answers):
        shop.serve(pace, 1)
        rests.append(pace.rest_seconds(1.0, wrote=wrote))
    return rests


@pytest.mark.parametrize("wrote", [True, False])
def test_polite_gives_an_idle_shop_no_rest_over_one_connection(wrote: bool) -> None:
    pace = Pace(replace(POLITE, max_connections=1))
    assert set(rests_of(pace, SimulatedShop(workers=1), 200, wrote=wrote)) == {0.0}


def test_two_polite_connections_that_write_are_at_work_like_one_and_reads_do_not_rest() -> None:
    pace, shop = Pace(POLITE), SimulatedShop(workers=4)
    shop.serve(pace, 60)
    assert pace.connections == 2
    assert pace.rest_seconds(1.0, wrote=True) == 1.0
    assert pace.rest_seconds(1.0, wrote=False) == 0.0


@pytest.mark.parametrize("wrote", [True, False])
def test_polite_rests_as_long_as_it_worked_while_the_shop_s_own_times_have_grown(wrote: bool) -> None:
    pace, shop = Pace(replace(POLITE, max_connections=1)), SimulatedShop(workers=1)
    shop.serve(pace, 100)
    shop.fixed, shop.each = 2 * shop.fixed, 2 * shop.each
    assert rests_of(pace, shop, 20, wrote=wrote)[-1] == 1.0
    shop.fixed, shop.each = shop.fixed / 2, shop.each / 2
    assert rests_of(pace, shop, 100, wrote=wrote)[-1] == 0.0


def test_polite_rests_while_its_requests_stand_in_line() -> None:
    pace = Pace(replace(POLITE, max_connections=1))
    for _ in range(20):
        pace.answered("products", 5, 0.12, server_seconds=0.1, wrote="POST")
    assert pace.rest_seconds(1.0, wrote=True) == 0.0
    for _ in range(20):
        pace.answered("products", 5, 0.4, server_seconds=0.1, wrote="POST")
    assert pace.rest_seconds(1.0, wrote=True) == 1.0


def test_polite_rests_at_once_when_the_shop_asks_for_a_pause() -> None:
    pace = Pace(POLITE)
    pace.busy()
    assert pace.rest_seconds(1.0, wrote=False) == 1.0


def test_a_shop_that_was_idle_last_time_is_known_to_be_busy_today() -> None:
    earlier, later, shop = Pace(POLITE), Pace(POLITE), SimulatedShop(workers=1)
    shop.serve(earlier, 60)
    later.start_from(earlier.learnt())
    shop.fixed, shop.each = 2 * shop.fixed, 2 * shop.each
    assert rests_of(later, shop, 20, wrote=True)[-1] == 1.0


def test_full_never_rests() -> None:
    pace, shop = Pace(FULL), SimulatedShop(workers=1)
    shop.serve(pace, 60)
    pace.busy()
    assert pace.rest_seconds(1.0, wrote=True) == 0.0


def test_polite_does_not_rest_while_it_tries_a_second_connection() -> None:
    pace = Pace(POLITE)
    while pace.connections == 1:
        SimulatedShop(workers=4).serve(pace, 1)
    assert pace.rest_seconds(1.0, wrote=True) == 0.0


def test_a_busy_shop_halves_the_connections_and_they_come_back_one_by_one() -> None:
    pace = Pace(FULL)
    shop = SimulatedShop(workers=8)
    shop.serve(pace, 400)
    many = pace.connections
    pace.busy()
    assert pace.connections == many // 2
    seen = [pace.connections]
    for _ in range(300):
        shop.serve(pace, 1)
        seen.append(pace.connections)
    assert max(seen) > many // 2
    assert all(after - before <= 1 for before, after in itertools.pairwise(seen))


def test_requests_that_stand_in_line_for_a_worker_mean_one_connection_less() -> None:
    pace = Pace(FULL)
    for _ in range(2 * pace.connections):
        pace.answered("products", 10, 3.0, in_flight=8, server_seconds=0.1)
    assert pace.connections == 8
    pace.answered("products", 10, 3.0, in_flight=8, server_seconds=0.1)
    assert pace.connections == 7


def test_one_answer_that_did_not_stand_in_line_says_that_there_is_none() -> None:
    pace = Pace(FULL)
    for _ in range(20):
        for _ in range(2 * pace.connections):
            pace.answered("products", 10, 3.0, in_flight=8, server_seconds=0.1)
        pace.answered("products", 10, 0.1, in_flight=8, server_seconds=0.1)
    assert pace.connections == 8


def test_a_size_the_web_server_refused_is_never_tried_again() -> None:
    pace = Pace(FULL)
    shop = SimulatedShop(workers=1)
    shop.serve(pace, 30)
    refused = pace.batch_size("stock_availables")
    pace.too_large("stock_availables", refused)
    shop.serve(pace, 500)
    assert pace.batch_size("stock_availables") <= refused // 2


def test_an_answer_lost_halves_the_document_down_to_one() -> None:
    pace = Pace(FULL)
    for _ in range(20):
        pace.lost("products", pace.batch_size("products"))
    assert pace.batch_size("products") == 1
    assert pace.connections == 1


def test_limits_are_hard() -> None:
    limits = ShopLimits(
        pace="full", max_connections=3, max_batch=40, max_batch_by_resource={"products": 7}, max_page=50
    )
    pace = Pace(limits)
    shop = SimulatedShop(workers=16, each=0.0)
    for lane in ("stock_availables", "products", page_lane("products", full=False)):
        shop.serve(pace, 200, lane)
    assert (pace.batch_size("stock_availables"), pace.batch_size("products")) == (40, 7)
    assert pace.page_size("products") == 50
    assert pace.connections <= 3


def test_the_same_answers_give_the_same_pace() -> None:
    def settled() -> tuple[int, int]:
        pace = Pace(FULL)
        SimulatedShop(workers=3, fixed=0.013, each=0.0021).serve(pace, 137)
        return pace.batch_size("stock_availables"), pace.connections

    assert settled() == settled()


@pytest.mark.parametrize("limits", [FULL, POLITE])
def test_a_later_pace_starts_where_the_earlier_one_ended(limits: ShopLimits) -> None:
    earlier, later = Pace(limits), Pace(limits)
    SimulatedShop(workers=4).serve(earlier, 150)
    later.start_from(earlier.learnt())
    assert later.learnt().connections == earlier.learnt().connections >= 2
    assert later.batch_size("stock_availables") == earlier.batch_size("stock_availables")
    assert later.batch_size("products") == 10
    SimulatedShop(workers=1).serve(later, 150)
    assert later.connections <= 2


def test_what_was_learnt_of_another_shop_never_passes_the_limits() -> None:
    pace = Pace(ShopLimits(pace="full", max_connections=2, max_batch=50))
    pace.start_from(
        Learnt(
            9,
            {1: 1.0, 2: 1.9, 9: 8.0},
            {"stock_availables": 500, "products": 0},
            {"stock_availables": 0.1, "products": 1},
        )
    )
    assert pace.connections == 2
    assert (pace.batch_size("stock_availables"), pace.batch_size("products")) == (50, 1)
