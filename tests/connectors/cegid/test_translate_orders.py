from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings

from connectors.cegid import Cegid, CegidAccess
from connectors.cegid.document_key import DocumentType
from connectors.cegid.needed import DOCUMENTS
from connectors.cegid.translate_orders import order_document
from deployments.sandbox.cegid import SandboxCegid
from schemas.documents import Order, Payment
from tests.connectors.cegid.shop_orders import ADDRESS, CODES, PLACED_AT, line, order, orders
from tests.connectors.cegid.test_order_obstacles import obstacles_of
from tests.examples import examples

RECEIPTS = replace(CODES, document_type=DocumentType.RECEIPT)


@pytest.fixture(scope="module")
def erp() -> Iterator[SandboxCegid]:
    with SandboxCegid() as sandbox:
        sandbox.insert_customer("C1")
        yield sandbox


@pytest.fixture(scope="module")
def cegid(erp: SandboxCegid, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Cegid]:
    folder: Path = tmp_path_factory.mktemp("contracts")
    with Cegid(CegidAccess(erp.url, erp.user, erp.password, erp.database), cache_folder=folder) as client:
        yield client


def sent(of_order: Order, codes: Any = CODES) -> dict[str, Any]:
    return order_document(of_order, codes, "C1")


def lines_of(document: dict[str, Any]) -> list[dict[str, Any]]:
    lines: list[dict[str, Any]] = document["Lines"]["Create_Line"]
    return lines


def amount(document: dict[str, Any]) -> Decimal:
    return sum((each["Quantity"] * each["NetUnitPrice"] for each in lines_of(document)), Decimal(0))


@settings(deadline=None)
@given(orders())
def test_any_order_without_obstacles_adds_up_to_the_cent(of_order: Order) -> None:
    assert obstacles_of(of_order) == ()
    document = sent(of_order)
    assert amount(document) == of_order.total_paid_tax_incl
    assert all(each["UnitPrice"] >= each["NetUnitPrice"] for each in lines_of(document))


@settings(deadline=None)
@given(orders())
def test_discounts_as_negative_prices_add_up_as_well(of_order: Order) -> None:
    document = sent(of_order, replace(CODES, discount_quantity=1))
    assert amount(document) == of_order.total_paid_tax_incl
    assert all(each["Quantity"] > 0 for each in lines_of(document))


@pytest.mark.lasting
@settings(max_examples=examples(40), deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(of_order=orders(most_lines=30))
def test_any_order_arrives_in_the_erp_to_the_cent(erp: SandboxCegid, cegid: Cegid, of_order: Order) -> None:
    numbered = replace(of_order, id_order=len(erp.documents()) + 1)
    key = cegid.create_document(sent(numbered))
    held = next(each for each in erp.documents() if each["Key"]["Number"] == key.number)
    assert erp.total(held) == of_order.total_paid_tax_incl


def test_a_cent_that_the_shop_rounded_away_in_the_total_is_no_obstacle_and_the_document_makes_what_was_paid() -> None:
    # Stored so by PrestaShop 8.2.0 and 9.1.4: 127.25 and 45.89 with 8.40 are 181.54, and 181.53 was paid.
    coats = replace(line(1, "COAT", 3, "127.25"), unit_price_tax_incl=Decimal("42.415000"))
    shirts = replace(line(2, "SHIRT", 2, "45.89"), unit_price_tax_incl=Decimal("22.944000"))
    shipping, paid = Decimal("8.40"), Decimal("181.53")
    of_order = order(coats, shirts, total_shipping_tax_incl=shipping, total_paid_tax_incl=paid)
    assert obstacles_of(of_order) == ()
    document = sent(of_order)
    assert amount(document) == paid
    assert [each["NetUnitPrice"] for each in lines_of(document) if each["ItemIdentifier"]["Reference"] == "COAT"] == [
        Decimal("42.41"),
        Decimal("42.42"),
    ]


def test_an_order_of_two_hundred_lines_adds_up() -> None:
    many = order(*(line(number, f"R{number}", 3, f"{number}.01") for number in range(1, 201)))
    assert amount(sent(many)) == many.total_paid_tax_incl


def test_every_member_that_is_sent_is_checked_for_when_the_contract_is_read() -> None:
    of_order = replace(
        order(line(1, "", 1, "9.00", comment="x", gross_unit_price_tax_incl=Decimal(10))),
        comment="c",
        gift=True,
        gift_message="g",
    )
    document = sent(of_order)
    assert set(document["Header"]) <= set(DOCUMENTS.members["Create_Header"])
    assert set(document["Header"]["OmniChannel"]) <= set(DOCUMENTS.members["OmniChannel"])
    assert set(lines_of(document)[0]) <= set(DOCUMENTS.members["Create_Line"])
    assert set(document["DeliveryAddress"]) <= set(DOCUMENTS.members["Address"])
    assert set(document["Payments"]["Create_Payment"][0]) <= set(DOCUMENTS.members["Create_Payment"])


def test_references_store_and_warehouse_are_those_of_the_guide() -> None:
    header = sent(order(line(1, "A", 1, "9.00")))["Header"]
    named = {name: header[name] for name in ("InternalReference", "ExternalReference", "StoreId", "WarehouseId")}
    assert named == {
        "InternalReference": "WEB12",
        "ExternalReference": "XKBKNABJK",
        "StoreId": "WEB",
        "WarehouseId": "CENTRAL",
    }
    assert CODES.customer_code(1563) == "WEB0000001563"
    assert replace(CODES, customer_prefix="W").customer_code(12) == "W0000000012"


def test_the_date_is_the_day_of_the_shop_without_a_zone() -> None:
    assert sent(order(line(1, "A", 1, "9.00")))["Header"]["Date"] == "2026-11-21T00:00:00"


def test_the_six_statuses_go_together() -> None:
    block = sent(order(line(1, "A", 1, "9.00")))["Header"]["OmniChannel"]
    assert block == {
        "BillingStatus": "Pending",
        "DeliveryType": "ShipByCentral",
        "FollowUpStatus": "ToBeProcessed",
        "PaymentStatus": "Totally",
        "ReturnStatus": "NotReturned",
        "ShippingStatus": "Pending",
        "GiftMessageType": "None",
        "Transporter": "COLISSIMO",
    }


def test_a_receipt_has_neither_statuses_nor_carrier() -> None:
    document = sent(order(line(1, "A", 1, "9.00")), RECEIPTS)
    assert document["Header"]["Type"] == "Receipt"
    assert "OmniChannel" not in document["Header"]
    assert "OmniChannel" not in lines_of(document)[0]


def test_a_discounted_line_says_gross_net_and_why() -> None:
    of_shop = line(1, "A", 2, "16.00", gross_unit_price_tax_incl=Decimal(10))
    of_erp = replace(of_shop, id_order_detail=2, markdown_code="SOLDES")
    plain = line(3, "B", 1, "5.00")
    found = lines_of(sent(order(of_shop, of_erp, plain)))
    assert [(each["UnitPrice"], each["NetUnitPrice"]) for each in found] == [(10, 8), (10, 8), (5, 5)]
    assert [each.get("DiscountTypeId") for each in found] == ["WEBREM", "SOLDES", None]


def test_shipping_wrapping_and_discount_are_lines_of_their_items() -> None:
    of_order = order(
        line(1, "A", 1, "50.00"),
        total_shipping_tax_incl=Decimal("4.90"),
        total_wrapping_tax_incl=Decimal("2.00"),
        total_discounts_tax_incl=Decimal("10.00"),
    )
    services = [
        (each["ItemIdentifier"]["Reference"], each["Quantity"], each["NetUnitPrice"])
        for each in lines_of(sent(of_order))[1:]
    ]
    assert services == [("PORT", 1, Decimal("4.90")), ("CADEAU", 1, Decimal("2.00")), ("REMISE", -1, Decimal("10.00"))]


def test_a_product_without_reference_is_the_misc_item_under_its_own_name() -> None:
    found = lines_of(sent(order(line(7, " ", 1, "9.00"))))[0]
    assert (found["ItemIdentifier"], found["Label"]) == ({"Reference": "DIVERS"}, "Article 7")


def test_a_free_order_has_lines_and_no_payment() -> None:
    free = order(line(1, "A", 1, "50.00"), total_discounts_tax_incl=Decimal("50.00"))
    assert amount(sent(free)) == 0
    assert "Payments" not in sent(free)


def test_payments_are_named_by_label_before_module_and_refused_ones_left_out() -> None:
    payments = (
        Payment(amount=Decimal(30), label="Amazon", paid_at=PLACED_AT),
        Payment(amount=Decimal(20), label="Cdiscount", paid_at=datetime(2026, 11, 22, 9, tzinfo=UTC)),
        Payment(amount=Decimal(50), label="Amazon", paid_at=PLACED_AT, accepted=False),
    )
    found = sent(order(line(1, "A", 1, "50.00"), module="market", payments=payments))["Payments"]["Create_Payment"]
    assert [(each["Id"], each["MethodId"], each["Amount"]) for each in found] == [(1, "AMZ", 30), (2, "MKT", 20)]
    assert found[1]["DueDate"] == "2026-11-22T00:00:00"


def test_an_order_without_payment_lines_is_paid_whole_in_its_own_currency() -> None:
    found = sent(order(line(1, "A", 1, "50.00"), payments=(), currency="GBP"))["Payments"]["Create_Payment"]
    assert [(each["MethodId"], each["CurrencyId"], each["Amount"]) for each in found] == [("CBG", "GBP", 50)]


def test_a_gift_carries_its_message() -> None:
    gift = order(line(1, "A", 1, "9.00"), gift=True, gift_message="Joyeux\nNoël\x00")
    block = sent(gift)["Header"]["OmniChannel"]
    assert (block["GiftMessageType"], block["GiftMessage"]) == ("CustomCard", "Joyeux\nNoël")
    blank = sent(replace(gift, gift_message=""))["Header"]["OmniChannel"]
    assert (blank["GiftMessageType"], blank.get("GiftMessage")) == ("BlankCard", None)


def test_a_long_street_goes_on_the_next_line() -> None:
    street = "12 bis rue du Faubourg Saint-Antoine, escalier C, porte 4"
    address = sent(order(line(1, "A", 1, "9.00"), delivery=replace(ADDRESS, address1=street)))["DeliveryAddress"]
    assert max(len(address["Line1"]), len(address["Line2"])) <= 35
    assert f"{address['Line1']} {address['Line2']}" == street
    assert (address["CountryId"], address["CountryIdType"]) == ("FRA", "Internal")


def test_the_misc_item_stands_for_a_product_that_did_not_come_from_the_erp_where_the_setting_says_so() -> None:
    foreign = order(line(1, "MUG", 1, "9.00", in_erp=False))
    [as_it_is] = lines_of(sent(foreign))
    assert as_it_is["ItemIdentifier"] == {"Reference": "MUG"}
    [misc] = lines_of(sent(foreign, replace(CODES, unknown_items="misc")))
    assert misc["ItemIdentifier"] == {"Reference": "DIVERS"}
    assert misc["Label"] == "MUG Article 1"


def test_a_discount_of_the_erp_bears_its_own_markdown_code_and_any_other_the_default() -> None:
    gross = Decimal("10.00")
    own = line(1, "A", 1, "8.00", gross_unit_price_tax_incl=gross, markdown_code="SOLDE")
    other = line(2, "B", 1, "8.00", gross_unit_price_tax_incl=gross)
    full = line(3, "C", 1, "8.00", markdown_code="SOLDE")
    assert [each.get("DiscountTypeId") for each in lines_of(sent(order(own, other, full)))] == ["SOLDE", "WEBREM", None]
