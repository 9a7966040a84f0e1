"""The ledger that the reports speak of: the newest one is of the run that was noted last."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest

from connectors.ledger import Ledger
from tasks.run.ledger_found import other_ledger
from tasks.run.shop_folder import ShopFolder, open_shop_folder


@pytest.fixture
def folder(tmp_path: Path) -> ShopFolder:
    (tmp_path / "settings.toml").write_text('[shop]\nurl = "http://127.0.0.1:1"\nkey = "env:NOWHERE"\n', "utf-8")
    (tmp_path / "import.json").write_text("{}", "utf-8")
    (tmp_path / "reports").mkdir()
    return open_shop_folder(tmp_path)


def report(folder: ShopFolder, name: str, run_id: str, written_at: int) -> None:
    page = folder.path / "reports" / name
    page.write_text(json.dumps({"run_id": run_id}), encoding="utf-8")
    os.utime(page, (written_at, written_at))


def test_of_reports_of_one_second_the_one_that_was_written_last_is_the_newest(folder: ShopFolder) -> None:
    with Ledger.open(f"sqlite:///{folder.path / 'ledger.db'}") as ledger:
        run_id = ledger.start_run(folder.name, "export_orders", {})
        report(folder, "20261130-063612-export_orders-ffffffff.json", "of the ledger before", 100)
        report(folder, "20261130-063612-export_orders-00000000.json", run_id, 101)
        assert other_ledger(folder, ledger) == []
        report(folder, "20261130-063613-export_orders-00000000.json", "of another ledger", 90)
        assert [each.code for each in other_ledger(folder, ledger)] == ["ledger_made_anew"]
