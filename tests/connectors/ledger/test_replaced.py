"""What runs replaced is kept encrypted, by run, until it is old; what an undo holds is held until it is released."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from connectors.ledger import Ledger, Link, Replaced, Replacement
from schemas.errors import UnexpectedReplyError

NOW = datetime(2026, 11, 30, 12, tzinfo=UTC)
ACCOUNT = Replaced("C1", "customers", 5, "update", {"email": "jeanne@lab.test"}, {"email": "other@lab.test"})
TEXTS = {"name": {1: "Robe", 2: "Dress"}, "associations": {"categories": [{"id": "2"}]}}


@pytest.fixture
def ledger(tmp_path: Path) -> Iterator[Ledger]:
    with Ledger.open(f"sqlite:///{tmp_path / 'ledger.db'}") as ledger:
        yield ledger


def test_what_was_kept_with_a_doubt_is_read_as_it_was(ledger: Ledger) -> None:
    quantity = Replaced("A", "stock_availables", 3, "update", {"quantity": "5"}, {"quantity": "6"}, "7", NOW)
    product = Replaced("A", "products", 7, "update", TEXTS, TEXTS, "A")
    ledger.confirm("shop", "stock", [Link("A", 3, confirmed_value="5")], run_id="r0")
    ledger.doubt("shop", "stock", ["A"], replacing=Replacement("r1", "stock", [quantity], replaced_at=NOW))
    ledger.doubt("shop", "product", [], replacing=Replacement("r1", "product", [product], {"A": "f"}, NOW))
    assert ledger.links("shop", "stock")["in_doubt"].to_list() == [True]
    assert ledger.replaced("shop", "r1") == [
        ("stock", Replacement("r1", "stock", [quantity], {}, NOW)),
        ("product", Replacement("r1", "product", [product], {"A": "f"}, NOW)),
    ]
    assert (ledger.replaced("shop", "r2"), ledger.replaced("other", "r1")) == ([], [])
    assert ledger.replaced_counts("shop") == {"r1": 2}
    assert ledger.replaced_kinds("shop", "r1") == {"stock": "stock", "product": "product"}


def test_nothing_of_it_is_readable_in_the_file(ledger: Ledger, tmp_path: Path) -> None:
    ledger.doubt("shop", "customer", ["C1"], replacing=Replacement("r1", "customer", [ACCOUNT]))
    files = [path.read_bytes() for path in tmp_path.iterdir()]
    assert not any(word in file for file in files for word in (b"jeanne", b"lab.test", b"email"))


@pytest.mark.parametrize("change", ["content = zeroblob(64)", "kind = 'store'"])
def test_what_was_changed_by_others_is_not_believed(ledger: Ledger, tmp_path: Path, change: str) -> None:
    ledger.doubt("shop", "customer", ["C1"], replacing=Replacement("r1", "customer", [ACCOUNT]))
    with sqlite3.connect(tmp_path / "ledger.db") as file:
        file.execute(f"update replaced set {change}")  # noqa: S608 - constants of this test
    file.close()
    with pytest.raises(UnexpectedReplyError):
        ledger.replaced("shop", "r1")


def test_it_is_forgotten_when_it_is_old(ledger: Ledger) -> None:
    for run, days in (("old", 15), ("new", 13)):
        kept = Replacement(run, "customer", [ACCOUNT], replaced_at=NOW - timedelta(days=days))
        ledger.doubt("shop", "customer", ["C1"], replacing=kept)
    assert ledger.forget_replaced("shop", NOW - timedelta(days=14)) == 1
    assert ledger.replaced_counts("shop") == {"new": 1}


def test_what_is_held_is_held_until_it_is_released(ledger: Ledger) -> None:
    ledger.hold_wants("shop", "stock", {"A": "12", "B": ""}, run_id="r1")
    ledger.hold_wants("shop", "stock", {"A": "13", "B": ""}, run_id="r2")
    assert ledger.held_wants("shop", "stock") == {"A": "12", "B": ""}
    ledger.release_wants("shop", "stock", ["A"], held_by="r2")
    assert ledger.held_wants("shop", "stock") == {"A": "12", "B": ""}
    ledger.release_wants("shop", "stock", ["A", "C"])
    assert (ledger.held_wants("shop", "stock"), ledger.held_wants("shop", "product")) == ({"B": ""}, {})


def test_a_run_is_found_by_the_beginning_of_its_id_and_a_chain_with_its_parts(ledger: Ledger) -> None:
    chain = ledger.start_run("shop", "import_files", {})
    part = ledger.start_run("shop", "import_stock", {"chain": chain})
    ledger.start_run("shop", "import_stock", {})
    assert ledger.runs_named("shop", chain[:8])["run_id"].to_list() == [part, chain]
    assert ledger.runs_named("shop", part)["run_id"].to_list() == [part]
    assert ledger.runs_named("other", chain).is_empty()


def test_a_value_keeps_its_instant(ledger: Ledger) -> None:
    kept = ACCOUNT._replace(true_at=NOW + timedelta(microseconds=7))
    ledger.doubt("shop", "customer", [], replacing=Replacement("r1", "customer", [kept]))
    [(_, read)] = ledger.replaced("shop", "r1")
    assert read.values == [kept]
