"""What products cost in the ERP becomes a file of the product stream, which travels as every file does."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from decimal import Decimal
from hashlib import blake2b

from connectors.ledger import Link
from schemas.catalogue import ItemPrice
from schemas.column_spec import AbsentRows
from schemas.erp import Erp, need
from schemas.errors import ConfigFault, ConfigurationError
from schemas.incidents import Level
from tasks.catalogue.drop_file import as_file, check_column, drop_file, of_others
from tasks.run.run import Run
from tasks.run.step_tasks import step_task
from tasks.run.sweeps import Sweep
from tasks.stock.look_up import item_ids_of

_LAST = "last"


@step_task("read the ERP's prices")
async def drop_prices(run: Run, erp: Erp) -> None:
    """A file of the prices of what the shop has on sale lies in the drop folder, where any has changed in the ERP.

    Once a day whatever has changed. Nothing of a plan or of the ERP's test access: only how many prices there would be.
    """
    told = need(erp.prices, erp.kind, "import_products from the ERP")
    _check(run)
    kind = erp.ledger_kind("prices")
    sweep = Sweep(run, kind)
    with run.step("read the ERP's prices"):
        prices = await asyncio.to_thread(told.prices)
        mark = _mark(run, prices)
        if not sweep.is_due and run.since is None and mark == _last(run, kind):
            return
        if not run.may_write_shop or erp.is_test:
            run.note(Level.INFO, "rows_of_erp_planned", value=str(len(prices)))
            return
        if rows := await _rows(run, prices):
            drop_file(run, as_file(run.stream, rows))
        link = Link(_LAST, 0, fingerprint=mark)
        run.ledger.confirm(run.folder.name, kind, [link], run_id=run.run_id)
        sweep.done = True
        sweep.keep()


def _check(run: Run) -> None:
    check_column(run, "price")
    catalogue = run.folder.exports.streams.get("catalogue")
    if run.stream.absent_rows is not AbsentRows.KEEP:
        reason, remedy = "the ERP tells prices alone", "Take `absentRows` out of this stream."
        raise ConfigurationError((ConfigFault("import.json", "product.absentRows", reason, remedy),))
    if catalogue is not None and catalogue.enabled and "price" not in run.folder.settings.catalogue.erp_owns:
        reason = "export_catalogue writes the price into the ERP, and import_products takes it from there"
        remedy = 'Add "price" to `erp_owns`, so that it is the ERP\'s.'
        raise ConfigurationError((ConfigFault("settings.toml", "catalogue.erp_owns", reason, remedy),))


def _last(run: Run, kind: str) -> str:
    links = run.ledger.links_for(run.folder.name, kind, [_LAST])
    return str(links["fingerprint"][0]) if links.height else ""


def _mark(run: Run, prices: Mapping[str, ItemPrice]) -> str:
    """A hash of all that was told, with what of it is taken."""
    text = "\n".join(f"{name} {price}" for name, price in sorted(prices.items()))
    return blake2b(f"{run.folder.settings.products.prices}\n{text}".encode(), digest_size=16).hexdigest()


async def _rows(run: Run, prices: Mapping[str, ItemPrice]) -> list[dict[str, str]]:
    """A row of each item that is on sale in the shop, by reference; what is not is left as it is.

    A price of 0 is that of an item which nobody gave a price.
    """
    held = await of_others(run, {name: each.owner for name, each in prices.items() if each.owner is not None})
    wanted = [name for name, each in prices.items() if name not in held and each.tax_excl > 0]
    key = run.stream.key_column.target
    found = await item_ids_of(run.shop, key, wanted)
    items = {name: pair for name, pair in found.items() if isinstance(pair, tuple)}
    ids = map(str, sorted({id_ for id_, _ in items.values()}))
    products = await run.shop.find("products", "id", ids, display=("id", "active", key))
    on_sale = {int(row["id"]): str(row[key] or "").strip() for row in products if str(row["active"]) == "1"}
    sold = {name: pair for name, pair in sorted(items.items()) if pair[0] in on_sale}
    parents = _parents(run, sold, on_sale)
    with_tax = run.folder.settings.products.prices == "tax_incl"
    taken = {name: prices[name] for name, (_, combination) in sold.items() if name in parents or not combination}
    costs = {name: each.tax_incl if with_tax else each.tax_excl for name, each in taken.items()}
    mark = run.stream.decimal_mark
    return [{key: name, "parent": parents.get(name, ""), "price": _text(costs[name], mark)} for name in costs]


def _parents(run: Run, sold: Mapping[str, tuple[int, int]], on_sale: Mapping[int, str]) -> dict[str, str]:
    """The product of each combination whose row can name one; the others are left as they are, and reported."""
    combinations = {name: on_sale[id_] for name, (id_, combination) in sold.items() if combination}
    if run.stream.parent_column is None:
        if combinations:
            run.note(Level.INFO, "erp_combinations_without_column", value=str(len(combinations)))
        return {}
    for name in (name for name, parent in combinations.items() if parent in {"", name}):
        run.note(Level.ERROR, "erp_combination_without_parent", name, detail=str(sold[name][0]))
    return {name: parent for name, parent in combinations.items() if parent not in {"", name}}


def _text(price: Decimal, decimal_mark: str | None) -> str:
    """With the mark that the stream is read with: another one may part thousands there."""
    return f"{price.normalize():f}".replace(".", decimal_mark or ".")
