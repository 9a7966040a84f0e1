from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

import pytest

from connectors.cegid.codes import CegidCodes
from connectors.cegid.document_key import DocumentType
from connectors.cegid.order_obstacles import order_obstacles
from schemas.documents import Customer, Missing, Order, Payment
from schemas.erp import Obstacle
from schemas.erp_settings import Erp, ServiceItems
from schemas.messages import message
from schemas.order_obstacles import common_obstacles
from tests.connectors.cegid.shop_orders import ADDRESS, CODES, line, order

ITEMS = ServiceItems(misc="DIVERS", shipping="PORT", wrapping="CADEAU", discount="REMISE")
SETTINGS = Erp(items=ITEMS)
HOLDING = Erp(items=ITEMS, unknown_items="hold")
GOOD = order(line(1, "A", 2, "19.98"), total_shipping_tax_incl=Decimal("4.90"))


WHAT = ("customer", "delivery_address", "invoice_address", "country", "region", "currency", "carrier")
PAYMENT = Payment(amount=Decimal("1.00"), label="Carte", paid_at=GOOD.placed_at)


def obstacles_of(of_order: Order, codes: CegidCodes = CODES, settings: Erp = SETTINGS) -> tuple[Obstacle, ...]:
    """Those of any ERP, then Cegid's own."""
    return (*common_obstacles(of_order, settings), *order_obstacles(of_order, codes))


def codes_of(of_order: Order, codes: CegidCodes = CODES, settings: Erp = SETTINGS) -> list[str]:
    return [each.code for each in obstacles_of(of_order, codes, settings)]


def without(**items: str) -> Erp:
    return Erp(items=ITEMS.model_copy(update=items))


def test_an_order_that_agrees_has_no_obstacle() -> None:
    assert obstacles_of(GOOD) == ()


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"total_paid_tax_incl": Decimal("24.89")}, "order_total_differs"),
        ({"total_products_tax_incl": Decimal("19.97"), "total_paid_tax_incl": Decimal("24.87")}, "order_lines_differ"),
        ({"cart_lines": 2}, "order_lines_missing"),
        ({"missing": (Missing("delivery_address", 9),)}, "order_delivery_address_missing"),
        ({"missing": (Missing("carrier", 9),), "id_carrier_reference": 9}, "order_carrier_missing"),
        ({"missing": (Missing("currency", 9),), "currency": ""}, "order_currency_missing"),
        ({"missing": (Missing("customer", 9),), "customer": Customer(9, "")}, "order_customer_missing"),
        ({"customer": replace(GOOD.customer, email="")}, "order_customer_without_email"),
        ({"delivery": replace(ADDRESS, address1="chemin " * 16)}, "order_delivery_address_too_long"),
        ({"total_products_tax_excl": Decimal("24.00")}, "order_gross_below_net"),
        ({"payments": (PAYMENT, replace(PAYMENT, amount=Decimal("24.88")))}, "order_paid_twice"),
        ({"payments": (PAYMENT, replace(PAYMENT, amount=GOOD.total_paid_tax_incl))}, "order_paid_twice"),
        ({"payments": (replace(PAYMENT, amount=Decimal("24.87")),)}, "order_paid_in_part"),
        ({"paid_together": Decimal("31.00"), "total_together": Decimal("30.00")}, "order_paid_apart"),
        ({"delivery": replace(ADDRESS, country="IT")}, "order_country_not_associated"),
        ({"customer": replace(GOOD.customer, id_gender=9)}, "order_title_not_associated"),
        ({"id_carrier_reference": 99}, "order_carrier_not_associated"),
        ({"module": "ps_wirepayment"}, "order_payment_not_associated"),
        ({"currency": "USD"}, "order_payment_not_associated"),
    ],
)
def test_one_obstacle_is_named(change: dict[str, object], code: str) -> None:
    assert codes_of(replace(GOOD, **change)) == [code]  # type: ignore[arg-type]


def test_every_obstacle_is_named_at_once() -> None:
    bad = replace(GOOD, cart_lines=5, id_carrier_reference=99, invoice=replace(ADDRESS, country="IT"))
    assert codes_of(bad) == [
        "order_lines_missing",
        "order_country_not_associated",
        "order_carrier_not_associated",
    ]


def test_more_lines_than_the_cart_are_no_obstacle() -> None:
    assert codes_of(replace(GOOD, cart_lines=0)) == []


def test_a_country_that_the_shop_has_deleted_is_not_told_as_one_without_code() -> None:
    gone = replace(GOOD, delivery=replace(ADDRESS, country=""), missing=(Missing("country", 8),))
    assert codes_of(gone) == ["order_country_missing"]


def test_a_customer_in_no_group_is_not_told_as_a_group_without_code() -> None:
    codes = replace(CODES, group_member="PriceListCode")
    assert codes_of(GOOD, codes) == ["order_group_missing"]
    assert codes_of(replace(GOOD, customer=replace(GOOD.customer, id_default_group=3)), codes) == [
        "order_group_not_associated"
    ]


def test_payments_in_another_currency_are_not_added_up() -> None:
    pounds = replace(PAYMENT, amount=Decimal(40), currency="GBP")
    assert codes_of(replace(GOOD, payments=(pounds,))) == []


def test_cents_of_rounding_by_the_piece_are_no_obstacle() -> None:
    free_of_tax = replace(GOOD, total_products_tax_excl=Decimal("19.99"))
    assert codes_of(free_of_tax) == []


def test_parts_of_a_cent_in_lines_are_no_obstacle_when_the_shop_rounds_on_the_total() -> None:
    thirds = [line(number, "A", 1, "3.333333") for number in (1, 2, 3)]
    assert obstacles_of(order(*thirds)) == ()


def test_a_receipt_needs_no_carrier() -> None:
    receipts = replace(CODES, document_type=DocumentType.RECEIPT)
    assert codes_of(replace(GOOD, id_carrier_reference=99), receipts) == []


def test_a_product_without_reference_needs_the_misc_item() -> None:
    bare = order(line(1, "", 1, "9.00"))
    assert codes_of(bare) == []
    assert codes_of(bare, settings=without(misc="")) == ["order_line_without_reference"]


def test_an_item_that_did_not_come_from_the_erp_holds_its_order_where_the_setting_says_so() -> None:
    foreign = order(line(1, "A", 2, "19.98", in_erp=False))
    assert codes_of(foreign) == []
    assert codes_of(foreign, settings=Erp(items=ITEMS, unknown_items="misc")) == []
    [found] = obstacles_of(foreign, settings=HOLDING)
    assert (found.code, dict(found.params)) == ("order_item_unknown", {"detail": "A"})


def test_the_misc_item_stands_for_nothing_while_it_has_no_code() -> None:
    settings = Erp(items=ITEMS.model_copy(update={"misc": ""}), unknown_items="misc")
    assert codes_of(order(line(1, "A", 2, "19.98", in_erp=False)), settings=settings) == ["order_item_unknown"]


def test_an_amount_without_its_service_item_is_named() -> None:
    settings = without(shipping="")
    assert codes_of(GOOD, settings=settings) == ["order_shipping_item_missing"]
    assert codes_of(order(line(1, "A", 1, "9.00")), settings=settings) == []


def test_an_order_without_lines_is_held() -> None:
    assert codes_of(order()) == ["order_empty"]


def test_every_obstacle_has_a_text_that_takes_its_parameters() -> None:
    bad = replace(
        order(line(1, "", 1, "9.00"), total_wrapping_tax_incl=Decimal(1)),
        total_products_tax_incl=Decimal(8),
        total_paid_tax_incl=Decimal(7),
        cart_lines=5,
        id_carrier_reference=99,
        module="none",
        delivery=replace(ADDRESS, country="IT"),
        customer=replace(GOOD.customer, id_gender=9),
    )
    codes, bare = replace(CODES, group_member="PriceListCode"), without(misc="", wrapping="")
    foreign = order(line(1, "A", 2, "19.98", in_erp=False))
    obstacles = [*obstacles_of(bad, codes, bare), *obstacles_of(order(), codes, bare)]
    obstacles += obstacles_of(foreign, settings=HOLDING)
    gone = replace(GOOD, missing=tuple(Missing(what, 9) for what in WHAT), customer=replace(GOOD.customer, email=""))
    long = replace(ADDRESS, address1="chemin " * 16)
    obstacles += obstacles_of(gone) + obstacles_of(replace(GOOD, delivery=long, invoice=long), codes)
    paid = replace(GOOD, payments=(PAYMENT, PAYMENT, replace(PAYMENT, amount=Decimal(24))))
    obstacles += obstacles_of(paid) + obstacles_of(replace(GOOD, total_products_tax_excl=Decimal(30)))
    assert len({each.code for each in obstacles}) == 23
    for each in obstacles:
        text = message(each.code, "fr", key="12", **each.params)
        assert "?" not in text.reason + text.remedy
