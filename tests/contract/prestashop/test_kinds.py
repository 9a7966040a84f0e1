"""How a request is reduced to its kind."""

from __future__ import annotations

import pytest

from tests.contract.prestashop.census.kinds import form_of, kind_of
from tests.contract.prestashop.census.requests import asked, display


@pytest.mark.parametrize(
    ("value", "form"),
    [
        ("", "empty"),
        ("[]", "empty"),
        ("A-1", "equal"),
        ("A|B", "equal"),
        ("[A|B]", "any"),
        ("[1,9]", "between"),
        ("[A,9]", "bracketed"),
        (">[5]", "greater"),
        ("<[2026-01-01]", "less"),
        ("![1|2]", "not"),
        ("[A]%", "begins"),
        ("%[A]%", "contains"),
        ("%[A]", "ends"),
    ],
)
def test_a_filter_has_a_form(value: str, form: str) -> None:
    assert form_of(value) == form


def test_requests_that_differ_in_their_values_alone_are_of_one_kind() -> None:
    one = kind_of("GET", "/api/products?filter[id]=[1|2]&display=[id,name]&sort=[id_ASC]&limit=500", b"")
    two = kind_of("GET", "/api/products?limit=2&sort=[id_ASC]&display=[id,name]&filter%5Bid%5D=%5B7%7C8%7C9%5D", b"")
    assert one == two
    assert one.name == "GET products display=fields filter[id]=any limit=n sort=[id_ASC]"


def test_the_elements_of_a_read_are_its_fields_and_the_members_of_associations() -> None:
    kind = kind_of("GET", "/api/products?display=[id,price,product_features[id,id_feature_value]]", b"")
    assert kind.elements == {"id", "price", "product_features[id]", "product_features[id_feature_value]"}
    assert display(kind.elements) == "[id,price,product_features[id,id_feature_value]]"


def test_the_elements_of_a_write_are_those_of_all_its_entities() -> None:
    body = (
        b"<prestashop><product><id>1</id><name><language id='1'>x</language></name></product><product><id>2</id>"
        b"<associations><categories><category><id>3</id></category></categories><tags/></associations></product>"
        b"</prestashop>"
    )
    kind = kind_of("PATCH", "/api/products", body)
    assert kind.name == "PATCH products several"
    assert kind.elements == {"id", "name[language]", "categories[id]", "tags[]"}


@pytest.mark.parametrize(
    ("target", "name"),
    [
        ("/api/", "GET (root)"),
        ("/api/passerelle_order_returns?limit=5", "GET order_returns limit=n"),
        ("/api/products/12?output_format=JSON", "GET products/id output_format=JSON"),
        ("/api/order_histories?sendemail=1", "GET order_histories sendemail=1"),
        ("/api/products?id_shop=3&language=[1|2]", "GET products id_shop=n language=several"),
        ("/api/products?limit=5,10&schema=synopsis", "GET products limit=from,n schema=synopsis"),
    ],
)
def test_paths_and_parameters_keep_their_form(target: str, name: str) -> None:
    assert kind_of("GET", target, b"").name == name


def test_a_document_that_is_no_xml_is_made_of_lines() -> None:
    assert kind_of("PUT", "/api/stock_lines?mode=plain", b"A;1\nB;2\n").name == "PUT stock_lines mode=plain lines"


def test_a_kind_says_what_to_ask() -> None:
    one = asked("PATCH products id_shop=n several")
    assert (one.method, one.resource, one.parameters, one.number) == (
        "PATCH",
        "products",
        (("id_shop", "n"),),
        "several",
    )
    read = asked("GET products display=fields filter[id]=any sort=[id_ASC]")
    assert read.parameters == (("display", "fields"), ("filter[id]", "any"), ("sort", "[id_ASC]"))
