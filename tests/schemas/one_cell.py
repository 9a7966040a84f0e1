"""Streams of a key and one cell, and what becomes of the cell."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import polars as pl

from schemas.column_spec import Column, StreamSpec, ValueType
from schemas.frames import check_rows, typed

KEY = Column(key="reference", index=0, type=ValueType.TEXT, target="reference", object_key=True, required=True)


def rows_of(stream: StreamSpec, *rows: Mapping[str, str | None], first_line: int = 2) -> pl.DataFrame:
    text = pl.DataFrame(list(rows), schema={column.key: pl.String for column in stream.columns})
    return text.with_columns(
        _file=pl.lit(0, dtype=pl.Int32),
        _line=pl.int_range(first_line, first_line + pl.len(), dtype=pl.Int64),
        _key=pl.col(stream.key_column.key),
    )


def stream_of(type_: ValueType, *, stream: dict[str, Any] | None = None, **column: Any) -> StreamSpec:
    cell = Column(key="cell", index=1, type=type_, target="cell", **column)
    return StreamSpec(name="test", columns=(KEY, cell), **(stream or {}))


def codes_of(cell: str, stream: StreamSpec) -> list[str]:
    return check_rows(rows_of(stream, {"reference": "R", "cell": cell}), stream)["code"].to_list()


def value_of(cell: str | None, stream: StreamSpec) -> Any:
    return typed(rows_of(stream, {"reference": "R", "cell": cell}), stream)["cell"][0]
