"""Keys of a report become addresses of the back office, where the ledger knows what they stand for."""

from __future__ import annotations

from pathlib import Path

import pytest

from connectors.ledger import Link
from schemas.run_report import IncidentReport, PlannedChange, RunReport
from tasks.run.admin_pages import admin_pages
from tasks.run.shop_folder import open_shop_folder
from tests.flows.world import World

ROOT = "https://www.example.com/admin1"


def report(flow: str, *keys: str) -> RunReport:
    incidents = [IncidentReport("error", key, "r", "m") for key in keys]
    return RunReport("1", flow, "boutique", "en", "2026-11-30T06:00:00", incidents=incidents)


@pytest.mark.parametrize("told", [f"{ROOT}/", f"{ROOT}/index.php?controller=AdminDashboard&token=1"])
def test_articles_go_by_their_links_and_orders_by_their_ids(tmp_path: Path, told: str) -> None:
    with World.at(tmp_path / "boutique") as world:
        world.write_settings(shop={"admin_url": told})
        folder = open_shop_folder(world.folder)
        with folder.open_ledger() as ledger:
            run = ledger.start_run(folder.name, "import_products", {})
            ledger.confirm(folder.name, "product", [Link("SAC1", 7), Link("SAC2", 0)], run_id=run)
            products = report("import_products", "SAC1", "SAC2", "NONE", "")
            products.plan = [PlannedChange("SAC1", "product", "update")]
            page = f"{ROOT}/index.php?controller=AdminProducts&id_product=7&updateproduct"
            assert admin_pages(products, folder, ledger) == {"SAC1": page}
            orders = admin_pages(report("export_orders", "17", "x"), folder, ledger)
            assert orders == {"17": f"{ROOT}/index.php?controller=AdminOrders&id_order=17&vieworder"}
            assert admin_pages(report("import_invoices", "17"), folder, ledger) == {}


def test_without_the_address_of_the_back_office_there_are_no_links(tmp_path: Path) -> None:
    with World.at(tmp_path / "boutique") as world:
        folder = open_shop_folder(world.folder)
        with folder.open_ledger() as ledger:
            assert admin_pages(report("export_orders", "17"), folder, ledger) == {}
