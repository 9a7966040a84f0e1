"""Which runs are news for the page in the back office."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

from tasks.report.back_office import news_runs, run_lines


def run_of(number: int, state: str = "Completed", message: str = "", **counts: int) -> dict[str, Any]:
    return {
        "run_id": f"r{number}",
        "flow": "export_orders",
        "state": state,
        "message": message,
        "counts": json.dumps(counts),
        "parameters": "{}",
        "ended_at": datetime(2026, 11, 30, number, tzinfo=UTC),
    }


def shown(*runs: dict[str, Any], of_each_flow: int = 400) -> list[str]:
    return [run["run_id"] for run in news_runs(runs[::-1], of_each_flow)]


def test_a_run_that_changed_nothing_and_left_behind_what_the_one_before_had_is_no_news() -> None:
    first = run_of(1, "CompletedWithRejects", "13 rows read: 11 created, 1 rejected.", created=11, rejected=1)
    again = run_of(2, "CompletedWithRejects", "13 rows read: 11 unchanged, 1 rejected.", unchanged=11, rejected=1)
    assert shown(first, again) == ["r1"]


def test_another_row_left_behind_is_news() -> None:
    first = run_of(1, "CompletedWithRejects", created=11, rejected=1)
    assert shown(first, run_of(2, "CompletedWithRejects", rejected=2)) == ["r2", "r1"]


def test_a_failure_is_news_once_and_so_is_the_quiet_run_after_it() -> None:
    failed = [run_of(number, "Failed", "The shop does not answer.") for number in (1, 2)]
    assert shown(*failed, run_of(3), run_of(4)) == ["r3", "r1"]


def test_files_that_were_fetched_are_no_news_until_they_are_imported() -> None:
    fetched = run_of(1, created=2) | {"flow": "collect_files"}
    assert shown(fetched) == []
    assert shown(fetched, run_of(2, "Failed", "No source answers.") | {"flow": "collect_files"}) == ["r2"]


def test_a_flow_that_fails_for_longer_than_is_read_is_no_news_at_every_look() -> None:
    failed = [run_of(number, "Failed", "The shop does not answer.") for number in range(1, 5)]
    assert shown(*failed, of_each_flow=5) == ["r1"]
    assert shown(*failed, of_each_flow=4) == []


def a_part(number: int, flow: str, chain: str, **counts: int) -> dict[str, Any]:
    return run_of(number, "Completed", "", **counts) | {"flow": flow, "parameters": json.dumps({"chain": chain})}


def a_chain(number: int, *, ended: bool = True, **counts: int) -> dict[str, Any]:
    chain = run_of(number, "Completed", "", **counts) | {"flow": "import_files"}
    return chain if ended else chain | {"ended_at": None}


def test_a_chain_is_shown_alone_when_one_of_its_parts_has_news_and_once_it_has_ended() -> None:
    parts = a_part(2, "import_products", "r1", created=3), a_part(3, "import_stock", "r1", updated=1)
    assert shown(a_chain(1, created=3, updated=1), *parts) == ["r1"]
    assert shown(a_chain(1, ended=False), *parts) == []
    assert shown(*parts) == [], "a chain that is not read any more"


def test_a_chain_that_fetched_what_is_not_imported_yet_is_no_news() -> None:
    assert shown(a_chain(1, created=2), a_part(2, "collect_files", "r1", created=2)) == []


def test_the_message_of_a_chain_says_how_each_part_ended() -> None:
    rows = {"started_at": datetime(2026, 11, 30, tzinfo=UTC), "report_path": None}
    chain, export = a_chain(1) | rows | {"message": "Items: done."}, run_of(2, message="1 row read.") | rows
    assert [line["message"] for line in run_lines([chain, export], "", {})] == ["Items: done.", ""]
