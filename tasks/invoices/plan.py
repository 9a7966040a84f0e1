"""Pure: which invoices of the files the shop lacks, or has otherwise."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from schemas.erp_invoices import ErpInvoice
from schemas.outcomes import Outcome
from tasks.run.outcomes import Stop
from tasks.run.row_ref import RowRef


@dataclass(frozen=True, slots=True)
class Pdf:
    """A file that is one, as it was read."""

    path: Path
    size: int
    sha256: str
    """In hex."""
    content_hash: str
    """By which the archives know it."""


@dataclass(frozen=True, slots=True)
class FileInvoice:
    """One row: an invoice of an order of the shop."""

    ref: RowRef
    id_order: int
    order_reference: str
    invoice: ErpInvoice
    pdf: Pdf | None = None
    """None: the row names none, or it has been sent and archived before."""
    stop: Stop | None = None
    """Why its PDF cannot be sent."""
    archived: frozenset[str] = frozenset()
    """The SHA-256 of each PDF of the archives that had the name of the one that is missing."""
    outcome: Outcome | None = None


def planned(row: FileInvoice, there: Mapping[tuple[str, str], ErpInvoice]) -> FileInvoice | Stop:
    """The row with what becomes of it; a Stop for one that goes no further.

    A PDF that is no longer there was archived by an earlier run, if the archives have the one that the shop has.
    """
    known = there.get(row.invoice.name)
    if row.stop is not None:
        has_it = known is not None and known.sha256 in row.archived and row.invoice.is_shown_as(known)
        return _with(row, Outcome.UNCHANGED) if has_it else row.stop
    if row.invoice.is_shown_as(known):
        return _with(row, Outcome.UNCHANGED)
    return _with(row, Outcome.CREATED if known is None else Outcome.UPDATED)


def _with(row: FileInvoice, outcome: Outcome) -> FileInvoice:
    return replace(row, stop=None, outcome=outcome)


def last_of_each(rows: Iterable[FileInvoice]) -> tuple[list[FileInvoice], list[tuple[FileInvoice, int]]]:
    """The last row of each invoice, and those before it with the line that counts instead."""
    last: dict[tuple[int, str, str], FileInvoice] = {}
    superseded = []
    for row in rows:
        key = (row.id_order, *row.invoice.name)
        if key in last:
            superseded.append((last.pop(key), row.ref.line))
        last[key] = row
    return list(last.values()), superseded
