"""What a shop's settings and associations, and Dolibarr's own dictionaries, say about what is written there."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, tzinfo
from decimal import Decimal

from schemas import references
from schemas.associations import Associations
from schemas.documents import Order, Payment
from schemas.erp_settings import ServiceItems
from schemas.erps.dolibarr import SERVICES


@dataclass(frozen=True, slots=True)
class PaymentMode:
    """How an order was paid, as Dolibarr has it: `CB/SHOP` in the associations."""

    type: str
    """The code of the payment type, such as `CB` or `VIR`."""
    account: str
    """The reference of the bank account."""


@dataclass(frozen=True, slots=True)
class DolibarrCodes:
    """Everything that a document or a third party takes from the settings, the associations and the dictionaries."""

    time_zone: tzinfo = UTC
    """The shop's: a document bears a day without a zone."""
    associations: Associations = field(default_factory=Associations)
    items: ServiceItems = field(default_factory=lambda: ServiceItems(**SERVICES))
    order_prefix: str = "WEB"
    customer_prefix: str = "WEB"
    unknown_items: str = "send"
    """What becomes of a product that Dolibarr does not have: `send` (a line without one), `misc` or `hold`."""
    currency: str = "EUR"
    """Dolibarr's own; prices are always in it (docs/facts/dolibarr.md, V5)."""
    bank_account: str = ""
    """The reference of the account of payments whose mode names none."""
    with_invoices: bool = True
    """Whether an order is followed by its invoice and payments."""
    rates: frozenset[Decimal] = frozenset(map(Decimal, ("0", "2.1", "5.5", "10", "20")))
    """VAT rates in per cent that Dolibarr has."""
    countries: Mapping[str, int] = field(default_factory=dict)
    """ISO code -> id in Dolibarr."""
    payment_types: Mapping[str, int] = field(default_factory=dict)
    bank_accounts: Mapping[str, int] = field(default_factory=dict)
    shipping_methods: Mapping[str, int] = field(default_factory=dict)
    consumer_type: int = 8
    """The id of TE_PRIVATE: who is of this type is a consumer, everybody else a company."""

    def order_uid(self, id_order: int, placed_text: str = "") -> str:
        """Our own reference of an order; with the date on which it was placed where the id was another one's."""
        return references.order_reference(self.order_prefix, id_order, placed_text)

    def is_order_uid(self, uid: str) -> bool:
        """Whether an order of ours has this reference."""
        return references.is_order_reference(self.order_prefix, uid)

    def slip_uid(self, id_order_slip: int, created_text: str = "") -> str:
        """Our own reference of a credit slip; with its date where the id was another one's."""
        return references.slip_reference(self.order_prefix, id_order_slip, created_text)

    def is_slip_uid(self, uid: str) -> bool:
        """Whether a credit slip of ours has this reference."""
        return references.is_slip_reference(self.order_prefix, uid)

    def customer_uids(self, id_customer: int) -> Iterator[str]:
        """The references that a third party of this id may have, the usual one first: others for ids given anew."""
        return references.customer_codes(self.customer_prefix, id_customer)

    def country_id(self, iso: str) -> int:
        """Dolibarr's id of a country; 0: it does not know it. An association names the country that stands for it."""
        return self.countries.get(self.associations.countries.get(iso, iso), 0)

    def payment_mode(self, order: Order, payment: Payment) -> PaymentMode | None:
        """The mode of a payment; None when it has no association."""
        code = self.associations.payment(order.module, payment.currency or order.currency, payment.label)
        if not code:
            return None
        type_, _, account = code.partition("/")
        return PaymentMode(type_.strip(), account.strip() or self.bank_account)

    def shipping_method(self, id_carrier_reference: int) -> int:
        """Dolibarr's id of a carrier; 0: none."""
        return self.shipping_methods.get(self.associations.carriers.get(id_carrier_reference, ""), 0)

    def item(self, reference: str, *, in_erp: bool) -> str:
        """The reference that a line is sent with: the product's own, or the misc item's."""
        unknown = self.unknown_items == "misc" and not in_erp
        return self.items.misc if unknown or not reference else reference

    def day(self, moment: datetime) -> str:
        """The day of the shop, as `2026-11-20`."""
        return moment.astimezone(self.time_zone).date().isoformat()
