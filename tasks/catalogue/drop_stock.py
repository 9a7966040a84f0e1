"""What the ERP has in its warehouses becomes a file of the stock stream, which travels as every file does."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping

from connectors.ledger import Link
from schemas.column_spec import AbsentRows, StreamSpec
from schemas.erp import Erp, need
from schemas.errors import ConfigFault, ConfigurationError
from schemas.incidents import Level
from tasks.catalogue.drop_file import as_file, check_columns, drop_file, of_others
from tasks.run.run import Run
from tasks.run.step_tasks import step_task
from tasks.run.sweeps import Sweep

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
            run.note(Level.INFO, "rows_of_erp_planned", value=str(len(read.quantities)))
            return
        held = await of_others(run, read.owners)
        if read.quantities:
            drop_file(run, quantities_as_file(run.stream, {**read.quantities, **dict.fromkeys(held, "")}))
        link = Link(_CURSOR, 0, fingerprint=summed, confirmed_value=read.cursor)
        run.ledger.confirm(run.folder.name, kind, [link], run_id=run.run_id)
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


def _cursor(run: Run, kind: str, summed: str) -> str:
    """Where the last run ended; nothing where it summed other warehouses."""
    links = run.ledger.links_for(run.folder.name, kind, [_CURSOR])
    if not links.height or links["fingerprint"][0] != summed:
        return ""
    return str(links["confirmed_value"][0] or "")


def quantities_as_file(stream: StreamSpec, quantities: Mapping[str, int | str]) -> str:
    """Quantities as a file of the stream.

    One that is held is empty: its row is rejected, and what a row names is not absent.
    """
    key = stream.key_column.target
    return as_file(stream, ({key: name, "quantity": quantity} for name, quantity in sorted(quantities.items())))
