"""What the numbers of a file prove of its decimal mark, so that one file is never read in two ways."""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import polars as pl

from schemas.column_spec import ValueType
from schemas.number_cells import MARKS, THREE_AFTER_A_MARK, is_undecided, proves
from tasks.read.encoding import is_ascii, text_blocks

if TYPE_CHECKING:
    from schemas.column_spec import Column, StreamSpec
    from tasks.read.reader import FileRows

_NUMBERS = (ValueType.INTEGER, ValueType.DECIMAL)
_THOUSAND = 1000


@dataclass(slots=True)
class Evidence:
    """What the cells of one column hold: marks that they prove, and marks that may be read in two ways."""

    proved: set[str] = field(default_factory=set)
    undecided: set[str] = field(default_factory=set)


def stream_as_written(file_rows: FileRows, stream: StreamSpec) -> StreamSpec:
    """The stream whose columns of numbers are read by the decimal mark that the file proves.

    A mark that the stream declares counts alone. A column whose own cells prove one mark is read by it. In a column
    that proves none, or both, numbers such as `2.000` are at fault, unless the file's other columns prove that very
    mark.
    """
    numbers = [column for column in stream.columns if column.type in _NUMBERS and not _is_below_a_thousand(column)]
    if stream.decimal_mark is not None or not numbers or not _may_be_read_in_two_ways(file_rows):
        return stream
    evidence = _evidence(file_rows, numbers)
    of_file = set().union(*(found.proved for found in evidence.values()))
    columns = tuple(
        _as_written(column, evidence[column.key], of_file) if column.key in evidence else column
        for column in stream.columns
    )
    return dataclasses.replace(stream, columns=columns)


def _is_below_a_thousand(column: Column) -> bool:
    """Whether no value of the column can group thousands, such as a latitude: its marks are decimal ones."""
    return column.maximum is not None and column.maximum < _THOUSAND


def _may_be_read_in_two_ways(file_rows: FileRows) -> bool:
    encoding = file_rows.shape.encoding
    if encoding.is_superset_of_ascii and is_ascii(file_rows.path, without="".join(MARKS).encode()):
        return False
    blocks = text_blocks(file_rows.path, encoding)
    return any(pl.Series([text]).str.contains(THREE_AFTER_A_MARK).item() for text in blocks)


def _evidence(file_rows: FileRows, numbers: list[Column]) -> dict[str, Evidence]:
    evidence = {column.key: Evidence() for column in numbers}
    for block in file_rows:
        questions = [
            question(pl.col(column.key), mark).any().alias(f"{name}{mark}{column.key}")
            for column in numbers
            for mark in MARKS
            for name, question in (("proved", proves), ("undecided", is_undecided))
        ]
        answers = block.rows.select(questions).row(0, named=True)
        for column in numbers:
            found = evidence[column.key]
            found.proved |= {mark for mark in MARKS if answers[f"proved{mark}{column.key}"]}
            found.undecided |= {mark for mark in MARKS if answers[f"undecided{mark}{column.key}"]}
    return evidence


def _as_written(column: Column, found: Evidence, of_file: set[str]) -> Column:
    if len(found.proved) == 1:
        return dataclasses.replace(column, decimal_mark=next(iter(found.proved)))
    if found.undecided and (found.proved or found.undecided != of_file):
        return dataclasses.replace(column, is_undecided=True)
    return column
