"""One process at a time writes to an ERP that stands one writer only."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import cast

import pytest

from connectors.ledger import LeaseHeldError, Ledger
from tasks.handover.writer_lease import WriterLease
from tasks.run.shop_folder import ShopFolder

NAME = "dolibarr https://erp.example/api/index.php"
NO_FOLDER = cast("ShopFolder", None)
"""Of no use where the ledger is given."""


@pytest.fixture
def ledger(tmp_path: Path) -> Iterator[Ledger]:
    with Ledger.open(f"sqlite:///{tmp_path / 'ledger.db'}", snapshots=None) as opened:
        yield opened


def writer(ledger: Ledger, name: str = NAME) -> WriterLease:
    return WriterLease(NO_FOLDER, ledger, name, wait_seconds=0.0)


def test_who_writes_first_keeps_the_others_waiting_until_it_ends(ledger: Ledger) -> None:
    with writer(ledger) as first, writer(ledger) as second:
        first.check()
        first.check()
        with pytest.raises(LeaseHeldError):
            second.check()
        with writer(ledger, "dolibarr https://another.example") as elsewhere:
            elsewhere.check()
    with writer(ledger) as third:
        third.check()


def test_who_only_reads_keeps_nobody_waiting(ledger: Ledger) -> None:
    with writer(ledger), writer(ledger) as second:
        second.check()
