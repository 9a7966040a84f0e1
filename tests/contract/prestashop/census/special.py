"""Kinds whose requests are not made of an entity's fields: lines, sales and the page of the module, pictures."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, TypeAlias

import pytest

from tests.contract.prestashop.census.requests import written_parameter
from tests.contract.prestashop.module import lines, pages
from tests.contract.prestashop.module.sales import Sales
from tests.contract.prestashop.setting import NO_SUCH_ID
from tests.flows.pictures import png

if TYPE_CHECKING:
    from tests.contract.prestashop.census.requests import Asked
    from tests.contract.prestashop.census.world import OwnBench, World
    from tests.contract.prestashop.documents import Row
    from tests.contract.prestashop.webservice import Reply

Outcome: TypeAlias = "tuple[Reply, str, Sequence[int]]"
"""The answer, and the resource and ids of what to look at afterwards."""


def _lines(one: Asked, _elements: frozenset[str], world: World, bench: OwnBench) -> Outcome:
    products = [bench.product() for _ in range(2)]
    value = "7" if one.resource == "stock_lines" else "12.500000"
    body = "".join(f"{product['reference']};{value}\n" for product in products) + "CENSUS-unknown;1\n"
    query: dict[str, object] = {}
    for name, text in one.parameters:
        query |= written_parameter(name, text, world)
    reply = world.shop.send("PUT", one.resource, query, body.encode())
    if one.resource == "stock_lines":
        return reply, "stock_availables", [bench.stock_row(product.id).id for product in products]
    return reply, "products", [product.id for product in products]


def _lowest_prices(one: Asked, _elements: frozenset[str], world: World, bench: OwnBench) -> Outcome:
    """A line of a product of its own, which is taken away again."""
    reference = bench.product()["reference"]
    value = "|||2026-11-27 00:00:00|2026-11-30 23:59:59|80.000000|96.00|20|30"
    query = {
        name: value for name, text in one.parameters for name, value in written_parameter(name, text, world).items()
    }
    body = f"{reference};{value}\nCENSUS-unknown;{value}\n".encode()
    written = world.shop.send("PUT", one.resource, query if one.writes else {}, body)
    read = written if one.writes else world.shop.get(one.resource, after=reference[:-1])
    world.shop.send("PUT", one.resource, body=f"{reference};\n".encode())
    return read, "products", []


def _sales(one: Asked, _elements: frozenset[str], world: World, bench: OwnBench) -> Outcome:
    sales = Sales(bench)
    try:
        reply = sales.send(*(sales.sale() for _ in range(2 if one.number == "several" else 1)))
    finally:
        bench.remove_all()
        sales.remove_rows()
    return reply, "orders", []


def _specific_price_lines(one: Asked, _elements: frozenset[str], world: World, bench: OwnBench) -> Outcome:
    """A price that is there with another reduction, a new one, and one of no product."""
    product = bench.product()
    query: dict[str, object] = {}
    for name, text in one.parameters:
        query |= written_parameter(name, text, world)
    shop, never = world.setting.shop, "0000-00-00 00:00:00"

    def line(id_product: int, quantity: int, reduction: str) -> str:
        return f"0;{id_product};0;{shop};0;0;0;0;0;{quantity};-1.000000;percentage;{reduction};1;{never};{never}\n"

    world.shop.send("PUT", one.resource, query, line(product.id, 1, "0.200000").encode())
    body = line(product.id, 1, "0.300000") + line(product.id, 5, "0.200000") + line(NO_SUCH_ID, 1, "0.200000")
    reply = world.shop.send("PUT", one.resource, query, body.encode())
    return reply, "specific_prices", sorted(world.shop.bare_ids("specific_prices", id_product=product.id))


def _product_lines(one: Asked, _elements: frozenset[str], world: World, bench: OwnBench) -> Outcome:
    """New products, a combination and one that is refused, where a document holds several."""
    product, values = bench.product().id, bench.option("S")
    named = {"ean13": "2000000000039"} if ("named_by", "ean13") in one.parameters else {}
    rows: list[tuple[str, str, Row]] = [
        ("0", "products", bench.product_row(**named)),
        ("1", "combinations", bench.combination_row(product, *values)),
        ("2", "products", bench.product_row(price="-1")),
    ]
    query = {
        name: value for name, text in one.parameters for name, value in written_parameter(name, text, world).items()
    }
    reply = lines.send(bench, *(rows if one.number == "several" else rows[:1]), **query)
    return reply, "products", [row.id for row in reply.rows if row["key"] == "0"]


def _documents(one: Asked, _elements: frozenset[str], world: World, bench: OwnBench) -> Outcome:
    order = world.shop.read("orders", world.rows["orders"][0].id)
    sent = pages.order(order.id, order["reference"], pages.delivery(bench.name("bl")), delivery_date="2026-12-04")
    if one.method == "GET":
        return world.shop.get("erp_documents", id_order=f"{order.id}|{NO_SUCH_ID}"), "orders", []
    reply = world.shop.send("PUT", "erp_documents", body=pages.body(*[sent] * (2 if one.number == "several" else 1)))
    return reply, "orders", [order.id]


def _invoices(one: Asked, _elements: frozenset[str], world: World, bench: OwnBench) -> Outcome:
    order = world.shop.read("orders", world.rows["orders"][0].id)
    if one.method == "GET":
        return world.shop.get("erp_invoices", id_order=order.id), "orders", []
    sent = [pages.invoice(order, bench.name("fa")) for _ in range(2 if one.number == "several" else 1)]
    return world.shop.send("PUT", "erp_invoices", body=pages.invoices_body(*sent)), "orders", []


def _picture(world: World, product: int) -> Reply:
    """The answer to a small picture that is sent for a product."""
    body = (
        b'--census\r\nContent-Disposition: form-data; name="image"; filename="a.png"\r\nContent-Type: image/png\r\n\r\n'
        + png()
        + b"\r\n--census--\r\n"
    )
    headers = {"Content-Type": "multipart/form-data; boundary=census"}
    return world.shop.send("POST", f"images/products/{product}", body=body, headers=headers)


def _image(one: Asked, _elements: frozenset[str], world: World, bench: OwnBench) -> Outcome:
    product = bench.product().id
    reply = _picture(world, product)
    if one.method != "POST":
        found = re.search(rb"<id><!\[CDATA\[(\d+)", reply.body)
        assert found, reply.body
        reply = world.shop.send(one.method, f"images/products/{product}/{int(found[1])}")
    return reply, "products", [product]


def _board(one: Asked, elements: frozenset[str], world: World, _bench: OwnBench) -> Outcome:
    """What employees have asked is written on the page alone: a shop without it shows nothing of the kind."""
    query = {
        name: value for name, text in one.parameters for name, value in written_parameter(name, text, world).items()
    }
    order = world.shop.read("orders", world.rows["orders"][0].id)
    told = {"id": order.id, "reference": order["reference"], "state": "held", "erp_number": "", "why": {"fr": "é"}}
    parts = {
        "page": {"runs": [], "verdict": "Completed"},
        "digest": "census",
        "orders": [told | {"changed_at": "2026-11-30"}],
        "orders_of": "cegid/test/order",
        "orders_until": "2026-11-30",
        "answers": [{"token": "of nobody", "state": "done", "text": {"en": "a", "fr": "é"}}],
    }
    body = json.dumps({name: parts[name] for name in sorted(elements)}).encode() if one.writes else b""
    reply = world.shop.send(one.method, one.resource, query, body)
    if b"<request>" not in reply.body:
        pytest.skip("no employee has asked for anything on the page of this shop")
    return reply, "orders", []


def _events(one: Asked, elements: frozenset[str], world: World, _bench: OwnBench) -> Outcome:
    """Nothing but one event is told: that others are missing, as whoever begins to listen to orders is."""
    shop, everything = world.shop, {"topics": "order|product|stock", "limit": 1000}
    while found := re.findall(rb"<id><!\[CDATA\[(\d+)", shop.send("GET", "passerelle_events", everything).body):
        shop.send("PUT", "passerelle_events", everything, json.dumps({"read": [*map(int, found)]}).encode())
    shop.get("passerelle_events", topics="product")
    told = {"topics=one": "order", "topics=several": "order|product", "wait=n": "1", "limit=n": "500"}
    asked = {name: f"{name}={form}" for name, form in one.parameters}
    query: dict[str, object] = {name: told[form] for name, form in asked.items() if form in told}
    query |= {name: world.setting.shop for name, _ in one.parameters if name == "id_shop"}
    parts = {"read": [NO_SUCH_ID], "ping": {"url": "", "secret": ""}}
    body = json.dumps({name: parts[name] for name in sorted(elements)}).encode() if one.writes else b""
    return shop.send(one.method, one.resource, query, body or None), "orders", []


SPECIAL: Mapping[tuple[str, str], Callable[[Asked, frozenset[str], World, OwnBench], Outcome]] = {
    ("PUT", "stock_lines"): _lines,
    ("PUT", "price_lines"): _lines,
    ("PUT", "product_lines"): _product_lines,
    ("PUT", "specific_price_lines"): _specific_price_lines,
    ("GET", "lowest_prices"): _lowest_prices,
    ("PUT", "lowest_prices"): _lowest_prices,
    ("POST", "store_orders"): _sales,
    ("GET", "erp_documents"): _documents,
    ("PUT", "erp_documents"): _documents,
    ("GET", "erp_invoices"): _invoices,
    ("PUT", "erp_invoices"): _invoices,
    ("GET", "passerelle_board"): _board,
    ("PUT", "passerelle_board"): _board,
    ("GET", "passerelle_events"): _events,
    ("PUT", "passerelle_events"): _events,
    ("GET", "images/id"): _image,
    ("POST", "images/id"): _image,
    ("DELETE", "images/id"): _image,
}
