"""Combinations, their option values and their default."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.contract.prestashop.setting import NO_SUCH_ID
from tests.contract.prestashop.webservice import refused

if TYPE_CHECKING:
    from tests.contract.prestashop.bench import Bench
    from tests.contract.prestashop.setting import Setting
    from tests.contract.prestashop.webservice import Webservice


def default(shop: Webservice, product: int) -> str:
    return shop.read("products", product)["id_default_combination"]


def test_what_was_sent_is_what_is_read(shop: Webservice, bench: Bench) -> None:
    product, (small, large) = bench.product(), bench.option("S", "L")
    sent = {
        "price": "-1.250000", "weight": "0.300000", "ean13": "3600000000024", "minimal_quantity": "3",
        "wholesale_price": "2.000000", "low_stock_threshold": "4", "mpn": "MPN-2", "upc": "123456789012",
        "available_date": "2030-01-01", "supplier_reference": "SUP-2",
    }  # fmt: skip
    (made,) = bench.make("combinations", bench.combination_row(product.id, small, large, **sent))
    combination = shop.read("combinations", made.id)
    assert {name: combination[name] for name in sent} == sent
    assert combination["id_product"] == str(product.id)
    assert combination.member_ids("product_option_values") == {small, large}


def test_the_product_becomes_one_with_combinations(shop: Webservice, bench: Bench) -> None:
    product = bench.product()
    bench.make("combinations", bench.combination_row(product.id, *bench.option("S"), default_on=1))
    assert shop.read("products", product.id)["product_type"] == "combinations"


def test_the_combination_with_default_on_is_the_default(shop: Webservice, bench: Bench) -> None:
    product, values = bench.product(), bench.option("S", "L")
    _, second = bench.make(
        "combinations",
        bench.combination_row(product.id, values[0]),
        bench.combination_row(product.id, values[1], default_on=1),
    )
    assert default(shop, product.id) == str(second.id)


def test_a_second_default_on_is_not_saved(shop: Webservice, setting: Setting, bench: Bench) -> None:
    product, (first,) = bench.sized_product("S")
    row = bench.combination_row(product.id, *bench.option("L"), default_on=1)
    assert setting.not_saved(shop.post("combinations", row))
    assert shop.find("combinations", "[id]", reference=row["reference"]) == []
    assert default(shop, product.id) == str(first.id)


def test_the_default_moves_by_two_entities_of_one_document(shop: Webservice, bench: Bench) -> None:
    _, (old, new) = bench.sized_product("S", "L")
    shop.patched("combinations", {"id": old.id, "default_on": 0}, {"id": new.id, "default_on": 1})
    assert shop.read("combinations", new.id)["default_on"] == "1"
    assert shop.read("combinations", old.id)["default_on"] == ""


def test_setting_the_new_default_before_clearing_the_old_is_not_saved(
    shop: Webservice, setting: Setting, bench: Bench
) -> None:
    _, (old, new) = bench.sized_product("S", "L")
    assert setting.not_saved(shop.patch("combinations", {"id": new.id, "default_on": 1}))
    assert shop.read("combinations", old.id)["default_on"] == "1"


def test_the_default_moves_by_the_product_too(shop: Webservice, bench: Bench) -> None:
    product, (_, new) = bench.sized_product("S", "L")
    shop.patched("products", {"id": product.id, "id_default_combination": new.id})
    assert default(shop, product.id) == str(new.id)
    assert shop.read("combinations", new.id)["default_on"] == "1"


@pytest.mark.parametrize("field", ["id_product", "minimal_quantity"])
def test_a_required_field_left_out_is_refused(shop: Webservice, bench: Bench, field: str) -> None:
    row = bench.combination_row(bench.product().id, *bench.option("S"))
    del row[field]
    assert refused(shop.post("combinations", row), 41, 400)


def test_nothing_says_that_the_product_or_the_option_value_does_not_exist(bench: Bench) -> None:
    lost, odd = bench.make(
        "combinations",
        bench.combination_row(NO_SUCH_ID, *bench.option("S")),
        bench.combination_row(bench.product().id, NO_SUCH_ID),
    )
    assert lost["id_product"] == str(NO_SUCH_ID)
    assert odd.id > lost.id


def test_the_same_option_values_twice_are_accepted(shop: Webservice, bench: Bench) -> None:
    product, values = bench.product(), bench.option("S")
    bench.make("combinations", *(bench.combination_row(product.id, *values) for _ in range(2)))
    assert len(shop.find("combinations", "[id]", id_product=product.id)) == 2


def test_a_deleted_combination_takes_its_stock_row_along(shop: Webservice, bench: Bench) -> None:
    product, (_, combination) = bench.sized_product("S", "L")
    assert shop.delete("combinations", combination.id).status == 200
    assert shop.find("stock_availables", "[id]", id_product=product.id, id_product_attribute=combination.id) == []


def test_a_combination_without_its_default_on_is_shown_empty_and_not_zero(shop: Webservice, bench: Bench) -> None:
    _, (_, other) = bench.sized_product("S", "L")
    assert shop.read("combinations", other.id)["default_on"] == ""


def test_option_groups_have_a_position_by_themselves_and_list_their_values(
    shop: Webservice, setting: Setting, bench: Bench
) -> None:
    name = bench.name("option")
    row = {"group_type": "color", "is_color_group": 1, "name": setting.both(name), "public_name": setting.both(name)}
    (group,) = bench.make("product_options", row)
    values = bench.make(
        "product_option_values",
        {"id_attribute_group": group.id, "name": setting.both("Red"), "color": "#ff0000"},
        {"id_attribute_group": group.id, "name": setting.both("Blue"), "color": "#0000ff"},
    )
    shown = shop.read("product_options", group.id)
    assert shown.member_ids("product_option_values") == {value.id for value in values}
    (later,) = bench.make("product_options", row)
    assert int(shop.read("product_options", later.id)["position"]) == int(shown["position"]) + 1
    assert [shop.read("product_option_values", value.id)["position"] for value in values] == ["0", "1"]
    assert shop.read("product_option_values", values[0].id)["color"] == "#ff0000"


def test_option_groups_and_values_are_found_by_name(shop: Webservice, bench: Bench) -> None:
    word = bench.name("value")
    value = bench.option(word)[0]
    group = shop.read("product_option_values", value)["id_attribute_group"]
    assert [row.id for row in shop.find("product_option_values", "[id]", id_attribute_group=group, name=word)] == [
        value
    ]
    name = shop.read("product_options", int(group)).texts("name")
    assert [row.id for row in shop.find("product_options", "[id]", name=next(iter(name.values())))] == [int(group)]


def test_option_values_of_one_name_are_not_unique(shop: Webservice, setting: Setting, bench: Bench) -> None:
    value = shop.read("product_option_values", bench.option("S")[0])
    row = {"id_attribute_group": value["id_attribute_group"], "name": setting.both("S")}
    (same,) = bench.make("product_option_values", row)
    assert same.id != value.id


def test_feature_values_belong_to_their_feature(shop: Webservice, bench: Bench) -> None:
    feature, (leather, textile) = bench.feature("Leather", "Textile")
    found = shop.find("product_feature_values", "[id,custom]", id_feature=feature)
    assert [(value.id, value["custom"]) for value in found] == [(leather, "0"), (textile, "0")]


def test_deleting_a_feature_deletes_its_values(shop: Webservice, bench: Bench) -> None:
    feature, (leather,) = bench.feature("Leather")
    assert shop.delete("product_features", feature).status == 200
    assert not shop.exists("product_feature_values", leather)
