"""A customer with an address who puts own products into carts and orders them."""

from __future__ import annotations

import json
from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from tests.contract.prestashop.bench import PAYMENT
from tests.contract.prestashop.setting import PAYMENT_MODULE, configured

if TYPE_CHECKING:
    from tests.contract.prestashop.bench import Bench
    from tests.contract.prestashop.documents import Entity
    from tests.contract.prestashop.webservice import Reply, Webservice

STATES = {
    "refused": "PS_OS_ERROR",
    "remote": "PS_OS_WS_PAYMENT",
    "paid": "PS_OS_PAYMENT",
    "preparation": "PS_OS_PREPARATION",
    "shipped": "PS_OS_SHIPPING",
    "delivered": "PS_OS_DELIVERED",
    "cancelled": "PS_OS_CANCELED",
}
IN_STOCK = 100


@dataclass(frozen=True)
class Order:
    """An order as it was posted, to be read again for what became of it."""

    shop: Webservice
    id: int
    total: Decimal

    def read(self) -> Entity:
        return self.shop.read("orders", self.id)

    @property
    def reference(self) -> str:
        return self.read()["reference"]

    @property
    def state(self) -> int:
        return int(self.read()["current_state"])

    def carrier(self) -> Entity:
        """The row that holds weight, cost and tracking number."""
        (row,) = self.shop.find("order_carriers", id_order=self.id)
        return row

    def histories(self) -> list[Entity]:
        return self.shop.find("order_histories", id_order=self.id)

    def payments(self) -> list[Entity]:
        return self.shop.find("order_payments", order_reference=self.reference)

    def move(self, state: int, **params: object) -> Reply:
        return self.shop.post("order_histories", {"id_order": self.id, "id_order_state": state}, **params)


class Buyer:
    """Buys one product at a time; each order has two of them unless told otherwise."""

    def __init__(self, bench: Bench) -> None:
        self.bench = bench
        self.shop = bench.shop
        self.states = {word: int(configured(self.shop, name)) for word, name in STATES.items()}
        self.customer = bench.customer().id
        self.address = bench.make("addresses", bench.address_row(self.customer))[0].id
        self.product = bench.product(price="12.500000", weight="0.3").id
        self.stock = bench.stock_row(self.product).id
        self.shop.patched("stock_availables", {"id": self.stock, "quantity": IN_STOCK})
        self.total = self._learned_total()

    def in_stock(self) -> int:
        return int(self.shop.read("stock_availables", self.stock)["quantity"])

    def cart_row(self, quantity: int = 2, **fields: Any) -> dict[str, Any]:
        setting = self.bench.setting
        line = {
            "id_product": self.product,
            "id_product_attribute": 0,
            "id_address_delivery": self.address,
            "id_customization": 0,
            "quantity": quantity,
        }
        cart = {
            "id_currency": setting.currency,
            "id_lang": setting.en,
            "id_customer": self.customer,
            "id_address_delivery": self.address,
            "id_address_invoice": self.address,
            "id_carrier": setting.carrier,
            "id_shop": setting.shop,
            "id_shop_group": setting.shop_group,
            "secure_key": "",
            "delivery_option": json.dumps({str(self.address): f"{setting.carrier},"}),
        }
        return cart | ({"cart_rows": [line]} if quantity else {}) | fields

    def cart(self, quantity: int = 2, **fields: Any) -> int:
        return self.bench.make("carts", self.cart_row(quantity, **fields))[0].id

    def order_row(self, cart: int, total: Decimal | str, **fields: Any) -> dict[str, Any]:
        setting = self.bench.setting
        return {
            "id_address_delivery": self.address,
            "id_address_invoice": self.address,
            "id_cart": cart,
            "id_currency": setting.currency,
            "id_lang": setting.en,
            "id_customer": self.customer,
            "id_carrier": setting.carrier,
            "module": PAYMENT_MODULE,
            "payment": PAYMENT,
            "total_paid": total,
            "total_paid_real": total,
            "total_products": "1",
            "total_products_wt": "1",
            "conversion_rate": "1",
        } | fields

    def posted(self, cart: int, total: Decimal | str, **fields: Any) -> Order:
        (made,) = self.bench.make("orders", self.order_row(cart, total, **fields))
        return Order(self.shop, made.id, Decimal(total))

    def order(self) -> Order:
        """A paid order of two products."""
        return self.posted(self.cart(), self.total)

    def _learned_total(self) -> Decimal:
        """The total of the usual cart: nothing tells it before a first order."""
        first = self.posted(self.cart(), "1.00")
        return Decimal(first.read()["total_paid_tax_incl"]).quantize(Decimal("0.01"))
