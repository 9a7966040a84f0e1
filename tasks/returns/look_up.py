"""Reads merchandise returns from the shop, through the module's resource: the webservice has none of its own."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from html import unescape

from connectors.prestashop import Entity, Shop, ShopFacts
from connectors.prestashop.dates import instant, zone_of
from connectors.prestashop.values import money, whole
from schemas.documents import Return, ReturnLine
from schemas.errors import DeniedError
from tasks.orders.rows import ShopWords

RETURN_FIELDS = (
    "id",
    "id_customer",
    "id_order",
    "state",
    "question",
    "date_add",
    "date_upd",
    "order_return_details[id_order_detail,product_quantity]",
)
_DETAIL = (
    "id",
    "product_id",
    "product_attribute_id",
    "product_reference",
    "product_name",
    "product_quantity",
    "total_price_tax_incl",
    "unit_price_tax_excl",
    "unit_price_tax_incl",
)


def require_returns(facts: ShopFacts) -> None:
    """DeniedError, with the remedy, when the shop does not show its returns."""
    if facts.may("GET", facts.returns):
        return
    raise DeniedError(
        f"the key may not read {facts.returns}",
        system="prestashop",
        action="read the returns",
        remedy="Install the module `passerelle` in the shop, then tick 'View (GET)' and 'Modify (PUT)' on the line "
        f"{facts.returns} in the back office, Advanced Parameters > Webservice.",
    ).worded("returns_resource_missing", value=facts.returns)


async def see_returns(shop: Shop, facts: ShopFacts, states: Iterable[int], known: Iterable[str]) -> list[Entity]:
    """The returns that are in one of `states`, and those of the ids `known`, whatever their state; by id.

    Of several shops of one PrestaShop, those of this shop's orders: a return itself names no shop.
    """
    rows = await shop.find(facts.returns, "state", [str(state) for state in states], display=RETURN_FIELDS)
    if facts.shops.several:
        ids = {str(row["id_order"]) for row in rows}
        own = await shop.find("orders", "id", ids, display=("id",), also=facts.shops.own_rows)
        orders = {int(order["id"]) for order in own}
        rows = [row for row in rows if whole(row, "id_order") in orders]
    there = {str(row["id"]) for row in rows}
    rows += await shop.find(facts.returns, "id", [key for key in known if key not in there], display=RETURN_FIELDS)
    return sorted(rows, key=lambda row: int(row["id"]))


async def read_returns(
    shop: Shop,
    facts: ShopFacts,
    words: ShopWords,
    rows: Sequence[Entity],
    erp_items: Collection[tuple[int, int]] | None,
) -> list[Return]:
    """The returns with the references and prices of the order's lines, in the order of `rows`.

    `erp_items` are the items that came from the ERP; None: nobody asks.
    """
    ids = sorted({str(row["id_order"]) for row in rows})
    orders = await shop.find("orders", "id", ids, display=("id", "reference", "id_currency", "date_add"))
    details = await shop.find("order_details", "id", sorted({_line_of(e) for e in _lines(rows)}), display=_DETAIL)
    order_of = {int(row["id"]): row for row in orders}
    detail_of = {int(row["id"]): row for row in details}
    zone = zone_of(facts.time_zone)
    returns = []
    for row in rows:
        order = order_of.get(whole(row, "id_order"), {})
        returns.append(
            Return(
                id_order_return=int(row["id"]),
                id_order=whole(row, "id_order"),
                order_reference=order.get("reference", ""),
                id_customer=whole(row, "id_customer"),
                state=whole(row, "state"),
                created_at=instant(row["date_add"], zone),
                updated_at=instant(row["date_upd"], zone),
                currency=words.currencies.get(whole(order, "id_currency"), ""),
                lines=tuple(_line(each, detail_of.get(int(_line_of(each)), {}), erp_items) for each in _lines([row])),
                # The shop keeps it as HTML (docs/facts/prestashop.md, O5).
                question=unescape(row["question"]),
                created_text=row["date_add"],
                order_placed_text=order.get("date_add", ""),
            )
        )
    return returns


def _lines(rows: Sequence[Entity]) -> list[Entity]:
    return [line for row in rows for line in row["associations"].get("order_return_details", [])]


def _line_of(row: Entity) -> str:
    return str(whole(row, "id_order_detail"))


def _line(row: Entity, detail: Entity, erp_items: Collection[tuple[int, int]] | None) -> ReturnLine:
    return ReturnLine(
        id_order_detail=whole(row, "id_order_detail"),
        reference=detail.get("product_reference", ""),
        name=detail.get("product_name", ""),
        quantity=whole(row, "product_quantity"),
        unit_price_tax_incl=money(detail, "unit_price_tax_incl"),
        unit_price_tax_excl=money(detail, "unit_price_tax_excl"),
        sold=whole(detail, "product_quantity"),
        total_tax_incl=money(detail, "total_price_tax_incl"),
        is_missing=not detail,
        in_erp=erp_items is None or (whole(detail, "product_id"), whole(detail, "product_attribute_id")) in erp_items,
    )
