"""The pace against simulated shops: it settles, it backs off, it stays within its limits."""

from __future__ import annotations

import itertools
from dataclasses import dataclass, replace

import pytest

from connectors.prestashop.limits import ShopLimits
from connectors.prestashop.pace import Learnt, Pace, page_workload

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

    def serve(self, pace: Pace, answers: int, workload: str = "stock_availables") -> float:
        """So many answers to full documents, all connections used; seconds per entity of the last one."""
        entities, seconds = 1, 0.0
        for _ in range(answers):
            entities, flying = pace.batch_size(workload), pace.connections
            seconds = self.seconds(entities, flying)
            engine = self.engine_seconds(entities)
            pace.answered(workload, entities, seconds, in_flight=flying, server_seconds=engine, wrote="PATCH")
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


@pytest.mark.parametrize("workers", [1, 4, 16])
def test_full_has_all_connections_and_polite_one_whatever_the_shop(workers: int) -> None:
    full, polite = Pace(FULL), Pace(POLITE)
    for pace in (full, polite):
        SimulatedShop(workers=workers).serve(pace, 150)
    assert (full.connections, polite.connections) == (8, 1)


def rests_of(pace: Pace, shop: SimulatedShop, answers: int) -> list[float]:
    """The rests after requests of a second."""
    rests = []
    for _ in range(answers):
        shop.serve(pace, 1)
        rests.append(pace.rest_seconds(1.0))
    return rests


def test_polite_gives_an_idle_shop_no_rest_over_one_connection() -> None:
    pace = Pace(POLITE)
    assert set(rests_of(pace, SimulatedShop(workers=1), 200)) == {0.0}


def test_polite_rests_three_times_as_long_as_it_worked_while_the_shop_s_own_times_have_grown() -> None:
    pace, shop = Pace(POLITE), SimulatedShop(workers=1)
    shop.serve(pace, 100)
    shop.fixed, shop.each = 2 * shop.fixed, 2 * shop.each
    assert rests_of(pace, shop, 20)[-1] == 3.0
    shop.fixed, shop.each = shop.fixed / 2, shop.each / 2
    assert rests_of(pace, shop, 100)[-1] == 0.0


def test_polite_rests_while_its_requests_stand_in_line() -> None:
    pace = Pace(POLITE)
    for _ in range(20):
        pace.answered("products", 5, 0.12, server_seconds=0.1, wrote="POST")
    assert pace.rest_seconds(1.0) == 0.0
    for _ in range(20):
        pace.answered("products", 5, 0.4, server_seconds=0.1, wrote="POST")
    assert pace.rest_seconds(1.0) == 3.0


def test_polite_rests_at_once_when_the_shop_asks_for_a_pause() -> None:
    pace = Pace(POLITE)
    pace.busy()
    assert pace.rest_seconds(1.0) == 3.0


def test_a_shop_that_was_idle_last_time_is_known_to_be_busy_today() -> None:
    earlier, later, shop = Pace(POLITE), Pace(POLITE), SimulatedShop(workers=1)
    shop.serve(earlier, 60)
    later.start_from(earlier.learnt())
    shop.fixed, shop.each = 2 * shop.fixed, 2 * shop.each
    assert rests_of(later, shop, 20)[-1] == 3.0


def test_full_never_rests() -> None:
    pace, shop = Pace(FULL), SimulatedShop(workers=1)
    shop.serve(pace, 60)
    pace.busy()
    assert pace.rest_seconds(1.0) == 0.0


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
    for workload in ("stock_availables", "products", page_workload("products", full=False)):
        shop.serve(pace, 200, workload)
    assert (pace.batch_size("stock_availables"), pace.batch_size("products")) == (40, 7)
    assert pace.page_size("products") == 50
    assert pace.connections <= 3


def test_the_same_answers_give_the_same_pace() -> None:
    def wait_until_quiet() -> tuple[int, int]:
        pace = Pace(FULL)
        SimulatedShop(workers=3, fixed=0.013, each=0.0021).serve(pace, 137)
        return pace.batch_size("stock_availables"), pace.connections

    assert wait_until_quiet() == wait_until_quiet()


@pytest.mark.parametrize("limits", [FULL, POLITE])
def test_a_later_pace_starts_where_the_earlier_one_ended(limits: ShopLimits) -> None:
    earlier, later = Pace(limits), Pace(limits)
    SimulatedShop(workers=4).serve(earlier, 150)
    later.start_from(earlier.learnt())
    assert later.batch_size("stock_availables") == earlier.batch_size("stock_availables")
    assert later.batch_size("products") == 10


def test_a_run_that_writes_nothing_forgets_nothing_of_what_it_was_told() -> None:
    first, unchanged, later = Pace(FULL), Pace(FULL), Pace(FULL)
    SimulatedShop(workers=4).serve(first, 150)
    unchanged.start_from(first.learnt())
    unchanged.answered(page_workload("products", full=False), 100, 0.1)
    later.start_from(unchanged.learnt())
    assert later.batch_size("stock_availables") == first.batch_size("stock_availables") > 10


def test_what_was_learnt_of_another_shop_never_passes_the_limits() -> None:
    pace = Pace(ShopLimits(pace="full", max_connections=2, max_batch=50))
    pace.start_from(Learnt({"stock_availables": 500, "products": 0}))
    assert pace.connections == 2
    assert (pace.batch_size("stock_availables"), pace.batch_size("products")) == (50, 1)


def test_a_first_document_to_our_module_is_larger_where_nobody_is_to_be_spared() -> None:
    lanes = (
        "product_lines",
        "combination_lines",
        "stock_lines",
        "specific_price_lines",
        "products",
        "stock_availables",
    )
    assert [Pace(FULL).batch_size(lane) for lane in lanes] == [30, 100, 100, 100, 10, 10]
    assert {Pace(ShopLimits(pace="polite")).batch_size(lane) for lane in lanes} == {10}
    assert Pace(replace(FULL, max_batch_by_resource={"stock_lines": 7})).batch_size("stock_lines") == 7
