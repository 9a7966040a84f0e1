"""Orders, customers, returns, credit slips as plain frozen types, in the shop's words; money Decimal, times UTC."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

ZERO = Decimal(0)


@dataclass(frozen=True, slots=True)
class Address:
    """A postal address of the shop."""

    firstname: str = ""
    lastname: str = ""
    company: str = ""
    address1: str = ""
    address2: str = ""
    other: str = ""
    postcode: str = ""
    city: str = ""
    country: str = ""
    """ISO 3166 alpha-2, upper case."""
    state: str = ""
    """ISO code of the state or region."""
    phone: str = ""
    phone_mobile: str = ""
    vat_number: str = ""


@dataclass(frozen=True, slots=True)
class Customer:
    """An account of the shop."""

    id_customer: int
    email: str
    firstname: str = ""
    lastname: str = ""
    id_gender: int = 0
    birthday: date | None = None
    newsletter: bool = False
    optin: bool = False
    """Agrees that partners are given the data."""
    company: str = ""
    siret: str = ""
    ape: str = ""
    id_default_group: int = 0
    language: str = ""
    """ISO 639 code, lower case."""
    is_guest: bool = False
    address: Address | None = None
    """The address to keep on the customer's file: the invoice address of the order that brings the customer."""
    erp_code: str = ""
    """The customer's code in the ERP, when it is known."""
    registered_text: str = ""
    """`date_add` as the shop itself writes it: no two accounts of one id have the same."""
    updated_text: str = ""
    """`date_upd` as the shop itself writes it."""


@dataclass(frozen=True, slots=True)
class OrderLine:
    """One product line of an order, with the totals as the shop stored them."""

    id_order_detail: int
    id_product: int
    id_combination: int
    reference: str
    name: str
    quantity: int
    unit_price_tax_excl: Decimal
    """Net of the discounts of the line, as charged."""
    unit_price_tax_incl: Decimal
    total_tax_excl: Decimal
    total_tax_incl: Decimal
    gross_unit_price_tax_excl: Decimal | None = None
    """Before the discounts of the line; None: the line has none."""
    gross_unit_price_tax_incl: Decimal | None = None
    markdown_code: str = ""
    """The ERP's own code, when the discount came from the ERP."""
    ean13: str = ""
    comment: str = ""
    """What the customer had the product personalised with."""
    in_erp: bool = True
    """Whether the item is one of those that came from the ERP; True also when nobody asks."""


@dataclass(frozen=True, slots=True)
class Payment:
    """One payment of an order."""

    amount: Decimal
    label: str
    """`payment_method` of the shop: what a marketplace module writes to tell its sources apart."""
    paid_at: datetime
    currency: str = ""
    """ISO 4217; empty: the order's."""
    transaction_id: str = ""
    accepted: bool = True


@dataclass(frozen=True, slots=True)
class Missing:
    """Something that an order names by its id and that the shop no longer has."""

    what: str
    """`customer`, `delivery_address`, `invoice_address`, `country`, `region`, `currency` or `carrier`."""
    id: int


@dataclass(frozen=True, slots=True)
class Order:
    """One order of the shop, with everything that an ERP must be told."""

    id_order: int
    reference: str
    """Shared by the orders that one cart was split into."""
    customer: Customer
    placed_at: datetime
    updated_at: datetime
    state: int
    """`current_state`: the id of the order's latest state in the shop."""
    currency: str
    """ISO 4217."""
    module: str
    """The payment module's technical name."""
    lines: tuple[OrderLine, ...]
    delivery: Address
    invoice: Address
    payments: tuple[Payment, ...] = ()
    payment_label: str = ""
    """`payment` of the order, for orders without payment lines."""
    paid_together: Decimal | None = None
    """What was paid for all the orders that share the reference; None: it has none beside it, or not one currency."""
    total_together: Decimal = ZERO
    """The totals, with tax, of all these orders."""
    dearest_together: Decimal = ZERO
    """The highest of these totals."""
    total_paid_tax_excl: Decimal = ZERO
    total_paid_tax_incl: Decimal = ZERO
    total_products_tax_excl: Decimal = ZERO
    total_products_tax_incl: Decimal = ZERO
    total_shipping_tax_excl: Decimal = ZERO
    total_shipping_tax_incl: Decimal = ZERO
    total_wrapping_tax_excl: Decimal = ZERO
    total_wrapping_tax_incl: Decimal = ZERO
    total_discounts_tax_excl: Decimal = ZERO
    total_discounts_tax_incl: Decimal = ZERO
    id_cart: int = 0
    cart_lines: int | None = None
    """How many lines the cart of the order has; None: not known, or the cart was split."""
    id_carrier_reference: int = 0
    """The carrier's `id_reference`: its `id` changes every time it is edited."""
    gift: bool = False
    gift_message: str = ""
    comment: str = ""
    missing: tuple[Missing, ...] = ()
    """What the order names and the shop no longer has: an order with any of it is held."""
    placed_text: str = ""
    """`placed_at` as the shop itself writes it."""
    invoice_number: str = ""
    """Of the shop's invoice, as the shop counts them; empty: there is none yet."""
    invoiced_at: datetime | None = None

    def lacks(self, what: str) -> bool:
        """Whether the shop no longer has something that the order names, as `customer`."""
        return any(missing.what == what for missing in self.missing)


@dataclass(frozen=True, slots=True)
class ReturnLine:
    """One line of a return."""

    id_order_detail: int
    reference: str
    name: str
    quantity: int
    unit_price_tax_incl: Decimal
    unit_price_tax_excl: Decimal
    sold: int = 0
    """How many of it were sold; 0: not known."""
    total_tax_incl: Decimal = ZERO
    """What all of them came to."""
    in_erp: bool = True
    """As of an order's line."""
    is_missing: bool = False
    """Whether the order's line was deleted in the shop: nothing says what comes back, nor at what price."""


@dataclass(frozen=True, slots=True)
class Return:
    """One merchandise return of the shop."""

    id_order_return: int
    id_order: int
    order_reference: str
    id_customer: int
    state: int
    created_at: datetime
    updated_at: datetime
    currency: str
    lines: tuple[ReturnLine, ...]
    customer_code: str = ""
    """The customer's code in the ERP."""
    question: str = ""
    created_text: str = ""
    """`created_at` as the shop itself writes it."""
    order_placed_text: str = ""
    """When its order was placed, as the shop itself writes it."""
    order_number: str = ""
    """The ERP's number of its order's document."""


@dataclass(frozen=True, slots=True)
class SlipLine:
    """One line of a credit slip: pieces of one line of its order, and what is given back for all of them."""

    id_order_detail: int
    quantity: int
    total_tax_excl: Decimal
    total_tax_incl: Decimal
    sold: OrderLine | None = None
    """The order's line; None: it was deleted in the shop."""


@dataclass(frozen=True, slots=True)
class Slip:
    """One credit slip of the shop."""

    id_order_slip: int
    id_order: int
    created_at: datetime
    lines: tuple[SlipLine, ...]
    amount: Decimal = ZERO
    """What the products come to, with or without tax as the customer sees prices; else what a person chose."""
    total_products_tax_excl: Decimal = ZERO
    total_products_tax_incl: Decimal = ZERO
    total_shipping_tax_excl: Decimal = ZERO
    total_shipping_tax_incl: Decimal = ZERO
    order: Order | None = None
    """None: it was deleted in the shop."""
    order_number: str = ""
    """The ERP's number of its order's document."""
    customer_code: str = ""
    """The customer's code in the ERP."""
    created_text: str = ""
    """`created_at` as the shop itself writes it."""
