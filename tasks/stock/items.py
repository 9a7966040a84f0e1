"""Weight and bar code in rows of the stock stream: compared with the shop's items, written, read back, confirmed."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

import polars as pl

from connectors.ledger import Link, Replaced
from connectors.prestashop import Entity
from schemas.column_spec import Blank, Column, Owner
from schemas.fingerprints import fingerprints
from schemas.incidents import Level
from schemas.outcomes import Outcome
from schemas.run_report import PlannedChange
from tasks.read.validate import ValidatedStream
from tasks.run.changed import with_links
from tasks.run.chunks import Chunk, chunked, fan_out
from tasks.run.holds import Holds
from tasks.run.matching import by_key
from tasks.run.outcomes import RowOutcome, row_outcomes
from tasks.run.replacing import replacing
from tasks.run.run import Run
from tasks.run.step_tasks import chunk_task, step_task
from tasks.stock.plan import StockPlan

KIND = "stock_item"
"""Links of items with a fingerprint of the weight and bar code that the shop was confirmed to have."""
FIELDS = ("weight", "ean13")
_ITEMS_OF_A_CHUNK = 200
_SIX_DECIMALS = Decimal("0.000001")


@dataclass(frozen=True, slots=True)
class ItemRow:
    """What one row says of its item: `weight` in all, `ean13`; what is None it does not say."""

    file: int
    line: int
    key: str
    fingerprint: str
    weight: Decimal | None
    ean13: str | None


@dataclass(frozen=True, slots=True)
class ItemWrite:
    """One item and what of it the shop has otherwise; without `changes` it is only confirmed."""

    row: ItemRow
    resource: str
    """`products` or `combinations`."""
    id: int
    id_product: int
    changes: Mapping[str, tuple[str, str]]
    """What the shop has, and what it is to have, by field: of a combination its impact on the product's weight."""

    @property
    def link(self) -> Link:
        """What the ledger remembers once the shop has it."""
        of_combination = self.id if self.resource == "combinations" else 0
        return Link(self.row.key, self.id_product, of_combination, fingerprint=self.row.fingerprint)

    @property
    def replaced(self) -> Replaced:
        """What the ledger keeps for an undo."""
        before = {name: old for name, (old, _) in self.changes.items()}
        after = {name: new for name, (_, new) in self.changes.items()}
        return Replaced(self.row.key, self.resource, self.id, "update", before, after, str(self.id_product))

    @property
    def planned(self) -> PlannedChange:
        """As a plan shows it."""
        changes = tuple((name, old, new) for name, (old, new) in sorted(self.changes.items()))
        return PlannedChange(self.row.key, self.resource.removesuffix("s"), "update", changes)

    def outcome(self, outcome: Outcome, code: str = "", detail: str = "") -> RowOutcome:
        """A second outcome of its row, beside that of its quantity: of the two, the one that says more stands."""
        return RowOutcome(self.row.file, self.row.line, self.row.key, outcome.value, code, detail)


def item_columns(run: Run) -> tuple[Column, ...]:
    """The columns of the stream that say something of the items; the key is none of them."""
    columns = run.stream.columns
    return tuple(each for each in columns if each.target in FIELDS and not each.object_key and each.owner is Owner.ERP)


async def prepare_items(run: Run, validated: ValidatedStream, stock: StockPlan) -> list[ItemWrite]:
    """What differs, of the items whose quantity the shop takes; an item is the one that bears the key."""
    columns = item_columns(run)
    return await _planned(run, validated, stock, columns) if columns and _may_write(run) else []


@step_task("plan items")
async def _planned(
    run: Run, validated: ValidatedStream, stock: StockPlan, columns: Sequence[Column]
) -> list[ItemWrite]:
    with run.step("plan items"):
        rows = _changed(run, validated, columns, stock)
        return await _looked_up(run, rows) if rows else []


def _may_write(run: Run) -> bool:
    lacking = [
        resource
        for resource in ("products", "combinations")
        if not run.facts.may(run.facts.update_method(resource), resource)
    ]
    if lacking:
        methods = run.facts.update_method(lacking[0])
        run.note(Level.ERROR, "stock_items_right_missing", value=methods, detail=", ".join(lacking))
    return not lacking


def _changed(run: Run, validated: ValidatedStream, columns: Sequence[Column], stock: StockPlan) -> list[ItemRow]:
    """The rows that say something new, the last of each key."""
    rows = validated.accepted_rows_scan().select("_file", "_line", "_key", *(each.key for each in columns)).collect()
    said = pl.any_horizontal([_says_something(each) for each in columns])
    rows = rows.sort("_file", "_line").filter(said).unique("_key", keep="last", maintain_order=True)
    taken = pl.concat([each.select("_key") for each in (stock.writes, stock.confirms, stock.same)])
    rows = rows.join(taken, on="_key", how="semi")
    rows = rows.with_columns(fingerprints(rows, columns))
    rows, _ = Holds(run, KIND).without_held(rows)
    rows = with_links(rows, run.ledger.links(run.folder.name, KIND), run.since)
    rows = rows.join(_made_anew(run), on="_key", how="left")
    rows = rows.filter(pl.col("_changed") | (pl.col("_product") != pl.col("shop_id")).fill_null(value=False))
    weight, ean13 = (run.stream.column(name) if name in {each.target for each in columns} else None for name in FIELDS)
    return [
        ItemRow(row["_file"], row["_line"], row["_key"], row["fingerprint"], _weight(weight, row), _code(ean13, row))
        for row in rows.to_dicts()
    ]


def _made_anew(run: Run) -> pl.DataFrame:
    """The product that each key is of by now (`_key`, `_product`): one that was made again has nothing confirmed."""
    links = run.ledger.links(run.folder.name, "product").filter(pl.col("shop_id") > 0)
    return links.select(_key="erp_key", _product="shop_id")


def _says_something(column: Column) -> pl.Expr:
    return pl.lit(value=True) if column.blank is Blank.CLEAR else pl.col(column.key).is_not_null()


def _weight(column: Column | None, row: Mapping[str, object]) -> Decimal | None:
    if column is None or row[column.key] is None:
        return Decimal(0) if column is not None and column.blank is Blank.CLEAR else None
    return Decimal(str(row[column.key]))


def _code(column: Column | None, row: Mapping[str, object]) -> str | None:
    if column is None or row[column.key] is None:
        return "" if column is not None and column.blank is Blank.CLEAR else None
    return str(row[column.key])


async def _looked_up(run: Run, rows: Sequence[ItemRow]) -> list[ItemWrite]:
    """Items are found by their key each time: an id of the ledger may be another item's by now."""
    key, keys = run.stream.key_column.target, [row.key for row in rows]
    fields = [name for name in FIELDS if name != key]
    (products, _), (combinations, _) = await asyncio.gather(
        by_key(run.shop, "products", key, keys, fields),
        by_key(run.shop, "combinations", key, keys, ("id_product", *fields)),
    )
    ids = {str(one["id_product"]) for found in combinations.values() for one in found}
    parents = await run.shop.find("products", "id", ids, display=("id", "weight")) if ids else []
    weights = {int(one["id"]): _number(one["weight"]) for one in parents}
    writes = []
    for row in rows:
        mine, others = combinations.get(row.key, []), products.get(row.key, [])
        if len(mine) == 1:
            id_product = int(mine[0]["id_product"])
            changes = changes_of(row, mine[0], weights.get(id_product, Decimal(0)))
            writes.append(ItemWrite(row, "combinations", int(mine[0]["id"]), id_product, changes))
        elif len(others) == 1 and not mine:
            id_product = int(others[0]["id"])
            writes.append(ItemWrite(row, "products", id_product, id_product, changes_of(row, others[0])))
    return writes


def changes_of(row: ItemRow, entity: Entity, weight_of_product: Decimal = Decimal(0)) -> dict[str, tuple[str, str]]:
    """What the shop has and is to have: a combination weighs its product's weight and its own impact."""
    changes: dict[str, tuple[str, str]] = {}
    if row.weight is not None:
        wanted, now = (row.weight - weight_of_product).quantize(_SIX_DECIMALS), _number(entity.get("weight"))
        if wanted != now:
            changes["weight"] = (f"{now:f}", f"{wanted:f}")
    if row.ean13 is not None and row.ean13 != str(entity.get("ean13") or "").strip():
        changes["ean13"] = (str(entity.get("ean13") or ""), row.ean13)
    return changes


def _number(text: object) -> Decimal:
    return Decimal(str(text or 0)).quantize(_SIX_DECIMALS)


async def apply_items(run: Run, writes: Sequence[ItemWrite]) -> None:
    """Writes what differs and reads it back; what the shop has already is only confirmed."""
    busy = [each for each in writes if each.changes]
    if not run.may_write_shop:
        run.planned += [each.planned for each in busy]
        run.rows.record(row_outcomes([each.outcome(Outcome.UPDATED) for each in busy]))
        return
    _confirm(run, [each for each in writes if not each.changes])
    with run.step("write items"):
        chunks = chunked(busy, _ITEMS_OF_A_CHUNK, lambda each: [each.row.key])
        await fan_out("write items", chunks, lambda chunk: write_items(run, chunk))


@chunk_task("write items")
async def write_items(run: Run, chunk: Chunk[ItemWrite]) -> None:
    """One chunk. Writing again is safe: the same values are written."""
    run.lease.check()
    writes = list(chunk.left)
    kept = replacing(run, (each.replaced for each in writes), {each.row.key: each.row.fingerprint for each in writes})
    run.ledger.doubt(run.folder.name, KIND, [each.row.key for each in writes], replacing=kept)
    for resource in ("products", "combinations"):
        await _write(run, resource, [each for each in writes if each.resource == resource])
    chunk.left.clear()


async def _write(run: Run, resource: str, writes: Sequence[ItemWrite]) -> None:
    if not writes:
        return
    sent = [{"id": each.id} | {name: new for name, (_, new) in each.changes.items()} for each in writes]
    receipts = await run.shop.update(resource, sent)
    rows = await run.shop.find(resource, "id", [str(each.id) for each in writes], display=("id", *FIELDS))
    there = {int(row["id"]): row for row in rows}
    refused, sound = [], []
    for each, receipt in zip(writes, receipts, strict=True):
        if receipt.error is not None:
            refused.append(each.outcome(Outcome.REFUSED, receipt.message_code, receipt.error.reason))
        elif each.id not in there or (differing := _differing(each, there[each.id])):
            detail = differing if each.id in there else str(each.id)
            refused.append(each.outcome(Outcome.REFUSED, "read_back_differs", detail))
        else:
            sound.append(each)
    _confirm(run, sound)
    run.rows.record(row_outcomes([each.outcome(Outcome.UPDATED) for each in sound]))
    run.rows.record(row_outcomes(refused))


def _differing(write: ItemWrite, entity: Entity) -> str:
    """What the shop does not have as it was sent, as `0.5 / 0.6`; empty when it has it all."""
    told = ((new, str(entity.get(name) or ""), name) for name, (_, new) in write.changes.items())
    return ", ".join(
        f"{new} / {now}"
        for new, now, name in told
        if (_number(now) != _number(new) if name == "weight" else now != new)
    )


def _confirm(run: Run, writes: Iterable[ItemWrite]) -> None:
    links = [each.link for each in writes]
    if links:
        run.ledger.confirm(run.folder.name, KIND, links, run_id=run.run_id)
