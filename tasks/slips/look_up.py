"""Reads credit slips from the shop, each with the whole of its order."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime

from connectors.prestashop import Entity, Shop, ShopFacts
from connectors.prestashop.dates import instant, local_text, zone_of
from connectors.prestashop.filters import after
from connectors.prestashop.values import money, whole
from schemas.documents import Order, Slip, SlipLine
from schemas.errors import DeniedError
from schemas.identities import slip_identity
from tasks.orders.erp_lines import ErpLines
from tasks.orders.look_up import read_orders
from tasks.orders.rows import ShopWords
from tasks.run.run import Run

RESOURCE = "order_slip"
_KNOWN_BY = ("id", "id_order", "date_add", "date_upd")
SLIP = (
    *_KNOWN_BY,
    "amount",
    "total_products_tax_excl",
    "total_products_tax_incl",
    "total_shipping_tax_excl",
    "total_shipping_tax_incl",
    "order_slip_details[id_order_detail,product_quantity,amount_tax_excl,amount_tax_incl]",
)


def require_slips(facts: ShopFacts) -> None:
    """DeniedError, with the remedy, when the key may not read credit slips."""
    if facts.may("GET", RESOURCE):
        return
    raise DeniedError(
        f"the key may not read {RESOURCE}",
        system="prestashop",
        action="read the credit slips",
        remedy=f"Tick 'View (GET)' on the line {RESOURCE} in the back office, Advanced Parameters > Webservice.",
    ).worded("slips_not_readable", value=RESOURCE)


async def see_slips(shop: Shop, facts: ShopFacts, since: datetime, followed: Iterable[str]) -> list[Entity]:
    """The slips that changed after `since`, and those of the ids `followed`, whenever they did; by id.

    Of several shops of one PrestaShop, those of this shop's orders: a slip itself names no shop.
    """
    changed = {"date_upd": after(local_text(since, zone_of(facts.time_zone)))}
    rows = await shop.read(RESOURCE, filters=changed, display=SLIP)
    if facts.shops.several and rows:
        ids = {str(row["id_order"]) for row in rows}
        own = await shop.find("orders", "id", ids, display=("id",), also=facts.shops.own_rows)
        orders = {int(order["id"]) for order in own}
        rows = [row for row in rows if whole(row, "id_order") in orders]
    there = {str(row["id"]) for row in rows}
    rows += await shop.find(RESOURCE, "id", [key for key in followed if key not in there], display=SLIP)
    return sorted(rows, key=lambda row: int(row["id"]))


async def read_slips(run: Run, words: ShopWords, rows: Sequence[Entity]) -> list[Slip]:
    """The slips with their orders, in the order of `rows`."""
    ids, size = sorted({whole(row, "id_order") for row in rows}), run.folder.settings.orders.chunk
    of_erp, orders = ErpLines(run, words), dict[int, Order]()
    for start in range(0, len(ids), size):
        run.lease.check()
        part = await read_orders(run.shop, run.facts, words, ids[start : start + size], carts=False)
        orders |= {order.id_order: order for order in await of_erp.completed(part)}
    return [slip_of(row, orders, run.facts) for row in rows]


def slip_of(row: Entity, orders: Mapping[int, Order], facts: ShopFacts) -> Slip:
    """One row of the shop with its order."""
    order = orders.get(whole(row, "id_order"))
    sold = {line.id_order_detail: line for line in order.lines} if order else {}
    lines = row.get("associations", {}).get("order_slip_details", [])
    return Slip(
        id_order_slip=int(row["id"]),
        id_order=whole(row, "id_order"),
        created_at=instant(row["date_add"], zone_of(facts.time_zone)),
        lines=tuple(
            SlipLine(
                id_order_detail=whole(line, "id_order_detail"),
                quantity=whole(line, "product_quantity"),
                total_tax_excl=money(line, "amount_tax_excl"),
                total_tax_incl=money(line, "amount_tax_incl"),
                sold=sold.get(whole(line, "id_order_detail")),
            )
            for line in lines
        ),
        amount=money(row, "amount"),
        total_products_tax_excl=money(row, "total_products_tax_excl"),
        total_products_tax_incl=money(row, "total_products_tax_incl"),
        total_shipping_tax_excl=money(row, "total_shipping_tax_excl"),
        total_shipping_tax_incl=money(row, "total_shipping_tax_incl"),
        order=order,
        created_text=row["date_add"],
    )


def identity_of(run: Run, row: Entity) -> str:
    """The identity of a slip as the shop has it."""
    return slip_identity(whole(row, "id_order"), row["date_add"], run.ledger.secret())


async def identities_now(shop: Shop, keys: Iterable[str], secret: bytes) -> dict[str, str]:
    """Whose the ids are in the shop now; those that it has not are left out."""
    found = await shop.find(RESOURCE, "id", keys, display=_KNOWN_BY)
    return {str(row["id"]): slip_identity(whole(row, "id_order"), row["date_add"], secret) for row in found}
