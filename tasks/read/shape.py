"""How one file is laid out: its encoding, its header, how many cells its rows have, and whether that is as agreed."""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from dataclasses import dataclass
from itertools import chain, islice, takewhile
from typing import TYPE_CHECKING

from schemas.cells import BOOLEANS
from schemas.column_spec import ValueType
from schemas.file_refused import FileRefusedError
from schemas.formulas import restored
from schemas.incidents import Incident, Level
from tasks.read.encoding import BLANK_LINES, Encoding, encoding_of, line_blocks
from tasks.read.encoding_faults import refuse_other_encoding, refuse_wide_encoding
from tasks.read.kind import kind_of_no_text
from tasks.read.quotes import TextRow, read_row

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from schemas.column_spec import Column, StreamSpec

MOST_COLUMNS = 2000
"""More than any spreadsheet of an ERP has; each is a column of every frame of the run."""
REASON_COLUMNS = {"en": ("reason", "remedy"), "fr": ("motif", "remède")}
"""The two columns that end a rejects file, by language."""

_SAMPLE_BYTES = 256 * 1024
_SAMPLE_ROWS = 1000
_LINES_WITH_DELIMITER = 50
_MOST_TITLES = 5
_ROWS_THAT_AGREE = 5
_ROWS_OF_A_WHOLE_FILE = 20
_DELIMITERS = {";": ";", ",": ",", "\t": r"\t (TAB)", "|": "|", ":": ":"}
_DECLARED_DELIMITER = re.compile(r'sep=([^\w\s"]|\t)')
"""What spreadsheets write on the first line, to read again what stands between two cells."""
_NUMBER = re.compile(r"[-+]?\d[\d\s.,:/T-]*")
_NUMERIC = (ValueType.INTEGER, ValueType.DECIMAL, ValueType.DATE, ValueType.DATETIME, ValueType.EAN13)


@dataclass(frozen=True, slots=True)
class FileShape:
    """What is known of a file before its rows are read.

    `header` is its cells without the two columns of a rejects file, None when the file has none. `first_row` is the
    physical line (1-based) after the header, `header_line` the one where the header starts. `width` counts the cells of
    a row without the two columns. `has_rows` is False when there is no row at all among the first lines.
    """

    encoding: Encoding
    delimiter: str
    header: tuple[str, ...] | None
    header_line: int
    first_row: int
    width: int
    has_reasons: bool
    has_rows: bool
    missing: tuple[Column, ...]
    title_lines: int = 0
    """How many rows above the header are none: a title, a date."""
    declares_delimiter: bool = False
    """The first line is `sep=` and the delimiter, whatever was agreed: it is neither header nor row."""

    @property
    def widths(self) -> tuple[int, ...]:
        """How many cells a row may have; the cells of the two columns are dropped."""
        return (self.width, self.width + 2) if self.has_reasons else (self.width,)

    def warnings(self, name: str, stream: StreamSpec) -> tuple[Incident, ...]:
        """What a person may want to know of the file `name` as a whole."""
        found = [("file_column_absent", {"column": column.key}) for column in self.missing]
        if self.title_lines:
            found.append(("file_title_lines", {"value": str(self.title_lines)}))
        if not self.has_rows:
            found.append(("file_without_rows", {}))
        return tuple(Incident(Level.INFO, code, stream.name, file=name, params=params) for code, params in found)


def shape_of(path: Path, stream: StreamSpec) -> FileShape:
    """Looks at the first thousand rows. `FileRefusedError` when the file as a whole is not what was agreed."""
    if kind := kind_of_no_text(path):
        raise FileRefusedError("file_not_text", name=path.name, detail=kind)
    encoding = encoding_of(path, stream.encoding)
    refuse_wide_encoding(path, encoding)
    lines = list(chain.from_iterable(islice(line_blocks(path, encoding, _SAMPLE_BYTES), 2)))
    refuse_other_encoding(path, encoding, lines)
    declared = _declared_delimiter(lines)
    delimiter, set_aside = declared or stream.delimiter, 1 if declared else 0
    sample = list(_first_rows(lines, delimiter, set_aside))
    header_at = _header_position(sample, stream, set_aside)
    header, rows = None, sample
    header_line = first_row = 1
    if header_at is not None:
        at, found = sample[header_at]
        header, rows = tuple(cell.strip() for cell in found.cells) or None, sample[header_at + 1 :]
        header_line, first_row = at + 1, at + found.lines + 1
    has_reasons = header is not None and _ends_with_reasons(header)
    first_row = first_row if has_reasons else max(first_row, set_aside + (stream.header_lines or 0) + 1)
    header = tuple(map(restored, header[:-2])) if header and has_reasons else header
    width = _row_width(header, rows, stream)
    if width > MOST_COLUMNS:
        raise FileRefusedError("file_too_wide", name=path.name, value=str(width), detail=str(MOST_COLUMNS))
    missing = tuple(column for column in stream.columns if column.index >= width) if sample else ()
    titles = header_at if header_at and stream.header_lines is None else 0
    shape = FileShape(
        encoding,
        delimiter,
        header,
        header_line,
        first_row,
        width,
        has_reasons,
        bool(rows),
        missing,
        titles,
        bool(declared),
    )
    if header is not None:
        _refuse_rows_that_are_all_longer(path, rows, width)
    is_split = 2 * sum(len(found.cells) > 1 for _, found in sample) >= len(sample)
    seen = None if is_split else _delimiter_seen(lines[set_aside:], delimiter, stream)
    _refuse_what_was_not_agreed(path, shape, stream, seen)
    return shape


def _declared_delimiter(lines: Sequence[str]) -> str:
    """The delimiter that the first line names, when it holds nothing else."""
    found = _DECLARED_DELIMITER.fullmatch(lines[0]) if lines else None
    return found[1] if found else ""


def folded(text: str) -> str:
    """The text without accents, case and outer blanks."""
    plain = unicodedata.normalize("NFKD", text.strip().casefold())
    return "".join(char for char in plain if not unicodedata.combining(char))


def _first_rows(lines: Sequence[str], delimiter: str, at: int) -> Iterator[tuple[int, TextRow]]:
    count = 0
    while at < len(lines) and count < _SAMPLE_ROWS:
        if lines[at].strip() not in BLANK_LINES or delimiter in lines[at]:
            found = read_row(lines, at, delimiter, widths=())
            yield at, found
            at += found.lines
            count += 1
        else:
            at += 1


def _header_position(sample: Sequence[tuple[int, TextRow]], stream: StreamSpec, start: int) -> int | None:
    """Which row of the sample is the header: the last of the lines set aside for it, or the first when found so.

    `start` is the index of the line from which they count.
    """
    declared = list(takewhile(lambda row: row[0] < start + (stream.header_lines or 0), sample))
    first = declared or sample[: _titles(sample, stream) + 1]
    for position, (_, found) in enumerate(first):
        if _ends_with_reasons(found.cells):
            return position
    if declared:
        return len(declared) - 1
    if stream.header_lines is None:
        return next((at for at, (_, found) in enumerate(first) if _looks_like_header(found.cells, stream)), None)
    return None


def _titles(sample: Sequence[tuple[int, TextRow]], stream: StreamSpec) -> int:
    """How many of the first rows fill one cell at most, where a row of the stream fills several."""
    if len(stream.columns) == 1 or stream.header_lines is not None:
        return 0
    leading = takewhile(lambda row: sum(bool(cell.strip()) for cell in row[1].cells) <= 1, sample[:_MOST_TITLES])
    return sum(1 for _ in leading)


def _ends_with_reasons(cells: Sequence[str]) -> bool:
    return tuple(folded(cell) for cell in cells[-2:]) in {
        tuple(folded(name) for name in names) for names in REASON_COLUMNS.values()
    }


def _looks_like_header(cells: Sequence[str], stream: StreamSpec) -> bool:
    """A cell names its column, or all that should hold a number, a date or a yes hold words, and so does the key.

    A first row taken for a header would be lost in silence, a header taken for a row is rejected and seen: in doubt it
    is a row.
    """
    present = [(column, cells[column.index].strip()) for column in stream.columns if column.index < len(cells)]
    if any(column.type in _NUMERIC and _NUMBER.fullmatch(cell) for column, cell in present):
        return False
    if any(names_column(cell, column) for column, cell in present):
        return True
    typed = [(column, cell) for column, cell in present if column.type in (*_NUMERIC, ValueType.BOOLEAN)]
    telling = [*typed, *((column, cell) for column, cell in present if column.object_key)]
    return bool(typed) and all(_is_word(cell, column) for column, cell in telling)


def _is_word(cell: str, column: Column) -> bool:
    is_yes_or_no = column.type is ValueType.BOOLEAN and cell.lower() in BOOLEANS
    return bool(cell) and not any(char.isdigit() for char in cell) and not is_yes_or_no


def names_column(cell: str, column: Column) -> bool:
    """Whether the cell of a header is the technical or the public name of the column."""
    return bool(cell.strip()) and folded(cell) in {folded(column.key), folded(column.public_name or "")}


def _row_width(header: tuple[str, ...] | None, rows: Sequence[tuple[int, TextRow]], stream: StreamSpec) -> int:
    """The header's width, else the most common one, the agreed one on a tie.

    Where the lines of a whole file end with a delimiter and its header does not, or the reverse, the rows are right;
    but a cell more than expected may as well come from a delimiter inside a cell, so that it is believed only where
    the numbers of the rows stand where they belong.
    """
    agreed = max(column.index for column in stream.columns) + 1
    widths = Counter(len(found.cells) for _, found in rows if found.cells)
    common = max(widths, key=lambda width: (widths[width], width == agreed, width), default=None)
    alike = [found.cells for _, found in rows if len(found.cells) == common]
    if header is None:
        expected = agreed
        is_known = common is None or common <= agreed or len(alike) >= _ROWS_THAT_AGREE
    else:
        expected = len(header)
        is_known = common is not None and common < len(header) and not any(header[common:])
        is_longer = common == len(header) + 1 and not any(cells[-1].strip() for cells in alike)
        if not is_known and not is_longer:
            return expected
    if common is None:
        return expected
    return common if is_known or _stand_where_they_belong(alike, stream) else expected


def _stand_where_they_belong(rows: Sequence[Sequence[str]], stream: StreamSpec) -> bool:
    """Whether the last agreed column holds numbers, dates or a yes in at least half of the rows that fill it."""
    last = max(stream.columns, key=lambda column: column.index)
    cells = [row[last.index].strip() for row in rows if len(row) > last.index]
    filled = [cell for cell in cells if cell]
    sound = sum(_fits(cell, last) for cell in filled)
    return bool(filled) and 2 * sound >= len(filled)


def _fits(cell: str, column: Column) -> bool:
    if column.type is ValueType.BOOLEAN:
        return cell.lower() in BOOLEANS
    return column.type in _NUMERIC and _NUMBER.fullmatch(cell) is not None


def _refuse_rows_that_are_all_longer(path: Path, rows: Sequence[tuple[int, TextRow]], width: int) -> None:
    """One fault of a whole file is reported once: every row has a cell more than the header."""
    if len(rows) >= _ROWS_OF_A_WHOLE_FILE and all(len(found.cells) == width + 1 for _, found in rows):
        raise FileRefusedError("file_rows_longer", name=path.name, value=str(width + 1), detail=str(width))


def _refuse_what_was_not_agreed(path: Path, shape: FileShape, stream: StreamSpec, seen: str | None) -> None:
    lacking = [column.key for column in shape.missing if column.required or column.object_key]
    if seen is not None:
        agreed = _DELIMITERS.get(shape.delimiter, shape.delimiter)
        raise FileRefusedError("file_wrong_delimiter", name=path.name, detail=seen, value=agreed)
    if lacking:
        raise FileRefusedError(
            "file_column_missing",
            name=path.name,
            column=", ".join(lacking),
            value=str(len(lacking)),
            detail=str(shape.width),
        )
    moved = _moved_column(shape.header or (), stream)
    if moved is not None:
        column, found_at = moved
        raise FileRefusedError(
            "file_columns_moved",
            name=path.name,
            column=column.key,
            value=str(column.index),
            detail=str(found_at),
        )


def _delimiter_seen(lines: Sequence[str], delimiter: str, stream: StreamSpec) -> str | None:
    """The delimiter that stands in most of the first lines of a file that the agreed one does not cut."""
    first = [line for line in lines[:_LINES_WITH_DELIMITER] if line.strip()]
    if len(stream.columns) == 1:
        return None
    half = len(first) / 2
    seen = {mark: sum(mark in line for line in first) for mark in _DELIMITERS if mark != delimiter}
    mark = max(seen, key=seen.__getitem__)
    return _DELIMITERS[mark] if seen[mark] > half else None


def _moved_column(header: Sequence[str], stream: StreamSpec) -> tuple[Column, int] | None:
    """A column whose place is taken by another column of the stream while its own name stands elsewhere."""
    for column in stream.columns:
        if column.index >= len(header) or names_column(header[column.index], column):
            continue
        found_at = next((at for at, name in enumerate(header) if names_column(name, column)), None)
        taken = any(names_column(header[column.index], other) for other in stream.columns if other is not column)
        if found_at is not None and taken:
            return column, found_at
    return None
