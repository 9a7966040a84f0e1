"""Pure: the rows of one sale of a store become the order that the shop is to have."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from schemas.outcomes import Outcome
from schemas.settings import StoreOrders
from tasks.flat.translate.rows import FlatRow
from tasks.products.translate.values import as_text
from tasks.run.outcomes import Stop
from tasks.run.row_ref import RowRef
from tasks.store_orders.translate.amounts import NOTHING, Amounts, SoldRow, amounts_of

COUNTRY = "invoice_address_country"
_INVOICE = {
    "invoice_address_alias": "invoice_alias",
    "invoice_address_address_1": "invoice_address1",
    "invoice_address_address_2": "invoice_address2",
    "invoice_address_postcode": "invoice_postcode",
    "invoice_address_city": "invoice_city",
}
"""The module's field of each column; the country goes by its id."""
_HEAD = ("customer_erp_code", "order_date", "order_external_reference", "store_erp_code", *_INVOICE, COUNTRY)
"""What is the same in every row of a sale, or empty."""
_SHOP_REFERENCE = re.compile(r"[A-Za-z0-9_-]{1,9}")
"""What every PrestaShop takes as the reference of an order; 9.0 would take more."""
_AMOUNTS = ("unit_price_tax_excl", "unit_price_tax_incl", "discount_amount", "total_tax_excl", "total_tax_incl")


@dataclass(frozen=True, slots=True)
class SaleRow:
    """One article of a sale."""

    reference: str
    name: str
    quantity: int


@dataclass(frozen=True, slots=True)
class Sale:
    """A sale of a store; `head` holds what is the same in its rows, by target."""

    key: str
    refs: tuple[RowRef, ...]
    head: Mapping[str, str]
    rows: tuple[SaleRow, ...]
    amounts: Amounts

    def value(self, target: str) -> str:
        """What the rows have in a column, empty for nothing."""
        return self.head.get(target, "")

    @property
    def has_invoice_address(self) -> bool:
        """Whether the sale names a whole address to invoice."""
        return all(map(self.value, ("invoice_address_address_1", "invoice_address_city", COUNTRY)))


@dataclass(frozen=True, slots=True)
class SaleIds:
    """What the codes of a sale are in the shop."""

    id_customer: int
    id_store: int = 0
    """0: the shop's own address."""
    id_country: int = 0
    """Of the address to invoice; 0: the customer's own."""


def sale_of(key: str, refs: Sequence[RowRef], rows: Sequence[FlatRow]) -> Sale | Stop:
    """The sale that rows of one key make together, or why they make none."""
    head: dict[str, str] = {}
    for target in _HEAD:
        texts = {_text(row, target) for row in rows} - {""}
        if len(texts) > 1:
            return Stop(Outcome.REJECTED, "sale_rows_disagree", _name(rows[0], target))
        head[target] = next(iter(texts), "")
    if any(_is_taken_back(row) for row in rows):
        return Stop(Outcome.IGNORED, "sale_with_return")
    amounts = amounts_of([_sold_row(row) for row in rows])
    if isinstance(amounts, Stop):
        return amounts
    sold = tuple(SaleRow(row.text("reference"), row.text("product_name"), _quantity(row)) for row in rows)
    return Sale(key, tuple(refs), head, sold, amounts)


def _text(row: FlatRow, target: str) -> str:
    value = row.value(target)
    return f"{value:%Y-%m-%d %H:%M:%S}" if isinstance(value, datetime) else str(value or "")


def _name(row: FlatRow, target: str) -> str:
    return row.columns[target].key


def _quantity(row: FlatRow) -> int:
    return int(row.text("qty") or 0)


def _amount(row: FlatRow, target: str) -> Decimal | None:
    value = row.value(target)
    return value if isinstance(value, Decimal) else None


def _is_taken_back(row: FlatRow) -> bool:
    return _quantity(row) <= 0 or any((_amount(row, target) or NOTHING) < 0 for target in _AMOUNTS)


def _sold_row(row: FlatRow) -> SoldRow:
    return SoldRow(
        _quantity(row),
        unit_tax_excl=_amount(row, "unit_price_tax_excl"),
        unit_tax_incl=_amount(row, "unit_price_tax_incl"),
        total_tax_excl=_amount(row, "total_tax_excl"),
        total_tax_incl=_amount(row, "total_tax_incl"),
        discount=_amount(row, "discount_amount") or NOTHING,
    )


def sale_entity(sale: Sale, ids: SaleIds, settings: StoreOrders) -> dict[str, Any]:
    """What the module is sent to make the order."""
    amounts = sale.amounts
    external = sale.value("order_external_reference")
    entity: dict[str, Any] = {
        "internal_reference": sale.key,
        "external_reference": external if _SHOP_REFERENCE.fullmatch(external) else "",
        "id_store": ids.id_store,
        "id_customer": ids.id_customer,
        "id_carrier": settings.carrier,
        "payment": settings.payment,
        "total_discounts_tax_incl": amounts.discount.tax_incl,
        "total_discounts_tax_excl": amounts.discount.tax_excl,
        "total_paid_tax_incl": amounts.paid.tax_incl,
        "date_add": sale.value("order_date"),
        "count_in_stats": settings.count_in_stats,
        "take_stock": settings.take_stock,
        "allow_unknown": settings.unknown_products == "keep",
        "associations": {"order_rows": _order_rows(sale)},
    }
    if ids.id_country:
        entity["invoice_id_country"] = ids.id_country
        entity |= {name: sale.value(target) for target, name in _INVOICE.items()}
    return entity


def _order_rows(sale: Sale) -> list[dict[str, Any]]:
    return [
        {
            "product_reference": row.reference,
            "product_name": row.name,
            "product_quantity": row.quantity,
            "unit_price_tax_excl": amounts.unit.tax_excl,
            "unit_price_tax_incl": amounts.unit.tax_incl,
            "total_price_tax_excl": amounts.total.tax_excl,
            "total_price_tax_incl": amounts.total.tax_incl,
        }
        for row, amounts in zip(sale.rows, sale.amounts.rows, strict=True)
    ]


def expected_order(sale: Sale, id_customer: int) -> dict[str, Any]:
    """What an order of this sale reads like, in the names of the resource `orders`."""
    amounts = sale.amounts
    return {
        "id_customer": id_customer,
        "date_add": sale.value("order_date"),
        "total_products": amounts.products.tax_excl,
        "total_products_wt": amounts.products.tax_incl,
        "total_discounts_tax_incl": amounts.discount.tax_incl,
        "total_paid_tax_incl": amounts.paid.tax_incl,
        "associations": {
            "order_rows": [
                {
                    "product_reference": row.reference,
                    "product_quantity": str(row.quantity),
                    "unit_price_tax_excl": as_text(each.unit.tax_excl),
                    "unit_price_tax_incl": as_text(each.unit.tax_incl),
                }
                for row, each in zip(sale.rows, amounts.rows, strict=True)
            ]
        },
    }
