"""Archived files of products and discounts fill the price ledger for the time before it was kept."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path

import polars as pl

from schemas.column_spec import AbsentRows, StreamSpec
from schemas.file_refused import FileRefusedError
from schemas.incidents import Level
from schemas.price_changes import Origin, PriceChange, PriceState
from schemas.shown import shown_name
from tasks.flat.specific_prices import price_keys
from tasks.omnibus.record import own_money
from tasks.omnibus.rows import LINE, as_changes, discount_lines, item_lines, terms_of
from tasks.read.reader import open_rows
from tasks.read.validate import validate
from tasks.run.run import Run
from tasks.run.step_tasks import step_task

STREAMS = ("product", "specificprice")
_LATEST = datetime.max.replace(tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class _Told:
    """What one archived file says: its lines (`LINE`), the references of closed items, when it was done."""

    lines: pl.DataFrame
    closed: frozenset[str]
    done_at: datetime
    name: str
    is_complete: bool


@step_task("read archived prices")
async def fill_from_archives(run: Run) -> int:
    """Adds what files done since the day asked for say of the time before each price's first line; how many lines.

    An archived file proves what the ERP said and not that the shop took every row: its lines bear their origin.
    """
    if run.since is None or not run.may_write_shop:
        return 0
    with run.step("read archived prices"):
        known: dict[tuple[str, str], datetime] = {
            (reference, case): at
            for reference, case, at in run.ledger.first_price_instants(run.folder.name).iter_rows()
        }
        money = await own_money(run.shop, run.facts)
        added = 0
        for name in STREAMS:
            if name in run.folder.imports.streams:
                told = _files(run, run.folder.stream(name), run.since, money)
                added += run.ledger.add_prices(run.folder.name, _before(told, known, run.run_id))
        if added:
            run.note(Level.INFO, "prices_filled", value=str(added))
        return added


def _files(run: Run, stream: StreamSpec, since: datetime, money: frozenset[str]) -> Iterator[_Told]:
    """What each archived file of the stream says, in the order in which they were done."""
    for number, (archived_as, done_at) in enumerate(run.ledger.archived_since(run.folder.name, stream.name, since)):
        path = run.folder.path / archived_as
        if not path.exists():
            run.note(Level.INFO, "archive_gone", file=shown_name(path.name), value=shown_name(path.name))
            continue
        run.lease.check()
        try:
            rows = _accepted(path, stream, run.work / f"{stream.name}-{number}")
        except FileRefusedError as error:
            run.note(Level.INFO, error.code, file=shown_name(path.name), **error.params)
            continue
        yield _told(run, stream, rows, done_at, path, money)


def _accepted(path: Path, stream: StreamSpec, work: Path) -> pl.DataFrame:
    work.mkdir(parents=True, exist_ok=True)
    return validate([open_rows(path, stream, file=0)], stream, work).accepted_rows_scan().collect()


def _told(
    run: Run, stream: StreamSpec, rows: pl.DataFrame, done_at: datetime, path: Path, money: frozenset[str]
) -> _Told:
    settings = run.folder.settings
    if stream.name == "product":
        lines = item_lines(rows, stream, tax_included=settings.products.prices == "tax_incl")
    else:
        keys = price_keys(stream, rows, run.ledger.secret())
        lines = discount_lines(rows, keys, stream, settings.specific_prices, own_money=money)
    active = stream.column("active")
    closed = rows.filter(~pl.col(active.key).fill_null(value=True))["_key"] if active else ()
    complete = stream.absent_rows is AbsentRows.DEACTIVATE
    return _Told(lines, frozenset(closed), done_at, shown_name(path.name), complete)


def _before(files: Iterable[_Told], known: dict[tuple[str, str], datetime], run_id: str) -> list[PriceChange]:
    """The lines that are other than the one before, of the time before those that the ledger has."""
    changes: list[PriceChange] = []
    now: dict[tuple[str, str], tuple[str, PriceChange]] = {}
    for file in files:
        lines = file.lines.unique(["reference", "case_key"], keep="last", maintain_order=True).with_columns(
            began_at=pl.lit(file.done_at).cast(pl.Datetime("us", "UTC")), source=pl.lit(file.name)
        )
        said = as_changes(lines, state=PriceState.IN_FORCE, origin=Origin.ARCHIVE, run_id=run_id)
        named: set[tuple[str, str]] = set()
        for terms, change in zip(terms_of(lines.select(LINE.keys())), said, strict=True):
            key = (change.reference, change.case)
            if not change.case and change.reference in file.closed:
                continue
            named.add(key)
            if key not in now or now[key][0] != terms:
                now[key] = (terms, change)
                changes.append(change)
        over = [key for key in now if (file.is_complete and key not in named) or (not key[1] and key[0] in file.closed)]
        changes += [_end(now.pop(key)[1], file) for key in over]
    return [one for one in changes if one.began_at < known.get((one.reference, one.case), _LATEST)]


def _end(change: PriceChange, file: _Told) -> PriceChange:
    return replace(change, state=PriceState.ENDED, began_at=file.done_at, source=file.name, line=0)
