from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import date
from typing import Any

import pytest
from lxml import etree

from connectors.cegid import Cegid
from connectors.cegid.document_key import DocumentKey
from deployments.sandbox.cegid import SandboxCegid
from schemas.erp import DocumentStatus
from schemas.errors import AlreadyThereError, RefusedError, TransientError
from tests.connectors.cegid.conftest import Connect
from tests.connectors.cegid.requests_to_send import order

DAY = date(2026, 11, 21)


def ours(cegid: Cegid, *references: str) -> DocumentStatus | None:
    """The document under our internal reference."""
    found = cegid.documents_by_references(*references).ours
    return None if found is None else found.status


def test_a_document_is_created_whatever_the_order_of_its_members(erp: SandboxCegid, cegid: Cegid) -> None:
    key = cegid.create_document(order("W1"))
    assert key == DocumentKey("CustomerOrder", "ECO", 1)
    assert [each["Header"]["InternalReference"] for each in erp.documents()] == ["W1"]


def test_a_dry_run_gives_the_xml_and_sends_nothing(erp: SandboxCegid, cegid: Cegid) -> None:
    rendered = etree.fromstring(cegid.render_document(order("W1")))
    assert rendered.findtext("{*}createRequest/{*}Header/{*}InternalReference") == "W1"
    assert erp.requests["Create"] == 0


@pytest.mark.parametrize(
    ("member", "value", "said"),
    [
        ("Type", "customerorder", "enumeration"),
        ("Date", "21/11/2026", "dateTime"),
        ("NoSuchMember", "x", "NoSuchMember"),
        ("OmniChannel", "a text", "a text"),
        ("StoreId", {"Text": "x"}, "accept collections"),
    ],
)
def test_a_value_outside_the_contract_is_never_sent(
    erp: SandboxCegid, cegid: Cegid, member: str, value: object, said: str
) -> None:
    header: dict[str, Any] = {member: value}
    with pytest.raises(RefusedError, match=said) as refused:
        cegid.create_document(order("W1", **header))
    assert (refused.value.code, refused.value.key) == ("SCHEMA", "W1")
    assert erp.requests["Create"] == 0


def test_a_character_that_xml_forbids_costs_only_its_document(erp: SandboxCegid, cegid: Cegid) -> None:
    with pytest.raises(RefusedError):
        cegid.create_document(order("W1", Comment="bell \x07"))
    assert cegid.create_document(order("W2", Comment="çà & là <é> 漢字 🎁")).number == 1
    assert erp.documents()[0]["Header"]["Comment"] == "çà & là <é> 漢字 🎁"


@pytest.mark.parametrize("language", ["en", "fr"])
def test_a_duplicate_is_told_by_its_code_in_every_language(connect: Connect, language: str) -> None:
    with SandboxCegid(language=language) as erp, connect(erp) as client:  # type: ignore[arg-type]
        erp.insert_customer("C1")
        client.create_document(order("W1"))
        with pytest.raises(RefusedError) as refused:
            client.create_document(order("W1"))
    assert isinstance(refused.value, AlreadyThereError)
    assert {"en": "already exists", "fr": "existe déjà"}[language] in refused.value.reason


@pytest.mark.parametrize("lost", ["reset-after", "500-after"])
def test_a_lost_answer_is_found_by_reference_and_adopted(erp: SandboxCegid, cegid: Cegid, lost: str) -> None:
    erp.faults.add(lost, "Create")  # type: ignore[arg-type]
    with pytest.raises(TransientError):
        cegid.create_document(order("W1"))
    adopted = ours(cegid, "CustomerOrder", "W1", "ABCDEF", "C1")
    assert adopted is not None
    assert adopted.number == "CustomerOrder/ECO/1"
    with pytest.raises(RefusedError) as refused:
        cegid.create_document(order("W1"))
    assert isinstance(refused.value, AlreadyThereError)
    assert len(erp.documents()) == 1


def test_a_call_that_never_arrived_leaves_nothing_to_adopt(erp: SandboxCegid, cegid: Cegid) -> None:
    erp.faults.add("reset-before", "Create")
    with pytest.raises(TransientError):
        cegid.create_document(order("W1"))
    assert ours(cegid, "CustomerOrder", "W1", "ABCDEF", "C1") is None
    assert cegid.create_document(order("W1")).number == 1


def test_the_code_of_a_duplicate_with_another_reason_leaves_nothing_to_adopt(erp: SandboxCegid, cegid: Cegid) -> None:
    erp.faults.add("fault-en", "Create", reason="Serial number is not available in inventory")
    with pytest.raises(RefusedError) as refused:
        cegid.create_document(order("W1"))
    assert isinstance(refused.value, AlreadyThereError)
    assert ours(cegid, "CustomerOrder", "W1", "ABCDEF", "C1") is None


@pytest.mark.parametrize("not_found", ["fault", "empty"])
@pytest.mark.parametrize("language", ["en", "fr"])
def test_what_is_not_there_is_none(connect: Connect, not_found: str, language: str) -> None:
    with SandboxCegid(not_found=not_found, language=language) as erp, connect(erp) as client:  # type: ignore[arg-type]
        assert ours(client, "CustomerOrder", "W1", "ABCDEF", "C1") is None
        assert client.status(DocumentKey("CustomerOrder", "ECO", 1)) is None


def test_a_fault_that_is_not_about_absence_is_not_taken_for_absence(erp: SandboxCegid, cegid: Cegid) -> None:
    erp.faults.add("fault-fr", "GetByExternalReference", code="CBR00042", reason="Licence expirée")
    with pytest.raises(RefusedError, match="Licence expirée"):
        ours(cegid, "CustomerOrder", "W1", "ABCDEF", "C1")


def test_a_split_order_is_told_from_its_sister_by_the_internal_reference(cegid: Cegid) -> None:
    for reference in ("W1", "W2"):
        cegid.create_document(order(reference, external="SPLIT"))
    found = ours(cegid, "CustomerOrder", "W2", "SPLIT")
    assert found is not None
    assert found.number == "CustomerOrder/ECO/2"


def test_two_documents_with_one_reference_are_refused(erp: SandboxCegid, cegid: Cegid) -> None:
    erp.insert_customer("C2")
    cegid.create_document(order("W1"))
    cegid.create_document(order("W1", CustomerId="C2"))
    with pytest.raises(RefusedError, match="CustomerOrder/ECO/1, CustomerOrder/ECO/2") as refused:
        ours(cegid, "CustomerOrder", "W1", "ABCDEF")
    assert refused.value.code == "AMBIGUOUS"


def test_a_status_says_what_the_warehouse_did(erp: SandboxCegid, cegid: Cegid) -> None:
    key = cegid.create_document(order("W1"))
    erp.set_status(
        erp.documents()[0], follow_up="RecievedByCustomer", shipping="Totally", tracking="1Z", cancel="Locked"
    )
    status = cegid.status(key)
    assert status is not None
    moved = {"FollowUpStatus": "RecievedByCustomer", "ShippingStatus": "Totally", "CancelStatus": "Locked"}
    assert {name: status.values[name] for name in moved} == moved
    assert status.tracking == "1Z"
    assert str(status.total_tax_incl) == "39.80"
    assert status.unknown == {}


def test_a_status_that_the_contract_does_not_list_is_kept_and_reported(erp: SandboxCegid, cegid: Cegid) -> None:
    key = cegid.create_document(order("W1"))
    erp.set_status(erp.documents()[0], follow_up="LostAtSea")
    status = cegid.status(key)
    assert status is not None
    assert (status.values["FollowUpStatus"], dict(status.unknown)) == ("LostAtSea", {"FollowUpStatus": "LostAtSea"})


def test_headers_come_from_every_page_once(erp: SandboxCegid, cegid: Cegid) -> None:
    for number in range(7):
        cegid.create_document(order(f"W{number}"))
    cegid.create_document(order("OTHER-DAY", day="2026-11-22"))
    cegid.create_document(order("RETURN", Type="ReturnNotice"))
    headers = cegid.headers(DAY, DAY, types=["CustomerOrder"], stores=["WEB"], page_size=3)
    assert [each.internal_reference for each in headers] == [f"W{number}" for number in range(7)]
    assert erp.requests["GetHeaderList"] == 3


def test_a_document_created_between_two_pages_comes_once(cegid: Cegid) -> None:
    for number in range(4):
        cegid.create_document(order(f"W{number}"))
    headers = cegid.headers(date(2026, 11, 1), DAY, types=["CustomerOrder"], page_size=2)
    seen = [next(headers).internal_reference]
    cegid.create_document(order("EARLIER", day="2026-11-01"))
    seen += [each.internal_reference for each in headers]
    assert seen == ["W0", "W1", "W2", "W3"]


def test_threads_create_each_document_once(erp: SandboxCegid, cegid: Cegid) -> None:
    with ThreadPoolExecutor(8) as threads:
        keys = list(threads.map(lambda n: cegid.create_document(order(f"W{n}", Comment=f"order {n}")), range(60)))
    assert len(set(keys)) == 60
    by_number = {each["Key"]["Number"]: each["Header"] for each in erp.documents()}
    for number, key in enumerate(keys):
        assert by_number[key.number]["InternalReference"] == f"W{number}"
        assert by_number[key.number]["Comment"] == f"order {number}"


def test_requests_are_counted_by_operation(erp: SandboxCegid, cegid: Cegid) -> None:
    cegid.create_document(order("W1"))
    assert cegid.sent["Create"] == erp.requests["Create"] == 1


def test_a_key_goes_to_text_and_back() -> None:
    key = DocumentKey("CustomerOrder", "A/B", 12)
    assert DocumentKey.parse(str(key)) == key
