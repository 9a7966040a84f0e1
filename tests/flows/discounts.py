"""A shop that sells things, the discounts that a file has for them, and a price that somebody makes by hand."""

from __future__ import annotations

from typing import Any

from tests.flows.flat_world import FlatWorld


def discount(reference: str, **said: Any) -> dict[str, Any]:
    """A row of 20 % for an item; a name that Python keeps for itself ends in `_`."""
    return {"reference": reference, "erp_code": "SOLDES", "reduction": "20", "type": "%", "reduction_tax": "1"} | {
        name.rstrip("_"): value for name, value in said.items()
    }


async def sell(flat_world: FlatWorld) -> None:
    """Six combinations at 21.90 and 20.90, and a belt at 100."""
    flat_world.drop_products(*flat_world.dress(2), {"reference": "CEINTURE", "price": "100"})
    assert (await flat_world.products()).name == "Completed"
    flat_world.shop.insert(
        "customers",
        {"email": "Anna@Lab.test", "lastname": "Martin", "firstname": "Anna", "passwd": "x" * 60, "active": 1},
    )


def prices(world: FlatWorld) -> list[dict[str, Any]]:
    """All specific prices of the shop."""
    return world.shop.rows("specific_prices")


def of_belt(world: FlatWorld) -> dict[str, Any]:
    """The only one of the belt."""
    number = int(world.product("CEINTURE")["id"])
    [found] = [row for row in prices(world) if int(row["id_product"]) == number]
    return found


def by_hand(world: FlatWorld, **values: Any) -> int:
    """Half off the belt, in `values` otherwise; its id."""
    case = dict.fromkeys(("id_cart", "id_currency", "id_country", "id_group", "id_customer", "id_shop_group"), 0)
    given = {"id_shop": 1, "price": "-1", "from_quantity": 1, "reduction": "0.5", "reduction_type": "percentage"}
    dates = {"reduction_tax": 1, "from": "0000-00-00 00:00:00", "to": "0000-00-00 00:00:00"}
    product = {"id_product": int(world.product("CEINTURE")["id"]), "id_product_attribute": 0}
    return world.shop.insert("specific_prices", case | given | dates | product | values)
