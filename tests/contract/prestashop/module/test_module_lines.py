"""Stock and prices by reference, many lines in one request."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.contract.prestashop.bench import wait_for_another_second
from tests.contract.prestashop.webservice import refused

if TYPE_CHECKING:
    from tests.contract.prestashop.bench import Bench
    from tests.contract.prestashop.documents import Entity
    from tests.contract.prestashop.webservice import Webservice

STOCK_ANSWER = ["lines", "written", "unchanged", "unknown", "ambiguous", "products_with_combinations",
                "depends_on_stock", "invalid", "held", "resolve_ms", "write_ms"]  # fmt: skip
PRICE_ANSWER = ["lines", "written", "unchanged", "unknown", "combinations", "ambiguous", "invalid", "resolve_ms",
                "write_ms"]  # fmt: skip


def put(shop: Webservice, resource: str, *lines: str, mode: str = "hooks") -> Entity:
    """What the shop answers to these lines."""
    reply = shop.send("PUT", resource, {"mode": mode}, "\n".join(lines).encode())
    assert reply.status == 200, reply.body
    return reply.entities[0]


def quantity(bench: Bench, product: int, combination: int = 0) -> int:
    return int(bench.stock_row(product, combination)["quantity"])


@pytest.mark.parametrize("mode", ["hooks", "plain"])
def test_quantities_are_set_by_reference(shop: Webservice, bench: Bench, mode: str) -> None:
    first, second = bench.product(), bench.product()
    told = put(shop, "stock_lines", f"{first['reference']};11", f"{second['reference']};-2", mode=mode)
    assert told.names == STOCK_ANSWER
    assert (told["lines"], told["written"], told["unchanged"]) == ("2", "2", "0")
    assert (quantity(bench, first.id), quantity(bench, second.id)) == (11, -2)


def test_the_rows_are_read_again_once_all_is_written(shop: Webservice, bench: Bench) -> None:
    product, (small,) = bench.sized_product("S")
    one, two = bench.product(), bench.product()
    put(shop, "stock_lines", f"{two['reference']};8")
    told = put(shop, "stock_lines", f"{two['reference']};8", "CtBad;x", f"{product['reference']};1",
               f"{small['reference']};-3", "CtNobody;5", f"{one['reference']};4")  # fmt: skip
    rows = [bench.stock_row(two.id), None, bench.stock_row(product.id, small.id), None, bench.stock_row(one.id)]
    assert told["held"].split(";") == ["" if row is None else f"{row.id}:{row['quantity']}" for row in rows]
    assert [row["quantity"] for row in rows if row is not None] == ["8", "-3", "4"]


def test_the_parent_row_follows_its_combinations(shop: Webservice, bench: Bench) -> None:
    product, (small, large) = bench.sized_product("S", "L")
    told = put(shop, "stock_lines", f"{small['reference']};5", f"{large['reference']};7")
    assert told["written"] == "2"
    assert [quantity(bench, product.id, one) for one in (small.id, large.id, 0)] == [5, 7, 12]


def test_the_quantity_that_is_there_is_not_written(shop: Webservice, bench: Bench) -> None:
    product = bench.product()
    put(shop, "stock_lines", f"{product['reference']};11")
    told = put(shop, "stock_lines", f"{product['reference']};11")
    assert (told["written"], told["unchanged"]) == ("0", "1")


def test_what_a_reference_does_not_say_alone_is_told_and_left(shop: Webservice, bench: Bench) -> None:
    product, (small,) = bench.sized_product("S")
    twin, other = bench.product(), bench.product()
    shop.patched("products", {"id": other.id, "reference": twin["reference"]})
    told = put(shop, "stock_lines", f"{product['reference']};3", f"{twin['reference']};4", "CtNobody;5",
               f"{small['reference']};6", f"{small['reference']};7", "CtFraction;1.5", "CtNoValue")  # fmt: skip
    assert (told["lines"], told["written"], told["unknown"]) == ("7", "1", "CtNobody")
    assert (told["ambiguous"], told["products_with_combinations"]) == (twin["reference"], product["reference"])
    assert told["invalid"] == f"{small['reference']};CtFraction;CtNoValue"
    assert [quantity(bench, one) for one in (twin.id, other.id, product.id)] == [0, 0, 6]


def test_a_reference_in_another_case_is_another_reference(shop: Webservice, bench: Bench) -> None:
    product = bench.product()
    told = put(shop, "stock_lines", f"{product['reference'].upper()};3")
    assert (told["written"], told["unknown"]) == ("0", product["reference"].upper())


def test_five_hundred_lines_are_all_accounted_for(shop: Webservice, bench: Bench) -> None:
    product, (small,) = bench.sized_product("S")
    nobodys = [f"CtNobody{number};1" for number in range(497)]
    told = put(shop, "stock_lines", f"{small['reference']};6", f"{product['reference']};6", "CtBad;x", *nobodys)
    left = [reference for name in STOCK_ANSWER[3:8] for reference in told[name].split(";") if reference]
    assert (told["lines"], told["written"], told["unchanged"], len(left)) == ("500", "1", "0", 499)


@pytest.mark.parametrize("mode", ["hooks", "plain"])
def test_prices_without_tax_are_set_by_reference(shop: Webservice, bench: Bench, mode: str) -> None:
    product = bench.product(price="10.000000")
    before = shop.read("products", product.id)
    wait_for_another_second()
    told = put(shop, "price_lines", f"{product['reference']};12.345678", mode=mode)
    after = shop.read("products", product.id)
    assert told.names == PRICE_ANSWER
    assert (told["written"], after["price"]) == ("1", "12.345678")
    assert after["date_upd"] > before["date_upd"]


def test_the_price_that_is_there_is_not_written(shop: Webservice, bench: Bench) -> None:
    product = bench.product(price="10.000000")
    before = shop.read("products", product.id)
    wait_for_another_second()
    told = put(shop, "price_lines", f"{product['reference']};10")
    assert (told["written"], told["unchanged"]) == ("0", "1")
    assert shop.read("products", product.id)["date_upd"] == before["date_upd"]


def test_the_price_of_a_combination_is_told_and_left(shop: Webservice, bench: Bench) -> None:
    _, (small,) = bench.sized_product("S")
    told = put(shop, "price_lines", f"{small['reference']};3", "CtNobody;1", "CtNegative;-1")
    assert (told["written"], told["combinations"]) == ("0", small["reference"])
    assert (told["unknown"], told["invalid"]) == ("CtNobody", "CtNegative")
    assert shop.read("combinations", small.id)["price"] == small["price"]


@pytest.mark.parametrize("resource", ["stock_lines", "price_lines"])
def test_no_lines_and_unknown_modes_are_refused(shop: Webservice, resource: str) -> None:
    assert refused(shop.send("PUT", resource, body=b"\n"), 85, 400)
    assert refused(shop.send("PUT", resource, {"mode": "fast"}, b"a;1"), 85, 400)


def test_json_says_the_same(shop: Webservice, bench: Bench) -> None:
    product = bench.product()
    reply = shop.send("PUT", "stock_lines", {"output_format": "JSON"}, f"{product['reference']};4".encode())
    assert list(reply.json["stock_lines"]) == STOCK_ANSWER
    assert reply.json["stock_lines"]["written"] == "1"
