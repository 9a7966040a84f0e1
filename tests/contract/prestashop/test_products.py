"""What a product needs, what the shop checks, and what it lets through."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.contract.prestashop.bench import wait_for_another_second
from tests.contract.prestashop.setting import NO_SUCH_ID
from tests.contract.prestashop.webservice import refused

if TYPE_CHECKING:
    from tests.contract.prestashop.bench import Bench
    from tests.contract.prestashop.setting import Setting
    from tests.contract.prestashop.webservice import Webservice


def test_a_product_of_a_price_and_a_name_is_closed_hidden_and_nowhere(
    shop: Webservice, setting: Setting, bench: Bench
) -> None:
    (made,) = bench.make("products", {"price": "5", "name": setting.both(bench.name())})
    product = shop.read("products", made.id)
    defaults = {
        "active": "0", "state": "0", "id_category_default": "0", "id_tax_rules_group": "0", "show_price": "0",
        "available_for_order": "0", "minimal_quantity": "0", "visibility": "both", "condition": "new",
    }  # fmt: skip
    assert {name: product[name] for name in defaults} == defaults
    assert product.members("categories") == []
    assert bench.stock_row(product.id)["quantity"] == "0"


def test_a_product_without_a_name_depends_on_php_ini(shop: Webservice, setting: Setting, bench: Bench) -> None:
    reference = bench.name()
    reply = shop.post("products", {"price": "5", "reference": reference})
    assert reply.status == (500 if setting.warnings_visible else 201)
    found = shop.find("products", "[id]", reference=reference)
    assert len(found) == (0 if setting.warnings_visible else 1)


def test_a_name_without_languages_is_as_bad_as_none_in_a_creation(
    shop: Webservice, setting: Setting, bench: Bench
) -> None:
    row = bench.product_row(name="Plain")
    reply = shop.post("products", row)
    assert reply.status == (500 if setting.warnings_visible else 201)
    assert len(shop.find("products", "[id]", reference=row["reference"])) == (0 if setting.warnings_visible else 1)


def test_a_product_without_a_price_is_refused(shop: Webservice, bench: Bench) -> None:
    row = bench.product_row()
    del row["price"]
    assert refused(shop.post("products", row), 41, 400)


def test_what_was_sent_is_what_is_read(shop: Webservice, setting: Setting, bench: Bench) -> None:
    brand = bench.manufacturer()
    sent = {
        "id_manufacturer": str(brand.id), "price": "59.166667", "wholesale_price": "20.000000", "weight": "0.800000",
        "ean13": "3600000000017", "active": "1", "state": "1", "available_for_order": "1", "show_price": "1",
        "minimal_quantity": "2", "visibility": "catalog", "condition": "used", "additional_shipping_cost": "1.500000",
        "on_sale": "1", "online_only": "1", "mpn": "MPN-1", "upc": "123456789012", "isbn": "9782070408504",
        "width": "1.000000", "height": "2.000000", "depth": "3.000000", "low_stock_threshold": "3",
        "supplier_reference": "SUP-1", "id_tax_rules_group": str(setting.tax_group),
    }  # fmt: skip
    product = shop.read("products", bench.product(**sent).id)
    assert {name: product[name] for name in sent} == sent
    assert product["manufacturer_name"] == brand["name"]
    assert product["id_shop_default"] == str(setting.shop)


@pytest.mark.parametrize(
    ("sent", "stored"),
    [
        ("0", "0.000000"),
        ("12.5", "12.500000"),
        ("59.1666666", "59.166667"),
        ("0.000001", "0.000001"),
        ("1234567890.123456789", "1234567890.123500"),
    ],
)
def test_prices_are_stored_with_six_decimals_through_a_float(
    shop: Webservice, bench: Bench, sent: str, stored: str
) -> None:
    assert shop.read("products", bench.product(price=sent).id)["price"] == stored


@pytest.mark.parametrize("price", ["-1", "12,5", "+5", "1e3", "12.3456789012", "12345678901", "abc"])
def test_a_price_that_is_no_plain_number_is_refused(shop: Webservice, bench: Bench, price: str) -> None:
    assert refused(shop.post("products", bench.product_row(price=price)), 85, 400)


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("reference", "R" * 65),
        ("reference", "A<B"),
        ("reference", "A;B"),
        ("ean13", "360000000001712"),
        ("ean13", "ABC"),
        ("quantity_discount", "perhaps"),
        ("id_manufacturer", "-1"),
        ("available_date", "tomorrow"),
        ("visibility", "everywhere"),
        ("minimal_quantity", "1.5"),
        ("weight", "-1"),
        ("weight", "heavy"),
    ],
)
def test_a_field_with_a_forbidden_value_is_refused(
    shop: Webservice, setting: Setting, bench: Bench, field: str, value: str
) -> None:
    reply = shop.patch("products", {"id": bench.product().id, field: value})
    assert refused(reply, 85, 400)
    arrow = "->" if setting.of_17 or setting.of_9 else "-&gt;"
    assert f"Product{arrow}{field}" in reply.message


def test_a_length_error_says_both_lengths(shop: Webservice, bench: Bench) -> None:
    reply = shop.patch("products", {"id": bench.product().id, "reference": "R" * 65})
    assert "currently 65 chars. It must be between 0 and 64 chars." in reply.message


def test_a_reference_of_64_characters_is_kept_whole(shop: Webservice, bench: Bench) -> None:
    reference = bench.name().ljust(64, "R")
    assert shop.read("products", bench.product(reference=reference).id)["reference"] == reference


def test_a_barcode_of_fourteen_digits_is_taken_since_9_1(shop: Webservice, setting: Setting, bench: Bench) -> None:
    reply = shop.patch("products", {"id": bench.product().id, "ean13": "36000000000171"})
    assert reply.status == 200 if setting.of_9 else refused(reply, 85, 400)


def test_the_check_digit_of_an_ean_is_not_checked(shop: Webservice, bench: Bench) -> None:
    assert shop.read("products", bench.product(ean13="3600000000018").id)["ean13"] == "3600000000018"


def test_a_text_that_is_too_long_is_cut_without_a_word_before_9_1(
    shop: Webservice, setting: Setting, bench: Bench
) -> None:
    if setting.of_9:
        assert refused(shop.post("products", bench.product_row(unity="u" * 300)), 85, 400)
        return
    assert shop.read("products", bench.product(unity="u" * 300).id)["unity"] == "u" * 255


def test_the_dates_of_a_creation_are_the_shop_s_own(shop: Webservice, bench: Bench) -> None:
    product = bench.product(date_add="2020-01-01 00:00:00", date_upd="2020-01-01 00:00:00")
    shown = shop.read("products", product.id)
    assert shown["date_add"] > "2020-12-31"
    assert shown["date_upd"] > "2020-12-31"


def test_references_are_not_unique(shop: Webservice, bench: Bench) -> None:
    reference = bench.name()
    bench.make("products", bench.product_row(reference=reference), bench.product_row(reference=reference))
    assert len(shop.find("products", "[id]", reference=reference)) == 2


def test_categories_features_and_default_categories_need_not_exist(shop: Webservice, bench: Bench) -> None:
    product = bench.product(
        id_category_default=NO_SUCH_ID,
        categories=[{"id": NO_SUCH_ID}],
        product_features=[{"id": 9_999_999, "id_feature_value": 9_999_999}],
    )
    assert product["id_category_default"] == str(NO_SUCH_ID)
    assert shop.exists("products", product.id)


def test_stock_sent_with_a_product_is_ignored(shop: Webservice, bench: Bench) -> None:
    other = bench.stock_row(bench.product().id)
    product = bench.product(stock_availables=[{"id": other.id, "id_product_attribute": 0}])
    assert bench.stock_row(product.id).id != other.id
    assert shop.read("stock_availables", other.id)["id_product"] != str(product.id)


def test_the_shop_computes_the_price_with_tax(shop: Webservice, bench: Bench) -> None:
    product = bench.product(price="10.000000")
    display: dict[str, object] = {"display": "[id,price,gross,net]", "filter[id]": product.id}
    asked = {"price[gross][use_tax]": 1, "price[net][use_tax]": 0}
    (row,) = shop.send("GET", "products", display | asked).rows
    assert (row["price"], row["gross"], row["net"]) == ("10.000000", "12.000000", "10.000000")


def test_the_shop_computes_the_price_of_a_combination_with_and_without_its_reduction(
    shop: Webservice, bench: Bench
) -> None:
    product = bench.product(price="59.166667")
    row = bench.combination_row(product.id, *bench.option("S"), price="5", default_on=1)
    (combination,) = bench.make("combinations", row)
    bench.make("specific_prices", bench.specific_price_row(product.id))
    asked: dict[str, object] = {
        "price[reduced][use_tax]": 1,
        "price[reduced][product_attribute]": combination.id,
        "price[full][use_tax]": 1,
        "price[full][product_attribute]": combination.id,
        "price[full][use_reduction]": 0,
    }
    shown = shop.send("GET", f"products/{product.id}", asked).entities[0]
    assert (shown["reduced"], shown["full"]) == ("69.300000", "77.000000")


def test_deleting_a_product_deletes_its_combinations_stock_and_prices(shop: Webservice, bench: Bench) -> None:
    product, combinations = bench.sized_product("S", "M")
    bench.make("specific_prices", bench.specific_price_row(product.id))
    assert shop.delete("products", product.id).status == 200
    assert not any(shop.exists("combinations", combination.id) for combination in combinations)
    (orphan,) = bench.stock_rows(product.id)
    assert (orphan["id_product_attribute"], orphan["quantity"], orphan["out_of_stock"]) == ("0", "0", "0")


def test_deleting_a_product_without_combinations_leaves_no_stock_row(shop: Webservice, bench: Bench) -> None:
    product, (combination,) = bench.sized_product("S")
    shop.delete("combinations", combination.id)
    shop.delete("products", product.id)
    assert bench.stock_rows(product.id) == []
    assert shop.find("specific_prices", "[id]", id_product=product.id) == []


def test_the_date_of_a_product_does_not_follow_its_combinations_stock_and_prices(
    shop: Webservice, bench: Bench
) -> None:
    product = bench.product()
    (combination,) = bench.make("combinations", bench.combination_row(product.id, *bench.option("S"), default_on=1))
    before = shop.read("products", product.id)["date_upd"]
    wait_for_another_second()
    shop.patched("combinations", {"id": combination.id, "price": "2"})
    shop.patched("stock_availables", {"id": bench.stock_row(product.id, combination.id).id, "quantity": 5})
    bench.make("specific_prices", bench.specific_price_row(product.id))
    assert shop.read("products", product.id)["date_upd"] == before
