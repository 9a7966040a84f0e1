"""Every operation and every element that the product sends to Cegid is one that the contract declares."""

from __future__ import annotations

import pytest

from tests.contract.cegid.census import check, load, paths, undeclared, whole_message

CENSUS = load()


@pytest.mark.parametrize("operation", CENSUS)
def test_every_element_that_is_sent_is_declared_by_the_contract(operation: str) -> None:
    assert undeclared(operation, CENSUS[operation]) == []


@pytest.mark.parametrize("operation", CENSUS)
def test_a_message_of_all_the_elements_that_are_sent_obeys_the_schema(operation: str) -> None:
    check(operation, whole_message(operation, CENSUS[operation]))


def test_an_element_that_the_contract_lacks_is_named() -> None:
    assert undeclared("SaleDocumentService.Create", ["createRequest/Header/Colour"]) == ["createRequest/Header/Colour"]
    assert undeclared("SaleDocumentService.Invent", ["createRequest"]) == ["createRequest"]


def test_the_elements_of_a_message_are_named_by_their_paths() -> None:
    envelope = (
        b'<s:Envelope xmlns:s="http://schemas.xmlsoap.org/soap/envelope/"><s:Body><Create xmlns="urn:x">'
        b"<createRequest><Header><Active>true</Active></Header></createRequest></Create></s:Body></s:Envelope>"
    )
    assert paths(envelope) == {"createRequest", "createRequest/Header", "createRequest/Header/Active"}
