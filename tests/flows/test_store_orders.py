from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any

import httpx
import pytest

from connectors.ledger import Ledger, Link
from deployments.sandbox.shop import Fault
from tests.flows.flat_world import FlatWorld
from tests.flows.store_sales import INVOICE, STORE, amounts, article, belt, opened_world, orders, run, shirts


@pytest.fixture
def world(prefect_api: None, tmp_path: Path) -> Iterator[FlatWorld]:
    with opened_world(tmp_path / "boutique") as world:
        yield world


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
