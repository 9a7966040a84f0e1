"""Stock rows: made with their product or combination, and the parent's row as the sum of its combinations'."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from deployments.sandbox.shop import shops
from deployments.sandbox.shop.entity import Behaviour, Draft
from deployments.sandbox.shop.errors import ServiceError

if TYPE_CHECKING:
    from deployments.sandbox.shop.store import Row, Store

_SHOP_DEFAULT = "2"


def _holder(store: Store, shop: int) -> tuple[str, str]:
    """`id_shop` and `id_shop_group` of a shop's rows: those of its group where that shares one stock."""
    group = shops.group_of(store, shop)
    return ("0", str(group["id"])) if group["share_stock"] == "1" else (str(shop), "0")


def on_this_shop(store: Store, row: Row) -> bool:
    """Whether the shop sees the stock row; one detached by a careless PUT is on no shop."""
    shop, group = _holder(store, shops.of(store).shop)
    return bool(row["id_shop"] == shop and (shop != "0" or row["id_shop_group"] == group))


def make_row(store: Store, product: int, combination: int, *, out_of_stock: str = _SHOP_DEFAULT) -> int:
    """A new stock row with quantity 0 for each shop or group asked; the id of the last one."""
    table = store["stock_availables"]
    holders = dict.fromkeys(_holder(store, shop) for shop in reversed(shops.of(store).shops))
    made = [
        table.insert(
            {
                "id_product": str(product),
                "id_product_attribute": str(combination),
                "id_shop": shop,
                "id_shop_group": group,
                "quantity": "0",
                "depends_on_stock": "0",
                "out_of_stock": out_of_stock,
                "location": "",
            },
        )
        for shop, group in holders
    ]
    return made[-1]


def remove_rows(store: Store, product: int, combination: int | None = None) -> None:
    """Take out the stock rows of a product, or of one of its combinations, but for those of shops that keep it."""
    table = store["stock_availables"]
    resource, owner = ("combinations", combination) if combination else ("products", product)
    kept = store[resource].rows.get(owner, {}).get("_shops", ())
    held = {_holder(store, shop) for shop in kept}
    for identifier in list(table.ids_where("id_product", product)):
        row = table.rows[identifier]
        wanted = combination is None or row["id_product_attribute"] == str(combination)
        if wanted and (row["id_shop"], row["id_shop_group"]) not in held:
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
