"""The orders that changed of late, with the pieces of each item in them."""

from __future__ import annotations

from datetime import datetime

from schemas.errors import DeniedError
from tasks.orders.look_up import see_sales
from tasks.run.run import Run
from tasks.stock_check.differences import MARGIN, Sales, sales_of

_ROW = ("id", "id_order", "product_id", "product_attribute_id", "product_quantity")
_NEEDED = ("orders", "order_details")


async def sales_since(run: Run, since: datetime) -> Sales | None:
    """The orders that changed since then, by the shop's clock; sales of stores where they take off the shop's stock.

    Where the group shares its stock, those of its other shops too. None where the key may not read all of these.
    """
    shop, facts = run.shop, run.facts
    if not all(facts.may("GET", resource) for resource in _NEEDED):
        return None
    counts_stores = run.folder.settings.store_orders.take_stock
    try:
        seen = await see_sales(shop, facts, since - MARGIN)
    except DeniedError:
        return None
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
