"""Entities to XML and back."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st
from lxml import etree

from connectors.prestashop.resources import resource_of, singular
from connectors.prestashop.xml import document, entities_in, entity_xml, parse, wire_text, written_ids
from tests.connectors.prestashop.recordings import recording

PRODUCTS = resource_of("products")


def test_an_entity_is_written_without_white_space_between_its_tags_d30() -> None:
    entity = {
        "id": 5,
        "price": Decimal("1.5"),
        "active": True,
        "name": {1: " Shirt ", 2: "Chemise"},
        "associations": {"categories": [{"id": 2}], "product_features": [{"id": 1, "id_feature_value": 3}]},
    }
    assert entity_xml(entity, PRODUCTS) == (
        b"<product><id>5</id><price>1.500000</price><active>1</active>"
        b'<name><language id="1"> Shirt </language><language id="2">Chemise</language></name>'
        b"<associations><categories><category><id>2</id></category></categories>"
        b"<product_features><product_feature><id>1</id><id_feature_value>3</id_feature_value></product_feature>"
        b"</product_features></associations></product>"
    )


def test_the_combinations_of_a_product_are_never_sent_d11() -> None:
    change = {"id": 5, "associations": {"combinations": [{"id": 1}], "stock_availables": [{"id": 9}]}}
    assert entity_xml(change, PRODUCTS) == b"<product><id>5</id></product>"


def test_read_only_fields_are_never_sent_d6() -> None:
    change = {"id": 5, "quantity": 7, "manufacturer_name": "Studio", "reference": "X"}
    assert entity_xml(change, PRODUCTS) == b"<product><id>5</id><reference>X</reference></product>"


@pytest.mark.parametrize("text", ["a < b & c", "é", "x" * 400 + "&"])
def test_short_and_long_texts_are_escaped_alike_each_under_its_own_field(text: str) -> None:
    for _ in range(2):
        written = entity_xml({"reference": text, "ean13": text, "manufacturer_name": text}, resource_of("products"))
        [product] = parse(document([written]))
        assert [(field.tag, field.text) for field in product] == [("reference", text), ("ean13", text)]


def test_the_quantity_of_a_stock_row_is_sent_and_that_of_a_combination_is_not_d10() -> None:
    assert b"<quantity>7</quantity>" in entity_xml({"id": 5, "quantity": 7}, resource_of("stock_availables"))
    assert b"quantity" not in entity_xml({"id": 5, "quantity": 7}, resource_of("combinations"))


def test_an_empty_list_of_categories_is_sent_as_such() -> None:
    change = {"id": 5, "associations": {"categories": []}}
    assert b"<associations><categories></categories></associations>" in entity_xml(change, PRODUCTS)


def test_a_field_without_value_is_left_out_rather_than_sent_empty_d17() -> None:
    assert entity_xml({"id": 5, "price": None}, PRODUCTS) == b"<product><id>5</id></product>"


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (Decimal("59.166667"), "59.166667"),
        (Decimal("1E+3"), "1000.000000"),
        (Decimal("1E-7"), "0.000000"),
        (Decimal("-2.5"), "-2.500000"),
        (Decimal(0), "0.000000"),
        (True, "1"),
        (False, "0"),
        (-12, "-12"),
        (dt.date(2026, 1, 31), "2026-01-31"),
        (dt.datetime(2026, 1, 31, 9, 5), "2026-01-31 09:05:00"),  # noqa: DTZ001 - the shop knows no zone
    ],
)
def test_numbers_are_plain_with_six_decimals_and_never_empty_d17(value: object, text: str) -> None:
    assert wire_text(value) == text


def test_money_as_a_float_is_an_error() -> None:
    with pytest.raises(TypeError, match="float"):
        wire_text(1.5)


def test_control_characters_are_stripped_and_cdata_ends_are_safe_d31() -> None:
    told = entity_xml({"reference": "a\x00b\x1fc\ufffe\ud800]]>&<d>\t\r\n"}, PRODUCTS)
    assert b"\x00" not in told
    assert b"]]>" not in told
    assert etree.fromstring(told).findtext("reference") == "abc]]>&<d>\t\r\n"


@given(st.text())
def test_any_text_arrives_as_it_is_but_for_what_xml_cannot_carry(text: str) -> None:
    body = document([entity_xml({"reference": text}, PRODUCTS)])
    assert (parse(body)[0].findtext("reference") or "") == wire_text(text)


def test_php_warnings_before_the_xml_are_skipped_d27() -> None:
    body = b"<br />\n<b>Warning</b>: Undefined index & more <br />\n" + document([b"<product><id>3</id></product>"])
    assert written_ids(body, "product", 1) == [3]
    assert parse(body)[0].findtext("id") == "3"


def test_control_characters_in_an_answer_do_not_hide_it_d31() -> None:
    body = document([b"<product><id>3</id><name>a\x01b</name></product>"])
    assert parse(body)[0].findtext("name") == "ab"


def test_external_entities_are_not_resolved() -> None:
    body = b'<?xml version="1.0"?><!DOCTYPE prestashop [<!ENTITY e SYSTEM "file:///etc/hostname">]><prestashop><y>&e;</y></prestashop>'
    assert not parse(body)[0].text


def test_the_ids_of_a_batch_are_those_of_the_entities_and_not_of_their_associations() -> None:
    body = recording("05_multi/products_post_3_all_ok")["response"]["body"].encode()
    ids = written_ids(body, "product", 3)
    assert len(ids) == 3
    assert ids == sorted(ids)


def test_a_description_that_quotes_xml_does_not_add_an_id() -> None:
    body = document([b"<product><id>3</id><description><![CDATA[<product><id>99</id>]]></description></product>"])
    assert written_ids(body, "product", 1) == [3]


def test_an_answer_without_xml_names_no_id() -> None:
    assert written_ids(b"", "product", 2) == []


def test_a_list_in_xml_is_read_with_its_languages_and_associations() -> None:
    body = recording("01_lists/products__display_full_limit2")["response"]["body"].encode()
    first = entities_in(body, PRODUCTS)[0]
    assert first["reference"] == "demo_1"
    assert first["name"] == {1: "Hummingbird printed t-shirt", 2: "T-shirt imprimé colibri"}
    assert first["associations"]["product_features"][0] == {"id": "1", "id_feature_value": "4"}


@pytest.mark.parametrize(
    ("plural", "one"),
    [
        ("tax_rule_groups", "tax_rule_group"),
        ("order_histories", "order_history"),
        ("warehouses", "warehouse"),
        ("order_invoices", "order_invoice"),
        ("addresses", "address"),
        ("taxes", "tax"),
        ("shops", "shop"),
    ],
)
def test_the_node_of_an_unlisted_resource_is_its_singular(plural: str, one: str) -> None:
    assert singular(plural) == one
