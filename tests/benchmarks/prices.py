"""20,000 prices of products that an earlier import has linked, made and then changed, against bare batches.

On a real shop each of 4,000 products has one for each of five quantities, and everything is deleted at the end.
"""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path

import polars as pl

from tests.benchmarks.bare import Rate, best_rate
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
_FIRST_QUANTITY = 9
ROUNDS = 2
_COLUMNS = ("reference", "erp_code", "reduction", "type", "reduction_tax", "from_quantity")


def measure(sheet: Sheet, place: Path) -> None:
    """Both ratios at both speeds of the shop, in Prefect and as from cron."""
    shop = catalogue(place, LINES + FIRST_LINES)
    for speed in (REAL, FLAT_OUT):
        sheet.title(f"Specific prices, {LINES:,} lines: {speed.name}")
        bare = [_bare(speed, shop, connections) for connections in CONNECTIONS]
        best = [max(rates, key=lambda rate: rate.per_second) for rates in zip(*bare, strict=True)]
        for in_prefect in (True, False):
            with open_world(place / "prices", speed, shop.state) as world:
                _one_way(sheet, world, shop, f"specific prices, {speed.name}", best, in_prefect=in_prefect)


def _one_way(sheet: Sheet, world: World, shop: Catalogue, name: str, best: Sequence[Rate], *, in_prefect: bool) -> None:
    _specify(world)
    known_products(world)
    references = list(shop.stock_ids)
    _drop(world, references[LINES:], 10, "specificprice_0.csv")
    run_flow("import_specific_prices", world, in_prefect=in_prefect)
    _flows(sheet, world, name, references[:LINES], (1,), best, in_prefect=in_prefect)


def measure_on(sheet: Sheet, place: Path, shop: RealShop) -> None:
    """The ratios of each round: a shared machine's rounds differ, and the ways of one round were measured together."""
    sheet.title(f"Specific prices, {ON_SHOP * len(QUANTITIES):,} lines: a real shop")
    with products_of_ours(shop, ON_SHOP):
        ids = {reference: number for number, reference in ours(shop).items()}
        for number in range(1, ROUNDS + 1):
            best = _bare_there(shop, [*ids.values()])
            # By turns: what goes first comes right after the bare requests.
            for in_prefect in (True, False) if number % 2 else (False, True):
                _one_way_there(sheet, place / "real_prices", shop, number, ids, best, in_prefect=in_prefect)
                _delete_prices(shop, ids.values())


def _one_way_there(
    sheet: Sheet,
    folder: Path,
    shop: RealShop,
    number: int,
    ids: Mapping[str, int],
    best: Sequence[Rate],
    *,
    in_prefect: bool,
) -> None:
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    with World(folder, shop) as world:  # type: ignore[arg-type] # what a World needs of one
        _specify(world)
        known_as(world, ids)
        _drop(world, list(ids)[:FIRST_LINES], 10, "specificprice_0.csv", (_FIRST_QUANTITY,))
        run_flow("import_specific_prices", world, in_prefect=in_prefect)
        _flows(sheet, world, f"round {number}", list(ids), QUANTITIES, best, in_prefect=in_prefect)


def _flows(
    sheet: Sheet,
    world: World,
    name: str,
    references: list[str],
    from_quantities: Sequence[int],
    best: Sequence[Rate],
    *,
    in_prefect: bool,
) -> None:
    """Prices are made, and then changed."""
    lines = len(references) * len(from_quantities)
    for verb, reduction, against, target in zip(
        ("made", "changed"), (10, 12), best, (">= 0.80", ">= 0.70"), strict=True
    ):
        _drop(world, references, reduction, f"specificprice_{reduction}.csv", from_quantities)
        ran = run_flow("import_specific_prices", world, in_prefect=in_prefect)
        steps = {step["name"]: step["seconds"] for step in world.report()["steps"]}
        rate, writing = lines / ran.flow_seconds, lines / steps["write specific prices"]
        way = f"{name}, {verb}{'' if in_prefect else ' as from cron'}"
        sheet.add(f"{way}, against bare batches", rate / against.per_second, "ratio", target)
        sheet.add(f"{way}, writing step alone against bare batches", writing / against.per_second, "ratio")
        sheet.add(f"{way}, lines per second, flow", rate, "lines/s")
        sheet.add(f"{way}, lines per second, bare", against.per_second, "lines/s")
        sheet.note(f"Bare: {against}. Steps: {steps}. CPU {ran.flow_cpu:.2f} s. {world.report()['requests']}")


def _bare_there(shop: RealShop, ids: Sequence[int]) -> tuple[Rate, Rate]:
    """Made and then changed; what was made is deleted."""
    new = [_entity(10, id_product=number, from_quantity=quantity) for number in ids for quantity in QUANTITIES]
    made = best_rate(shop.url, shop.key, "POST", "specific_prices", new, BATCHES, CONNECTIONS[:1])
    known = list(_prices(shop, ids))
    changed = [_entity(12, id=number) for number in known]
    rates = made, best_rate(shop.url, shop.key, "PATCH", "specific_prices", changed, BATCHES, CONNECTIONS[:1])
    _delete_prices(shop, ids)
    return rates


def _prices(shop: RealShop, ids: Iterable[int]) -> Iterator[int]:
    for part in parts(ids):
        for row in shop.list("specific_prices", f"filter[id_product]=[{part}]"):
            yield int(row["id"])


def _delete_prices(shop: RealShop, ids: Iterable[int]) -> None:
    known = [str(number) for number in _prices(shop, ids)]
    for start in range(0, len(known), BATCHES[0]):
        shop.answer("DELETE", f"/api/specific_prices?id=[{','.join(known[start : start + BATCHES[0]])}]")


def _bare(speed: Speed, shop: Catalogue, connections: int) -> tuple[Rate, Rate]:
    """Made and then changed, on a shop of its own: it takes no second price of the same case."""
    with ShopProcess(speed, shop.state) as other:
        products = [int(row["id"]) for row in other.ask("GET", "rows/products")]
        new = [_entity(10, id_product=number) for number in products]
        made = best_rate(other.url, other.key, "POST", "specific_prices", new, BATCHES, (connections,))
        known = [int(row["id"]) for row in other.ask("GET", "rows/specific_prices")]
        changed = [_entity(12, id=number) for number in known]
        return made, best_rate(other.url, other.key, "PATCH", "specific_prices", changed, BATCHES, (connections,))


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


def _specify(world: World) -> None:
    """A stream of the columns that the file has."""
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
