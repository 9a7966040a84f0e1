"""Specific prices by the module: what the webservice makes of the same fields, each once, each accounted for."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING

import pytest

from tests.contract.prestashop.webservice import refused

if TYPE_CHECKING:
    from tests.contract.prestashop.bench import Bench
    from tests.contract.prestashop.documents import Entity
    from tests.contract.prestashop.webservice import Webservice

RESOURCE = "specific_price_lines"
ANSWER = ["lines", "created", "found", "updated", "unchanged", "left", "held", "resolve_ms", "write_ms"]
FIELDS = (
    *("id", "id_product", "id_product_attribute", "id_shop", "id_shop_group", "id_currency", "id_country", "id_group"),
    *("id_customer", "from_quantity", "price", "reduction_type", "reduction", "reduction_tax", "from", "to"),
)
NO_DATE = "0000-00-00 00:00:00"
MODES = pytest.mark.parametrize("mode", ["hooks", "plain"])


def line(product: int, known: int = 0, /, **fields: object) -> str:
    """A price of a tenth less, for whomever, whenever."""
    values = dict.fromkeys(FIELDS, "0") | {
        "from_quantity": "1",
        "price": "-1.000000",
        "reduction_type": "percentage",
        "reduction": "0.100000",
        "reduction_tax": "1",
        "from": NO_DATE,
        "to": NO_DATE,
    }
    values |= {name: str(value) for name, value in fields.items()} | {"id": str(known), "id_product": str(product)}
    return ";".join(values[name] for name in FIELDS)


def put(bench: Bench, *lines: str, mode: str = "hooks", **query: object) -> Entity:
    """What the shop answers to these lines; what they made is deleted when the test ends."""
    reply = bench.shop.send("PUT", RESOURCE, {"mode": mode, **query}, "\n".join(lines).encode())
    assert reply.status == 200, reply.body
    told = reply.entities[0]
    bench.keep_track("specific_prices", *(number for status, number in held(told) if status == "c"))
    return told


def held(told: Entity) -> list[tuple[str, int]]:
    """Status and id of each line, 0 of one that was left."""
    parted = [one.partition(",") for one in told["held"].split("|")]
    return [(status, int(text.partition(";")[0] or 0)) for status, _, text in parted]


def counts(told: Entity) -> list[str]:
    return [told[name] for name in ANSWER[:5]]


def as_shown(shop: Webservice, number: int) -> str:
    """The price as the webservice shows it, as a line."""
    price = shop.read("specific_prices", number)
    return ";".join(price[name] for name in FIELDS)


@MODES
def test_prices_are_made_as_they_are_sent_and_told_as_the_webservice_shows_them(
    shop: Webservice, bench: Bench, mode: str
) -> None:
    product, (small, _) = bench.sized_product("S", "M")
    told = put(
        bench,
        line(product.id),
        line(product.id, from_quantity=5, reduction_type="amount", reduction="2.5", reduction_tax=0),
        line(product.id, id_product_attribute=small.id, price="9.9", reduction="0", to="2030-01-31 23:59:59"),
        line(product.id, 0, id_country=8, id_currency=1, id_group=3, **{"from": "2026-12-24 00:00:00"}),
        mode=mode,
    )
    assert told.names == ANSWER
    assert (counts(told), told["left"]) == (["4", "4", "0", "0", "0"], "")
    numbers = [number for _, number in held(told)]
    assert told["held"].split("|") == [f"c,{as_shown(shop, number)}" for number in numbers]
    assert ";amount;2.500000;0;" in as_shown(shop, numbers[1])
    assert ";9.900000;percentage;0.000000;" in as_shown(shop, numbers[2])


@MODES
def test_a_price_by_the_module_is_field_by_field_one_by_the_webservice(
    shop: Webservice, bench: Bench, mode: str
) -> None:
    first, second = bench.product(), bench.product()
    theirs = bench.make("specific_prices", bench.specific_price_row(first.id))[0]
    as_line = as_shown(shop, theirs.id).split(";")
    fields = dict(zip(FIELDS, as_line, strict=True))
    told = put(bench, line(second.id, 0, **{name: fields[name] for name in FIELDS[2:]}), mode=mode)
    [(_, number)] = held(told)
    ours, theirs = shop.read("specific_prices", number), shop.read("specific_prices", theirs.id)
    others = {"id", "id_product"}
    assert {n: t for n, t in ours.fields().items() if n not in others} == {
        n: t for n, t in theirs.fields().items() if n not in others
    }


@MODES
def test_sent_again_nothing_is_made_again(shop: Webservice, bench: Bench, mode: str) -> None:
    product = bench.product()
    lines = [line(product.id, from_quantity=number) for number in range(1, 6)]
    first = put(bench, *lines, mode=mode)
    again = put(bench, *lines, mode=mode)
    assert (counts(first), counts(again)) == (["5", "5", "0", "0", "0"], ["5", "0", "5", "0", "0"])
    assert [number for _, number in held(again)] == [number for _, number in held(first)]
    assert len(shop.find("specific_prices", id_product=product.id)) == 5


def test_a_price_that_is_found_is_made_equal_or_left(shop: Webservice, bench: Bench) -> None:
    product = bench.product()
    [(_, number)] = held(put(bench, line(product.id)))
    left = put(bench, line(product.id, reduction="0.3"), found="keep")
    assert (left["left"], held(left)) == ("0:exists", [("", 0)])
    assert held(put(bench, line(product.id), found="keep")) == [("e", number)]
    assert held(put(bench, line(product.id, reduction="0.3"))) == [("e", number)]
    assert ";0.300000;" in as_shown(shop, number)


@MODES
def test_prices_change_and_move_by_their_id(shop: Webservice, bench: Bench, mode: str) -> None:
    product = bench.product()
    first, second = [n for _, n in held(put(bench, line(product.id), line(product.id, from_quantity=5)))]
    told = put(
        bench,
        line(product.id, first, reduction="0.2"),
        line(product.id, second, from_quantity=10, reduction="0.4"),
        mode=mode,
    )
    assert held(told) == [("u", first), ("u", second)]
    assert told["held"].split("|") == [f"u,{as_shown(shop, first)}", f"u,{as_shown(shop, second)}"]
    assert as_shown(shop, second) == line(product.id, second, from_quantity=10, reduction="0.400000")
    assert counts(put(bench, line(product.id, first, reduction="0.2"))) == ["1", "0", "0", "0", "1"]


def test_each_line_that_is_left_says_why(shop: Webservice, bench: Bench) -> None:
    one, other = bench.product(), bench.product()
    sized, (small,) = bench.sized_product("S")
    [(_, own), (_, strange)] = held(put(bench, line(one.id), line(other.id)))
    gone = max(own, strange) + 1_000_000
    told = put(
        bench,
        "1;2;3",
        line(one.id, reduction="-0.1", from_quantity=2),
        line(99_999_999),
        line(one.id, id_product_attribute=small.id),
        line(one.id, gone),
        line(one.id, strange),
        line(one.id, from_quantity=3),
        line(one.id, own, from_quantity=3),
        line(one.id, from_quantity=3, reduction="0.5"),
        line(sized.id, id_product_attribute=small.id),
    )
    assert told["left"] == (
        "0:invalid;1:invalid;2:unknown_product;3:unknown_combination;4:gone;5:other;7:exists;8:twice"
    )
    assert counts(told) == ["10", "2", "0", "0", "0"]
    assert [status for status, _ in held(told)] == ["", "", "", "", "", "", "c", "", "", "c"]
    assert ";0.100000;" in as_shown(shop, own)


def test_a_row_that_two_lines_name_each_in_its_way_is_written_once(shop: Webservice, bench: Bench) -> None:
    product = bench.product()
    [(_, number)] = held(put(bench, line(product.id)))
    by_id, by_case = line(product.id, number, reduction="0.2"), line(product.id, reduction="0.3")
    for lines, wanted in (((by_id, by_case), "0.200000"), ((by_case, by_id), "0.300000")):
        assert put(bench, *lines)["left"] == "1:twice"
        assert f";{wanted};" in as_shown(shop, number)


def test_prices_of_a_cart_are_not_touched(shop: Webservice, bench: Bench) -> None:
    product = bench.product()
    of_cart = bench.make("specific_prices", bench.specific_price_row(product.id) | {"id_cart": 7})[0]
    told = put(bench, line(product.id, of_cart.id, reduction="0.9"))
    assert told["left"] == "0:other"
    assert shop.read("specific_prices", of_cart.id)["reduction"] == "0.100000"


def test_a_line_of_600_characters_or_of_html_is_left(bench: Bench) -> None:
    product = bench.product()
    told = put(bench, line(product.id, reduction_type="<b>gift</b>"), line(product.id, price="9" * 600))
    assert told["left"] == "0:invalid;1:invalid"


def test_what_the_columns_cannot_hold_is_left_and_stops_no_other(bench: Bench) -> None:
    """Kept by a database that is not strict, 31 February would be no end at all."""
    product = bench.product()
    texts = [line(product.id, to=end) for end in ("2026-02-31 10:00:00", "2026-01-01 25:00:00", "2026-00-00 00:00:00")]
    texts += [line(product.id, from_quantity=16_777_216), line(product.id, id_group=4_294_967_296)]
    told = put(bench, *texts, line(product.id))
    assert (told["left"], told["created"]) == ("0:invalid;1:invalid;2:invalid;3:invalid;4:invalid", "1")


def test_the_same_document_over_four_connections_makes_each_price_once(shop: Webservice, bench: Bench) -> None:
    product = bench.product()
    lines = [line(product.id, from_quantity=number) for number in range(1, 101)]
    with ThreadPoolExecutor(4) as pool:
        answers = list(pool.map(lambda _: put(bench, *lines, mode="plain"), range(4)))
    assert sorted(answer["created"] for answer in answers) == ["0", "0", "0", "100"]
    assert len(shop.find("specific_prices", id_product=product.id)) == 100


def test_what_is_asked_for_otherwise_is_refused(shop: Webservice, bench: Bench) -> None:
    product = bench.product()
    assert refused(shop.send("PUT", RESOURCE, {"mode": "loud"}, line(product.id).encode()), 85, 400)
    assert refused(shop.send("PUT", RESOURCE, {"found": "take"}, line(product.id).encode()), 85, 400)
    assert refused(shop.send("PUT", RESOURCE, {}, b"\n"), 85, 400)
