"""Which runs are news for the page in the back office."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

from tasks.report.back_office import news_runs


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
