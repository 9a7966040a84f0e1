from __future__ import annotations

from decimal import Decimal

import pytest

from deployments.sandbox.cegid import SandboxCegid
from tests.contract.cegid.soap import Soap
from tests.sandbox_cegid.orders import create, header_list, order


def test_numbers_go_up_by_one_per_type(soap: Soap) -> None:
    numbers = [create(soap, reference).text("Key/Number") for reference in ("W1", "W2")]
    notice = create(soap, "W1", Type="ReturnNotice").text("Key/Number")
    assert (numbers, notice) == (["1", "2"], "1")


def test_a_reference_is_free_again_for_another_customer(erp: SandboxCegid, soap: Soap) -> None:
    erp.insert_customer("C2")
    assert create(soap, "W1").status == create(soap, "W1", CustomerId="C2").status == 200
    assert "CBR00009" in create(soap, "W1").innermost()
    assert len(erp.documents()) == 2


def test_a_document_needs_a_customer_that_exists(erp: SandboxCegid, soap: Soap) -> None:
    assert "does not exist" in create(soap, "W1", CustomerId="NOBODY").innermost()
    assert erp.documents() == []


@pytest.mark.parametrize("member", ["CustomerId", "Date", "InternalReference", "StoreId", "Type"])
def test_a_document_without_a_needed_member_is_refused_by_its_name(soap: Soap, member: str) -> None:
    request = order("W1")
    del request["Header"][member]
    said = soap.documents("Create", {"createRequest": request}).innermost()
    assert f"The {member} field is required" in said


def test_an_item_outside_the_catalogue_is_refused() -> None:
    with (
        SandboxCegid(known_items=frozenset({"SHIRT"})) as erp,
        Soap(erp.url, erp.user, erp.password, erp.database) as soap,
    ):
        erp.insert_customer("C1")
        assert "The item PORT does not exist" in create(soap, "W1").innermost()


def test_totals_are_quantity_times_a_price_kept_to_the_cent(erp: SandboxCegid, soap: Soap) -> None:
    request = order("W1")
    request["Lines"]["Create_Line"] = [
        {"ItemIdentifier": {"Reference": "X"}, "NetUnitPrice": "9.9967", "Quantity": "3"},
        {"ItemIdentifier": {"Reference": "REMISE"}, "NetUnitPrice": "5", "Quantity": "-1"},
    ]
    soap.documents("Create", {"createRequest": request})
    assert erp.total(erp.documents()[0]) == Decimal("25.00")


def test_several_documents_may_share_an_external_reference(soap: Soap) -> None:
    for reference in ("W1", "W2"):
        create(soap, reference, external="SPLIT")
    create(soap, "W3", external="OTHER")
    search = {"ExternalReference": "SPLIT", "Type": "CustomerOrder"}
    found = soap.documents("GetByExternalReference", {"searchRequest": search})
    assert found.texts("Get_Reply/Header/InternalReference") == ["W1", "W2"]


def test_pages_hold_every_document_once_and_the_last_one_is_short(soap: Soap) -> None:
    for number in range(5):
        create(soap, f"W{number}")
    pages = [header_list(soap, Pager={"PageIndex": index, "PageSize": 2}) for index in (1, 2, 3, 4)]
    assert pages == [["W0", "W1"], ["W2", "W3"], ["W4"], []]


def test_a_list_is_bounded_by_document_dates(soap: Soap) -> None:
    for day in ("2026-11-19", "2026-11-20", "2026-11-21"):
        create(soap, day, day=day)
    found = header_list(soap, BeginDate="2026-11-20T00:00:00", EndDate="2026-11-20T23:59:59")
    assert found == ["2026-11-20"]


def test_a_list_is_bounded_by_types_stores_and_activity(soap: Soap) -> None:
    create(soap, "W1")
    create(soap, "R1", Type="ReturnNotice")
    create(soap, "S1", StoreId="PARIS")
    cancel(soap, "W1")
    assert header_list(soap, DocumentTypes={"SaleDocumentType": ["ReturnNotice"]}) == ["R1"]
    assert header_list(soap, Active=False) == ["W1"]
    found = soap.documents("GetHeaderList", {"searchRequest": {"StoreIds": {"arr:string": ["PARIS"]}}})
    assert found.texts("Get_Header/InternalReference") == ["S1"]


def identifier(reference: str) -> dict[str, object]:
    return {"Reference": {"CustomerId": "C1", "InternalReference": reference, "Type": "CustomerOrder"}}


def cancel(soap: Soap, reference: str) -> str:
    return soap.documents("Cancel", {"cancelRequest": {"Identifier": identifier(reference)}}).innermost()


def status(soap: Soap, reference: str, name: str) -> str:
    found = soap.documents("GetByReference", {"searchRequest": identifier(reference)})
    return found.text(f"Header/OmniChannel/{name}")


def test_locked_and_unlocked_are_not_cancelled(soap: Soap) -> None:
    create(soap, "W1")
    soap.documents("Lock", {"lockRequest": {"Identifier": identifier("W1")}})
    assert status(soap, "W1", "CancelStatus") == "Locked"
    soap.documents("Unlock", {"unlockRequest": {"Identifier": identifier("W1")}})
    assert status(soap, "W1", "CancelStatus") == "Unlocked"


def test_a_cancelled_document_takes_no_more_orders(soap: Soap) -> None:
    create(soap, "W1")
    assert cancel(soap, "W1") == ""
    assert "Order cancelled" in cancel(soap, "W1")


def test_cancelling_the_unknown_fails_to_identify_it(soap: Soap) -> None:
    assert "Failed to identify document" in cancel(soap, "NONE")


def test_a_closed_document_is_no_longer_active(erp: SandboxCegid, soap: Soap) -> None:
    create(soap, "W1")
    soap.documents("Close", {"closeRequest": {"Identifier": identifier("W1")}})
    assert erp.documents()[0]["Active"] is False


def test_a_header_update_changes_the_statuses_it_names_and_no_other(erp: SandboxCegid, soap: Soap) -> None:
    create(soap, "W1", OmniChannel={"FollowUpStatus": "ToBeProcessed", "ShippingStatus": "Pending"})
    update = {"Identifier": identifier("W1"), "OmniChannel": {"ShippingStatus": "Totally", "Tracking": "1Z"}}
    soap.documents("UpdateHeader", {"updateHeaderRequest": update})
    block = erp.documents()[0]["Header"]["OmniChannel"]
    assert block == {"FollowUpStatus": "ToBeProcessed", "ShippingStatus": "Totally", "Tracking": "1Z"}


def test_a_warehouse_moves_a_document_by_hand(erp: SandboxCegid, soap: Soap) -> None:
    create(soap, "W1")
    erp.set_status(erp.documents()[0], follow_up="RecievedByCustomer", tracking="1Z", transporter="UPS")
    assert status(soap, "W1", "FollowUpStatus") == "RecievedByCustomer"
    assert status(soap, "W1", "Tracking") == "1Z"


def test_payments_are_replaced(erp: SandboxCegid, soap: Soap) -> None:
    create(soap, "W1")
    payments = {"Update_Payment": [{"Amount": "44.70", "Id": 1, "MethodId": "CB"}]}
    soap.documents("UpdatePayments", {"updatePaymentsRequest": {"Identifier": identifier("W1"), "Payments": payments}})
    assert [each["Amount"] for each in erp.documents()[0]["Payments"]] == [Decimal("44.70")]


def test_what_documents_gives_is_a_copy(erp: SandboxCegid, soap: Soap) -> None:
    create(soap, "W1")
    erp.documents()[0]["Header"]["InternalReference"] = "CHANGED"
    assert erp.documents()[0]["Header"]["InternalReference"] == "W1"
