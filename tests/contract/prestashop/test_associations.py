"""Associations are replaced whole when they are sent, and kept when they are not."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.contract.prestashop.webservice import crashed

if TYPE_CHECKING:
    from tests.contract.prestashop.bench import Bench
    from tests.contract.prestashop.setting import Setting
    from tests.contract.prestashop.webservice import Webservice


def test_categories_are_replaced_by_those_sent(shop: Webservice, setting: Setting, bench: Bench) -> None:
    first, second = bench.category(), bench.category()
    product = bench.product(categories=[{"id": setting.home}, {"id": first.id}])
    shop.patched("products", {"id": product.id, "categories": [{"id": second.id}]})
    assert shop.read("products", product.id).member_ids("categories") == {second.id}


def test_the_default_category_is_not_added_to_the_associations(shop: Webservice, bench: Bench) -> None:
    default, other = bench.category(), bench.category()
    product = bench.product(id_category_default=default.id, categories=[{"id": other.id}])
    shown = shop.read("products", product.id)
    assert shown["id_category_default"] == str(default.id)
    assert shown.member_ids("categories") == {other.id}


def test_a_default_category_alone_associates_nothing(shop: Webservice, setting: Setting, bench: Bench) -> None:
    row = bench.product_row(id_category_default=setting.home)
    del row["categories"]
    (product,) = bench.make("products", row)
    assert shop.read("products", product.id).members("categories") == []


def test_a_category_sent_twice_is_there_once(shop: Webservice, setting: Setting, bench: Bench) -> None:
    product = bench.product(categories=[{"id": setting.home}, {"id": setting.home}])
    assert [row["id"] for row in shop.read("products", product.id).members("categories")] == [str(setting.home)]


def test_empty_categories_empty_them(shop: Webservice, bench: Bench) -> None:
    product = bench.product()
    shop.patched("products", {"id": product.id, "categories": []})
    assert shop.read("products", product.id).members("categories") == []


def test_features_are_replaced_by_those_sent(shop: Webservice, bench: Bench) -> None:
    material, (leather, textile) = bench.feature("Leather", "Textile")
    season, (summer,) = bench.feature("Summer")
    product = bench.product(
        product_features=[
            {"id": material, "id_feature_value": leather},
            {"id": season, "id_feature_value": summer},
        ]
    )
    features = shop.read("products", product.id).members("product_features")
    assert {(row["id"], row["id_feature_value"]) for row in features} == {
        (str(material), str(leather)),
        (str(season), str(summer)),
    }
    shop.patched("products", {"id": product.id, "product_features": [{"id": material, "id_feature_value": textile}]})
    features = shop.read("products", product.id).members("product_features")
    assert features == [{"id": str(material), "id_feature_value": str(textile)}]


def test_other_fields_leave_categories_and_features(shop: Webservice, setting: Setting, bench: Bench) -> None:
    material, (leather,) = bench.feature("Leather")
    product = bench.product(product_features=[{"id": material, "id_feature_value": leather}])
    shop.patched("products", {"id": product.id, "price": "11"})
    shown = shop.read("products", product.id)
    assert shown.member_ids("categories") == {setting.home}
    assert shown.member_ids("product_features") == {material}


def test_accessories_are_replaced_by_those_sent(shop: Webservice, bench: Bench) -> None:
    one, two = bench.make("products", bench.product_row(), bench.product_row())
    product = bench.product(accessories=[{"id": one.id}])
    shop.patched("products", {"id": product.id, "accessories": [{"id": two.id}]})
    assert shop.read("products", product.id).member_ids("accessories") == {two.id}


def test_combinations_left_out_of_a_product_are_deleted_with_their_stock(shop: Webservice, bench: Bench) -> None:
    product, (small, medium, large) = bench.sized_product("S", "M", "L")
    shop.patched("products", {"id": product.id, "combinations": [{"id": small.id}, {"id": medium.id}]})
    assert shop.read("products", product.id).member_ids("combinations") == {small.id, medium.id}
    assert not shop.exists("combinations", large.id)
    assert shop.find("stock_availables", "[id]", id_product=product.id, id_product_attribute=large.id) == []


def test_a_default_combination_of_another_product_does_not_move(
    shop: Webservice, setting: Setting, bench: Bench
) -> None:
    product, (own,) = bench.sized_product("S")
    other, (foreign,) = bench.sized_product("M")
    change = {"id": product.id, "combinations": [{"id": own.id}, {"id": foreign.id}]}
    reply = shop.patch("products", change)
    assert reply.status == 200 if setting.silent else crashed(reply)
    assert shop.read("products", product.id).member_ids("combinations") == {own.id}
    assert shop.read("products", other.id).member_ids("combinations") == {foreign.id}


def test_option_values_of_a_combination_are_replaced(shop: Webservice, bench: Bench) -> None:
    small, large = bench.option("S", "L")
    product = bench.product()
    (combination,) = bench.make("combinations", bench.combination_row(product.id, small))
    shop.patched("combinations", {"id": combination.id, "product_option_values": [{"id": large}]})
    assert shop.read("combinations", combination.id).member_ids("product_option_values") == {large}


def test_stock_and_option_values_of_a_product_are_shown_and_not_written(shop: Webservice, bench: Bench) -> None:
    product, _ = bench.sized_product("S")
    before = shop.read("products", product.id)
    change = {"id": product.id, "product_option_values": [{"id": 1}], "stock_availables": [{"id": 1}]}
    shop.patched("products", change)
    after = shop.read("products", product.id)
    for association in ("product_option_values", "stock_availables"):
        assert after.members(association) == before.members(association)


def test_groups_of_a_customer_are_replaced(shop: Webservice, setting: Setting, bench: Bench) -> None:
    customer = bench.customer()
    shop.patched("customers", {"id": customer.id, "groups": [{"id": setting.guest_group}]})
    assert shop.read("customers", customer.id).member_ids("groups") == {setting.guest_group}
