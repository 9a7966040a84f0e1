"""In which order the recorded writes on carts and orders were made."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.contract.prestashop.recorded import unrecorded
from tests.contract.prestashop.recorded.steps import each, folder

if TYPE_CHECKING:
    from tests.contract.prestashop.recorded.steps import Step

ORDERS = folder(
    "07_orders",
    unrecorded.customer(12),
    "addresses_post_1",
    *each("addresses_post_1", "bad_postcode", "without_city"),
    "carts_post_1",
    "orders_post_1__total_wrong",
    unrecorded.cart(7),
    "orders_post_1__total_right",
    unrecorded.references({6: "OOFCAIVCI", 7: "OUBQEYFPW"}),
    unrecorded.satellites(7, (10, 11)),
    *each("after_post", "order_details", "order_carriers", "order_histories", "order_invoices", "order_payments"),
    *each("orders_post_1", "same_cart_again", "unknown_cart"),
    unrecorded.cart(8),
    *each(
        "orders_post_1",
        "unknown_module",
        "not_a_payment_module",
        "without_module",
        "with_state_reference_dates_ignored",
    ),
    unrecorded.cart(9, delivery_option=None),
    "orders_post_1__cart_without_delivery_option",
    unrecorded.cart(10, quantity=0),
    "orders_post_1__empty_cart",
    unrecorded.cart(11, quantity=999_999),
    "orders_post_1__more_than_stock",
    unrecorded.references({8: "KPDCVQGQK", 9: "HFNVVXTEO", 10: "SEPNTCVDH"}),
    "order_payments_list_by_date",
    unrecorded.cart(12, quantity=0),
    "orders_post_1__order_rows_without_cart_rows",
    *each("order_histories_post_1", "payment_accepted", "processing__sendemail", "same_state_again"),
    "order_carriers_get_1",
    "order_carriers_patch_1__tracking",
    "order_carriers_patch_1__tracking__sendemail__carrier_without_url",
    "order_carriers_patch_1__tracking__sendemail__carrier_with_url",
    "order_carriers_put_1__only_required_fields",
    "orders_patch_1__shipping_number",
    "order_histories_post_1__shipped",
    *each("orders_patch_1", "current_state_delivered", "note", "reference"),
    *each("order_histories_post_1", "unknown_state", "unknown_order"),
    "orders_get_1__final",
    "order_payments_post_1",
    "order_payments_list_by_reference",
    "order_invoices_list",
    "order_slip_post_1",
    "order_slip_list_by_order",
    "order_details_patch_1__quantity_refunded",
    "addresses_patch_1",
    "customers_patch_1",
    *(unrecorded.cart(cart) for cart in (13, 14, 15)),
    "orders_post_3__2nd_unknown_module",
    "orders_put_1__only_current_state",
)

ERROR_STATE: list[Step] = [
    unrecorded.customer(12),
    *folder("07_orders", "addresses_post_1", "carts_post_1", "orders_post_1__total_wrong"),
    *folder("07_orders", *each("order_in_error_state", "then_state_2", "then_state_6")),
]
