"""The known traps of the webservice that can be seen from outside, by their number.

Not here: D13 and D16 need several shops, D23 pictures, D28, D29 and D38 versions of their own, D34 a module that
listens, D37, D39 and D41 a shop under load, D46 a shop of 26,000 rows.
"""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

from tests.contract.prestashop.bench import Bench, wait_for_another_second
from tests.contract.prestashop.documents import Entity, document
from tests.contract.prestashop.setting import NO_SUCH_ID, configured, look_up
from tests.contract.prestashop.webservice import refused

if TYPE_CHECKING:
    from tests.contract.prestashop.buyer import Buyer, Order
    from tests.contract.prestashop.setting import Setting
    from tests.contract.prestashop.webservice import Webservice


def test_d1_a_put_empties_the_optional_fields_it_does_not_send(shop: Webservice, bench: Bench) -> None:
    product = bench.product(ean13="3600000000017")
    shop.put("products", {"id": product.id, "price": "10", "name": "x"})
    assert shop.read("products", product.id)["ean13"] == ""


def test_d2_a_put_empties_a_translated_field_it_does_not_send(shop: Webservice, setting: Setting, bench: Bench) -> None:
    product = bench.product(description=setting.both("<p>long</p>"))
    shop.put("products", {"id": product.id, "price": "10", "name": "x"})
    assert shop.read("products", product.id).texts("description") == setting.both("")


def test_d3_a_1_7_shop_has_no_patch(old_shop: Webservice) -> None:
    product = Bench(old_shop, look_up(old_shop)).product()
    assert refused(old_shop.send("PATCH", "products", body=document("products", [{"id": product.id}])), 23, 405)


def test_d4_a_patch_saves_the_row_even_without_a_change(shop: Webservice, bench: Bench) -> None:
    before = shop.read("products", bench.product().id)
    wait_for_another_second()
    shop.patched("products", {"id": before.id, "price": before["price"]})
    assert shop.read("products", before.id)["date_upd"] > before["date_upd"]


def test_d5_a_redirected_write_writes_nothing(shop: Webservice, bench: Bench) -> None:
    row = bench.product_row()
    reply = shop.post("products", row, id_shop=NO_SUCH_ID)
    assert reply.status == 302
    assert shop.find("products", "[id]", reference=row["reference"]) == []


def test_d6_fields_that_are_read_are_not_all_writable(shop: Webservice, bench: Bench) -> None:
    product = bench.product()
    for field in ("manufacturer_name", "quantity"):
        assert refused(shop.patch("products", {"id": product.id, field: "1"}), 93, 400)


def test_d7_a_product_posted_without_its_state_gets_zero(shop: Webservice, bench: Bench) -> None:
    row = bench.product_row()
    del row["state"]
    (product,) = bench.make("products", row)
    assert shop.read("products", product.id)["state"] == "0"


def test_d8_a_product_is_in_the_categories_sent_and_not_in_its_default_one(
    shop: Webservice, setting: Setting, bench: Bench
) -> None:
    own = bench.category()
    product = bench.product(id_category_default=own.id, categories=[{"id": setting.home}])
    assert shop.read("categories", own.id).member_ids("products") == set()
    shop.patched("products", {"id": product.id, "categories": [{"id": own.id}]})
    assert shop.read("categories", own.id).member_ids("products") == {product.id}


def test_d9_a_second_default_combination_is_not_saved(shop: Webservice, setting: Setting, bench: Bench) -> None:
    product, _ = bench.sized_product("S")
    row = bench.combination_row(product.id, *bench.option("L"), default_on=1)
    assert setting.not_saved(shop.post("combinations", row))


def test_d10_a_quantity_sent_with_a_combination_is_ignored(shop: Webservice, bench: Bench) -> None:
    product = bench.product()
    row = bench.combination_row(product.id, *bench.option("S"), quantity=7)
    (combination,) = bench.make("combinations", row)
    assert bench.stock_row(product.id, combination.id)["quantity"] == "0"
    assert shop.read("products", product.id)["quantity"] == "0"


def test_d11_combinations_sent_with_a_product_delete_the_others(shop: Webservice, bench: Bench) -> None:
    product, (small, large) = bench.sized_product("S", "L")
    shop.patched("products", {"id": product.id, "combinations": [{"id": small.id}]})
    assert not shop.exists("combinations", large.id)


def test_d12_a_stock_put_without_id_shop_detaches_the_row(shop: Webservice, bench: Bench) -> None:
    row = bench.stock_row(bench.product().id)
    whole = {name: row[name] for name in row.names if name != "id_shop"}
    assert shop.put("stock_availables", whole).status == 200
    assert refused(shop.get(f"stock_availables/{row.id}"), 131, 404)
    assert shop.put("stock_availables", whole | {"id_shop": row["id_shop"]}).status == 200
    assert shop.exists("stock_availables", row.id)


def test_d14_a_missing_stock_row_cannot_be_posted_and_managed_stock_not_written_before_9_1(
    shop: Webservice, setting: Setting, bench: Bench
) -> None:
    row = bench.stock_row(bench.product().id)
    assert refused(shop.post("stock_availables", {"id_product": row["id_product"], "quantity": 1}), 101, 405)
    reply = shop.patch("stock_availables", {"id": row.id, "depends_on_stock": 1})
    assert reply.status == 200 if setting.of_9 else refused(reply, 133, 500)


def test_d15_the_same_specific_price_twice_is_not_saved(shop: Webservice, setting: Setting, bench: Bench) -> None:
    row = bench.specific_price_row(bench.product().id)
    bench.make("specific_prices", row)
    assert setting.not_saved(shop.post("specific_prices", row))


def test_d17_an_empty_price_of_a_combination_is_accepted(shop: Webservice, bench: Bench) -> None:
    row = bench.combination_row(bench.product().id, *bench.option("S"), price="")
    (combination,) = bench.make("combinations", row)
    assert shop.read("combinations", combination.id)["price"] == "0.000000"


def test_d18_a_used_e_mail_is_140_when_added_and_141_when_changed(shop: Webservice, bench: Bench) -> None:
    first, second = bench.customer(), bench.customer()
    assert refused(shop.post("customers", bench.customer_row(email=first["email"])), 140, 500)
    assert refused(shop.patch("customers", {"id": second.id, "email": first["email"]}), 141, 500)


def test_d19_a_posted_order_has_the_lines_and_prices_of_its_cart(buyer: Buyer) -> None:
    order = buyer.posted(buyer.cart(3), buyer.total, total_products="1000", total_products_wt="1200")
    shown = order.read()
    assert [row["product_quantity"] for row in shown.members("order_rows")] == ["3"]
    assert Decimal(shown["total_products"]) == Decimal("37.5")


def test_d20_a_state_is_taken_with_its_mail_asked_for_and_without(buyer: Buyer, order: Order) -> None:
    assert order.move(buyer.states["preparation"], sendemail=1).status == 201
    assert order.move(buyer.states["shipped"]).status == 201
    assert order.state == buyer.states["shipped"]


def test_d21_the_same_state_twice_is_two_histories(buyer: Buyer, order: Order) -> None:
    for _ in range(2):
        order.move(buyer.states["shipped"])
    states = [int(row["id_order_state"]) for row in order.histories()]
    assert states.count(buyer.states["shipped"]) == 2


def test_d22_tracking_lives_on_the_order_s_carrier(shop: Webservice, order: Order) -> None:
    shop.patched("order_carriers", {"id": order.carrier().id, "tracking_number": "6A1"})
    assert order.read()["shipping_number"] == "6A1"
    assert order.read().element("shipping_number").get("notFilterable") == "true"


def test_d24_a_put_may_travel_as_a_post_for_hosts_that_refuse_it(shop: Webservice, bench: Bench) -> None:
    row = bench.stock_row(bench.product().id)
    whole = {name: row[name] for name in row.names} | {"quantity": "4"}
    assert shop.post("stock_availables", whole, ps_method="PUT").status == 200
    assert shop.read("stock_availables", row.id)["quantity"] == "4"


def test_d25_there_are_no_genders_without_a_module(shop: Webservice) -> None:
    listed = {str(node.tag) for node in shop.get("").root[0]}
    assert "genders" in listed or refused(shop.get("genders"), 27, 400)
    assert "order_cart_rules" in listed


def test_d26_a_posted_line_does_not_change_the_totals(shop: Webservice, setting: Setting, order: Order) -> None:
    before = order.read()
    line = {
        "id_order": order.id, "id_warehouse": 0, "id_shop": setting.shop, "product_name": "more",
        "product_quantity": 1, "product_price": "5", "unit_price_tax_incl": "6", "unit_price_tax_excl": "5",
    }  # fmt: skip
    reply = shop.post("order_details", line)
    assert reply.status == 201
    after = order.read()
    assert len(after.members("order_rows")) == len(before.members("order_rows")) + 1
    assert (after["total_paid"], after["total_products"]) == (before["total_paid"], before["total_products"])


def test_d27_a_php_warning_turns_an_answer_into_500_when_it_is_visible(
    shop: Webservice, setting: Setting, bench: Bench
) -> None:
    reply = shop.post("products", {"price": "5", "reference": bench.name()})
    assert (reply.status, reply.codes) == ((500, [3]) if setting.warnings_visible else (201, []))


def test_d30_values_are_not_trimmed(shop: Webservice, bench: Bench) -> None:
    product = bench.product()
    assert refused(shop.patch("products", {"id": product.id, "price": "\n\t12\n"}), 85, 400)


def test_d31_control_characters_break_a_document_and_two_sections_carry_the_end_of_one(
    shop: Webservice, setting: Setting, bench: Bench
) -> None:
    product = bench.product()
    method, required = shop.update_method, {"price": "1", "name": "x", "state": "1"}
    change = document("products", [{"id": product.id, "description_short": "TEXT"} | required])
    broken = shop.send(method, "products", body=change.replace(b"TEXT", b"a\x02b"))
    assert broken.status == 500
    assert 127 in broken.codes
    whole = change.replace(b"TEXT", b"<![CDATA[<p>a ]]]]><![CDATA[> b</p>]]>")
    assert shop.send(method, "products", body=whole).status == 200
    stored = shop.read("products", product.id).texts("description_short")
    assert stored == setting.both("<p>a ]]&gt; b</p>")


def test_d32_a_comma_is_a_range_a_bar_a_list_and_dates_need_their_parameter(shop: Webservice, bench: Bench) -> None:
    products = bench.make("products", *(bench.product_row() for _ in range(3)))
    first, middle, last = (product.id for product in products)
    assert middle in {row.id for row in shop.find("products", "[id]", id=f"[{first},{last}]")}
    assert [row.id for row in shop.find("products", "[id]", id=f"[{first}|{last}]")] == [first, last]
    assert refused(shop.get("products", **{"filter[date_upd]": ">[2020-01-01]"}), 32, 400, 500)


def test_d33_a_group_of_shops_may_be_named_both_ways(shop: Webservice, setting: Setting, bench: Bench) -> None:
    reference = bench.product()["reference"]
    for name in ("id_shop_group", "id_group_shop"):
        reply = shop.send("GET", "products", {name: setting.shop_group, "filter[reference]": reference})
        assert len(reply.rows) == 1, name


def test_d35_a_document_is_not_atomic_and_its_error_names_no_entity(shop: Webservice, bench: Bench) -> None:
    rows = [bench.product_row(), bench.product_row(price="x"), bench.product_row()]
    reply = shop.post("products", *rows)
    assert refused(reply, 85, 400)
    assert [node.tag for node in reply.root] == ["errors"]
    assert [len(shop.find("products", "[id]", reference=row["reference"])) for row in rows] == [1, 0, 0]


def test_d36_deleting_a_product_leaves_those_after_it_in_its_category_alone_since_8_0(
    shop: Webservice, setting: Setting, bench: Bench
) -> None:
    before, after = second_of_two_when_the_first_is_deleted(shop, bench)
    if setting.version < (8,):
        assert after["date_upd"] > before["date_upd"]
        assert after["position_in_category"] == "1"
    else:
        assert after.fields() == before.fields()


def test_d36_before_8_0_they_move_up_and_their_dates_with_them(old_shop: Webservice) -> None:
    before, after = second_of_two_when_the_first_is_deleted(old_shop, Bench(old_shop, look_up(old_shop)))
    assert after["date_upd"] > before["date_upd"]
    assert (before["position_in_category"], after["position_in_category"]) == ("2", "1")


def second_of_two_when_the_first_is_deleted(shop: Webservice, bench: Bench) -> tuple[Entity, Entity]:
    category = bench.category()
    place = {"id_category_default": category.id, "categories": [{"id": category.id}]}
    first, second = bench.make("products", bench.product_row(**place), bench.product_row(**place))
    before = shop.read("products", second.id)
    wait_for_another_second()
    shop.delete("products", first.id)
    return before, shop.read("products", second.id)


def test_d40_categories_of_one_document_are_all_in_the_tree(shop: Webservice, setting: Setting, bench: Bench) -> None:
    rows = bench.make("categories", *(bench.category_row() for _ in range(3)))
    home = int(shop.read("categories", setting.home)["level_depth"])
    assert {int(shop.read("categories", row.id)["level_depth"]) for row in rows} == {home + 1}


def test_d41_the_switch_of_the_search_index_can_be_read(shop: Webservice) -> None:
    assert configured(shop, "PS_SEARCH_INDEXATION") in {"0", "1"}


def test_d42_two_orders_may_share_a_reference(shop: Webservice, buyer: Buyer, order: Order) -> None:
    other = buyer.order()
    shop.patched("orders", {"id": other.id, "reference": order.reference})
    found = {row.id for row in shop.find("orders", "[id]", reference=order.reference)}
    assert found == {order.id, other.id}


def test_d43_a_reference_is_not_unique(shop: Webservice, bench: Bench) -> None:
    reference = bench.name()
    bench.make("products", bench.product_row(reference=reference), bench.product_row(reference=reference))
    assert len(shop.find("products", "[id]", reference=reference)) == 2


def test_d44_sent_features_replace_all_others(shop: Webservice, bench: Bench) -> None:
    material, (leather,) = bench.feature("Leather")
    season, (summer,) = bench.feature("Summer")
    both = [{"id": material, "id_feature_value": leather}, {"id": season, "id_feature_value": summer}]
    product = bench.product(product_features=both)
    shop.patched("products", {"id": product.id, "product_features": both[:1]})
    assert shop.read("products", product.id).member_ids("product_features") == {material}


def test_d45_a_carrier_has_a_reference_apart_from_its_id(shop: Webservice, setting: Setting) -> None:
    assert int(shop.read("carriers", setting.carrier)["id_reference"]) > 0
