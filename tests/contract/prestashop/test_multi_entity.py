"""Documents of several entities: in order, without transaction, stopped by the first failure."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from tests.contract.prestashop.setting import NO_SUCH_ID
from tests.contract.prestashop.webservice import crashed, refused

if TYPE_CHECKING:
    from tests.contract.prestashop.bench import Bench
    from tests.contract.prestashop.setting import Setting
    from tests.contract.prestashop.webservice import Webservice


def batch(bench: Bench, **second: Any) -> tuple[str, list[dict[str, Any]]]:
    """Three products under one prefix; the second has what is given, None meaning that a field is left out."""
    prefix = bench.name("batch")
    rows = [bench.product_row(reference=f"{prefix}-{n}") for n in "abc"]
    if isinstance(second.get("name"), str):
        second["name"] = bench.setting.both(second["name"])
    rows[1] = {name: value for name, value in (rows[1] | second).items() if value is not None}
    return prefix, rows


def written(shop: Webservice, prefix: str) -> list[str]:
    """The suffixes under a prefix, as they are in the shop."""
    return [row["reference"][-1] for row in shop.find("products", "[id,reference]", reference=f"[{prefix}]%")]


def test_entities_are_answered_in_the_order_of_the_document(shop: Webservice, bench: Bench) -> None:
    prefix, rows = batch(bench)
    reply = shop.post("products", *rows)
    assert reply.status == 201
    assert [entity["reference"] for entity in reply.entities] == [row["reference"] for row in rows]
    assert [entity.node.tag for entity in reply.entities] == ["product"] * 3
    assert written(shop, prefix) == ["a", "b", "c"]


@pytest.mark.parametrize("method", ["PUT", "PATCH"])
def test_updates_are_answered_in_the_order_of_the_document(shop: Webservice, bench: Bench, method: str) -> None:
    products = bench.make("products", *(bench.product_row() for _ in range(3)))
    rows = [{"id": p.id, "price": "12.5", "reference": p["reference"], "name": "x"} for p in reversed(products)]
    reply = (shop.put if method == "PUT" else shop.patch)("products", *rows)
    assert reply.status == 200
    assert [entity.id for entity in reply.entities] == [row["id"] for row in rows]
    assert {shop.read("products", product.id)["price"] for product in products} == {"12.500000"}


@pytest.mark.parametrize(
    ("second", "status", "code"),
    [
        ({"price": None}, 400, 41),
        ({"price": "abc"}, 400, 85),
        ({"price": "12345678901"}, 400, 85),
        ({"reference": "R" * 65}, 400, 85),
        ({"name": "a <b> name"}, 400, 84),
        ({"quantity": "5"}, 400, 93),
    ],
)
def test_a_refused_entity_stops_the_document_and_what_came_before_stays(
    shop: Webservice, bench: Bench, second: dict[str, Any], status: int, code: int
) -> None:
    prefix, rows = batch(bench, **second)
    reply = shop.post("products", *rows)
    assert (reply.status, reply.codes) == (status, [code])
    assert written(shop, prefix) == ["a"]


def test_the_answer_to_a_failure_names_no_entity(shop: Webservice, bench: Bench) -> None:
    prefix, rows = batch(bench, price="abc")
    reply = shop.post("products", *rows)
    assert [node.tag for node in reply.root] == ["errors"]
    assert prefix.encode() not in reply.body


def test_an_unknown_association_leaves_its_own_entity_and_stops_after_it(shop: Webservice, bench: Bench) -> None:
    prefix, rows = batch(bench, foo=[{"id": 1}])
    assert refused(shop.post("products", *rows), 86, 400)
    assert written(shop, prefix) == ["a", "b"]


def test_an_exception_stops_after_its_own_entity_was_written_and_silence_stops_nothing(
    shop: Webservice, setting: Setting, bench: Bench
) -> None:
    feature, (value,) = bench.feature("Leather")
    twice = [{"id": feature, "id_feature_value": value}] * 2
    prefix, rows = batch(bench, product_features=twice)
    reply = shop.post("products", *rows)
    if setting.silent:
        bench.keep_track("products", *(made.id for made in reply.entities))
        assert (reply.status, written(shop, prefix)) == (201, ["a", "b", "c"])
    else:
        assert (crashed(reply), written(shop, prefix)) == (True, ["a", "b"])


def test_an_id_in_a_creation_refuses_the_whole_document_beforehand(shop: Webservice, bench: Bench) -> None:
    prefix, rows = batch(bench, id=1)
    assert refused(shop.post("products", *rows), 91, 400)
    assert written(shop, prefix) == []


@pytest.mark.parametrize("method", ["PUT", "PATCH"])
def test_an_update_with_one_id_twice_or_one_missing_is_refused_beforehand(
    shop: Webservice, bench: Bench, method: str
) -> None:
    send = shop.put if method == "PUT" else shop.patch
    product = bench.product()
    change = {"id": product.id, "price": "99", "name": "x"}
    assert refused(send("products", change, change), 89, 400)
    assert refused(send("products", change, {"price": "99", "name": "x"}), 90, 400)
    assert shop.read("products", product.id)["price"] == "10.000000"


@pytest.mark.parametrize("method", ["PUT", "PATCH"])
def test_an_unknown_id_stops_an_update_after_those_before_it(shop: Webservice, bench: Bench, method: str) -> None:
    send = shop.put if method == "PUT" else shop.patch
    first, last = bench.make("products", bench.product_row(), bench.product_row())
    rows = [{"id": entity_id, "price": "99", "name": "x"} for entity_id in (first.id, NO_SUCH_ID, last.id)]
    assert refused(send("products", *rows), 92, 404)
    assert [shop.read("products", product.id)["price"] for product in (first, last)] == ["99.000000", "10.000000"]


@pytest.mark.parametrize("method", ["PUT", "PATCH"])
def test_the_id_in_the_address_of_an_update_is_ignored(shop: Webservice, bench: Bench, method: str) -> None:
    send = shop.put if method == "PUT" else shop.patch
    addressed, meant = bench.make("products", bench.product_row(), bench.product_row())
    change = {"id": meant.id, "price": "99", "reference": meant["reference"], "name": "x"}
    for path in (f"products/{addressed.id}", f"products/{NO_SUCH_ID}"):
        body = send("products", change).response.request.content
        assert shop.send(shop.update_method if method == "PATCH" else method, path, body=body).status == 200
    assert shop.read("products", meant.id)["price"] == "99.000000"
    assert shop.read("products", addressed.id)["price"] == "10.000000"


def test_combinations_stop_at_the_first_failure(shop: Webservice, bench: Bench) -> None:
    product, values = bench.product(), bench.option("S", "M", "L")
    rows = [bench.combination_row(product.id, value) for value in values]
    del rows[1]["minimal_quantity"]
    assert refused(shop.post("combinations", *rows), 41, 400)
    rows[1]["minimal_quantity"], rows[1]["ean13"], rows[0]["reference"] = 1, "ABC", bench.name()
    assert refused(shop.post("combinations", *rows), 85, 400)
    assert len(shop.find("combinations", "[id]", id_product=product.id)) == 2


def test_option_values_stop_at_the_first_without_a_name(shop: Webservice, setting: Setting, bench: Bench) -> None:
    values = bench.option("one")
    group = shop.read("product_option_values", values[0])["id_attribute_group"]
    rows: list[dict[str, Any]] = [
        {"id_attribute_group": group, "name": setting.both("two")},
        {"id_attribute_group": group},
        {"id_attribute_group": group, "name": setting.both("three")},
    ]
    assert refused(shop.post("product_option_values", *rows), 84, 400)
    found = shop.find("product_option_values", id_attribute_group=group)
    assert [value.texts("name")[setting.en] for value in found] == ["one", "two"]


@pytest.mark.parametrize(("quantity", "status", "code"), [("5.5", 400, 85), ("many", 400, 85)])
def test_stock_stops_at_the_first_failure(
    shop: Webservice, bench: Bench, quantity: str, status: int, code: int
) -> None:
    rows = [bench.stock_row(product.id) for product in bench.make("products", *(bench.product_row() for _ in range(3)))]
    changes = [{"id": row.id, "quantity": value} for row, value in zip(rows, ("7", quantity, "9"), strict=True)]
    assert refused(shop.patch("stock_availables", *changes), code, status)
    assert [shop.read("stock_availables", row.id)["quantity"] for row in rows] == ["7", "0", "0"]


def test_specific_prices_stop_at_the_first_failure(shop: Webservice, bench: Bench) -> None:
    product = bench.product()
    rows = [bench.specific_price_row(product.id, from_quantity=n) for n in (1, 2, 3)]
    rows[1]["reduction_type"] = "percent"
    assert refused(shop.post("specific_prices", *rows), 85, 400)
    found = shop.find("specific_prices", "[id,from_quantity]", id_product=product.id)
    assert [price["from_quantity"] for price in found] == ["1"]


def test_a_used_e_mail_stops_customers_and_saves_none_after_it(shop: Webservice, bench: Bench) -> None:
    taken = bench.customer()
    rows = [bench.customer_row(), bench.customer_row(email=taken["email"]), bench.customer_row()]
    reply = shop.post("customers", *rows)
    assert (reply.status, reply.codes) == (500, [140, 46])
    found = [shop.find("customers", "[id]", email=row["email"]) for row in (rows[0], rows[2])]
    assert [len(customers) for customers in found] == [1, 0]


def test_two_entities_that_are_both_wrong_show_only_the_first_error(shop: Webservice, bench: Bench) -> None:
    _, rows = batch(bench, price=None)
    rows[0].pop("price")
    assert shop.post("products", *rows).codes == [41]


def test_several_entities_are_deleted_by_one_request(shop: Webservice, bench: Bench) -> None:
    products = bench.make("products", bench.product_row(), bench.product_row())
    reply = shop.delete("products", *(product.id for product in products))
    assert (reply.status, reply.body) == (200, b"")
    assert not any(shop.exists("products", product.id) for product in products)


def test_one_unknown_id_refuses_the_deletion_of_all(shop: Webservice, bench: Bench) -> None:
    product = bench.product()
    assert refused(shop.delete("products", product.id, NO_SUCH_ID), 87, 404)
    assert shop.exists("products", product.id)


def test_deleting_twice_is_404(shop: Webservice, bench: Bench) -> None:
    product = bench.product()
    assert shop.send("DELETE", f"products/{product.id}").status == 200
    assert refused(shop.send("DELETE", f"products/{product.id}"), 87, 404)


def test_a_deletion_without_an_id_deletes_nothing(shop: Webservice, bench: Bench) -> None:
    product = bench.product()
    reply = shop.send("DELETE", "products")
    assert reply.status == 404
    assert reply.codes[-1] == 87
    assert shop.exists("products", product.id)
