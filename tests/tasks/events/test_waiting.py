"""Which flow runs for which events, when, and which events are done with."""

from __future__ import annotations

import pytest

from schemas.shop_events import LOST, ShopEvent
from tasks.events.plan.waiting import AT_ONCE, DueRun, RunResult, Waiting


def order(number: int, subject: int) -> ShopEvent:
    return ShopEvent(number, "order", subject, None)


@pytest.fixture
def waiting() -> Waiting:
    return Waiting(("order", "product"))


def only(runs: list[DueRun]) -> DueRun:
    [run] = runs
    return run


def test_orders_go_to_their_flow_by_their_ids_each_once(waiting: Waiting) -> None:
    waiting.add([order(1, 12), order(2, 11), order(3, 12)])
    run = only(waiting.due(0))
    assert (run.flow, run.asked) == ("export_orders", {"ids": [11, 12]})
    assert waiting.due(0) == []


def test_events_are_taken_away_once_their_run_has_ended_well(waiting: Waiting) -> None:
    waiting.add([order(1, 12)])
    run = only(waiting.due(0))
    assert waiting.done == frozenset()
    assert waiting.finish(run, RunResult.DONE, 3) == 0
    assert waiting.done == {1}
    waiting.forget([1])
    assert waiting.is_empty


def test_an_event_that_is_read_again_before_it_is_taken_away_is_no_new_one(waiting: Waiting) -> None:
    assert waiting.add([order(1, 12)])
    run = only(waiting.due(0))
    assert waiting.add([order(1, 12)]) == []
    waiting.finish(run, RunResult.DONE, 1)
    assert waiting.add([order(1, 12)]) == []
    assert waiting.due(1) == []


def test_an_order_that_changes_while_its_run_is_under_way_has_another_run(waiting: Waiting) -> None:
    waiting.add([order(1, 12)])
    first = only(waiting.due(0))
    assert waiting.add([order(1, 12), order(2, 12)]) == [order(2, 12)]
    assert waiting.due(1) == []
    waiting.finish(first, RunResult.DONE, 2)
    assert only(waiting.due(2)).numbers == {2: 12}


def test_what_failed_waits_longer_each_time_and_is_never_given_up(waiting: Waiting) -> None:
    waiting.add([order(1, 12)])
    now, rests = 0.0, []
    for _ in range(10):
        rest = waiting.finish(only(waiting.due(now)), RunResult.FAILED, now)
        assert waiting.due(now + rest - 1) == []
        rests.append(rest)
        now += rest
    assert rests == [5, 10, 20, 40, 80, 160, 320, 600, 600, 600]
    assert waiting.done == frozenset()


def test_a_flow_that_is_at_work_already_is_waited_for(waiting: Waiting) -> None:
    waiting.add([order(1, 12)])
    assert waiting.finish(only(waiting.due(0)), RunResult.BUSY, 0) == 2
    assert only(waiting.due(2)).numbers == {1: 12}


def test_where_events_are_missing_everything_is_compared_and_nothing_is_named(waiting: Waiting) -> None:
    waiting.add([order(1, 12), ShopEvent(2, LOST, 0, None)])
    runs = {run.flow: run for run in waiting.due(0)}
    assert runs["export_orders"].asked == {"sweep": True}
    waiting.finish(runs["export_orders"], RunResult.FAILED, 0)
    again = only(waiting.due(5))
    assert again.asked == {"sweep": True}
    waiting.finish(again, RunResult.DONE, 6)
    assert waiting.done == {1, 2}


def test_products_have_one_run_a_minute_that_finds_them_by_itself(waiting: Waiting) -> None:
    waiting.add([ShopEvent(1, "product", 7, None), ShopEvent(2, "product", 8, None)])
    assert waiting.done == {1, 2}
    run = only(waiting.due(0))
    assert (run.flow, run.asked) == ("export_catalogue", {})
    waiting.finish(run, RunResult.DONE, 10)
    waiting.add([ShopEvent(3, "product", 7, None)])
    assert waiting.due(60) == []
    assert only(waiting.due(70)).flow == "export_catalogue"


def test_many_orders_go_in_several_runs(waiting: Waiting) -> None:
    waiting.add([order(number, number) for number in range(1, AT_ONCE + 2)])
    first = only(waiting.due(0))
    waiting.finish(first, RunResult.DONE, 1)
    assert len(first.numbers) == AT_ONCE
    assert only(waiting.due(1)).numbers == {AT_ONCE + 1: AT_ONCE + 1}


def test_events_of_flows_that_the_shop_has_not_are_taken_away() -> None:
    waiting = Waiting(("order",))
    waiting.add([ShopEvent(1, "stock", 7, None), ShopEvent(2, "product", 7, None)])
    assert (waiting.done, waiting.due(0)) == ({1, 2}, [])
