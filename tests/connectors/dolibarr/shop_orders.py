"""Orders and customers of a shop, by example and by chance, for Dolibarr."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from decimal import ROUND_HALF_UP, Decimal
from typing import Any
from zoneinfo import ZoneInfo

from hypothesis import strategies as st

from connectors.dolibarr.codes import DolibarrCodes
from schemas.associations import Associations
from schemas.associations import Payment as Mode
from schemas.documents import Address, Customer, Order, OrderLine, Payment

CENT = Decimal("0.01")
MICRO = Decimal("0.000001")
CODES = DolibarrCodes(
    time_zone=ZoneInfo("Europe/Paris"),
    associations=Associations(payments=[Mode(module="ps_card", erp="CB/WEB"), Mode(module="ps_wire", erp="VIR")]),
    bank_account="WEB",
    countries={"FR": 1, "BE": 2},
    payment_types={"CB": 6, "VIR": 2},
    bank_accounts={"WEB": 1},
)
ADDRESS = Address(
    firstname="Zoé", lastname="Élan", address1="1 rue A", postcode="75001", city="Paris", country="FR", phone="01 02 03"
)
ELSEWHERE = replace(ADDRESS, firstname="Jean", address1="2 rue B", postcode="69001", city="Lyon")
ZOE = Customer(
    id_customer=1563,
    email="zoe@example.com",
    firstname="Zoé",
    lastname="Élan",
    address=ADDRESS,
    registered_text="2020-01-02 03:04:05",
)
PLACED_AT = datetime(2026, 11, 20, 23, 30, tzinfo=UTC)


def line(number: int, reference: str, quantity: int, total: str, rate: str = "20", **more: Any) -> OrderLine:
    unit = Decimal(total) / quantity
    net = unit / (1 + Decimal(rate) / 100)
    given: dict[str, Any] = {
        "id_order_detail": number,
        "id_product": number,
        "id_combination": 0,
        "reference": reference,
        "name": f"Article {number}",
        "quantity": quantity,
        "unit_price_tax_excl": net.quantize(MICRO),
        "unit_price_tax_incl": unit.quantize(MICRO),
        "total_tax_excl": (net * quantity).quantize(MICRO),
        "total_tax_incl": Decimal(total),
    }
    return OrderLine(**given | more)


def order(*lines: OrderLine, **more: Any) -> Order:
    """An order whose totals agree; name a total to make it otherwise. It is paid whole."""
    parts = {
        f"total_{name}_tax_{kind}": Decimal(more.get(f"total_{name}_tax_{kind}", 0))
        for name in ("shipping", "wrapping", "discounts")
        for kind in ("incl", "excl")
    }
    products = sum((each.total_tax_incl for each in lines), Decimal(0)).quantize(CENT, ROUND_HALF_UP)
    beside = parts["total_shipping_tax_incl"] + parts["total_wrapping_tax_incl"] - parts["total_discounts_tax_incl"]
    total = Decimal(more.get("total_paid_tax_incl", products + beside))
    given: dict[str, Any] = {
        "id_order": 12,
        "reference": "XKBKNABJK",
        "customer": ZOE,
        "placed_at": PLACED_AT,
        "updated_at": PLACED_AT,
        "state": 2,
        "currency": "EUR",
        "module": "ps_card",
        "lines": lines,
        "delivery": ADDRESS,
        "invoice": ADDRESS,
        "payments": (Payment(amount=total, label="Carte", paid_at=PLACED_AT, transaction_id="T-1"),) if total else (),
        "total_products_tax_incl": products,
        "total_products_tax_excl": sum((each.total_tax_excl for each in lines), Decimal(0)),
        "total_paid_tax_incl": total,
        "placed_text": "2026-11-21 00:30:00",
    }
    return Order(**given | more | parts)


RATES = st.sampled_from([Decimal(0), Decimal("5.5"), Decimal(10), Decimal(20)])


@st.composite
def lines(draw: st.DrawFn, number: int, rounding: str) -> OrderLine:
    """One line, rounded as the shop's setting says: on the piece, on the line, or on the total only."""
    quantity = draw(st.integers(1, 12))
    net = Decimal(draw(st.integers(1_000_000, 200_000_000))) / 1_000_000
    if rounding == "item":
        net = net.quantize(CENT, ROUND_HALF_UP)
    exact = net * (1 + draw(RATES) / 100)
    unit = exact.quantize(CENT if rounding == "item" else MICRO, ROUND_HALF_UP)
    total = (unit * quantity).quantize(MICRO if rounding == "total" else CENT, ROUND_HALF_UP)
    return OrderLine(
        id_order_detail=number,
        id_product=number,
        id_combination=0,
        reference=draw(st.sampled_from(["SHIRT-M", "SHOES 42", "MUG"])),
        name=f"Article {number}",
        quantity=quantity,
        unit_price_tax_excl=net,
        unit_price_tax_incl=unit,
        total_tax_excl=(net * quantity).quantize(CENT if rounding == "line" else MICRO, ROUND_HALF_UP),
        total_tax_incl=total,
    )


@st.composite
def orders(draw: st.DrawFn, *, most_lines: int = 8) -> Order:
    """Any order that a French shop may hold, with shipping at the full rate."""
    rounding = draw(st.sampled_from(["item", "line", "total"]))
    of_order = [draw(lines(number, rounding)) for number in range(1, draw(st.integers(1, most_lines)) + 1)]
    shipping = Decimal(draw(st.sampled_from([0, 490, 700, 1299]))) / 100
    return order(
        *of_order,
        total_shipping_tax_incl=shipping,
        total_shipping_tax_excl=(shipping / Decimal("1.2")).quantize(CENT, ROUND_HALF_UP),
    )
