"""What a new state does to an order: history, validity, invoice, delivery, payment of the rest, stock put back."""

from __future__ import annotations

import socket
from decimal import Decimal
from typing import TYPE_CHECKING

from deployments.sandbox.shop.behaviours import stock
from deployments.sandbox.shop.errors import CrashError
from deployments.sandbox.shop.store import now

if TYPE_CHECKING:
    from deployments.sandbox.shop.store import Row, Store

CANCELLED_OR_ERROR = ("6", "8")
BY_SMTP = "2"


def enter_state(store: Store, order: int, state: int) -> int:
    """Put the order into a state and note it in its history; the history row's id comes back."""
    row, described = store["orders"].rows.get(order), store["order_states"].rows.get(state)
    if row is None or described is None:
        raise CrashError("no such order or state")
    before = row["current_state"]
    if before not in {"", "0"}:
        _follow_stock(store, order, before, str(state))
    _apply(store, row, described)
    return store.add("order_histories", {"id_order": order, "id_order_state": state, "id_employee": 0})


def mail_state(store: Store, order: int, state: int) -> bool:
    """Whether the customer was sent the mail of a state, or the state has none."""
    described = store["order_states"].rows[state]
    if described["send_email"] != "1":
        return True
    if not _mailer_is_up(store):
        return False
    store.mails.append((next(iter(described["template"].values()), ""), order))
    return True


def _mailer_is_up(store: Store) -> bool:
    """Mails go nowhere unless the shop is set to an SMTP server, which must then be there."""
    if store.configuration("PS_MAIL_METHOD") != BY_SMTP:
        return True
    place = (store.configuration("PS_MAIL_SERVER"), int(store.configuration("PS_MAIL_SMTP_PORT") or 0))
    try:
        socket.create_connection(place, timeout=1).close()
    except OSError:
        return False
    return True


def _apply(store: Store, row: Row, state: Row) -> None:
    today = now()
    changes = {"current_state": str(state["id"]), "valid": state["logable"], "date_upd": today}
    if state["invoice"] == "1" and row["invoice_number"] == "0":
        changes |= {"invoice_number": str(_invoice(store, row, today)), "invoice_date": today}
    if state["delivery"] == "1":
        changes |= {"delivery_number": row["delivery_number"], "delivery_date": today}
        if row["delivery_number"] == "0":
            changes["delivery_number"] = str(store["orders"].highest("delivery_number") + 1)
        for invoice in list(store["order_invoices"].where("id_order", row["id"])):
            delivered = {name: changes[name] for name in ("delivery_number", "delivery_date")}
            store["order_invoices"].update(invoice["id"], delivered)
    if state["paid"] == "1":
        _pay_the_rest(store, row, counts=row["current_state"] not in CANCELLED_OR_ERROR)
    store["orders"].update(row["id"], changes)


def _invoice(store: Store, row: Row, today: str) -> int:
    number = store["order_invoices"].highest("number") + 1
    copied = (
        "total_paid_tax_excl",
        "total_paid_tax_incl",
        "total_products",
        "total_products_wt",
        "total_shipping_tax_excl",
        "total_shipping_tax_incl",
    )
    values = {name: row[name] for name in copied}
    shop = store.configuration("PS_SHOP_NAME")
    identifier = store.add(
        "order_invoices",
        {**values, "id_order": row["id"], "number": number, "shop_address": shop, "date_add": today},
    )
    for name in ("order_details", "order_carriers"):
        for one in list(store[name].where("id_order", row["id"])):
            store[name].update(one["id"], {"id_order_invoice": str(identifier)})
    return number


def _pay_the_rest(store: Store, row: Row, *, counts: bool) -> None:
    """A paid state adds a payment for what is missing; what an order in error was paid does not count."""
    payments = store["order_payments"].where("order_reference", row["reference"]) if counts else ()
    missing = Decimal(row["total_paid"]) - sum((Decimal(one["amount"]) for one in payments), Decimal(0))
    if missing <= 0:
        return
    store.add(
        "order_payments",
        {
            "order_reference": row["reference"],
            "id_currency": row["id_currency"],
            "amount": missing,
            "payment_method": row["payment"],
            "conversion_rate": 1,
            "date_add": now(),
        },
    )
    store["orders"].update(row["id"], {"total_paid_real": row["total_paid"]})


def _follow_stock(store: Store, order: int, before: str, after: str) -> None:
    if (before in CANCELLED_OR_ERROR) == (after in CANCELLED_OR_ERROR):
        return
    sign = 1 if after in CANCELLED_OR_ERROR else -1
    for line in list(store["order_details"].where("id_order", order)):
        quantity = sign * int(line["product_quantity"])
        move_stock(store, int(line["product_id"]), int(line["product_attribute_id"]), quantity)


def move_stock(store: Store, product: int, combination: int, quantity: int) -> None:
    """Add to the stock row of a product or combination, and to the parent's sum."""
    table = store["stock_availables"]
    for row in list(table.where("id_product", product)):
        if row["id_product_attribute"] == str(combination) and stock.on_this_shop(store, row):
            table.update(row["id"], {"quantity": str(int(row["quantity"]) + quantity)})
            if combination:
                stock.total_up(store, product)
            return
