"""JSON is an output only, and drops what is false."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.contract.prestashop.webservice import refused

if TYPE_CHECKING:
    from tests.contract.prestashop.bench import Bench
    from tests.contract.prestashop.setting import Setting
    from tests.contract.prestashop.webservice import Webservice


@pytest.mark.parametrize("parameter", ["output_format", "io_format"])
def test_a_parameter_chooses_json(shop: Webservice, bench: Bench, parameter: str) -> None:
    bench.product()
    reply = shop.get("products", limit=1, **{parameter: "JSON"})
    assert reply.headers["content-type"] == "application/json"
    assert list(reply.json) == ["products"]


def test_a_header_chooses_json(shop: Webservice) -> None:
    reply = shop.send("GET", "products", {"limit": 1}, headers={"Output-Format": "JSON"})
    assert reply.headers["content-type"] == "application/json"


def test_an_unknown_format_is_xml(shop: Webservice) -> None:
    assert shop.get("products", limit=1, output_format="CSV").root[0].tag == "products"


def test_a_list_without_display_holds_ids_as_numbers(shop: Webservice, bench: Bench) -> None:
    product = bench.product()
    reply = shop.get("products", output_format="JSON", **{"filter[reference]": product["reference"]})
    assert reply.json == {"products": [{"id": product.id}]}


def number(setting: Setting, value: int) -> int | str:
    """How a whole number is shown: as one since 9.1, and as a text before."""
    return value if setting.of_9 else str(value)


def test_a_displayed_list_is_complete_and_its_values_are_text(shop: Webservice, setting: Setting, bench: Bench) -> None:
    product = bench.product(name=setting.both("Shoe", "Soulier"), active=0)
    display = "[id,reference,active,price,ean13,name]"
    reply = shop.get("products", output_format="JSON", display=display, **{"filter[id]": product.id})
    assert reply.json == {
        "products": [
            {
                "id": product.id,
                "reference": product["reference"],
                "ean13": "",
                "price": "10.000000",
                "active": "0",
                "name": [
                    {"id": number(setting, setting.en), "value": "Shoe"},
                    {"id": number(setting, setting.fr), "value": "Soulier"},
                ],
            }
        ]
    }


def test_a_translated_field_in_one_language_is_a_plain_text(shop: Webservice, setting: Setting, bench: Bench) -> None:
    product = bench.product(name=setting.both("Shoe", "Soulier"))
    reply = shop.get(f"products/{product.id}", output_format="JSON", language=setting.fr)
    assert reply.json["product"]["name"] == "Soulier"


def test_an_empty_list_is_an_empty_array_without_its_name(shop: Webservice, bench: Bench) -> None:
    reply = shop.get("products", output_format="JSON", **{"filter[reference]": bench.name()})
    assert (reply.status, reply.json) == (200, [])


def test_a_detail_loses_every_false_value(shop: Webservice, setting: Setting, bench: Bench) -> None:
    shown = shop.get(f"products/{bench.product(active=0).id}", output_format="JSON").json["product"]
    assert shown["state"] == number(setting, 1)
    assert not {"active", "quantity", "ean13", "on_sale", "id_manufacturer"} & shown.keys()


def test_a_stock_of_zero_vanishes_from_a_detail(shop: Webservice, setting: Setting, bench: Bench) -> None:
    row = bench.stock_row(bench.product().id)
    shown = shop.get(f"stock_availables/{row.id}", output_format="JSON").json["stock_available"]
    assert "quantity" not in shown
    assert "depends_on_stock" not in shown
    assert shown["out_of_stock"] == number(setting, 2)


def test_display_full_makes_a_detail_complete_and_a_list(shop: Webservice, setting: Setting, bench: Bench) -> None:
    product = bench.product(active=0)
    reply = shop.get(f"products/{product.id}", output_format="JSON", display="full")
    (shown,) = reply.json["products"]
    assert (shown["active"], shown["quantity"], shown["ean13"]) == ("0", number(setting, 0), "")


def test_a_write_answers_its_last_entity_only(shop: Webservice, bench: Bench) -> None:
    rows = [bench.product_row(), bench.product_row()]
    reply = shop.post("products", *rows, output_format="JSON")
    assert reply.status == 201
    assert reply.json["product"]["reference"] == rows[1]["reference"]


def test_display_full_makes_a_write_answer_all(shop: Webservice, bench: Bench) -> None:
    rows = [bench.product_row(), bench.product_row()]
    reply = shop.post("products", *rows, output_format="JSON", display="full")
    assert [shown["reference"] for shown in reply.json["products"]] == [row["reference"] for row in rows]


def test_errors_are_a_list_of_codes_and_messages(shop: Webservice) -> None:
    reply = shop.get("product", output_format="JSON")
    assert (reply.status, reply.headers["content-type"]) == (400, "application/json")
    assert [error["code"] for error in reply.json["errors"]] == [27]


def test_a_document_in_json_is_not_understood(shop: Webservice, setting: Setting) -> None:
    reply = shop.send("POST", "products", body=b'{"product":{"price":1}}')
    assert refused(reply, 3 if setting.warnings_visible else 127, 500)
    assert 127 in reply.codes
