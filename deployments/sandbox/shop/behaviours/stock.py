"""Stock rows: made with their product or combination, and the parent's row as the sum of its combinations'."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from deployments.sandbox.shop.entity import Behaviour, Draft
from deployments.sandbox.shop.errors import ServiceError

if TYPE_CHECKING:
    from deployments.sandbox.shop.store import Row, Store

_SHOP_DEFAULT = "2"


def shares_stock(store: Store) -> bool:
    """Whether the shops of the group share one stock, kept under the group instead of the shop."""
    group = store["shop_groups"].rows.get(1)
    return group is not None and group["share_stock"] == "1"


def on_this_shop(store: Store, row: Row) -> bool:
    """Whether the shop sees the stock row; one detached by a careless PUT is on no shop."""
    if shares_stock(store):
        return bool(row["id_shop"] == "0" and row["id_shop_group"] == "1")
    return bool(row["id_shop"] == "1")


def make_row(store: Store, product: int, combination: int, *, out_of_stock: str = _SHOP_DEFAULT) -> int:
    """A new stock row with quantity 0."""
    shared = shares_stock(store)
    return store["stock_availables"].insert(
        {
            "id_product": str(product),
            "id_product_attribute": str(combination),
            "id_shop": "0" if shared else "1",
            "id_shop_group": "1" if shared else "0",
            "quantity": "0",
            "depends_on_stock": "0",
            "out_of_stock": out_of_stock,
            "location": "",
        },
    )


def remove_rows(store: Store, product: int, combination: int | None = None) -> None:
    """Take out the stock rows of a product, or of one of its combinations."""
    table = store["stock_availables"]
    for identifier in list(table.ids_where("id_product", product)):
        if combination is None or table.rows[identifier]["id_product_attribute"] == str(combination):
            table.remove(identifier)


def total_up(store: Store, product: int, *, pause: bool = False) -> None:
    """Set the product's own row to the sum of its combinations' rows, making it anew when the shop has none.

    The shop reads the sum by one statement and writes it by another, in no transaction: with `pause`, others may write
    in between.
    """
    table = store["stock_availables"]
    total, parent = 0, None
    for identifier in table.ids_where("id_product", product):
        row = table.rows[identifier]
        if not on_this_shop(store, row):
            continue
        if row["id_product_attribute"] == "0":
            parent = identifier if parent is None else min(parent, identifier)
        else:
            total += int(row["quantity"])
    if parent is None:
        parent = make_row(store, product, 0, out_of_stock="0")
    if pause:
        store.lock.release()
        time.sleep(store.seconds_between_statements)
        store.lock.acquire()
    if parent in table.rows:
        table.update(parent, {"quantity": str(total)})


def _refuse_managed(draft: Draft) -> None:
    if draft.text("depends_on_stock") == "1" and not draft.store.rules.without_warehouses:
        raise ServiceError(500, 133, "You cannot update the available stock when it depends on stock.")


def _after_save(draft: Draft) -> None:
    if draft.text("id_product_attribute") not in {"", "0"}:
        total_up(draft.store, draft.whole("id_product"), pause=True)


BEHAVIOUR = Behaviour(before_save=_refuse_managed, after_save=_after_save)
