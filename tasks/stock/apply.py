"""Quantities go to the shop, are read back, and are confirmed."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager
from datetime import UTC, datetime, timedelta
from functools import lru_cache, partial
from typing import NamedTuple

import polars as pl

from connectors.ledger import Link, Refusal, Replaced
from connectors.prestashop.lines import fits_in_a_line
from schemas.outcomes import Outcome
from schemas.run_report import PlannedChange
from tasks.run.chunks import Chunk, chunked, fan_out, units_of_a_chunk
from tasks.run.outcomes import ROW_OUTCOMES, RowOutcome, one_outcome, row_outcomes
from tasks.run.refused_before import note_refusals, sent_mark
from tasks.run.replacing import replacing
from tasks.run.run import Run
from tasks.run.step_tasks import chunk_task
from tasks.run.together import Together
from tasks.stock.look_up import LINES, stock_rows
from tasks.stock.plan import WRITES, StockPlan, StockRow, content, plan_stock
from tasks.stock.read_back import ReadBack
from tasks.stock.write_path import ROWS, SoldSince, WritePath, write_path_of

KIND = "stock"
_DEPENDS_ON_STOCK = "133"
"""The shop's code of a refusal: its warehouses say how much there is (up to 8.2; 9 has no such warehouses)."""


class Line(NamedTuple):
    """One quantity to write; `id` is id_stock_available, `file` -1 when it stands in no row."""

    file: int
    line: int
    key: str
    quantity: int
    id: int
    sub_id: int
    old: int | None
    id_product: int | None = None
    old_at: datetime | None = None

    def link(self, confirmed_at: datetime) -> Link:
        """What the ledger remembers once the shop has it."""
        return Link(
            self.key,
            self.id,
            self.sub_id,
            confirmed_at=confirmed_at,
            confirmed_value=str(self.quantity),
            product_id=self.id_product,
        )

    def planned(self) -> PlannedChange:
        """The line as a plan shows it."""
        old = "" if self.old is None else str(self.old)
        return PlannedChange(self.key, "stock", "update", (("quantity", old, str(self.quantity)),))

    def replaced(self) -> Replaced:
        """What the ledger keeps for an undo; without `old`, nobody knows what the shop had."""
        before = {} if self.old is None else _values(self.old)
        after = _values(self.quantity)
        family = str(self.id_product or "")
        return Replaced(self.key, ROWS, self.id, "update", before, after, family, self.old_at)

    def with_outcome(self, outcome: Outcome, code: str = "", detail: str = "") -> RowOutcome:
        """The line as a row of `ROW_OUTCOMES`; what stands in no row is wanted at 0 because the file leaves it out."""
        if self.file < 0 and outcome is Outcome.UPDATED:
            outcome = Outcome.DEACTIVATED
        return RowOutcome(self.file, self.line, self.key, outcome.value, code, detail)


def lines_of(writes: pl.DataFrame) -> list[Line]:
    """Rows of `WRITES` as lines; Python makes an instant once, however many rows were confirmed then."""
    instants = writes["old_at"].unique()
    known = dict(zip(instants.to_physical(), instants, strict=True))
    columns = [writes[name].to_list() for name in WRITES if name != "old_at"]
    return list(map(Line, *columns, map(known.__getitem__, writes["old_at"].to_physical())))


def in_order(writes: pl.DataFrame) -> pl.DataFrame:
    """Rows of `WRITES`: those of combinations by id, then those of simple products, of one quantity side by side.

    Such a batch is read back by bare ids, for a tenth of what its rows cost the shop.
    """
    is_simple = pl.col("sub_id") == 0
    return writes.sort(is_simple, pl.when(is_simple).then("quantity"), "id")


class Writing:
    """What the batches of one step share. Not a dataclass: Prefect walks through the fields of those."""

    def __init__(self, run: Run, path: WritePath, rows: int) -> None:
        self.path = path
        self.gone: list[Line] = []
        """Lines whose stock row the shop does not have under its id."""
        self.sound: list[Line] = []
        """Lines that were read back as they were written, and are confirmed."""
        self.refused: list[RowOutcome] = []
        self.read_back = ReadBack(run, rows)
        self.confirmations: Together[tuple[Sequence[Line], Sequence[Refusal]]] = Together(
            partial(_remember_batches, run)
        )
        """The same and what was refused, batch by batch."""

    def record(self, run: Run) -> None:
        """Keeps the outcomes of all batches; a frame of each would cost more than writing it."""
        run.rows.record(_one_outcome(self.sound, Outcome.UPDATED))
        run.rows.record(row_outcomes(self.refused))


@lru_cache(maxsize=10_000)
def _values(quantity: int) -> Mapping[str, str]:
    return {"quantity": str(quantity)}


async def apply_stock(run: Run, plan: StockPlan, sold_since: SoldSince | None = None) -> None:
    """Writes what is to be written; what the shop has already is only confirmed.

    `sold_since` is asked where a quantity is not read back as it was written.
    """
    run.rows.record(plan.outcomes)
    run.rows.record(one_outcome(plan.same, Outcome.UNCHANGED))
    if not run.may_write_shop:
        run.rows.record(one_outcome(plan.confirms, Outcome.UNCHANGED))
        run.rows.record(_one_outcome(lines_of(plan.writes), Outcome.UPDATED))
        run.planned += stock_changes(plan)
        return
    _doubt_items_that_are_gone(run, plan.outcomes)
    _confirm(run, lines_of(plan.confirms), Outcome.UNCHANGED)
    if plan.writes.is_empty():
        return
    with run.step("write stock"):
        lines = lines_of(in_order(plan.writes))
        gone = await _write(run, [line for line in lines if line.id], write_path_of(run, sold_since))
        if gone:
            await _write_elsewhere(run, gone, WritePath(sold_since=sold_since))
        await _make_rows(run, [line for line in lines if not line.id])


def stock_changes(plan: StockPlan, *, of_rows: bool = False) -> list[PlannedChange]:
    """What the plan would write, as a person reads it; `of_rows`: not what is wanted at 0 for want of a row."""
    lines = lines_of(plan.writes)
    return [line.planned() for line in lines if line.file >= 0 or not of_rows]


def _doubt_items_that_are_gone(run: Run, outcomes: pl.DataFrame) -> None:
    """The next product file makes what somebody deleted in the shop again, whatever the ledger knew."""
    missing = outcomes.filter(pl.col("code") == "not_on_shop")["_key"]
    if missing.is_empty():
        return
    linked = run.ledger.links(run.folder.name, "product").filter(pl.col("shop_id") > 0)["erp_key"]
    run.ledger.doubt(run.folder.name, "product", linked.filter(linked.is_in(missing.implode())).to_list())


async def _write(run: Run, lines: list[Line], path: WritePath) -> list[Line]:
    """Writes the lines in chunks; those whose stock row the shop no longer has under its id are given back."""
    writing = Writing(run, path, len(lines))
    products = by_product(await _owned(run, lines))
    mean_lines = max(1, len(lines) // max(1, len(products)))

    one_at_a_time = asyncio.Lock()

    async def write(chunk: Chunk[list[Line]]) -> None:
        # The ledger takes one write at a time: the first chunk is sent while the others wait for theirs.
        async with one_at_a_time:
            await asyncio.to_thread(_doubt, run, [line for product in chunk.left for line in product])
        await write_stock(run, chunk, writing)

    pace = run.shop.pace
    at_once = pace.connections * pace.batch_size(path.resource) // mean_lines
    at_least = max(1, units_of_a_chunk(run, path.resource) // mean_lines)
    # Where all lines go by the first requests, they stay together.
    first = at_once if at_once < len(products) // 2 else 0
    chunks = chunked(products, at_least, _keys, first=first)
    try:
        await fan_out("write stock", chunks, write, rows=len)
    finally:
        # What was confirmed before a chunk failed, too.
        writing.record(run)
    return writing.gone


def _doubt(run: Run, lines: Sequence[Line]) -> None:
    """What is about to be written is doubted, and what the shop was known to have is kept."""
    kept = replacing(run, (line.replaced() for line in lines))
    run.ledger.doubt(run.folder.name, KIND, _keys(lines), replacing=kept)


def _keys(lines: Sequence[Line]) -> list[str]:
    return [line.key for line in lines]


def by_product(lines: Sequence[Line]) -> list[list[Line]]:
    """The lines of each product together, in the order of their first ones; a line of no known product is alone.

    Lines of one product go in one document: the shop writes the product's sum after each of them, and two documents at
    once leave a sum without the other's (facts S1).
    """
    products: dict[tuple[bool, int], list[Line]] = {}
    for line in lines:
        of_product = line.id_product is not None
        products.setdefault((of_product, line.id_product or line.id), []).append(line)
    return list(products.values())


async def _owned(run: Run, lines: list[Line]) -> list[Line]:
    """The lines, each with its product: by the ledger's links, else by the shop."""
    if all(line.id_product for line in lines):
        return lines
    links = run.ledger.links(run.folder.name, "product").filter(pl.col("sub_id") > 0)
    linked = dict(links.select("sub_id", "shop_id").iter_rows())
    known = {line.id: line.id_product or linked.get(line.sub_id) for line in lines}
    unknown = [str(id_) for id_, product in known.items() if product is None]
    rows = await run.shop.find("stock_availables", "id", unknown, display=["id", "id_product"]) if unknown else []
    told = {int(row["id"]): int(row["id_product"]) for row in rows}
    return [line._replace(id_product=known[line.id] or told.get(line.id)) for line in lines]


async def _write_elsewhere(run: Run, gone: list[Line], path: WritePath) -> None:
    """The shop made these products again under other ids: they are looked up by key and written once more."""
    run.ledger.forget(run.folder.name, KIND, [line.key for line in gone])
    rows = pl.DataFrame(
        [(row.file, row.line, row.key, row.quantity) for row in gone],
        schema={name: WRITES[name] for name in ("_file", "_line", "_key", "quantity")},
        orient="row",
    )
    plan = plan_stock(rows, await stock_rows(run.shop, run.stream.key_column.target, [row.key for row in gone], {}))
    run.rows.record(plan.outcomes)
    _doubt_items_that_are_gone(run, plan.outcomes)
    _confirm(run, lines_of(plan.confirms), Outcome.UNCHANGED)
    again = await _write(run, lines_of(in_order(plan.writes)), path)
    run.rows.record(
        row_outcomes([line.with_outcome(Outcome.REFUSED, "stock_row_missing", str(line.id)) for line in again])
    )


async def _make_rows(run: Run, lines: list[Line]) -> None:
    """Our module makes the stock rows that this shop lacks, by reference; they are read back by their keys."""
    if not lines:
        return
    _doubt(run, lines)
    fit = [(line.key, str(line.quantity)) for line in lines if fits_in_a_line(line.key)]
    await run.shop.put_lines(LINES, fit, mode="hooks")
    held = await stock_rows(run.shop, run.stream.key_column.target, [line.key for line in lines], {})
    made: list[Line] = []
    missing: list[Line] = []
    for line in lines:
        row = held.get(line.key)
        if isinstance(row, StockRow) and row.id and row.quantity == line.quantity:
            made.append(line._replace(id=row.id))
        else:
            missing.append(line)
    _confirm(run, made, Outcome.UPDATED)
    run.rows.record(row_outcomes([line.with_outcome(Outcome.REFUSED, "stock_row_missing") for line in missing]))


@chunk_task("write stock")
async def write_stock(run: Run, chunk: Chunk[list[Line]], writing: Writing) -> None:
    """One chunk of products' quantities: every batch is written, read back and confirmed, together with others."""

    async def send(batch: list[list[Line]]) -> None:
        gone = await _write_batch(run, [line for product in batch for line in product], writing, chunk.lent_slot)
        writing.gone.extend(gone)

    size = writing.path.resource
    await chunk.in_batches(
        run, lambda: {size: run.shop.pace.batch_size(size)}, lambda product: {size: len(product)}, send
    )


async def _write_batch(
    run: Run, batch: list[Line], writing: Writing, lent_slot: Callable[[], AbstractContextManager[None]]
) -> list[Line]:
    began, path = datetime.now(UTC), writing.path
    entities = [{"id": line.id, "quantity": line.quantity} for line in batch]
    with writing.read_back.while_written(len(batch)):
        receipts = await path.update(run, [line.key for line in batch], entities)
    written: list[Line] = []
    held: dict[int, int | None] = {}
    outcomes = []
    gone: list[Line] = []
    refusals: list[Refusal] = []
    for line, receipt in zip(batch, receipts, strict=True):
        if receipt.outcome == "missing":
            gone.append(line)
        elif receipt.error is not None:
            code, reason = receipt.message_code, receipt.error.reason
            if receipt.error.code == _DEPENDS_ON_STOCK:
                code, reason = "stock_managed_elsewhere", str(line.id)
            outcomes.append(line.with_outcome(Outcome.REFUSED, code, reason))
            if receipt.is_of_what_was_sent:
                mark = sent_mark(run, content(line.id, line.quantity))
                refusals.append(Refusal(line.key, mark, receipt.message_code, receipt.error.reason))
        elif receipt.held is not None and receipt.held.id != line.id:
            # The merchant has given the reference to another product: where it belongs now is looked up.
            gone.append(line)
        else:
            written.append(line)
            if receipt.held is not None:
                held[line.id] = int(receipt.held.value)
    unread = {line.id: line.quantity for line in written if line.id not in held}
    if unread:
        with lent_slot():
            held |= await writing.read_back.held(unread)
    wrong = [line for line in written if held.get(line.id, line.quantity) != line.quantity]
    if wrong:
        wrong = await _not_sold(run, path, wrong, held, began)
    gone += [line for line in wrong if path.mode or held[line.id] is None]
    left = {line.id for line in wrong}
    sound = [line for line in written if line.id not in left]
    outcomes += [
        line.with_outcome(Outcome.REFUSED, "read_back_differs", f"{line.quantity} / {held[line.id]}")
        for line in wrong
        if not path.mode and held[line.id] is not None
    ]
    # The disk acknowledges each confirmation: other requests go out meanwhile.
    await writing.confirmations.written((sound, refusals))
    writing.sound += sound
    writing.refused += outcomes
    return gone


async def _not_sold(
    run: Run, path: WritePath, wrong: list[Line], held: Mapping[int, int | None], began: datetime
) -> list[Line]:
    """Those of `wrong` that orders since the write do not explain: what was sold meanwhile was written right.

    Refused, a piece sold in that moment would be put on sale again by the next file.
    """
    written_at = began + timedelta(seconds=run.facts.clock_offset_seconds)
    sales = await path.sold_since(run, written_at) if path.sold_since else None
    if sales is None:
        return wrong

    def is_sold(line: Line) -> bool:
        now = held[line.id]
        if now is None or line.id_product is None:
            return False
        return sales.since((line.id_product, line.sub_id), written_at).explains(now - line.quantity)

    return [line for line in wrong if not is_sold(line)]


def _remember(run: Run, lines: Sequence[Line]) -> None:
    now = datetime.now(UTC)
    run.ledger.confirm(run.folder.name, KIND, [line.link(now) for line in lines], run_id=run.run_id)


def _remember_batches(run: Run, batches: Sequence[tuple[Sequence[Line], Sequence[Refusal]]]) -> None:
    """The lines that the shop has, and what it refused."""
    lines = [line for sound, _ in batches for line in sound]
    _remember(run, lines)
    note_refusals(run, KIND, [refusal for _, refused in batches for refusal in refused], _keys(lines))


def _confirm(run: Run, lines: list[Line], outcome: Outcome) -> None:
    if lines:
        _remember(run, lines)
        run.rows.record(_one_outcome(lines, outcome))


def _one_outcome(lines: Sequence[Line], outcome: Outcome) -> pl.DataFrame:
    """The same outcome for all of the lines; those of no row that are 0 now were closed by the file's silence."""
    rows = pl.DataFrame(
        {"_file": [line.file for line in lines], "_line": [line.line for line in lines], "_key": _keys(lines)},
        schema={name: ROW_OUTCOMES[name] for name in ("_file", "_line", "_key")},
    )
    ended = one_outcome(rows, outcome)
    if outcome is not Outcome.UPDATED or all(line.file >= 0 for line in lines):
        return ended
    closed = pl.when(pl.col("_file") < 0).then(pl.lit(Outcome.DEACTIVATED.value)).otherwise("outcome")
    return ended.with_columns(outcome=closed)
