from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest

from connectors.cegid import Cegid, CegidAccess
from connectors.cegid.needed import CUSTOMERS
from connectors.cegid.translate_customers import customer_values, new_customer_values
from connectors.cegid.translate_orders import order_document
from connectors.cegid.translate_returns import return_document
from deployments.sandbox.cegid import SandboxCegid
from schemas.documents import Customer, Return, ReturnLine
from tests.connectors.cegid.shop_orders import ADDRESS, CODES, PLACED_AT, line, order

CUSTOMER = Customer(
    id_customer=1563,
    email="zoe@example.com",
    firstname="Zoé",
    lastname="Élan",
    id_gender=2,
    birthday=date(1991, 9, 1),
    newsletter=True,
    address=replace(ADDRESS, phone="0102030405", phone_mobile="0601020304"),
)
RETURN = Return(
    id_order_return=5,
    id_order=12,
    order_reference="XKBKNABJK",
    id_customer=1563,
    state=1,
    created_at=PLACED_AT,
    updated_at=PLACED_AT,
    currency="EUR",
    lines=(ReturnLine(1, "A", "Article 1", 1, Decimal("9.99"), Decimal("8.325")),),
    customer_code="C1",
    question="trop petit",
)


@pytest.mark.parametrize(
    ("newsletter", "optin", "said"),
    [(True, True, "ForPartners"), (True, False, "BrandOnly"), (False, False, "DoNotUse"), (False, True, "DoNotUse")],
)
def test_opt_ins_never_say_more_than_the_customer_did(newsletter: bool, optin: bool, said: str) -> None:
    values = customer_values(replace(CUSTOMER, newsletter=newsletter, optin=optin), CODES)
    assert values["OptinEmail"] == said
    assert values["EmailData"]["EmailingAccepted"] is newsletter


def test_what_the_shop_does_not_know_is_left_to_the_erp() -> None:
    bare = customer_values(Customer(id_customer=1, email="a@example.com"), CODES)
    assert bare == {"EmailData": {"Email": "a@example.com", "EmailingAccepted": False}, "OptinEmail": "DoNotUse"}


def test_lines_of_a_former_address_are_emptied() -> None:
    address = customer_values(CUSTOMER, CODES)["AddressData"]
    assert (address["AddressLine1"], address["AddressLine2"], address["AddressLine3"]) == ("1 rue A", "", "")


def test_the_usual_store_is_given_to_new_customers_only() -> None:
    assert "UsualStoreId" not in customer_values(CUSTOMER, CODES)
    assert new_customer_values(CUSTOMER, CODES)["UsualStoreId"] == "WEB"


def test_a_group_goes_where_the_setting_says() -> None:
    codes = replace(CODES, groups={3: "VIP"}, group_member="PriceListCode")
    assert customer_values(replace(CUSTOMER, id_default_group=3), codes)["PriceListCode"] == "VIP"
    assert "PriceListCode" not in customer_values(replace(CUSTOMER, id_default_group=3), CODES)


def test_every_member_of_a_customer_is_checked_for_when_the_contract_is_read() -> None:
    extra = {"ActivityCode", "CompanyIdNumber"}
    values = new_customer_values(replace(CUSTOMER, company="Élan SA"), CODES)
    assert set(values) - extra <= set(CUSTOMERS.members["CustomerInputData"])


def test_a_customer_is_created_then_updated_then_left_alone(tmp_path: Path) -> None:
    with SandboxCegid() as erp, open_client(erp, tmp_path) as client:
        code = client.create_customer(CODES.customer_code(1563), new_customer_values(CUSTOMER, CODES))
        moved = replace(CUSTOMER, address=replace(ADDRESS, address1="2 rue B", city="Lyon"))
        assert client.update_customer(code, customer_values(moved, CODES)) is True
        assert client.update_customer(code, customer_values(moved, CODES)) is False
        held = erp.customers()["WEB0000001563"]
    assert held["AddressData"]["City"] == "Lyon"
    assert held["BirthDateData"] == {"BirthDateDay": 1, "BirthDateMonth": 9, "BirthDateYear": 1991}
    assert held["UsualStoreId"] == "WEB"


def test_a_return_is_a_notice_tied_to_its_order_store_and_warehouse(tmp_path: Path) -> None:
    with SandboxCegid() as erp, open_client(erp, tmp_path) as client:
        erp.insert_customer("C1")
        original = client.create_document(order_document(order(line(1, "A", 1, "9.99")), CODES, "C1"))
        client.create_document(return_document(RETURN, CODES, original))
        header = erp.documents("ReturnNotice")[0]["Header"]
    assert header["OmniChannel"]["OriginalDocument"]["Key"]["Number"] == original.number
    assert (header["StoreId"], header["WarehouseId"], header["InternalReference"]) == ("WEB", "CENTRAL", "WEBR5")
    assert header["OmniChannel"]["ReturnStatus"] == "ReturnPlanned"


def test_a_piece_that_went_as_the_misc_item_comes_back_as_the_misc_item() -> None:
    foreign = replace(RETURN, lines=tuple(replace(each, in_erp=False) for each in RETURN.lines))
    codes = replace(CODES, unknown_items="misc")
    [line] = return_document(foreign, codes, None)["Lines"]["Create_Line"]
    assert line["ItemIdentifier"] == {"Reference": "DIVERS"}
    [same] = return_document(RETURN, codes, None)["Lines"]["Create_Line"]
    assert same["ItemIdentifier"] == {"Reference": RETURN.lines[0].reference}


def test_pieces_come_back_at_the_prices_that_they_had_in_the_document_of_the_order() -> None:
    # Two for 84.83 are one at 42.41 and one at 42.42 in the order: both together must not come back at 84.84.
    coat = ReturnLine(
        1, "COAT", "Coat", 2, Decimal("42.415"), Decimal("35.35"), sold=2, total_tax_incl=Decimal("84.83")
    )
    both = return_document(replace(RETURN, lines=(coat,)), CODES, None)["Lines"]["Create_Line"]
    assert [(each["Quantity"], each["NetUnitPrice"]) for each in both] == [(1, Decimal("42.41")), (1, Decimal("42.42"))]
    one = return_document(replace(RETURN, lines=(replace(coat, quantity=1),)), CODES, None)["Lines"]["Create_Line"]
    assert [(each["Quantity"], each["UnitPrice"]) for each in one] == [(1, Decimal("42.41"))]


def open_client(erp: SandboxCegid, folder: Path) -> Cegid:
    return Cegid(CegidAccess(erp.url, erp.user, erp.password, erp.database), cache_folder=folder)
