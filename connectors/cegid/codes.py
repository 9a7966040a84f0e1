"""What a shop's settings and associations say about Cegid: prefixes, codes, service items."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import tzinfo

from connectors.cegid.document_key import DocumentType
from schemas import references
from schemas.documents import Order, Payment
from schemas.erp_settings import ServiceItems

ORDER_STATUSES: Mapping[str, str] = {
    "BillingStatus": "Pending",
    "DeliveryType": "ShipByCentral",
    "FollowUpStatus": "ToBeProcessed",
    "PaymentStatus": "Totally",
    "ReturnStatus": "NotReturned",
    "ShippingStatus": "Pending",
}
"""The six statuses that clients of Cegid always send together for an e-commerce order."""
RETURN_STATUSES: Mapping[str, str] = {
    "BillingStatus": "Pending",
    "DeliveryType": "ShipByCentral",
    "FollowUpStatus": "WaitingForReturn",
    "PaymentStatus": "Pending",
    "ReturnStatus": "ReturnPlanned",
    "ShippingStatus": "Pending",
}
PREFIX_LENGTH = 6


@dataclass(frozen=True, slots=True)
class CegidCodes:
    """Everything that a document or a customer takes from the settings and the associations."""

    store: str
    items: ServiceItems
    time_zone: tzinfo
    """The shop's: Cegid's dates are days without a zone."""
    warehouse: str = ""
    order_prefix: str = "WEB"
    customer_prefix: str = "WEB"
    document_type: DocumentType = DocumentType.ORDER
    default_markdown: str = ""
    """The markdown reason of discounts that were made in the shop."""
    countries: Mapping[str, str] = field(default_factory=dict)
    """ISO 3166 alpha-2 -> Cegid's code."""
    titles: Mapping[int, str] = field(default_factory=dict)
    """`id_gender` -> Cegid's code."""
    payments: Mapping[tuple[str, str], str] = field(default_factory=dict)
    """(payment module, ISO 4217) -> Cegid's payment method; a currency of "" stands for any other."""
    payments_by_label: Mapping[tuple[str, str, str], str] = field(default_factory=dict)
    """(payment module, payment label in lower case, ISO 4217 or "") -> Cegid's payment method.

    For marketplaces, and stronger than the module.
    """
    carriers: Mapping[int, str] = field(default_factory=dict)
    """`id_reference` of the carrier -> Cegid's code."""
    groups: Mapping[int, str] = field(default_factory=dict)
    """`id_default_group` -> Cegid's code."""
    group_member: str = ""
    """The customer's member that holds the group's code, such as `PriceListCode`; empty: the group is not sent."""
    vat_member: str = "FiscalId"
    """The customer's member that holds the VAT number; empty: it is not sent."""
    order_statuses: Mapping[str, str] = field(default_factory=lambda: ORDER_STATUSES)
    return_statuses: Mapping[str, str] = field(default_factory=lambda: RETURN_STATUSES)
    address_length: int = 35
    """Characters in a line of an address: 35 before the 2023 versions of Cegid, 70 since."""
    discount_quantity: int = -1
    """-1: a cart discount is a line of quantity -1; 1: one with a negative price."""

    unknown_items: str = "send"
    """What becomes of a product that did not come from the ERP: `send`, `misc` or `hold`."""

    def customer_code(self, id_customer: int) -> str:
        """The code of a customer that comes from the shop: prefix and ten digits, as `WEB0000001563`."""
        return references.customer_code(self.customer_prefix, id_customer)

    def customer_codes(self, id_customer: int) -> Iterator[str]:
        """The codes that a customer of this id may have, the usual one first: the others are for ids given anew.

        Cegid's codes have 17 characters at most: prefix and digits leave room for one letter.
        """
        return references.customer_codes(self.customer_prefix, id_customer)

    def order_reference(self, id_order: int, placed_text: str = "") -> str:
        """The internal reference of an order; with the date on which it was placed where the id was another one's."""
        return references.order_reference(self.order_prefix, id_order, placed_text)

    def return_reference(self, id_order_return: int, created_text: str = "") -> str:
        """The internal reference of a return; with its date where the id was another one's."""
        return references.return_reference(self.order_prefix, id_order_return, created_text)

    def is_order_reference(self, reference: str) -> bool:
        """Whether an internal reference is one that an order of ours has."""
        return references.is_order_reference(self.order_prefix, reference)

    def is_return_reference(self, reference: str) -> bool:
        """Whether an internal reference is one that a return of ours has."""
        return references.is_return_reference(self.order_prefix, reference)

    def item(self, reference: str, *, in_erp: bool) -> str:
        """The reference that a line is sent with: the product's own, or the misc item's."""
        unknown = self.unknown_items == "misc" and not in_erp
        return self.items.misc if unknown or not reference else reference

    def payment_method(self, order: Order, payment: Payment) -> str:
        """Cegid's payment method for one payment, empty when it has no association."""
        module, label = order.module, payment.label.casefold()
        for currency in (payment.currency or order.currency, ""):
            if by_label := self.payments_by_label.get((module, label, currency), ""):
                return by_label
        own = self.payments.get((module, payment.currency or order.currency), "")
        return own or self.payments.get((module, ""), "")
