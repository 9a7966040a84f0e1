"""What a shop's settings and associations say about an ERP that speaks through files."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, tzinfo

from schemas import references
from schemas.associations import Associations
from schemas.documents import Order, Payment
from schemas.erp_settings import ServiceItems


@dataclass(frozen=True, slots=True)
class FilesCodes:
    """Everything that a document or a customer takes from the settings and the associations."""

    time_zone: tzinfo = UTC
    """The shop's: a file says days without a zone."""
    associations: Associations = field(default_factory=Associations)
    items: ServiceItems = field(default_factory=ServiceItems)
    order_prefix: str = "WEB"
    customer_prefix: str = "WEB"
    account: str = ""
    """The ERP's one account for all orders of the shop; empty: one account for each customer."""
    depot: str = ""
    series: str = ""
    """The number series of the ERP's documents (Sage: souche)."""
    unknown_items: str = "send"
    """What becomes of a product that did not come from the ERP: `send`, `misc` or `hold`."""

    def order_reference(self, id_order: int, placed_text: str = "") -> str:
        """Our reference of an order; with the date on which it was placed where the id was another one's."""
        return references.order_reference(self.order_prefix, id_order, placed_text)

    def return_reference(self, id_order_return: int, created_text: str = "") -> str:
        """Our reference of a return; with its date where the id was another one's."""
        return references.return_reference(self.order_prefix, id_order_return, created_text)

    def slip_reference(self, id_order_slip: int, created_text: str = "") -> str:
        """Our reference of a credit slip; with its date where the id was another one's."""
        return references.slip_reference(self.order_prefix, id_order_slip, created_text)

    def is_slip_reference(self, reference: str) -> bool:
        """Whether a reference is one that a credit slip of ours has."""
        return references.is_slip_reference(self.order_prefix, reference)

    def is_order_reference(self, reference: str) -> bool:
        """Whether a reference is one that an order of ours has."""
        return references.is_order_reference(self.order_prefix, reference)

    def is_return_reference(self, reference: str) -> bool:
        """Whether a reference is one that a return of ours has."""
        return references.is_return_reference(self.order_prefix, reference)

    def customer_code(self, id_customer: int) -> str:
        """The account of a customer: the one for all, or prefix and ten digits, as `WEB0000001563`."""
        return self.account or references.customer_code(self.customer_prefix, id_customer)

    def customer_codes(self, id_customer: int) -> Iterator[str]:
        """The codes that a customer of this id may have, the usual one first: the others are for ids given anew."""
        return iter([self.account]) if self.account else references.customer_codes(self.customer_prefix, id_customer)

    def item(self, reference: str, *, in_erp: bool) -> str:
        """The reference that a line is written with: the product's own, or the misc item's."""
        unknown = self.unknown_items == "misc" and not in_erp
        return self.items.misc if unknown or not reference else reference

    def payment(self, order: Order, payment: Payment | None) -> str:
        """The ERP's code of the way of payment; empty when it has no association."""
        label = payment.label if payment else order.payment_label
        currency = (payment.currency if payment else "") or order.currency
        return self.associations.payment(order.module, currency, label) or ""

    def day(self, moment: datetime) -> date:
        """The day of the shop."""
        return moment.astimezone(self.time_zone).date()
