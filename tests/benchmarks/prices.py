"""20,000 prices of products that an earlier import has linked, made and then changed: by the webservice, by our module.

Each is measured against bare batches of the webservice, and against a client that sends one row after the other.

On a real shop each of 4,000 products has one for each of five quantities, and everything is deleted at the end.
"""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import product
from pathlib import Path

import polars as pl

from tests.benchmarks.bare import Rate, best_rate, documents, one_by_one
from tests.benchmarks.figures import Sheet
from tests.benchmarks.place import (
    FLAT_OUT,
    REAL,
    Catalogue,
    ShopProcess,
    Speed,
    catalogue,
    known_as,
    known_products,
    open_world,
    run_flow,
)
from tests.benchmarks.real_shop import RealShop, ours, parts, products_of_ours
from tests.flows.world import World

LINES = 20_000
FIRST_LINES = 500
"""Of a first run, in which the client gets to know the shop."""
_REDUCTIONS = 8
_APART = 5
"""A sale has a few reductions, in percent; when they change, each item has another."""
BATCHES = (500,)
CONNECTIONS = (4, 6)
ON_SHOP = 4_000
QUANTITIES = (1, 2, 3, 4, 5)
_FIRST_QUANTITY, _USUAL_QUANTITY = 9, 8
NAIVE_SAMPLE = 200
ROUNDS = 2
LANES = ("webservice", "module")
_TARGETS = {"webservice": (">= 0.80", ">= 0.70"), "module": ("", "")}
_COLUMNS = ("reference", "erp_code", "reduction", "type", "reduction_tax", "from_quantity")


@dataclass(frozen=True, slots=True)
class Against:
    """What a way is measured against: the best bare batches, and rows per second of a client that knows none."""

    bare: Rate
    usual: float


@dataclass(frozen=True, slots=True)
class Way:
    """How the prices go, and where the flow runs."""

    lane: str
    in_prefect: bool

    def __str__(self) -> str:
        return self.lane + ("" if self.in_prefect else " as from cron")


WAYS = [Way(lane, in_prefect) for lane, in_prefect in product(LANES, (True, False))]


def measure(sheet: Sheet, place: Path) -> None:
    """The ratios at both speeds of the shop, by webservice and by module, in Prefect and as from cron."""
    shop = catalogue(place, LINES + FIRST_LINES)
    for speed in (REAL, FLAT_OUT):
        sheet.title(f"Specific prices, {LINES:,} lines: {speed.name}")
        bare = [_bare(speed, shop, connections) for connections in CONNECTIONS]
        best = [max(rates, key=lambda one: one.bare.per_second) for rates in zip(*bare, strict=True)]
        for way in WAYS:
            with open_world(place / "prices", speed, shop.state, module=True) as world:
                _one_way(sheet, world, shop, f"specific prices, {speed.name}", best, way)


def _one_way(sheet: Sheet, world: World, shop: Catalogue, name: str, best: Sequence[Against], way: Way) -> None:
    _specify(world, way)
    known_products(world)
    references = list(shop.stock_ids)
    _drop(world, references[LINES:], 10, "specificprice_0.csv")
    run_flow("import_specific_prices", world, in_prefect=way.in_prefect)
    _flows(sheet, world, name, references[:LINES], (1,), best, way)


def measure_on(sheet: Sheet, place: Path, shop: RealShop) -> None:
    """The ratios of each round: a shared machine's rounds differ, and the ways of one round were measured together."""
    sheet.title(f"Specific prices, {ON_SHOP * len(QUANTITIES):,} lines: a real shop")
    with products_of_ours(shop, ON_SHOP):
        ids = {reference: number for number, reference in ours(shop).items()}
        for number in range(1, ROUNDS + 1):
            best = _bare_there(shop, [*ids.values()])
            # By turns: what goes first comes right after the bare requests.
            for way in WAYS[:: 1 if number % 2 else -1]:
                _one_way_there(sheet, place / "real_prices", shop, number, ids, best, way)
                _delete_prices(shop, ids.values())


def _one_way_there(
    sheet: Sheet,
    folder: Path,
    shop: RealShop,
    number: int,
    ids: Mapping[str, int],
    best: Sequence[Against],
    way: Way,
) -> None:
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    with World(folder, shop) as world:  # type: ignore[arg-type] # what a World needs of one
        _specify(world, way)
        known_as(world, ids)
        _drop(world, list(ids)[:FIRST_LINES], 10, "specificprice_0.csv", (_FIRST_QUANTITY,))
        run_flow("import_specific_prices", world, in_prefect=way.in_prefect)
        _flows(sheet, world, f"round {number}", list(ids), QUANTITIES, best, way)


def _flows(
    sheet: Sheet,
    world: World,
    name: str,
    references: list[str],
    from_quantities: Sequence[int],
    best: Sequence[Against],
    way: Way,
) -> None:
    """Prices are made, and then changed."""
    lines = len(references) * len(from_quantities)
    for verb, reduction, against, target in zip(("made", "changed"), (10, 12), best, _TARGETS[way.lane], strict=True):
        _drop(world, references, reduction, f"specificprice_{reduction}.csv", from_quantities)
        ran = run_flow("import_specific_prices", world, in_prefect=way.in_prefect)
        steps = {step["name"]: step["seconds"] for step in world.report()["steps"]}
        rate, writing = lines / ran.flow_seconds, lines / steps["write specific prices"]
        told = f"{name}, {verb}, {way}"
        sheet.add(f"{told}, against bare batches", rate / against.bare.per_second, "ratio", target)
        sheet.add(f"{told}, writing step alone against bare batches", writing / against.bare.per_second, "ratio")
        sheet.add(f"{told}, against one row after the other", rate / against.usual, "ratio")
        sheet.add(f"{told}, lines per second, flow", rate, "lines/s")
        sheet.note(f"Bare: {against.bare}; one row after the other {against.usual:,.0f}/s.")
        sheet.note(f"Steps: {steps}. CPU {ran.flow_cpu:.2f} s. {world.report()['requests']}")


def _against(url: str, key: str, method: str, entities: Sequence[bytes], usual: Sequence[bytes], at: int) -> Against:
    rate = best_rate(url, key, method, "specific_prices", entities, BATCHES, (at,))
    return Against(rate, one_by_one(url, key, documents(method, "specific_prices", usual, 1)))


def _bare_there(shop: RealShop, ids: Sequence[int]) -> tuple[Against, Against]:
    """Made and then changed; what was made is deleted."""
    new = [_entity(10, id_product=number, from_quantity=quantity) for number in ids for quantity in QUANTITIES]
    rates = _made_and_changed(shop.url, shop.key, new, ids, CONNECTIONS[0], lambda: list(_prices(shop, ids)))
    _delete_prices(shop, ids)
    return rates


def _made_and_changed(
    url: str, key: str, new: Sequence[bytes], products: Sequence[int], at: int, known: Callable[[], list[int]]
) -> tuple[Against, Against]:
    usual = [_entity(10, id_product=number, from_quantity=_USUAL_QUANTITY) for number in products[:NAIVE_SAMPLE]]
    made = _against(url, key, "POST", new, usual, at)
    changed = [_entity(12, id=number) for number in known()]
    again = [_entity(14, id=number) for number in known()[:NAIVE_SAMPLE]]
    return made, _against(url, key, "PATCH", changed, again, at)


def _prices(shop: RealShop, ids: Iterable[int]) -> Iterator[int]:
    for part in parts(ids):
        for row in shop.list("specific_prices", f"filter[id_product]=[{part}]"):
            yield int(row["id"])


def _delete_prices(shop: RealShop, ids: Iterable[int]) -> None:
    known = [str(number) for number in _prices(shop, ids)]
    for start in range(0, len(known), BATCHES[0]):
        shop.answer("DELETE", f"/api/specific_prices?id=[{','.join(known[start : start + BATCHES[0]])}]")


def _bare(speed: Speed, shop: Catalogue, connections: int) -> tuple[Against, Against]:
    """Made and then changed, on a shop of its own: it takes no second price of the same case."""
    with ShopProcess(speed, shop.state) as other:
        products = [int(row["id"]) for row in other.ask("GET", "rows/products")]
        new = [_entity(10, id_product=number) for number in products]

        def known() -> list[int]:
            return [int(row["id"]) for row in other.ask("GET", "rows/specific_prices")]

        return _made_and_changed(other.url, other.key, new, products, connections, known)


def _entity(percent: int, **ids: int) -> bytes:
    """A new price of `id_product`, or the changed reduction of `id`."""
    case: dict[str, object] = {}
    if "id_product" in ids:
        nobodys = ("id_cart", "id_group", "id_customer", "id_country", "id_currency", "id_product_attribute")
        case = {
            **dict.fromkeys(nobodys, 0),
            "id_shop": 1,
            "price": "-1.000000",
            "from_quantity": 1,
            "reduction_tax": 1,
            "reduction_type": "percentage",
            "from": "0000-00-00 00:00:00",
            "to": "0000-00-00 00:00:00",
        }
    fields = {**case, **ids, "reduction": f"0.{percent}0000"}
    inside = "".join(f"<{field}>{value}</{field}>" for field, value in fields.items())
    return f"<specific_price>{inside}</specific_price>".encode()


def _specify(world: World, way: Way) -> None:
    """A stream of the columns that the file has, and the lane."""
    world.write_settings(shop={"lane": way.lane})
    data: dict[str, dict[str, object]] = {column: {"index": index} for index, column in enumerate(_COLUMNS)}
    data["reference"]["object_key"] = True
    stream = {"class": "\\SpecificPrice", "enabled": True, "type": "local", "data": data}
    (world.folder / "import.json").write_text(json.dumps({"specificprice": stream}), encoding="utf-8")


def _drop(
    world: World, references: list[str], reduction: int, name: str, from_quantities: Sequence[int] = (1,)
) -> None:
    reductions = [str(reduction + _APART * (number % _REDUCTIONS)) for number in range(len(references))]
    of_references = pl.DataFrame({"reference": references, "erp_code": "SOLDES", "reduction": reductions})
    rows = of_references.with_columns(type=pl.lit("%"), reduction_tax=pl.lit("1")).join(
        pl.DataFrame({"from_quantity": list(map(str, from_quantities))}), how="cross"
    )
    rows.write_csv(world.folder / "streams" / name, separator=";")
