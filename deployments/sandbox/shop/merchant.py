"""What a merchant does by hand in the back office: rows put in and edited without the webservice's checks."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from deployments.sandbox.shop.behaviours import combinations, products, stock
from deployments.sandbox.shop.slugs import slug
from deployments.sandbox.shop.store import now

if TYPE_CHECKING:
    from deployments.sandbox.shop.store import Row, Store

_PRODUCT: dict[str, Any] = {
    "active": 1,
    "state": 1,
    "visibility": "both",
    "condition": "new",
    "product_type": "standard",
    "minimal_quantity": 1,
    "available_for_order": 1,
    "show_price": 1,
    "id_shop_default": 1,
    "id_category_default": 2,
    "id_tax_rules_group": 1,
    "redirect_type": "default",
    "categories": [2],
    "product_features": [],
}
_DEFAULTS: dict[str, dict[str, Any]] = {
    "products": _PRODUCT,
    "combinations": {"minimal_quantity": 1, "default_on": None, "product_option_values": []},
    "categories": {"active": 1, "id_parent": 2, "id_shop_default": 1},
    "product_options": {"group_type": "select"},
    "manufacturers": {"active": 1},
    "suppliers": {"active": 1},
    "customers": {"active": 1, "id_default_group": 3, "groups": [3], "id_lang": 1, "id_shop": 1, "id_shop_group": 1},
}


def insert(store: Store, resource: str, values: dict[str, Any]) -> int:
    """Put a row in, with what the back office fills in by itself; ``quantity`` goes to the stock row."""
    given = dict(values)
    quantity = given.pop("quantity", 0) if resource in {"products", "combinations"} else None
    complete = {**_DEFAULTS.get(resource, {}), **given}
    if "link_rewrite" in store.resources[resource].by_name and "link_rewrite" not in given and "name" in given:
        complete["link_rewrite"] = _links(given["name"])
    identifier = store.add(resource, complete, values.get("id"))
    if resource == "categories":
        parent = store["categories"].rows.get(int(complete["id_parent"]))
        depth = int(parent["level_depth"]) + 1 if parent else 0
        store["categories"].update(identifier, {"level_depth": str(depth)})
    if resource == "products":
        _place(store, identifier)
        _stocked(store, identifier, 0, quantity)
    if resource == "combinations":
        product = int(complete["id_product"])
        _stocked(store, product, identifier, quantity)
        combinations.follow(store, product)
        stock.total_up(store, product)
    return identifier


def _links(name: Any) -> Any:
    return {one: slug(str(text)) for one, text in name.items()} if isinstance(name, dict) else slug(str(name))


def _place(store: Store, product: int) -> None:
    row = store["products"].rows[product]
    positions = {str(one): products.next_position(store, one) for one in row["categories"]}
    store["products"].update(product, {"positions": positions, "indexed": row["active"]})


def _stocked(store: Store, product: int, combination: int, quantity: Any) -> None:
    row = stock.make_row(store, product, combination)
    store["stock_availables"].update(row, {"quantity": str(quantity)})


def change(store: Store, resource: str, identifier: int, values: dict[str, Any]) -> None:
    """Edit a row; dates and stock totals follow as in the back office."""
    table = store[resource]
    row: Row = table.rows[identifier]
    table.update(identifier, store.stored_values(resource, values))
    if "date_upd" in row and "date_upd" not in values:
        table.update(identifier, {"date_upd": now()})
    if resource == "stock_availables" and row["id_product_attribute"] != "0":
        stock.total_up(store, int(row["id_product"]))
    if resource == "combinations":
        combinations.follow(store, int(row["id_product"]))
