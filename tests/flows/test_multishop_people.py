"""Customers, sales of stores and discounts of several shops of one PrestaShop: what is shared and what is each shop's.

They run on the sandbox with and without shared customers, and on a real installation as `test_multishop` does.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from flows.import_customers import import_customers
from flows.import_specific_prices import import_specific_prices
from flows.import_store_orders import import_store_orders
from tests.flows.flat_world import FlatWorld
from tests.flows.several_shops import UNIQUE, Folders, Installation, installations

pytestmark = pytest.mark.slow

CLIENT = f"C{UNIQUE}"
EMAIL = f"c{UNIQUE}@lab.example".lower()
BELT = f"BELT-{UNIQUE}"


@pytest.fixture(params=["sandbox", "sharing", "real"])
def installation(request: pytest.FixtureRequest) -> Iterator[Installation]:
    yield from installations(request.param)


@pytest.fixture
def shop_of(installation: Installation, prefect_api: str, tmp_path: Path) -> Callable[[int], FlatWorld]:
    folders = Folders(installation, tmp_path)
    return lambda id_shop: folders.of(id_shop, FlatWorld)


def account(code: str = CLIENT, email: str = EMAIL, **said: Any) -> dict[str, Any]:
    return {"code_erp": code, "customer_email": email, "lastname": "Lefebvre", "firstname": "Clotilde"} | said


def sale(key: str, code: str = CLIENT) -> dict[str, Any]:
    return {
        "order_internal_reference": key,
        "customer_erp_code": code,
        "order_date": "2026-10-03 15:42:10",
        "reference": BELT,
        "qty": "1",
        "unit_price_tax_excl": "10.00",
        "unit_price_tax_incl": "12.00",
    }


async def comes_in(world: FlatWorld, flow: Any, stream: str, *rows: dict[str, Any]) -> dict[str, int]:
    world.drop(stream, *rows)
    state = await world.run(flow)
    assert state.name == "Completed", (state, world.report()["rejects"])
    return world.counts()


async def sells(world: FlatWorld) -> None:
    world.drop_products({"reference": BELT, "price": "12.00", "stocks": "9"})
    state = await world.products()
    assert state.name == "Completed", (state, world.report()["rejects"])


def owners(installation: Installation, email: str) -> list[set[str]]:
    """`id_shop` of the accounts of an e-mail that shops 1, 2 and 3 list."""
    return [
        {row["id_shop"] for row in installation.listed("customers", one, "id,id_shop", email=email)}
        for one in (1, 2, 3)
    ]


async def test_a_customer_has_one_account_where_the_group_shares_them_and_else_one_in_each_shop(
    installation: Installation, shop_of: Callable[[int], FlatWorld]
) -> None:
    client, email = f"A{UNIQUE}", f"a{UNIQUE}@lab.example".lower()
    row = account(client, email)
    counts = [await comes_in(shop_of(one), import_customers, "customer", row) for one in (1, 2, 3)]
    shared = installation.shares("share_customer")
    new, there = {"rows_read": 1, "created": 1}, {"rows_read": 1, "unchanged": 1}
    assert counts == [new, there if shared else new, new]
    assert owners(installation, email) == [{"1"}, {"1"} if shared else {"2"}, {"3"}]
    for one in (1, 2, 3):
        world = shop_of(one)
        assert await comes_in(world, import_customers, "customer", row) == there
        assert world.report()["requests"]["writes"] == 0


async def test_what_the_second_folder_changes_is_changed_in_its_own_account_or_in_the_shared_one(
    installation: Installation, shop_of: Callable[[int], FlatWorld]
) -> None:
    client, email = f"B{UNIQUE}", f"b{UNIQUE}@lab.example".lower()
    for one in (1, 2):
        await comes_in(shop_of(one), import_customers, "customer", account(client, email))
    counts = await comes_in(shop_of(2), import_customers, "customer", account(client, email, firstname="Berthe"))
    assert counts == {"rows_read": 1, "updated": 1}
    names = [installation.listed("customers", one, "id,firstname", email=email)[0]["firstname"] for one in (1, 2)]
    assert names == ["Berthe" if installation.shares("share_customer") else "Clotilde", "Berthe"]


async def test_a_sale_is_an_order_of_the_folders_shop_and_never_of_a_second_one(
    installation: Installation, shop_of: Callable[[int], FlatWorld]
) -> None:
    for one in (1, 2):
        await comes_in(shop_of(one), import_customers, "customer", account())
        await sells(shop_of(one))
    key = f"MAG-{UNIQUE}-2"
    assert await comes_in(shop_of(2), import_store_orders, "storeOrder", sale(key)) == {"rows_read": 1, "created": 1}
    [payment] = installation.listed("order_payments", 1, "id,order_reference", transaction_id=key)
    reference = payment["order_reference"]
    [order] = installation.listed("orders", 2, "id,id_shop,id_shop_group", reference=reference)
    assert (order["id_shop"], order["id_shop_group"]) == ("2", "1")
    assert bool(installation.listed("orders", 1, "id", reference=reference)) == installation.shares("share_order")
    lines = installation.listed("order_details", 2, "id,id_shop", id_order=str(order["id"]))
    assert [line["id_shop"] for line in lines] == ["2"]
    world = shop_of(1)
    world.drop("storeOrder", sale(key))
    await world.run(import_store_orders)
    assert world.report()["requests"]["writes"] == 0
    if not installation.shares("share_order"):
        [reject] = world.report()["rejects"]
        assert str(order["id"]) in reject["reason"]
        assert "another shop" in reject["reason"]


async def test_each_folder_writes_discounts_of_its_own_shop(
    installation: Installation, shop_of: Callable[[int], FlatWorld]
) -> None:
    for one, reduction in ((1, "20"), (2, "30"), (3, "40")):
        await sells(shop_of(one))
        row = {"reference": BELT, "erp_code": "SOLDES", "reduction": reduction, "type": "%", "reduction_tax": "1"}
        counts = await comes_in(shop_of(one), import_specific_prices, "specificprice", row)
        assert counts == {"rows_read": 1, "created": 1}
        assert await comes_in(shop_of(one), import_specific_prices, "specificprice", row) == {
            "rows_read": 1,
            "unchanged": 1,
        }
    product = str(installation.product(BELT, 1)["id"])

    def reductions() -> dict[str, float]:
        rows = installation.listed("specific_prices", 1, "id,id_shop,reduction", id_product=product)
        return {str(row["id_shop"]): float(row["reduction"]) for row in rows}

    assert reductions() == {"1": 0.2, "2": 0.3, "3": 0.4}
    row = {"reference": BELT, "erp_code": "SOLDES", "reduction": "50", "type": "%", "reduction_tax": "1"}
    assert await comes_in(shop_of(2), import_specific_prices, "specificprice", row) == {"rows_read": 1, "updated": 1}
    assert reductions() == {"1": 0.2, "2": 0.5, "3": 0.4}


PRICE = (
    "<specific_price><id_shop_group>0</id_shop_group><id_shop>0</id_shop><id_cart>0</id_cart>"
    "<id_product>{product}</id_product><id_product_attribute>0</id_product_attribute><id_currency>0</id_currency>"
    "<id_country>0</id_country><id_group>0</id_group><id_customer>0</id_customer><price>-1</price>"
    "<from_quantity>1</from_quantity><reduction>0.1</reduction><reduction_tax>1</reduction_tax>"
    "<reduction_type>percentage</reduction_type><from>0000-00-00 00:00:00</from><to>0000-00-00 00:00:00</to>"
    "</specific_price>"
)


async def test_a_price_of_all_shops_is_never_changed_from_the_folder_of_one(
    installation: Installation, shop_of: Callable[[int], FlatWorld]
) -> None:
    belt = f"STRAP-{UNIQUE}"
    world = shop_of(2)
    world.drop_products({"reference": belt, "price": "12.00"})
    await world.products()
    product = str(installation.product(belt, 2)["id"])
    installation.change("specific_prices", 1, PRICE.format(product=product))
    row = {"reference": belt, "erp_code": "SOLDES", "reduction": "30", "type": "%", "reduction_tax": "1"}
    assert await comes_in(world, import_specific_prices, "specificprice", row) == {"rows_read": 1, "ignored": 1}
    world.write_settings(shop={"id_shop": 2}, specific_prices={"overwrite": True})
    assert await comes_in(world, import_specific_prices, "specificprice", row) == {"rows_read": 1, "created": 1}
    rows = installation.listed("specific_prices", 2, "id,id_shop,reduction", id_product=product)
    assert {str(one["id_shop"]): float(one["reduction"]) for one in rows} == {"0": 0.1, "2": 0.3}
