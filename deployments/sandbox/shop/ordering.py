"""Turns a cart into an order: lines, totals, stock, invoice and payment come from the cart, hardly any from outside."""

from __future__ import annotations

import random
import string
from dataclasses import dataclass, replace
from decimal import ROUND_HALF_UP, Decimal
from typing import TYPE_CHECKING

from deployments.sandbox.shop import shops
from deployments.sandbox.shop.behaviours.customers import cart_rows
from deployments.sandbox.shop.errors import CrashError, PlainReplyError
from deployments.sandbox.shop.order_states import enter_state, mail_state, move_stock
from deployments.sandbox.shop.prices import PriceQuestion, reduction_percent, tax_rate, unit_price
from deployments.sandbox.shop.store import now

if TYPE_CHECKING:
    from deployments.sandbox.shop.entity import Draft
    from deployments.sandbox.shop.store import Row, Store

PAYMENT_MODULES = ("ps_wirepayment", "ps_checkpayment", "ps_cashondelivery")
SHIPPING_TAX_EXCL = Decimal("7.00")
_CENT = Decimal("0.01")
_NO_CART = "Cart cannot be loaded or an order has already been placed using this cart"
_PAID, _ERROR = 11, 8


@dataclass(frozen=True, slots=True)
class Line:
    """One line of a cart with its prices."""

    product: Row
    combination: int
    quantity: int
    tax_excl: Decimal
    tax_incl: Decimal
    reduction_percent: Decimal


def place(draft: Draft) -> None:
    """Make the order of the draft's cart; the draft itself is answered as it was sent."""
    store = draft.store
    cart = _open_cart(draft)
    lines = _lines(store, cart)
    if draft.text("module") not in PAYMENT_MODULES or not lines:
        raise CrashError("no such payment module, or nothing to order")
    shipping = SHIPPING_TAX_EXCL if _has_delivery(cart) else Decimal(0)
    totals = _totals(store, lines, shipping)
    paid = Decimal(draft.text("total_paid"))
    right = _cents(paid) == totals["total_paid"]
    order = _insert_order(draft, cart, totals, paid)
    for line in lines:
        _insert_line(store, order, line)
    _insert_carrier(store, order, cart, lines, totals)
    _insert_payment(store, order, paid)
    state = _PAID if right else _ERROR
    enter_state(store, order, state)
    mail_state(store, order, state)
    if right:
        store.mails.append(("order_conf", order))
        for line in lines:
            move_stock(store, line.product["id"], line.combination, -line.quantity)
    draft.values.update(id=order, date_add=None, date_upd=None)


def _open_cart(draft: Draft) -> Row:
    store = draft.store
    cart = store["carts"].rows.get(draft.whole("id_cart"))
    if cart is None or store["orders"].first("id_cart", draft.whole("id_cart")) is not None:
        raise PlainReplyError(500, _NO_CART if store.rules.names_lost_carts else "")
    if draft.whole("id_customer") not in store["customers"].rows:
        raise CrashError("no such customer")
    return cart


def _has_delivery(cart: Row) -> bool:
    return (cart["delivery_option"] or "").strip() not in {"", "[]", "{}"}


def _lines(store: Store, cart: Row) -> list[Line]:
    lines = []
    for entry in cart_rows(store, cart["id"]):
        product = shops.found(store, "products", int(entry["id_product"]))
        if product is None:
            continue
        customer = store["customers"].rows.get(int(cart["id_customer"]))
        question = PriceQuestion(
            combination=int(entry["id_product_attribute"]),
            quantity=int(entry["quantity"]),
            customer=int(cart["id_customer"]),
            group=int(customer["id_default_group"]) if customer else 1,
        )
        lines.append(_line(store, product, question))
    return lines


def _line(store: Store, product: Row, question: PriceQuestion) -> Line:
    return Line(
        product=product,
        combination=question.combination,
        quantity=question.quantity,
        tax_excl=unit_price(store, product, replace(question, use_tax=False)),
        tax_incl=unit_price(store, product, question),
        reduction_percent=reduction_percent(store, product, question),
    )


def _cents(amount: Decimal) -> Decimal:
    return amount.quantize(_CENT, ROUND_HALF_UP)


def _totals(store: Store, lines: list[Line], shipping: Decimal) -> dict[str, Decimal]:
    """Lines are rounded one by one and added up for the products; the total is rounded once."""
    products = sum((_cents(line.tax_excl * line.quantity) for line in lines), Decimal(0))
    products_wt = sum((_cents(line.tax_incl * line.quantity) for line in lines), Decimal(0))
    shipping_wt = _cents(shipping * (1 + tax_rate(store, 1, 8) / 100))
    paid = _cents(sum((line.tax_excl * line.quantity for line in lines), Decimal(0)) + shipping)
    paid_wt = _cents(sum((line.tax_incl * line.quantity for line in lines), Decimal(0)) + shipping_wt)
    return {
        "total_products": products,
        "total_products_wt": products_wt,
        "total_shipping": shipping_wt,
        "total_shipping_tax_incl": shipping_wt,
        "total_shipping_tax_excl": shipping,
        "total_paid": paid_wt,
        "total_paid_tax_incl": paid_wt,
        "total_paid_tax_excl": paid,
    }


def _insert_order(draft: Draft, cart: Row, totals: dict[str, Decimal], paid: Decimal) -> int:
    customer = draft.store["customers"].rows[draft.whole("id_customer")]
    copied = ("id_address_delivery", "id_address_invoice", "id_currency", "id_lang", "id_customer", "id_carrier")
    return draft.store.add(
        "orders",
        {
            **{name: cart[name] for name in copied},
            **totals,
            "id_cart": cart["id"],
            "module": draft.text("module"),
            "payment": draft.text("payment"),
            "total_paid_real": paid,
            "secure_key": customer["secure_key"],
            **shops.owner(draft.store),
            "conversion_rate": 1,
            "carrier_tax_rate": "20" if totals["total_shipping"] else "0",
            "round_mode": 2,
            "round_type": 2,
            "reference": "".join(random.choices(string.ascii_uppercase, k=9)),  # noqa: S311 a label, not a secret
            "note": "",
        },
    )


def _insert_line(store: Store, order: int, line: Line) -> None:
    combination = store["combinations"].rows.get(line.combination)
    source = combination or line.product
    store.add(
        "order_details",
        {
            "id_order": order,
            "id_shop": shops.of(store).shop,
            "product_id": line.product["id"],
            "product_attribute_id": line.combination,
            "product_name": _line_name(store, line),
            "product_quantity": line.quantity,
            "product_quantity_in_stock": line.quantity,
            "product_price": line.tax_excl,
            "product_reference": source["reference"] or line.product["reference"],
            "product_ean13": source["ean13"] or line.product["ean13"],
            "product_upc": source["upc"],
            "product_isbn": source["isbn"],
            "product_weight": line.product["weight"],
            "id_tax_rules_group": line.product["id_tax_rules_group"],
            "unit_price_tax_excl": line.tax_excl,
            "unit_price_tax_incl": line.tax_incl,
            "total_price_tax_excl": _cents(line.tax_excl * line.quantity),
            "total_price_tax_incl": _cents(line.tax_incl * line.quantity),
            "original_product_price": line.product["price"],
            "original_wholesale_price": line.product["wholesale_price"],
            "purchase_supplier_price": line.product["wholesale_price"],
            "product_supplier_reference": _supplier_reference(store, line),
            "reduction_percent": line.reduction_percent,
        },
    )


def _supplier_reference(store: Store, line: Line) -> str:
    for row in store["product_suppliers"].where("id_product", line.product["id"]):
        if (row["id_product_attribute"], row["id_supplier"]) == (str(line.combination), line.product["id_supplier"]):
            return str(row["product_supplier_reference"])
    return str(line.product["supplier_reference"])


def _line_name(store: Store, line: Line) -> str:
    name = next(iter(line.product["name"].values()), "")
    combination = store["combinations"].rows.get(line.combination)
    parts = []
    for identifier in combination.get("product_option_values", []) if combination else []:
        value = store["product_option_values"].rows.get(identifier)
        group = store["product_options"].rows.get(int(value["id_attribute_group"])) if value else None
        if value and group:
            parts.append(f"{next(iter(group['public_name'].values()))}: {next(iter(value['name'].values()))}")
    return f"{name} ({' - '.join(parts)})" if parts else name


def _insert_carrier(store: Store, order: int, cart: Row, lines: list[Line], totals: dict[str, Decimal]) -> None:
    store.add(
        "order_carriers",
        {
            "id_order": order,
            "id_carrier": cart["id_carrier"],
            "weight": sum((Decimal(line.product["weight"]) * line.quantity for line in lines), Decimal(0)),
            "shipping_cost_tax_excl": totals["total_shipping_tax_excl"],
            "shipping_cost_tax_incl": totals["total_shipping_tax_incl"],
        },
    )


def _insert_payment(store: Store, order: int, amount: Decimal) -> None:
    row = store["orders"].rows[order]
    store.add(
        "order_payments",
        {
            "order_reference": row["reference"],
            "id_currency": row["id_currency"],
            "amount": amount,
            "payment_method": row["payment"],
            "conversion_rate": 1,
            "date_add": now(),
        },
    )
