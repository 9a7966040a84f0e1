"""Damaged files: whatever happens to a file on its way, no traceback, and every row ends in one place."""

from __future__ import annotations

import json
import shutil
import tempfile
from collections.abc import AsyncIterator, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from random import Random
from typing import Any

from flows.import_customers import import_customers
from flows.import_products import import_products
from flows.import_return_statuses import import_return_statuses
from flows.import_specific_prices import import_specific_prices
from flows.import_stock import import_stock
from flows.import_store_orders import import_store_orders
from flows.import_stores import import_stores
from schemas.column_spec import StreamSpec
from tests.campaigns import laws
from tests.flows.flat_world import BY_FILE, FlatWorld
from tests.flows.world import World
from tests.tasks.read.mutated_files import mutated_file
from tests.tasks.read.sample_streams import OTHER_STREAMS, PRODUCT
from tests.tasks.read.test_properties import conserved_or_refused

FILES_AT_ONCE = 5
OTHER_FLOWS: Mapping[str, Any] = {
    "stock": import_stock,
    "store": import_stores,
    "customer": import_customers,
    "specificprice": import_specific_prices,
    "storeOrder": import_store_orders,
    "orderReturnStatus": import_return_statuses,
}
_FLAGS: Mapping[str, Mapping[str, Any]] = {
    "reference": {"object_key": True},
    "reference_parent": {"parent_ref": True},
    "price": {"required": True},
    "couleur": {"is_attribute": True, "public_name": "Couleur"},
    "taille": {"is_attribute": True, "public_name": "Taille"},
    "category1": {"is_category": True, "category_depth": 0},
    "category2": {"is_category": True, "category_depth": 1},
}


@dataclass(frozen=True, slots=True)
class Damaged:
    """A seed whose file broke a law, and how."""

    seed: int
    fault: str


def read_and_validated(seeds: range, stream: StreamSpec = PRODUCT) -> Iterator[Damaged]:
    """Damaged files through reading and validation; those that break a law."""
    with tempfile.TemporaryDirectory() as folder:
        for seed in seeds:
            try:
                conserved_or_refused(mutated_file(Random(seed), stream), Path(folder), stream)
            except Exception as error:  # noqa: BLE001 - any error at all is the finding
                yield Damaged(seed, f"{type(error).__name__}: {error}")


def prepared(world: World) -> None:
    """Gives the world's product stream the columns of the damaged files."""
    data = {column.key: {"index": column.index} | dict(_FLAGS.get(column.key, {})) for column in PRODUCT.columns}
    world.write_specs(product={"data": data})


async def every_other_stream_planned(world: FlatWorld, seeds: range) -> AsyncIterator[Damaged]:
    """The same of every other stream, as shipped, for a shop with the module."""
    world.specify(orderReturnStatus=BY_FILE)
    for stream in OTHER_STREAMS.values():
        async for damaged in planned(world, seeds, stream):
            yield damaged


async def planned(world: World, seeds: range, stream: StreamSpec = PRODUCT) -> AsyncIterator[Damaged]:
    """Damaged files through the whole flow as dry runs, some at once; those that break a law."""
    flow = OTHER_FLOWS.get(stream.name, import_products)
    for start in range(seeds.start, seeds.stop, FILES_AT_ONCE):
        some = range(start, min(start + FILES_AT_ONCE, seeds.stop))
        for seed in some:
            (world.folder / "streams" / f"{stream.name}_{seed:06}.csv").write_bytes(mutated_file(Random(seed), stream))
        shutil.rmtree(world.folder / "reports", ignore_errors=True)
        state = await flow(str(world.folder), dry_run=True, return_state=True)
        broken = _broken(world, str(state.name), str(state.message), len(some))
        for fault in broken:
            yield Damaged(start, fault)
        for path in (world.folder / "streams").iterdir():
            path.unlink()


def _broken(world: World, name: str, message: str, files: int) -> list[str]:
    if name not in {"Planned", "Failed"} or "exception" in message:
        return [f"the run ended {name}: {message}"]
    report = world.report()
    told = [file["status"] for file in report["files"]]
    read = sum(file["rows"] for file in report["files"])
    broken = laws.counted(report)
    broken += [] if len(told) == files else [f"{files} files, {told} told"]
    broken += [] if read == report["counts"]["rows_read"] else [f"{read} rows in the files, {report['counts']} told"]
    broken += [] if name == "Planned" or set(told) == {"refused"} else [f"{name} with {told}: {message}"]
    broken += [f"rows wait: {json.dumps(report['counts'])}"] if report["counts"].get("waiting") else []
    return broken + ([f"wrote {world.shop.writes} times"] if world.shop.writes else [])
