"""The module's PHP makes products and combinations in a core that only notes what it is told."""

from __future__ import annotations

from typing import Any

import pytest
from lxml import etree

from tests.deployments.module_in_php import Run, needs_php, run

pytestmark = needs_php

DRESS: dict[str, Any] = {"reference": "dress", "price": "20", "categories": ["2", "3"]}
BELT: dict[str, Any] = {"reference": "belt", "price": "9"}
MUG: dict[str, Any] = {"reference": "mug", "price": "9"}
SMALL: dict[str, Any] = {"id_product": "2", "reference": "dress-S", "default_on": "1", "values": ["4"]}
MEDIUM: dict[str, Any] = {"id_product": "2", "reference": "dress-M", "values": ["5"]}
_ASSOCIATIONS = {"categories": ("categories", "category"), "values": ("product_option_values", "product_option_value")}


def body(kind: str, *entities: dict[str, Any]) -> bytes:
    root = etree.Element("prestashop")
    for number, entity in enumerate(entities):
        line = etree.SubElement(root, "product_line")
        etree.SubElement(line, "key").text = str(number)
        node = etree.SubElement(line, kind)
        for name, value in entity.items():
            if name not in _ASSOCIATIONS:
                etree.SubElement(node, name).text = value
                continue
            outer, inner = _ASSOCIATIONS[name]
            rows = etree.SubElement(etree.SubElement(node, "associations"), outer)
            for one in value:
                etree.SubElement(etree.SubElement(rows, inner), "id").text = one
    return etree.tostring(root)


def rows_of(php: Run, table: str) -> list[dict[str, Any]]:
    return [row for name, rows in php.told("insert") if name == table for row in rows]


def test_many_products_are_few_statements_in_one_transaction() -> None:
    php = run("product_lines", body("product", DRESS, BELT))
    assert [(line["key"], line["status"], line["id"]) for line in php.lines] == [
        ("0", "created", "1025"),
        ("1", "created", "1026"),
    ]
    notes = [(verb, name) for verb, name, _ in php.notes]
    start, end = notes.index(("sql", "START TRANSACTION")), notes.index(("sql", "COMMIT"))
    written = ["product", "product_shop", "product_lang", "stock_available", "category_product"]
    assert notes[start + 1 : end] == [("insert", table) for table in written]
    assert notes[start - 1] == ("ask", "GET_LOCK")
    assert notes[end + 1] == ("ask", "RELEASE_LOCK")


def test_a_product_is_in_its_shops_languages_categories_and_stock() -> None:
    php = run("product_lines", body("product", DRESS, BELT))
    assert [row["reference"] for row in rows_of(php, "product")] == ["dress", "belt"]
    assert [(row["id_product"], row["id_shop"]) for row in rows_of(php, "product_shop")] == [
        (1025, 1), (1025, 2), (1026, 1), (1026, 2),
    ]  # fmt: skip
    texts = rows_of(php, "product_lang")
    assert len({(row["id_product"], row["id_lang"], row["id_shop"]) for row in texts}) == len(texts) == 8
    assert rows_of(php, "category_product") == [
        {"id_category": 2, "id_product": 1025, "position": 8},
        {"id_category": 3, "id_product": 1025, "position": 1},
    ]
    assert {row["out_of_stock"] for row in rows_of(php, "stock_available")} == {2}


def test_combinations_follow_their_product_and_name_its_default() -> None:
    php = run("product_lines", body("combination", SMALL, MEDIUM))
    assert [line["status"] for line in php.lines] == ["created", "created"]
    assert rows_of(php, "product_attribute_combination") == [
        {"id_attribute": 4, "id_product_attribute": 1025},
        {"id_attribute": 5, "id_product_attribute": 1026},
    ]
    assert {row["out_of_stock"] for row in rows_of(php, "stock_available")} == {1}
    of_shop, of_all = [text for text in php.named("sql") if "cache_default_attribute" in text]
    assert "WHEN 2 THEN 1025 END" in of_shop
    assert "`product_type` = 'combinations'" in of_all


@pytest.mark.parametrize(("query", "hooks"), [("", True), ("mode=plain", False)])
def test_other_modules_are_told_what_the_webservice_tells_them_or_nothing(query: str, hooks: bool) -> None:
    told = run("product_lines", body("product", DRESS, BELT), query).named("hook")
    before = ["actionObjectAddBefore", "actionObjectProductAddBefore"]
    after = ["actionObjectAddAfter", "actionObjectProductAddAfter", "actionProductSave"]
    assert told == ([*before, *before, *after, "actionProductUpdate", *after] if hooks else [])


@pytest.mark.parametrize("query", ["", "mode=plain"])
def test_the_words_of_all_new_products_are_indexed_at_once(query: str) -> None:
    php = run("product_lines", body("product", DRESS, BELT), query)
    words, index = [text for text in php.named("sql") if "search_" in text]
    assert "VALUES (1,1,'dress'),(1,1,'red'),(1,1,'silk')" in words
    assert "(1025,51,1),(1025,52,1),(1025,53,1)" in index
    assert php.named("indexed") == ["1025"]


def test_words_that_cannot_be_indexed_at_once_are_left_to_the_core() -> None:
    php = run("product_lines", body("product", DRESS, BELT), failing="ps_product_lang` pl")
    assert php.named("index alone") == ["1025", "1026"]
    assert [line["status"] for line in php.lines] == ["created", "created"]


def test_what_the_shop_has_is_not_made_again() -> None:
    php = run("product_lines", body("product", MUG))
    assert [(line["status"], line["id"]) for line in php.lines] == [("exists", "6")]
    assert (php.named("sql"), php.told("insert")) == ([], [])
    combination = {"id_product": "2", "reference": "shirt-S"}
    [line] = run("product_lines", body("combination", combination)).lines
    assert (line["status"], line["id"]) == ("exists", "9")


def test_what_is_refused_stops_no_other() -> None:
    php = run("product_lines", body("product", DRESS, {**BELT, "price": "-1"}, {**BELT, "is_virtual": "1"}, BELT, BELT))
    assert [(line["status"], line["message"]) for line in php.lines] == [
        ("created", ""),
        ("error", 'Validation error: "Property price is not valid"'),
        ("error", "packs and virtual products are not taken here"),
        ("created", ""),
        ("error", "named twice in this document"),
    ]


def test_combinations_of_virtual_and_unknown_products_are_refused() -> None:
    lines = run(
        "product_lines", body("combination", {**SMALL, "id_product": "6"}, {**SMALL, "id_product": "404"})
    ).lines
    assert [line["message"] for line in lines] == [
        "packs and virtual products are not taken here",
        "this shop has no product 404",
    ]


@pytest.mark.parametrize(
    "failing", ["product", "product_shop", "product_lang", "stock_available", "category_product", "START TRANSACTION",
                "COMMIT", "FROM `ps_product` WHERE `id_product` IN (1025"],
)  # fmt: skip
def test_a_step_that_fails_leaves_nothing_behind(failing: str) -> None:
    php = run("product_lines", body("product", DRESS, BELT), "mode=plain", failing=failing)
    assert php.answer == "refused: nothing was written: PrestaShopException"
    assert php.named("sql")[-1] == "ROLLBACK"
    assert php.named("ask")[-1] == "RELEASE_LOCK"
    assert php.told("apply rules") == []


@pytest.mark.parametrize(
    "lost_at", ["START TRANSACTION", "product", "product_shop", "product_lang", "stock_available", "COMMIT"]
)
def test_nothing_is_written_over_another_connection_than_the_one_that_holds_the_lock(lost_at: str) -> None:
    php = run("product_lines", body("product", DRESS, BELT), "mode=plain", failing=f"lost at {lost_at}")
    assert php.answer == "refused: nothing was written: PrestaShopException"
    assert lost_at not in php.named("insert") + php.named("sql")
    assert [name for name in php.named("sql") if name not in {"START TRANSACTION", "ROLLBACK"}] == []
    assert php.told("apply rules") == []


def test_tables_that_cannot_roll_back_are_not_written_to() -> None:
    php = run("product_lines", body("product", DRESS), failing="MyISAM")
    assert php.answer == "refused: the tables of products are not InnoDB"
    assert php.told("insert") == []
