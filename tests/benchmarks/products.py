"""2,000 new products with five combinations each and their stock, against bare batches and one request per entity."""

from __future__ import annotations

import base64
import http.client
import re
from pathlib import Path
from typing import Protocol
from urllib.parse import urlsplit

from tests.benchmarks.bare import Request, documents, send
from tests.benchmarks.figures import Sheet
from tests.benchmarks.place import FLAT_OUT, REAL, ShopProcess, Speed, open_world, run_flow
from tests.flows.world import World

PRODUCTS = 2_000
SIZES = ("XS", "S", "M", "L", "XL")
NAIVE_PRODUCTS = 20
BATCH = 50
CONNECTIONS = (4, 6)


def measure(sheet: Sheet, place: Path) -> None:
    """Both ratios at both speeds of the shop; the bare side writes the same products, combinations and quantities."""
    for speed in (REAL, FLAT_OUT):
        sheet.title(f"{PRODUCTS:,} new products with {len(SIZES)} combinations each: {speed.name}")
        bare = min(_bare_seconds(speed, count) for count in CONNECTIONS)
        naive = _naive_seconds(speed)
        with open_world(place / "products", speed) as world:
            _one_speed(sheet, world, speed, bare, naive)


def _one_speed(sheet: Sheet, world: World, speed: Speed, bare: float, naive: float) -> None:
    world.drop_products(*world.dress(100, SIZES), name="product_0.csv")
    run_flow("import_products", world)
    rows = world.dress(100 + PRODUCTS, SIZES)[100 * len(SIZES) :]
    world.drop_products(*rows, name="product_1.csv")
    ran = run_flow("import_products", world)
    name = f"products, {speed.name}: "
    sheet.add(name + "against bare batches", bare / ran.flow_seconds, "ratio", ">= 0.80")
    sheet.add(name + "against one request per entity", naive / ran.flow_seconds, "ratio", ">= 3")
    sheet.add(name + "flow", ran.flow_seconds, "s")
    sheet.add(name + "bare", bare, "s")
    steps = {step["name"]: step["seconds"] for step in world.report()["steps"]}
    sheet.note(f"Steps: {steps}. CPU of the flow {ran.flow_cpu:.2f} s. {world.report()['requests']}")


def _bare_seconds(speed: Speed, connections: int) -> float:
    with ShopProcess(speed) as shop:
        values = values_of(shop)
        seconds = send(shop.url, shop.key, documents("POST", "products", _products(PRODUCTS), BATCH), connections)
        ids = list(range(1, PRODUCTS + 1))
        nodes = [_combination(product, value) for product in ids for value in values]
        seconds += send(shop.url, shop.key, documents("POST", "combinations", nodes, BATCH), connections)
        stock = [
            f"<stock_available><id>{row['id']}</id><quantity>3</quantity></stock_available>".encode()
            for row in shop.ask("GET", "rows/stock_availables")
            if int(row["id_product_attribute"])
        ]
        return seconds + send(shop.url, shop.key, documents("PATCH", "stock_availables", stock, 500), connections)


def _naive_seconds(speed: Speed) -> float:
    """The same written one entity per request over one connection; a sample, taken for all."""
    with ShopProcess(speed) as shop:
        values = values_of(shop)
        requests: list[Request] = documents("POST", "products", _products(NAIVE_PRODUCTS), 1)
        nodes = [_combination(product, value) for product in range(1, NAIVE_PRODUCTS + 1) for value in values]
        requests += documents("POST", "combinations", nodes, 1)
        seconds = send(shop.url, shop.key, requests, 1)
        stock = [
            f"<stock_available><id>{row['id']}</id><quantity>3</quantity></stock_available>".encode()
            for row in shop.ask("GET", "rows/stock_availables")
            if int(row["id_product_attribute"])
        ]
        seconds += send(shop.url, shop.key, documents("PATCH", "stock_availables", stock, 1), 1)
        return seconds * PRODUCTS / NAIVE_PRODUCTS


def _products(count: int) -> list[bytes]:
    return [_product(number).encode() for number in range(count)]


def _product(number: int) -> str:
    names = "".join(f'<language id="{language}">Dress {number}</language>' for language in (1, 2))
    links = "".join(f'<language id="{language}">dress-{number}</language>' for language in (1, 2))
    return (
        f"<product><id_category_default>2</id_category_default><id_tax_rules_group>1</id_tax_rules_group>"
        f"<reference>ROBE{number:04}</reference><state>1</state><active>1</active><price>20.900000</price>"
        f"<name>{names}</name><link_rewrite>{links}</link_rewrite>"
        f"<associations><categories><category><id>2</id></category></categories></associations></product>"
    )


def _combination(product: int, value: int) -> bytes:
    return (
        f"<combination><id_product>{product}</id_product><reference>ROBE{product:04}-{value}</reference>"
        f"<minimal_quantity>1</minimal_quantity><associations><product_option_values><product_option_value>"
        f"<id>{value}</id></product_option_value></product_option_values></associations></combination>"
    ).encode()


class Reached(Protocol):
    """A shop that requests can be sent to."""

    @property
    def url(self) -> str:
        """Its address."""

    @property
    def key(self) -> str:
        """A key of its webservice."""


def values_of(shop: Reached) -> list[int]:
    """The ids of the five sizes, made first."""
    text = "".join(f'<language id="{language}">Bench size</language>' for language in (1, 2))
    option = _create(
        shop,
        "product_options",
        f"<product_option><group_type>select</group_type><name>{text}</name><public_name>{text}</public_name></product_option>",
    )
    return [
        _create(
            shop,
            "product_option_values",
            f"<product_option_value><id_attribute_group>{option}</id_attribute_group><name>"
            + "".join(f'<language id="{language}">{size}</language>' for language in (1, 2))
            + "</name></product_option_value>",
        )
        for size in SIZES
    ]


def _create(shop: Reached, resource: str, node: str) -> int:
    [request] = documents("POST", resource, [node.encode()], 1)
    connection = http.client.HTTPConnection(urlsplit(shop.url).netloc)
    token = base64.b64encode(f"{shop.key}:".encode()).decode()
    connection.request("POST", request.path, request.body, {"Authorization": f"Basic {token}"})
    answer = connection.getresponse().read()
    connection.close()
    found = re.search(rb"<id>(?:<!\[CDATA\[)?(\d+)", answer)
    if found is None:
        raise RuntimeError(answer.decode("utf-8", "replace")[:300])
    return int(found[1])
