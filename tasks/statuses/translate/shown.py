"""Pure: the rows of an ERP's documents as an order's page shows them: numbers, days, what has left in which parcel."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date
from decimal import Decimal

from schemas.erps.files import Files
from schemas.order_documents import TYPES, DeliveredLine, ErpDocument, ErpDocuments
from tasks.statuses.translate.documents import DocumentRow, numbers_of

_LONGEST_NAME, _LONGEST_PARCEL = 255, 64
_SIX_DECIMALS = Decimal("0.000001")
_MOVED = ("delivery", "invoice")


def documents_shown(rows: Sequence[DocumentRow], settings: Files) -> ErpDocuments:
    """The documents of one order, by type and number, in the order in which the files name them."""
    grouped: dict[tuple[str, str], list[DocumentRow]] = {}
    for row in rows:
        kind = settings.words.get(row.type_word.upper(), "")
        kind = "cancelled" if row.cancelled and kind in TYPES else kind
        if kind in TYPES and row.number:
            grouped.setdefault((kind, row.number), []).append(row)
    documents = (
        ErpDocument(kind, _line(number), _first_day(each.day for each in of_it), _lines(kind, of_it, settings))
        for (kind, number), of_it in ((key, _newest(of_it)) for key, of_it in grouped.items())
    )
    days = [row.delivery_day for row in rows if row.delivery_day is not None]
    return ErpDocuments(max(days, default=None), tuple(documents))


def _newest(rows: Sequence[DocumentRow]) -> list[DocumentRow]:
    """What the newest file says of a document: files that are read together may each hold the whole of it."""
    newest = max(row.ref.file for row in rows)
    return [row for row in rows if row.ref.file == newest]


def _first_day(days: Iterable[date | None]) -> date | None:
    return next((day for day in days if day is not None), None)


def _lines(kind: str, rows: Sequence[DocumentRow], settings: Files) -> tuple[DeliveredLine, ...]:
    """What of a document has left; the line that bears a parcel's number is none of it."""
    if kind not in _MOVED:
        return ()
    of_header = next(numbers_of(rows, settings), "") if settings.tracking_from != "parcel_number" else ""
    lines = []
    for row in rows:
        # Many an export has one column of quantities: that of a delivery is what was delivered.
        quantity = row.ordered if row.delivered is None else row.delivered
        tells_parcel = settings.tracking_from == "line" and row.item.casefold() == settings.tracking_line.casefold()
        if row.item and quantity and not tells_parcel:
            lines.append(_delivered(row, quantity, row.parcel.strip() or of_header))
    return tuple(lines)


def _delivered(row: DocumentRow, quantity: Decimal, parcel: str) -> DeliveredLine:
    parcel = _line(parcel)
    # A number that is cut is another one.
    whole = parcel if len(parcel) <= _LONGEST_PARCEL else ""
    return DeliveredLine(
        _line(row.item), quantity.quantize(_SIX_DECIMALS), _line(row.text)[:_LONGEST_NAME].rstrip(), whole
    )


def _line(text: str) -> str:
    return "".join(sign for sign in " ".join(text.split()) if sign.isprintable())
