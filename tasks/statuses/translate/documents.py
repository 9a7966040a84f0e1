"""Pure: the rows of an ERP's documents, put together by order: how far it has come, and which parcels have left."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from schemas.erps.files import DOCUMENTS, Files
from tasks.run.row_ref import RowRef

ZERO = Decimal(0)
SENT = "sent"


@dataclass(frozen=True, slots=True)
class DocumentRow:
    """One line of a document of the ERP."""

    ref: RowRef
    type_word: str
    number: str = ""
    origin: str = ""
    headers: tuple[str, ...] = ()
    carrier: str = ""
    item: str = ""
    text: str = ""
    ordered: Decimal | None = None
    delivered: Decimal | None = None
    parcel: str = ""
    cancelled: bool = False
    day: date | None = None
    delivery_day: date | None = None


@dataclass(frozen=True, slots=True)
class OrderDocuments:
    """What the ERP's documents say of one order."""

    furthest: str
    """One of `DOCUMENTS`, `cancelled`, or empty: they say nothing that the settings know."""
    number: str
    """Of the furthest document."""
    tracking: str
    """The numbers of all parcels, separated by commas."""
    carrier: str
    unknown_words: tuple[str, ...] = ()
    """Types that have no word in the settings."""
    more_than_ordered: tuple[str, ...] = ()
    """Items of which more was delivered than ordered."""

    @property
    def values(self) -> Mapping[str, str]:
        """As a rule of the settings asks for them."""
        return {"Document": self.furthest, "Tracking": SENT if self.tracking else ""}


def documents_of(rows: Sequence[DocumentRow], settings: Files) -> OrderDocuments:
    """All rows of one order; what is cancelled counts only where nothing else is left."""
    words = settings.words
    kinds = [(words.get(row.type_word.upper(), ""), row) for row in rows]
    alive = [(kind, row) for kind, row in kinds if kind in DOCUMENTS and not row.cancelled]
    unknown = sorted({row.type_word for kind, row in kinds if not kind})
    ended = [row for kind, row in kinds if kind == "cancelled" or (kind in DOCUMENTS and row.cancelled)]
    furthest = max((kind for kind, _ in alive), key=DOCUMENTS.index, default="cancelled" if ended else "")
    at_furthest = [row for kind, row in alive if kind == furthest] or ended
    shipped = [row for kind, row in alive if kind in {"delivery", "invoice"}]
    return OrderDocuments(
        furthest=_partial(furthest, alive, shipped),
        number=next((row.number for row in at_furthest if row.number), ""),
        tracking=",".join(dict.fromkeys(numbers_of([row for _, row in alive], settings))),
        carrier=next((row.carrier for row in reversed(shipped or at_furthest) if row.carrier), ""),
        unknown_words=tuple(unknown),
        more_than_ordered=tuple(_too_much(shipped)),
    )


def _partial(furthest: str, alive: Iterable[tuple[str, DocumentRow]], shipped: Sequence[DocumentRow]) -> str:
    """A delivery whose rest stays on an earlier document, or that says itself that something is left, is partial."""
    if furthest not in {"delivery", "invoice"}:
        return furthest
    gone_on = {row.origin for row in shipped} | {row.number for row in shipped}
    rest = [
        row
        for kind, row in alive
        if kind in {"order", "preparation"} and row.number not in gone_on and row.ordered != ZERO
    ]
    ordered, delivered = _sums(shipped)
    short = any(item in delivered and delivered[item] < quantity for item, quantity in ordered.items())
    return "partial_delivery" if rest or short else furthest


def _sums(rows: Iterable[DocumentRow]) -> tuple[dict[str, Decimal], dict[str, Decimal]]:
    """Ordered and delivered by item, of rows that say both: a delivery and its invoice tell the same pieces once."""
    ordered: dict[tuple[str, str], Decimal] = defaultdict(Decimal)
    delivered: dict[tuple[str, str], Decimal] = defaultdict(Decimal)
    for row in rows:
        if row.ordered is not None and row.delivered is not None:
            ordered[row.number, row.item] += row.ordered
            delivered[row.number, row.item] += row.delivered
    return _largest(ordered), _largest(delivered)


def _largest(sums: Mapping[tuple[str, str], Decimal]) -> dict[str, Decimal]:
    largest: dict[str, Decimal] = {}
    for (_, item), quantity in sums.items():
        largest[item] = max(quantity, largest.get(item, quantity))
    return largest


def _too_much(rows: Sequence[DocumentRow]) -> Iterator[str]:
    ordered, delivered = _sums(rows)
    yield from sorted(item for item, quantity in delivered.items() if quantity > ordered[item])


def numbers_of(rows: Iterable[DocumentRow], settings: Files) -> Iterator[str]:
    """The number of each parcel, from where the settings say."""
    where = settings.tracking_from
    for row in rows:
        if where.startswith("header_"):
            at = int(where.removeprefix("header_")) - 1
            found = row.headers[at] if at < len(row.headers) else ""
        elif where == "parcel_number":
            found = row.parcel
        elif where == "line" and row.item.casefold() == settings.tracking_line.casefold():
            found = row.text
        else:
            found = ""
        if found.strip():
            yield found.strip()
