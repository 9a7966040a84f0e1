from __future__ import annotations

from decimal import Decimal

from deployments.sandbox.cegid import SandboxCegid
from tests.contract.cegid.soap import Soap


def test_a_search_by_email_finds_parts_of_it_and_closed_customers(erp: SandboxCegid, soap: Soap) -> None:
    erp.insert_customer("C2", email="unKNOWN@example.com", Closed=True)
    reply = soap.customers("SearchCustomerIds", {"searchData": {"EmailData": {"Email": "known@"}}})
    assert reply.texts("CustomerQueryData/CustomerId") == ["C1", "C2"]


def test_an_update_resets_what_it_does_not_name(erp: SandboxCegid, soap: Soap) -> None:
    soap.customers("UpdateCustomer", {"customerId": "C1", "modifiedData": {"LastName": "NEW"}})
    assert "EmailData" not in erp.customers()["C1"]


def test_an_update_may_keep_what_it_does_not_name() -> None:
    with SandboxCegid(absent_resets=False) as erp, Soap(erp.url, erp.user, erp.password, erp.database) as soap:
        erp.insert_customer("C1", email="known@example.com")
        soap.customers("UpdateCustomer", {"customerId": "C1", "modifiedData": {"LastName": "NEW"}})
        assert erp.customers()["C1"]["EmailData"] == {"Email": "known@example.com"}


def test_a_code_longer_than_seventeen_characters_is_refused(erp: SandboxCegid, soap: Soap) -> None:
    data = {"LastName": "X", "CustomerId": "X" * 18}
    assert "longer than 17" in soap.customers("AddNewCustomer", {"customerData": data}).innermost()
    assert set(erp.customers()) == {"C1"}


def test_a_code_is_made_up_when_the_caller_chooses_none(erp: SandboxCegid, soap: Soap) -> None:
    code = soap.customers("AddNewCustomer", {"customerData": {"LastName": "X"}}).text("AddNewCustomerResult")
    assert erp.customers()[code]["LastName"] == "X"


def test_stock_is_told_by_store_and_an_unknown_store_is_a_status(erp: SandboxCegid, soap: Soap) -> None:
    erp.set_stock("SHIRT", Decimal(7), store="WEB")
    wanted = {"itemIdentifier": {"Reference": "SHIRT"}}
    known = soap.call("ItemInventoryWcfService", "GetAvailableQty", {**wanted, "storeId": "WEB"})
    unknown = soap.call("ItemInventoryWcfService", "GetAvailableQty", {**wanted, "storeId": "NONE"})
    assert known.text("AvailableQty") == "7"
    assert unknown.text("QueryStatus") == "IncorrectStoreId"


def test_stock_of_many_items_comes_in_pages(erp: SandboxCegid, soap: Soap) -> None:
    for number in range(3):
        erp.set_stock(f"S{number}", Decimal(number), store="WEB")
    request = {
        "ItemIdentifiers": {"ItemIdentifier": [{"Reference": f"S{number}"} for number in range(3)]},
        "Pager": {"PageIndex": 2, "PageSize": 2},
    }
    reply = soap.call(
        "ItemInventoryWcfService", "GetListItemInventoryDetailByStore", {"inventoryStoreItemDetailRequest": request}
    )
    assert reply.texts("AvailableQtyByItemByStore/ItemCode") == ["S2"]
    assert reply.texts("AvailableQuantity") == ["2"]
