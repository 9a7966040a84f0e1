"""The sandbox with the module answers as the recorded 8.2.0 did; skipped where the recordings are absent."""

from __future__ import annotations

import json
import re
import shutil
from typing import TYPE_CHECKING

import pytest
from lxml import etree

from deployments.sandbox.shop import SandboxShop
from tests.contract.prestashop.documents import Entity
from tests.contract.prestashop.module import recorded
from tests.contract.prestashop.recorded import demo, exchanges, skeleton
from tests.contract.prestashop.webservice import Reply, Webservice

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tests.contract.prestashop.module.recorded import Recorded

pytestmark = pytest.mark.skipif(
    not (recorded.present() and exchanges.present()), reason="the recordings are not beside the checkout"
)

READ_ONLY = "G" * 32
READS = (
    "A_returns/display_association",
    "A_returns/filter_date",
    "A_returns/filter_state",
    "A_returns/get_1",
    "A_returns/list_full",
    "A_returns/patch_without_permission",
    "A_returns/post_forbidden",
    "A_returns/delete_forbidden",
    "A_returns/states_list",
    "B_genders/genders_filter_type",
    "B_genders/genders_get_1",
    "B_genders/genders_json",
    "B_genders/genders_list_full",
    "B_genders/genders_post_forbidden",
    "B_genders/genders_synopsis",
    "C_store_orders/0_without_permission_at_all",
    "C_store_orders/0_without_permission_post",
    "D_info/passerelle_info_head",
    "D_info/passerelle_info_post_forbidden",
)
RETURNS = (
    "A_returns/patch_state",
    "A_returns/patch_state_sendemail",
    "A_returns/patch_same_state_sendemail",
    "A_returns/patch_two",
    "A_returns/patch_association_ignored",
    "A_returns/patch_question_refused",
    "A_returns/patch_date_upd_refused",
    "A_returns/put_full",
    "A_returns/patch_unknown_state_400",
    "A_returns/put_id_and_state_17_variant",
    "A_returns/patch_state_final_variant",
)
WITHOUT_A_RIGHT = {
    "A_returns/patch_without_permission": {"order_returns": ("GET",)},
    "C_store_orders/0_without_permission_at_all": {"products": ("GET",)},
    "C_store_orders/0_without_permission_post": {"store_orders": ("GET",)},
}
REFUSED_SALES = (
    "2_post_ambiguous_reference",
    "2_post_negative_quantity",
    "2_post_total_mismatch",
    "2_post_unknown_customer",
    "2_post_unknown_reference",
    "2_post_without_internal_reference",
    "2_post_without_rows",
    "8_post_total_mismatch_400",
    "11_prices_with_10_decimals",
)
CREATED_SALES = (
    "1_post",
    "8_post_customer_copy_of_store_address",
    "8_post_store_1_us_no_tax",
    "9_carrier_0",
    "10_recommended_post",
    "11_free_order",
    "11_two_rates_20_and_5_5",
    "11_discount_with_updateOrderDetailTax",
)

FIRST_VARIANT = "a first variant of the probe, replaced by what is compared"
ENTITY = "the probe's store_orders was an entity with lists; the core's orders and order_payments are asked instead"
NOT_COMPARED = {
    "A_returns/patch_unknown_state": FIRST_VARIANT,
    "A_returns/put_state_only": FIRST_VARIANT,
    "A_returns/synopsis": FIRST_VARIANT,
    "B_genders/namespaced_list_full": "showed that classes in namespaces work",
    "B_genders/namespaced_patch": "showed that classes in namespaces work",
    "C_store_orders/1_post_again": "the answer was an entity; compared line by line in 5_specific_store_docs",
    "C_store_orders/2_post_fails_at_row_2__rolled_back": "a failure that only the probe could be asked for",
    "C_store_orders/2_post_unknown_reference_allowed": "the probe's own spelling of the option",
    "C_store_orders/3_post_two__second_unknown_customer": "the probe stopped at the first refusal",
    "C_store_orders/3_post_two_ok": "as 1_post, twice",
    "C_store_orders/4_post_given_reference": "the order's own reference is never given",
    "C_store_orders/4_post_given_reference_10_chars": "the order's own reference is never given",
    "C_store_orders/4_post_hooks0": "the probe's own option",
    "C_store_orders/6_validateOrder_mails_off": "the way that is not taken",
    "C_store_orders/6_validateOrder_mails_on": "the way that is not taken",
    **{f"C_store_orders/7_state_{word}": "what the core does later with any order"
       for word in ("cancel", "delivered", "payment_accepted", "refunded")},
    "C_store_orders/8_filter_internal_reference": ENTITY,
    "C_store_orders/8_filter_internal_reference_full": ENTITY,
    "C_store_orders/9_state_with_invoice_flag": "an invoice is never made",
    "C_store_orders/11_payment_with_forbidden_chars": "refused by the engine with the name of the probe's class",
    "C_store_orders/core_order_get": "its fields are compared in the orders that are created",
    "C_store_orders/core_order_payments_filter_transaction_id": "held by a test of the payment",
    "C_store_orders/core_orders_filter_note": "held by a test of the payment",
    "C_store_orders/filter_internal_reference": ENTITY,
    "C_store_orders/filter_reference": ENTITY,
    "C_store_orders/list_only_store_orders": ENTITY,
    "C_store_orders/synopsis": ENTITY,
    "E_bulk/patch_stock_available__back_in_stock_alert_not_sent": "the core's own resource",
    "E_bulk/stock_lines_back_in_stock_alert_sent": "a mail of another module",
    "E_bulk/stock_lines_low_stock_alerts": "mails of another module",
}  # fmt: skip
FACTS = {
    "D_info/root_list",
    "D_info/passerelle_info_get",
    "D_info/passerelle_info_json",
    "D_info/passerelle_info_synopsis_ignored",
    "D_info/resource_when_module_disabled",
}
LINES = {
    "E_bulk/stock_lines_put": "mode=hooks&alerts=1",
    "E_bulk/stock_lines_low_stock_sqlhook": "mode=hooks&alerts=1",
    "E_bulk/stock_lines_low_stock_sqlhookquiet": "mode=hooks",
    "E_bulk/price_lines_put": "mode=hooks",
}


@pytest.fixture(scope="module")
def recorded_state(real_shop: bool, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What the recorded shop held, with two merchandise returns."""
    if real_shop:
        pytest.skip("the recordings are compared with the sandbox only")
    state = tmp_path_factory.mktemp("module") / "shop.json"
    with SandboxShop(module=True, state_file=state) as sandbox, Webservice(sandbox.url, sandbox.key) as client:
        demo.build(client)
        for number, (question, day) in enumerate((("Too big", 20), ("Broken", 21)), 1):
            at = f"2026-11-{day} 10:00:00"
            lines = [(line, 0, 1) for line in (2 * number - 1, 2 * number)]
            values = {"id_customer": 2, "id_order": number, "question": question, "state": number}
            dates = {"date_add": at, "date_upd": at}
            sandbox.insert("order_returns", {**values, **dates, "order_return_details": lines})
        for row in sandbox.rows("combinations"):
            if row["reference"] == "demo_11":
                sandbox.change("combinations", row["id"], {"reference": "of the doubled demo_11"})
        sandbox.change("combinations", 1, {"reference": "demo_1_SW"})
    return state


@pytest.fixture
def sandbox(recorded_state: Path, tmp_path: Path) -> Iterator[SandboxShop]:
    with SandboxShop(module=True, state_file=shutil.copy(recorded_state, tmp_path)) as own:
        yield own


def send(sandbox: SandboxShop, exchange: Recorded, body: bytes | None = None, query: str | None = None) -> Reply:
    """The sandbox's answer to a recorded request, or to that request with another body or query."""
    asked = exchange.query if query is None else query
    sent = exchange.body if body is None else body
    key = sandbox.key
    if exchange.name in WITHOUT_A_RIGHT:
        sandbox.add_key(READ_ONLY, WITHOUT_A_RIGHT[exchange.name])
        key = READ_ONLY
    with Webservice(sandbox.url, key) as client:
        url = f"{sandbox.url}{exchange.path}?{asked}"
        return Reply(client.http.request(exchange.method, url, content=sent or None))


def lines(answer: bytes) -> list[str]:
    return [str(error) for error in skeleton.errors(answer)] or skeleton.of(etree.fromstring(answer), texts=True)


@pytest.mark.parametrize("name", READS)
def test_a_question_is_answered_as_recorded(sandbox: SandboxShop, name: str) -> None:
    exchange = recorded.load(name)
    reply = send(sandbox, exchange)
    assert (reply.status, reply.headers["content-type"]) == (exchange.status, exchange.content_type)
    if "json" in exchange.content_type:
        assert reply.json == json.loads(exchange.answer)
    elif exchange.answer:
        assert lines(reply.body) == lines(exchange.answer)


def test_states_of_returns_are_changed_as_recorded(sandbox: SandboxShop) -> None:
    for exchange in map(recorded.load, RETURNS):
        before = len(sandbox.mails)
        reply = send(sandbox, exchange)
        assert (exchange.name, reply.status) == (exchange.name, exchange.status)
        assert lines(reply.body) == lines(exchange.answer)
        assert (exchange.name, len(sandbox.mails) - before) == (exchange.name, exchange.mails)


def test_the_root_describes_the_resources_as_recorded(sandbox: SandboxShop) -> None:
    exchange = recorded.load("D_info/root_list")
    theirs = {str(node.tag): skeleton.of(node, texts=True) for node in etree.fromstring(exchange.answer)[0]}
    ours = {str(node.tag): skeleton.of(node, texts=True) for node in send(sandbox, exchange).root[0]}
    for name in ("genders", "order_return_states", "order_returns", "passerelle_info", "price_lines", "stock_lines"):
        assert ours[name] == theirs[name]


def test_facts_are_told_as_recorded_and_whether_orders_can_be_rolled_back(sandbox: SandboxShop) -> None:
    exchange = recorded.load("D_info/passerelle_info_get")
    theirs, ours = Entity(etree.fromstring(exchange.answer)[0]), send(sandbox, exchange).entities[0]
    assert [name for name in ours.names if name != "transactional"] == theirs.names
    for name in ("shop_groups", "payment_modules", "carrier_countries"):
        assert [child.tag for child in ours.element(name)[0]] == [child.tag for child in theirs.element(name)[0]]
    same = ("ps_version", "time_zone", "stock_management", "round_type", "round_mode", "multishop", "order_return_days")
    assert {name: ours[name] for name in same} == {name: theirs[name] for name in same}


def test_a_schema_of_the_facts_is_ignored_as_recorded(sandbox: SandboxShop) -> None:
    exchange = recorded.load("D_info/passerelle_info_synopsis_ignored")
    assert send(sandbox, exchange).entities[0].names[0] == Entity(etree.fromstring(exchange.answer)[0]).names[0]


def test_facts_in_json_have_the_recorded_names(sandbox: SandboxShop) -> None:
    exchange = recorded.load("D_info/passerelle_info_json")
    theirs = json.loads(exchange.answer)["passerelle_info"]
    ours = send(sandbox, exchange).json["passerelle_info"]
    assert [name for name in ours if name != "transactional"] == list(theirs)


def test_without_the_module_the_resource_is_unknown_as_recorded(real_shop: bool) -> None:
    if real_shop:
        pytest.skip("the recordings are compared with the sandbox only")
    exchange = recorded.load("D_info/resource_when_module_disabled")
    with SandboxShop() as bare:
        reply = send(bare, exchange)
    assert reply.status == exchange.status
    assert skeleton.errors(reply.body)[0][0] == skeleton.errors(exchange.answer)[0][0]


@pytest.mark.parametrize("name", REFUSED_SALES)
def test_a_sale_is_refused_in_the_recorded_words(sandbox: SandboxShop, name: str) -> None:
    """The probe refused the whole document; each line has its own answer now."""
    exchange = recorded.load(f"C_store_orders/{name}")
    reply = send(sandbox, exchange)
    (line,) = reply.rows
    assert (reply.status, line["status"]) == (200, "error")
    assert re.sub(r"\d+ times", "N times", line["message"]) == re.sub(r"\d+ times", "N times", exchange.messages[0])


@pytest.mark.parametrize("name", CREATED_SALES)
def test_a_sale_becomes_the_recorded_order(sandbox: SandboxShop, name: str) -> None:
    exchange = recorded.load(f"C_store_orders/{name}")
    theirs = Entity(etree.fromstring(exchange.answer)[0])
    (line,) = send(sandbox, exchange).rows
    assert (line["status"], line["message"]) == ("created", "")
    order = sandbox.row("orders", int(line["id"]))
    same = ("id_customer", "id_carrier", "payment", "note", "total_discounts_tax_incl", "total_discounts_tax_excl",
            "total_paid_tax_incl", "total_paid_tax_excl", "date_add")  # fmt: skip
    assert {field: order[field] for field in same} == {field: theirs[field] for field in same}
    details = [row for row in sandbox.rows("order_details") if row["id_order"] == line["id"]]
    for detail, row in zip(details, theirs.members("order_rows"), strict=True):
        wanted = {field: value for field, value in row.items() if field not in {"id", "product_name"}}
        assert {field: detail[field] for field in wanted} == wanted


def test_many_sales_are_answered_line_by_line_as_recorded(sandbox: SandboxShop) -> None:
    send(sandbox, recorded.load("C_store_orders/1_post"))
    exchange = recorded.load("C_store_orders/5_specific_store_docs")
    body = exchange.body.replace(b"store_doc>", b"store_order>")
    with Webservice(sandbox.url, sandbox.key) as client:
        reply = client.send("POST", "store_orders", body=body)
    theirs = [Entity(node) for node in etree.fromstring(exchange.answer)[0]]
    told = [[(row.names, row["internal_reference"], row["status"], row["message"]) for row in all_]
            for all_ in (reply.rows, theirs)]  # fmt: skip
    assert (reply.status, told[0]) == (exchange.status, told[1])


def bulk(sandbox: SandboxShop) -> None:
    """The products of the recorded bulk writes."""
    for reference in ("BKS0000", "BKS0001", *(f"BKS{number:04}" for number in range(100, 110))):
        sandbox.insert("products", {"reference": reference, "price": 10, "name": reference, "quantity": 300})
    for parent, combination in (("BKP0001", "BKP0001x1"), ("BKC520", "BKC520x1"), ("twin", "demo_3")):
        product = sandbox.insert("products", {"reference": parent, "price": 10, "name": parent})
        sandbox.insert("combinations", {"id_product": product, "reference": combination, "quantity": 300})
    sandbox.insert("products", {"reference": "demo_3", "price": 10, "name": "demo_3"})


@pytest.mark.parametrize(("name", "query"), LINES.items())
def test_lines_are_counted_as_recorded(sandbox: SandboxShop, name: str, query: str) -> None:
    """The probe told an ambiguous reference twice, as unknown too."""
    bulk(sandbox)
    exchange = recorded.load(name)
    theirs, ours = Entity(etree.fromstring(exchange.answer)[0]), send(sandbox, exchange, query=query).entities[0]
    told = {field: theirs[field] for field in theirs.names if not field.endswith("_ms")}
    ambiguous = set(told.get("ambiguous", "").split(";")) - {""}
    told["unknown"] = ";".join(one for one in told["unknown"].split(";") if one not in ambiguous)
    assert {field: ours[field] for field in told} == told


def test_every_recorded_exchange_is_compared_or_says_why_not() -> None:
    sales = {f"C_store_orders/{name}" for name in (*REFUSED_SALES, *CREATED_SALES, "5_specific_store_docs")}
    compared = {*READS, *RETURNS, *FACTS, *sales, *LINES}
    assert recorded.names() - compared == set(NOT_COMPARED)
