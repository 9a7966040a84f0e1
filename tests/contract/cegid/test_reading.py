"""What we believe of a tenant and can see without writing to it."""

from __future__ import annotations

import uuid
from pathlib import Path

import pytest
from lxml import etree

from connectors.cegid import Cegid, CegidAccess
from tests.contract.cegid.soap import PORT_TYPES, RETAIL, Soap

SERVICES = ("CustomerWcfService", "SaleDocumentService")
XS = "{http://www.w3.org/2001/XMLSchema}"
WSDL = "{http://schemas.xmlsoap.org/wsdl/}"
NOBODY = f"nobody-{uuid.uuid4().hex}@example.invalid"


def wsdl(erp: Soap, service: str) -> etree._Element:
    answer = erp.get(service, "singleWsdl")
    if answer.status_code == 404:
        pytest.skip("this tenant has only the split form of the WSDL")
    return etree.fromstring(answer.content)


@pytest.mark.parametrize("service", SERVICES)
def test_a_contract_is_given_to_no_one_without_the_password(erp: Soap, service: str) -> None:
    assert erp.get(service, "wsdl", password="wrong").status_code == 401


def test_a_call_with_a_wrong_password_is_answered_401(erp: Soap) -> None:
    action = f"{RETAIL}/ICbrBasicWebServiceInterface/HelloWorld"
    assert erp.post("CustomerWcfService", action, "<x/>", password="wrong").status_code == 401


@pytest.mark.parametrize("service", SERVICES)
def test_the_port_type_has_the_name_we_look_for(erp: Soap, service: str) -> None:
    names = [each.get("name") for each in wsdl(erp, service).iter(f"{WSDL}portType")]
    assert PORT_TYPES[service] in names


@pytest.mark.parametrize("service", SERVICES)
def test_members_are_in_alphabetical_order_in_every_type(erp: Soap, service: str) -> None:
    astray = []
    for sequence in wsdl(erp, service).iter(f"{XS}complexType"):
        if not sequence.get("name"):
            continue
        names = [each.get("name", "") for each in sequence.iter(f"{XS}element")]
        if names != sorted(names):
            astray.append(sequence.get("name"))
    assert astray == []


def test_our_client_finds_everything_it_needs_in_the_contract(erp: Soap, tmp_path: Path) -> None:
    access = CegidAccess(erp.url, erp.user, erp.password, erp.database)
    with Cegid(access, cache_folder=tmp_path) as client:
        assert client.hello().version


@pytest.mark.parametrize("service", SERVICES)
def test_hello_tells_version_language_and_database(erp: Soap, service: str) -> None:
    said = erp.call(service, "HelloWorld", {"text": "Passerelle"}).text("HelloWorldResult")
    assert "CBR Version: (" in said
    assert "CurrentUICulture: (" in said
    assert f"DataBaseId: ({erp.database})" in said


def test_a_search_for_an_unknown_email_finds_nobody(erp: Soap) -> None:
    search = {"EmailData": {"Email": NOBODY}, "MaxNumberOfCustomers": 5}
    reply = erp.customers("SearchCustomerIds", {"searchData": search})
    assert reply.status == 200
    assert reply.texts("CustomerQueryData/CustomerId") == []


def test_an_unknown_customer_is_a_fault_or_nothing(erp: Soap) -> None:
    reply = erp.customers("GetCustomerDetail", {"customerId": "ZZZ0000000000000"})
    assert reply.is_fault() or reply.text("GetCustomerDetailResult/CustomerId") == ""


@pytest.mark.parametrize("service", SERVICES)
def test_a_fault_carries_a_text_and_comes_with_status_500(erp: Soap, service: str) -> None:
    action = f"{RETAIL}/{PORT_TYPES[service]}/NoSuchOperation"
    body = '<s:Envelope xmlns:s="http://schemas.xmlsoap.org/soap/envelope/"><s:Body/></s:Envelope>'
    answer = erp.post(service, action, body)
    assert answer.status_code == 500
    assert etree.fromstring(answer.content).findtext(".//faultstring")


def test_an_unknown_internal_reference_is_a_fault_or_nothing(erp: Soap) -> None:
    reference = {"CustomerId": "ZZZ0000000000000", "InternalReference": "ZZZ0", "Type": "CustomerOrder"}
    reply = erp.documents("GetByReference", {"searchRequest": {"Reference": reference}})
    assert reply.is_fault() or reply.text("GetByReferenceResult/Header/Key/Number") == ""


def test_an_unknown_external_reference_is_a_fault_or_nothing(erp: Soap) -> None:
    search = {"ExternalReference": uuid.uuid4().hex[:12], "Type": "CustomerOrder"}
    reply = erp.documents("GetByExternalReference", {"searchRequest": search})
    assert reply.is_fault() or reply.texts("Get_Reply/Header/Key/Number") == []


def test_headers_come_in_pages_that_start_at_one(erp: Soap) -> None:
    search = {
        "BeginDate": "2000-01-01T00:00:00",
        "DocumentTypes": {"SaleDocumentType": ["CustomerOrder"]},
        "EndDate": "2999-12-31T23:59:59",
        "Pager": {"PageIndex": 1, "PageSize": 2},
    }
    reply = erp.documents("GetHeaderList", {"searchRequest": search})
    assert reply.status == 200
    assert len(reply.texts("Get_Header/InternalReference")) <= 2


def test_a_value_outside_an_enumeration_is_refused(erp: Soap) -> None:
    search = {"ExternalReference": "X", "Type": "NoSuchType"}
    assert erp.documents("GetByExternalReference", {"searchRequest": search}).is_fault()
