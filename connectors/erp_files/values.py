"""The values of the fields that a template may name, of orders, returns and customers; one dictionary for each row."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date
from decimal import Decimal
from typing import TypeAlias

from connectors.erp_files.codes import FilesCodes
from connectors.erp_files.vat_rates import rate_of
from schemas.amounts import cents
from schemas.documents import Address, Customer, Order, OrderLine, Return
from schemas.export_template import ExportTemplate
from schemas.order_sums import line_totals, net_line_totals, sold_lines
from schemas.payments import payments_of
from schemas.unit_prices import exact_prices

Value: TypeAlias = "str | int | Decimal | date | None"
Values: TypeAlias = Mapping[str, Value]
ZERO = Decimal(0)


def order_values(
    order: Order, template: ExportTemplate, codes: FilesCodes, customer_code: str, reference: str, today: date
) -> dict[str, Value]:
    """The fields of a whole order."""
    payments = payments_of(order)
    amounts = ("total_paid", "total_shipping", "total_wrapping", "total_discounts")
    names = ("total", "shipping", "wrapping", "discounts")
    return {
        "order.number": reference,
        "order.id": str(order.id_order),
        "order.reference": order.reference,
        "order.date": _document_date(order, template, codes, today),
        "order.invoice_number": order.invoice_number,
        "order.invoice_date": codes.day(order.invoiced_at) if order.invoiced_at else None,
        "order.currency": order.currency,
        "order.payment": codes.payment(order, payments[0] if payments else None),
        "order.payment_label": payments[0].label if payments else order.payment_label,
        "order.carrier": codes.associations.carriers.get(order.id_carrier_reference, ""),
        "order.comment": order.comment,
        "order.gift_message": order.gift_message if order.gift else "",
        **{
            f"order.{name}_{tax}": getattr(order, f"{amount}_{tax}")
            for name, amount in zip(names, amounts, strict=True)
            for tax in ("tax_excl", "tax_incl")
        },
        **customer_values(order.customer, codes, customer_code),
        **_address("invoice", order.invoice, codes),
        **_address("delivery", order.delivery, codes),
        **_place(codes),
    }


def return_values(return_: Return, codes: FilesCodes, reference: str) -> dict[str, Value]:
    """The fields of a whole return."""
    return {
        "return.number": reference,
        "return.id": str(return_.id_order_return),
        "return.comment": return_.question,
        "return.date": codes.day(return_.created_at),
        "order.number": return_.order_number or codes.order_reference(return_.id_order),
        "order.id": str(return_.id_order),
        "order.reference": return_.order_reference,
        "order.currency": return_.currency,
        "customer.code": return_.customer_code or codes.customer_code(return_.id_customer),
        "customer.id": str(return_.id_customer),
        **_place(codes),
    }


def customer_values(customer: Customer, codes: FilesCodes, customer_code: str) -> dict[str, Value]:
    """The fields of a customer."""
    title, group = codes.associations.title_code, codes.associations.group_code
    return {
        "customer.code": customer_code,
        "customer.id": str(customer.id_customer),
        "customer.email": customer.email,
        "customer.name": f"{customer.firstname} {customer.lastname}".strip(),
        "customer.firstname": customer.firstname,
        "customer.lastname": customer.lastname,
        "customer.company": customer.company,
        "customer.siret": customer.siret,
        "customer.ape": customer.ape,
        "customer.title": (title(customer.id_gender) or "") if customer.id_gender else "",
        "customer.group": group(customer.id_default_group) or "",
        "customer.language": customer.language,
        "customer.birthday": customer.birthday,
    }


def account_values(customer: Customer, codes: FilesCodes, customer_code: str) -> dict[str, Value]:
    """The fields of a row of a file of customers."""
    address = customer.address or Address()
    return {**customer_values(customer, codes, customer_code), **_address("invoice", address, codes)}


def _document_date(order: Order, template: ExportTemplate, codes: FilesCodes, today: date) -> date:
    if template.date == "today":
        return today
    if template.date == "invoice" and order.invoiced_at:
        return codes.day(order.invoiced_at)
    payments = payments_of(order)
    return codes.day(payments[0].paid_at if template.date == "payment" and payments else order.placed_at)


def _address(group: str, address: Address, codes: FilesCodes) -> dict[str, Value]:
    same = ("firstname", "lastname", "company", "address1", "address2", "other", "postcode", "city", "state")
    return {
        f"{group}.name": f"{address.firstname} {address.lastname}".strip(),
        **{f"{group}.{name}": getattr(address, name) for name in (*same, "phone", "phone_mobile", "vat_number")},
        f"{group}.country": codes.associations.countries.get(address.country, ""),
        f"{group}.country_iso": address.country,
    }


def _place(codes: FilesCodes) -> dict[str, Value]:
    return {"shop.depot": codes.depot, "shop.series": codes.series}


def order_lines(order: Order, template: ExportTemplate, codes: FilesCodes) -> list[dict[str, Value]]:
    """The fields of each line: products, then shipping, wrapping and vouchers as items of the ERP.

    Quantity times `line.unit_price`, as written, adds up to what was paid, to the cent.
    """
    lines = [*_product_lines(order, template, codes), *_service_lines(order, template, codes)]
    return [{"line.number": number, **line} for number, line in enumerate(lines, start=1)]


def payment_rows(order: Order, codes: FilesCodes) -> list[dict[str, Value]]:
    """The fields of each payment that counts; what was paid in all where the shop keeps none."""
    return [
        {
            "payment.number": number,
            "payment.code": codes.payment(order, payment),
            "payment.label": payment.label,
            "payment.currency": payment.currency or order.currency,
            "payment.transaction_id": payment.transaction_id,
            "payment.amount": payment.amount,
            "payment.date": codes.day(payment.paid_at),
        }
        for number, payment in enumerate(payments_of(order), start=1)
    ]


def _product_lines(order: Order, template: ExportTemplate, codes: FilesCodes) -> Iterator[dict[str, Value]]:
    totals = line_totals(order) if template.prices == "tax_incl" else net_line_totals(order)
    for line, total in zip(sold_lines(order), totals, strict=True):
        for quantity, price in exact_prices(total, line.quantity, template.price_decimals):
            yield _product_line(line, codes) | {
                "line.quantity": quantity,
                "line.unit_price": price,
                "line.total": cents(price * quantity),
            }


def _product_line(line: OrderLine, codes: FilesCodes) -> dict[str, Value]:
    return {
        "line.kind": "product",
        "line.id": str(line.id_order_detail),
        "line.item": codes.item(line.reference.strip(), in_erp=line.in_erp),
        "line.name": line.name,
        "line.ean13": line.ean13,
        "line.comment": line.comment,
        "line.unit_price_tax_excl": line.unit_price_tax_excl,
        "line.unit_price_tax_incl": line.unit_price_tax_incl,
        "line.vat_rate": rate_of(line.unit_price_tax_excl, line.unit_price_tax_incl),
    }


def _service_lines(order: Order, template: ExportTemplate, codes: FilesCodes) -> Iterator[dict[str, Value]]:
    rates = {rate_of(line.unit_price_tax_excl, line.unit_price_tax_incl) for line in order.lines}
    sign = template.voucher_quantity
    services = (
        ("shipping", codes.items.shipping, order.total_shipping_tax_excl, order.total_shipping_tax_incl, 1, 1),
        ("wrapping", codes.items.wrapping, order.total_wrapping_tax_excl, order.total_wrapping_tax_incl, 1, 1),
        ("voucher", codes.items.discount, order.total_discounts_tax_excl, order.total_discounts_tax_incl, sign, -sign),
    )
    for kind, item, tax_excl, tax_incl, quantity, price_sign in services:
        amount = cents(tax_incl if template.prices == "tax_incl" else tax_excl)
        if not amount:
            continue
        yield {
            "line.kind": kind,
            "line.id": "",
            "line.item": item,
            "line.name": "",
            "line.ean13": "",
            "line.comment": "",
            "line.quantity": quantity,
            "line.unit_price": price_sign * amount,
            "line.total": price_sign * amount * quantity,
            "line.unit_price_tax_excl": price_sign * cents(tax_excl),
            "line.unit_price_tax_incl": price_sign * cents(tax_incl),
            "line.vat_rate": rate_of(cents(tax_excl), cents(tax_incl), rates),
        }


def return_lines(return_: Return, template: ExportTemplate, codes: FilesCodes) -> list[dict[str, Value]]:
    """The fields of each line of a return."""
    tax_incl, sign = template.prices == "tax_incl", template.return_quantity
    lines: list[dict[str, Value]] = []
    for number, line in enumerate(return_.lines, start=1):
        price = cents(line.unit_price_tax_incl if tax_incl else line.unit_price_tax_excl)
        lines.append(
            {
                "line.number": number,
                "line.kind": "product",
                "line.id": str(line.id_order_detail),
                "line.item": codes.item(line.reference.strip(), in_erp=line.in_erp),
                "line.name": line.name,
                "line.ean13": "",
                "line.comment": "",
                "line.quantity": sign * line.quantity,
                "line.unit_price": price,
                "line.total": price * sign * line.quantity,
                "line.unit_price_tax_excl": line.unit_price_tax_excl,
                "line.unit_price_tax_incl": line.unit_price_tax_incl,
                "line.vat_rate": rate_of(line.unit_price_tax_excl, line.unit_price_tax_incl),
            }
        )
    return lines
