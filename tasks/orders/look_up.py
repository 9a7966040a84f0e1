"""Reads orders from the shop: a first look at those that changed, then all they need, in bulk."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Collection, Iterable, Mapping, Sequence
from datetime import datetime, timedelta, tzinfo
from decimal import Decimal
from typing import Any

from connectors.prestashop import IDS_ONLY, Entity, Shop, ShopFacts
from connectors.prestashop.dates import instant, local_text, zone_of
from connectors.prestashop.filters import Filter, after
from connectors.prestashop.sales import MODULE
from connectors.prestashop.values import money, whole
from schemas.documents import Order
from tasks.orders.countries import Countries, read_countries
from tasks.orders.plan.sorting import SeenOrder
from tasks.orders.rows import Around, ShopWords, order_of

_SECOND = timedelta(seconds=1)
_SEEN = ("id", "current_state", "date_add", "date_upd", "module", "reference")
_ORDER = (
    *_SEEN,
    "id_address_delivery",
    "id_address_invoice",
    "id_cart",
    "id_currency",
    "id_customer",
    "id_carrier",
    "payment",
    "gift",
    "gift_message",
    "invoice_date",
    "invoice_number",
    "total_discounts_tax_excl",
    "total_discounts_tax_incl",
    "total_paid_tax_excl",
    "total_paid_tax_incl",
    "total_products",
    "total_products_wt",
    "total_shipping_tax_excl",
    "total_shipping_tax_incl",
    "total_wrapping_tax_excl",
    "total_wrapping_tax_incl",
)
_DETAIL = (
    "id",
    "id_order",
    "product_id",
    "product_attribute_id",
    "product_reference",
    "product_name",
    "product_quantity",
    "product_ean13",
    "unit_price_tax_excl",
    "unit_price_tax_incl",
    "total_price_tax_excl",
    "total_price_tax_incl",
    "reduction_percent",
    "id_customization",
    "reduction_amount_tax_excl",
    "reduction_amount_tax_incl",
)
CUSTOMER = (
    "id",
    "email",
    "firstname",
    "lastname",
    "id_gender",
    "birthday",
    "newsletter",
    "optin",
    "company",
    "siret",
    "ape",
    "id_default_group",
    "id_lang",
    "is_guest",
    "date_add",
    "date_upd",
)
ADDRESS = (
    "id",
    "id_country",
    "id_state",
    "firstname",
    "lastname",
    "company",
    "address1",
    "address2",
    "other",
    "postcode",
    "city",
    "phone",
    "phone_mobile",
    "vat_number",
)
_TOGETHER = ("id", "reference", "id_cart", "total_paid_tax_incl")
_SLIP = ("id", "id_order", "total_products_tax_incl", "total_shipping_tax_incl")
_PAYMENT = ("id", "order_reference", "id_currency", "amount", "payment_method", "transaction_id", "date_add")


async def read_words(shop: Shop, facts: ShopFacts, known: Countries | None = None) -> ShopWords:
    """Currencies, countries, regions, carriers and languages of the shop; `known` where they are known."""
    currencies = await shop.read("currencies", display=("id", "iso_code"))
    known = known or await read_countries(shop, facts)
    carriers = await shop.read("carriers", display=("id", "id_reference"))
    return ShopWords(
        currencies={int(row["id"]): row["iso_code"].upper() for row in currencies},
        countries=known.countries,
        states=known.states,
        carriers={int(row["id"]): whole(row, "id_reference") for row in carriers},
        languages={id_: iso for iso, id_ in facts.languages.items()},
        time_zone=facts.time_zone,
    )


async def see_orders(
    shop: Shop, facts: ShopFacts, *, since: datetime | None, states: Collection[int], known: Iterable[str]
) -> list[SeenOrder]:
    """The orders that changed after `since`, and those of the ids `known`, whenever they changed; oldest first.

    Without `since`, those that are in one of `states` now. Where a group of shops shares its orders, this shop's own.
    """
    zone, own = zone_of(facts.time_zone), facts.shops.own_rows
    if since is None:
        rows = await shop.find("orders", "current_state", [str(state) for state in states], display=_SEEN, also=own)
    else:
        changed = {"date_upd": after(local_text(since, zone)), **own}
        rows = await shop.read("orders", filters=changed, display=_SEEN)
    there = {int(row["id"]) for row in rows}
    rows += await shop.find("orders", "id", [key for key in known if int(key) not in there], display=_SEEN)
    return _seen(rows, zone)


async def see_sales(shop: Shop, facts: ShopFacts, since: datetime) -> list[SeenOrder]:
    """The orders of this shop that changed after `since`, and those of the shops that sell of the same stock.

    Raises DeniedError where the key is not for one of those.
    """
    zone, shops = zone_of(facts.time_zone), facts.shops
    changed = {"date_upd": after(local_text(since, zone))}
    rows = await shop.read("orders", filters=changed | dict(shops.own_rows), display=_SEEN)
    return [*_seen(rows, zone), *await see_sales_of_others(shop, facts, since)]


async def see_sales_of_others(shop: Shop, facts: ShopFacts, since: datetime) -> list[SeenOrder]:
    """Of the shops that sell of the same stock, the orders that changed after `since`; DeniedError as `see_sales`."""
    zone = zone_of(facts.time_zone)
    changed = {"date_upd": after(local_text(since, zone))}
    rows: list[Entity] = []
    for other in facts.shops.sharing_stock:
        rows += await shop.read("orders", filters=changed | {"id_shop": str(other)}, display=_SEEN, id_shop=other)
    return _seen(rows, zone)


async def list_orders(
    shop: Shop, facts: ShopFacts, *, states: Collection[int], placed_from: datetime | None
) -> list[str]:
    """The ids of all orders that are in one of `states` now and were placed from then on; ids alone cost little."""
    filters: dict[str, Filter] = {"current_state": [str(state) for state in sorted(states)], **facts.shops.own_rows}
    if placed_from is not None:
        filters["date_add"] = after(local_text(placed_from - _SECOND, zone_of(facts.time_zone)))
    return [str(row["id"]) for row in await shop.read("orders", filters=filters, display=IDS_ONLY)]


async def list_placed(shop: Shop, facts: ShopFacts, since: datetime) -> list[str]:
    """The ids of all orders placed from then on, whatever their state."""
    filters = {"date_add": after(local_text(since - _SECOND, zone_of(facts.time_zone)))}
    return [str(row["id"]) for row in await shop.read("orders", filters=filters, display=IDS_ONLY)]


async def see_orders_of(shop: Shop, facts: ShopFacts, ids: Iterable[str], *, own: bool = False) -> list[SeenOrder]:
    """A first look at the orders of these ids, or those of this shop's `own` among them.

    Those that the shop does not list are left out.
    """
    also = facts.shops.own_rows if own else {}
    return _seen(await shop.find("orders", "id", ids, display=_SEEN, also=also), zone_of(facts.time_zone))


def _seen(rows: Iterable[Entity], zone: tzinfo) -> list[SeenOrder]:
    seen = (
        SeenOrder(
            int(row["id"]),
            whole(row, "current_state"),
            instant(row["date_add"], zone),
            instant(row["date_upd"], zone),
            is_store_sale=row["module"] == MODULE,
            reference=row["reference"],
            placed_text=row["date_add"],
        )
        for row in rows
    )
    return sorted(seen, key=lambda order: order.id_order)


async def read_orders(
    shop: Shop, facts: ShopFacts, words: ShopWords, ids: Sequence[int], *, carts: bool = True
) -> list[Order]:
    """The orders of `ids` with everything an ERP must have, in the order of their ids.

    A fixed number of kinds of requests, whatever the number of orders. `carts`: count the lines of their carts.
    """
    rows = await shop.find("orders", "id", [str(id_) for id_ in ids], display=_ORDER)
    around = await _around(shop, facts, rows, carts=carts)
    return [order_of(row, around, words) for row in sorted(rows, key=lambda row: int(row["id"]))]


async def read_refunds(shop: Shop, facts: ShopFacts, ids: Collection[str]) -> dict[int, Decimal]:
    """What the credit slips of these orders give back in all, with tax; nothing where the key may not read them."""
    if not ids or not facts.may("GET", "order_slip"):
        return {}
    refunds: dict[int, Decimal] = {}
    for row in await shop.find("order_slip", "id_order", ids, display=_SLIP):
        amount = money(row, "total_products_tax_incl") + money(row, "total_shipping_tax_incl")
        refunds[whole(row, "id_order")] = refunds.get(whole(row, "id_order"), Decimal(0)) + amount
    return refunds


async def _around(shop: Shop, facts: ShopFacts, rows: list[Entity], *, carts: bool) -> Around:
    order_ids = [str(row["id"]) for row in rows]
    references = [row["reference"] for row in rows]
    places = {row[name] for row in rows for name in ("id_address_delivery", "id_address_invoice")}
    together = await shop.find("orders", "reference", references, display=_TOGETHER)
    siblings: dict[str, int] = {}
    totals: dict[str, Decimal] = {}
    dearest: dict[str, Decimal] = {}
    for row in together:
        total = money(row, "total_paid_tax_incl")
        siblings[row["reference"]] = siblings.get(row["reference"], 0) + 1
        totals[row["reference"]] = totals.get(row["reference"], Decimal(0)) + total
        dearest[row["reference"]] = max(dearest.get(row["reference"], Decimal(0)), total)
    whole_carts = [row["id_cart"] for row in rows if siblings.get(row["reference"], 1) == 1]
    details, customers, addresses, payments, cart_lines, messages = await _together(
        shop.find("order_details", "id_order", order_ids, display=_DETAIL),
        shop.find("customers", "id", _asked(rows, "id_customer"), display=CUSTOMER),
        shop.find("addresses", "id", sorted(places - {"0", ""}), display=ADDRESS),
        shop.find("order_payments", "order_reference", references, display=_PAYMENT),
        _cart_lines(shop, whole_carts if carts and facts.may("GET", "carts") else []),
        _messages(shop, order_ids if facts.may("GET", "messages") else []),
    )
    of_order = _grouped(details, "id_order")
    return Around(
        details=of_order,
        customers=_by_id(customers),
        addresses=_by_id(addresses),
        payments=_by_reference(payments),
        cart_lines=cart_lines,
        siblings=siblings,
        totals=totals,
        dearest=dearest,
        messages=messages,
        personalised=await _personalised(shop, of_order) if facts.may("GET", "customizations") else {},
    )


async def _together(*reads: Awaitable[Any]) -> list[Any]:
    """The answers to requests that are under way at once; what one of them raises is raised when all have ended."""
    answers = await asyncio.gather(*reads, return_exceptions=True)
    for answer in answers:
        if isinstance(answer, BaseException):
            raise answer
    return answers


async def _cart_lines(shop: Shop, ids: list[str]) -> dict[int, int]:
    display = ("id", "cart_rows[id_product,id_product_attribute,quantity]")
    carts = await shop.find("carts", "id", [id_ for id_ in ids if id_ not in {"", "0"}], display=display)
    return {
        int(cart["id"]): sum(1 for row in cart["associations"].get("cart_rows", []) if int(row["quantity"] or 0) > 0)
        for cart in carts
    }


async def _messages(shop: Shop, order_ids: list[str]) -> dict[int, str]:
    rows = await shop.find("messages", "id_order", order_ids, display=("id", "id_order", "message", "private"))
    texts: dict[int, str] = {}
    for row in sorted(rows, key=lambda row: int(row["id"])):
        if row["private"] != "1":
            id_order = int(row["id_order"])
            texts[id_order] = "\n".join(text for text in (texts.get(id_order, ""), row["message"]) if text)
    return texts


async def _personalised(shop: Shop, details: Mapping[int, list[Entity]]) -> dict[int, str]:
    """What customers had products personalised with, a line of text for each field of the product."""
    ids = {str(whole(row, "id_customization")) for rows in details.values() for row in rows} - {"0"}
    display = ("id", "customized_data_text_fields[id_customization_field,value]")
    texts: dict[int, str] = {}
    for row in await shop.find("customizations", "id", sorted(ids), display=display) if ids else []:
        fields = row["associations"].get("customized_data_text_fields", [])
        texts[int(row["id"])] = "\n".join(str(each["value"]) for each in fields)
    return texts


def _asked(rows: list[Entity], name: str) -> list[str]:
    return sorted({str(row[name]) for row in rows} - {"0", ""})


def _by_id(rows: list[Entity]) -> dict[int, Entity]:
    return {int(row["id"]): row for row in rows}


def _grouped(rows: list[Entity], name: str) -> dict[int, list[Entity]]:
    grouped: dict[int, list[Entity]] = {}
    for row in rows:
        grouped.setdefault(whole(row, name), []).append(row)
    return grouped


def _by_reference(rows: list[Entity]) -> dict[str, list[Any]]:
    grouped: dict[str, list[Any]] = {}
    for row in rows:
        grouped.setdefault(row["order_reference"], []).append(row)
    return grouped
