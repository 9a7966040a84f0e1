"""Sales of a store: their documents, and what the shop made of them."""

from __future__ import annotations

import secrets
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from lxml import etree

from tests.contract.prestashop.bench import LEFT_BY_ORDERS, PAYMENT

if TYPE_CHECKING:
    from tests.contract.prestashop.bench import Bench
    from tests.contract.prestashop.documents import Entity
    from tests.contract.prestashop.webservice import Reply

CENT = Decimal("0.01")


def row(reference: str, quantity: int | str, tax_excl: str, tax_incl: str, **fields: Any) -> dict[str, Any]:
    """A row of a sale, with unit prices."""
    return {
        "product_reference": reference,
        "product_quantity": quantity,
        "unit_price_tax_excl": tax_excl,
        "unit_price_tax_incl": tax_incl,
    } | fields


def total(rows: list[dict[str, Any]]) -> Decimal:
    """What the rows cost with tax."""
    return sum((Decimal(one["unit_price_tax_incl"]) * Decimal(one["product_quantity"]) for one in rows), Decimal(0))


class Sales:
    """A customer who bought in a store, and two products of the shop."""

    def __init__(self, bench: Bench) -> None:
        self.bench = bench
        self.shop = bench.shop
        self.customer = bench.customer().id
        self.mug = bench.product(price="9.916667")
        self.orders: list[int] = []

    def reference(self) -> str:
        """A reference of the ERP that the shop does not know."""
        return f"CT-{secrets.token_hex(8)}"

    def name(self) -> str:
        """A reference that no order of the shop has."""
        return f"CT{secrets.token_hex(3)}"

    def sale(self, *rows: dict[str, Any], **fields: Any) -> dict[str, Any]:
        """A sale of two mugs, or of the rows given, paid in full."""
        sold = list(rows) or [row(self.mug["reference"], 2, "9.916667", "11.900000")]
        return {
            "internal_reference": self.reference(),
            "id_store": 0,
            "id_customer": self.customer,
            "id_carrier": self.bench.setting.carrier,
            "payment": PAYMENT,
            "total_paid_tax_incl": f"{total(sold):.2f}" if all(str(one["product_quantity"]).isdigit() for one in sold)
            else "0",
            "date_add": "2026-10-03 15:42:10",
            "order_rows": sold,
        } | fields  # fmt: skip

    def send(self, *sales: dict[str, Any]) -> Reply:
        """The answer to one document of these sales; the orders made are deleted when the test ends."""
        reply = self.shop.send("POST", "store_orders", body=document(sales))
        if reply.status == 200:
            for line in reply.rows:
                if line["id"]:
                    self.keep_track(int(line["id"]))
        return reply

    def line(self, sale: dict[str, Any]) -> Entity:
        """The only line of the answer to one sale."""
        reply = self.send(sale)
        assert reply.status == 200, reply.body
        (line,) = reply.rows
        return line

    def created(self, sale: dict[str, Any]) -> Entity:
        """The order that was made of a sale."""
        line = self.line(sale)
        assert (line["status"], line["message"]) == ("created", "")
        return self.shop.read("orders", int(line["id"]))

    def remove_rows(self) -> None:
        """Deletes what deleting an order leaves behind."""
        for order in self.orders:
            for resource in (*LEFT_BY_ORDERS, "order_cart_rules"):
                rows = self.shop.find(resource, "[id]", id_order=order)
                if rows:
                    self.shop.delete(resource, *(one.id for one in rows))

    def keep_track(self, identifier: int) -> None:
        """Have an order deleted at the end, with its cart and its address."""
        if identifier in self.orders:
            return
        self.orders.append(identifier)
        order = self.shop.read("orders", identifier)
        for resource, field in (("addresses", "id_address_delivery"), ("carts", "id_cart")):
            if (resource, int(order[field])) not in self.bench.made:
                self.bench.keep_track(resource, int(order[field]))
        self.bench.keep_track("orders", identifier)


def document(sales: tuple[dict[str, Any], ...] | list[dict[str, Any]]) -> bytes:
    """The body that holds these sales."""
    root = etree.Element("prestashop")
    for sale in sales:
        node = etree.SubElement(root, "store_order")
        for name, value in sale.items():
            element = etree.SubElement(node, name)
            if isinstance(value, list):
                for one in value:
                    _fields(etree.SubElement(element, "order_row"), one)
            else:
                element.text = str(value)
    return etree.tostring(root, encoding="utf-8", xml_declaration=True)


def _fields(node: etree._Element, values: dict[str, Any]) -> None:
    for name, value in values.items():
        etree.SubElement(node, name).text = str(value)
