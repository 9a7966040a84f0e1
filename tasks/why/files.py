"""Where a reference stands in the shop's files: those that wait, and the newest of those that were imported."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from datetime import datetime
from pathlib import Path

import polars as pl

from connectors.files.archive import name_when_dropped
from connectors.files.folder import files_of
from connectors.ledger import Ledger
from connectors.prestashop.dates import EPOCH
from schemas.column_spec import WEB_SERVICE, StreamSpec
from schemas.errors import ContractError
from schemas.shown import shown, shown_name
from tasks.read.reader import open_rows
from tasks.run.shop_folder import ShopFolder
from tasks.why.shapes import FileRow

FLOWS = {"product": "import_products", "stock": "import_stock"}
_SHOWN = ("active", "price", "stocks", "quantity")
"""What of a row helps to see why an article is not on sale."""
_FILES_READ = 40
_FOUND_ENOUGH = 2


def file_rows(folder: ShopFolder, ledger: Ledger, reference: str) -> tuple[list[FileRow], dict[str, str]]:
    """The rows that name `reference`, waiting ones first, then newest first; and the newest file done, by stream."""
    waiting: list[FileRow] = []
    done: list[FileRow] = []
    newest: dict[str, str] = {}
    for stream in _streams(folder):
        for path in files_of(folder.drop, stream, tuple(folder.imports.streams.values()))[0]:
            waiting += _rows(path, stream, {reference}, None, shown_name(path.name))
        for path, at in _archived(folder, ledger, stream):
            newest.setdefault(stream.name, name_when_dropped(path))
            done += _rows(path, stream, {reference}, at, name_when_dropped(path))
            if sum(row.stream == stream.name for row in done) >= _FOUND_ENOUGH:
                break
    return waiting + sorted(done, key=lambda row: row.done_at or EPOCH, reverse=True), newest


def last_day_of(folder: ShopFolder, ledger: Ledger, keys: Collection[str], stream_name: str) -> datetime | None:
    """When the newest kept file that names one of the keys was imported; None when no such file is kept."""
    for stream in _streams(folder):
        if stream.name == stream_name:
            for path, at in _archived(folder, ledger, stream):
                if _rows(path, stream, keys, at, path.name):
                    return at
    return None


def _streams(folder: ShopFolder) -> Iterator[StreamSpec]:
    for name in FLOWS:
        stream = folder.imports.streams.get(name)
        if stream is not None and stream.enabled and stream.type != WEB_SERVICE:
            yield stream


def _archived(folder: ShopFolder, ledger: Ledger, stream: StreamSpec) -> list[tuple[Path, datetime]]:
    """The kept files of a stream that were done, newest first."""
    past = ledger.archived_since(folder.name, stream.name, EPOCH)
    kept = [(folder.path / name, at) for name, at in reversed(past) if (folder.path / name).is_file()]
    return kept[:_FILES_READ]


def _rows(path: Path, stream: StreamSpec, keys: Collection[str], done_at: datetime | None, name: str) -> list[FileRow]:
    """The rows of one file whose key, or whose parent's key, is among `keys`; none of a file that cannot be read."""
    parent = stream.parent_column
    named = pl.col("_key").is_in(list(keys))
    if parent is not None:
        named |= pl.col(parent.key).is_in(list(keys))
    flow = FLOWS[stream.name]
    try:
        found = [block.rows.filter(named) for block in open_rows(path, stream, file=0)]
    except (ContractError, OSError):
        return []
    return [
        FileRow(stream.name, flow, name, int(row["_line"]), done_at, str(row["_key"] or ""), _values(stream, row))
        for frame in found
        for row in frame.iter_rows(named=True)
    ]


def _values(stream: StreamSpec, row: dict[str, object]) -> tuple[tuple[str, str], ...]:
    columns = [column for column in stream.columns if column.target in _SHOWN]
    return tuple((column.key, shown(str(row[column.key]))) for column in columns if row.get(column.key) is not None)
