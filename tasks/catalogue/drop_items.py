"""What the ERP has of its items becomes a file of the product stream, which travels as every file does."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator, Mapping

from schemas.catalogue import ErpItem, TellsItems
from schemas.column_spec import AbsentRows, Owner
from schemas.erp import Erp, need
from schemas.errors import ConfigFault, ConfigurationError
from schemas.incidents import Level
from tasks.catalogue.drop_file import as_file, check_columns, drop_file, of_others
from tasks.catalogue.last_read import LastRead, mark_of
from tasks.catalogue.translate.erp_items import OF_COMBINATIONS, cells, field_of
from tasks.run.run import Run
from tasks.run.step_tasks import step_task
from tasks.run.sweeps import Sweep
from tasks.stock.look_up import item_ids_of

_CLEARED = frozenset({"weight", "ean13", "isbn", "upc"})
"""What may be empty in the ERP, and then in the shop, where its column says so."""
_NEEDED_BY_NEW = ("name", "price")


@step_task("read the ERP's items")
async def drop_items(run: Run, erp: Erp) -> None:
    """A file of what the ERP has of the shop's items lies in the drop folder, where any of it has changed in the ERP.

    Once a day whatever has changed. A plan, and the ERP's test access, only shows it.
    """
    ability = need(erp.tells_items, erp.kind, "import_products from the ERP")
    await _check(run, ability)
    kind = erp.ledger_kind("told items")
    sweep = Sweep(run, kind)
    with run.step("read the ERP's items"):
        settings = run.folder.settings.products
        new, category = settings.new_from_erp, settings.new_category
        items = await asyncio.to_thread(ability.read, _fields(run), new=new, category=category)
        last, mark = LastRead(run, kind), _mark(run, items)
        if not sweep.is_due and run.since is None and mark == last.mark:
            return
        if rows := await _rows(run, items):
            drop_file(run, as_file(run.stream, rows))
        if not run.may_write_shop:
            run.note(Level.INFO, "rows_of_erp_planned", value=str(len(rows)))
            return
        last.keep(mark)
        sweep.done = True
        sweep.keep()


def _targets(run: Run) -> list[str]:
    """The columns that the ERP is asked for."""
    return [
        column.target for column in run.stream.columns if field_of(column.target) and column.owner is not Owner.SHOP
    ]


def _fields(run: Run) -> frozenset[str]:
    return frozenset(map(field_of, _targets(run)))


async def _check(run: Run, ability: TellsItems) -> None:
    check_columns(run, _targets(run), cleared=_CLEARED)
    faults = [*_absent_faults(run), *_owner_faults(run), *_new_faults(run)]
    category = run.folder.settings.products.new_category
    if category and not await asyncio.to_thread(ability.has_category, category):
        reason, remedy = f"the ERP has no category {category}", "Write the name of one that it has."
        faults.append(ConfigFault("settings.toml", "products.new_category", reason, remedy))
    if faults:
        raise ConfigurationError(tuple(faults))


def _absent_faults(run: Run) -> Iterator[ConfigFault]:
    if run.stream.absent_rows is not AbsentRows.KEEP:
        reason, remedy = "the ERP tells what the shop has alone", "Take `absentRows` out of this stream."
        yield ConfigFault("import.json", "product.absentRows", reason, remedy)


def _owner_faults(run: Run) -> Iterator[ConfigFault]:
    """A field that both sides write would go back and forth."""
    catalogue = run.folder.exports.streams.get("catalogue")
    if catalogue is None or not catalogue.enabled:
        return
    written = {field_of(column.target) for column in run.stream.columns if column.owner is Owner.ERP} - {"", "vat"}
    for field in sorted(written - set(run.folder.settings.catalogue.erp_owns)):
        reason = f"export_catalogue writes the {field} into the ERP, and import_products takes it from there"
        remedy = f'Add "{field}" to `erp_owns`, so that it is the ERP\'s, or give its columns "owner": "first-write".'
        yield ConfigFault("settings.toml", "catalogue.erp_owns", reason, remedy)


def _new_faults(run: Run) -> Iterator[ConfigFault]:
    if run.folder.settings.products.new_from_erp:
        for target in _NEEDED_BY_NEW:
            if run.stream.column(target) is None:
                reason = f"a new item needs a {target}, which this stream does not name"
                remedy = f"Add the column {target}, or set `new_from_erp` under [products] to false."
                yield ConfigFault("import.json", "product.data", reason, remedy)


def _mark(run: Run, items: Mapping[str, ErpItem]) -> str:
    """A hash of all that was read, with what of it is taken."""
    settings = run.folder.settings.products
    taken = f"{settings.prices} {settings.new_from_erp} {settings.new_category} {sorted(_targets(run))}"
    return mark_of([taken, *(f"{name} {item}" for name, item in sorted(items.items()))])


async def _rows(run: Run, items: Mapping[str, ErpItem]) -> list[dict[str, str]]:
    """A row of each item that the shop has or is to have, by reference.

    Without the column `active`, what is not on sale in the shop is left as it is: a row would put it on sale. A price
    of 0 is that of an item which nobody gave a price: it brings no row where the stream needs prices.
    """
    held = await of_others(run, {name: each.owner for name, each in items.items() if each.owner is not None})
    priced = run.stream.column("price")
    needs_price = priced is not None and priced.required
    wanted = [name for name, each in items.items() if name not in held and (each.price_tax_excl > 0 or not needs_price)]
    key = run.stream.key_column.target
    found = await item_ids_of(run.shop, key, wanted)
    known = {name: pair for name, pair in found.items() if isinstance(pair, tuple)}
    ids = map(str, sorted({id_ for id_, _ in known.values()}))
    products = await run.shop.find("products", "id", ids, display=("id", "active", key))
    taken = {
        int(row["id"]): str(row[key] or "").strip()
        for row in products
        if str(row["active"]) == "1" or run.stream.column("active") is not None
    }
    sold = {name: pair for name, pair in sorted(known.items()) if pair[0] in taken}
    parents = _parents(run, sold, taken)
    rows = [
        _row(run, name, items[name], parents.get(name, "")) for name in sold if name in parents or not sold[name][1]
    ]
    if run.folder.settings.products.new_from_erp:
        new = (name for name in wanted if name not in found and items[name].may_be_new)
        rows += [_row(run, name, items[name], "") for name in sorted(new) if items[name].price_tax_excl > 0]
    return rows


def _row(run: Run, name: str, item: ErpItem, parent: str) -> dict[str, str]:
    stream, settings = run.stream, run.folder.settings.products
    filled = cells(
        item,
        [target for target in _targets(run) if not parent or target in OF_COMBINATIONS],
        with_tax=settings.prices == "tax_incl",
        weight_unit=run.facts.settings.get("PS_WEIGHT_UNIT", "kg"),
        decimal_mark=stream.decimal_mark,
    )
    return filled | {stream.key_column.target: name, "parent": parent}


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
