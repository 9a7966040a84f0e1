"""One row of a delimited file, cell by cell: quoted cells, cells over several lines, and what is wrong with it."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from itertools import accumulate, islice
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

MOST_LINES = 1000
"""A quoted cell open for longer was left open by mistake."""

QUOTE_LEFT_OPEN = "quote_left_open"
QUOTE_ASTRAY = "quote_astray"

_UP_TO_CLOSING_QUOTE = re.compile(r'(?:[^"]++|"")*+"')


@dataclass(slots=True)
class TextRow:
    """The cells of one row, unquoted, and how many physical lines it takes.

    With a `fault` (a message code) the row is its first line alone, without cells. `is_cut`: the lines
    given end inside a quoted cell. `ends` holds where each cell ends: (line of the row from 0, index in that line).
    """

    cells: list[str] = field(default_factory=list)
    ends: list[tuple[int, int]] = field(default_factory=list)
    lines: int = 1
    fault: str | None = None
    is_cut: bool = False


class _LeftOpenError(Exception):
    """A quoted cell is open where the lines end."""


def read_row(lines: Sequence[str], start: int, delimiter: str, widths: Collection[int]) -> TextRow:
    """The row that begins at `lines[start]`, of a file whose rows have as many cells as `widths` allows.

    A quote in a cell that does not begin with one is text. Text after a closing quote is `quote_astray`. A quoted cell
    that is never closed, closes in the middle of a later line's cell, or crosses lines that are full rows by themselves
    is `quote_left_open`: it would swallow them.
    """
    within = lines[start : start + MOST_LINES] if '"' in lines[start] else (lines[start],)
    try:
        found = _parsed(within, delimiter)
    except _LeftOpenError:
        reaches_end = start + MOST_LINES > len(lines)
        return TextRow(is_cut=True) if reaches_end else TextRow(fault=QUOTE_LEFT_OPEN)
    if found.fault or found.lines == 1:
        return found
    return TextRow(fault=QUOTE_LEFT_OPEN) if _swallows_rows(within, found, delimiter, widths) else found


def _parsed(lines: Sequence[str], delimiter: str) -> TextRow:
    found = TextRow()
    line = at = 0
    while True:
        first = line
        if lines[line].startswith('"', at):
            cell, line, at = _quoted_cell(lines, line, at + 1)
            if at < len(lines[line]) and not lines[line].startswith(delimiter, at):
                return TextRow(fault=QUOTE_ASTRAY if line == first == 0 else QUOTE_LEFT_OPEN)
            found.cells.append(cell)
            found.ends.append((line, at))
        else:
            cells, ends = _plain_cells(lines[line], at, delimiter)
            at = ends[-1]
            found.cells += cells
            found.ends += [(line, end) for end in ends]
        if at == len(lines[line]):
            found.lines = line + 1
            return found
        at += len(delimiter)


def _plain_cells(text: str, at: int, delimiter: str) -> tuple[list[str], list[int]]:
    """The cells from `at` to the next one that begins with a quote, and where each ends."""
    stop = text.find(delimiter + '"', at)
    cells = text[at : stop if stop >= 0 else len(text)].split(delimiter)
    step = len(delimiter)
    return cells, [end - step for end in accumulate((len(cell) + step for cell in cells), initial=at)][1:]


def _quoted_cell(lines: Sequence[str], line: int, at: int) -> tuple[str, int, int]:
    """The cell whose text begins at `at`, the line where it closes, and the index after its closing quote."""
    parts: list[str] = []
    while (closing := _UP_TO_CLOSING_QUOTE.match(lines[line], at)) is None:
        parts.append(lines[line][at:])
        line, at = line + 1, 0
        if line == len(lines):
            raise _LeftOpenError
    parts.append(lines[line][at : closing.end() - 1])
    return "\n".join(parts).replace('""', '"'), line, closing.end()


def _swallows_rows(lines: Sequence[str], found: TextRow, delimiter: str, widths: Collection[int]) -> bool:
    """True when a row over several lines is better explained by two quotes that do not belong together."""
    if 1 in widths:
        return False
    full = (_lone_width(lines[i], delimiter) in widths for i in reversed(range(found.lines)))
    return all(full) if len(found.cells) in widths else any(islice(full, found.lines - 1))


def _lone_width(text: str, delimiter: str) -> int:
    """How many cells a physical line has by itself, where a quote that has no counterpart in its cell is text."""
    width = at = 0
    while True:
        closing = _UP_TO_CLOSING_QUOTE.match(text, at + 1) if text.startswith('"', at) else None
        end = closing.end() if closing else at
        if not closing or (end < len(text) and not text.startswith(delimiter, end)):
            cells, ends = _plain_cells(text, at, delimiter)
            width, end = width + len(cells), ends[-1]
        else:
            width += 1
        if end == len(text):
            return width
        at = end + len(delimiter)
