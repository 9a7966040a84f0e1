from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta, timezone
from typing import TYPE_CHECKING
from uuid import UUID

import polars as pl

if TYPE_CHECKING:
    from connectors.ledger import Ledger

COUNTS = {"rows_read": 12, "created": 2, "unchanged": 10}


def test_a_run_is_running_until_it_says_how_it_ended(ledger: Ledger) -> None:
    run_id = ledger.start_run("shop", "import_stock", {"since": "2026-01-01"})
    assert UUID(run_id).version == 4
    (running,) = ledger.runs().rows(named=True)
    assert (running["state"], running["ended_at"], running["rows_read"]) == ("Running", None, None)
    assert json.loads(running["parameters"]) == {"since": "2026-01-01"}
    ledger.finish_run(run_id, "Completed", COUNTS, "12 rows read", "reports/1.html")
    (ended,) = ledger.runs().rows(named=True)
    assert (ended["run_id"], ended["state"], ended["rows_read"]) == (run_id, "Completed", 12)
    assert (ended["message"], ended["report_path"]) == ("12 rows read", "reports/1.html")
    assert json.loads(ended["counts"]) == COUNTS
    assert ended["started_at"] <= ended["ended_at"] <= datetime.now(UTC)


def test_runs_are_given_newest_first_by_shop_and_as_many_as_wanted(ledger: Ledger) -> None:
    runs = [ledger.start_run(shop, "import_stock", {}) for shop in ("paris", "lyon", "paris")]
    assert ledger.runs()["run_id"].to_list() == runs[::-1]
    assert ledger.runs("paris")["run_id"].to_list() == [runs[2], runs[0]]
    assert ledger.runs(limit=1)["run_id"].to_list() == [runs[2]]


def test_the_last_runs_of_each_flow_are_given_however_often_another_runs(ledger: Ledger) -> None:
    flows = ["import_products", "import_stock", "import_stock", "import_stock", "import_stock"]
    runs = [ledger.start_run("paris", flow, {}) for flow in flows]
    ledger.start_run("lyon", "import_stock", {})
    assert ledger.runs("paris", limit=2, of_each_flow=True)["run_id"].to_list() == [runs[4], runs[3], runs[0]]


def test_the_last_success_of_each_flow_is_known_however_often_it_failed_since(ledger: Ledger) -> None:
    for shop, flow, state in [
        ("paris", "import_stock", "CompletedWithRejects"),
        *[("paris", "import_stock", "Failed")] * 3,
        ("paris", "import_stock", "Planned"),
        ("paris", "import_products", "Failed"),
        ("lyon", "import_products", "Completed"),
    ]:
        ledger.finish_run(ledger.start_run(shop, flow, {}), state, {}, "", None)
    ledger.start_run("paris", "import_stock", {})
    oldest = ledger.runs("paris")["ended_at"][-1]
    assert ledger.last_successes("paris") == {"import_stock": oldest}
    assert ledger.last_successes("nowhere") == {}


def test_runs_have_their_types_when_there_are_none(ledger: Ledger) -> None:
    runs = ledger.runs()
    assert runs.schema["started_at"] == pl.Datetime("us", "UTC")
    assert runs.schema["rows_read"] == pl.Int64
    assert runs.schema["message"] == pl.String


def test_only_completed_runs_that_read_rows_are_predecessors(ledger: Ledger) -> None:
    ended = [("Completed", 100), ("Failed", 5), ("CompletedWithRejects", 90), ("StoppedByGuard", 1), ("Completed", 0)]
    for state, rows in [*ended, ("Planned", 7), ("Completed", 80)]:
        ledger.finish_run(ledger.start_run("shop", "import_stock", {}), state, {"rows_read": rows}, "", None)
    ledger.start_run("shop", "import_stock", {})
    for shop, flow in (("shop", "import_products"), ("lyon", "import_stock")):
        ledger.finish_run(ledger.start_run(shop, flow, {}), "Completed", {"rows_read": 1}, "", None)
    assert ledger.previous_row_counts("shop", "import_stock", 5) == [80, 90, 100]
    assert ledger.previous_row_counts("shop", "import_stock", 2) == [80, 90]


def test_the_holder_of_the_lease_ends_the_runs_that_died(ledger: Ledger) -> None:
    dead = ledger.start_run("shop", "import_stock", {})
    other = ledger.start_run("shop", "import_products", {})
    ended = ledger.start_run("shop", "import_stock", {})
    ledger.finish_run(ended, "Completed", COUNTS, "", None)
    assert ledger.finish_dead_runs("shop", "import_stock") == 1
    states = dict(ledger.runs().select("run_id", "state").rows())
    assert states == {dead: "Crashed", other: "Running", ended: "Completed"}


def test_the_state_of_the_newest_run_is_known(ledger: Ledger) -> None:
    assert ledger.last_state("shop", "import_stock") is None
    ledger.finish_run(ledger.start_run("shop", "import_stock", {}), "Completed", COUNTS, "", None)
    ledger.finish_run(ledger.start_run("shop", "import_stock", {}), "Failed", COUNTS, "", None)
    ledger.start_run("shop", "import_products", {})
    assert ledger.last_state("shop", "import_stock") == "Failed"


def test_a_message_keeps_no_e_mail_address(ledger: Ledger) -> None:
    run_id = ledger.start_run("shop", "export_orders", {})
    ledger.finish_run(run_id, "Failed", {}, "the ERP said: jane.doe@example.com is known", None)
    assert ledger.runs()["message"].to_list() == ["the ERP said: *** is known"]


def test_a_watermark_is_the_instant_that_was_set_last(ledger: Ledger) -> None:
    at = datetime(2026, 5, 6, 7, 8, 9, 123456, tzinfo=UTC)
    assert ledger.watermark("shop", "orders") is None
    ledger.set_watermark("shop", "orders", at)
    ledger.set_watermark("shop", "returns", at + timedelta(days=1))
    assert ledger.watermark("shop", "orders") == at
    assert ledger.watermark("lyon", "orders") is None
    ledger.set_watermark("shop", "orders", at - timedelta(days=30))
    assert ledger.watermark("shop", "orders") == at - timedelta(days=30)


def test_a_watermark_in_another_zone_is_the_same_instant_in_utc(ledger: Ledger) -> None:
    ledger.set_watermark("shop", "orders", datetime(2026, 5, 6, 2, tzinfo=timezone(timedelta(hours=2))))
    reached = ledger.watermark("shop", "orders")
    assert reached == datetime(2026, 5, 6, tzinfo=UTC)
    assert reached.utcoffset() == timedelta(0)
