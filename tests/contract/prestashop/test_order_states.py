"""States, tracking, payments and credit slips of an order that exists."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

import pytest

from tests.contract.prestashop.bench import PAYMENT, wait_for_another_second
from tests.contract.prestashop.setting import NO_SUCH_ID
from tests.contract.prestashop.webservice import crashed, refused

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from tests.contract.prestashop.buyer import Buyer, Order
    from tests.contract.prestashop.setting import Setting
    from tests.contract.prestashop.webservice import Webservice


def moves_the_date(order: Order, write: Callable[[], object]) -> bool:
    """Whether a write changes the date of the order."""
    before = order.read()["date_upd"]
    wait_for_another_second()
    write()
    return order.read()["date_upd"] != before


def test_the_states_that_matter_are_named_in_the_configuration(shop: Webservice, buyer: Buyer) -> None:
    states = {row.id: row for row in shop.find("order_states")}
    assert set(buyer.states.values()) <= states.keys()
    assert states[buyer.states["paid"]]["paid"] == "1"
    assert states[buyer.states["shipped"]]["shipped"] == "1"
    assert states[buyer.states["cancelled"]]["paid"] == "0"


def test_states_have_a_name_in_each_language(shop: Webservice, setting: Setting, buyer: Buyer) -> None:
    names = shop.read("order_states", buyer.states["shipped"]).texts("name")
    assert names.keys() == {setting.en, setting.fr}
    assert all(names.values())


def test_a_state_is_posted_as_a_history(buyer: Buyer, order: Order) -> None:
    reply = order.move(buyer.states["preparation"])
    assert reply.status == 201
    assert order.state == buyer.states["preparation"]
    histories = order.histories()
    assert [int(row["id_order_state"]) for row in histories] == [buyer.states["remote"], buyer.states["preparation"]]
    assert [row["id_employee"] for row in histories] == ["0", "0"]


def test_a_delivery_state_dates_the_delivery(buyer: Buyer, order: Order) -> None:
    assert order.read()["delivery_number"] == "0"
    order.move(buyer.states["preparation"])
    order.move(buyer.states["shipped"])
    shown = order.read()
    assert int(shown["delivery_number"]) > 0
    assert shown["delivery_date"] != "0000-00-00 00:00:00"


def test_the_same_state_again_is_one_more_history(buyer: Buyer, order: Order) -> None:
    for _ in range(2):
        assert order.move(buyer.states["preparation"]).status == 201
    assert len(order.histories()) == 3


def test_an_unknown_state_or_order_kills_the_request(shop: Webservice, buyer: Buyer, order: Order) -> None:
    assert crashed(order.move(NO_SUCH_ID))
    assert crashed(shop.post("order_histories", {"id_order": NO_SUCH_ID, "id_order_state": buyer.states["paid"]}))
    assert order.state == buyer.states["remote"]


def test_a_patched_state_makes_its_history_too(shop: Webservice, buyer: Buyer, order: Order) -> None:
    shop.patched("orders", {"id": order.id, "current_state": buyer.states["delivered"]})
    assert order.state == buyer.states["delivered"]
    assert int(order.histories()[-1]["id_order_state"]) == buyer.states["delivered"]


def test_a_mail_may_be_asked_for_with_a_state(buyer: Buyer, order: Order) -> None:
    assert order.move(buyer.states["preparation"], sendemail=1).status == 201
    assert order.state == buyer.states["preparation"]


@pytest.fixture
def mailer_down(shop: Webservice) -> Iterator[None]:
    """The shop sends by an SMTP server that is not there; its own settings come back."""
    broken = {"PS_MAIL_METHOD": "2", "PS_MAIL_SERVER": "127.0.0.1", "PS_MAIL_SMTP_PORT": "9"}
    rows = {name: shop.find("configurations", name=name)[0] for name in broken}
    # Those of the installation have dates that the shop itself calls not valid.
    dated = dict.fromkeys(("date_add", "date_upd"), "2026-01-01 00:00:00")
    try:
        for name, row in rows.items():
            shop.patched("configurations", {"id": row.id, "value": broken[name]} | dated)
        yield
    finally:
        for row in rows.values():
            shop.patched("configurations", {"id": row.id, "value": row["value"]} | dated)


@pytest.mark.usefixtures("mailer_down")
def test_with_a_mailer_that_is_down_a_state_is_set_and_said_to_be_refused(
    shop: Webservice, buyer: Buyer, order: Order
) -> None:
    others = [buyer.order() for _ in range(2)]
    state = buyer.states["preparation"]
    rows = [{"id_order": one.id, "id_order_state": state} for one in (order, *others)]
    assert refused(shop.post("order_histories", *rows, sendemail=1), 46, 500)
    # The first has its state and its history, the others were not attempted.
    assert [one.state for one in (order, *others)] == [state, *[buyer.states["remote"]] * 2]
    assert [int(row["id_order_state"]) for row in order.histories()].count(state) == 1
    assert shop.post("order_histories", *rows[1:]).status == 201
    assert {one.state for one in others} == {state}


@pytest.mark.usefixtures("mailer_down")
def test_a_state_without_mail_does_not_mind_the_mailer(buyer: Buyer, order: Order) -> None:
    assert order.move(buyer.states["delivered"], sendemail=1).status == 201


def test_a_state_moves_the_date_of_the_order_and_tracking_does_not(
    shop: Webservice, buyer: Buyer, order: Order
) -> None:
    carrier = order.carrier().id
    assert moves_the_date(order, lambda: order.move(buyer.states["preparation"]))
    assert moves_the_date(order, lambda: shop.patched("orders", {"id": order.id, "note": "n"}))
    tracking = {"id": carrier, "tracking_number": "6A1"}
    assert not moves_the_date(order, lambda: shop.patched("order_carriers", tracking))


def test_payments_slips_and_addresses_do_not_move_the_date_of_the_order(
    shop: Webservice, setting: Setting, buyer: Buyer, order: Order
) -> None:
    payment = {"order_reference": order.reference, "id_currency": setting.currency, "amount": "1"}

    def writes() -> None:
        buyer.bench.make("order_payments", payment)
        shop.patched("addresses", {"id": buyer.address, "city": "Lyon"})
        shop.patched("customers", {"id": buyer.customer, "note": "x"})

    assert not moves_the_date(order, writes)


def test_tracking_is_patched_on_the_order_s_carrier(shop: Webservice, order: Order) -> None:
    before = order.carrier()
    shop.patched("order_carriers", {"id": before.id, "tracking_number": "6A123"})
    assert order.carrier().fields() == before.fields() | {"tracking_number": "6A123"}
    assert order.read()["shipping_number"] == "6A123"


@pytest.mark.parametrize("number", ["6A1,6A2", "https://x.example/a?b=c&d=e", "a~b:c#d%e_f(g)[h].i +j-k@l", "X" * 64])
def test_a_number_of_these_signs_is_taken(shop: Webservice, order: Order, number: str) -> None:
    shop.patched("order_carriers", {"id": order.carrier().id, "tracking_number": number})
    assert order.carrier()["tracking_number"] == number


@pytest.mark.parametrize("sign", [*";|\\<>*'\"!$^{}`", "é"])
def test_a_number_with_any_other_sign_is_refused(shop: Webservice, order: Order, sign: str) -> None:
    row = {"id": order.carrier().id, "tracking_number": f"6A1{sign}6A2"}
    assert refused(shop.patch("order_carriers", row), 85, 400)


def test_the_shipping_number_of_the_order_is_the_same_field(shop: Webservice, order: Order) -> None:
    shop.patched("orders", {"id": order.id, "shipping_number": "7B999"})
    assert order.carrier()["tracking_number"] == "7B999"


def test_put_of_the_carrier_with_required_fields_only_resets_weight_and_cost(shop: Webservice, order: Order) -> None:
    before = order.carrier()
    assert Decimal(before["shipping_cost_tax_incl"]) > 0
    row = {"id": before.id, "id_order": order.id, "id_carrier": before["id_carrier"], "tracking_number": "6A1"}
    assert shop.put("order_carriers", row).status == 200
    after = order.carrier()
    assert Decimal(after["weight"]) == Decimal(after["shipping_cost_tax_incl"]) == 0
    assert after["id_order_invoice"] == "0"


def test_the_carrier_row_weighs_what_was_bought(buyer: Buyer, order: Order) -> None:
    carrier = order.carrier()
    assert Decimal(carrier["weight"]) == Decimal("0.6")
    assert int(carrier["id_carrier"]) == buyer.bench.setting.carrier


def test_a_posted_payment_changes_neither_the_total_paid_nor_the_state(
    setting: Setting, buyer: Buyer, order: Order
) -> None:
    row = {
        "order_reference": order.reference, "id_currency": setting.currency, "amount": "12.34",
        "payment_method": "Cheque", "conversion_rate": "1", "transaction_id": "TX1",
    }  # fmt: skip
    buyer.bench.make("order_payments", row)
    assert [payment["payment_method"] for payment in order.payments()] == [PAYMENT, "Cheque"]
    assert Decimal(order.read()["total_paid_real"]) == buyer.total
    assert order.state == buyer.states["remote"]


def test_a_credit_slip_is_stored_and_changes_nothing_else(shop: Webservice, buyer: Buyer, order: Order) -> None:
    (detail,) = shop.find("order_details", id_order=order.id)
    line = {"id_order_detail": detail.id, "product_quantity": 1, "amount_tax_excl": "12.5", "amount_tax_incl": "15"}
    in_stock = buyer.in_stock()
    buyer.bench.make(
        "order_slip",
        {
            "id_customer": buyer.customer, "id_order": order.id, "conversion_rate": "1", "amount": "15",
            "total_products_tax_excl": "12.5", "total_products_tax_incl": "15", "total_shipping_tax_excl": "0",
            "total_shipping_tax_incl": "0", "shipping_cost": 0, "shipping_cost_amount": "0", "partial": 0,
            "order_slip_type": 1, "order_slip_details": [line],
        },
    )  # fmt: skip
    (slip,) = shop.find("order_slip", id_order=order.id)
    assert Decimal(slip["total_products_tax_incl"]) == 15
    assert [row["id_order_detail"] for row in slip.members("order_slip_details")] == [str(detail.id)]
    assert shop.read("order_details", detail.id)["product_quantity_refunded"] == "0"
    assert buyer.in_stock() == in_stock


def test_the_refunded_quantity_of_a_line_is_patched(shop: Webservice, order: Order) -> None:
    (detail,) = shop.find("order_details", id_order=order.id)
    shop.patched("order_details", {"id": detail.id, "product_quantity_refunded": 1})
    assert shop.read("order_details", detail.id)["product_quantity_refunded"] == "1"
