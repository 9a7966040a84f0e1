"""The module's PHP at work in a core that only notes what it is told, beside the sandbox that stands for it."""

from __future__ import annotations

import json
import re
from typing import Any

import httpx
import pytest
from lxml import etree

from deployments.sandbox.shop import SandboxShop
from tests.deployments.module_in_php import needs_php, run

pytestmark = needs_php

HEAD = {
    "internal_reference": "MAG01-2026-000501",
    "id_store": "3",
    "id_customer": "1",
    "id_carrier": "1",
    "payment": "Carte bancaire",
    "total_discounts_tax_incl": "2.00",
    "total_discounts_tax_excl": "1.67",
    "total_paid_tax_incl": "47.88",
    "date_add": "2026-10-03 15:42:10",
}
SHIRT = {"product_reference": "shirt-S", "product_quantity": "2", "unit_price_tax_excl": "15.825000",
         "unit_price_tax_incl": "18.990000"}  # fmt: skip
MUG = {"product_reference": "mug", "product_quantity": "1", "unit_price_tax_excl": "9.916667",
       "unit_price_tax_incl": "11.900000"}  # fmt: skip
FOOD = {**MUG, "unit_price_tax_excl": "11.279621"}
Sale = tuple[dict[str, str], list[dict[str, str]]]
WRONG: list[Sale] = [
    ({**HEAD, "internal_reference": ""}, [SHIRT]),
    ({**HEAD, "internal_reference": "a;b"}, [SHIRT]),
    ({**HEAD, "external_reference": "a.b"}, [SHIRT]),
    ({**HEAD, "external_reference": "TEN-LETTER"}, [SHIRT]),
    ({**HEAD, "id_customer": "404"}, [SHIRT]),
    ({**HEAD, "payment": "<cash>"}, [SHIRT]),
    ({**HEAD, "date_add": "2026-02-30 00:00:00"}, [SHIRT]),
    ({**HEAD, "total_discounts_tax_incl": "-1"}, [SHIRT]),
    ({**HEAD, "total_paid_tax_incl": ""}, [SHIRT]),
    (HEAD, []),
    (HEAD, [SHIRT, {**MUG, "product_quantity": "1.5"}]),
    (HEAD, [SHIRT, {**MUG, "product_reference": "Mug"}]),
    (HEAD, [SHIRT, {**MUG, "product_reference": "twice"}]),
    (HEAD, [{**SHIRT, "unit_price_tax_excl": "15.8250000001"}]),
    (HEAD, [SHIRT]),
    ({**HEAD, "id_store": "404"}, [SHIRT, MUG]),
    ({**HEAD, "invoice_id_country": "404"}, [SHIRT, MUG]),
]


def document(*sales: Sale, wrapped: bool = False) -> bytes:
    root = etree.Element("prestashop")
    for head, rows in sales:
        node = etree.SubElement(root, "store_order")
        for name, value in head.items():
            etree.SubElement(node, name).text = value
        place = etree.SubElement(etree.SubElement(node, "associations") if wrapped else node, "order_rows")
        for row in rows:
            element = etree.SubElement(place, "order_row")
            for name, value in row.items():
                etree.SubElement(element, name).text = value
    return etree.tostring(root)


def answered_by_the_sandbox(body: bytes) -> tuple[list[dict[str, str]], list[dict[str, Any]]]:
    """The sandbox's lines for the same document, and its orders, in a shop with the same products."""
    with SandboxShop(module=True) as shop:
        shop.insert("customers", {"lastname": "Doe", "firstname": "Ann", "email": "a@sandbox.test", "secure_key": "k"})
        for number, reference in ((6, "mug"), (7, "MUG"), (2, "shirt")):
            shop.insert("products", {"id": number, "reference": reference, "price": 10, "name": reference})
        for number, reference in ((9, "shirt-S"), (10, "twice"), (11, "twice")):
            shop.insert("combinations", {"id": number, "id_product": 2, "reference": reference})
        shop.insert("stores", {"id": 3, "name": "Lyon", "address1": "2 rue", "city": "Lyon", "id_country": 8})
        reply = httpx.post(f"{shop.url}/api/store_orders", content=body, auth=(shop.key, ""))
        lines = [{str(one.tag): one.text or "" for one in line} for line in etree.fromstring(reply.content)[0]]
        return lines, shop.rows("orders")


@pytest.mark.parametrize("asked", [{}, {"external_reference": "SALE_0001"}], ids=["own name", "name asked for"])
@pytest.mark.parametrize("wrapped", [False, True], ids=["rows", "rows in associations"])
def test_php_and_the_sandbox_make_the_same_order(wrapped: bool, asked: dict[str, str]) -> None:
    body = document((HEAD | asked, [SHIRT, MUG]), wrapped=wrapped)
    php = run("store_orders", body)
    (ours,) = php.added("Order")
    (line,), (order,) = answered_by_the_sandbox(body)
    assert (php.lines[0]["status"], line["status"]) == ("created", "created")
    texts = ("reference", "module", "payment", "note", "date_add", "delivery_date", "invoice_date")
    assert {name: ours[name] for name in texts} == {name: order[name] for name in texts}
    totals = [name for name in order if name.startswith("total_") and name != "total_paid_real"]
    assert {name: f"{ours[name]:.6f}" for name in totals} == {name: order[name] for name in totals}


def test_php_and_the_sandbox_refuse_the_same_sales_in_the_same_words() -> None:
    body = document(*WRONG)
    php = run("store_orders", body)
    lines, orders = answered_by_the_sandbox(body)
    assert php.lines == lines
    assert {line["status"] for line in lines} == {"error"}
    assert (php.told("add"), orders) == ([], [])


def test_a_sale_is_written_by_inserts_in_one_transaction() -> None:
    php = run("store_orders", document((HEAD, [SHIRT, FOOD])))
    notes = [(verb, name) for verb, name, _ in php.notes if verb != "asked"]
    start, end = notes.index(("sql", "START TRANSACTION")), notes.index(("sql", "COMMIT"))
    assert notes[start + 1 : end] == [
        ("add", "Cart"), ("insert", "cart_product"), ("insert", "cart_product"), ("add", "Order"),
        ("add", "OrderDetail"), ("insert", "order_detail_tax"), ("add", "OrderDetail"), ("insert", "order_detail_tax"),
        ("add", "OrderCartRule"), ("share out", "taxes"), ("add", "OrderCarrier"), ("add", "payment"),
        ("update", "Order"), ("add", "OrderHistory"), ("ask", "COUNT(*)"), ("ask", "`current_state`"),
    ]  # fmt: skip
    assert notes[:start] == [("ask", "GET_LOCK"), ("add", "Address")]
    assert notes[end + 1 :] == [("hook", "actionOrderStatusPostUpdate"), ("ask", "RELEASE_LOCK")]


def test_stock_is_taken_last_within_the_transaction_and_told_after_it() -> None:
    php = run("store_orders", document(({**HEAD, "take_stock": "1"}, [SHIRT, MUG])))
    sql = [text for text in php.named("sql") if "stock_available" in text]
    taken = [
        re.findall(r"`quantity` - (\d+).*`id_product` = (\d+) AND `id_product_attribute` = (\d+)", one)[0]
        for one in sql
    ]
    assert taken == [("2", "2", "9"), ("2", "2", "0"), ("1", "6", "0")]
    assert php.named("sql")[-1] == "COMMIT"
    names = [name for verb, name, _ in php.notes if verb in {"sql", "hook", "add"}]
    start = names.index("OrderHistory")
    assert names[start : start + 6] == ["OrderHistory", *sql, "COMMIT", "actionUpdateQuantity"]
    told = [values for name, values in php.told("hook") if name == "actionUpdateQuantity"]
    assert [(one["id_product"], one["id_product_attribute"], one["delta_quantity"]) for one in told] == [
        (2, 9, -2),
        (6, 0, -1),
    ]


def test_dates_given_are_kept() -> None:
    php = run("store_orders", document((HEAD, [SHIRT, MUG])))
    kept = ("Cart", "Order", "OrderCarrier", "OrderHistory")
    assert [(name, row["autodate"], row["date_add"]) for name in kept for row in php.added(name)] == [
        (name, False, "2026-10-03 15:42:10") for name in kept
    ]
    assert php.added("payment") == [[47.88, "Carte bancaire", "MAG01-2026-000501", "2026-10-03 15:42:10"]]


def test_the_tax_of_a_row_is_that_of_its_own_prices() -> None:
    php = run("store_orders", document((HEAD, [SHIRT, FOOD])))
    taxes = [
        (values["id_tax"], values["total_amount"]) for name, values in php.told("insert") if name == "order_detail_tax"
    ]
    assert taxes == [(1, "6.330000"), (3, "0.620000")]
    assert [row["tax_rate"] for row in php.added("OrderDetail")] == [20, 5.5]


def test_the_address_is_the_customers_hidden_copy_within_what_an_address_takes() -> None:
    (address,) = run("store_orders", document((HEAD, [SHIRT, MUG]))).added("Address")
    shown = {name: address[name] for name in ("id_customer", "deleted", "alias", "address1", "city", "id_country")}
    assert shown == {
        "id_customer": 1,
        "deleted": True,
        "alias": "Lyon  2",
        "address1": "2 rue",
        "city": "-",
        "id_country": 8,
    }


def test_the_address_to_invoice_is_that_of_the_sale() -> None:
    said = {"invoice_id_country": "8", "invoice_address1": "1 rue", "invoice_postcode": "57990", "invoice_city": "Metz"}
    php = run("store_orders", document(({**HEAD, **said}, [SHIRT, MUG])))
    delivery, invoice = php.added("Address")
    names = ("id_customer", "deleted", "alias", "address1", "postcode", "city", "id_country")
    assert [invoice[name] for name in names] == [1, True, "Metz", "1 rue", "57990", "Metz", 8]
    assert delivery["address1"] == "2 rue"


@pytest.mark.parametrize(
    "failing",
    ["Cart", "cart_product", "Order", "OrderDetail", "order_detail_tax", "OrderCartRule", "OrderCarrier", "payment",
     "OrderHistory", "rows lost", "database", "START TRANSACTION", "COMMIT", "taxes"],
)  # fmt: skip
def test_a_step_that_fails_leaves_nothing_behind(failing: str) -> None:
    php = run("store_orders", document((HEAD, [SHIRT, MUG])), failing=failing)
    (line,) = php.lines
    assert (line["status"], line["id"]) == ("error", "")
    assert php.named("sql")[-1] == "ROLLBACK"
    assert php.named("ask")[-1] == "RELEASE_LOCK"
    assert php.told("hook") == []
    assert "Doe" not in line["message"]


def test_a_statement_whose_answer_the_core_ignores_ends_the_sale() -> None:
    php = run("store_orders", document((HEAD, [SHIRT, MUG])), failing="taxes")
    (line,) = php.lines
    assert line["message"] == "the database refused it, nothing was written"
    assert "COMMIT" not in php.named("sql")
    assert php.told("link") == []


def test_without_its_state_no_sale_is_taken() -> None:
    php = run("store_orders", document((HEAD, [SHIRT, MUG])), failing="no state")
    assert php.lines[0]["message"] == "the state of store orders is missing, reset the module"


STOCK = b"shirt-S;9\nmug;3\nMUG;4\nshirt;5\ntwice;6\nnobody;7\nmug;8\nbad"
LEFT = {
    "lines": "8",
    "written": "1",
    "unchanged": "1",
    "unknown": "nobody",
    "ambiguous": "twice",
    "products_with_combinations": "shirt",
    "depends_on_stock": "MUG",
    "invalid": "mug;bad",
    # The rows of this core do not change; `nobody`, `shirt` and `twice` have none.
    "held": "29:3;60:3;70:3;;;",
}


@pytest.mark.parametrize(("query", "hooks"), [("", 1), ("mode=plain", 0)])
def test_quantities_are_written_by_one_statement(query: str, hooks: int) -> None:
    php = run("stock_lines", STOCK, query)
    assert {name: text for name, text in php.fields.items() if not name.endswith("_ms")} == LEFT
    begin, rows, parents, end = php.named("sql")
    assert (begin, end) == ("START TRANSACTION", "COMMIT")
    assert "CASE `id_stock_available` WHEN 29 THEN 9 END" in rows
    assert "`id_product` IN (2)" in parents
    told = {"id_product": 2, "id_product_attribute": 9, "quantity": 9, "delta_quantity": 6, "id_shop": 1}
    assert php.told("hook") == [("actionUpdateQuantity", told)] * hooks


def test_a_product_without_a_stock_row_gets_one_when_the_others_are_told() -> None:
    php = run("stock_lines", b"poster;4\nmug;9")
    assert php.fields["written"] == "2"
    after = [(verb, name) for verb, name, _ in php.notes][-3:]
    assert after == [("sql", "COMMIT"), ("hook", "actionUpdateQuantity"), ("make", "stock row")]
    assert php.told("make") == [("stock row", [8, 0, 4])]


def test_a_stock_row_that_cannot_be_made_costs_the_others_no_hook() -> None:
    php = run("stock_lines", b"poster;4\nmug;9", failing="stock row")
    assert php.answer == "refused: no stock row could be made for poster"
    assert php.named("hook") == ["actionUpdateQuantity"]


@pytest.mark.parametrize(("query", "hooks"), [("", ["actionProductSave", "actionProductUpdate"]), ("mode=plain", [])])
def test_prices_are_written_by_one_statement_per_table(query: str, hooks: list[str]) -> None:
    php = run("price_lines", b"mug;12.5\nMUG;4.5\nshirt-S;1\ntwice;1\nnobody;1\nbad;-1", query)
    shown = {name: text for name, text in php.fields.items() if not name.endswith("_ms")}
    assert shown == {"lines": "6", "written": "1", "unchanged": "1", "unknown": "nobody", "combinations": "shirt-S",
                     "ambiguous": "twice", "invalid": "bad"}  # fmt: skip
    of_shop, of_product = php.named("sql")[1:3]
    assert "UPDATE `ps_product_shop` SET `price` = CASE `id_product` WHEN 6 THEN 12.500000 END" in of_shop
    assert "WHERE `id_shop_default` = 1 AND `id_product` IN (6)" in of_product
    assert "NOW()" not in of_shop + of_product
    assert php.named("hook") == hooks


@pytest.mark.parametrize("failing", ["START TRANSACTION", "COMMIT"])
@pytest.mark.parametrize(("resource", "body"), [("stock_lines", b"mug;9"), ("price_lines", b"mug;9\nMUG;5")])
def test_lines_that_are_not_committed_are_rolled_back(resource: str, body: bytes, failing: str) -> None:
    php = run(resource, body, failing=failing)
    assert php.answer == "refused: nothing was written: PrestaShopException"
    assert php.named("sql")[-1] == "ROLLBACK"
    assert php.told("hook") == []


@pytest.mark.parametrize("lost_at", ["START TRANSACTION", "COMMIT"])
@pytest.mark.parametrize(("resource", "body"), [("stock_lines", b"mug;9"), ("price_lines", b"mug;9\nMUG;5")])
def test_lines_are_not_told_written_where_their_connection_is_lost(resource: str, body: bytes, lost_at: str) -> None:
    php = run(resource, body, failing=f"lost at {lost_at}")
    assert php.answer == "refused: nothing was written: PrestaShopException"
    assert lost_at not in php.named("sql")
    assert php.told("hook") == []


@pytest.mark.parametrize("lost_at", ["START TRANSACTION", "COMMIT"])
def test_a_sale_is_not_told_written_where_its_connection_is_lost(lost_at: str) -> None:
    php = run("store_orders", document((HEAD, [SHIRT, MUG])), failing=f"lost at {lost_at}")
    assert [(line["status"], line["id"]) for line in php.lines] == [("error", "")]
    assert php.told("hook") == []


@pytest.mark.parametrize(
    ("resource", "unread"),
    [("stock_lines", "ps_product` p"), ("stock_lines", "ps_product_attribute` pa"),
     ("stock_lines", "DISTINCT `id_product`"), ("price_lines", "ps_product_attribute` pa")],
)  # fmt: skip
def test_references_that_cannot_be_read_are_not_taken_for_unknown_or_unique(resource: str, unread: str) -> None:
    php = run(resource, b"shirt;5\ntwice;6\nmug;9", failing=unread)
    assert php.answer == "broken: the tables could not be read"
    assert php.told("sql") == []


@pytest.mark.parametrize(
    ("resource", "sent", "unread"),
    [("order_returns", b"3", "ps_order_return_detail"), ("passerelle_info", b"", "ps_carrier`")],
)
def test_rows_that_cannot_be_read_are_not_told_as_none(resource: str, sent: bytes, unread: str) -> None:
    assert run(resource, sent, failing=unread).answer == "broken: the tables could not be read"


@pytest.mark.parametrize(
    ("unread", "sold"),
    [("FROM `ps_orders` WHERE `reference`", {"external_reference": "SALE_1"}), ("ps_address`", {})],
)
def test_a_sale_is_not_written_by_what_could_not_be_read(unread: str, sold: dict[str, str]) -> None:
    php = run("store_orders", document((HEAD | sold, [SHIRT, MUG])), failing=unread)
    assert [(line["status"], line["message"]) for line in php.lines] == [("error", "the tables could not be read")]


@pytest.mark.parametrize("resource", ["stock_lines", "price_lines"])
def test_an_unknown_mode_and_an_empty_body_are_refused(resource: str) -> None:
    assert run(resource, b"mug;1", "mode=fast").answer == "refused: mode is hooks or plain"
    assert run(resource, b" \n").answer == "refused: no lines"


@pytest.mark.parametrize(
    ("state", "query", "mails"),
    [(b"3", "", 0), (b"3", "sendemail=1", 1), (b"1", "sendemail=1", 0), (b"3", "sendemail=0", 0)],
)
def test_a_return_changes_its_state_and_mails_when_asked(state: bytes, query: str, mails: int) -> None:
    php = run("order_returns", state, query)
    assert php.told("update") == ([("OrderReturn", {"id": 1})] if state == b"3" else [])
    assert php.told("mail") == [("order_return_state", ["a@sandbox.test", "Package received"])] * mails
    row = {"id": "5", "id_order_detail": "5", "id_customization": "0", "product_quantity": "1"}
    assert php.answer == [True, True, int(state), "Too big", [row]]


@pytest.mark.parametrize("state", [b"404", b"x", b"", b"0"])
def test_an_unknown_state_of_a_return_is_refused(state: bytes) -> None:
    php = run("order_returns", state)
    assert php.told("refuse") == [("Unknown order return state", [400, 85])]
    assert php.told("update") == []


def test_facts_are_told_in_the_order_of_the_sandbox() -> None:
    php = run("passerelle_info")
    with SandboxShop(module=True) as shop:
        reply = httpx.get(f"{shop.url}/api/passerelle_info", auth=(shop.key, ""))
    assert list(php.fields) == [str(one.tag) for one in etree.fromstring(reply.content)[0]]
    assert etree.fromstring(php.answer).findtext("*/carrier_countries/carrier_country/countries") == "BE,FR"
    assert php.fields["transactional"] == "1"


@pytest.mark.parametrize("asked", [{}, {"external_reference": "SALE_0001"}, {"external_reference": "OTHER"}])
def test_a_sale_is_known_by_the_erp_s_reference_whatever_the_order_is_called(asked: dict[str, str]) -> None:
    php = run("store_orders", document((HEAD | {"internal_reference": "KNOWN-1"} | asked, [SHIRT, MUG])))
    assert php.lines == [{"internal_reference": "KNOWN-1", "status": "exists", "id": "77", "message": ""}]
    assert php.told("add") == []


def test_a_reference_in_other_letters_is_another_sale() -> None:
    php = run("store_orders", document((HEAD | {"internal_reference": "KNOWN-2"}, [SHIRT, MUG])))
    assert [line["status"] for line in php.lines] == ["created"]


@pytest.mark.parametrize("failing", ["MAX(`id_order`)", "AS reference"])
def test_orders_that_cannot_be_read_are_not_taken_for_none(failing: str) -> None:
    php = run("store_orders", document((HEAD, [SHIRT, MUG])), failing=failing)
    assert php.answer.startswith("refused: the orders of the shop could not be read")
    assert php.told("add") == []


def test_what_xml_cannot_hold_costs_a_text_its_characters_and_the_answer_nothing() -> None:
    as_xml = run("passerelle_info", failing="foul names")
    as_json = run("passerelle_info", query="output_format=JSON", failing="foul names")
    name = etree.fromstring(as_xml.answer).findtext("*/shop_groups/shop_group/name")
    assert name == "Defa?ult ]]>é"
    [info] = json.loads(as_json.answer).values()
    assert info["shop_groups"]["shop_group"][0]["name"] == name


@pytest.mark.parametrize("query", ["id_shop=all", "id_group_shop=1"])
@pytest.mark.parametrize(
    "resource", ["stock_lines", "price_lines", "product_lines", "specific_price_lines", "store_orders"]
)
def test_what_is_not_exactly_one_shop_is_refused(resource: str, query: str) -> None:
    php = run(resource, b"mug;9", query)
    assert php.answer == "refused: id_shop must name one shop"
    assert php.told("sql") == []


def test_a_customer_of_a_shop_that_shares_none_gets_no_order() -> None:
    php = run("store_orders", document(({**HEAD, "id_customer": "3"}, [SHIRT, MUG])), "id_shop=1")
    assert php.lines[0]["message"] == "the customer is one of another shop"
    assert php.added("Order") == []
    assert run("store_orders", document((HEAD, [SHIRT, MUG])), "id_shop=1").lines[0]["status"] == "created"
