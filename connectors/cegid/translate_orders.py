"""An order of the shop as a sale document of Cegid, in the contract's names."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from decimal import Decimal
from typing import Any

from connectors.cegid.codes import CegidCodes
from connectors.cegid.document_key import DocumentType
from connectors.cegid.texts import document_address, one_line, present, several_lines
from schemas.amounts import cents, unit_prices
from schemas.documents import Order, OrderLine
from schemas.order_sums import line_totals, sold_lines
from schemas.payments import payments_of

ORIGIN = "ECommerce"


def order_document(order: Order, codes: CegidCodes, customer_code: str, reference: str = "") -> dict[str, Any]:
    """The Create_Request of an order without obstacles (see `order_obstacles`); `reference`: not its usual one.

    Prices are tax included; quantity times net unit price, both as sent, add up to `total_paid_tax_incl` to the cent.
    """
    return present(
        Header=_header(order, codes, customer_code, reference or codes.order_reference(order.id_order)),
        DeliveryAddress=document_address(order.delivery, codes),
        InvoicingAddress=document_address(order.invoice, codes),
        Lines={"Create_Line": [*_product_lines(order, codes), *_service_lines(order, codes)]},
        Payments=_payments(order, codes),
    )


def local_day(moment: datetime, codes: CegidCodes) -> str:
    """The day of the shop, as an xs:dateTime without zone: the form of a date that every version takes."""
    return f"{moment.astimezone(codes.time_zone).date().isoformat()}T00:00:00"


def _header(order: Order, codes: CegidCodes, customer_code: str, reference: str) -> dict[str, Any]:
    return present(
        Active=True,
        Comment=several_lines(order.comment),
        CurrencyId=order.currency,
        CustomerId=customer_code,
        Date=local_day(order.placed_at, codes),
        ExternalReference=order.reference,
        InternalReference=reference,
        OmniChannel=_omni_channel(order, codes),
        Origin=ORIGIN,
        StoreId=codes.store,
        TaxExcluded=False,
        Type=codes.document_type.value,
        WarehouseId=codes.warehouse,
    )


def _omni_channel(order: Order, codes: CegidCodes) -> dict[str, Any]:
    # A shop that sends receipts need not have Cegid's e-commerce module, which this block belongs to.
    if codes.document_type is DocumentType.RECEIPT:
        return {}
    message = several_lines(order.gift_message) if order.gift else ""
    return present(
        **codes.order_statuses,
        GiftMessage=message,
        GiftMessageType=("CustomCard" if message else "BlankCard") if order.gift else "None",
        Transporter=codes.carriers.get(order.id_carrier_reference, ""),
    )


def _product_lines(order: Order, codes: CegidCodes) -> Iterator[dict[str, Any]]:
    for line, total in zip(sold_lines(order), line_totals(order), strict=True):
        for quantity, net in unit_prices(total, line.quantity):
            yield _product_line(line, codes, quantity, net)


def _product_line(line: OrderLine, codes: CegidCodes, quantity: int, net: Decimal) -> dict[str, Any]:
    gross = max(net, cents(line.gross_unit_price_tax_incl or net))
    reference = one_line(line.reference)
    item = codes.item(reference, in_erp=line.in_erp)
    return present(
        Comment=several_lines(line.comment),
        DiscountTypeId=(line.markdown_code or codes.default_markdown) if gross > net else "",
        ExternalReference=str(line.id_order_detail),
        Label="" if item == reference else one_line(f"{reference} {line.name}"),
        **_priced(item, codes, quantity=quantity, net=net, gross=gross),
    )


def _service_lines(order: Order, codes: CegidCodes) -> Iterator[dict[str, Any]]:
    amounts = (
        (codes.items.shipping, cents(order.total_shipping_tax_incl), 1),
        (codes.items.wrapping, cents(order.total_wrapping_tax_incl), 1),
        (codes.items.discount, cents(order.total_discounts_tax_incl), codes.discount_quantity),
    )
    for item, amount, quantity in amounts:
        net = -amount if item == codes.items.discount and quantity > 0 else amount
        if amount:
            yield _priced(item, codes, quantity=quantity, net=net, gross=net)


def _priced(item: str, codes: CegidCodes, *, quantity: int, net: Decimal, gross: Decimal) -> dict[str, Any]:
    of_order = codes.document_type is not DocumentType.RECEIPT
    return {
        "ItemIdentifier": {"Reference": item},
        "NetUnitPrice": net,
        **present(OmniChannel={"WarehouseId": codes.warehouse} if of_order and codes.warehouse else None),
        "Origin": ORIGIN,
        "Quantity": Decimal(quantity),
        "UnitPrice": gross,
    }


def _payments(order: Order, codes: CegidCodes) -> dict[str, Any]:
    payments = [
        {
            "Amount": cents(payment.amount),
            "CurrencyId": payment.currency or order.currency,
            "DueDate": local_day(payment.paid_at, codes),
            "Id": number,
            "IsReceivedPayment": False,
            "MethodId": codes.payment_method(order, payment),
        }
        for number, payment in enumerate(payments_of(order), start=1)
    ]
    return {"Create_Payment": payments} if payments else {}
