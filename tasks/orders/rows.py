"""Rows of the shop become orders: pure, no request is made here."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import TypeAlias

from connectors.prestashop import Entity
from connectors.prestashop.dates import day, instant, zone_of
from connectors.prestashop.values import money, whole
from schemas.documents import Address, Customer, Missing, Order, OrderLine, Payment

ById: TypeAlias = Mapping[int, Entity]

_HUNDRED = Decimal(100)


@dataclass(frozen=True, slots=True)
class ShopWords:
    """What the shop's ids mean, read once a run."""

    currencies: Mapping[int, str]
    """id_currency -> ISO 4217."""
    countries: Mapping[int, str]
    """id_country -> ISO 3166 alpha-2."""
    states: Mapping[int, str]
    """id_state -> ISO code of the region; empty when the key may not read them."""
    carriers: Mapping[int, int]
    """id_carrier -> id_reference, which outlives edits in the back office."""
    languages: Mapping[int, str]
    time_zone: str


@dataclass(frozen=True, slots=True)
class Around:
    """What a bunch of orders needs beside itself, by the key that leads to it."""

    details: Mapping[int, list[Entity]]
    customers: ById
    addresses: ById
    payments: Mapping[str, list[Entity]]
    cart_lines: Mapping[int, int]
    siblings: Mapping[str, int]
    """Orders by reference: a split cart gives several."""
    totals: Mapping[str, Decimal]
    """The sum of their totals with tax, by reference."""
    dearest: Mapping[str, Decimal]
    """The highest of their totals with tax, by reference."""
    messages: Mapping[int, str]
    personalised: Mapping[int, str]
    """What a product was personalised with, by id_customization."""


def order_of(row: Entity, around: Around, words: ShopWords) -> Order:
    """An order with everything around it."""
    zone = zone_of(words.time_zone)
    id_order = int(row["id"])
    invoice = address_of(around.addresses.get(whole(row, "id_address_invoice")), words)
    currency = words.currencies.get(whole(row, "id_currency"), "")
    return Order(
        id_order=id_order,
        reference=row["reference"],
        customer=_customer(whole(row, "id_customer"), around, words, invoice),
        placed_at=instant(row["date_add"], zone),
        updated_at=instant(row["date_upd"], zone),
        state=whole(row, "current_state"),
        currency=currency,
        module=row["module"],
        lines=_lines(id_order, around),
        delivery=address_of(around.addresses.get(whole(row, "id_address_delivery")), words),
        invoice=invoice,
        payments=_payments(row, around, words),
        payment_label=row["payment"],
        paid_together=_paid_together(row, around),
        total_together=around.totals.get(row["reference"], Decimal(0)),
        dearest_together=around.dearest.get(row["reference"], Decimal(0)),
        total_paid_tax_excl=money(row, "total_paid_tax_excl"),
        total_paid_tax_incl=money(row, "total_paid_tax_incl"),
        total_products_tax_excl=money(row, "total_products"),
        total_products_tax_incl=money(row, "total_products_wt"),
        total_shipping_tax_excl=_shipping(row, around, "total_shipping_tax_excl"),
        total_shipping_tax_incl=_shipping(row, around, "total_shipping_tax_incl"),
        total_wrapping_tax_excl=money(row, "total_wrapping_tax_excl"),
        total_wrapping_tax_incl=money(row, "total_wrapping_tax_incl"),
        total_discounts_tax_excl=money(row, "total_discounts_tax_excl"),
        total_discounts_tax_incl=money(row, "total_discounts_tax_incl"),
        id_cart=whole(row, "id_cart"),
        cart_lines=around.cart_lines.get(whole(row, "id_cart")),
        id_carrier_reference=words.carriers.get(whole(row, "id_carrier"), whole(row, "id_carrier")),
        gift=row["gift"] == "1",
        gift_message=row["gift_message"],
        comment=around.messages.get(id_order, ""),
        missing=tuple(dict.fromkeys(_missing(row, around, words))),
        placed_text=row["date_add"],
        invoice_number=row["invoice_number"] if whole(row, "invoice_number") else "",
        invoiced_at=None if row["invoice_date"][:4] in {"", "0000"} else instant(row["invoice_date"], zone),
    )


def _missing(row: Entity, around: Around, words: ShopWords) -> Iterator[Missing]:
    """What the order names and the shop does not have; whoever deletes it leaves its id in the order."""
    known = (
        ("customer", "id_customer", around.customers),
        ("delivery_address", "id_address_delivery", around.addresses),
        ("invoice_address", "id_address_invoice", around.addresses),
        ("currency", "id_currency", words.currencies),
    )
    for what, name, there in known:
        if whole(row, name) not in there:
            yield Missing(what, whole(row, name))
    # An order of downloads has no carrier.
    if whole(row, "id_carrier") not in {0, *words.carriers}:
        yield Missing("carrier", whole(row, "id_carrier"))
    for name in ("id_address_delivery", "id_address_invoice"):
        address = around.addresses.get(whole(row, name))
        if address is not None:
            yield from _missing_of(address, words)


def _missing_of(address: Entity, words: ShopWords) -> Iterator[Missing]:
    if whole(address, "id_country") not in words.countries:
        yield Missing("country", whole(address, "id_country"))
    if words.states and whole(address, "id_state") not in {0, *words.states}:
        yield Missing("region", whole(address, "id_state"))


def _lines(id_order: int, around: Around) -> tuple[OrderLine, ...]:
    rows = sorted(around.details.get(id_order, []), key=lambda each: int(each["id"]))
    return tuple(_line(row, around.personalised.get(whole(row, "id_customization"), "")) for row in rows)


def _line(row: Entity, comment: str) -> OrderLine:
    unit_excl, unit_incl = money(row, "unit_price_tax_excl"), money(row, "unit_price_tax_incl")
    percent = money(row, "reduction_percent")
    return OrderLine(
        id_order_detail=int(row["id"]),
        id_product=whole(row, "product_id"),
        id_combination=whole(row, "product_attribute_id"),
        reference=row["product_reference"],
        name=row["product_name"],
        quantity=whole(row, "product_quantity"),
        unit_price_tax_excl=unit_excl,
        unit_price_tax_incl=unit_incl,
        total_tax_excl=money(row, "total_price_tax_excl"),
        total_tax_incl=money(row, "total_price_tax_incl"),
        gross_unit_price_tax_excl=_gross(unit_excl, percent, money(row, "reduction_amount_tax_excl")),
        gross_unit_price_tax_incl=_gross(unit_incl, percent, money(row, "reduction_amount_tax_incl")),
        ean13=row["product_ean13"],
        comment=comment,
    )


def _gross(net: Decimal, percent: Decimal, amount: Decimal) -> Decimal | None:
    """The price before the reduction that the shop noted on the line; None: it noted none that can be undone."""
    if 0 < percent < _HUNDRED:
        return net * _HUNDRED / (_HUNDRED - percent)
    return net + amount if amount > 0 else None


def _customer(id_customer: int, around: Around, words: ShopWords, invoice: Address) -> Customer:
    row = around.customers.get(id_customer)
    if row is None:
        return Customer(id_customer=id_customer, email="")
    return customer_of(row, words, invoice)


def customer_of(row: Entity, words: ShopWords, address: Address | None) -> Customer:
    """A customer as the shop has it, with the address to keep on its file."""
    return Customer(
        id_customer=int(row["id"]),
        email=row["email"].strip(),
        firstname=row["firstname"],
        lastname=row["lastname"],
        id_gender=whole(row, "id_gender"),
        birthday=day(row["birthday"]),
        newsletter=row["newsletter"] == "1",
        optin=row["optin"] == "1",
        company=row["company"],
        siret=row["siret"],
        ape=row["ape"],
        id_default_group=whole(row, "id_default_group"),
        language=words.languages.get(whole(row, "id_lang"), ""),
        is_guest=row["is_guest"] == "1",
        address=address,
        registered_text=row["date_add"],
        updated_text=row["date_upd"],
    )


def address_of(row: Entity | None, words: ShopWords) -> Address:
    """An address as the shop has it; an empty one for none."""
    if row is None:
        return Address()
    same = ("firstname", "lastname", "company", "address1", "address2", "other", "postcode", "city", "phone")
    return Address(
        **{name: row[name] for name in (*same, "phone_mobile", "vat_number")},
        country=words.countries.get(whole(row, "id_country"), ""),
        state=words.states.get(whole(row, "id_state"), ""),
    )


def _payments(row: Entity, around: Around, words: ShopWords) -> tuple[Payment, ...]:
    """The order's own payments; where orders share a reference, each is paid whole as the first payment says."""
    zone = zone_of(words.time_zone)
    payments = tuple(
        Payment(
            amount=money(each, "amount"),
            label=each["payment_method"],
            paid_at=instant(each["date_add"], zone),
            currency=words.currencies.get(whole(each, "id_currency"), ""),
            transaction_id=each["transaction_id"],
        )
        for each in sorted(around.payments.get(row["reference"], []), key=lambda each: int(each["id"]))
    )
    # Payments hang on the reference, not on the order: those of a split cart are one sum for all its orders.
    if payments and around.siblings.get(row["reference"], 1) > 1:
        first = payments[0]
        return (Payment(money(row, "total_paid_tax_incl"), first.label, first.paid_at, first.currency),)
    return payments


def _paid_together(row: Entity, around: Around) -> Decimal | None:
    payments = around.payments.get(row["reference"], [])
    alone = around.siblings.get(row["reference"], 1) == 1
    if alone or not payments or any(each["id_currency"] != row["id_currency"] for each in payments):
        return None
    return sum((money(each, "amount") for each in payments), Decimal(0))


def _shipping(row: Entity, around: Around, name: str) -> Decimal:
    """The order's own shipping; none where another order of the same cart bears it."""
    if around.siblings.get(row["reference"], 1) == 1:
        return money(row, name)
    # 9.1.4 says the whole shipping of a split cart in each of its orders (docs/facts/prestashop.md, O7).
    without = money(row, "total_products_wt") + money(row, "total_wrapping_tax_incl")
    is_elsewhere = without - money(row, "total_discounts_tax_incl") == money(row, "total_paid_tax_incl")
    return Decimal(0) if is_elsewhere else money(row, name)
