from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from connectors.ledger.fetches import Fetch
from schemas.offered import Offered

if TYPE_CHECKING:
    from connectors.ledger import Ledger

WHEN = datetime(2026, 11, 21, 5, 30, tzinfo=UTC)
SOON = timedelta(hours=1)


def fetch(path: str = "out/stock.csv", content: str = "aa", **changes: str) -> Fetch:
    offered = Offered(path, 120, WHEN, changes.get("etag", ""))
    return Fetch(offered, "stock", "stock/stock.1234abcd.csv", content)


def test_a_file_that_was_fetched_is_known_by_its_path_with_its_version(ledger: Ledger) -> None:
    ledger.files_fetched("shop", "erp", [fetch(etag="0x1")], "r1")
    known = ledger.fetches("shop", "erp")["out/stock.csv"]
    assert known == fetch(etag="0x1")
    assert known.offered.version == Offered("out/stock.csv", 120, WHEN, "0x1").version
    assert ledger.fetches("shop", "other") == ledger.fetches("lyon", "erp") == {}


def test_only_an_import_that_ended_after_the_fetch_is_its_own(ledger: Ledger) -> None:
    ledger.file_done("shop", "stock", "aa", "r0", "archives/0", 3)
    ledger.files_fetched("shop", "erp", [fetch()], "r1")
    assert ledger.fetches("shop", "erp")["out/stock.csv"].imported == ""
    ledger.file_done("shop", "product", "aa", "r2", "archives/1", 3)
    ledger.file_done("lyon", "stock", "aa", "r2", "archives/1", 3)
    assert ledger.fetches("shop", "erp")["out/stock.csv"].imported == ""
    ledger.file_done("shop", "stock", "aa", "r2", "archives/1", 3)
    assert ledger.fetches("shop", "erp")["out/stock.csv"].imported == "done"


def test_the_last_end_of_a_file_stands(ledger: Ledger) -> None:
    ledger.files_fetched("shop", "erp", [fetch()], "r1")
    ledger.file_refused("shop", "stock", "aa", "r2", "rejects/files/1", "file_empty")
    assert ledger.fetches("shop", "erp")["out/stock.csv"].imported == "refused"
    ledger.file_done("shop", "stock", "aa", "r3", "archives/1", 3)
    assert ledger.fetches("shop", "erp")["out/stock.csv"].imported == "done"


def test_another_version_takes_the_place_and_has_not_been_acknowledged(ledger: Ledger) -> None:
    ledger.files_fetched("shop", "erp", [fetch()], "r1")
    ledger.file_done("shop", "stock", "aa", "r1", "archives/1", 3)
    ledger.file_acknowledged("shop", "erp", "out/stock.csv")
    assert ledger.fetches("shop", "erp")["out/stock.csv"].acknowledged_at is not None
    ledger.files_fetched("shop", "erp", [fetch(etag="0x2")], "r2")
    again = ledger.fetches("shop", "erp")["out/stock.csv"]
    assert (again.acknowledged_at, again.imported, again.offered.etag) == (None, "", "0x2")


def test_what_is_still_offered_or_not_acknowledged_is_never_forgotten(ledger: Ledger) -> None:
    for path in ("kept", "gone", "waiting"):
        ledger.files_fetched("shop", "erp", [fetch(path)], "r1")
    ledger.file_acknowledged("shop", "erp", "kept")
    ledger.file_acknowledged("shop", "erp", "gone")
    assert ledger.forget_fetches("shop", "erp", datetime.now(UTC) - SOON, ()) == 0
    assert ledger.forget_fetches("shop", "erp", datetime.now(UTC) + SOON, ("kept",)) == 1
    assert sorted(ledger.fetches("shop", "erp")) == ["kept", "waiting"]
