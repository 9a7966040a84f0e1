from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from connectors.ledger import Link
from connectors.ledger.fetches import Fetch
from schemas.incidents import Incident, Level
from schemas.offered import Offered

if TYPE_CHECKING:
    from connectors.ledger import Ledger

SOON = datetime(2999, 1, 1, tzinfo=UTC)
BEFORE = datetime.now(UTC) - timedelta(days=1)


def ran(ledger: Ledger, flow: str, rows: int, state: str = "Completed", shop: str = "shop") -> str:
    run_id = ledger.start_run(shop, flow, {})
    ledger.finish_run(run_id, state, {"rows_read": rows}, "", None)
    return run_id


def test_of_each_flow_the_runs_that_a_file_is_compared_with_stay(ledger: Ledger) -> None:
    for rows in (10, 20, 0, 30, 0, 0):
        ran(ledger, "import_stock", rows)
    ran(ledger, "import_stock", 0, "Failed")
    ran(ledger, "import_products", 5)
    assert ledger.forget_runs("shop", BEFORE, kept_per_flow=2) == 0
    assert ledger.forget_runs("shop", SOON, kept_per_flow=2) == 4
    assert ledger.previous_row_counts("shop", "import_stock", 2) == [30, 20]
    assert ledger.previous_row_counts("shop", "import_products", 2) == [5]
    assert ledger.last_state("shop", "import_stock") == "Failed"


def test_a_run_under_way_and_those_of_another_shop_stay(ledger: Ledger) -> None:
    running = ledger.start_run("shop", "import_stock", {})
    ran(ledger, "import_stock", 0)
    ran(ledger, "import_stock", 1, shop="lyon")
    ran(ledger, "import_stock", 0, shop="lyon")
    assert ledger.forget_runs("shop", SOON, kept_per_flow=5) == 0
    assert running in ledger.runs("shop")["run_id"]
    assert ledger.runs("lyon").height == 2


def test_old_incidents_go(ledger: Ledger) -> None:
    run_id = ran(ledger, "import_stock", 1)
    ledger.record_incidents(run_id, [Incident(Level.INFO, "purged", "stock")])
    assert ledger.forget_incidents("shop", BEFORE) == 0
    assert ledger.forget_incidents("lyon", SOON) == 0
    assert ledger.forget_incidents("shop", SOON) == 1
    assert ledger.incidents(shop="shop").is_empty()


def test_the_file_done_last_is_still_recognised_when_its_notes_are_old(ledger: Ledger) -> None:
    for content in ("aa", "bb", "cc"):
        ledger.file_seen("shop", "stock", f"{content}.csv", content, 1, "r1")
        ledger.file_done("shop", "stock", content, "r1", f"archives/{content}", 1)
    ledger.file_seen("shop", "stock", "dd.csv", "dd", 1, "r1")
    assert ledger.forget_files("shop", BEFORE) == 0
    assert ledger.forget_files("shop", SOON) == 5
    last = ledger.last_done("shop", "stock")
    assert last is not None
    assert last.content_hash == "cc"


def test_the_end_of_a_file_whose_source_does_not_know_of_it_stays(ledger: Ledger) -> None:
    ledger.files_fetched("shop", "erp", [Fetch(Offered("a.csv", 1), "stock", "a.csv", "aa")], "r1")
    for content in ("aa", "bb", "cc", "dd"):
        ledger.file_done("shop", "stock", content, "r1", f"archives/{content}", 1)
    assert ledger.forget_files("shop", SOON) == 2
    assert ledger.fetches("shop", "erp")["a.csv"].imported == "done"
    ledger.file_acknowledged("shop", "erp", "a.csv")
    assert ledger.forget_files("shop", SOON) == 1


def test_an_import_after_a_purge_still_comes_after_the_fetch_before_it(ledger: Ledger) -> None:
    ledger.file_done("shop", "stock", "aa", "r1", "archives/aa", 1)
    ledger.file_seen("shop", "stock", "bb.csv", "bb", 1, "r1")
    ledger.files_fetched("shop", "erp", [Fetch(Offered("b.csv", 1), "stock", "b.csv", "cc")], "r1")
    ledger.forget_files("shop", SOON)
    ledger.file_done("shop", "stock", "cc", "r1", "archives/cc", 1)
    assert ledger.fetches("shop", "erp")["b.csv"].imported == "done"


def test_links_deliveries_and_watermarks_have_no_age(ledger: Ledger) -> None:
    ledger.confirm("shop", "stock", [Link("A", 1)], run_id="r1")
    ledger.set_watermark("shop", "orders", BEFORE)
    ledger.wait("shop", "order", "1", code="order_unpaid", run_id=None)
    ledger.forget_runs("shop", SOON, kept_per_flow=1)
    ledger.forget_files("shop", SOON)
    ledger.forget_incidents("shop", SOON)
    assert ledger.links("shop", "stock").height == 1
    assert ledger.watermark("shop", "orders") == BEFORE
    assert ledger.deliveries("shop", "order").height == 1
