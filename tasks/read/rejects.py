"""The rejected lines of a file as a file of the same layout, with a reason and a remedy at the end of each line."""

from __future__ import annotations

import codecs
from itertools import groupby
from operator import itemgetter
from typing import TYPE_CHECKING

import polars as pl

from schemas.encodable import encodable
from schemas.formulas import defused, is_defused, is_formula
from schemas.messages import message
from tasks.read.encoding import line_bytes
from tasks.read.quotes import MOST_LINES, read_row
from tasks.read.shape import REASON_COLUMNS

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from schemas.column_spec import StreamSpec
    from schemas.messages import Message
    from tasks.read.quotes import TextRow
    from tasks.read.shape import FileShape

_BETWEEN_FAULTS = " | "


def write_rejects(
    source: Path, faults: pl.DataFrame, target: Path, stream: StreamSpec, language: str, shape: FileShape
) -> int:
    """Writes the lines of `source` that `faults` (of that one file) reject; the answer is how many, no file when none.

    Each line is as the merchant wrote it: columns, order, delimiter, quotes, line ends, encoding (UTF-8 with its mark,
    which spreadsheets need). Two columns follow, a reason and a remedy in `language`; every fault of the line is named.
    A line with too few cells is filled up with empty ones; a line whose quotes are broken has them doubled, so that a
    spreadsheet shows its text. A file without header gets one. A cell that a spreadsheet would run has an apostrophe
    before it, which is taken off when the file comes back. Once corrected, the file can be dropped as it is.
    """
    rejecting = faults.filter(~pl.col("blanked")).sort("_line", maintain_order=True)
    if rejecting.is_empty():
        return 0
    target.parent.mkdir(parents=True, exist_ok=True)
    unfinished = target.with_name(target.name + ".tmp")
    count = 0
    with unfinished.open("wb") as out:
        writer = _Writer(source, stream, shape, language)
        out.write(writer.heading())
        for line, found in groupby(rejecting.iter_rows(named=True), key=itemgetter("_line")):
            out.write(writer.rejected(line, list(found)))
            count += 1
    unfinished.replace(target)
    return count


class _Writer:
    """Renders the heading and the lines of one rejects file; lines are asked for in rising order."""

    def __init__(self, source: Path, stream: StreamSpec, shape: FileShape, language: str) -> None:
        self.stream = stream
        self.shape = shape
        self.language = language
        self.lines = _SourceLines(source, shape)

    def heading(self) -> bytes:
        """The encoding's mark, the lines before the header, and the header with the two columns."""
        mark = codecs.BOM_UTF8 if self.shape.encoding.name == "utf-8" else self.shape.encoding.mark
        names = REASON_COLUMNS.get(self.language, REASON_COLUMNS["en"])
        if self.shape.header is None:
            keys = {column.index: column.key for column in self.stream.columns}
            header = [keys.get(index, f"column_{index + 1}") for index in range(self.shape.width)]
            first = self.lines.text(1) if self.shape.declares_delimiter else ""
            return mark + self._encoded(first + self._joined(self._writable([*header, *names])) + self.lines.usual_end)
        before = [self._harmless(*self.lines.starting_at(number)) for number in range(1, self.shape.header_line)]
        found, lines = self.lines.starting_at(self.shape.header_line)
        header_text = self._filled_up(found, lines, most=self.shape.width)
        return mark + self._encoded("".join(before) + self._with_two_more(header_text, names, lines))

    def rejected(self, number: int, faults: Sequence[Mapping[str, str | None]]) -> bytes:
        """What begins on line `number`, its reasons and its remedies."""
        found, lines = self.lines.starting_at(number)
        said = [self._message(number, fault) for fault in faults]
        reasons = _BETWEEN_FAULTS.join(dict.fromkeys(one.reason for one in said))
        remedies = _BETWEEN_FAULTS.join(dict.fromkeys(one.remedy for one in said))
        return self._encoded(self._with_two_more(self._filled_up(found, lines), (reasons, remedies), lines))

    def _message(self, number: int, fault: Mapping[str, str | None]) -> Message:
        params = {name: fault[name] or "" for name in ("value", "column", "detail")}
        return message(fault["code"] or "", self.language, line=str(number), key=fault["_key"] or "", **params)

    def _filled_up(self, found: TextRow, lines: Sequence[str], most: int | None = None) -> str:
        """The cells as they are written, without the two columns of an earlier rejects file, up to the width."""
        if not found.ends:
            cells = lines[0].rstrip("\r\n").split(self.shape.delimiter)
            cells = cells[:-2] if self.shape.has_reasons and len(cells) >= self.shape.width + 2 else cells
            written = [f"'{cell}" if self._is_armed(cell) else cell for cell in cells]
            return self._joined(written) + self.shape.delimiter * max(0, self.shape.width - len(cells))
        count = len(found.ends)
        if self.shape.has_reasons and count >= self.shape.width + 2:
            count -= 2
        count = min(count, most or count)
        line, end = found.ends[count - 1]
        written = [*lines[:line], lines[line][:end]]
        return self._defused(found, written, count) + self.shape.delimiter * max(0, self.shape.width - count)

    def _harmless(self, found: TextRow, lines: Sequence[str]) -> str:
        """The first line of a row that is none, such as a title."""
        return self._defused(found, [lines[0]], len(found.ends)) if found.lines == 1 else lines[0]

    def _defused(self, found: TextRow, lines: list[str], count: int) -> str:
        """The first `count` cells as they are written, an apostrophe in those that a spreadsheet would run."""
        starts = [(0, 0), *((line, end + len(self.shape.delimiter)) for line, end in found.ends)]
        for (line, start), cell in reversed([*zip(starts[:count], found.cells, strict=False)]):
            if self._is_armed(cell):
                at = start + lines[line].startswith('"', start)
                lines[line] = f"{lines[line][:at]}'{lines[line][at:]}"
        return "".join(lines)

    def _is_armed(self, cell: str) -> bool:
        """Cells of a rejects file that comes back may have their apostrophe already."""
        return is_formula(cell) and not (self.shape.has_reasons and is_defused(cell))

    def _with_two_more(self, text: str, two: Sequence[str], lines: Sequence[str]) -> str:
        last = self._joined(self._writable([*map(defused, two)])) + (_end_of(lines[-1]) or self.lines.usual_end)
        return text + self.shape.delimiter + last

    def _writable(self, cells: Sequence[str]) -> list[str]:
        codec = self.shape.encoding.name
        return [encodable(cell, codec) for cell in cells]

    def _joined(self, cells: Sequence[str]) -> str:
        special = ('"', "\r", "\n", self.shape.delimiter)
        quoted = [
            '"' + cell.replace('"', '""') + '"' if any(map(cell.__contains__, special)) else cell for cell in cells
        ]
        return self.shape.delimiter.join(quoted)

    def _encoded(self, text: str) -> bytes:
        return text.encode(self.shape.encoding.name, "replace" if self.shape.encoding.is_wide else "surrogateescape")


class _SourceLines:
    """The physical lines of a file with their ends, asked for in rising order.

    Bytes that are not of the encoding come as lone surrogates, so that they can be written back.
    """

    def __init__(self, path: Path, shape: FileShape) -> None:
        self.shape = shape
        self.blocks = line_bytes(path, shape.encoding)
        self.first = 1
        self.lines: list[bytes] = []
        self.usual_end = _end_of(self.text(1)) or "\n"

    def text(self, number: int) -> str:
        """One line with its end."""
        self._reach(number)
        return self._decoded(self.lines[number - self.first])

    def starting_at(self, number: int) -> tuple[TextRow, list[str]]:
        """What begins on line `number`, cell by cell, and its lines."""
        lines = [self.text(number)]
        found = self._parsed(lines)
        if found.is_cut:
            start = number - self.first
            lines = [self._decoded(line) for line in self.lines[start : start + MOST_LINES]]
            found = self._parsed(lines)
        return found, lines[: found.lines]

    def _parsed(self, lines: Sequence[str]) -> TextRow:
        bare = [line.rstrip("\r\n") for line in lines]
        return read_row(bare, 0, self.shape.delimiter, self.shape.widths)

    def _reach(self, number: int) -> None:
        """Holds as many lines from `number` on as a cell may take, and forgets those before."""
        while self.first + len(self.lines) < number + MOST_LINES and (block := next(self.blocks, b"")):
            passed = min(number - self.first, len(self.lines))
            self.lines = self.lines[passed:] + block.splitlines(keepends=True)
            self.first += passed

    def _decoded(self, line: bytes) -> str:
        return line.decode(self.shape.encoding.of_lines, "surrogateescape")


def _end_of(line: str) -> str:
    return line[len(line.rstrip("\r\n")) :]
