"""A dropped file read whole, in blocks far smaller than the file."""

from __future__ import annotations

from pathlib import Path

import polars as pl

from schemas.column_spec import StreamSpec
from tasks.read.reader import FileRows, open_rows

SMALL_BLOCK = 64


def everything(
    path: Path, stream: StreamSpec, block_bytes: int = SMALL_BLOCK
) -> tuple[FileRows, pl.DataFrame, pl.DataFrame]:
    """The file's facts, all its rows and all its broken lines; read in blocks far smaller than the file."""
    file_rows = open_rows(path, stream, file=3, block_bytes=block_bytes)
    blocks = list(file_rows)
    rows = pl.concat([block.rows for block in blocks])
    broken = pl.concat([block.broken for block in blocks])
    assert file_rows.rows_read == rows.height + broken.height
    assert rows["_line"].is_sorted()
    return file_rows, rows, broken


def lines_and_codes(broken: pl.DataFrame) -> list[tuple[int, str]]:
    return broken.select("_line", "code").rows()
