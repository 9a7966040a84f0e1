"""How a cart becomes an order, what of the document is used, and what an order shows."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, Any

import pytest

from tests.contract.prestashop.setting import NO_SUCH_ID
from tests.contract.prestashop.webservice import crashed, refused

if TYPE_CHECKING:
    from tests.contract.prestashop.buyer import Buyer, Order
    from tests.contract.prestashop.setting import Setting
    from tests.contract.prestashop.webservice import Reply, Webservice

CART_LOST = "Cart cannot be loaded or an order has already been placed using this cart"


def test_a_cart_is_read_as_it_was_sent(shop: Webservice, buyer: Buyer) -> None:
    cart = shop.read("carts", buyer.cart(3))
    (line,) = cart.members("cart_rows")
    assert (line["id_product"], line["quantity"]) == (str(buyer.product), "3")
    assert cart["id_customer"] == str(buyer.customer)


def test_the_right_total_makes_a_valid_invoiced_and_paid_order(buyer: Buyer) -> None:
    before = buyer.in_stock()
    order = buyer.order()
    shown = order.read()
    assert order.state == buyer.states["remote"]
    assert shown["valid"] == "1"
    assert int(shown["invoice_number"]) > 0
    assert Decimal(shown["total_paid_real"]) == buyer.total
    assert [Decimal(payment["amount"]) for payment in order.payments()] == [buyer.total]
    assert buyer.in_stock() == before - 2


def test_another_total_makes_an_order_in_error_without_invoice_or_stock(buyer: Buyer) -> None:
    before = buyer.in_stock()
    order = buyer.posted(buyer.cart(), buyer.total - Decimal("0.01"))
    shown = order.read()
    assert order.state == buyer.states["refused"]
    assert (shown["valid"], shown["invoice_number"]) == ("0", "0")
    assert Decimal(shown["total_paid"]) == buyer.total
    assert Decimal(shown["total_paid_real"]) == buyer.total - Decimal("0.01")
    assert buyer.in_stock() == before


def test_an_order_in_error_that_is_set_to_paid_gets_a_second_payment_of_its_whole_total(buyer: Buyer) -> None:
    order = buyer.posted(buyer.cart(), "1.00")
    assert order.move(buyer.states["paid"]).status == 201
    assert [Decimal(payment["amount"]) for payment in order.payments()] == [Decimal("1.00"), buyer.total]


def test_an_order_in_error_is_paid_by_a_state_and_its_stock_comes_back_when_cancelled(buyer: Buyer) -> None:
    before = buyer.in_stock()
    order = buyer.posted(buyer.cart(), "1.00")
    assert order.move(buyer.states["paid"]).status == 201
    shown = order.read()
    assert shown["valid"] == "1"
    assert int(shown["invoice_number"]) > 0
    assert buyer.in_stock() == before - 2
    assert order.move(buyer.states["cancelled"]).status == 201
    assert order.read()["valid"] == "0"
    assert buyer.in_stock() == before


def test_the_answer_to_an_order_has_its_id_and_neither_state_nor_reference(shop: Webservice, buyer: Buyer) -> None:
    reply = shop.post("orders", buyer.order_row(buyer.cart(), buyer.total))
    assert reply.status == 201
    (answered,) = reply.entities
    buyer.bench.keep_track("orders", answered.id)
    assert (answered["current_state"], answered["reference"], answered["date_add"]) == ("", "", "")
    assert len(shop.read("orders", answered.id)["reference"]) == 9


def test_state_reference_date_and_lines_of_the_document_are_ignored(buyer: Buyer) -> None:
    sent = {"current_state": buyer.states["delivered"], "reference": "ERPREF001", "date_add": "2024-01-02 03:04:05",
            "total_shipping": "99", "note": "from the ERP"}  # fmt: skip
    order = buyer.posted(buyer.cart(), buyer.total, **sent)
    shown = order.read()
    assert order.state == buyer.states["remote"]
    assert shown["reference"] != "ERPREF001"
    assert shown["date_add"] > "2024-12-31"
    assert Decimal(shown["total_shipping"]) != 99
    assert shown["note"] == ""


def test_what_was_ignored_is_written_afterwards(shop: Webservice, order: Order) -> None:
    sent = {"date_add": "2024-01-02 03:04:05", "reference": "ERPREF001", "note": "from the ERP"}
    shop.patched("orders", {"id": order.id, **sent})
    shown = order.read()
    assert {name: shown[name] for name in sent} == sent


def test_the_lines_come_from_the_cart_at_the_shop_s_prices(shop: Webservice, buyer: Buyer, order: Order) -> None:
    (line,) = order.read().members("order_rows")
    assert (line["product_id"], line["product_quantity"]) == (str(buyer.product), "2")
    assert Decimal(line["unit_price_tax_excl"]) == Decimal("12.5")
    assert Decimal(line["unit_price_tax_incl"]) == Decimal(15)
    (detail,) = shop.find("order_details", id_order=order.id)
    assert detail.id == int(line["id"])
    assert Decimal(detail["total_price_tax_incl"]) == Decimal(30)
    assert Decimal(detail["total_price_tax_excl"]) == Decimal(25)
    assert detail["product_reference"] == shop.read("products", buyer.product)["reference"]


def test_lines_and_shipping_add_up_to_the_total(order: Order) -> None:
    shown = order.read()
    parts = ("total_products_wt", "total_shipping_tax_incl", "total_wrapping_tax_incl")
    total = sum(Decimal(shown[name]) for name in parts) - Decimal(shown["total_discounts_tax_incl"])
    assert total == Decimal(shown["total_paid_tax_incl"])
    assert Decimal(shown["total_products"]) == Decimal(25)


def test_a_cart_without_a_delivery_option_has_no_shipping(buyer: Buyer) -> None:
    order = buyer.posted(buyer.cart(delivery_option=""), buyer.total)
    shown = order.read()
    assert Decimal(shown["total_shipping"]) == 0
    assert order.state == buyer.states["refused"]


def cart_lost(reply: Reply, setting: Setting) -> bool:
    """Whether the shop says so, in its own words up to 8.2 and without a word since 9.1."""
    return crashed(reply) if setting.of_9 else reply.status == 500 and CART_LOST in reply.body.decode()


def test_a_cart_is_used_once_and_the_second_answer_is_no_xml(shop: Webservice, setting: Setting, buyer: Buyer) -> None:
    cart = buyer.cart()
    buyer.posted(cart, buyer.total)
    reply = shop.post("orders", buyer.order_row(cart, buyer.total))
    assert reply.headers["content-type"].startswith("text/html")
    assert cart_lost(reply, setting)
    assert len(shop.find("orders", "[id]", id_cart=cart)) == 1


def test_an_unknown_cart_is_answered_the_same(shop: Webservice, setting: Setting, buyer: Buyer) -> None:
    assert cart_lost(shop.post("orders", buyer.order_row(NO_SUCH_ID, buyer.total)), setting)


def test_an_order_of_an_empty_cart_kills_the_request(shop: Webservice, buyer: Buyer) -> None:
    assert crashed(shop.post("orders", buyer.order_row(buyer.cart(0), "0")))


def test_an_empty_list_of_cart_rows_fails_in_the_database_and_leaves_the_cart(
    shop: Webservice, setting: Setting, buyer: Buyer
) -> None:
    before = {cart.id for cart in shop.find("carts", "[id]", id_customer=buyer.customer)}
    reply = shop.post("carts", buyer.cart_row(0, cart_rows=[]))
    assert reply.status == 201 if setting.silent else crashed(reply)
    (left,) = {cart.id for cart in shop.find("carts", "[id]", id_customer=buyer.customer)} - before
    buyer.bench.keep_track("carts", left)
    cart = buyer.cart()
    reply = shop.patch("carts", {"id": cart, "cart_rows": []})
    assert reply.status == 200 if setting.silent else crashed(reply)
    assert shop.read("carts", cart).members("cart_rows") == []


@pytest.mark.parametrize("module", ["foo", "ps_mainmenu"])
def test_a_module_that_takes_no_payment_kills_the_request(shop: Webservice, buyer: Buyer, module: str) -> None:
    cart = buyer.cart()
    assert crashed(shop.post("orders", buyer.order_row(cart, buyer.total, module=module)))
    assert shop.find("orders", "[id]", id_cart=cart) == []


@pytest.mark.parametrize("name", ["module", "payment", "id_cart", "id_customer", "total_paid", "conversion_rate"])
def test_a_required_field_left_out_is_refused(shop: Webservice, buyer: Buyer, name: str) -> None:
    row: dict[str, Any] = buyer.order_row(buyer.cart(), buyer.total)
    del row[name]
    assert refused(shop.post("orders", row), 41, 400)


def test_more_than_the_stock_is_sold(buyer: Buyer) -> None:
    order = buyer.posted(buyer.cart(buyer.in_stock() + 1000), "1.00")
    assert order.state == buyer.states["refused"]


def test_orders_are_found_by_state_customer_and_date(shop: Webservice, buyer: Buyer, order: Order) -> None:
    state = f"[{buyer.states['remote']}|{buyer.states['paid']}]"
    found = {row.id for row in shop.find("orders", "[id]", current_state=state, id_customer=buyer.customer)}
    assert order.id in found
    reply = shop.get("orders", date=1, display="[id]", **{"filter[date_upd]": f">[{order.read()['date_add'][:10]}]"})
    assert order.id in {row.id for row in reply.rows}


def test_an_order_has_an_invoice_whose_totals_are_its_own(shop: Webservice, buyer: Buyer, order: Order) -> None:
    (invoice,) = shop.find("order_invoices", id_order=order.id)
    assert invoice["number"] == order.read()["invoice_number"]
    assert Decimal(invoice["total_paid_tax_incl"]) == buyer.total


def test_put_of_the_state_alone_is_refused(shop: Webservice, buyer: Buyer, order: Order) -> None:
    assert refused(shop.put("orders", {"id": order.id, "current_state": buyer.states["paid"]}), 41, 400)
    assert order.state == buyer.states["remote"]


def test_an_order_is_really_deleted(shop: Webservice, order: Order) -> None:
    assert shop.delete("orders", order.id).status == 200
    assert not shop.exists("orders", order.id)
