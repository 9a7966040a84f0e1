"""The orders that changed of late, with the pieces of each item in them."""

from __future__ import annotations

from datetime import datetime

from tasks.orders.look_up import see_orders
from tasks.run.run import Run
from tasks.stock_check.differences import MARGIN, Sales, sales_of

_ROW = ("id", "id_order", "product_id", "product_attribute_id", "product_quantity")
_NEEDED = ("orders", "order_details")


def sees_orders(run: Run) -> bool:
    """Whether the key may read what the shop has sold."""
    return all(run.facts.may("GET", resource) for resource in _NEEDED)


async def sales_since(run: Run, since: datetime) -> Sales:
    """The orders that changed since then, by the shop's clock; sales of stores where they take off the shop's stock."""
    shop, facts = run.shop, run.facts
    counts_stores = run.folder.settings.store_orders.take_stock
    seen = await see_orders(shop, facts, since=since - MARGIN, states=(), known=())
    orders = [one for one in seen if counts_stores or not one.is_store_sale]
    ids = [one.key for one in orders]
    details = await shop.find("order_details", "id_order", ids, display=_ROW) if ids else []
    rows = (
        (
            int(row["id_order"]),
            (int(row["product_id"]), int(row["product_attribute_id"] or 0)),
            int(row["product_quantity"]),
        )
        for row in details
    )
    return sales_of(orders, rows, facts.undoing_states)
