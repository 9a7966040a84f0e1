"""A month of sales beside the ERP's documents: what agrees, what differs, and what is written of it.

With --erp-url and --erp-key on a real Dolibarr, which has a bank account WEB; otherwise on the sandbox.
"""

from __future__ import annotations

import csv
import json
from collections.abc import AsyncIterator
from datetime import datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from flows.reconcile import reconcile
from tests.flows.dolibarr_world import DolibarrWorld
from tests.flows.files_world import FilesWorld
from tests.flows.order_world import PERSON, OrderWorld
from tests.flows.running import final_state

THIS_MONTH = f"{datetime.now(ZoneInfo('Europe/Paris')):%Y-%m}"


@pytest.fixture
async def world(prefect_api: str, tmp_path: Path, pytestconfig: pytest.Config) -> AsyncIterator[DolibarrWorld]:
    """Two orders and a credit slip, all of them in Dolibarr."""
    with DolibarrWorld.of_session(tmp_path / "boutique", pytestconfig) as opened:
        streams = {"order": {"enabled": True}, "slip": {"enabled": True}}
        (opened.folder / "export.json").write_text(json.dumps(streams), encoding="utf-8")
        opened.place(("ROBE-S", 3, "29.90"), ("CEINTURE", 1, "12.50"), shipping="4.90", valid=1)
        opened.place(("CEINTURE", 2, "12.50"), valid=1)
        assert (await opened.orders()).name == "Completed"
        assert (await opened.slips()).name == "Completed"
        opened.give_back(1, (1, 1, "29.90"))
        assert (await opened.slips()).name == "Completed"
        yield opened


async def run(world: OrderWorld, **asked: Any) -> str:
    state = await final_state(reconcile, str(world.folder), period=THIS_MONTH, **asked)
    return str(state.name)


def tables(world: OrderWorld) -> dict[str, dict[str, Any]]:
    return {table["title"]: table for table in world.report()["tables"]}


def file_rows(world: OrderWorld, what: str) -> list[dict[str, str]]:
    """The newest CSV of that kind."""
    path = max((world.folder / "reports").glob(f"*-reconcile.{what}.csv"))
    with path.open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file, delimiter=";"))


async def test_a_month_that_agrees_says_so_and_what_somebody_changes_in_dolibarr_is_found(
    world: DolibarrWorld,
) -> None:
    assert await run(world) == "Completed"
    assert world.counts() == {"rows_read": 3, "unchanged": 3}
    assert world.incidents() == []
    whole = tables(world)["In all"]["rows"]
    assert whole == [
        ["order", "EUR", "2", *("110.08", "22.02", "132.10") * 2, "0.00"],
        ["credit slip", "EUR", "1", *("-24.92", "-4.98", "-29.90") * 2, "0.00"],
    ]
    by_rate = tables(world)["By country, buyer, supply and VAT rate"]["rows"]
    with_vat = {(row[0], row[4], row[5]): (row[9], row[12]) for row in by_rate}
    assert with_vat["order", "goods", "20 %"] == ("127.20", "127.20")
    assert with_vat["order", "services", "20 %"] == ("4.90", "4.90")
    assert tables(world)["Payments of these orders, by mode"]["rows"] == [["VIR", "EUR", "132.10", "132.10", "0.00"]]
    writes = [name for name in world.report()["requests"] if name.startswith(("dolibarr create", "dolibarr pay"))]
    assert writes == []

    (order,) = [each for each in world.orders_there() if each["ref_client"].endswith("2")]
    line = {"qty": 1, "subprice": "10", "tva_tx": "20", "product_type": 0, "desc": "by hand", "remise_percent": 0}
    body = {"socid": order["socid"], "type": 0, "date": order["date"], "ref_client": order["ref_client"]}
    body |= {"ref_customer": order["ref_client"], "linked_objects": {"commande": int(order["id"])}, "lines": [line]}
    made = world.make("/invoices", **body)
    world.rest.post(f"/invoices/{made}/validate", json={"idwarehouse": 0}).raise_for_status()
    assert await run(world) == "Completed"
    assert world.counts() == {"rows_read": 3, "unchanged": 2, "waiting": 1}
    (incident,) = world.incidents()
    assert incident["level"] == "error"
    assert "25.00 EUR in the shop and to 37.00 EUR" in incident["reason"]
    (differing,) = [row for row in file_rows(world, "documents") if row["Result"] != "the same"]
    figures = [differing[name] for name in ("Shop, with VAT", "ERP, with VAT", "ERP less shop")]
    assert figures == ["25.00", "37.00", "12.00"]
    with world.ledger() as ledger:
        assert ledger.incidents(open_only=True).height == 1


async def test_orders_that_are_not_in_dolibarr_or_are_sold_no_more_differ(world: DolibarrWorld) -> None:
    missing = world.place(("ROBE-S", 1, "29.90"), valid=1)
    world.place(("ROBE-S", 1, "29.90"), state=10)
    world.shop.change("orders", 2, {"current_state": 6, "valid": "0"})
    world.write_settings(shop={"admin_url": "https://shop.example/adm"})
    assert await run(world) == "Completed"
    at = "https://shop.example/adm/index.php?controller=AdminOrders&id_order={}&vieworder"
    assert world.report()["pages"] == {each: at.format(each) for each in ("2", str(missing))}
    assert world.counts() == {"rows_read": 5, "unchanged": 2, "ignored": 1, "waiting": 2}
    results = {row["Id"]: row["Result"] for row in file_rows(world, "documents") if row["Document"] == "order"}
    assert results == {"1": "the same", "2": "no longer sold in the shop", str(missing): "not in the ERP"}
    report = json.dumps(world.report())
    pages = [path.read_text(encoding="utf-8") for path in (world.folder / "reports").glob("*reconcile*")]
    assert not any(PERSON["lastname"].casefold() in text.casefold() for text in (*pages, report))


async def test_an_erp_that_says_no_rates_is_compared_by_its_totals(prefect_api: str, tmp_path: Path) -> None:
    with OrderWorld.at(tmp_path / "boutique") as world:
        (world.folder / "export.json").write_text('{"order": {"enabled": true}}', encoding="utf-8")
        world.place(valid=1)
        assert (await world.orders()).name == "Completed"
        assert await run(world) == "Completed"
        assert world.counts() == {"rows_read": 1, "unchanged": 1}
        shown = tables(world)
        assert "It says no amounts by VAT rate" in shown["In all"]["note"]
        assert shown["In all"]["rows"][0][-2:] == ["59.80", "0.00"]
        assert shown["By country, buyer, supply and VAT rate"]["rows"][0][-4:] == ["", "", "", ""]


async def test_with_files_the_total_that_was_handed_over_is_compared(prefect_api: str, tmp_path: Path) -> None:
    with FilesWorld.at(tmp_path / "boutique", module=True) as world:
        order = world.place(valid=1)
        assert (await world.orders()).name == "Completed"
        assert await run(world) == "Completed"
        assert world.counts() == {"rows_read": 1, "unchanged": 1}
        assert "says no amounts" in tables(world)["In all"]["note"]
        assert [row["Result"] for row in file_rows(world, "documents")] == ["in a file, not confirmed by the ERP"]
        world.shop.change("orders", order, {"total_paid_tax_incl": "61.00", "total_paid": "61.00"})
        assert await run(world) == "Completed"
        assert world.counts() == {"rows_read": 1, "waiting": 1}
        [row] = file_rows(world, "documents")
        assert (row["Shop, with VAT"], row["ERP, with VAT"]) == ("61.00", "59.80")
