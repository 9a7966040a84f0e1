"""One sale of a store as a document tells it, read and checked before anything is written."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime
from decimal import ROUND_HALF_UP, Decimal
from typing import TYPE_CHECKING

from deployments.sandbox.shop import shops
from deployments.sandbox.shop.module.references import owners

if TYPE_CHECKING:
    from lxml import etree

    from deployments.sandbox.shop.store import Row, Store

_CENT = Decimal("0.01")
_TOLERANCE = Decimal("0.005")
_AMOUNT = re.compile(r"[0-9]{1,10}(\.[0-9]{1,9})?")
_QUANTITY = re.compile(r"[1-9][0-9]{0,8}")
_REFERENCE = re.compile(r"[A-Za-z0-9 ./:#_-]{1,64}")
_EXTERNAL = re.compile(r"[A-Za-z0-9_-]{0,9}")
_INVOICE = ("alias", "address1", "address2", "postcode", "city")
_NOT_IN_NAMES = str.maketrans("<>={}", "     ")
_DATE = "%Y-%m-%d %H:%M:%S"


class SaleRefusedError(Exception):
    """The sale is not taken; the text says why."""


@dataclass(frozen=True, slots=True)
class SaleRow:
    """One row of a sale, with the product it was found to be (0: none)."""

    product: int
    combination: int
    reference: str
    name: str
    quantity: int
    unit_tax_excl: Decimal
    unit_tax_incl: Decimal
    total_tax_excl: Decimal
    total_tax_incl: Decimal


@dataclass(frozen=True, slots=True)
class Sale:
    """A sale that can be written."""

    reference: str
    external_reference: str
    customer: Row
    store: int
    carrier: int
    payment: str
    date_add: str
    in_statistics: bool
    takes_stock: bool
    rows: tuple[SaleRow, ...]
    discount_tax_excl: Decimal
    discount_tax_incl: Decimal
    paid_tax_incl: Decimal
    invoice: dict[str, str] | None
    """The fields of the address to invoice; None: the customer's own."""

    @property
    def products_tax_excl(self) -> Decimal:
        """The rows without tax."""
        return sum((row.total_tax_excl for row in self.rows), Decimal(0))

    @property
    def products_tax_incl(self) -> Decimal:
        """The rows with tax."""
        return sum((row.total_tax_incl for row in self.rows), Decimal(0))


def reference_of(node: etree._Element) -> str:
    """The ERP's reference of the sale."""
    reference = _text(node, "internal_reference")
    if not reference:
        raise SaleRefusedError('parameter "internal_reference" required')
    if not _REFERENCE.fullmatch(reference):
        raise SaleRefusedError("internal_reference: letters, digits, spaces and . / : # - _ only, 64 at most")
    return reference


def external_reference_of(node: etree._Element) -> str:
    """What the order is to be called in the shop, empty to leave that to the module."""
    reference = _text(node, "external_reference")
    if not _EXTERNAL.fullmatch(reference):
        raise SaleRefusedError("external_reference: letters, digits, - and _ only, 9 at most")
    return reference


def read(store: Store, node: etree._Element) -> Sale:
    """The sale of a document's node."""
    customer = store["customers"].rows.get(_whole(node, "id_customer"))
    if customer is None or customer["deleted"] == "1":
        raise SaleRefusedError("unknown customer")
    if store.several and int(customer["id_shop"]) not in shops.owners_seen(store, "customers"):
        raise SaleRefusedError("the customer is one of another shop")
    payment = _text(node, "payment")
    if not payment or set(payment) & set("<>={}"):
        raise SaleRefusedError("payment: a text without < > = { }")
    sale = Sale(
        reference=reference_of(node),
        external_reference=external_reference_of(node),
        customer=customer,
        store=_whole(node, "id_store"),
        carrier=_whole(node, "id_carrier"),
        payment=payment,
        date_add=_date(_text(node, "date_add")),
        in_statistics=_text(node, "count_in_stats") == "1",
        takes_stock=_text(node, "take_stock") == "1",
        discount_tax_incl=_amount(node, "total_discounts_tax_incl", default="0"),
        discount_tax_excl=_amount(node, "total_discounts_tax_excl", default="0"),
        paid_tax_incl=_amount(node, "total_paid_tax_incl"),
        invoice=_invoice(store, node),
        rows=_rows(store, node),
    )
    due = sale.products_tax_incl - sale.discount_tax_incl
    if abs(due - sale.paid_tax_incl) > _TOLERANCE:
        said = _text(node, "total_paid_tax_incl")
        raise SaleRefusedError(f"total_paid_tax_incl {said} differs from the sum of the rows less discounts {due:.2f}")
    return sale


def _invoice(store: Store, node: etree._Element) -> dict[str, str] | None:
    country = _whole(node, "invoice_id_country")
    if not country:
        return None
    if country not in store["countries"].rows:
        raise SaleRefusedError("unknown country")
    fields = {name: _text(node, f"invoice_{name}") for name in _INVOICE}
    return fields | {"alias": fields["alias"] or fields["city"], "id_country": str(country)}


def _rows(store: Store, node: etree._Element) -> tuple[SaleRow, ...]:
    nodes = [*node.findall("order_rows/order_row"), *node.findall("associations/order_rows/order_row")]
    if not nodes:
        raise SaleRefusedError("no rows")
    allowed = _text(node, "allow_unknown") == "1"
    return tuple(_row(store, one, f"row {number}: ", allow_unknown=allowed) for number, one in enumerate(nodes, 1))


def _row(store: Store, node: etree._Element, place: str, *, allow_unknown: bool) -> SaleRow:
    if not _QUANTITY.fullmatch(_text(node, "product_quantity")):
        raise SaleRefusedError(f"{place}quantity must be a positive integer")
    quantity = _whole(node, "product_quantity")
    excl, incl = (_amount(node, f"unit_price_{kind}", place) for kind in ("tax_excl", "tax_incl"))
    totals = [
        _amount(node, f"total_price_{kind}", place, default=str((unit * quantity).quantize(_CENT, ROUND_HALF_UP)))
        for kind, unit in (("tax_excl", excl), ("tax_incl", incl))
    ]
    reference = _text(node, "product_reference")
    product, combination = _product(store, reference, place, allow_unknown=allow_unknown)
    name = _text(node, "product_name").translate(_NOT_IN_NAMES).strip()[:255]
    return SaleRow(product, combination, reference, name, quantity, excl, incl, *totals)


def _product(store: Store, reference: str, place: str, *, allow_unknown: bool) -> tuple[int, int]:
    found = owners(store, reference) if reference else []
    if len(found) > 1:
        raise SaleRefusedError(f"reference {reference} is used {len(found)} times")
    if not found and not allow_unknown:
        raise SaleRefusedError(f"{place}unknown reference {reference}")
    return found[0] if found else (0, 0)


def _date(text: str) -> str:
    try:
        exact = datetime.strptime(text, _DATE).strftime(_DATE) == text  # noqa: DTZ007 the shop's own time zone
    except ValueError:
        exact = False
    if not exact:
        raise SaleRefusedError("date_add: YYYY-MM-DD HH:MM:SS")
    return text


def _text(node: etree._Element, name: str) -> str:
    return (node.findtext(name) or "").strip()


def _whole(node: etree._Element, name: str) -> int:
    text = _text(node, name)
    return int(text) if text.isdigit() else 0


def _amount(node: etree._Element, name: str, place: str = "", default: str = "") -> Decimal:
    text = _text(node, name) or default
    if not _AMOUNT.fullmatch(text):
        raise SaleRefusedError(f"{place}{name}")
    return Decimal(text)
