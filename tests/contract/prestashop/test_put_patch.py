"""What PUT resets, what PATCH leaves, and what must be left out of a round trip."""

from __future__ import annotations

import copy
from typing import TYPE_CHECKING

import pytest
from lxml import etree

from tests.contract.prestashop.bench import wait_for_another_second
from tests.contract.prestashop.documents import PROLOGUE, Entity
from tests.contract.prestashop.webservice import Reply, refused

if TYPE_CHECKING:
    from tests.contract.prestashop.bench import Bench
    from tests.contract.prestashop.setting import Setting
    from tests.contract.prestashop.webservice import Webservice

NOT_WRITABLE = ("manufacturer_name", "quantity")
READ_ONLY_SINCE_9_1 = ("secure_key", "last_passwd_gen")
BREAKS_PUT = "position_in_category"


def full_product(bench: Bench, setting: Setting) -> Entity:
    """A product of which every field that the connector writes has a value."""
    return bench.product(
        id_manufacturer=bench.manufacturer().id,
        ean13="3600000000017",
        weight="1.5",
        wholesale_price="4.2",
        condition="refurbished",
        visibility="search",
        available_date="2030-12-24",
        description=setting.both("<p>long</p>"),
        description_short=setting.both("<p>short</p>"),
        meta_title=setting.both("title"),
        available_now=setting.both("now"),
    )


def returned(shop: Webservice, resource: str, entity: Entity, without: tuple[str, ...] = ()) -> Reply:
    """PUTs what was read, as it was read, but for the fields and associations left out."""
    node = copy.deepcopy(entity.node)
    for name in without:
        for found in node.findall(name):
            node.remove(found)
    root = etree.Element("prestashop")
    root.append(node)
    return shop.send("PUT", f"{resource}/{entity.id}", body=PROLOGUE + etree.tostring(root, encoding="utf-8"))


def changes(before: Entity, after: Entity) -> dict[str, tuple[str, str]]:
    old, new = before.fields(), after.fields()
    return {name: (old[name], new[name]) for name in old if old[name] != new[name]}


def test_put_resets_every_field_that_is_not_sent(shop: Webservice, setting: Setting, bench: Bench) -> None:
    before = shop.read("products", full_product(bench, setting).id)
    assert shop.put("products", {"id": before.id, "price": "22.5", "name": "x"}).status == 200
    after = shop.read("products", before.id)
    reset = {
        "active": "0", "state": "0", "reference": "", "ean13": "", "id_manufacturer": "0",
        "id_category_default": "0", "id_tax_rules_group": "0", "minimal_quantity": "0", "visibility": "both",
        "condition": "new", "weight": "0.000000", "wholesale_price": "0.000000", "available_for_order": "0",
        "show_price": "0", "available_date": "0000-00-00",
    }  # fmt: skip
    assert {name: after[name] for name in reset} == reset
    assert after["price"] == "22.500000"
    for name in ("description", "description_short", "meta_title", "available_now", "link_rewrite"):
        assert after.texts(name) == setting.both(""), name


def test_put_leaves_associations_that_are_not_sent(shop: Webservice, setting: Setting, bench: Bench) -> None:
    product = bench.product()
    shop.put("products", {"id": product.id, "price": "1", "name": "x"})
    assert shop.read("products", product.id).member_ids("categories") == {setting.home}


def test_put_without_the_date_added_sets_it_to_now(shop: Webservice, bench: Bench) -> None:
    product = bench.product()
    shop.patched("products", {"id": product.id, "date_add": "2020-01-01 00:00:00"})
    assert shop.read("products", product.id)["date_add"] == "2020-01-01 00:00:00"
    shop.put("products", {"id": product.id, "price": "1", "name": "x"})
    assert shop.read("products", product.id)["date_add"] > "2020-01-01 00:00:00"


def test_put_without_a_required_field_changes_nothing(shop: Webservice, bench: Bench) -> None:
    before = shop.read("products", bench.product().id)
    assert refused(shop.put("products", {"id": before.id, "reference": "x", "name": "x"}), 41, 400)
    assert changes(before, shop.read("products", before.id)) == {}


def test_put_of_what_was_read_is_refused_for_its_read_only_fields(shop: Webservice, bench: Bench) -> None:
    product = shop.read("products", bench.product().id)
    reply = returned(shop, "products", product)
    assert reply.status == 400
    assert reply.codes[-1] == 93
    reply = returned(shop, "products", product, (BREAKS_PUT, NOT_WRITABLE[0]))
    assert refused(reply, 93, 400)


def test_put_of_the_position_in_a_category_is_500_when_warnings_are_visible(
    shop: Webservice, setting: Setting, bench: Bench
) -> None:
    # A position behind the number of products, which deletions leave, is refused (135).
    category = bench.category().id
    place = {"id_category_default": category, "categories": [{"id": category}]}
    first, _ = bench.make("products", bench.product_row(**place), bench.product_row(**place))
    product = shop.read("products", first.id)
    reply = returned(shop, "products", product, NOT_WRITABLE)
    assert reply.status == (500 if setting.warnings_visible else 200)
    assert reply.codes == ([3] if setting.warnings_visible else [])


def test_put_of_what_was_read_without_those_fields_changes_the_date_only(
    shop: Webservice, setting: Setting, bench: Bench
) -> None:
    before = shop.read("products", full_product(bench, setting).id)
    wait_for_another_second()
    assert returned(shop, "products", before, (*NOT_WRITABLE, BREAKS_PUT)).status == 200
    after = shop.read("products", before.id)
    changed = changes(before, after)
    # Sent empty, a column that may be null is stored as a number.
    assert changed.pop("low_stock_threshold") == ("", "0")
    assert set(changed) == {"date_upd"}
    assert after.member_ids("categories") == before.member_ids("categories")


@pytest.mark.parametrize(
    ("resource", "not_writable"),
    [("categories", ("level_depth", "nb_products_recursive")), ("manufacturers", ("link_rewrite",))],
)
def test_round_trips_of_other_resources_have_their_own_read_only_fields(
    shop: Webservice, bench: Bench, resource: str, not_writable: tuple[str, ...]
) -> None:
    made = bench.category() if resource == "categories" else bench.manufacturer()
    before = shop.read(resource, made.id)
    assert refused(returned(shop, resource, before), 93, 400)
    assert returned(shop, resource, before, not_writable).status == 200
    assert set(changes(before, shop.read(resource, made.id))) <= {"date_upd", "position"}


def test_patch_changes_the_field_sent_and_the_date(shop: Webservice, setting: Setting, bench: Bench) -> None:
    before = shop.read("products", full_product(bench, setting).id)
    wait_for_another_second()
    shop.patched("products", {"id": before.id, "wholesale_price": "5"})
    after = shop.read("products", before.id)
    assert changes(before, after).keys() == {"wholesale_price", "date_upd"}
    assert after["wholesale_price"] == "5.000000"


def test_patch_without_any_field_moves_the_date(shop: Webservice, bench: Bench) -> None:
    before = shop.read("products", bench.product().id)
    wait_for_another_second()
    shop.patched("products", {"id": before.id})
    assert changes(before, shop.read("products", before.id)).keys() == {"date_upd"}


def test_patch_writes_the_date_added(shop: Webservice, bench: Bench) -> None:
    product = bench.product()
    shop.patched("products", {"id": product.id, "date_add": "2020-01-01 00:00:00"})
    assert shop.read("products", product.id)["date_add"] == "2020-01-01 00:00:00"


def test_patch_with_an_empty_field_empties_it(shop: Webservice, setting: Setting, bench: Bench) -> None:
    product = full_product(bench, setting)
    shop.patched("products", {"id": product.id, "ean13": "", "weight": ""})
    after = shop.read("products", product.id)
    assert (after["ean13"], after["weight"]) == ("", "0.000000")


@pytest.mark.parametrize("field", NOT_WRITABLE)
def test_patch_of_a_read_only_field_is_refused(shop: Webservice, bench: Bench, field: str) -> None:
    assert refused(shop.patch("products", {"id": bench.product().id, field: "1"}), 93, 400)


def test_a_product_is_deactivated_and_activated_by_one_field(shop: Webservice, bench: Bench) -> None:
    product = bench.product()
    for active in ("0", "1"):
        shop.patched("products", {"id": product.id, "active": active})
        assert shop.read("products", product.id)["active"] == active


def test_put_of_a_combination_resets_reference_price_and_default(shop: Webservice, bench: Bench) -> None:
    product, values = bench.product(), bench.option("S")
    row = bench.combination_row(product.id, *values, price="1.5", ean13="3600000000017", weight="0.1", default_on=1)
    (made,) = bench.make("combinations", row)
    assert shop.put("combinations", {"id": made.id, "id_product": product.id, "minimal_quantity": 1}).status == 200
    after = shop.read("combinations", made.id)
    reset = {"reference": "", "ean13": "", "price": "0.000000", "weight": "0.000000", "default_on": ""}
    assert {name: after[name] for name in reset} == reset


def test_put_of_a_category_without_its_parent_takes_it_out_of_the_tree(
    shop: Webservice, setting: Setting, bench: Bench
) -> None:
    category = bench.category()
    names = {"active": 1, "name": category.texts("name"), "link_rewrite": category.texts("link_rewrite")}
    assert shop.put("categories", {"id": category.id, **names}).status == 200
    after = shop.read("categories", category.id)
    assert (after["id_parent"], after["level_depth"]) == ("0", "0")
    assert shop.put("categories", {"id": category.id, "id_parent": setting.home, **names}).status == 200
    assert shop.read("categories", category.id)["id_parent"] == str(setting.home)


def test_put_of_a_customer_with_required_fields_only_resets_the_rest(
    shop: Webservice, setting: Setting, bench: Bench
) -> None:
    before = shop.read("customers", bench.customer(company="ACME", newsletter=1, birthday="1990-02-03").id)
    required = {name: before[name] for name in ("lastname", "firstname", "email")}
    assert shop.put("customers", {"id": before.id, "passwd": "another-secret", **required}).status == 200
    after = shop.read("customers", before.id)
    reset = {"active": "0", "id_default_group": "0", "id_lang": "0", "secure_key": "", "newsletter": "0", "company": ""}
    assert {name: after[name] for name in reset} == reset
    assert before["id_default_group"] == str(setting.customer_group)
    assert before["secure_key"]


def test_put_of_a_customer_as_read_keeps_the_password(shop: Webservice, setting: Setting, bench: Bench) -> None:
    before = shop.read("customers", bench.customer().id)
    if setting.of_9:
        assert refused(returned(shop, "customers", before), 93, 400)
    reply = returned(shop, "customers", before, READ_ONLY_SINCE_9_1 if setting.of_9 else ())
    assert reply.status == 200
    assert shop.read("customers", before.id)["passwd"] == before["passwd"]
