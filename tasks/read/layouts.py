"""The layout of a file against that of the last accepted file of its stream: what moved, what is new, what is gone."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from connectors.ledger.layouts import Layout
from schemas.broken_text import SEEN_AS_CP1252
from tasks.read.shape import folded, names_column

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from schemas.column_spec import Column, StreamSpec
    from tasks.read.shape import FileShape

_NAMED = 8
_NONE = "—"


@dataclass(frozen=True, slots=True)
class LayoutChange:
    """Why a file is not laid out as the last one, as a message of the merchant: its code and parameters."""

    code: str
    params: Mapping[str, str]

    @property
    def may_be_accepted(self) -> bool:
        """Whether a person can say that the columns are where they should be; letters that were lost are lost."""
        return self.code != "file_header_converted_twice"


def layout_of(
    shape: FileShape, stream: StreamSpec, last: Layout | None, mark_of_name: Callable[[str], str]
) -> Layout | None:
    """The layout to remember of an accepted file; None of a file without rows and header, which shows none.

    The names of the columns are kept from `last` over files without header, which have as many cells.
    """
    if shape.header is None and not shape.has_rows:
        return None
    kept = last.names if last is not None and last.width == shape.width else None
    names = kept if shape.header is None else [mark_of_name(folded(name)) for name in shape.header]
    return Layout(shape.width, names, {column.key: column.index for column in stream.columns})


def layout_change(
    shape: FileShape, stream: StreamSpec, last: Layout | None, mark_of_name: Callable[[str], str]
) -> LayoutChange | None:
    """What keeps a file from being read as the last one was; None when nothing does.

    Only the columns that the stream reads count, and of those only the ones whose index import.json has not changed
    since. A header that is the technical name of its column is right whatever it was before. Of a file without header,
    only the number of cells can be compared.
    """
    if last is None:
        return None
    if shape.header is None:
        return _change_of_width(shape, last) if shape.has_rows else None
    if last.names is None:
        return None
    marks = [mark_of_name(folded(name)) for name in shape.header]
    differing = [column for column in stream.columns if _differs(column, shape.header, marks, last)]
    return _change_of_header(shape.header, marks, differing, last.names) if differing else None


def _differs(column: Column, header: Sequence[str], marks: Sequence[str], last: Layout) -> bool:
    at = column.index
    if last.names is None or last.columns.get(column.key) != at or at >= len(last.names):
        return False
    if at >= len(marks):
        return last.names[at] in marks
    return marks[at] != last.names[at] and not names_column(header[at], column)


def _change_of_header(
    header: Sequence[str], marks: Sequence[str], differing: Sequence[Column], before: Sequence[str]
) -> LayoutChange:
    moved = [column for column in differing if before[column.index] in marks]
    indices = {column.key: marks.index(before[column.index]) for column in moved}
    renamed = [column for column in differing if column not in moved]
    shown_moved = [f"{column.key} (index {column.index} → {indices[column.key]})" for column in moved]
    shown_renamed = [f"{column.key} (index {column.index}): {header[column.index] or _NONE}" for column in renamed]
    added = [f"{name or _NONE} (index {at})" for at, name in enumerate(header) if marks[at] not in before]
    if any(SEEN_AS_CP1252.search(name) for name in header):
        return LayoutChange("file_header_converted_twice", {"column": _listed(shown_renamed)})
    if not moved:
        return LayoutChange("file_header_renamed", {"column": _listed(shown_renamed)})
    return LayoutChange(
        "file_header_moved",
        {"column": _listed(shown_moved), "detail": _listed(added), "value": _listed(shown_renamed)},
    )


def _change_of_width(shape: FileShape, last: Layout) -> LayoutChange | None:
    if shape.width == last.width:
        return None
    return LayoutChange("file_width_changed", {"value": str(shape.width), "detail": str(last.width)})


def _listed(texts: Sequence[str]) -> str:
    return ", ".join([*texts[:_NAMED], *(["…"] if len(texts) > _NAMED else [])]) or _NONE
