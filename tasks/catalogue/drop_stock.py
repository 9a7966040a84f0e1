"""What the ERP has in its warehouses becomes a file of the stock stream, which travels as every file does."""

from __future__ import annotations

import asyncio
import csv
import io
from collections.abc import Collection, Mapping
from datetime import UTC, datetime

from connectors.files.arrive import Arrived, move_arrived
from connectors.files.durable import make_durable
from connectors.files.folder import path_for
from connectors.files.private import shared_folder
from connectors.ledger import Link
from schemas.catalogue import ReadStock
from schemas.column_spec import AbsentRows, StreamSpec
from schemas.erp import Erp, need
from schemas.errors import ConfigFault, ConfigurationError
from schemas.incidents import Level
from tasks.run.run import Run
from tasks.run.step_tasks import step_task
from tasks.run.sweeps import Sweep
from tasks.stock.look_up import item_ids_of

_CURSOR = "cursor"


@step_task("read the ERP's stock")
async def drop_stock(run: Run, erp: Erp) -> None:
    """A file of what has moved since the last one, and once a day of everything, lies in the drop folder.

    Nothing of a plan or of the ERP's test access: only how many quantities there would be.
    """
    stock = need(erp.stock, erp.kind, "import_stock from the ERP")
    warehouses = run.folder.settings.stock.warehouses
    _check(run, stock.unknown_warehouses(warehouses))
    kind = erp.ledger_kind("movements")
    sweep = Sweep(run, kind)
    with run.step("read the ERP's stock"):
        is_complete = sweep.is_due or run.stream.absent_rows is not AbsentRows.KEEP or run.since is not None
        summed = " ".join(sorted(set(warehouses)))
        after = "" if is_complete else _cursor(run, kind, summed)
        read = await asyncio.to_thread(stock.stock, warehouses, after)
        if not run.may_write_shop or erp.is_test:
            run.note(Level.INFO, "stock_of_erp_planned", value=str(len(read.quantities)))
            return
        held = await _of_others(run, read)
        if read.quantities:
            _drop(run, read, held)
        link = Link(_CURSOR, 0, fingerprint=summed, confirmed_value=read.cursor)
        run.ledger.confirm(run.folder.name, kind, [link], run_id=run.run_id)
        sweep.done = not after
        sweep.keep()


def _check(run: Run, unknown: tuple[str, ...]) -> None:
    if unknown:
        remedy, key = "Write the reference of one that it has.", "stock.warehouses"
        faults = [ConfigFault("settings.toml", key, f"the ERP has no warehouse {each}", remedy) for each in unknown]
        raise ConfigurationError(tuple(faults))
    targets = {column.target for column in run.stream.columns}
    if "quantity" not in targets or not any(column.object_key for column in run.stream.columns):
        reason, remedy = "the stream names no key or no quantity", "Give it both columns under `data`, as for files."
        raise ConfigurationError((ConfigFault("import.json", "stock.data", reason, remedy),))
    if run.stream.has_warehouses:
        reason = "the ERP's quantities come summed"
        remedy = "Take the column `warehouse` out of this stream; `warehouses` under [stock] says which are summed."
        raise ConfigurationError((ConfigFault("import.json", "stock.data.warehouse", reason, remedy),))


def _cursor(run: Run, kind: str, summed: str) -> str:
    """Where the last run ended; nothing where it summed other warehouses."""
    links = run.ledger.links_for(run.folder.name, kind, [_CURSOR])
    if not links.height or links["fingerprint"][0] != summed:
        return ""
    return str(links["confirmed_value"][0] or "")


async def _of_others(run: Run, read: ReadStock) -> set[str]:
    """The references of this shop under which the ERP has another shop's item, or another one: they are reported."""
    found = await item_ids_of(run.shop, run.stream.key_column.target, list(read.owners))
    held = {
        reference
        for reference, ids in found.items()
        if isinstance(ids, tuple) and read.owners[reference] != "-".join(str(id_) for id_ in ids if id_)
    }
    for reference in sorted(held):
        run.note(Level.ERROR, "stock_of_other_item", reference, detail=read.owners[reference] or "-")
    return held


def _drop(run: Run, read: ReadStock, held: Collection[str]) -> None:
    """The file appears whole; a run that is killed before it is noted drops the same quantities once more."""
    files, drop = run.folder.settings.files, run.folder.drop
    name = f"{run.stream.name}_erp_{datetime.now(UTC):%Y%m%dT%H%M%S%f}.{run.stream.file_extension}"
    place = path_for(drop, run.stream, tuple(run.folder.imports.streams.values()), name)
    shared_folder(place.parent)
    # A hidden name is nobody's.
    part = place.with_name(f".{place.name}")
    part.write_text(
        as_file(run.stream, {**read.quantities, **dict.fromkeys(held, "")}), encoding=run.stream.encoding or "utf-8"
    )
    make_durable(part)
    marker = files.marker_suffix if files.complete == "marker" else ""
    move_arrived([Arrived(part, place, datetime.now(UTC))], drop, marker)


def as_file(stream: StreamSpec, quantities: Mapping[str, int | str]) -> str:
    """Quantities as the files of the stream are written: each value in the column that import.json names for it.

    One that is held is empty: its row is rejected, and what a row names is not absent.
    """
    cells = {column.index: column for column in stream.columns}
    width = max(cells) + 1
    text = io.StringIO()
    writer = csv.writer(text, delimiter=stream.delimiter, lineterminator="\n")
    if stream.header_lines is None or stream.header_lines > 0:
        writer.writerow(cells[index].key if index in cells else "" for index in range(width))
        text.write("\n" * ((stream.header_lines or 1) - 1))
    for reference, quantity in sorted(quantities.items()):
        values = {stream.key_column.index: reference, _quantity_index(stream): quantity}
        writer.writerow(values.get(index, "") for index in range(width))
    return text.getvalue()


def _quantity_index(stream: StreamSpec) -> int:
    return next(column.index for column in stream.columns if column.target == "quantity")
