from __future__ import annotations

from decimal import Decimal

import pytest

from connectors.cegid import Cegid
from deployments.sandbox.cegid import SandboxCegid
from deployments.sandbox.cegid.faults import Kind
from schemas.errors import RefusedError, TransientError
from tests.connectors.cegid.conftest import Connect


def test_an_email_is_found_exactly_whatever_the_case(erp: SandboxCegid, cegid: Cegid) -> None:
    erp.insert_customer("C2", email="un.known@example.com")
    erp.insert_customer("C3", email="Known@Example.COM")
    assert {each.code for each in cegid.find_customers(" known@example.com ")} == {"C1", "C3"}


def test_closed_customers_are_not_found(erp: SandboxCegid, cegid: Cegid) -> None:
    erp.insert_customer("C2", email="gone@example.com", Closed=True)
    assert cegid.find_customers("gone@example.com") == ()


def test_no_email_finds_nobody_and_asks_nothing(erp: SandboxCegid, cegid: Cegid) -> None:
    assert cegid.find_customers("  ") == ()
    assert erp.requests["SearchCustomerIds"] == 0


def test_a_search_that_may_have_been_cut_short_is_refused(erp: SandboxCegid, cegid: Cegid) -> None:
    for number in range(100):
        erp.insert_customer(f"D{number}", email=f"{number}.other@example.com")
    with pytest.raises(RefusedError) as refused:
        cegid.find_customers("other@example.com")
    assert refused.value.code == "TOO_MANY"


@pytest.mark.parametrize("not_found", ["fault", "empty"])
@pytest.mark.parametrize("language", ["en", "fr"])
def test_an_unknown_customer_is_none(connect: Connect, not_found: str, language: str) -> None:
    with SandboxCegid(not_found=not_found, language=language) as erp, connect(erp) as client:  # type: ignore[arg-type]
        assert client.customer("NOBODY") is None


def test_an_update_keeps_every_member_it_does_not_speak_of(erp: SandboxCegid, cegid: Cegid) -> None:
    erp.insert_customer(
        "C2",
        email="a@example.com",
        FirstName="Anne",
        Notepad="prefers mornings",
        UsualStoreId="LYON",
        AddressData={"AddressLine1": "1 rue A", "AddressLine2": "Bât. B", "City": "Lyon", "Nata": True},
        UserDefinedTexts=[{"Id": "1", "Value": "x"}, {"Id": "2", "Value": "y"}],
        UserDefinedBooleans=[{"Id": "1", "Value": True}],
    )
    before = erp.customers()["C2"]
    assert cegid.update_customer("C2", {"FirstName": "Zoé", "AddressData": {"AddressLine2": "", "City": "Paris"}})
    after = erp.customers()["C2"]
    assert after["AddressData"] == {"AddressLine1": "1 rue A", "AddressLine2": "", "City": "Paris", "Nata": True}
    same = {"EmailData", "Notepad", "UsualStoreId", "UserDefinedTexts", "UserDefinedBooleans", "LastName"}
    assert {name: after[name] for name in same} == {name: before[name] for name in same}
    assert after["FirstName"] == "Zoé"


def test_a_second_update_writes_nothing(erp: SandboxCegid, cegid: Cegid) -> None:
    values = {
        "FirstName": "Zoé",
        "EmailData": {"Email": "known@example.com", "EmailingAccepted": False},
        "BirthDateData": {"BirthDateYear": 1991},
        "AddressData": {"AddressLine1": "1 rue A", "AddressLine2": ""},
        "UserDefinedValues": {"UserDefinedValue": {"Id": "1", "Value": Decimal("1.50")}},
    }
    assert cegid.update_customer("C1", values) is True
    assert cegid.update_customer("C1", values) is False
    assert erp.requests["UpdateCustomer"] == 1


def test_updating_a_customer_that_is_gone_is_refused(cegid: Cegid) -> None:
    with pytest.raises(RefusedError) as refused:
        cegid.update_customer("NOBODY", {"FirstName": "X"})
    assert (refused.value.code, refused.value.key) == ("NOT_FOUND", "NOBODY")


def test_a_customer_is_created_under_our_code(erp: SandboxCegid, cegid: Cegid) -> None:
    code = cegid.create_customer(
        "WEB0000001563", {"LastName": "Élan & <Fils>", "EmailData": {"Email": "e@example.com"}}
    )
    assert code == "WEB0000001563"
    assert erp.customers()[code]["LastName"] == "Élan & <Fils>"


def test_a_customer_is_not_created_twice(erp: SandboxCegid, cegid: Cegid) -> None:
    cegid.create_customer("WEB1", {"LastName": "A"})
    with pytest.raises(RefusedError):
        cegid.create_customer("WEB1", {"LastName": "B"})
    assert erp.customers()["WEB1"]["LastName"] == "A"


@pytest.mark.parametrize(("kind", "created"), [("reset-before", False), ("reset-after", True)])
def test_after_a_lost_answer_the_code_tells_whether_the_customer_is_there(
    erp: SandboxCegid, cegid: Cegid, kind: Kind, created: bool
) -> None:
    erp.faults.add(kind, "AddNewCustomer")
    with pytest.raises(TransientError):
        cegid.create_customer("WEB1", {"LastName": "A"})
    assert (cegid.customer("WEB1") is not None) is created
