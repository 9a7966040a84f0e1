"""What the ERP has in its warehouses becomes a file of the stock stream, which travels as every file does."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping

from schemas.column_spec import AbsentRows, StreamSpec
from schemas.erp import Erp, need
from schemas.errors import ConfigFault, ConfigurationError
from schemas.incidents import Level
from tasks.catalogue.drop_file import as_file, check_columns, drop_file, of_others
from tasks.catalogue.last_read import LastRead
from tasks.run.run import Run
from tasks.run.step_tasks import step_task
from tasks.run.sweeps import Sweep


@step_task("read the ERP's stock")
async def drop_stock(run: Run, erp: Erp) -> None:
    """A file of what has moved since the last one, and once a day of everything, lies in the drop folder.

    A plan, and the ERP's test access, only shows it.
    """
    stock = need(erp.stock, erp.kind, "import_stock from the ERP")
    warehouses = run.folder.settings.stock.warehouses
    _check(run, stock.unknown_warehouses(warehouses))
    kind = erp.ledger_kind("movements")
    sweep = Sweep(run, kind)
    with run.step("read the ERP's stock"):
        is_complete = sweep.is_due or run.stream.absent_rows is not AbsentRows.KEEP or run.since is not None
        summed = " ".join(sorted(set(warehouses)))
        last = LastRead(run, kind)
        # What other warehouses came to says nothing of these.
        after = "" if is_complete or last.mark != summed else last.cursor
        read = await asyncio.to_thread(stock.stock, warehouses, after)
        held = await of_others(run, read.owners)
        if read.quantities:
            drop_file(run, quantities_as_file(run.stream, {**read.quantities, **dict.fromkeys(held, "")}))
        if not run.may_write_shop:
            run.note(Level.INFO, "rows_of_erp_planned", value=str(len(read.quantities)))
            return
        last.keep(summed, read.cursor)
        sweep.done = not after
        sweep.keep()


def _check(run: Run, unknown: tuple[str, ...]) -> None:
    if unknown:
        remedy, key = "Write the reference of one that it has.", "stock.warehouses"
        faults = [ConfigFault("settings.toml", key, f"the ERP has no warehouse {each}", remedy) for each in unknown]
        raise ConfigurationError(tuple(faults))
    check_columns(run, ["quantity"], cleared=["quantity"])
    if run.stream.has_warehouses:
        reason = "the ERP's quantities come summed"
        remedy = "Take the column `warehouse` out of this stream; `warehouses` under [stock] says which are summed."
        raise ConfigurationError((ConfigFault("import.json", "stock.data.warehouse", reason, remedy),))


def quantities_as_file(stream: StreamSpec, quantities: Mapping[str, int | str]) -> str:
    """Quantities as a file of the stream.

    One that is held is empty: its row is rejected, and what a row names is not absent.
    """
    key = stream.key_column.target
    return as_file(stream, ({key: name, "quantity": quantity} for name, quantity in sorted(quantities.items())))
