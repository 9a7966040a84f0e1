from __future__ import annotations

import re
import subprocess
import sys
from typing import Any

import pytest
import requests
from lxml import etree

from deployments.sandbox.cegid import SandboxCegid
from deployments.sandbox.cegid.faults import Kind
from tests.contract.cegid.soap import FAULT, Soap, members
from tests.sandbox_cegid.orders import create, order

HELLO = ("CustomerWcfService", "HelloWorld", {"text": "x"})


def out_of_order() -> dict[str, Any]:
    request = order("W1")
    request["Header"] = {**request["Header"], "Comment": "after Type, where nobody looks for it"}
    return request


def test_an_element_out_of_its_place_is_refused_in_strict_mode(erp: SandboxCegid, soap: Soap) -> None:
    reply = soap.documents("Create", {"createRequest": out_of_order()})
    assert "Comment" in reply.text("faultstring")
    assert erp.documents() == []


def test_an_element_out_of_its_place_is_dropped_without_a_word_otherwise() -> None:
    with SandboxCegid(strict=False) as erp, Soap(erp.url, erp.user, erp.password, erp.database) as soap:
        erp.insert_customer("C1")
        assert soap.documents("Create", {"createRequest": out_of_order()}).status == 200
        assert "Comment" not in erp.documents()[0]["Header"]


def test_an_element_before_its_place_hides_those_that_should_precede_it() -> None:
    with SandboxCegid(strict=False) as erp, Soap(erp.url, erp.user, erp.password, erp.database) as soap:
        erp.insert_customer("C1")
        request = order("W1")
        request["Header"] = {"Type": "CustomerOrder", **request["Header"]}
        assert "CustomerId field is required" in soap.documents("Create", {"createRequest": request}).innermost()


def test_a_null_member_counts_as_absent(soap: Soap) -> None:
    envelope = (
        '<s:Envelope xmlns:s="http://schemas.xmlsoap.org/soap/envelope/"><s:Body>'
        '<GetHeaderList xmlns="http://www.cegid.fr/Retail/1.0" xmlns:i="http://www.w3.org/2001/XMLSchema-instance">'
        f'<searchRequest><Active i:nil="true"/></searchRequest><clientContext><DatabaseId>{soap.database}</DatabaseId>'
        "</clientContext></GetHeaderList></s:Body></s:Envelope>"
    )
    action = "http://www.cegid.fr/Retail/1.0/ISaleDocumentService/GetHeaderList"
    assert soap.post("SaleDocumentService", action, envelope).status_code == 200


def test_a_refusal_is_nested_four_deep_and_useful_only_at_the_bottom(soap: Soap) -> None:
    create(soap, "W1")
    detail = next(create(soap, "W1").envelope.iter(f"{{{FAULT}}}CbpExceptionDetail"))
    depth = 1
    while (inner := detail.find(f"{{{FAULT}}}InnerException")) is not None:
        assert "CBR00009" not in detail.findtext(f"{{{FAULT}}}Message", "")
        detail, depth = inner, depth + 1
    assert depth == 4
    assert "CBR00009" in detail.findtext(f"{{{FAULT}}}Message", "")


def test_members_of_a_fault_are_in_the_order_of_the_contract(soap: Soap) -> None:
    detail = next(create(soap, "W1", CustomerId="NOBODY").envelope.iter(f"{{{FAULT}}}CbpExceptionDetail"))
    names = [etree.QName(each).localname for each in detail]
    assert names == ["InnerException", "Message", "StackTrace", "TrackingId", "Type", "Id", "ToDo"]


def test_a_french_user_is_refused_in_french_with_the_same_code() -> None:
    with SandboxCegid(language="fr") as erp, Soap(erp.url, erp.user, erp.password, erp.database) as soap:
        erp.insert_customer("C1")
        create(soap, "W1")
        said = create(soap, "W1").innermost()
        assert "Ce document existe déjà" in said
        assert "CBR00009" in said


def test_another_database_is_refused(erp: SandboxCegid) -> None:
    with Soap(erp.url, erp.user, erp.password, "OTHER") as soap:
        reply = soap.customers("GetCustomerDetail", {"customerId": "C1"})
        assert "Unknown database OTHER" in reply.innermost()


def test_the_cookie_of_a_first_call_stands_for_the_password(soap: Soap) -> None:
    soap.call(*HELLO)
    soap.password = "changed meanwhile"
    assert soap.call(*HELLO).status == 200
    soap.session.cookies.clear()
    assert soap.get("CustomerWcfService", "wsdl", password="wrong").status_code == 401


def test_the_split_contract_holds_what_the_single_one_holds(soap: Soap) -> None:
    single = etree.fromstring(soap.get("SaleDocumentService", "singleWsdl").content)
    names = {each.get("name") for each in single.iter("{*}complexType") if each.get("name")}
    split: set[str | None] = set()
    for query in ("xsd=xsd0", "xsd=xsd1", "xsd=xsd2", "xsd=xsd3"):
        document = etree.fromstring(soap.get("SaleDocumentService", query).content)
        split |= {each.get("name") for each in document.iter("{*}complexType") if each.get("name")}
    assert split == names
    assert soap.get("SaleDocumentService", "xsd=xsd9").status_code == 404


def test_an_address_that_is_no_service_is_not_found(soap: Soap) -> None:
    assert soap.get("NoSuchService", "wsdl").status_code == 404


@pytest.mark.parametrize(("kind", "status"), [("401", 401), ("500", 500), ("503", 503), ("html", 200)])
def test_a_fault_on_demand_strikes_as_often_as_asked(erp: SandboxCegid, soap: Soap, kind: Kind, status: int) -> None:
    erp.faults.add(kind, "Create", times=2)
    request = {"createRequest": order("W1")}
    answers = [soap.post("SaleDocumentService", ACTION, envelope(soap, request)).status_code for _ in range(3)]
    assert answers == [status, status, 200]
    assert len(erp.documents()) == 1
    assert erp.requests["Create"] == 3


ACTION = "http://www.cegid.fr/Retail/1.0/ISaleDocumentService/Create"


def envelope(soap: Soap, request: dict[str, Any]) -> str:
    inner = members({**request, "clientContext": {"DatabaseId": soap.database}})
    return (
        '<s:Envelope xmlns:s="http://schemas.xmlsoap.org/soap/envelope/"><s:Body>'
        f'<Create xmlns="http://www.cegid.fr/Retail/1.0">{inner}</Create></s:Body></s:Envelope>'
    )


@pytest.mark.parametrize(("kind", "documents"), [("reset-before", 0), ("reset-after", 1)])
def test_a_connection_is_reset_before_or_after_the_document_exists(
    erp: SandboxCegid, soap: Soap, kind: Kind, documents: int
) -> None:
    erp.faults.add(kind, "Create")
    with pytest.raises(requests.ConnectionError):
        create(soap, "W1")
    assert len(erp.documents()) == documents


def test_an_error_after_the_document_was_created_leaves_it_there(erp: SandboxCegid, soap: Soap) -> None:
    erp.faults.add("500-after", "Create")
    assert soap.post("SaleDocumentService", ACTION, envelope(soap, {"createRequest": order("W1")})).content == b""
    assert len(erp.documents()) == 1


def test_chance_strikes_the_same_calls_for_the_same_seed() -> None:
    def struck() -> list[bool]:
        with SandboxCegid() as erp, Soap(erp.url, erp.user, erp.password, erp.database) as soap:
            erp.faults.chance(0.3, ("fault-en",), seed=7)
            return [soap.call(*HELLO).is_fault() for _ in range(20)]

    first = struck()
    assert first == struck()
    assert 0 < sum(first) < 20


def test_an_unknown_kind_of_fault_is_an_error_of_the_test(erp: SandboxCegid) -> None:
    with pytest.raises(ValueError, match="No such fault"):
        erp.faults.add("nonsense")  # type: ignore[arg-type]


def test_it_runs_on_its_own_and_says_where_it_is() -> None:
    with subprocess.Popen(
        [sys.executable, "-m", "deployments.sandbox.cegid", "--port", "0"], stdout=subprocess.PIPE, text=True
    ) as program:
        assert program.stdout is not None
        said = "".join(program.stdout.readline() for _ in range(4))
        url = re.search(r"http\S+", said)
        assert url is not None
        status = requests.get(f"{url[0]}/CustomerWcfService.svc?wsdl", timeout=10).status_code
        program.terminate()
    assert status == 401
