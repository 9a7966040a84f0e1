"""A merchandise return of the shop as a return notice of Cegid, in the contract's names."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from typing import Any

from connectors.cegid.codes import CegidCodes
from connectors.cegid.document_key import DocumentKey, DocumentType
from connectors.cegid.texts import one_line, present, several_lines
from connectors.cegid.translate_orders import ORIGIN, local_day
from schemas.amounts import cents, unit_prices
from schemas.documents import Return, ReturnLine


def return_document(
    return_: Return, codes: CegidCodes, original: DocumentKey | None, reference: str = ""
) -> dict[str, Any]:
    """The Create_Request of a return, tied to the order's document, to the store and to the warehouse.

    `reference` is its internal one when that is not the usual one.
    """
    return {
        "Header": _header(return_, codes, original, reference or codes.return_reference(return_.id_order_return)),
        "Lines": {
            "Create_Line": [
                _line(line, codes, quantity, price) for line in return_.lines for quantity, price in _prices(line)
            ]
        },
    }


def _prices(line: ReturnLine) -> Iterator[tuple[int, Decimal]]:
    """Quantities with their unit prices: those that the pieces had in the order's document, the lowest first."""
    left = line.quantity
    for number, price in unit_prices(cents(line.total_tax_incl), line.sold) if line.sold else ():
        quantity = min(left, number)
        left -= quantity
        if quantity:
            yield quantity, price
    if left:
        yield left, cents(line.unit_price_tax_incl)


def _line(line: ReturnLine, codes: CegidCodes, quantity: int, price: Decimal) -> dict[str, Any]:
    reference = one_line(line.reference)
    item = codes.item(reference, in_erp=line.in_erp)
    return present(
        ExternalReference=str(line.id_order_detail),
        ItemIdentifier={"Reference": item},
        Label="" if item == reference else one_line(f"{reference} {line.name}"),
        NetUnitPrice=price,
        OmniChannel=present(WarehouseId=codes.warehouse),
        Origin=ORIGIN,
        Quantity=Decimal(quantity),
        UnitPrice=price,
    )


def _header(return_: Return, codes: CegidCodes, original: DocumentKey | None, reference: str) -> dict[str, Any]:
    tied = original and {"Key": {"Number": original.number, "Stump": original.stump, "Type": original.type}}
    return present(
        Active=True,
        Comment=several_lines(return_.question),
        CurrencyId=return_.currency,
        CustomerId=return_.customer_code,
        Date=local_day(return_.created_at, codes),
        ExternalReference=return_.order_reference,
        InternalReference=reference,
        OmniChannel=present(**codes.return_statuses, OriginalDocument=tied, ReturnType="Return"),
        Origin=ORIGIN,
        StoreId=codes.store,
        TaxExcluded=False,
        Type=DocumentType.RETURN_NOTICE.value,
        WarehouseId=codes.warehouse,
    )
