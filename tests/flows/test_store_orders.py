from __future__ import annotations

import asyncio
import shutil
from collections.abc import AsyncIterator
from decimal import Decimal
from pathlib import Path
from random import Random
from typing import Any

import httpx
import pytest

from connectors.ledger import Ledger, Link
from deployments.sandbox.shop import Fault, FaultKind
from flows.import_store_orders import import_store_orders
from tests.flows import flow_process
from tests.flows.flat_world import FlatWorld
from tests.flows.lost import one_of
from tests.flows.world import KEY_VARIABLE
from tests.tasks.read.mutated_files import mutated_file
from tests.tasks.read.sample_streams import STORE_ORDER

CUSTOMER, STORE = "MAG-1", "LYON"
INVOICE = {"invoice_address_address_1": "17 impasse des Mirabelles", "invoice_address_city": "Hundling"}


def article(sale: str, reference: str, quantity: int, excl: str, incl: str, **said: Any) -> dict[str, Any]:
    return {
        "order_internal_reference": sale,
        "customer_erp_code": CUSTOMER,
        "order_date": "2026-10-03 15:42:10",
        "reference": reference,
        "qty": quantity,
        "unit_price_tax_excl": excl,
        "unit_price_tax_incl": incl,
    } | said


def shirts(sale: str, **said: Any) -> dict[str, Any]:
    return article(sale, "ROBE0001-M", 2, "15.825", "18.99") | said


def belt(sale: str, **said: Any) -> dict[str, Any]:
    return article(sale, "CEINTURE", 1, "9.916667", "11.90") | said


@pytest.fixture
async def world(prefect_api: None, tmp_path: Path) -> AsyncIterator[FlatWorld]:
    """A shop with the module, combinations, a belt and a book, and a customer (1) and a store (1) of the ERP."""
    with FlatWorld.at(tmp_path / "boutique", module=True) as world:
        for number, reference in enumerate(("ROBE0001", "CEINTURE", "LIVRE"), 1):
            world.shop.insert("products", {"id": number, "reference": reference, "price": 10, "name": reference})
        world.shop.insert("combinations", {"id_product": 1, "reference": "ROBE0001-M"})
        person = {"lastname": "Quatrebarbes", "firstname": "Zoé", "email": "zoe@lab.example", "secure_key": "k" * 32}
        customer = world.shop.insert("customers", person | {"passwd": "x" * 60, "active": 1})
        place = {"name": {1: "Lyon", 2: "Lyon"}, "address1": {1: "2 rue", 2: "2 rue"}, "city": "Lyon", "id_country": 8}
        store = world.shop.insert("stores", place | {"postcode": "69001", "active": 1})
        with Ledger.open(f"sqlite:///{world.folder / 'ledger.db'}", snapshots=None) as ledger:
            ledger.confirm(world.folder.name, "customer", [Link(CUSTOMER, customer)], run_id=None)
            ledger.confirm(world.folder.name, "store", [Link(STORE, store)], run_id=None)
        world.shop.reset_counts()
        yield world


async def run(world: FlatWorld, **asked: Any) -> str:
    state = await world.run(import_store_orders, **asked)
    return str(state.name)


def orders(world: FlatWorld) -> dict[str, dict[str, Any]]:
    """The shop's orders by the ERP's reference."""
    return {row["note"]: row for row in world.shop.rows("orders")}


def amounts(row: dict[str, Any], *names: str) -> tuple[Decimal, ...]:
    return tuple(Decimal(row[name]) for name in names)


@pytest.mark.prefect
async def test_a_sale_is_an_order_at_its_own_prices_and_date(world: FlatWorld) -> None:
    stock = world.shop.rows("stock_availables")
    world.drop("storeOrder", shirts("T1"), belt("T1"), shirts("T2", order_date="04/10/2026"))
    assert await run(world) == "Completed", world.report()["rejects"]
    assert world.counts() == {"rows_read": 3, "created": 3}
    order = orders(world)["T1"]
    assert amounts(order, "total_paid_tax_incl", "total_paid_tax_excl", "total_paid_real") == (
        Decimal("49.88"),
        Decimal("41.57"),
        Decimal("49.88"),
    )
    assert (order["date_add"], order["module"], order["payment"]) == ("2026-10-03 15:42:10", "passerelle", "Store")
    assert orders(world)["T2"]["date_add"] == "2026-10-04 00:00:00"
    [state] = [row for row in world.shop.rows("order_states") if row["module_name"] == "passerelle"]
    assert (order["current_state"], state["name"][2]) == (str(state["id"]), "Commande magasin")
    rows = [row for row in world.shop.rows("order_details") if row["id_order"] == str(order["id"])]
    assert [(row["product_reference"], row["product_quantity"]) for row in rows] == [
        ("ROBE0001-M", "2"),
        ("CEINTURE", "1"),
    ]
    assert world.shop.rows("stock_availables") == stock
    assert (world.shop.mails, world.shop.rows("order_invoices")) == ([], [])


async def test_the_address_is_the_shops_own_or_that_of_the_store_named(world: FlatWorld) -> None:
    world.shop.insert("configurations", {"name": "PS_SHOP_ADDR1", "value": "1 quai du Port"})
    world.drop("storeOrder", shirts("T1"))
    assert await run(world) == "Completed"
    address = world.shop.row("addresses", int(orders(world)["T1"]["id_address_delivery"]))
    assert (address["address1"], address["deleted"]) == ("1 quai du Port", "1")


async def test_the_store_and_the_address_to_invoice_are_those_of_the_sale(world: FlatWorld) -> None:
    world.specify(storeOrder={"data": world.columns("storeOrder", "store_erp_code")})
    (world.folder / "associations.toml").write_text('[countries]\nFR = "FRA"\n', encoding="utf-8")
    said = INVOICE | {"invoice_address_country": "FRA", "invoice_address_alias": "Maison"}
    path = world.drop("storeOrder", shirts("FFO/MAG 1/000501", **said))
    lines = path.read_text("utf-8").splitlines()
    path.write_text(f"{lines[0]};store_erp_code\n{lines[1]};{STORE}\n", "utf-8")
    assert await run(world) == "Completed", world.report()["rejects"]
    order = orders(world)["FFO/MAG 1/000501"]
    delivery, invoice = (
        world.shop.row("addresses", int(order[f"id_address_{one}"])) for one in ("delivery", "invoice")
    )
    assert (delivery["alias"], delivery["address1"]) == ("Lyon", "2 rue")
    assert (invoice["alias"], invoice["address1"], invoice["city"]) == ("Maison", *INVOICE.values())


async def test_an_unknown_store_holds_the_sale(world: FlatWorld) -> None:
    world.specify(storeOrder={"data": world.columns("storeOrder", "store_erp_code")})
    path = world.drop("storeOrder", shirts("T1"), shirts("T2"))
    head, first, second = path.read_text("utf-8").splitlines()
    path.write_text(f"{head};store_erp_code\n{first};PARIS\n{second};\n", "utf-8")
    assert await run(world) == "CompletedWithRejects"
    assert world.counts() == {"rows_read": 2, "created": 1, "refused": 1}
    assert list(orders(world)) == ["T2"]


@pytest.mark.prefect
async def test_a_second_run_writes_nothing(world: FlatWorld) -> None:
    rows = [shirts("T1"), belt("T1"), shirts("T2")]
    world.drop("storeOrder", *rows)
    await run(world)
    world.shop.reset_counts()
    world.drop("storeOrder", *reversed(rows))
    assert await run(world) == "Completed"
    assert world.counts() == {"rows_read": 3, "unchanged": 3}
    assert (world.shop.writes, len(orders(world))) == (0, 2)


async def test_without_what_we_knew_nothing_is_made_twice(world: FlatWorld) -> None:
    world.drop("storeOrder", shirts("T1"), belt("T1"))
    await run(world)
    with Ledger.open(f"sqlite:///{world.folder / 'ledger.db'}", snapshots=None) as ledger:
        ledger.forget(world.folder.name, "store_order", ["T1"])
    world.shop.reset_counts()
    world.drop("storeOrder", belt("T1"), shirts("T1"))
    assert await run(world) == "Completed"
    assert world.counts() == {"rows_read": 2, "unchanged": 2}
    assert (world.shop.writes, len(orders(world))) == (0, 1)


async def test_rows_may_stand_anywhere_in_the_file(world: FlatWorld) -> None:
    world.drop("storeOrder", shirts("T1"), shirts("T2"), belt("T1"), shirts("T3"), belt("T2"), belt("T3"))
    assert await run(world) == "Completed"
    assert {name: amounts(row, "total_paid_tax_incl") for name, row in orders(world).items()} == dict.fromkeys(
        ("T1", "T2", "T3"), (Decimal("49.88"),)
    )


async def test_a_sale_whose_one_row_is_bad_is_held_whole(world: FlatWorld) -> None:
    world.drop("storeOrder", shirts("T1"), belt("T1", qty="deux"), shirts("T2"), shirts("T3", reference=""), belt("T3"))
    assert await run(world) == "CompletedWithRejects"
    assert world.counts() == {"rows_read": 5, "created": 1, "rejected": 4}
    assert list(orders(world)) == ["T2"]
    [rejects] = (world.folder / "rejects").glob("*.csv")
    corrected = (
        rejects.read_text("utf-8-sig").replace("deux", "1").replace("15:42:10;;;;;;;;;2", "15:42:10;;;;;;;LIVRE;;2")
    )
    (world.folder / "streams" / "storeOrder_corrected.csv").write_text(corrected, "utf-8")
    assert await run(world) == "Completed", world.report()["rejects"]
    assert sorted(orders(world)) == ["T1", "T2", "T3"]


async def test_a_row_that_names_no_sale_holds_those_beside_it(world: FlatWorld) -> None:
    world.drop("storeOrder", shirts("T1"), belt("T2"), belt(""), shirts("T3"), shirts("T4"))
    assert await run(world) == "CompletedWithRejects"
    assert world.counts() == {"rows_read": 5, "created": 2, "rejected": 3}
    assert sorted(orders(world)) == ["T1", "T4"]


async def test_a_sale_told_otherwise_later_stays_one_order_as_it_was(world: FlatWorld) -> None:
    world.drop("storeOrder", shirts("T1"), belt("T1"))
    await run(world)
    before = world.shop.snapshot()
    world.drop("storeOrder", shirts("T1"))
    assert await run(world) == "Completed"
    assert world.counts() == {"rows_read": 1, "ignored": 1}
    assert world.shop.snapshot() == before
    [incident] = world.report()["incidents"]
    assert (incident["level"], incident["key"]) == ("error", "T1")
    world.drop("storeOrder", shirts("T1"))
    assert await run(world) == "Completed"
    assert world.counts() == {"rows_read": 1, "ignored": 1}
    assert {incident["level"] for incident in world.report()["incidents"]} == {"info"}


async def test_of_two_files_of_one_run_the_later_tells_the_sale(world: FlatWorld) -> None:
    world.drop("storeOrder", shirts("T1"), shirts("T2"))
    world.drop("storeOrder", shirts("T1"), belt("T1"))
    assert await run(world) == "Completed"
    assert world.counts() == {"rows_read": 4, "created": 3, "ignored": 1}
    assert amounts(orders(world)["T1"], "total_paid_tax_incl") == (Decimal("49.88"),)


async def test_two_rates_and_a_discount_come_out_to_the_cent(world: FlatWorld) -> None:
    book = article("T1", "LIVRE", 3, "9.478673", "10.00", total_tax_excl="25.59", total_tax_incl="27.00")
    world.drop(
        "storeOrder", shirts("T1", total_tax_excl="31.65", total_tax_incl="37.98"), book | {"discount_amount": "3"}
    )
    assert await run(world) == "Completed", world.report()["rejects"]
    order = orders(world)["T1"]
    names = ("total_products_wt", "total_discounts_tax_incl", "total_paid_tax_incl", "total_paid_tax_excl")
    assert amounts(order, *names) == tuple(map(Decimal, ("67.98", "3.00", "64.98", "57.24")))


@pytest.mark.parametrize(
    ("said", "outcome"),
    [
        ({"customer_erp_code": "NOBODY"}, "rejected"),
        ({"reference": "NOTHING"}, "refused"),
        ({"reference": "robe0001-m"}, "refused"),
        ({"total_tax_incl": "12.00", "total_tax_excl": "10.00"}, "rejected"),
        ({"unit_price_tax_excl": ""}, "rejected"),
        ({"order_date": "2026-10-05"}, "rejected"),
        ({"qty": -1}, "ignored"),
        (INVOICE | {"invoice_address_country": "XX"}, "rejected"),
    ],
)  # fmt: skip
async def test_what_cannot_be_an_order_is_held_whole_and_the_others_go(
    world: FlatWorld, said: dict[str, Any], outcome: str
) -> None:
    world.drop("storeOrder", belt("T1"), shirts("T1", **said), shirts("T2"))
    await run(world)
    assert world.counts() == {"rows_read": 3, "created": 1, outcome: 2}
    assert list(orders(world)) == ["T2"]


@pytest.mark.parametrize("who", ["NOBODY", "WEB0000000404"])
async def test_a_sale_of_an_unknown_customer_waits_in_the_rejects(world: FlatWorld, who: str) -> None:
    world.drop("storeOrder", shirts("T1", customer_erp_code=who), shirts("T2", customer_erp_code="WEB0000000001"))
    assert await run(world) == "CompletedWithRejects"
    assert world.counts() == {"rows_read": 2, "created": 1, "refused": 1}
    assert list(orders(world)) == ["T2"]


async def test_an_unknown_article_is_a_row_without_a_product_where_wanted(world: FlatWorld) -> None:
    world.write_settings(store_orders={"unknown_products": "keep", "payment": "Magasin", "count_in_stats": True})
    world.drop("storeOrder", shirts("T1", reference="RETOUCHE", product_name="Retouche"))
    assert await run(world) == "Completed", world.report()["rejects"]
    [row] = world.shop.rows("order_details")
    assert (row["product_id"], row["product_name"]) == ("0", "Retouche")
    assert (orders(world)["T1"]["payment"], orders(world)["T1"]["invoice_date"]) == ("Magasin", "2026-10-03 15:42:10")


async def test_stock_moves_with_the_orders_once_where_the_settings_say_so(world: FlatWorld) -> None:
    with Ledger.open(f"sqlite:///{world.folder / 'ledger.db'}", snapshots=None) as ledger:
        ledger.confirm(world.folder.name, "stock", [Link("CEINTURE", 2, confirmed_value="0")], run_id=None)
    world.write_settings(store_orders={"take_stock": True})
    world.shop.faults.add(Fault("reset-after", "POST", "store_orders"))
    world.drop("storeOrder", shirts("T1"), belt("T1"), belt("T2", qty=3))
    assert await run(world) == "Completed"
    sold = {
        (row["id_product"], row["id_product_attribute"]): int(row["quantity"])
        for row in world.shop.rows("stock_availables")
        if row["quantity"] != "0"
    }
    assert sold == {("1", "0"): -2, ("1", "1"): -2, ("2", "0"): -4}
    assert world.links("stock").select("confirmed_value", "in_doubt").rows() == [("0", True)]
    world.drop("storeOrder", belt("T2", qty=3), belt("T1"), shirts("T1"))
    await run(world)
    assert world.counts() == {"rows_read": 3, "unchanged": 3}
    assert sum(int(row["quantity"]) for row in world.shop.rows("stock_availables")) == -8


async def test_an_order_placed_in_the_shop_itself_is_not_made_again(world: FlatWorld) -> None:
    world.shop.insert("orders", {"reference": "XKBKNABJK", "module": "ps_wirepayment", "id_customer": 1})
    world.drop("storeOrder", shirts("T1", order_external_reference="XKBKNABJK"))
    assert await run(world) == "Completed"
    assert world.counts() == {"rows_read": 1, "ignored": 1}
    assert len(world.shop.rows("orders")) == 1


async def test_a_sale_is_known_in_the_shop_by_the_name_it_brings(world: FlatWorld) -> None:
    world.drop(
        "storeOrder", shirts("T1", order_external_reference="MAG-00701"), belt("T2", order_external_reference="x" * 10)
    )
    assert await run(world) == "Completed"
    first, second = (orders(world)[key] for key in ("T1", "T2"))
    assert first["reference"] == "MAG-00701"
    assert second["reference"].startswith("M")
    assert len(second["reference"]) == 9
    (world.folder / "ledger.db").unlink()
    world.drop("storeOrder", shirts("T1", order_external_reference="MAG-00701"), belt("T2"))
    assert await run(world) == "Completed"
    assert world.counts() == {"rows_read": 2, "unchanged": 2}
    assert len(orders(world)) == 2


@pytest.mark.prefect
async def test_a_dry_run_shows_the_orders_and_writes_nothing(world: FlatWorld) -> None:
    world.drop("storeOrder", shirts("T1"), belt("T1"))
    assert await run(world, dry_run=True) == "Planned"
    assert (world.shop.writes, orders(world)) == (0, {})
    [change] = world.report()["plan"]
    assert ["order_row 1", "", "ROBE0001-M x 2 = 37.980000"] in change["changes"]
    assert await run(world) == "Completed"


async def test_since_reads_again_and_makes_what_the_shop_lost(world: FlatWorld) -> None:
    world.drop("storeOrder", shirts("T1"), shirts("T2"))
    await run(world)
    async with httpx.AsyncClient(auth=(world.shop.key, "")) as client:
        assert (await client.delete(f"{world.shop.url}/api/orders/{orders(world)['T1']['id']}")).is_success
    assert await run(world, since="yesterday") == "Completed"
    assert world.counts() == {"rows_read": 2, "created": 1, "unchanged": 1}
    assert sorted(orders(world)) == ["T1", "T2"]


@pytest.mark.parametrize("kind", one_of("php-warnings-500", "reset-after", "500-after", "503", "reset-before"))
async def test_a_lost_answer_makes_no_second_order(world: FlatWorld, kind: FaultKind) -> None:
    world.shop.faults.add(Fault(kind, "POST", "store_orders", times=2))
    world.drop("storeOrder", *(shirts(f"T{number}") for number in range(6)))
    assert await run(world) == "Completed"
    assert world.counts() == {"rows_read": 6, "created": 6}
    assert sorted(row["note"] for row in world.shop.rows("orders")) == [f"T{number}" for number in range(6)]


async def test_killed_between_the_order_and_its_confirmation(world: FlatWorld) -> None:
    world.drop("storeOrder", shirts("T1"), belt("T1"))
    shutil.copytree(world.folder, kept := world.folder.with_name("kept"))
    await run(world)
    shutil.rmtree(world.folder)
    kept.rename(world.folder)
    assert await run(world) == "Completed"
    assert world.counts() == {"rows_read": 2, "unchanged": 2}
    assert len(orders(world)) == 1


async def test_killed_while_it_waits_for_the_answer(world: FlatWorld) -> None:
    world.write_settings(shop__limits={"settle_seconds": 0.1})
    world.shop.faults.add(Fault("latency", "POST", "store_orders", times=None, seconds=3.0))
    world.drop("storeOrder", *(one for number in range(4) for one in (shirts(f"T{number}"), belt(f"T{number}"))))
    process = flow_process.start("import_store_orders", world.folder, {KEY_VARIABLE: world.shop.key})
    while not world.shop.rows("orders"):
        assert process.is_alive()
        await asyncio.sleep(0.05)
    process.kill()
    process.join()
    assert process.exitcode == -9
    world.shop.faults.clear()
    assert await run(world) == "Completed", world.report()["message"]
    assert (world.counts()["rows_read"], "rejected" in world.counts()) == (8, False)
    assert sorted(row["note"] for row in world.shop.rows("orders")) == ["T0", "T1", "T2", "T3"]


async def test_a_shop_without_the_module_keeps_the_file_and_is_told_what_to_do(flat_world: FlatWorld) -> None:
    path = flat_world.drop("storeOrder", shirts("T1"))
    assert await run(flat_world) == "Failed"
    assert path.exists()
    assert "Install the module" in flat_world.report()["message"]
    [incident] = flat_world.report()["incidents"]
    assert incident["level"] == "error"


async def test_no_file_is_no_fault_of_a_shop_without_the_module(flat_world: FlatWorld) -> None:
    assert await run(flat_world) == "Completed"


@pytest.mark.prefect
async def test_nobodys_address_is_told_at_rest(world: FlatWorld) -> None:
    world.drop("storeOrder", shirts("T1", invoice_address_country="XX", **INVOICE), shirts("T2", **INVOICE))
    await run(world)
    held = b"".join(world.files_at_rest().values())
    assert b"Mirabelles" not in held
    assert b"Quatrebarbes" not in held


async def test_the_code_of_a_country_names_nobody_and_stands_in_the_remedy(world: FlatWorld) -> None:
    world.drop("storeOrder", shirts("T1", **(INVOICE | {"invoice_address_country": "XX"})))
    await run(world)
    [reject] = world.report()["rejects"]
    assert "XX" in reject["reason"]
    assert "XX" in reject["remedy"]


async def test_every_row_of_a_damaged_file_is_told_and_no_sale_is_made_twice(world: FlatWorld) -> None:
    for seed in range(15):
        path = world.folder / "streams" / f"storeOrder_{seed:03}.csv"
        path.write_bytes(mutated_file(Random(seed), STORE_ORDER))
    assert await run(world, dry_run=True) == "Planned"
    assert world.shop.writes == 0
    assert await run(world) in {"Completed", "CompletedWithRejects"}
    report = world.report()
    assert report["counts"]["rows_read"] == sum(file["rows"] for file in report["files"])
    made = [row["note"] for row in world.shop.rows("orders")]
    assert made
    assert len(made) == len(set(made))
    rows = world.shop.rows("order_details")
    for order in world.shop.rows("orders"):
        mine = [Decimal(row["total_price_tax_incl"]) for row in rows if row["id_order"] == str(order["id"])]
        assert sum(mine) == Decimal(order["total_paid_tax_incl"])
