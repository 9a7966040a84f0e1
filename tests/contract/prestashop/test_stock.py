"""Stock rows: made by the shop, written by quantity, summed on the parent, lost without their shop."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from tests.contract.prestashop.setting import NO_SUCH_ID
from tests.contract.prestashop.webservice import refused

if TYPE_CHECKING:
    from tests.contract.prestashop.bench import Bench
    from tests.contract.prestashop.documents import Entity
    from tests.contract.prestashop.setting import Setting
    from tests.contract.prestashop.webservice import Webservice


def whole(row: Entity, **changed: Any) -> dict[str, Any]:
    """A stock row as it was read, with changes, as a PUT needs it."""
    names = ("id", "id_product", "id_product_attribute", "id_shop", "id_shop_group", "depends_on_stock",
             "out_of_stock", "location", "quantity")  # fmt: skip
    return {name: row[name] for name in names} | changed


def quantity(shop: Webservice, row: Entity) -> int:
    return int(shop.read("stock_availables", row.id)["quantity"])


def test_a_product_gets_its_stock_row_by_itself(setting: Setting, bench: Bench) -> None:
    row = bench.stock_row(bench.product().id)
    expected = {
        "id_product_attribute": "0", "id_shop": str(setting.shop), "id_shop_group": "0", "quantity": "0",
        "depends_on_stock": "0", "out_of_stock": "2", "location": "",
    }  # fmt: skip
    assert {name: row[name] for name in expected} == expected


def test_each_combination_gets_its_stock_row_by_itself(bench: Bench) -> None:
    product, combinations = bench.sized_product("S", "M")
    owners = {int(row["id_product_attribute"]) for row in bench.stock_rows(product.id)}
    assert owners == {0, *(combination.id for combination in combinations)}


def test_patch_of_the_quantity_alone_leaves_the_rest(shop: Webservice, bench: Bench) -> None:
    row = bench.stock_row(bench.product().id)
    assert shop.put("stock_availables", whole(row, location="A-12", out_of_stock=1)).status == 200
    shop.patched("stock_availables", {"id": row.id, "quantity": 12})
    after = shop.read("stock_availables", row.id)
    assert (after["quantity"], after["location"], after["out_of_stock"]) == ("12", "A-12", "1")
    assert (after["id_shop"], after["id_shop_group"]) == (row["id_shop"], row["id_shop_group"])


def test_a_list_of_bare_ids_names_the_rows_that_hold_a_quantity(shop: Webservice, bench: Bench) -> None:
    products = bench.make("products", *(bench.product_row() for _ in range(5)))
    rows = [bench.stock_row(product.id).id for product in products]
    held = dict(zip(rows, (7, 70, 7, -3, 0), strict=True))
    shop.patched("stock_availables", *({"id": row, "quantity": quantity} for row, quantity in held.items()))
    for quantity in (7, 70, -3, 0, 3):
        listed = shop.bare_ids("stock_availables", id=f"[{'|'.join(map(str, rows))}]", quantity=quantity)
        assert listed == {row for row in rows if held[row] == quantity}


def test_many_rows_are_written_by_one_document(shop: Webservice, bench: Bench) -> None:
    products = bench.make("products", *(bench.product_row() for _ in range(5)))
    rows = [bench.stock_row(product.id) for product in products]
    shop.patched("stock_availables", *({"id": row.id, "quantity": n} for n, row in enumerate(rows, 10)))
    assert [quantity(shop, row) for row in rows] == [10, 11, 12, 13, 14]


def test_rows_of_many_products_are_found_by_one_question(shop: Webservice, bench: Bench) -> None:
    products = bench.make("products", *(bench.product_row() for _ in range(3)))
    ids = "|".join(str(product.id) for product in products)
    rows = shop.find("stock_availables", "[id,id_product,id_product_attribute,quantity]", id_product=f"[{ids}]")
    assert sorted(int(row["id_product"]) for row in rows) == sorted(product.id for product in products)


def test_the_parent_row_is_the_sum_of_the_combinations(shop: Webservice, bench: Bench) -> None:
    product, (small, large) = bench.sized_product("S", "L")
    rows = [bench.stock_row(product.id, combination.id) for combination in (small, large)]
    shop.patched("stock_availables", *({"id": row.id, "quantity": n} for row, n in zip(rows, (5, 7), strict=True)))
    assert bench.stock_row(product.id)["quantity"] == "12"


def test_a_written_parent_row_is_wrong_until_a_combination_is_written(shop: Webservice, bench: Bench) -> None:
    product, (small,) = bench.sized_product("S")
    parent, child = bench.stock_row(product.id), bench.stock_row(product.id, small.id)
    shop.patched("stock_availables", {"id": parent.id, "quantity": 555})
    assert quantity(shop, parent) == 555
    shop.patched("stock_availables", {"id": child.id, "quantity": 9})
    assert quantity(shop, parent) == 9


@pytest.mark.parametrize("value", [-3, 0, 2_147_483_647])
def test_any_integer_is_a_quantity(shop: Webservice, bench: Bench, value: int) -> None:
    row = bench.stock_row(bench.product().id)
    shop.patched("stock_availables", {"id": row.id, "quantity": value})
    assert quantity(shop, row) == value


@pytest.mark.parametrize("value", ["5.5", "5,5", "many", ""])
def test_a_quantity_that_is_no_integer_is_refused(shop: Webservice, bench: Bench, value: str) -> None:
    row = bench.stock_row(bench.product().id)
    assert refused(shop.patch("stock_availables", {"id": row.id, "quantity": value}), 85, 400)
    assert quantity(shop, row) == 0


def test_an_unknown_row_is_404(shop: Webservice) -> None:
    assert refused(shop.patch("stock_availables", {"id": NO_SUCH_ID, "quantity": 1}), 92, 404)


@pytest.mark.parametrize("name", ["id_product", "id_product_attribute", "quantity", "depends_on_stock", "out_of_stock"])
def test_put_needs_these_fields(shop: Webservice, bench: Bench, name: str) -> None:
    row = whole(bench.stock_row(bench.product().id), quantity=5)
    del row[name]
    reply = shop.put("stock_availables", row)
    assert refused(reply, 41, 400)
    assert f'"{name}"' in reply.message


def test_put_without_the_location_empties_it(shop: Webservice, bench: Bench) -> None:
    row = bench.stock_row(bench.product().id)
    shop.put("stock_availables", whole(row, location="A-12"))
    change = whole(row)
    del change["location"]
    shop.put("stock_availables", change)
    assert shop.read("stock_availables", row.id)["location"] == ""


def test_put_of_the_whole_row_as_read_writes_the_quantity_only(shop: Webservice, bench: Bench) -> None:
    row = bench.stock_row(bench.product().id)
    shop.put("stock_availables", whole(row, quantity=33))
    after = shop.read("stock_availables", row.id)
    assert after.fields() == row.fields() | {"quantity": "33"}


def test_put_without_its_shop_takes_the_row_out_of_the_shop(shop: Webservice, bench: Bench) -> None:
    product, (small, large) = bench.sized_product("S", "L")
    lost, kept = (bench.stock_row(product.id, combination.id) for combination in (small, large))
    shop.patched("stock_availables", {"id": lost.id, "quantity": 20}, {"id": kept.id, "quantity": 4})
    detached = whole(lost, quantity=60)
    del detached["id_shop"]
    assert shop.put("stock_availables", detached).status == 200
    assert refused(shop.get(f"stock_availables/{lost.id}"), 131, 404)
    shop.patched("stock_availables", {"id": kept.id, "quantity": 5})
    parent = [row for row in bench.stock_rows(product.id) if row["id_product_attribute"] == "0"]
    assert parent[0]["quantity"] == "5"
    assert shop.put("stock_availables", whole(lost, quantity=20)).status == 200
    assert quantity(shop, lost) == 20


def test_put_with_other_ids_moves_the_row_to_another_product(shop: Webservice, bench: Bench) -> None:
    own, other = bench.make("products", bench.product_row(), bench.product_row())
    row = bench.stock_row(own.id)
    assert shop.put("stock_availables", whole(row, id_product=other.id, id_product_attribute=987654)).status == 200
    assert shop.read("stock_availables", row.id)["id_product"] == str(other.id)
    assert shop.put("stock_availables", whole(row)).status == 200


def test_the_quantity_of_a_product_is_never_its_stock(shop: Webservice, bench: Bench) -> None:
    product = bench.product()
    shop.patched("stock_availables", {"id": bench.stock_row(product.id).id, "quantity": 12})
    assert shop.read("products", product.id)["quantity"] == "0"


def test_stock_that_depends_on_stock_management_is_refused_before_9_1(
    shop: Webservice, setting: Setting, bench: Bench
) -> None:
    row = bench.stock_row(bench.product().id)
    reply = shop.patch("stock_availables", {"id": row.id, "depends_on_stock": 1, "quantity": 3})
    assert reply.status == 200 if setting.of_9 else refused(reply, 133, 500)
