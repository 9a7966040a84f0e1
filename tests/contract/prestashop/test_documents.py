"""What may stand in the body of a write request, byte by byte."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.contract.prestashop.webservice import refused

if TYPE_CHECKING:
    from tests.contract.prestashop.bench import Bench
    from tests.contract.prestashop.setting import Setting
    from tests.contract.prestashop.webservice import Reply, Webservice


def brand(content: str) -> str:
    return f"<prestashop><manufacturer><name>{content}</name><active>1</active></manufacturer></prestashop>"


def stored_name(shop: Webservice, bench: Bench, reply: Reply) -> str:
    """The name of the created manufacturer as the shop reads it back."""
    assert reply.status == 201, reply.body
    created = reply.entities[0].id
    bench.keep_track("manufacturers", created)
    return shop.read("manufacturers", created)["name"]


@pytest.mark.parametrize("prefix", ["", "xml="])
def test_a_body_may_start_with_xml_equals(shop: Webservice, bench: Bench, prefix: str) -> None:
    name = bench.name()
    assert stored_name(shop, bench, shop.send("POST", "manufacturers", body=(prefix + brand(name)).encode())) == name


def test_the_content_type_of_a_body_is_not_looked_at(shop: Webservice, bench: Bench) -> None:
    name = bench.name()
    form = {"Content-Type": "application/x-www-form-urlencoded"}
    assert stored_name(shop, bench, shop.send("POST", "manufacturers", None, brand(name).encode(), form)) == name


def test_a_body_in_latin_1_that_says_so_is_understood(shop: Webservice, bench: Bench) -> None:
    name = bench.name() + "é"
    body = ('<?xml version="1.0" encoding="ISO-8859-1"?>' + brand(name)).encode("latin-1")
    assert stored_name(shop, bench, shop.send("POST", "manufacturers", body=body)) == name


@pytest.mark.parametrize(
    ("written", "stored"),
    [
        ("A &amp; B", "A & B"),
        ("<![CDATA[A & B]]>", "A & B"),
        ("<![CDATA[one ]]]]><![CDATA[> two]]>", None),
        ("  padded  ", "  padded  "),
        ("emoji \U0001f600", "emoji \U0001f600"),
    ],
)
def test_entities_cdata_spaces_and_emoji_are_kept(
    shop: Webservice, bench: Bench, written: str, stored: str | None
) -> None:
    name = bench.name()
    reply = shop.send("POST", "manufacturers", body=brand(written + name).encode())
    if stored is None:
        assert refused(reply, 85, 400), "']]>' in two sections is read as text, and names take no '>'"
    else:
        assert stored_name(shop, bench, reply) == stored + name


@pytest.mark.parametrize(
    "body",
    [
        brand("bare & ampersand").encode(),
        brand("control \x01 character").encode(),
        b"<prestashop><manufacturer>",
        b"<a/><b/>",
        b"",
    ],
)
def test_a_body_that_is_no_xml_is_500_whose_codes_end_with_127(shop: Webservice, setting: Setting, body: bytes) -> None:
    reply = shop.send("POST", "manufacturers", body=body)
    first = 3 if setting.warnings_visible and body else 127
    assert refused(reply, first, 500)
    assert reply.codes[-1] == 127


def test_an_empty_document_is_accepted_and_does_nothing(shop: Webservice) -> None:
    created, updated = shop.post("products"), shop.put("products")
    assert (created.status, created.entities) == (201, [])
    assert (updated.status, updated.entities) == (200, [])


def test_the_name_of_an_entity_s_node_is_not_looked_at(shop: Webservice, bench: Bench) -> None:
    name = bench.name()
    body = brand(name).replace("manufacturer>", "whatever>").encode()
    assert stored_name(shop, bench, shop.send("POST", "manufacturers", body=body)) == name


def test_a_field_that_does_not_exist_is_ignored(shop: Webservice, bench: Bench) -> None:
    product = bench.product(no_such_field="1")
    assert "no_such_field" not in shop.read("products", product.id)


def test_an_association_that_does_not_exist_is_refused_after_the_entity_was_written(
    shop: Webservice, bench: Bench
) -> None:
    row = bench.product_row(foo=[{"id": 1}])
    assert refused(shop.post("products", row), 86, 400)
    assert len(shop.find("products", "[id]", reference=row["reference"])) == 1


def test_display_has_no_effect_on_the_answer_to_a_write(shop: Webservice, bench: Bench) -> None:
    reply = shop.post("products", bench.product_row(), display="[id,reference]")
    assert reply.status == 201
    assert {"price", "state", "name"} <= set(reply.entities[0].names)


def test_the_answer_to_a_write_shows_what_was_sent_and_not_what_was_stored(shop: Webservice, bench: Bench) -> None:
    value = bench.option("S")[0]
    answered = bench.make("combinations", bench.combination_row(bench.product().id, value))[0]
    assert answered["wholesale_price"] == ""
    assert shop.read("combinations", answered.id)["wholesale_price"] == "0.000000"
