"""Orders as a shop stores them, by example and by chance."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import ROUND_HALF_UP, Decimal
from typing import Any
from zoneinfo import ZoneInfo

from hypothesis import strategies as st

from connectors.cegid.codes import CegidCodes
from schemas.documents import Address, Customer, Order, OrderLine, Payment
from schemas.erp_settings import ServiceItems

CENT = Decimal("0.01")
MICRO = Decimal("0.000001")
CODES = CegidCodes(
    store="WEB",
    warehouse="CENTRAL",
    items=ServiceItems(misc="DIVERS", shipping="PORT", wrapping="CADEAU", discount="REMISE"),
    time_zone=ZoneInfo("Europe/Paris"),
    default_markdown="WEBREM",
    countries={"FR": "FRA", "BE": "BEL", "GB": "GBR"},
    titles={1: "M", 2: "MME"},
    payments={("ps_checkout", "EUR"): "CB", ("ps_checkout", "GBP"): "CBG", ("market", "EUR"): "MKT"},
    payments_by_label={("market", "amazon", ""): "AMZ"},
    carriers={3: "COLISSIMO"},
)
ADDRESS = Address(firstname="Zoé", lastname="Élan", address1="1 rue A", postcode="75001", city="Paris", country="FR")
GOOD_CUSTOMER = Customer(id_customer=1563, email="zoe@example.com", id_gender=2, lastname="Élan")
PLACED_AT = datetime(2026, 11, 20, 23, 30, tzinfo=UTC)


def line(number: int, reference: str, quantity: int, total: str, **more: Any) -> OrderLine:
    unit = Decimal(total) / quantity
    return OrderLine(
        id_order_detail=number,
        id_product=number,
        id_combination=0,
        reference=reference,
        name=f"Article {number}",
        quantity=quantity,
        unit_price_tax_excl=(unit / Decimal("1.2")).quantize(MICRO),
        unit_price_tax_incl=unit.quantize(MICRO),
        total_tax_excl=(Decimal(total) / Decimal("1.2")).quantize(MICRO),
        total_tax_incl=Decimal(total),
        **more,
    )


def order(*lines: OrderLine, **more: Any) -> Order:
    """An order whose totals agree; name a total to make it otherwise. It is paid whole."""
    shipping = Decimal(more.get("total_shipping_tax_incl", 0))
    wrapping = Decimal(more.get("total_wrapping_tax_incl", 0))
    discounts = Decimal(more.get("total_discounts_tax_incl", 0))
    products = sum((each.total_tax_incl for each in lines), Decimal(0)).quantize(CENT, ROUND_HALF_UP)
    total = Decimal(more.get("total_paid_tax_incl", products + shipping + wrapping - discounts))
    given: dict[str, Any] = {
        "id_order": 12,
        "reference": "XKBKNABJK",
        "customer": GOOD_CUSTOMER,
        "placed_at": PLACED_AT,
        "updated_at": PLACED_AT,
        "state": 2,
        "currency": "EUR",
        "module": "ps_checkout",
        "lines": lines,
        "delivery": ADDRESS,
        "invoice": ADDRESS,
        "payments": (Payment(amount=total, label="Carte", paid_at=PLACED_AT),) if total else (),
        "total_products_tax_incl": products,
        "total_paid_tax_incl": total,
        "id_carrier_reference": 3,
    }
    return Order(**given | more)


RATES = st.sampled_from([Decimal(0), Decimal("5.5"), Decimal(10), Decimal(20)])
AMOUNTS = st.integers(0, 20_000).map(lambda cents: Decimal(cents) / 100)
TEXTS = st.text(max_size=60)


@st.composite
def lines(draw: st.DrawFn, number: int, rounding: str) -> OrderLine:
    """One line, rounded as the shop's setting says: on the piece, on the line, or on the total only.

    A piece is free or costs a cent at least: what lines worth nothing each make together has no line to stand on.
    """
    quantity = draw(st.integers(1, 12))
    price_tax_excl = Decimal(draw(st.just(0) | st.integers(10_000, 30_000_000))) / 1_000_000
    exact = price_tax_excl * (1 + draw(RATES) / 100)
    unit = exact.quantize(CENT if rounding == "item" else MICRO, ROUND_HALF_UP)
    total = (unit * quantity).quantize(MICRO if rounding == "total" else CENT, ROUND_HALF_UP)
    gross = draw(st.none() | st.just((unit * 2).quantize(CENT)))
    return OrderLine(
        id_order_detail=number,
        id_product=number,
        id_combination=0,
        reference=draw(st.sampled_from(["SHIRT-M", "SHOES 42", ""])),
        name=draw(TEXTS),
        quantity=quantity,
        unit_price_tax_excl=price_tax_excl,
        unit_price_tax_incl=unit,
        total_tax_excl=price_tax_excl * quantity,
        total_tax_incl=total,
        gross_unit_price_tax_incl=gross,
        comment=draw(TEXTS),
    )


@st.composite
def orders(draw: st.DrawFn, *, most_lines: int = 12) -> Order:
    """Any order that a shop may hold: mixed rates, gifts, discounts up to the whole amount, odd texts."""
    rounding = draw(st.sampled_from(["item", "line", "total"]))
    of_order = [draw(lines(number, rounding)) for number in range(1, draw(st.integers(1, most_lines)) + 1)]
    shipping, wrapping = draw(AMOUNTS), draw(st.just(Decimal(0)) | AMOUNTS)
    products = sum((each.total_tax_incl for each in of_order), Decimal(0)).quantize(CENT, ROUND_HALF_UP)
    unrounded = sum((each.unit_price_tax_incl * each.quantity for each in of_order), Decimal(0))
    whole = int((min(products, unrounded) + shipping + wrapping) * 100)
    discounts = Decimal(draw(st.just(0) | st.integers(0, whole) | st.just(whole))) / 100
    address = Address(
        lastname=draw(TEXTS),
        company=draw(TEXTS),
        address1=draw(TEXTS),
        address2=draw(TEXTS),
        city=draw(TEXTS),
        country="FR",
    )
    return order(
        *of_order,
        total_shipping_tax_incl=shipping,
        total_wrapping_tax_incl=wrapping,
        total_discounts_tax_incl=discounts,
        total_paid_tax_incl=(unrounded + shipping + wrapping - discounts).quantize(CENT, ROUND_HALF_UP),
        delivery=address,
        gift=draw(st.booleans()),
        gift_message=draw(TEXTS),
        comment=draw(TEXTS),
    )
