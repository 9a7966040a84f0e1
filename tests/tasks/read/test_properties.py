from __future__ import annotations

import csv
import io
import tempfile
from pathlib import Path
from random import Random
from typing import Literal

import polars as pl
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from schemas.column_spec import StreamSpec
from schemas.errors import ContractError
from tasks.read.reader import open_rows
from tasks.read.rejects import write_rejects
from tasks.read.validate import validate
from tests.examples import examples
from tests.tasks.read.mutated_files import mutated_file
from tests.tasks.read.sample_streams import OTHER_STREAMS, PRODUCT, text_stream

pytestmark = pytest.mark.slow
MUTATED_FILES = 64
MUTATED_FLAT_FILES = 16
"""Of each stream; the campaign `mutations` plays thousands."""

_LETTERS = st.sampled_from("ab é€Œ\";,\t'|\n0")


def _cells(delimiter: str) -> st.SearchStrategy[str]:
    """Any text, but no cell with both a line end and a delimiter: its lines could be mistaken for rows."""
    return st.text(_LETTERS, max_size=6).filter(lambda cell: not ("\n" in cell and delimiter in cell))


@st.composite
def tables(draw: st.DrawFn) -> tuple[str, list[list[str]]]:
    delimiter = draw(st.sampled_from([";", ",", "\t", "|"]))
    width = draw(st.integers(2, 5))
    rows = draw(st.lists(st.lists(_cells(delimiter), min_size=width, max_size=width), min_size=1, max_size=12))
    return delimiter, rows


def read_all(path: Path, stream: StreamSpec, block_bytes: int) -> tuple[int, pl.DataFrame, pl.DataFrame]:
    file_rows = open_rows(path, stream, file=0, block_bytes=block_bytes)
    blocks = list(file_rows)
    return (
        file_rows.rows_read,
        pl.concat([block.rows for block in blocks]),
        pl.concat([block.broken for block in blocks]),
    )


def expected_cell(text: str) -> str | None:
    return pl.Series([text]).str.strip_chars().item() or None


@settings(max_examples=examples(100), deadline=None)
@example((";", [["", ",\n"]]), "\r", csv.QUOTE_MINIMAL, "utf-8", 8)
@given(
    tables(),
    st.sampled_from(["\n", "\r\n", "\r"]),
    st.sampled_from([csv.QUOTE_MINIMAL, csv.QUOTE_ALL, csv.QUOTE_NONNUMERIC]),
    st.sampled_from(["utf-8", "utf-8-sig", "utf-16"]),
    st.integers(8, 200),
)
def test_any_table_that_csv_writes_reads_back_equal_with_its_line_numbers(
    table: tuple[str, list[list[str]]], line_end: str, quoting: Literal[0, 1, 2], encoding: str, block_bytes: int
) -> None:
    delimiter, rows = table
    out = io.StringIO(newline="")
    writer = csv.writer(out, delimiter=delimiter, lineterminator=line_end, quoting=quoting)
    lines: list[int] = []
    line = 1
    for row in rows:
        lines.append(line)
        writer.writerow([cell.replace("\n", line_end) for cell in row])
        line += 1 + sum(cell.count("\n") for cell in row)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "table.csv")
        path.write_bytes(out.getvalue().encode(encoding))
        count, found, broken = read_all(path, text_stream(len(rows[0]), delimiter), block_bytes)
    assert broken.is_empty()
    assert count == len(rows)
    assert found["_line"].to_list() == lines
    assert found.select(pl.exclude("_file", "_line", "_key")).rows() == [tuple(map(expected_cell, row)) for row in rows]


@settings(max_examples=examples(100), deadline=None)
@given(
    st.binary(max_size=300)
    | st.lists(st.sampled_from([b"a", b";", b'"', b"\r", b"\n", b"\x00", b"\xe9"])).map(b"".join)
)
@example(b"\xff\xfe\x00")
@example(b'a;"\r\n;"\r\n"')
def test_any_bytes_are_read_or_refused_and_the_size_of_a_block_changes_nothing(content: bytes) -> None:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "anything.csv")
        path.write_bytes(content)
        stream = text_stream(2)
        try:
            count, rows, broken = read_all(path, stream, 2**20)
        except ContractError:
            return
        again = read_all(path, stream, 7)
    assert count == again[0] == rows.height + broken.height
    assert rows.equals(again[1])
    assert broken.equals(again[2])
    lines = [*rows["_line"], *broken["_line"]]
    assert len(set(lines)) == len(lines)


def conserved_or_refused(content: bytes, folder: Path, stream: StreamSpec = PRODUCT) -> bool:
    """True when every row of the file ended in one place; False when the file was refused as a whole."""
    path = folder / "mutated.csv"
    path.write_bytes(content)
    try:
        file_rows = open_rows(path, stream, file=0)
        outcome = validate([file_rows], stream, folder / "work")
    except ContractError:
        return False
    assert outcome.rows_read == file_rows.rows_read
    assert outcome.rows_read == outcome.accepted_rows + outcome.rejected_rows + outcome.superseded.height
    accepted = outcome.accepted_rows_scan().collect()
    rejected = outcome.faults_scan().filter(~pl.col("blanked")).select("_line").unique().collect()
    assert accepted.height == outcome.accepted_rows
    assert rejected.height == outcome.rejected_rows
    ends = [*accepted["_line"], *rejected["_line"], *outcome.superseded["_line"]]
    assert len(set(ends)) == len(ends) == outcome.rows_read
    assert stream.has_several_rows_per_key or accepted["_key"].is_unique().all()
    rejects = folder / "rejects.csv"
    count = write_rejects(path, outcome.faults_scan().collect(), rejects, stream, "fr", file_rows.shape)
    assert count == outcome.rejected_rows
    if count and not content.count(b'"'):
        assert open_rows(rejects, stream, file=0).shape.has_reasons
    return True


def test_no_damage_to_a_file_loses_a_row_or_raises_anything_but_a_refusal(tmp_path: Path) -> None:
    read = [conserved_or_refused(mutated_file(Random(seed)), tmp_path) for seed in range(MUTATED_FILES)]
    assert sum(read) > MUTATED_FILES / 2
    assert not all(read)


@pytest.mark.parametrize("stream", OTHER_STREAMS.values(), ids=OTHER_STREAMS)
def test_nor_does_damage_to_a_file_of_another_stream(tmp_path: Path, stream: StreamSpec) -> None:
    seeds = range(MUTATED_FLAT_FILES)
    read = [conserved_or_refused(mutated_file(Random(seed), stream), tmp_path, stream) for seed in seeds]
    assert sum(read) > MUTATED_FLAT_FILES / 3
    assert not all(read)
