"""What happens to an order after it was placed: which changes move its date, and what stays of a deleted one."""

from __future__ import annotations

import time
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import pytest

from tests.contract.prestashop.bench import PAYMENT

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.contract.prestashop.buyer import Buyer, Order
    from tests.contract.prestashop.webservice import Webservice

SECOND = 1.1
"""Dates have no fractions."""


def payment(shop: Webservice, order: Order) -> Any:
    row = {"order_reference": order.reference, "id_currency": order.read()["id_currency"]}
    return shop.post("order_payments", row | {"amount": "4.00", "payment_method": PAYMENT})


def piece(shop: Webservice, order: Order) -> Any:
    (line,) = shop.find("order_details", id_order=order.id)
    return shop.patch("order_details", {"id": line.id, "product_quantity_refunded": 1})


def slip(shop: Webservice, order: Order) -> Any:
    (line,) = shop.find("order_details", id_order=order.id)
    taken = {"id_order_detail": line.id, "product_quantity": 1, "amount_tax_excl": "12.50", "amount_tax_incl": "15.00"}
    row = {"id_customer": order.read()["id_customer"], "id_order": order.id, "conversion_rate": 1, "amount": "15.00"}
    amounts = {"total_products_tax_excl": "12.50", "total_products_tax_incl": "15.00"}
    shipping = {"total_shipping_tax_excl": 0, "total_shipping_tax_incl": 0, "shipping_cost_amount": 0}
    return shop.post("order_slip", row | amounts | shipping | {"partial": 1, "order_slip_details": [taken]})


def parcel(shop: Webservice, order: Order) -> Any:
    return shop.patch("order_carriers", {"id": order.carrier().id, "tracking_number": "6A1"})


def account(shop: Webservice, order: Order) -> Any:
    return shop.patch("customers", {"id": int(order.read()["id_customer"]), "note": "called"})


def same_state(_shop: Webservice, order: Order) -> Any:
    return order.move(order.state)


def note(shop: Webservice, order: Order) -> Any:
    return shop.patch("orders", {"id": order.id, "note": "called"})


@pytest.mark.parametrize("change", [payment, piece, slip, parcel, account])
def test_what_hangs_on_an_order_does_not_move_its_date(
    shop: Webservice, order: Order, change: Callable[[Webservice, Order], Any]
) -> None:
    before = order.read()
    time.sleep(SECOND)
    assert change(shop, order).status < 300
    after = order.read()
    names = ("date_upd", "current_state", "total_paid", "total_paid_real", "id_address_delivery")
    assert {name: after[name] for name in names} == {name: before[name] for name in names}


@pytest.mark.parametrize("change", [same_state, note])
def test_a_state_even_its_own_and_any_write_of_the_order_move_its_date(
    shop: Webservice, order: Order, change: Callable[[Webservice, Order], Any]
) -> None:
    before = order.read()["date_upd"]
    time.sleep(SECOND)
    assert change(shop, order).status < 300
    assert order.read()["date_upd"] > before


def test_lines_history_carrier_and_slips_of_a_deleted_order_stay_and_are_listed(shop: Webservice, order: Order) -> None:
    assert slip(shop, order).status == 201
    before = {name: len(shop.find(name, id_order=order.id)) for name in ("order_details", "order_histories")}
    assert shop.delete("orders", order.id).status == 200
    assert not shop.exists("orders", order.id)
    assert shop.find("orders", id=order.id) == []
    assert {name: len(shop.find(name, id_order=order.id)) for name in before} == before
    assert len(shop.find("order_carriers", id_order=order.id)) == 1
    assert len(shop.find("order_slip", id_order=order.id)) == 1


def test_the_total_is_rounded_once_where_the_products_are_rounded_line_by_line(buyer: Buyer) -> None:
    # 13.056 each: two lines of 13.06, and 26.11 with what is not rounded.
    bench = buyer.bench
    lines = []
    for _ in range(2):
        product = bench.product(price="10.880000").id
        buyer.shop.patched("stock_availables", {"id": bench.stock_row(product).id, "quantity": 10})
        lines.append({"id_product": product, "id_product_attribute": 0, "id_address_delivery": buyer.address})
    rows = [line | {"id_customization": 0, "quantity": 1} for line in lines]
    shown = buyer.posted(buyer.cart(cart_rows=rows), "1.00").read()
    shipping = Decimal(shown["total_shipping_tax_incl"])
    assert Decimal(shown["total_products_wt"]) == Decimal("26.12")
    assert Decimal(shown["total_paid_tax_incl"]) - shipping == Decimal("26.11")
