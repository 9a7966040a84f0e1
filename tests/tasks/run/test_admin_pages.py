"""Keys of a report become addresses of the back office, where the ledger or the run knows what they stand for."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from connectors.ledger import Ledger, Link
from schemas.flows import FLOWS
from schemas.run_report import IncidentReport, PlannedChange, RunReport
from tasks.run.admin_pages import ShownKeys, admin_pages
from tasks.run.shop_folder import ShopFolder, open_shop_folder
from tests.flows.world import World

ROOT = "https://www.example.com/admin1"
ADDRESSES = {
    "product": "controller=AdminProducts&id_product={}&updateproduct",
    "category": "controller=AdminCategories&id_category={}&updatecategory",
    "supplier": "controller=AdminSuppliers&id_supplier={}&updatesupplier",
    "order": "controller=AdminOrders&id_order={}&vieworder",
    "customer": "controller=AdminCustomers&id_customer={}&viewcustomer",
}
OF_NO_KEY = {"import_files", "collect_files", "answer_requests", "import_stores"}
"""A chain's keys are those of its parts; the page of a store asks for a token."""


def page(name: str, number: int) -> str:
    return f"{ROOT}/index.php?{ADDRESSES[name].format(number)}"


def report(flow: str, *keys: str) -> RunReport:
    incidents = [IncidentReport("error", key, "r", "m") for key in keys]
    return RunReport("1", flow, "boutique", "en", "2026-11-30T06:00:00", incidents=incidents)


@pytest.fixture(scope="module")
def opened(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[ShopFolder, Ledger]]:
    with World.at(tmp_path_factory.mktemp("pages") / "boutique") as world:
        world.write_settings(shop={"admin_url": ROOT})
        folder = open_shop_folder(world.folder)
        with folder.open_ledger() as ledger:
            run = ledger.start_run(folder.name, "import_products", {})
            links = {"product": 7, "customer": 8, "supplier": 9, "store_order": 10}
            for kind, number in links.items():
                ledger.confirm(folder.name, kind, [Link("SAC1", number), Link("SAC2", 0)], run_id=run)
            yield folder, ledger


@pytest.mark.parametrize("told", [f"{ROOT}/", f"{ROOT}/index.php?controller=AdminDashboard&token=1"])
def test_the_address_is_taken_as_a_browser_shows_it(tmp_path: Path, told: str) -> None:
    with World.at(tmp_path / "boutique") as world:
        world.write_settings(shop={"admin_url": told})
        folder = open_shop_folder(world.folder)
        with folder.open_ledger() as ledger:
            assert admin_pages(report("export_orders", "17"), folder, ledger, ShownKeys()) == {"17": page("order", 17)}


@pytest.mark.parametrize(
    ("flow", "keys", "pages"),
    [
        ("import_products", ["SAC1", "SAC2", "NONE", ""], {"SAC1": page("product", 7)}),
        ("import_stock", ["SAC1"], {"SAC1": page("product", 7)}),
        ("import_customers", ["SAC1"], {"SAC1": page("customer", 8)}),
        ("import_suppliers", ["SAC1"], {"SAC1": page("supplier", 9)}),
        ("import_store_orders", ["SAC1"], {"SAC1": page("order", 10)}),
        ("import_product_suppliers", ["SAC1"], {"SAC1": page("product", 7)}),
        ("import_specific_prices", ["SAC1"], {"SAC1": page("product", 7)}),
        ("export_orders", ["17", "x"], {"17": page("order", 17)}),
        ("import_order_statuses", ["17"], {"17": page("order", 17)}),
        ("export_customers", ["17"], {"17": page("customer", 17)}),
        (
            "export_catalogue",
            ["c3", "7", "7-12", "SAC1"],
            {"c3": page("category", 3), "7": page("product", 7), "7-12": page("product", 7)},
        ),
        ("import_invoices", ["17"], {}),
        ("import_order_documents", ["17"], {}),
        ("export_returns", ["17"], {}),
    ],
)
def test_keys_lead_to_what_the_flow_is_about(
    opened: tuple[ShopFolder, Ledger], flow: str, keys: list[str], pages: dict[str, str]
) -> None:
    told = report(flow, *keys)
    told.plan = [PlannedChange(key, "product", "update") for key in keys]
    assert admin_pages(told, *opened, ShownKeys()) == pages


@pytest.mark.parametrize("flow", sorted(FLOWS.keys() - OF_NO_KEY))
def test_what_a_run_knows_of_its_keys_is_believed_and_a_key_of_two_things_leads_nowhere(
    opened: tuple[ShopFolder, Ledger], flow: str
) -> None:
    shown = ShownKeys()
    shown.note("WEB5", "order", 5)
    shown.note("WEB5", "order", 5)
    shown.note("WEB6", "order", 6)
    shown.note("WEB6", "order", 7)
    shown.note("WEB8", "order", 8)
    assert admin_pages(report(flow, "WEB5", "WEB6"), *opened, shown) == {"WEB5": page("order", 5)}


def test_without_the_address_of_the_back_office_there_are_no_links(tmp_path: Path) -> None:
    with World.at(tmp_path / "boutique") as world:
        folder = open_shop_folder(world.folder)
        with folder.open_ledger() as ledger:
            assert admin_pages(report("export_orders", "17"), folder, ledger, ShownKeys()) == {}
