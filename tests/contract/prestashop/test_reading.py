"""Lists, details, displays, order, pages and schemas."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.contract.prestashop.documents import XLINK, Entity
from tests.contract.prestashop.setting import NO_SUCH_ID
from tests.contract.prestashop.webservice import refused

if TYPE_CHECKING:
    from tests.contract.prestashop.bench import Bench
    from tests.contract.prestashop.setting import Setting
    from tests.contract.prestashop.webservice import Webservice


def three_products(bench: Bench) -> tuple[str, list[Entity]]:
    """A reference prefix and the three products that have it."""
    prefix = bench.name("page")
    rows = [bench.product_row(reference=f"{prefix}-{n}") for n in "abc"]
    return prefix, bench.make("products", *rows)


def test_a_list_without_display_shows_ids_and_links_only(shop: Webservice, bench: Bench) -> None:
    product = bench.product()
    reply = shop.get("products", **{"filter[reference]": product["reference"]})
    (node,) = reply.root[0]
    assert reply.root[0].tag == "products"
    assert dict(node.items()) == {"id": str(product.id), f"{XLINK}href": shop.url(f"products/{product.id}")}
    assert len(node) == 0


def test_a_displayed_list_wraps_its_rows_in_the_plural(shop: Webservice, bench: Bench) -> None:
    product = bench.product()
    reply = shop.get("products", display="full", **{"filter[reference]": product["reference"]})
    assert [node.tag for node in reply.root] == ["products"]
    assert [node.tag for node in reply.root[0]] == ["product"]


def test_a_detail_has_no_plural(shop: Webservice, bench: Bench) -> None:
    assert [node.tag for node in shop.get(f"products/{bench.product().id}").root] == ["product"]


def test_order_slip_is_singular_in_the_address_only(shop: Webservice) -> None:
    assert shop.get("order_slip", limit=1).root[0].tag == "order_slips"


def test_a_list_shows_the_fields_asked_for_in_the_shop_s_order(shop: Webservice, bench: Bench) -> None:
    product = bench.product()
    (row,) = shop.find("products", "[date_upd,reference,id]", reference=product["reference"])
    assert row.names == ["id", "reference", "date_upd"]


def test_a_detail_shows_the_fields_asked_for(shop: Webservice, bench: Bench) -> None:
    product = bench.product()
    (shown,) = shop.get(f"products/{product.id}", display="[id,reference]").entities
    assert shown.names == ["id", "reference"]


def test_associations_are_displayed_by_field(shop: Webservice, bench: Bench) -> None:
    product, combinations = bench.sized_product("S", "M")
    display = "[id,combinations[id],stock_availables[id,id_product_attribute]]"
    (row,) = shop.find("products", display, id=product.id)
    assert row.member_ids("combinations") == {combination.id for combination in combinations}
    owners = {cells["id_product_attribute"] for cells in row.members("stock_availables")}
    assert owners == {"0", *(str(combination.id) for combination in combinations)}


def test_a_display_that_does_not_exist_is_refused(shop: Webservice) -> None:
    assert refused(shop.get("products", display="[id,foo]"), 35, 400, 500)
    assert refused(shop.get("products", display="[foo[id]]"), 35, 400, 500)
    assert refused(shop.get("products", display="foo"), 36, 400, 500)


def test_an_empty_list_is_no_error(shop: Webservice, bench: Bench) -> None:
    reply = shop.get("products", display="full", **{"filter[reference]": bench.name()})
    assert reply.status == 200
    assert reply.root[0].tag == "products"
    assert reply.rows == []


@pytest.mark.parametrize("path", [f"products/{NO_SUCH_ID}", "products/abc"])
def test_an_unknown_id_is_404_with_nothing_to_read(shop: Webservice, path: str) -> None:
    reply = shop.get(path)
    assert (reply.status, reply.body) == (404, b"")
    assert shop.get(path, output_format="JSON").body == b""


def test_several_ids_in_the_path_read_the_first(shop: Webservice, bench: Bench) -> None:
    first, second = bench.make("products", bench.product_row(), bench.product_row())
    assert shop.get(f"products/{first.id},{second.id}").entities[0].id == first.id


def test_the_id_parameter_of_a_read_is_ignored(shop: Webservice, bench: Bench) -> None:
    _, products = three_products(bench)
    listed = {int(node.get("id", "0")) for node in shop.get("products", id=f"[{products[0].id}]").root[0]}
    assert listed >= {product.id for product in products}


def test_sorting_goes_both_ways_with_or_without_brackets(shop: Webservice, bench: Bench) -> None:
    prefix, products = three_products(bench)
    ids = [product.id for product in products]
    for sort, expected in {"[id_ASC]": ids, "[id_DESC]": ids[::-1], "id_DESC": ids[::-1]}.items():
        reply = shop.get("products", sort=sort, display="[id]", **{"filter[reference]": f"[{prefix}]%"})
        assert [row.id for row in reply.rows] == expected, sort


def test_sorted_pages_cover_a_list_once(shop: Webservice, bench: Bench) -> None:
    prefix, products = three_products(bench)
    wanted: dict[str, object] = {"filter[reference]": f"[{prefix}]%", "sort": "[id_ASC]", "display": "[id]"}
    pages = [shop.send("GET", "products", {**wanted, "limit": limit}).rows for limit in ("0,2", "2,2", "4,2")]
    assert [[row.id for row in page] for page in pages] == [[products[0].id, products[1].id], [products[2].id], []]


def test_a_limit_of_one_number_counts_from_the_start(shop: Webservice, bench: Bench) -> None:
    prefix, products = three_products(bench)
    reply = shop.get("products", limit=2, sort="[id_ASC]", display="[id]", **{"filter[reference]": f"[{prefix}]%"})
    assert [row.id for row in reply.rows] == [products[0].id, products[1].id]
    assert shop.get("products", limit=0).rows == []


def test_a_faulty_limit_is_refused_and_a_negative_one_fails_in_the_database(shop: Webservice, setting: Setting) -> None:
    assert refused(shop.get("products", limit="1,2,3"), 39, 400, 500)
    assert setting.not_read(shop.get("products", limit="-1"))


def test_a_faulty_sort_is_refused(shop: Webservice) -> None:
    assert refused(shop.get("products", sort="[id_UP]"), 37, 400, 500)
    assert refused(shop.get("products", sort="[foo_ASC]"), 38, 400, 500)


def test_dates_are_sortable_only_when_dates_are_asked_for(shop: Webservice, bench: Bench) -> None:
    bench.product()
    assert refused(shop.get("products", sort="[date_upd_DESC]", limit=1), 38, 400, 500)
    assert len(shop.get("products", sort="[date_upd_DESC,id_ASC]", limit=1, date=1).rows) == 1


def test_a_language_restricts_translated_fields(shop: Webservice, setting: Setting, bench: Bench) -> None:
    product = bench.product(name=setting.both("Shoe", "Chaussure"))
    one = shop.get(f"products/{product.id}", language=setting.fr).entities[0]
    both = shop.get(f"products/{product.id}", language=f"[{setting.en}|{setting.fr}]").entities[0]
    assert one.texts("name") == {setting.fr: "Chaussure"}
    assert both.texts("name") == setting.both("Shoe", "Chaussure")
    assert refused(shop.get("products", language=NO_SUCH_ID, limit=1, display="full"), 81, 400)


def test_fields_that_refer_to_an_entity_are_linked_unless_empty(
    shop: Webservice, setting: Setting, bench: Bench
) -> None:
    product = shop.read("products", bench.product().id)
    assert product.link("id_category_default") == shop.url(f"categories/{setting.home}")
    assert product["id_manufacturer"] == "0"
    assert product.link("id_manufacturer") is None


def test_computed_fields_say_that_they_cannot_be_filtered(shop: Webservice, bench: Bench) -> None:
    product = shop.read("products", bench.product().id)
    computed = {name for name in product.names if product.element(name).get("notFilterable") == "true"}
    assert computed == {
        "id_default_image",
        "id_default_combination",
        "position_in_category",
        "manufacturer_name",
        "quantity",
        "type",
    }


def test_the_type_is_simple_and_the_product_type_tells_combinations(shop: Webservice, bench: Bench) -> None:
    product, _ = bench.sized_product("S")
    shown = shop.read("products", product.id)
    assert (shown["type"], shown["product_type"]) == ("simple", "combinations")


def test_an_association_names_its_nodes_and_its_resource(shop: Webservice, bench: Bench) -> None:
    product, combinations = bench.sized_product("S")
    shown = shop.read("products", product.id).node.find("associations/combinations")
    assert shown is not None
    assert (shown.get("nodeType"), shown.get("api")) == ("combination", "combinations")
    assert shown[0].get(f"{XLINK}href") == shop.url(f"combinations/{combinations[0].id}")


def test_the_blank_schema_is_an_empty_entity(shop: Webservice) -> None:
    blank = shop.get("products", schema="blank").entities[0]
    assert {"id", "reference", "price", "name"} <= set(blank.names)
    assert blank["price"] == ""
    assert "manufacturer_name" not in blank


def test_the_synopsis_tells_what_is_required_and_how_it_is_checked(shop: Webservice) -> None:
    synopsis = shop.get("products", schema="synopsis").entities[0]
    assert dict(synopsis.element("price").items()) == {"required": "true", "format": "isPrice"}
    assert synopsis.element("reference").get("maxSize") == "64"
    assert synopsis.element("quantity").get("readOnly") == "true"
    required = {name for name in synopsis.names if synopsis.element(name).get("required")}
    assert required == {"price"}


def test_a_schema_of_another_name_is_refused(shop: Webservice) -> None:
    assert refused(shop.get("products", schema="foo"), 28, 400, 500)


@pytest.mark.parametrize(
    ("resource", "required"),
    [
        ("combinations", {"id_product", "minimal_quantity"}),
        ("product_options", {"group_type", "name", "public_name"}),
        ("product_option_values", {"id_attribute_group", "name"}),
        ("product_features", {"name"}),
        ("product_feature_values", {"id_feature", "value"}),
        ("manufacturers", {"name"}),
        ("categories", {"active", "name", "link_rewrite"}),
        ("customers", {"passwd", "lastname", "firstname", "email"}),
        ("addresses", {"id_country", "alias", "lastname", "firstname", "address1", "city"}),
        ("stores", {"id_country", "city", "active", "name", "address1"}),
        ("order_histories", {"id_order_state", "id_order"}),
        ("order_carriers", {"id_order", "id_carrier"}),
    ],
)
def test_the_synopsis_names_the_required_fields(shop: Webservice, resource: str, required: set[str]) -> None:
    synopsis = shop.get(resource, schema="synopsis").entities[0]
    assert {name for name in synopsis.names if synopsis.element(name).get("required") == "true"} == required
