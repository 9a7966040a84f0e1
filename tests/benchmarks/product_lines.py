"""New products and combinations by our module, with their quantities, against bare documents of the webservice.

On a real shop the same requests are made one way after the other in each round, and everything is deleted at the end.
"""

from __future__ import annotations

import contextlib
import shutil
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from tests.benchmarks.bare import Request, documents, send
from tests.benchmarks.figures import Sheet
from tests.benchmarks.place import run_flow
from tests.benchmarks.products import SIZES, values_of
from tests.benchmarks.real_shop import RealShop
from tests.flows.world import World

PRODUCTS = 400
ROUNDS = 3
CONNECTIONS = 4
BARE_BATCH = 50
LANE_BATCH = 100
_LINES = 500
_PREFIX = "PSSRLNEW"
_WORDS = "Light dress of washed cotton for warm days, made in France, washable at 30 degrees"
_REPEATS = 3


@dataclass(frozen=True, slots=True)
class Seconds:
    """How long one way took for each part."""

    products: float
    combinations: float
    quantities: float

    @property
    def all(self) -> float:
        return self.products + self.combinations + self.quantities


def measure_on(sheet: Sheet, place: Path, shop: RealShop) -> None:
    """The ratios of each round: a shared machine's rounds differ, and the ways of one round were measured together."""
    sheet.title(f"{PRODUCTS:,} new products with {len(SIZES)} combinations each: a real shop")
    values = values_of(shop)
    with _emptied(shop):
        for number in range(1, ROUNDS + 1):
            bare = _bare(shop, values, f"{_PREFIX}{number}B")
            sheet.note(f"round {number}: bare {bare}")
            for mode in ("plain", "hooks"):
                lane = _lane(shop, values, f"{_PREFIX}{number}{mode[0].upper()}", mode)
                name = f"round {number}, {mode}: "
                sheet.add(name + "products", bare.products / lane.products, "ratio")
                sheet.add(name + "combinations", bare.combinations / lane.combinations, "ratio")
                sheet.add(
                    name + "with quantities, all", bare.all / lane.all, "ratio", ">= 5" if mode == "plain" else ""
                )
                sheet.note(f"{mode} {lane}")
            _flows(sheet, place, shop, number, bare)
    _delete(shop, "product_options", "name")


def _flows(sheet: Sheet, place: Path, shop: RealShop, number: int, bare: Seconds) -> None:
    """The whole of import_products, which looks up, reads back and confirms."""
    for lane in ("webservice", "module", "module-plain"):
        folder = place / "product_lines"
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(parents=True)
        with World(folder, shop) as world:  # type: ignore[arg-type] # what a World needs of one
            world.write_settings(shop={"lane": lane})
            rows = world.dress(PRODUCTS, SIZES)
            for row in rows:
                prefix = f"{_PREFIX}{number}{lane}"
                row |= {"reference": prefix + row["reference"], "reference_parent": prefix + row["reference_parent"]}
                row |= {"description": _text(row["name"]), "stocks": "3"}
            world.drop_products(*rows)
            ran = run_flow("import_products", world)
            sheet.add(f"round {number}, flow, {lane}: against bare", bare.all / ran.flow_seconds, "ratio")
            steps = {step["name"]: step["seconds"] for step in world.report()["steps"]}
            sheet.note(f"{ran.flow_seconds:.1f} s, {world.report()['counts']}. Steps: {steps}.")


def _bare(shop: RealShop, values: Sequence[int], prefix: str) -> Seconds:
    products = documents("POST", "products", [_product(prefix, n) for n in range(PRODUCTS)], BARE_BATCH)
    first = send(shop.url, shop.key, products, CONNECTIONS)
    ids = _ours(shop, prefix)
    nodes = [_combination(prefix, product, values, n) for product in ids for n in range(len(values))]
    second = send(shop.url, shop.key, documents("POST", "combinations", nodes, BARE_BATCH), CONNECTIONS)
    stock = [
        f"<stock_available><id>{row}</id><quantity>3</quantity></stock_available>".encode()
        for row in _stock_rows(shop, ids)
    ]
    return Seconds(first, second, send(shop.url, shop.key, documents("PATCH", "stock_availables", stock, 500), 1))


def _lane(shop: RealShop, values: Sequence[int], prefix: str, mode: str) -> Seconds:
    first = _send_lines(shop, [_product(prefix, n) for n in range(PRODUCTS)], mode)
    ids = _ours(shop, prefix)
    nodes = [_combination(prefix, product, values, n) for product in ids for n in range(len(values))]
    second = _send_lines(shop, nodes, mode)
    lines = [f"{prefix}-{product}-{n};3\n".encode() for product in ids for n in range(len(values))]
    requests = [
        Request("PUT", f"/api/stock_lines?mode={mode}", b"".join(lines[start : start + _LINES]), _LINES)
        for start in range(0, len(lines), _LINES)
    ]
    return Seconds(first, second, send(shop.url, shop.key, requests, 1))


def _send_lines(shop: RealShop, nodes: Sequence[bytes], mode: str) -> float:
    lines = [b"<product_line><key>%d</key>%s</product_line>" % (number, node) for number, node in enumerate(nodes)]
    requests = documents("PUT", f"product_lines?mode={mode}", lines, LANE_BATCH)
    return send(shop.url, shop.key, requests, CONNECTIONS)


def _ours(shop: RealShop, prefix: str) -> list[int]:
    """The ids of the products of this prefix; fewer than were sent is an error."""
    rows = shop.list("products", f"filter[reference]=[{prefix}]%&display=[id]")
    if len(rows) != PRODUCTS:
        raise RuntimeError(f"{len(rows)} of {PRODUCTS} products were made")
    return sorted(int(row["id"]) for row in rows)


def _stock_rows(shop: RealShop, ids: Sequence[int]) -> list[int]:
    """The ids of the combinations' stock rows; fewer than were made is an error."""
    found: list[int] = []
    for start in range(0, len(ids), _LINES):
        part = "|".join(map(str, ids[start : start + _LINES]))
        rows = shop.list("stock_availables", f"filter[id_product]=[{part}]&display=[id,id_product_attribute]")
        found += [int(row["id"]) for row in rows if int(row["id_product_attribute"])]
    if len(found) != len(ids) * len(SIZES):
        raise RuntimeError(f"{len(found)} of {len(ids) * len(SIZES)} combinations were made")
    return found


@contextlib.contextmanager
def _emptied(shop: RealShop) -> Iterator[None]:
    """Without products of an earlier measurement, and without those of this one afterwards."""
    _delete(shop, "products", "reference")
    try:
        yield
    finally:
        _delete(shop, "products", "reference")


def _delete(shop: RealShop, resource: str, field: str) -> None:
    prefix = _PREFIX if resource == "products" else "Bench%20size"
    ids = [str(row["id"]) for row in shop.list(resource, f"filter[{field}]=[{prefix}]%&display=[id]")]
    for start in range(0, len(ids), BARE_BATCH):
        shop.answer("DELETE", f"/api/{resource}?id=[{','.join(ids[start : start + BARE_BATCH])}]")


def _text(name: str) -> str:
    return f"<p>{name}. {' '.join([_WORDS] * _REPEATS)}.</p>"


def _product(prefix: str, number: int) -> bytes:
    names = "".join(f'<language id="{language}">Dress {number} cotton</language>' for language in (1, 2))
    links = "".join(f'<language id="{language}">dress-{number}</language>' for language in (1, 2))
    text = _text("Dress").replace("<", "&lt;").replace(">", "&gt;")
    texts = "".join(f'<language id="{language}">{text}</language>' for language in (1, 2))
    return (
        f"<product><id_category_default>2</id_category_default><id_tax_rules_group>1</id_tax_rules_group>"
        f"<reference>{prefix}{number:05}</reference><state>1</state><active>1</active><available_for_order>1"
        f"</available_for_order><show_price>1</show_price><price>20.900000</price><weight>0.300000</weight>"
        f"<name>{names}</name><link_rewrite>{links}</link_rewrite><description>{texts}</description>"
        f"<associations><categories><category><id>2</id></category></categories></associations></product>"
    ).encode()


def _combination(prefix: str, product: int, values: Sequence[int], number: int) -> bytes:
    default = "<default_on>1</default_on>" if number == 0 else ""
    return (
        f"<combination><id_product>{product}</id_product><reference>{prefix}-{product}-{number}</reference>{default}"
        f"<minimal_quantity>1</minimal_quantity><associations><product_option_values><product_option_value>"
        f"<id>{values[number]}</id></product_option_value></product_option_values></associations></combination>"
    ).encode()
