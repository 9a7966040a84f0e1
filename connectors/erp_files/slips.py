"""Credit slips of the shop as documents of a file: pieces of the order's lines and what they give back."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from decimal import Decimal

from connectors.erp_files.codes import FilesCodes
from connectors.erp_files.documents import Documents, Lines
from connectors.erp_files.obstacles import held_by, lost_by, not_associated
from connectors.erp_files.rows import Written
from connectors.erp_files.values import Value, order_values
from connectors.erp_files.vat_rates import rate_of
from schemas.amounts import cents
from schemas.documents import Order, Slip, SlipLine
from schemas.erp import Obstacle, OutgoingDocument
from schemas.export_template import ExportTemplate
from schemas.slip_sums import given_back, line_totals, net_line_totals
from schemas.unit_prices import exact_prices


class Slips(Documents):
    """See `schemas.erp.TakesDocuments`."""

    def reference(self, document: Slip) -> str:
        return self._codes.slip_reference(document.id_order_slip)

    def other_reference(self, document: Slip) -> str:
        return self._codes.slip_reference(document.id_order_slip, document.created_text)

    def is_reference(self, reference: str) -> bool:
        return self._codes.is_slip_reference(reference)

    def obstacles(self, document: Slip) -> tuple[Obstacle, ...]:
        lacking = not_associated(_order(document), self._stream.template, self._codes)
        own = (Obstacle("slip_code_not_associated", {"detail": ", ".join(lacking)}),) if lacking else ()
        return (*own, *held_by(self._usual(document).losses))

    def cut(self, document: Slip) -> tuple[Obstacle, ...]:
        return lost_by(self._usual(document).losses, "slip")

    def translated(self, document: Slip, customer_code: str, type_: str = "", reference: str = "") -> OutgoingDocument:
        """Of one type only: `type_` changes nothing."""
        reference, order = reference or self.reference(document), _order(document)
        return self._outgoing(
            self._of(document, customer_code, reference),
            compared_lines(document, self._codes),
            reference=reference,
            external=order.reference,
            customer=customer_code,
            day=self._codes.day(document.created_at),
            currency=order.currency,
        )

    def _usual(self, slip: Slip) -> Written:
        return self._of(slip, slip.customer_code, self.reference(slip))

    def _of(self, slip: Slip, customer_code: str, reference: str) -> Written:
        template = self._stream.template
        values = slip_values(slip, template, self._codes, customer_code, reference)
        return self._write(values, slip_lines(slip, template, self._codes))


def slip_values(
    slip: Slip, template: ExportTemplate, codes: FilesCodes, customer_code: str, reference: str
) -> dict[str, Value]:
    """The fields of a whole slip, those of its order among them."""
    order, today = _order(slip), codes.day(datetime.now(UTC))
    number = slip.order_number or codes.order_reference(slip.id_order)
    sums = {f"slip.{part}_{tax}": _sum(slip, part, tax) for part in _PARTS for tax in ("tax_excl", "tax_incl")}
    return {
        **order_values(order, template, codes, customer_code, number, today),
        "slip.number": reference,
        "slip.id": str(slip.id_order_slip),
        "slip.date": codes.day(slip.created_at),
        **sums,
    }


_PARTS = ("products", "shipping", "total")


def _sum(slip: Slip, part: str, tax: str) -> Decimal:
    parts = ("products", "shipping") if part == "total" else (part,)
    return sum((cents(getattr(slip, f"total_{each}_{tax}")) for each in parts), Decimal(0))


def slip_lines(slip: Slip, template: ExportTemplate, codes: FilesCodes) -> list[dict[str, Value]]:
    """The fields of each line: products, then the shipping that was given back.

    Quantity times `line.unit_price`, as written, adds up to what was given back, to the cent.
    """
    lines = [*_product_lines(slip, template, codes), *_shipping_line(slip, template, codes)]
    return [{"line.number": number, **line} for number, line in enumerate(lines, start=1)]


def _product_lines(slip: Slip, template: ExportTemplate, codes: FilesCodes) -> Iterator[dict[str, Value]]:
    totals = line_totals(slip) if template.prices == "tax_incl" else net_line_totals(slip)
    sign = template.return_quantity
    for line, total in zip(given_back(slip), totals, strict=True):
        for quantity, price in exact_prices(total, line.quantity, template.price_decimals):
            yield _product_line(line, codes) | {
                "line.quantity": sign * quantity,
                "line.unit_price": price,
                "line.total": sign * cents(price * quantity),
            }


def _product_line(line: SlipLine, codes: FilesCodes) -> dict[str, Value]:
    if line.sold is None:
        raise ValueError(f"the order's line {line.id_order_detail} is gone")
    sold = line.sold
    return {
        "line.kind": "product",
        "line.id": str(line.id_order_detail),
        "line.item": codes.item(sold.reference.strip(), in_erp=sold.in_erp),
        "line.name": sold.name,
        "line.ean13": sold.ean13,
        "line.comment": sold.comment,
        "line.unit_price_tax_excl": line.total_tax_excl / line.quantity,
        "line.unit_price_tax_incl": line.total_tax_incl / line.quantity,
        "line.vat_rate": rate_of(sold.unit_price_tax_excl, sold.unit_price_tax_incl),
    }


def _shipping_line(slip: Slip, template: ExportTemplate, codes: FilesCodes) -> Iterator[dict[str, Value]]:
    order, sign = _order(slip), template.return_quantity
    tax_excl, tax_incl = cents(slip.total_shipping_tax_excl), cents(slip.total_shipping_tax_incl)
    amount = tax_incl if template.prices == "tax_incl" else tax_excl
    if not amount:
        return
    rates = {rate_of(line.unit_price_tax_excl, line.unit_price_tax_incl) for line in order.lines}
    yield {
        "line.kind": "shipping",
        "line.id": "",
        "line.item": codes.items.shipping,
        "line.name": "",
        "line.ean13": "",
        "line.comment": "",
        "line.quantity": sign,
        "line.unit_price": amount,
        "line.total": sign * amount,
        "line.unit_price_tax_excl": tax_excl,
        "line.unit_price_tax_incl": tax_incl,
        "line.vat_rate": rate_of(tax_excl, tax_incl, rates),
    }


def compared_lines(slip: Slip, codes: FilesCodes) -> Lines:
    """Item, quantity and what the line gives back with tax, whatever prices the file has."""
    lines = [
        (codes.item(line.sold.reference.strip(), in_erp=line.sold.in_erp), line.quantity, total)
        for line, total in zip(given_back(slip), line_totals(slip), strict=True)
        if line.sold is not None
    ]
    amounts = [(item, Decimal(1), total) for item, _, total in lines]
    others = [(item, Decimal(quantity - 1), Decimal(0)) for item, quantity, _ in lines]
    shipping = cents(slip.total_shipping_tax_incl)
    return [*amounts, *others, *([(codes.items.shipping, Decimal(1), shipping)] if shipping else [])]


def _order(slip: Slip) -> Order:
    if slip.order is None:
        raise ValueError(f"credit slip {slip.id_order_slip} has no order")
    return slip.order
