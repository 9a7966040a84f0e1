"""What we believe of a tenant and can see only by writing to it; a real one is written to only on request."""

from __future__ import annotations

import time
import uuid
from typing import Any

import pytest

from tests.contract.cegid.soap import Reply, Soap


@pytest.fixture(scope="module")
def customer(writable: Soap) -> str:
    code = f"TST{int(time.time()):013}"
    data = {
        "EmailData": {"Email": f"{uuid.uuid4().hex}@example.invalid"},
        "FirstName": "Test",
        "LastName": "PASSERELLE",
        "CustomerId": code,
    }
    assert writable.customers("AddNewCustomer", {"customerData": data}).text("AddNewCustomerResult") == code
    return code


@pytest.fixture
def order(customer: str, pytestconfig: pytest.Config) -> dict[str, Any]:
    reference = f"TST{uuid.uuid4().hex[:12]}"
    item = {"Reference": pytestconfig.getoption("--erp-item")}
    return {
        "Header": {
            "Active": True,
            "CustomerId": customer,
            "Date": "2026-11-21T00:00:00",
            "ExternalReference": f"E{reference}",
            "InternalReference": reference,
            "OmniChannel": {
                "BillingStatus": "Pending",
                "DeliveryType": "ShipByCentral",
                "FollowUpStatus": "ToBeProcessed",
                "PaymentStatus": "Totally",
                "ReturnStatus": "NotReturned",
                "ShippingStatus": "Pending",
            },
            "Origin": "ECommerce",
            "StoreId": pytestconfig.getoption("--erp-store"),
            "Type": "CustomerOrder",
        },
        "Lines": {"Create_Line": [{"ItemIdentifier": item, "NetUnitPrice": "9.99", "Quantity": "2"}]},
    }


def create(erp: Soap, order: dict[str, Any]) -> Reply:
    return erp.documents("Create", {"createRequest": order})


def test_the_caller_chooses_the_code_of_a_customer(writable: Soap, customer: str) -> None:
    found = writable.customers("GetCustomerDetail", {"customerId": customer})
    assert found.text("GetCustomerDetailResult/CustomerId") == customer


def test_a_code_of_a_customer_is_given_once(writable: Soap, customer: str) -> None:
    again = {"LastName": "OTHER", "CustomerId": customer}
    assert writable.customers("AddNewCustomer", {"customerData": again}).is_fault()


def test_a_created_document_answers_its_key(writable: Soap, order: dict[str, Any]) -> None:
    reply = create(writable, order)
    assert reply.text("CreateResult/Key/Number").isdecimal()
    assert reply.text("CreateResult/Key/Type") == "CustomerOrder"


def test_an_internal_reference_is_taken_once_per_type_and_customer(writable: Soap, order: dict[str, Any]) -> None:
    create(writable, order)
    again = create(writable, order)
    assert again.status == 500
    assert "CBR00009" in again.innermost()


def test_a_document_is_found_by_both_references(writable: Soap, order: dict[str, Any]) -> None:
    number = create(writable, order).text("CreateResult/Key/Number")
    header = order["Header"]
    internal = {name: header[name] for name in ("CustomerId", "InternalReference", "Type")}
    external = {"ExternalReference": header["ExternalReference"], "Type": "CustomerOrder"}
    by_internal = writable.documents("GetByReference", {"searchRequest": {"Reference": internal}})
    by_external = writable.documents("GetByExternalReference", {"searchRequest": external})
    assert by_internal.text("Header/Key/Number") == number
    assert by_external.texts("Get_Reply/Header/Key/Number") == [number]


def test_a_cancelled_document_says_so_and_takes_no_more_orders(writable: Soap, order: dict[str, Any]) -> None:
    create(writable, order)
    reference = {name: order["Header"][name] for name in ("CustomerId", "InternalReference", "Type")}
    assert not writable.documents("Cancel", {"cancelRequest": {"Identifier": {"Reference": reference}}}).is_fault()
    found = writable.documents("GetByReference", {"searchRequest": {"Reference": reference}})
    assert found.text("Header/OmniChannel/CancelStatus") == "Canceled"
    assert writable.documents("Lock", {"lockRequest": {"Identifier": {"Reference": reference}}}).is_fault()
