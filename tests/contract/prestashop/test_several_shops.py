"""Several shops in one installation (docs/facts/prestashop.md, M1 to M22): two that share their stock, one alone.

With --shop-url they run on the shop given if it is such an installation, its module included.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING

import pytest

from deployments.sandbox.shop import SandboxShop, ShopGroup
from tests.contract.prestashop.bench import Bench
from tests.contract.prestashop.setting import look_up
from tests.contract.prestashop.webservice import Reply, Webservice, refused

if TYPE_CHECKING:
    from tests.contract.prestashop.documents import Entity

ONE, TWO, ALONE = 1, 2, 3
EVERY = (ONE, TWO, ALONE)
ALL = "all"


@pytest.fixture(scope="module")
def address(pytestconfig: pytest.Config) -> Iterator[tuple[str, str]]:
    url, key = pytestconfig.getoption("--shop-url"), pytestconfig.getoption("--shop-key")
    if url:
        with Webservice(url, key) as client:
            if len(client.find("shops", "[id]")) < len(EVERY):
                pytest.skip("the shop given has no other shops")
        yield url, key
        return
    with SandboxShop(groups=(ShopGroup(2, share_stock=True), ShopGroup(1)), module=True) as sandbox:
        yield sandbox.url, sandbox.key


@pytest.fixture(scope="module")
def shops(address: tuple[str, str]) -> Iterator[dict[int | str, Webservice]]:
    """A client of each shop, and of all."""
    clients: dict[int | str, Webservice] = {one: Webservice(*address, id_shop=one) for one in (*EVERY, ALL)}
    yield clients
    for client in clients.values():
        client.http.close()


@pytest.fixture
def bench_of(shops: dict[int | str, Webservice]) -> Iterator[Callable[[int | str], Bench]]:
    """A bench that makes its data in one shop; all shops lose them afterwards."""
    made: list[Bench] = []

    def bench(one: int | str) -> Bench:
        made.append(Bench(shops[one], look_up(shops[one])))
        return made[-1]

    yield bench
    for each in reversed(made):
        each.shop = shops[ALL]
        each.remove_all()


def lists(shops: dict[int | str, Webservice], resource: str, identifier: int) -> list[int]:
    """The shops that list an entity."""
    return [one for one in EVERY if shops[one].find(resource, "[id]", id=identifier)]


def as_each_has_it(shops: dict[int | str, Webservice], resource: str, identifier: int, name: str) -> list[str]:
    return [shops[one].read(resource, identifier)[name] for one in EVERY]


def holders(shops: dict[int | str, Webservice], product: int, combination: int = 0) -> dict[tuple[int, int], int]:
    """Quantity by `id_shop` and `id_shop_group` of the stock rows, whichever shop is asked."""
    rows = shops[ONE].find("stock_availables", id_product=product, id_product_attribute=combination)
    return {(int(row["id_shop"]), int(row["id_shop_group"])): int(row["quantity"]) for row in rows}


def row_of(shops: dict[int | str, Webservice], product: int, combination: int = 0) -> Entity:
    [row] = shops[ONE].find("stock_availables", id_product=product, id_product_attribute=combination, id_shop=0)
    return row


@pytest.mark.parametrize("asked", ["99", "x"])
def test_an_unknown_shop_is_redirected(address: tuple[str, str], asked: str) -> None:
    with Webservice(*address) as client:
        assert client.get("products", id_shop=asked).status == 302


def test_shop_0_has_no_key_and_an_unknown_group_has_no_shops(address: tuple[str, str]) -> None:
    with Webservice(*address) as client:
        assert refused(client.get("products", id_shop="0"), 132, 403)
        assert refused(client.get("products", id_group_shop="99"), 999, 500)


@pytest.mark.parametrize(
    ("asked", "in_shops", "stock"),
    [
        (ONE, [ONE], {(0, 1)}),
        (TWO, [TWO], {(0, 1)}),
        (ALONE, [ALONE], {(ALONE, 0)}),
        (ALL, [ONE, TWO, ALONE], {(0, 1), (ALONE, 0)}),
    ],
)
def test_a_product_is_made_for_the_shops_asked(
    shops: dict[int | str, Webservice],
    bench_of: Callable[[int | str], Bench],
    asked: int | str,
    in_shops: list[int],
    stock: set[tuple[int, int]],
) -> None:
    product = bench_of(asked).product()
    assert lists(shops, "products", product.id) == in_shops
    assert set(holders(shops, product.id)) == stock
    assert int(product["id_shop_default"]) == (ONE if asked == ALL else asked)
    for one in EVERY:
        reply = shops[one].get(f"products/{product.id}")
        assert reply.status == 200 if one in in_shops else refused(reply, 131, 404)


def test_a_list_of_all_shops_holds_what_the_default_shop_has(
    shops: dict[int | str, Webservice], bench_of: Callable[[int | str], Bench]
) -> None:
    for resource, entity in (("products", bench_of(TWO).product()), ("manufacturers", bench_of(TWO).manufacturer())):
        assert shops[ALL].find(resource, "[id]", id=entity.id) == []
        assert shops[ALL].get(f"{resource}/{entity.id}").status == 200


def test_a_write_makes_the_product_the_shops_with_nothing_but_what_is_sent(
    shops: dict[int | str, Webservice], bench_of: Callable[[int | str], Bench]
) -> None:
    product = bench_of(TWO).product(price="10.000000")
    assert refused(shops[ALONE].patch("products", {"id": product.id, "active": 1}), 85, 400)
    (written,) = shops[ALONE].patched("products", {"id": product.id, "price": "12.000000", "active": 1})
    assert (written["id_category_default"], written["id_tax_rules_group"]) == ("", "")
    here, there = (shops[one].read("products", product.id) for one in (ALONE, TWO))
    assert (here["price"], there["price"]) == ("12.000000", "10.000000")
    assert (here["id_tax_rules_group"], here["minimal_quantity"], here["visibility"]) == ("0", "0", "both")
    assert here.texts("name") == there.texts("name")
    assert set(holders(shops, product.id)) == {(0, 1)}


def test_a_price_and_texts_are_one_shops_and_a_reference_is_everyones(
    shops: dict[int | str, Webservice], bench_of: Callable[[int | str], Bench]
) -> None:
    bench = bench_of(ALL)
    product = bench.product(price="10.000000")
    both = bench.setting.both
    shops[TWO].patched("products", {"id": product.id, "price": "13.000000", "name": both("Two", "Deux")})
    shops[TWO].patched("products", {"id": product.id, "reference": bench.name("other")})
    assert as_each_has_it(shops, "products", product.id, "price") == ["10.000000", "13.000000", "10.000000"]
    assert [shops[one].read("products", product.id).texts("name") for one in (ONE, TWO)] == [
        product.texts("name"),
        both("Two", "Deux"),
    ]
    assert len(set(as_each_has_it(shops, "products", product.id, "reference"))) == 1


def test_filters_compare_the_last_written_price_and_the_texts_of_any_shop(
    shops: dict[int | str, Webservice], bench_of: Callable[[int | str], Bench]
) -> None:
    bench = bench_of(ALL)
    product = bench.product(price="10.000000")
    own = bench.name("own")
    shops[TWO].patched("products", {"id": product.id, "price": "13.000000", "name": bench.setting.both(own)})
    for one in EVERY:
        assert [row.id for row in shops[one].find("products", "[id]", id=product.id, price="13.000000")] == [product.id]
        assert shops[one].find("products", "[id]", id=product.id, price="10.000000") == []
        assert [row.id for row in shops[one].find("products", "[id]", name=own)] == [product.id]


def test_deleting_takes_a_product_out_of_the_shop_asked_and_says_yes_where_it_is_not(
    shops: dict[int | str, Webservice], bench_of: Callable[[int | str], Bench]
) -> None:
    product = bench_of(ALL).product()
    assert shops[ONE].delete("products", product.id).status == 200
    assert lists(shops, "products", product.id) == [TWO, ALONE]
    assert set(holders(shops, product.id)) == {(0, 1), (ALONE, 0)}
    assert shops[ONE].delete("products", product.id).status == 200
    assert shops[TWO].delete("products", product.id).status == 200
    assert set(holders(shops, product.id)) == {(ALONE, 0)}
    assert shops[ALONE].delete("products", product.id).status == 200
    assert not shops[ALL].exists("products", product.id)


def test_combinations_belong_to_shops_with_a_price_and_a_default_of_each(
    shops: dict[int | str, Webservice], bench_of: Callable[[int | str], Bench]
) -> None:
    product, (first, second) = bench_of(ONE).sized_product("S", "M")
    assert lists(shops, "combinations", first.id) == [ONE]
    shops[ALONE].patched("products", {"id": product.id, "price": "20.000000", "active": 1})
    assert shops[ALONE].read("products", product.id).members("combinations") == []
    assert refused(shops[ALONE].patch("combinations", {"id": first.id, "price": "2.000000"}), 85, 400)
    needed = {"id_product": product.id, "minimal_quantity": 1}
    shops[ALONE].patched("combinations", {"id": first.id, "price": "2.000000", "default_on": 1, **needed})
    prices = [float(shops[one].read("combinations", first.id)["price"]) for one in (ONE, ALONE)]
    assert prices == [0.0, 2.0]
    sold = [shops[one].read("products", product.id).members("combinations") for one in (ONE, ALONE)]
    assert [{row["id"] for row in rows} for rows in sold] == [{str(first.id), str(second.id)}, {str(first.id)}]
    assert set(holders(shops, product.id, first.id)) == {(0, 1)}
    assert shops[ALONE].delete("combinations", first.id).status == 200
    assert lists(shops, "combinations", first.id) == [ONE]


@pytest.mark.parametrize("resource", ["manufacturers", "product_features", "product_options"])
def test_names_belong_to_the_shop_that_made_them_and_a_patch_of_the_id_gives_them_to_another(
    shops: dict[int | str, Webservice], bench_of: Callable[[int | str], Bench], resource: str
) -> None:
    bench = bench_of(ALONE)
    name = bench.setting.both(bench.name())
    made = {
        "manufacturers": lambda: bench.manufacturer().id,
        "product_features": lambda: bench.feature()[0],
        "product_options": lambda: (
            bench.make("product_options", {"group_type": "select", "name": name, "public_name": name})[0].id
        ),
    }[resource]()
    assert lists(shops, resource, made) == [ALONE]
    assert refused(shops[ONE].get(f"{resource}/{made}"), 131, 404)
    shops[ONE].patched(resource, {"id": made})
    assert lists(shops, resource, made) == [ONE, ALONE]


def test_an_option_tells_the_values_of_the_shop_and_feature_values_belong_to_none(
    shops: dict[int | str, Webservice], bench_of: Callable[[int | str], Bench]
) -> None:
    bench = bench_of(ONE)
    first, second = bench.option("S", "M")
    group = int(shops[ONE].read("product_option_values", first)["id_attribute_group"])
    shops[ALONE].patched("product_options", {"id": group})
    shops[ALONE].patched("product_option_values", {"id": first})
    told = [shops[one].read("product_options", group).members("product_option_values") for one in (ONE, ALONE)]
    assert [[row["id"] for row in rows] for rows in told] == [[str(first), str(second)], [str(first)]]
    _, (value,) = bench_of(TWO).feature("Wool")
    assert lists(shops, "product_feature_values", value) == [ONE, TWO, ALONE]


def test_a_category_is_made_for_every_shop_and_renamed_in_one(
    shops: dict[int | str, Webservice], bench_of: Callable[[int | str], Bench]
) -> None:
    bench = bench_of(ALONE)
    category = bench.category()
    assert lists(shops, "categories", category.id) == [ONE, TWO, ALONE]
    both = bench.setting.both
    shops[ALONE].patched("categories", {"id": category.id, "name": both("Three", "Trois")})
    assert [shops[one].read("categories", category.id).texts("name") for one in (ONE, ALONE)] == [
        category.texts("name"),
        both("Three", "Trois"),
    ]


def test_the_sum_of_a_shared_stock_follows_where_a_shop_of_the_group_is_asked(
    shops: dict[int | str, Webservice], bench_of: Callable[[int | str], Bench]
) -> None:
    product, (first, _) = bench_of(ONE).sized_product("S", "M")
    row = row_of(shops, product.id, first.id)
    assert [shops[one].get(f"stock_availables/{row.id}").status for one in EVERY] == [200, 200, 404]
    shops[TWO].patched("stock_availables", {"id": row.id, "quantity": 7})
    assert holders(shops, product.id) == {(0, 1): 7}
    assert holders(shops, product.id, first.id) == {(0, 1): 7}
    shops[ALONE].patched("stock_availables", {"id": row.id, "quantity": 9})
    assert holders(shops, product.id, first.id) == {(0, 1): 9}
    assert holders(shops, product.id) == {(0, 1): 7, (ALONE, 0): 0}


def test_specific_prices_of_every_shop_are_listed_and_written_through_any(
    shops: dict[int | str, Webservice], bench_of: Callable[[int | str], Bench]
) -> None:
    bench = bench_of(ONE)
    product = bench_of(ALL).product()
    rows = [bench.specific_price_row(product.id, id_shop=one) for one in (0, *EVERY)]
    made = [bench.make("specific_prices", row)[0].id for row in rows]
    for one in EVERY:
        assert [row.id for row in shops[one].find("specific_prices", "[id]", id_product=product.id)] == made
    shops[ALONE].patched("specific_prices", {"id": made[1], "reduction": "0.2"})
    assert float(shops[ONE].read("specific_prices", made[1])["reduction"]) == 0.2
    assert shops[TWO].delete("specific_prices", *made).status == 200


def test_customers_and_their_emails_are_one_shops(
    shops: dict[int | str, Webservice], bench_of: Callable[[int | str], Bench]
) -> None:
    if shops[ONE].find("shop_groups")[0]["share_customer"] == "1":
        pytest.skip("this group shares its customers")
    bench = bench_of(ONE)
    row = bench.customer_row()
    made = [bench_of(one).make("customers", row)[0] for one in EVERY]
    assert [(one["id_shop"], one["id_shop_group"]) for one in made] == [("1", "1"), ("2", "1"), ("3", "2")]
    assert [lists(shops, "customers", one.id) for one in made] == [[ONE], [TWO], [ALONE]]
    assert refused(shops[ONE].post("customers", row), 140, 500)
    assert all(shops[one].exists("customers", made[0].id) for one in EVERY)
    assert refused(shops[TWO].patch("customers", {"id": made[0].id, "firstname": "Berta"}), 141, 500)


def test_addresses_are_listed_in_every_shop(
    shops: dict[int | str, Webservice], bench_of: Callable[[int | str], Bench]
) -> None:
    bench = bench_of(ONE)
    made = bench.make("addresses", bench.address_row(bench.customer().id))[0].id
    assert lists(shops, "addresses", made) == [ONE, TWO, ALONE]


def module_asked(client: Webservice, resource: str, body: str, **params: object) -> Reply:
    return client.send("POST" if resource == "store_orders" else "PUT", resource, params, body.encode())


@pytest.mark.parametrize("resource", ["stock_lines", "price_lines", "store_orders"])
def test_the_module_writes_to_one_shop_only(
    shops: dict[int | str, Webservice], address: tuple[str, str], resource: str
) -> None:
    if shops[ONE].get("passerelle_info").status != 200:
        pytest.skip("needs the module")
    body = "NONE;1" if resource != "store_orders" else "<prestashop><store_order/></prestashop>"
    assert refused(module_asked(shops[ALL], resource, body), 85, 400)
    with Webservice(*address) as client:
        assert refused(module_asked(client, resource, body, id_group_shop=1), 85, 400)


def test_the_modules_lines_are_of_what_the_shop_sells(
    shops: dict[int | str, Webservice], bench_of: Callable[[int | str], Bench]
) -> None:
    if shops[ONE].get("passerelle_info").status != 200:
        pytest.skip("needs the module")
    product = bench_of(ONE).product(price="10.000000")
    lines = {"stock_lines": f"{product['reference']};4", "price_lines": f"{product['reference']};11.5"}
    for resource, body in lines.items():
        written, unknown = (module_asked(shops[one], resource, body).root[0] for one in (ONE, TWO))
        assert (written.findtext("written"), written.findtext("unknown")) == ("1", "")
        assert (unknown.findtext("written"), unknown.findtext("unknown")) == ("0", product["reference"])
    assert holders(shops, product.id) == {(0, 1): 4}


def test_the_module_makes_the_missing_stock_row_of_a_shop(
    shops: dict[int | str, Webservice], bench_of: Callable[[int | str], Bench]
) -> None:
    if shops[ONE].get("passerelle_info").status != 200:
        pytest.skip("needs the module")
    product = bench_of(ONE).product()
    shops[ALONE].patched("products", {"id": product.id, "price": "20.000000", "active": 1})
    assert module_asked(shops[ALONE], "stock_lines", f"{product['reference']};8").status == 200
    assert holders(shops, product.id) == {(0, 1): 0, (ALONE, 0): 8}
