"""New products and combinations by the module: field by field what the webservice makes of the same document."""

from __future__ import annotations

import json
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Any

import pytest
from lxml import etree

from tests.contract.prestashop.module.lines import body, made, send, told
from tests.contract.prestashop.webservice import Webservice, refused

if TYPE_CHECKING:
    from tests.contract.prestashop.bench import Bench
    from tests.contract.prestashop.documents import Entity

ANSWER = ["key", "status", "id", "message", "held"]
MODES = pytest.mark.parametrize("mode", ["hooks", "plain"])
OF_ITS_OWN = frozenset(
    {"id", "id_product", "reference", "date_add", "date_upd", "position_in_category", "id_default_combination",
     "cache_default_attribute", "id_product_attribute"}
)  # fmt: skip
"""Ids, names, the time, and the place at the end of a category."""


def shown(entity: Entity) -> dict[str, str]:
    """The entity without what differs from any other of its kind."""
    return {name: text for name, text in entity.fields().items() if name not in OF_ITS_OWN}


def full_product(bench: Bench, **fields: Any) -> dict[str, Any]:
    """A product with everything that an import writes."""
    both, feature = bench.setting.both, bench.feature("Cotton", "Silk")
    category = bench.category()
    return bench.product_row(
        ean13="2000000000015",
        id_manufacturer=bench.manufacturer().id,
        id_supplier=bench.supplier().id,
        id_category_default=category.id,
        wholesale_price="4.500000",
        weight="0.300000",
        visibility="catalog",
        available_date="2026-12-24",
        description=both('<p>A <b>dress</b> & "more"<br> end </p>', "<p>Une robe d'été</p>"),
        description_short=both("<p>Short é</p>"),
        meta_title=both("Dress", "Robe"),
        categories=[{"id": bench.setting.home}, {"id": category.id}],
        product_features=[{"id": feature[0], "id_feature_value": feature[1][0]}],
        **fields,
    )


def twins(bench: Bench, row: dict[str, Any], mode: str) -> tuple[Entity, Entity]:
    """The same product, made by the webservice and by the module."""
    first = bench.make("products", row)[0].id
    [second] = made(bench, "products", row | {"reference": bench.name("lane")}, mode=mode)
    return bench.shop.read("products", first), bench.shop.read("products", second)


@MODES
def test_a_product_is_field_by_field_what_the_webservice_makes(bench: Bench, mode: str) -> None:
    theirs, ours = twins(bench, full_product(bench), mode)
    assert shown(ours) == shown(theirs)
    for association in ("categories", "product_features", "combinations", "images", "tags", "accessories"):
        assert ours.members(association) == theirs.members(association)


@MODES
def test_so_is_one_of_which_little_is_said(bench: Bench, mode: str) -> None:
    row = {"reference": bench.name("bare"), "price": "1", "name": bench.setting.both("Bare"), "link_rewrite": ""}
    theirs, ours = twins(bench, row, mode)
    assert shown(ours) == shown(theirs)
    assert ours.members("categories") == theirs.members("categories")


@MODES
def test_its_stock_row_is_what_the_webservice_makes(bench: Bench, mode: str) -> None:
    theirs, ours = twins(bench, full_product(bench), mode)
    assert shown(bench.stock_row(ours.id)) == shown(bench.stock_row(theirs.id))


@MODES
def test_combinations_are_field_by_field_what_the_webservice_makes(shop: Webservice, bench: Bench, mode: str) -> None:
    values = bench.option("S", "M", "L")
    texts = {"name": bench.setting.both("Dress"), "link_rewrite": bench.setting.both("dress")}
    first, second = bench.product(**texts), bench.product(**texts)
    fields = {"ean13": "2000000000015", "price": "-1.500000", "weight": "0.100000", "wholesale_price": "3.000000"}

    def rows(product: int) -> list[dict[str, Any]]:
        return [
            bench.combination_row(product, value, default_on=int(number == 1), **fields)
            for number, value in enumerate(values)
        ]

    theirs = [shop.read("combinations", one.id) for one in bench.make("combinations", *rows(first.id))]
    ours = [shop.read("combinations", one) for one in made(bench, "combinations", *rows(second.id), mode=mode)]
    assert list(map(shown, ours)) == list(map(shown, theirs))
    assert [one.members("product_option_values") for one in ours] == [
        one.members("product_option_values") for one in theirs
    ]
    parents = shop.read("products", first.id), shop.read("products", second.id)
    assert shown(parents[1]) == shown(parents[0])
    assert [parent["id_default_combination"] for parent in parents] == [str(theirs[1].id), str(ours[1].id)]
    assert list(map(shown, bench.stock_rows(second.id))) == list(map(shown, bench.stock_rows(first.id)))


def shown_as(held: dict[str, Any], entity: Entity) -> None:
    """Every field and member that the module told of an entity is the one that the webservice shows."""
    for name, value in held.items():
        if name == "associations":
            assert {one: entity.members(one) for one in value} == value
        elif isinstance(value, dict):
            assert value == {str(language): text for language, text in entity.texts(name).items()}
        else:
            assert (name, value) == (name, entity[name])


@MODES
def test_what_it_reads_again_of_what_it_made_is_what_the_webservice_shows(
    shop: Webservice, bench: Bench, mode: str
) -> None:
    row = full_product(bench)
    [product] = told(bench, ("1", "products", row), mode=mode)
    assert product["status"] == "created", product["message"]
    held = json.loads(product["held"])
    assert held.keys() == {*row, "associations"} - {"categories", "product_features"}
    assert held["associations"].keys() == {"categories", "product_features"}
    shown_as(held, shop.read("products", product.id))
    values = bench.option("S", "M")
    fields = {"ean13": "2000000000015", "price": "-1.5", "weight": "0.1", "available_date": "2026-12-24"}
    rows = [bench.combination_row(product.id, value, default_on=int(value == values[0]), **fields) for value in values]
    for answer in told(bench, *((str(n), "combinations", one) for n, one in enumerate(rows)), mode=mode):
        assert answer["status"] == "created", answer["message"]
        held = json.loads(answer["held"])
        assert {"id_product", "reference", "price", "default_on", "associations"} <= held.keys()
        shown_as(held, shop.read("combinations", answer.id))


def test_of_what_it_did_not_make_it_tells_nothing(bench: Bench) -> None:
    row = bench.product_row()
    made(bench, "products", row)
    [there] = told(bench, ("1", "products", row))
    [refused_] = told(bench, ("2", "products", bench.product_row(price="much")))
    assert [(one["status"], one["held"]) for one in (there, refused_)] == [("exists", ""), ("error", "")]


def test_without_a_default_the_first_combination_is_named(shop: Webservice, bench: Bench) -> None:
    product, values = bench.product(), bench.option("S", "M")
    ids = made(bench, "combinations", *(bench.combination_row(product.id, value) for value in values))
    assert shop.read("products", product.id)["id_default_combination"] == str(ids[0])


def test_a_product_stands_behind_the_others_of_its_categories(shop: Webservice, bench: Bench) -> None:
    category = bench.category()
    place = {"id_category_default": category.id, "categories": [{"id": category.id}]}
    bench.product(**place)
    ids = made(bench, "products", *(bench.product_row(**place) for _ in range(2)))
    assert [shop.read("products", one)["position_in_category"] for one in ids] == ["2", "3"]


def test_what_was_made_is_not_made_again(shop: Webservice, bench: Bench) -> None:
    row = bench.product_row()
    [first] = made(bench, "products", row)
    [answer] = told(bench, ("again", "products", row | {"price": "99"}))
    assert answer.names == ANSWER
    assert (answer["status"], answer.id) == ("exists", first)
    assert shop.read("products", first)["price"] == "10.000000"
    combination = bench.combination_row(first, *bench.option("S"))
    [second] = made(bench, "combinations", combination)
    [answer] = told(bench, ("again", "combinations", combination))
    assert (answer["status"], answer.id) == ("exists", second)


def test_a_product_may_be_named_by_its_ean(bench: Bench) -> None:
    row = bench.product_row(ean13="2000000000022")
    [first] = made(bench, "products", row, named_by="ean13")
    [answer] = told(bench, ("a", "products", row | {"reference": "Other"}), named_by="ean13")
    assert (answer["status"], answer.id) == ("exists", first)


def test_a_reference_in_another_case_is_another_reference(bench: Bench) -> None:
    row = bench.product_row()
    [first] = made(bench, "products", row)
    [second] = made(bench, "products", row | {"reference": row["reference"].upper()})
    assert first != second


def test_what_is_refused_stops_no_other_and_says_why(bench: Bench) -> None:
    fine, twin = bench.product_row(), bench.product_row()
    lines = [
        ("fine", "products", fine),
        ("price", "products", bench.product_row(price="-1")),
        ("name", "products", bench.product_row(name=bench.setting.both("<b>=x"))),
        ("nameless", "products", bench.product_row(reference="")),
        ("id", "products", bench.product_row(id="7")),
        ("setter", "products", bench.product_row(position_in_category="1")),
        ("virtual", "products", bench.product_row(is_virtual="1")),
        ("unit", "products", bench.product_row(unit_price="3")),
        ("images", "products", bench.product_row(images=[{"id": 1}])),
        ("association", "products", bench.product_row(foo=[{"id": 1}])),
        ("twin", "products", twin),
        ("other twin", "products", twin),
        ("orphan", "combinations", bench.combination_row(99_999_999)),
    ]
    answers = {one["key"]: one for one in told(bench, *lines)}
    unread = ["unit"] if bench.setting.of_17 else []
    assert [key for key, one in answers.items() if one["status"] == "created"] == ["fine", *unread, "twin"]
    messages = {key: one["message"] for key, one in answers.items() if one["status"] == "error"}
    assert "Product-" in messages.pop("price")
    assert "name" in messages.pop("name")
    refused_lines = {
        "nameless": 'without "reference" it cannot be found again',
        "id": "id is forbidden when adding a new resource",
        "setter": '"position_in_category" is not taken here',
        "virtual": "packs and virtual products are not taken here",
        "images": 'the association "images" is not taken here',
        "association": 'The association "foo" does not exists',
        "other twin": "named twice in this document",
        "orphan": "this shop has no product 99999999",
    }
    assert messages == refused_lines | ({} if unread else {"unit": '"unit_price" is not taken here'})


def test_a_refusal_has_the_webservices_own_words(shop: Webservice, bench: Bench) -> None:
    row = bench.product_row(price="-1")
    theirs = shop.post("products", row)
    [ours] = told(bench, ("x", "products", row))
    assert (theirs.status, ours["message"]) == (400, theirs.message)


def test_a_second_default_combination_is_refused(bench: Bench) -> None:
    product, (first, second) = bench.product(), bench.option("S", "M")
    made(bench, "combinations", bench.combination_row(product.id, first, default_on=1))
    [answer] = told(bench, ("x", "combinations", bench.combination_row(product.id, second, default_on=1)))
    assert (answer["status"], answer["message"]) == ("error", f"product {product.id} has a default combination")


def test_an_active_product_is_found_by_its_words(shop: Webservice, bench: Bench) -> None:
    theirs, ours = twins(bench, bench.product_row(), "plain")
    assert (ours["indexed"], theirs["indexed"]) == ("1", "1")
    hidden = made(bench, "products", bench.product_row(visibility="none"), mode="plain")
    assert shop.read("products", hidden[0])["indexed"] == "0"


def test_products_and_their_combinations_are_told_in_order(bench: Bench) -> None:
    product, (value,) = bench.product(), bench.option("S")
    answers = told(
        bench,
        ("1", "combinations", bench.combination_row(product.id, value)),
        ("2", "products", bench.product_row()),
    )
    assert [one["status"] for one in answers] == ["created", "created"]


def test_a_document_without_lines_and_unknown_parameters_are_refused(shop: Webservice, bench: Bench) -> None:
    line = body(("a", "products", bench.product_row()))
    assert refused(shop.send("PUT", "product_lines", body=b"<prestashop/>"), 85, 400)
    assert refused(shop.send("PUT", "product_lines", body=b"no xml"), 127, 400)
    assert refused(shop.send("PUT", "product_lines", {"mode": "fast"}, line), 85, 400)
    assert refused(shop.send("PUT", "product_lines", {"named_by": "name"}, line), 85, 400)


def test_json_says_the_same(bench: Bench) -> None:
    reply = send(bench, ("a", "products", bench.product_row()))
    assert etree.fromstring(reply.body)[0].tag == "product_lines"
    again = bench.shop.send(
        "PUT", "product_lines", {"output_format": "JSON"}, body(("a", "products", bench.product_row()))
    )
    [line] = again.json["product_lines"]["product_line"]
    assert list(line) == ANSWER
    bench.keep_track("products", int(line["id"]))


def test_the_same_document_sent_at_once_makes_nothing_twice(shop: Webservice, bench: Bench) -> None:
    rows = [bench.product_row() for _ in range(10)]
    sent = body(*((str(number), "products", row) for number, row in enumerate(rows)))

    def answers(_: int) -> list[Entity]:
        with Webservice(shop.root, shop.key) as client:
            return client.send("PUT", "product_lines", {"mode": "plain"}, sent).rows

    with ThreadPoolExecutor(3) as pool:
        told_by = list(pool.map(answers, range(3)))
    for row, lines in zip(rows, zip(*told_by, strict=True), strict=True):
        [found] = shop.find("products", reference=row["reference"])
        bench.keep_track("products", found.id)
        assert sorted(line["status"] for line in lines) == ["created", "exists", "exists"]
        assert {line.id for line in lines} == {found.id}
