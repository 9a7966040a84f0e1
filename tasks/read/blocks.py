"""A block of physical lines becomes rows of text and the faults of its broken lines."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import polars as pl

from schemas.formulas import DEFUSED
from schemas.frames import FAULTS
from tasks.read.encoding import BLANK_LINES, UNDECODABLE
from tasks.read.quotes import QUOTE_LEFT_OPEN, TextRow, read_row

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from schemas.column_spec import StreamSpec
    from tasks.read.shape import FileShape

NUL_BYTE = "nul_byte"
WRONG_ENCODING = "wrong_encoding"
ROW_TOO_SHORT = "row_too_short"
ROW_TOO_LONG = "row_too_long"

_SHOWN_CHARACTERS = 200
_BLANKS = "\t\x0b\x0c\r "
"""What of ASCII polars strips, but for ends of lines."""


@dataclass(frozen=True, slots=True)
class RowBlock:
    """Rows of one file that stand on consecutive lines, in the order of the file.

    `rows`: `_file`, `_line`, `_key`, then one text column per column of the stream, stripped, null when empty; an end
    of line inside a cell is a line feed. `broken`: a faults frame, one line per row that cannot be cut into
    its cells.
    """

    rows: pl.DataFrame
    broken: pl.DataFrame

    @property
    def height(self) -> int:
        """How many rows the block holds, broken ones included."""
        return self.rows.height + self.broken.height


@dataclass(frozen=True, slots=True)
class BlockReader:
    """Cuts lines into rows: those that one line explains are read by polars, the others one by one."""

    stream: StreamSpec
    shape: FileShape
    file: int

    def read_at_once(self, text: str, first_line: int) -> RowBlock | None:
        """Each line of `text` as a row; None unless that is plainly what each is, which `read` then tells apart."""
        mark = self.shape.delimiter
        if not text or len(mark.encode()) > 1 or any(sign in text for sign in ('"', "\x00", UNDECODABLE)):
            return None
        count = text.count("\n") + (not text.endswith("\n"))
        width, left_over = divmod(text.count(mark) + count, count)
        if left_over or width == 1 or width not in self.shape.widths:
            return None
        if not text.endswith("\n"):
            text += "\n"  # polars takes an empty cell too many for none when it ends the text
        try:
            rows = pl.read_csv(text.encode(), separator=mark, has_header=False, schema=_columns(width), quote_char=None)
        except (pl.exceptions.ComputeError, pl.exceptions.SchemaError):
            return None  # a line has more cells, so that another one has fewer
        rows = rows[:, : self.shape.width].with_columns(_at=pl.int_range(pl.len()))
        has_blanks = not text.isascii() or any(blank in text for blank in _BLANKS)
        return RowBlock(self._rows(rows, [], [], first_line, strips=has_blanks), pl.DataFrame(schema=FAULTS))

    def read(self, lines: list[str], first_line: int, *, is_last: bool) -> tuple[RowBlock, int]:
        """The rows of `lines`, and how many lines they took.

        Lines left over begin a row that the next block ends; the last block leaves none.
        """
        texts = pl.Series(lines, dtype=pl.String)
        plain, odd = self._classified(texts)
        taken = len(lines)
        crossing: set[int] = set()
        cells: list[list[str]] = []
        at: list[int] = []
        faults: list[tuple[int, str, str]] = []
        for start, found in self._odd_rows(lines, odd):
            if found.is_cut and not is_last:
                taken = start
                break
            if found.lines > 1:
                crossing.update(range(start, start + found.lines))
            fault = self._fault(lines[start : start + found.lines], found)
            if fault is None:
                cells.append(found.cells)
                at.append(start)
            else:
                faults.append((start, *fault))
        plain = plain.filter((plain < taken) & ~plain.is_in(crossing)) if crossing else plain.filter(plain < taken)
        rows = self._rows(self._plain_rows(texts, plain), at, cells, first_line)
        return RowBlock(rows, self._broken(lines, faults, first_line)), taken

    def _odd_rows(self, lines: Sequence[str], odd: Sequence[int]) -> Iterator[tuple[int, TextRow]]:
        next_free = 0
        for start in odd:
            if start >= next_free:
                found = read_row(lines, start, self.shape.delimiter, self.shape.widths)
                next_free = start + found.lines
                yield start, found

    def _classified(self, texts: pl.Series) -> tuple[pl.Series, list[int]]:
        """Places of the lines that are a row by themselves, and of those that must be looked at one by one."""
        text = pl.col("text")
        quoted = text.str.contains('"', literal=True)
        bare = pl.when(quoted).then(text.str.replace_all(r'"[^"]*"', "")).otherwise(text)
        # One step each: an eager select computes again what several of its expressions share.
        lines = texts.to_frame("text").select(
            width=bare.str.count_matches(self.shape.delimiter, literal=True) + 1,
            blank=text.str.strip_chars().is_in(BLANK_LINES),
            whole=~quoted | text.str.contains(_one_line_of(self.shape.delimiter)),
            marked=text.str.contains(f"[\x00{UNDECODABLE}]"),
        )
        blank = lines["blank"] & (lines["width"] == 1)
        plain = lines["whole"] & lines["width"].is_in(self.shape.widths) & ~lines["marked"] & ~blank
        if len(self.shape.delimiter.encode()) > 1:
            plain = plain & False
        return plain.arg_true(), (~plain & ~blank).arg_true().to_list()

    def _fault(self, lines: Sequence[str], found: TextRow) -> tuple[str, str] | None:
        text = "".join(lines)
        if "\x00" in text:
            return NUL_BYTE, ""
        if UNDECODABLE in text:
            return WRONG_ENCODING, self.shape.encoding.name
        if found.fault or found.is_cut:
            return found.fault or QUOTE_LEFT_OPEN, ""
        width = len(found.cells)
        if width in self.shape.widths:
            return None
        return ROW_TOO_SHORT if width < self.shape.width else ROW_TOO_LONG, f"{width}/{self.shape.width}"

    def _rows(
        self, rows: pl.DataFrame, at: list[int], cells: list[list[str]], first_line: int, *, strips: bool = True
    ) -> pl.DataFrame:
        """Cells as columns of the stream, null where they are empty; without `strips` there is no blank in them."""
        if cells:
            names = rows.columns[:-1]
            odd = pl.DataFrame(
                [row[: self.shape.width] for row in cells], dict.fromkeys(names, pl.String), orient="row"
            )
            rows = pl.concat([rows, odd.with_columns(_at=pl.Series(at, dtype=pl.Int64))]).sort("_at")
        cells_of_columns = (self._cell(column.index, strips).alias(column.key) for column in self.stream.columns)
        stripped = rows.select((pl.col("_at") + first_line).alias("_line"), *cells_of_columns)
        key = pl.col(self.stream.key_column.key).alias("_key")
        return stripped.select(pl.lit(self.file, pl.Int32).alias("_file"), "_line", key, pl.exclude("_line"))

    def _plain_rows(self, texts: pl.Series, plain: pl.Series) -> pl.DataFrame:
        """`column_0`, `column_1`, ... as polars reads them, and `_at`, the index of each line in the block."""
        schema = _columns(max(self.shape.widths))
        text = texts.gather(plain).str.join("\n").item().encode()
        rows = (
            pl.read_csv(text, separator=self.shape.delimiter, has_header=False, schema=schema)
            if plain.len()
            else pl.DataFrame(schema=schema)
        )
        return rows[:, : self.shape.width].with_columns(_at=plain.cast(pl.Int64))

    def _cell(self, index: int, strips: bool) -> pl.Expr:
        if index >= self.shape.width:
            return pl.lit(None, pl.String)
        cell = pl.col(f"column_{index}")
        if not strips and not self.shape.has_reasons:
            return cell  # as polars has read it: an empty cell is null
        # A rejects file that comes back: what a spreadsheet would have run has an apostrophe before it.
        plain = cell.str.replace(DEFUSED, "${1}") if self.shape.has_reasons else cell
        return plain.str.strip_chars().replace("", None)

    def _broken(self, lines: Sequence[str], faults: Sequence[tuple[int, str, str]], first_line: int) -> pl.DataFrame:
        return pl.DataFrame(
            [
                {
                    "_file": self.file,
                    "_line": first_line + start,
                    "value": lines[start][:_SHOWN_CHARACTERS].replace("\x00", "\ufffd").replace(UNDECODABLE, "\ufffd"),
                    "code": code,
                    "detail": detail or None,
                    "blanked": False,
                }
                for start, code, detail in faults
            ],
            schema=FAULTS,
        )


def _columns(width: int) -> dict[str, pl.DataType]:
    return {f"column_{i}": pl.String() for i in range(width)}


def _one_line_of(delimiter: str) -> str:
    """Matches a line whose quoted cells all open and close in it, and whose other cells hold no quote."""
    mark = "".join(f"\\x{{{ord(char):x}}}" for char in delimiter)
    cell = f'(?:"[^"]*(?:""[^"]*)*"|[^"{mark}]*)'
    return f"^{cell}(?:{mark}{cell})*$"
