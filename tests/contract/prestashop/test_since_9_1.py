"""What PrestaShop 9.1 does otherwise than 8.2, as it was seen on 9.1.4 under PHP 8.2."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.contract.prestashop.bench import Bench
from tests.contract.prestashop.setting import look_up
from tests.contract.prestashop.webservice import refused

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.contract.prestashop.webservice import Webservice

SIGNS = "Été = soldes; n° #1"


@pytest.fixture(scope="module")
def new_setup(new_shop: Webservice) -> Iterator[Bench]:
    """Own data in a shop of 9.1."""
    own = Bench(new_shop, look_up(new_shop))
    yield own
    own.remove_all()


def test_names_may_hold_signs_that_8_refuses(new_setup: Bench) -> None:
    product = new_setup.product(name=new_setup.setting.both(SIGNS))
    assert new_setup.shop.read("products", product.id).texts("name")[new_setup.setting.en] == SIGNS
    row = new_setup.product_row(name=new_setup.setting.both("a <b>"))
    assert refused(new_setup.shop.post("products", row), 84, 400)


def test_a_barcode_may_have_fourteen_digits(new_setup: Bench) -> None:
    product = new_setup.product(ean13="03760000000017")
    assert new_setup.shop.read("products", product.id)["ean13"] == "03760000000017"
    row = new_setup.product_row(ean13="003760000000017")
    assert refused(new_setup.shop.post("products", row), 85, 400)


def test_a_text_that_is_too_long_is_refused_and_not_cut(new_setup: Bench) -> None:
    row = new_setup.product_row(unity="x" * 256)
    assert refused(new_setup.shop.post("products", row), 85, 400)


def test_keywords_are_no_field_any_more(new_setup: Bench) -> None:
    assert new_setup.shop.get("products", display="[meta_keywords]").codes[0] == 35


def test_a_put_may_not_name_the_secure_key_and_empties_it(new_setup: Bench) -> None:
    shop = new_setup.shop
    row = new_setup.customer_row()
    made = new_setup.make("customers", row)[0]
    assert shop.read("customers", made.id)["secure_key"]
    named = row | {"id": made.id, "secure_key": "0" * 32}
    assert refused(shop.put("customers", named), 93, 400)
    shop.patched("customers", {"id": made.id, "firstname": "Eva"})
    assert shop.read("customers", made.id)["secure_key"]
    assert shop.put("customers", row | {"id": made.id}).status == 200
    assert shop.read("customers", made.id)["secure_key"] == ""


def test_returns_of_the_core_have_no_rows(new_setup: Bench) -> None:
    reply = new_setup.shop.get("order_returns", schema="synopsis")
    assert [field.tag for field in reply.root[0]] == [
        "id_customer",
        "id_order",
        "question",
        "state",
        "date_add",
        "date_upd",
    ]


def test_the_same_specific_price_twice_is_not_saved(new_setup: Bench) -> None:
    product = new_setup.product()
    row = new_setup.specific_price_row(product.id)
    new_setup.make("specific_prices", row)
    assert new_setup.shop.post("specific_prices", row).codes == [46]


def test_stock_may_be_said_to_depend_on_a_warehouse(new_setup: Bench) -> None:
    row = new_setup.stock_row(new_setup.product().id)
    assert new_setup.shop.patch("stock_availables", {"id": row.id, "depends_on_stock": 1}).status == 200


@pytest.mark.parametrize("query", [{"filter[date_upd]": ">[2020-01-01]", "date": 1}, {"limit": "-1"}])
def test_what_the_database_refuses_is_an_empty_list(new_setup: Bench, query: dict[str, object]) -> None:
    reply = new_setup.shop.get("combinations", output_format="JSON", display="full", **query)
    assert (reply.status, reply.json) == (200, [])


def test_whole_numbers_in_json_are_numbers(new_setup: Bench) -> None:
    product = new_setup.product()
    query = {"filter[id]": f"[{product.id}]", "display": "[id,id_tax_rules_group,price,active,name]"}
    [row] = new_setup.shop.get("products", output_format="JSON", **query).json["products"]
    assert (type(row["id_tax_rules_group"]), type(row["price"]), type(row["active"])) == (int, str, str)
    assert [type(text["id"]) for text in row["name"]] == [int, int]
