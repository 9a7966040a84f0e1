from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from connectors.ledger.files import DoneFile

if TYPE_CHECKING:
    from connectors.ledger import Ledger
    from tests.connectors.ledger.places import Place

LONG_AGO = datetime(2020, 1, 1, tzinfo=UTC)


def test_a_file_that_was_only_seen_is_not_done(ledger: Ledger) -> None:
    ledger.file_seen("shop", "stock", "stock_1.csv", "aa", 120, "r1")
    assert ledger.last_done("shop", "stock") is None
    assert ledger.archived_since("shop", "stock", LONG_AGO) == []


def test_the_content_done_last_is_recognised_also_when_an_older_one_came_again(ledger: Ledger) -> None:
    for content in ("aa", "bb", "aa"):
        ledger.file_done("shop", "stock", content, "r1", f"archives/{content}", 3)
        assert ledger.last_done("shop", "stock") == DoneFile(content, f"archives/{content}")
    ledger.file_refused("shop", "stock", "cc", "r2", "archives/cc", "file-unreadable")
    assert ledger.last_done("shop", "stock") == DoneFile("aa", "archives/aa")
    assert ledger.last_done("shop", "product") is None
    assert ledger.last_done("lyon", "stock") is None


def test_a_file_whose_run_was_cut_off_may_not_be_in_its_place(ledger: Ledger) -> None:
    for state in ("Completed", "CompletedWithRejects", "Failed"):
        run = ledger.start_run("shop", "import_stock", {})
        ledger.file_done("shop", "stock", state, run, "archives/x", 3)
        running = ledger.last_done("shop", "stock")
        ledger.finish_run(run, state, {}, "", None)
        ended = ledger.last_done("shop", "stock")
        assert running is not None
        assert ended is not None
        assert (running.was_cut_off, ended.was_cut_off) == (True, state == "Failed")


def test_archived_files_are_given_in_the_order_of_doing(ledger: Ledger) -> None:
    before = datetime.now(UTC)
    for name in ("z", "a", "m"):
        ledger.file_done("shop", "stock", name, "r1", f"archives/{name}.csv", 1)
    ledger.file_done("shop", "product", "p", "r1", "archives/p.csv", 1)
    archived = ledger.archived_since("shop", "stock", before)
    assert [path for path, _ in archived] == ["archives/z.csv", "archives/a.csv", "archives/m.csv"]
    assert all(before <= done_at <= datetime.now(UTC) for _, done_at in archived)
    assert ledger.archived_since("shop", "stock", archived[1][1]) == archived[1:]
    assert ledger.archived_since("shop", "stock", datetime.now(UTC) + timedelta(seconds=1)) == []


def test_why_and_when_a_file_was_refused_is_kept(ledger: Ledger, place: Place) -> None:
    ledger.file_seen("shop", "stock", "stock_1.csv", "aa", 120, "r1")
    ledger.file_refused("shop", "stock", "aa", "r1", "archives/aa.csv", "file-unreadable")
    told = place.ask("select event, name, size, archived_as, code, run_id from file_events order by id")
    assert told == [
        ("seen", "stock_1.csv", 120, None, None, "r1"),
        ("refused", None, None, "archives/aa.csv", "file-unreadable", "r1"),
    ]
