"""What a column of export.json may hold: fields of documents, lines and customers, and how each is written."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum


class Kind(StrEnum):
    """How a value is written."""

    TEXT = "text"
    DATE = "date"
    PRICE = "price"
    """With as many decimals as the template says."""
    AMOUNT = "amount"
    """To the cent."""
    NUMBER = "number"
    """Without decimals that say nothing: `3`, `5.5`."""


def _texts(group: str, *names: str) -> dict[str, Kind]:
    return {f"{group}.{name}": Kind.TEXT for name in names}


_ADDRESS = (
    "name",
    "firstname",
    "lastname",
    "company",
    "address1",
    "address2",
    "other",
    "postcode",
    "city",
    "country",
    "country_iso",
    "state",
    "phone",
    "phone_mobile",
    "vat_number",
)
_INVOICE = _texts("invoice", *_ADDRESS)
_DELIVERY = _texts("delivery", *_ADDRESS)
_CUSTOMER = {
    **_texts("customer", "code", "id", "email", "name", "firstname", "lastname", "company", "siret", "ape"),
    **_texts("customer", "title", "group", "language"),
    "customer.birthday": Kind.DATE,
}
_LINE = {
    "line.number": Kind.NUMBER,
    **_texts("line", "kind", "item", "name", "ean13", "comment", "id"),
    "line.quantity": Kind.NUMBER,
    "line.unit_price": Kind.PRICE,
    "line.unit_price_tax_excl": Kind.PRICE,
    "line.unit_price_tax_incl": Kind.PRICE,
    "line.total": Kind.AMOUNT,
    "line.vat_rate": Kind.NUMBER,
}
_PLACE = _texts("shop", "depot", "series")

ORDER: Mapping[str, Kind] = {
    **_texts("order", "number", "id", "reference", "currency", "payment", "payment_label", "carrier"),
    **_texts("order", "comment", "gift_message", "invoice_number"),
    "order.date": Kind.DATE,
    "order.invoice_date": Kind.DATE,
    **{f"order.total_{tax}": Kind.AMOUNT for tax in ("tax_excl", "tax_incl")},
    **{f"order.{part}_{tax}": Kind.AMOUNT for part in ("shipping", "wrapping") for tax in ("tax_excl", "tax_incl")},
    **{f"order.discounts_{tax}": Kind.AMOUNT for tax in ("tax_excl", "tax_incl")},
    **_CUSTOMER,
    **_INVOICE,
    **_DELIVERY,
    **_PLACE,
}
"""Of a whole order: the same in each of its rows."""
RETURN: Mapping[str, Kind] = {
    **_texts("return", "number", "id", "comment"),
    "return.date": Kind.DATE,
    **_texts("order", "number", "id", "reference", "currency"),
    **_texts("customer", "code", "id"),
    **_PLACE,
}
"""Of a whole return."""
SLIP: Mapping[str, Kind] = {
    **_texts("slip", "number", "id"),
    "slip.date": Kind.DATE,
    **{
        f"slip.{part}_{tax}": Kind.AMOUNT
        for part in ("products", "shipping", "total")
        for tax in ("tax_excl", "tax_incl")
    },
    **ORDER,
}
"""Of a whole credit slip, with all fields of its order."""
LINES: Mapping[str, Kind] = _LINE
"""Of one line of an order, a return or a credit slip."""
PAYMENTS: Mapping[str, Kind] = {
    "payment.number": Kind.NUMBER,
    **_texts("payment", "code", "label", "currency", "transaction_id"),
    "payment.amount": Kind.AMOUNT,
    "payment.date": Kind.DATE,
}
"""Of one payment of an order."""
CUSTOMER: Mapping[str, Kind] = {**_CUSTOMER, **_INVOICE}
"""Of a customer with an address."""

BY_STREAM: Mapping[str, Mapping[str, Kind]] = {"order": ORDER, "return": RETURN, "slip": SLIP, "customer": CUSTOMER}
KINDS: Mapping[str, Kind] = {**ORDER, **RETURN, **SLIP, **LINES, **PAYMENTS, **CUSTOMER}
KEYS: Mapping[str, tuple[str, ...]] = {
    "order": ("order.number", "order.id", "order.reference"),
    "return": ("return.number", "return.id"),
    "slip": ("slip.number", "slip.id"),
    "customer": ("customer.code",),
}
"""Fields of which one must be in the column by which the ERP's files name the document again."""
