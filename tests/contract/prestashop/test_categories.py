"""Categories, their tree, and the other lists a product refers to."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.contract.prestashop.setting import NO_SUCH_ID
from tests.contract.prestashop.webservice import crashed, refused

if TYPE_CHECKING:
    from tests.contract.prestashop.bench import Bench
    from tests.contract.prestashop.setting import Setting
    from tests.contract.prestashop.webservice import Webservice


def depth(shop: Webservice, category: int) -> int:
    return int(shop.read("categories", category)["level_depth"])


def test_the_depth_follows_the_parent(shop: Webservice, setting: Setting, bench: Bench) -> None:
    parent = bench.category()
    child = bench.category(id_parent=parent.id)
    home = depth(shop, setting.home)
    assert [depth(shop, category.id) for category in (parent, child)] == [home + 1, home + 2]


def test_a_category_lists_its_children_and_products(shop: Webservice, bench: Bench) -> None:
    parent = bench.category()
    child = bench.category(id_parent=parent.id)
    product = bench.product(id_category_default=parent.id, categories=[{"id": parent.id}])
    shown = shop.read("categories", parent.id)
    assert shown.member_ids("categories") == {child.id}
    assert shown.member_ids("products") == {product.id}


def test_categories_are_found_by_name_under_their_parent(shop: Webservice, setting: Setting, bench: Bench) -> None:
    name = bench.name()
    category = bench.category(name=setting.both(name))
    assert [row.id for row in shop.find("categories", "[id]", name=name, id_parent=setting.home)] == [category.id]


def test_a_category_without_a_parent_is_outside_the_tree(shop: Webservice, bench: Bench) -> None:
    row = bench.category_row()
    del row["id_parent"]
    (category,) = bench.make("categories", row)
    shown = shop.read("categories", category.id)
    assert (shown["id_parent"], shown["level_depth"]) == ("0", "0")


def test_an_unknown_parent_kills_the_request(shop: Webservice, setting: Setting, bench: Bench) -> None:
    name = bench.name()
    assert crashed(shop.post("categories", bench.category_row(id_parent=NO_SUCH_ID, name=setting.both(name))))
    assert shop.find("categories", "[id]", name=name) == []


def test_the_depth_is_not_written(shop: Webservice, bench: Bench) -> None:
    assert refused(shop.post("categories", bench.category_row(level_depth=2)), 93, 400)


def test_a_forbidden_name_stops_the_document(shop: Webservice, setting: Setting, bench: Bench) -> None:
    names = [bench.name(), "a<b>", bench.name()]
    rows = [bench.category_row(name=setting.both(name), link_rewrite=setting.both("x")) for name in names]
    assert refused(shop.post("categories", *rows), 84, 400)
    assert [len(shop.find("categories", "[id]", name=name)) for name in (names[0], names[2])] == [1, 0]


def test_a_moved_category_has_the_depth_of_its_new_place(shop: Webservice, setting: Setting, bench: Bench) -> None:
    first, second = bench.make("categories", bench.category_row(), bench.category_row())
    shop.patched("categories", {"id": second.id, "id_parent": first.id})
    assert depth(shop, second.id) == depth(shop, setting.home) + 2


def test_a_category_cannot_be_its_own_parent(shop: Webservice, bench: Bench) -> None:
    category = bench.category()
    assert crashed(shop.patch("categories", {"id": category.id, "id_parent": category.id}))


def test_a_category_is_closed_by_one_field(shop: Webservice, setting: Setting, bench: Bench) -> None:
    category = bench.category(name=setting.both("Shoes", "Chaussures"))
    shop.patched("categories", {"id": category.id, "active": 0})
    shown = shop.read("categories", category.id)
    assert shown["active"] == "0"
    assert shown.texts("name") == setting.both("Shoes", "Chaussures")


def test_deleting_a_category_deletes_those_under_it(shop: Webservice, bench: Bench) -> None:
    parent = bench.category()
    child = bench.category(id_parent=parent.id)
    assert shop.delete("categories", parent.id).status == 200
    assert not shop.exists("categories", child.id)


def test_a_manufacturer_gets_its_address_by_itself(shop: Webservice, bench: Bench) -> None:
    name = bench.name("brand")
    brand = bench.manufacturer(name=f"{name} é")
    shown = shop.read("manufacturers", brand.id)
    assert (shown["name"], shown["active"]) == (f"{name} é", "1")
    assert shown["link_rewrite"] == f"{name.lower()}-e"
    assert refused(shop.patch("manufacturers", {"id": brand.id, "link_rewrite": "x"}), 93, 400)


def test_manufacturers_are_not_unique_by_name(shop: Webservice, bench: Bench) -> None:
    name = bench.name("brand")
    bench.make("manufacturers", {"name": name, "active": 1}, {"name": name, "active": 1})
    assert len(shop.find("manufacturers", "[id]", name=name)) == 2


def test_a_manufacturer_s_name_takes_64_characters(shop: Webservice, bench: Bench) -> None:
    name = bench.name("brand").ljust(64, "b")
    assert shop.read("manufacturers", bench.manufacturer(name=name).id)["name"] == name
    assert refused(shop.post("manufacturers", {"name": name + "b", "active": 1}), 85, 400)


def test_a_supplier_of_a_product_is_not_made_by_the_product(shop: Webservice, setting: Setting, bench: Bench) -> None:
    (supplier,) = bench.make("suppliers", {"name": bench.name("supplier"), "active": 1})
    product = bench.product(id_supplier=supplier.id)
    assert shop.find("product_suppliers", id_product=product.id) == []
    row = {
        "id_product": product.id, "id_product_attribute": 0, "id_supplier": supplier.id,
        "id_currency": setting.currency, "product_supplier_reference": "S-1", "product_supplier_price_te": "20",
    }  # fmt: skip
    bench.make("product_suppliers", row)
    (found,) = shop.find("product_suppliers", id_product=product.id)
    assert (found["product_supplier_reference"], found["product_supplier_price_te"]) == ("S-1", "20.000000")
    assert setting.not_saved(shop.post("product_suppliers", row))


def test_the_tax_group_leads_to_a_rate_for_the_default_country(shop: Webservice, setting: Setting) -> None:
    rules = shop.find("tax_rules", id_tax_rules_group=setting.tax_group, id_country=setting.country)
    rates = {shop.read("taxes", int(rule["id_tax"]))["rate"] for rule in rules}
    assert rates == {"20.000"}
    assert shop.read("tax_rule_groups", setting.tax_group)["active"] == "1"
