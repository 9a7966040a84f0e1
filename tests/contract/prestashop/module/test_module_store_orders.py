"""Sales of the stores become orders: their own prices and dates, once, and nothing else in the shop moves."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import pytest

from tests.contract.prestashop.bench import PAYMENT
from tests.contract.prestashop.module.sales import document, row
from tests.contract.prestashop.setting import NO_SUCH_ID
from tests.contract.prestashop.webservice import Webservice, refused

if TYPE_CHECKING:
    from deployments.sandbox.shop import SandboxShop
    from tests.contract.prestashop.bench import Bench
    from tests.contract.prestashop.module.sales import Sales

NEVER = "0000-00-00 00:00:00"


def test_the_order_has_the_prices_and_the_date_of_the_sale(sales: Sales) -> None:
    mug = sales.mug["reference"]
    rows = [row(mug, 2, "15.825000", "18.990000", product_name="Sold as this"), row(mug, 1, "9.916667", "11.900000")]
    discount = {"total_discounts_tax_incl": "2.00", "total_discounts_tax_excl": "1.67"}
    order = sales.created(sales.sale(*rows, **discount, total_paid_tax_incl="47.88"))
    totals = {name: order[name] for name in ("total_paid_tax_incl", "total_paid_tax_excl", "total_products_wt")}
    assert totals == {
        "total_paid_tax_incl": "47.880000",
        "total_paid_tax_excl": "39.900000",
        "total_products_wt": "49.880000",
    }
    assert (order["total_paid_real"], order["total_discounts_tax_incl"]) == ("47.880000", "2.000000")
    assert (order["date_add"], order["delivery_date"]) == ("2026-10-03 15:42:10", "2026-10-03 15:42:10")
    assert (order["module"], order["payment"], order["valid"]) == ("passerelle", PAYMENT, "1")
    shown = [(one["product_name"], one["product_quantity"]) for one in order.members("order_rows")]
    assert shown == [("Sold as this", "2"), (sales.mug.texts("name")[sales.bench.setting.en], "1")]


def test_line_totals_are_those_given_or_rounded_to_the_cent(sales: Sales) -> None:
    mug = sales.mug["reference"]
    given = row(mug, 3, "3.330000", "4.000000", total_price_tax_excl="10.00", total_price_tax_incl="12.00")
    order = sales.created(sales.sale(given, row(mug, 3, "3.333333", "4.000000"), total_paid_tax_incl="24.00"))
    lines = sales.shop.find("order_details", id_order=order.id)
    assert [line["total_price_tax_excl"] for line in lines] == ["10.000000", "10.000000"]
    assert [line["unit_price_tax_excl"] for line in lines] == ["3.330000", "3.333333"]


def test_stock_invoices_and_mails_are_left_alone(sandbox: SandboxShop | None, bench: Bench, sales: Sales) -> None:
    before = bench.stock_row(sales.mug.id)["quantity"]
    mails = 0 if sandbox is None else len(sandbox.mails)
    order = sales.created(sales.sale())
    assert bench.stock_row(sales.mug.id)["quantity"] == before
    numbers = [order[name] for name in ("invoice_number", "delivery_number", "invoice_date")]
    assert numbers == ["0", "0", NEVER]
    assert sales.shop.find("order_invoices", id_order=order.id) == []
    assert sandbox is None or len(sandbox.mails) == mails


def test_stock_is_taken_once_when_asked(bench: Bench, sales: Sales) -> None:
    before = int(bench.stock_row(sales.mug.id)["quantity"])
    sale = sales.sale(take_stock=1)
    sales.created(sale)
    assert sales.line(sale)["status"] == "exists"
    assert int(bench.stock_row(sales.mug.id)["quantity"]) == before - 2


def test_a_sale_counts_in_the_statistics_when_asked(sales: Sales) -> None:
    order = sales.created(sales.sale(count_in_stats=1))
    assert (order["invoice_date"], order["invoice_number"]) == ("2026-10-03 15:42:10", "0")


def test_the_order_is_in_the_state_of_store_orders(sales: Sales) -> None:
    order = sales.created(sales.sale())
    state = sales.shop.get("passerelle_info").entities[0]["store_order_state"]
    (history,) = sales.shop.find("order_histories", id_order=order.id)
    assert (order["current_state"], history["id_order_state"]) == (state, state)
    assert history["date_add"] == "2026-10-03 15:42:10"


def test_the_payment_carries_the_reference_of_the_erp(sales: Sales) -> None:
    sale = sales.sale()
    order = sales.created(sale)
    (payment,) = sales.shop.find("order_payments", transaction_id=f"[{sale['internal_reference']}]")
    assert (payment["order_reference"], payment["payment_method"]) == (order["reference"], PAYMENT)
    assert (payment["amount"], payment["date_add"]) == ("23.800000", "2026-10-03 15:42:10")
    assert order["note"] == sale["internal_reference"]


def test_the_customer_does_not_see_the_address_of_the_store(sales: Sales) -> None:
    first, second = sales.created(sales.sale()), sales.created(sales.sale())
    assert first["id_address_delivery"] == second["id_address_delivery"]
    address = sales.shop.read("addresses", int(first["id_address_delivery"]))
    assert (address["id_customer"], address["deleted"]) == (str(sales.customer), "1")


def test_the_address_is_that_of_the_store_named(bench: Bench, sales: Sales, shop: Webservice) -> None:
    store = {"name": bench.setting.both(bench.name("store")), "address1": bench.setting.both("2 rue de Lyon")}
    fields = {"id_country": bench.setting.country, "city": "Lyon", "postcode": "69001", "active": 1, "hours": "[]"}
    made = bench.make("stores", {**store, **fields, "latitude": "45.7", "longitude": "4.8"})[0]
    order = sales.created(sales.sale(id_store=made.id))
    address = shop.read("addresses", int(order["id_address_delivery"]))
    assert (address["address1"], address["city"], address["postcode"]) == ("2 rue de Lyon", "Lyon", "69001")
    assert made.texts("name")[bench.setting.en].startswith(address["alias"])


def test_the_address_to_invoice_is_that_of_the_sale_and_made_once(sales: Sales, shop: Webservice) -> None:
    said = {"invoice_address1": "1 rue Haute", "invoice_postcode": "57990", "invoice_city": "Metz"}
    said["invoice_id_country"] = str(sales.bench.setting.country)
    first, second = sales.created(sales.sale(**said)), sales.created(sales.sale(**said))
    assert first["id_address_invoice"] == second["id_address_invoice"] != first["id_address_delivery"]
    address = shop.read("addresses", int(first["id_address_invoice"]))
    sales.bench.keep_track("addresses", address.id)
    assert (address["address1"], address["postcode"], address["alias"]) == ("1 rue Haute", "57990", "Metz")
    assert (address["id_customer"], address["deleted"]) == (str(sales.customer), "1")


def test_sent_again_it_is_already_there(sales: Sales) -> None:
    sale = sales.sale()
    order = sales.created(sale)
    line = sales.line(sale)
    assert (line["status"], int(line["id"]), line["message"]) == ("exists", order.id, "")


def test_the_order_is_called_what_the_sale_asks_for(sales: Sales) -> None:
    sale = sales.sale(external_reference=sales.name())
    order = sales.created(sale)
    assert order["reference"] == sale["external_reference"]
    (payment,) = sales.shop.find("order_payments", transaction_id=f"[{sale['internal_reference']}]")
    assert payment["order_reference"] == sale["external_reference"]
    assert [(line["status"], int(line["id"])) for line in (sales.line(sale), sales.line(sale))] == [
        ("exists", order.id)
    ] * 2


def test_a_name_that_another_order_has_is_not_taken(sales: Sales) -> None:
    name = sales.name()
    first, other = sales.created(sales.sale(external_reference=name)), sales.sale(external_reference=name)
    second = sales.created(other)
    assert first["reference"] == name != second["reference"]
    assert int(sales.line(other)["id"]) == second.id


@pytest.mark.parametrize("name", ["TEN-LETTER", "a b", "é"])
def test_a_name_the_column_does_not_hold_is_refused(sales: Sales, name: str) -> None:
    line = sales.line(sales.sale(external_reference=name))
    assert line["status"] == "error"
    assert line["message"] == "external_reference: letters, digits, - and _ only, 9 at most"


def test_of_eight_at_once_one_creates(sales: Sales) -> None:
    body = document([sales.sale()])
    with ThreadPoolExecutor(8) as threads:
        replies = list(threads.map(lambda _: sales.shop.send("POST", "store_orders", body=body), range(8)))
    lines = [reply.rows[0] for reply in replies]
    assert sorted(line["status"] for line in lines) == ["created", *["exists"] * 7]
    assert len({line["id"] for line in lines}) == 1
    sales.keep_track(int(lines[0]["id"]))


def test_a_refused_sale_does_not_stop_the_others(sales: Sales) -> None:
    good, bad, last = sales.sale(), sales.sale(id_customer=NO_SUCH_ID), sales.sale()
    lines = sales.send(good, bad, last).rows
    assert [line["status"] for line in lines] == ["created", "error", "created"]
    references = [sale["internal_reference"] for sale in (good, bad, last)]
    assert [line["internal_reference"] for line in lines] == references
    assert (lines[1]["id"], lines[1]["message"]) == ("", "unknown customer")


def _refusals() -> list[tuple[dict[str, Any], str]]:
    return [
        ({"internal_reference": ""}, 'parameter "internal_reference" required'),
        ({"internal_reference": "a;b"},
         "internal_reference: letters, digits, spaces and . / : # - _ only, 64 at most"),
        ({"order_rows": []}, "no rows"),
        ({"total_paid_tax_incl": "50.00"},
         "total_paid_tax_incl 50.00 differs from the sum of the rows less discounts 23.80"),
        ({"total_paid_tax_incl": ""}, "total_paid_tax_incl"),
        ({"date_add": "2026-13-01 00:00:00"}, "date_add: YYYY-MM-DD HH:MM:SS"),
        ({"payment": "<cash>"}, "payment: a text without < > = { }"),
        ({"id_store": NO_SUCH_ID}, "unknown store"),
        ({"invoice_id_country": NO_SUCH_ID}, "unknown country"),
    ]  # fmt: skip


@pytest.mark.parametrize(("wrong", "message"), _refusals())
def test_a_wrong_head_is_refused(sales: Sales, wrong: dict[str, Any], message: str) -> None:
    line = sales.line(sales.sale(**wrong))
    assert (line["status"], line["message"]) == ("error", message)


@pytest.mark.parametrize("quantity", ["-1", "0", "1.5", ""])
def test_returns_and_fractions_are_refused(sales: Sales, quantity: str) -> None:
    line = sales.line(sales.sale(row(sales.mug["reference"], quantity, "1", "1.2")))
    assert (line["status"], line["message"]) == ("error", "row 1: quantity must be a positive integer")


def test_prices_of_ten_decimals_are_refused(sales: Sales) -> None:
    line = sales.line(sales.sale(row(sales.mug["reference"], 1, "1.0000000001", "1.2")))
    assert (line["status"], line["message"]) == ("error", "row 1: unit_price_tax_excl")


def test_an_unknown_reference_is_refused_unless_allowed(sales: Sales) -> None:
    sold = row("CtNobody", 1, "10", "12", product_name="Alteration")
    line = sales.line(sales.sale(sold))
    assert (line["status"], line["message"]) == ("error", "row 1: unknown reference CtNobody")
    order = sales.created(sales.sale(sold, allow_unknown=1))
    (shown,) = order.members("order_rows")
    assert (shown["product_id"], shown["product_name"]) == ("0", "Alteration")


def test_a_reference_of_two_products_is_refused(bench: Bench, sales: Sales) -> None:
    twin = bench.product()
    sales.shop.patched("products", {"id": twin.id, "reference": sales.mug["reference"]})
    line = sales.line(sales.sale())
    assert (line["status"], line["message"]) == ("error", f"reference {sales.mug['reference']} is used 2 times")


def test_a_free_sale_is_an_order_of_nothing(sales: Sales) -> None:
    order = sales.created(sales.sale(row(sales.mug["reference"], 3, "0", "0")))
    assert (Decimal(order["total_paid"]), order["valid"]) == (Decimal(0), "1")


def test_a_body_without_sales_is_refused(shop: Webservice) -> None:
    assert refused(shop.send("POST", "store_orders", body=b"<prestashop/>"), 85, 400)
    assert refused(shop.send("POST", "store_orders", body=b"<prestashop>"), 127, 400)


def test_a_sale_sent_again_under_another_name_or_none_is_the_same_order(sales: Sales) -> None:
    sale = sales.sale(external_reference=sales.name())
    order = sales.created(sale)
    for name in ("", sales.name(), sale["external_reference"]):
        line = sales.line(sale | {"external_reference": name})
        assert (line["status"], int(line["id"])) == ("exists", order.id)


def test_a_sale_sent_again_with_a_name_that_it_had_not_is_the_same_order(sales: Sales) -> None:
    sale = sales.sale()
    order = sales.created(sale)
    line = sales.line(sale | {"external_reference": sales.name()})
    assert (line["status"], int(line["id"])) == ("exists", order.id)


def test_an_order_that_was_given_another_name_in_the_shop_is_still_that_of_its_sale(sales: Sales) -> None:
    sale = sales.sale()
    order = sales.created(sale)
    sales.shop.patched("orders", {"id": order.id, "reference": sales.name()})
    line = sales.line(sale)
    assert (line["status"], int(line["id"])) == ("exists", order.id)


def test_a_sale_twice_in_one_document_is_one_order(sales: Sales) -> None:
    sale = sales.sale()
    reply = sales.send(sale, sale | {"external_reference": sales.name()})
    assert [line["status"] for line in reply.rows] == ["created", "exists"]
    assert len({line["id"] for line in reply.rows}) == 1
