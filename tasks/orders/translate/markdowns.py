"""Which specific price of the shop made a line of an order cheaper, so that the ERP is sent its own markdown code."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from schemas.amounts import cents
from schemas.documents import Order, OrderLine

_HUNDRED = 100


@dataclass(frozen=True, slots=True)
class SpecificPrice:
    """A specific price of the shop: an id of 0, an empty code or no moment stand for any."""

    id: int
    id_product: int
    id_combination: int
    id_customer: int
    id_group: int
    currency: str
    """ISO 4217."""
    country: str
    """ISO 3166 alpha-2."""
    from_quantity: int
    starts_at: datetime | None
    ends_at: datetime | None
    price_tax_excl: Decimal | None
    """The new price; None: the product's own."""
    percent: Decimal
    amount: Decimal
    amount_with_tax: bool

    @property
    def is_plain_price(self) -> bool:
        """Nothing but a new price: the order then does not show what the product cost before."""
        return self.price_tax_excl is not None and not self.percent and not self.amount


def price_of(order: Order, line: OrderLine, prices: Iterable[SpecificPrice]) -> SpecificPrice | None:
    """The price that the line was sold at, None when no price of the shop explains what it cost.

    The shop does not note it on the order: it is the one that held for this customer, quantity and moment and that
    gives the reduction of the line. Of several, as in the shop, the one for the fewest cases.
    """
    fitting = [price for price in prices if _held(price, order, line) and _explains(price, line)]
    return max(fitting, key=_narrowness, default=None)


def _held(price: SpecificPrice, order: Order, line: OrderLine) -> bool:
    return (
        price.id_product == line.id_product
        and price.id_combination in {0, line.id_combination}
        and price.id_customer in {0, order.customer.id_customer}
        and price.id_group in {0, order.customer.id_default_group}
        and price.currency in {"", order.currency}
        and price.country in {"", order.delivery.country, order.invoice.country}
        and price.from_quantity <= line.quantity
        and (price.starts_at is None or price.starts_at <= order.placed_at)
        and (price.ends_at is None or order.placed_at <= price.ends_at)
    )


def _explains(price: SpecificPrice, line: OrderLine) -> bool:
    gross_incl, gross_excl = line.gross_unit_price_tax_incl, line.gross_unit_price_tax_excl
    if price.is_plain_price:
        # The price of a whole product is added to what its combination costs more.
        whole = line.id_combination and not price.id_combination
        same = price.price_tax_excl is not None and cents(price.price_tax_excl) == cents(line.unit_price_tax_excl)
        return gross_incl is None and (same or bool(whole))
    if not gross_incl or not gross_excl:
        return False
    if price.percent:
        return cents(_HUNDRED * (1 - line.unit_price_tax_incl / gross_incl)) == cents(price.percent)
    less = gross_incl - line.unit_price_tax_incl if price.amount_with_tax else gross_excl - line.unit_price_tax_excl
    return cents(less) == cents(price.amount)


def _narrowness(price: SpecificPrice) -> tuple[bool, int, int, int]:
    named = (price.id_customer, price.id_group, price.currency, price.country)
    return bool(price.id_combination), price.from_quantity, sum(map(bool, named)), price.id
