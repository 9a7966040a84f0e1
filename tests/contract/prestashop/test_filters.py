"""What filters find, what they miss, and which of them the shop drops without a word."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING

import pytest

from tests.contract.prestashop.webservice import refused

if TYPE_CHECKING:
    from tests.contract.prestashop.bench import Bench
    from tests.contract.prestashop.setting import Setting
    from tests.contract.prestashop.webservice import Reply, Webservice

WITH_BOTH_DATES = ("addresses", "carts", "categories", "customers", "groups", "manufacturers", "order_slip", "orders",
                   "products", "stores", "suppliers", "tax_rule_groups")  # fmt: skip
WITH_DATE_ADD_ONLY = ("order_carriers", "order_histories", "order_invoices", "order_payments")
WITHOUT_DATES = ("carriers", "combinations", "order_details", "product_feature_values", "product_features",
                 "product_option_values", "product_options", "product_suppliers", "specific_prices",
                 "stock_availables", "tags", "taxes")  # fmt: skip


def references(shop: Webservice, value: str, field: str = "reference") -> set[str]:
    """The references of the products that a filter finds."""
    reply = shop.get("products", display="[id,reference]", **{f"filter[{field}]": value})
    assert reply.status == 200, reply.body
    return {row["reference"] for row in reply.rows}


def referenced(bench: Bench, *suffixes: str) -> str:
    """A new prefix under which there is one product for each suffix."""
    prefix = bench.name("filter")
    bench.make("products", *(bench.product_row(reference=prefix + suffix) for suffix in suffixes))
    return prefix


@pytest.mark.parametrize("form", ["{}", "[{}]"])
def test_equality_is_written_with_or_without_brackets(shop: Webservice, bench: Bench, form: str) -> None:
    prefix = referenced(bench, "_1", "_10")
    assert references(shop, form.format(f"{prefix}_1")) == {f"{prefix}_1"}


def test_a_list_finds_each_of_its_values(shop: Webservice, bench: Bench) -> None:
    p = referenced(bench, "a", "b", "c")
    assert references(shop, f"[{p}a|{p}c|{p}missing]") == {f"{p}a", f"{p}c"}


def test_without_brackets_a_bar_is_part_of_the_value(shop: Webservice, bench: Bench) -> None:
    p = referenced(bench, "a", "b", "a|b")
    assert references(shop, f"{p}a|b") == {f"{p}a|b"}


def test_begins_contains_and_ends(shop: Webservice, bench: Bench) -> None:
    p = referenced(bench, "-one", "-two")
    assert references(shop, f"[{p}]%") == {f"{p}-one", f"{p}-two"}
    assert references(shop, f"%[{p[2:]}-o]%") == {f"{p}-one"}
    assert references(shop, f"%[{p[2:]}-two]") == {f"{p}-two"}
    assert references(shop, f"[{p}-on]") == set()


def test_an_underscore_is_any_character_in_a_pattern_only(shop: Webservice, bench: Bench) -> None:
    p = referenced(bench, "_1", "x1")
    assert references(shop, f"[{p}_1]%") == {f"{p}_1", f"{p}x1"}
    assert references(shop, f"[{p}_1]") == {f"{p}_1"}


def test_a_pattern_does_not_take_a_list(shop: Webservice, bench: Bench) -> None:
    p = referenced(bench, "a", "b")
    assert references(shop, f"%[{p}a|{p}b]%") == set()


def test_not_one_of_excludes_each(shop: Webservice, bench: Bench) -> None:
    p = referenced(bench, "a", "b", "c")
    found = references(shop, f"![{p}a|{p}b]")
    assert {f"{p}a", f"{p}b", f"{p}c"} & found == {f"{p}c"}


def test_equality_ignores_case_accents_and_trailing_spaces(shop: Webservice, bench: Bench) -> None:
    p = referenced(bench, "é")
    for value in (f"{p}e", f"{p}É".upper(), f"{p}é  ", f"[{p}E]", f"[{p}è|nothing]"):
        assert references(shop, value) == {f"{p}é"}, value


def test_digits_and_a_comma_are_a_range_of_ids(shop: Webservice, bench: Bench) -> None:
    products = bench.make("products", *(bench.product_row() for _ in range(3)))
    rows = shop.find("products", "[id]", id=f"[{products[0].id},{products[2].id}]")
    assert {row.id for row in rows} >= {product.id for product in products}
    rows = shop.find("products", "[id]", id=f"[{products[0].id}|{products[2].id}]")
    assert [row.id for row in rows] == [products[0].id, products[2].id]


def test_a_range_of_ids_and_another_filter_leave_what_passes_both(shop: Webservice, bench: Bench) -> None:
    products = bench.make("products", *(bench.product_row(active=n % 2) for n in range(4)))
    within = f"[{products[0].id},{products[3].id}]"
    own = {product.id for product in products}
    rows = [row.id for row in shop.find("products", "[id]", id=within, active="1")]
    assert own.intersection(rows) == {products[1].id, products[3].id}
    assert shop.bare_ids("products", id=within, active="1") == set(rows)


def test_a_range_of_the_ids_of_others_finds_the_rows_of_all_of_them(shop: Webservice, bench: Bench) -> None:
    products = bench.make("products", *(bench.product_row() for _ in range(3)))
    rows = shop.find("stock_availables", "[id,id_product]", id_product=f"[{products[0].id},{products[2].id}]")
    assert {int(row["id_product"]) for row in rows} >= {product.id for product in products}


def test_letters_and_a_comma_are_one_value(shop: Webservice, bench: Bench) -> None:
    p = referenced(bench, "a,b")
    assert references(shop, f"[{p}a,b]") == {f"{p}a,b"}


def test_an_open_range_is_equality_with_its_number(shop: Webservice, bench: Bench) -> None:
    first, _ = bench.make("products", bench.product_row(), bench.product_row())
    rows = shop.find("products", "[id]", id=f"[{first.id},]")
    assert [row.id for row in rows] == [first.id]


def test_prices_compare_as_numbers_and_strictly(shop: Webservice, bench: Bench) -> None:
    p = bench.name("price")
    rows = [bench.product_row(reference=f"{p}-{price}", price=price) for price in ("9.5", "10", "11.5")]
    bench.make("products", *rows)
    for comparison, expected in {">[10]": {"11.5"}, "<[10]": {"9.5"}, "[9,10]": {"9.5", "10"}}.items():
        found = shop.find("products", "[reference]", reference=f"[{p}]%", price=comparison)
        assert {row["reference"] for row in found} == {f"{p}-{price}" for price in expected}, comparison


def test_greater_or_equal_is_no_operator_and_the_filter_is_dropped(shop: Webservice, bench: Bench) -> None:
    p = referenced(bench, "a", "b")
    found = shop.find("products", "[reference]", reference=f"[{p}]%", price=">=[999999]")
    assert {row["reference"] for row in found} == {f"{p}a", f"{p}b"}


def test_two_filters_must_both_hold(shop: Webservice, bench: Bench) -> None:
    p = bench.name("both")
    bench.make("products", bench.product_row(reference=f"{p}a"), bench.product_row(reference=f"{p}b", active=0))
    rows = shop.find("products", "[reference]", reference=f"[{p}]%", active="1")
    assert [row["reference"] for row in rows] == [f"{p}a"]


def test_translated_fields_are_found_in_any_language(shop: Webservice, setting: Setting, bench: Bench) -> None:
    word = bench.name("word")
    product = bench.product(name=setting.both(f"{word} shoe", f"{word} soulier"))
    for text in (f"{word} shoe", f"{word} soulier"):
        assert references(shop, f"[{text}]", "name") == {product["reference"]}
    assert references(shop, f"%[{word.lower()} SHOE]%", "name") == {product["reference"]}


def test_quotes_in_a_value_are_only_text(shop: Webservice, bench: Bench) -> None:
    p = referenced(bench, "a")
    assert references(shop, f'[{p}a" OR "1"="1]') == set()


def test_a_field_that_does_not_exist_is_refused_with_what_could_be_meant(shop: Webservice) -> None:
    reply = shop.get("products", **{"filter[foo]": "1"})
    assert refused(reply, 32, 400, 500)
    assert "Did you mean" in reply.message


def test_the_status_of_a_bad_filter_depends_on_php_ini_and_the_first_code_does_not(
    shop: Webservice, setting: Setting
) -> None:
    reply = shop.get("products", **{"filter[foo]": "1"})
    expected = (500, [32, 3, 3, 3, 3]) if setting.warnings_visible else (400, [32])
    assert (reply.status, reply.codes) == expected


@pytest.mark.parametrize(
    ("name", "value", "code"),
    [
        ("filter[reference]", "", 33),
        ("filter[manufacturer_name]", "[x]", 34),
        ("filter[quantity]", "[0]", 34),
        ("filter[position_in_category]", "[0]", 34),
        ("filter[id_default_combination]", "[0]", 34),
        ("filter[categories][id]", "2", 31),
    ],
)
def test_what_cannot_be_filtered_is_refused(shop: Webservice, name: str, value: str, code: int) -> None:
    assert refused(shop.get("products", **{name: value}), code, 400, 500)


def test_brackets_and_bars_may_be_percent_encoded(shop: Webservice, bench: Bench) -> None:
    p = referenced(bench, "a", "b")
    url = f"{shop.root}/api/products?filter%5Breference%5D=%5B{p}a%7C{p}b%5D&display=%5Bid%5D"
    assert shop.http.get(url).text.count("<id>") == 2


@pytest.mark.parametrize("count", [500, 650], ids=["five hundred", "six kilobytes"])
def test_as_many_ids_as_an_address_holds_fit_into_one_question(shop: Webservice, bench: Bench, count: int) -> None:
    p = referenced(bench, "-a")
    reference = f"{p}-a"
    ids = "|".join(str(900_000 + n) for n in range(count))
    own = shop.find("products", "[id]", reference=reference)[0].id
    rows = shop.find("products", "[id]", id=f"[{ids}|{own}]")
    assert [row.id for row in rows] == [own]


def test_an_address_longer_than_eight_kilobytes_is_414_and_no_xml(shop: Webservice) -> None:
    ids = "|".join(str(100_000 + n) for n in range(1_500))
    reply = shop.get("products", display="[id]", **{"filter[id]": f"[{ids}]"})
    assert reply.status == 414
    assert reply.headers["content-type"].startswith("text/html")


def dated(shop: Webservice, resource: str, field: str, value: str) -> Reply:
    return shop.get(resource, date=1, limit=1, **{f"filter[{field}]": value})


@pytest.mark.parametrize("resource", WITH_BOTH_DATES)
def test_these_resources_have_both_dates(shop: Webservice, resource: str) -> None:
    assert dated(shop, resource, "date_upd", ">[2020-01-01]").status == 200
    assert dated(shop, resource, "date_add", ">[2020-01-01]").status == 200


@pytest.mark.parametrize("resource", WITH_DATE_ADD_ONLY)
def test_these_resources_know_only_when_they_were_added(shop: Webservice, setting: Setting, resource: str) -> None:
    assert dated(shop, resource, "date_add", ">[2020-01-01]").status == 200
    assert setting.not_read(dated(shop, resource, "date_upd", ">[2020-01-01]"))


@pytest.mark.parametrize("resource", WITHOUT_DATES)
def test_a_date_filter_on_a_resource_without_dates_fails_in_the_database(
    shop: Webservice, setting: Setting, resource: str
) -> None:
    assert setting.not_read(dated(shop, resource, "date_upd", ">[2020-01-01]"))


def test_a_date_filter_needs_its_own_parameter(shop: Webservice) -> None:
    assert refused(shop.get("products", **{"filter[date_upd]": ">[2020-01-01]"}), 32, 400, 500)


def test_dates_are_compared_by_day_or_by_second_in_the_shop_s_own_time(shop: Webservice, bench: Bench) -> None:
    product = shop.read("products", bench.product().id)
    changed = datetime.strptime(product["date_upd"], "%Y-%m-%d %H:%M:%S")  # noqa: DTZ007 the shop gives no zone
    second, day = timedelta(seconds=1), timedelta(days=1)

    def found(value: str) -> bool:
        reply = shop.get("products", date=1, **{"filter[id]": str(product.id), "filter[date_upd]": value})
        return len(reply.rows) == 1

    assert found(f">[{changed - second}]")
    assert not found(f">[{changed}]")
    assert found(f"[{changed},{changed}]")
    assert found(f"[{changed - day:%Y-%m-%d},{changed + day:%Y-%m-%d}]")
    assert not found(f">[{changed + day:%Y-%m-%d}]")
