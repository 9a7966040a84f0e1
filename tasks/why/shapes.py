"""What is known of one article or order on its way: facts to judge by, without a name of a person."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal

Tone = Literal["fact", "good", "bad", "remedy", "head"]


@dataclass(frozen=True, slots=True)
class Line:
    """One sentence of the answer: the code of its text, what fills it, and how it is meant."""

    tone: Tone
    code: str
    params: Mapping[str, object] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class FileRow:
    """A row of a file that names the article; `done_at` is None while the file waits in the drop folder."""

    stream: str
    flow: str
    file: str
    line: int
    done_at: datetime | None
    key: str = ""
    """Its own: that of a combination where the article is its parent."""
    values: Sequence[tuple[str, str]] = ()
    """What the row says, column by column."""


@dataclass(frozen=True, slots=True)
class Note:
    """What a report said of the article or order, in the shop's language."""

    at: datetime
    flow: str
    kind: Literal["reject", "incident", "planned"]
    reason: str
    remedy: str = ""
    file: str = ""
    line: int | None = None


@dataclass(frozen=True, slots=True)
class LinkFact:
    """What the ledger says the shop was confirmed to have."""

    kind: str
    id_product: int
    id_combination: int
    state: str
    confirmed_at: datetime
    in_doubt: bool = False
    is_held: bool = False
    """An undo put it back, and what the files wanted then is not written again."""


@dataclass(frozen=True, slots=True)
class InShop:
    """What the shop holds under the reference now."""

    id_product: int
    id_combination: int = 0
    is_active: bool | None = None
    price: str = ""
    quantity: int | None = None


@dataclass(frozen=True, slots=True)
class Article:
    """Everything known of a reference."""

    reference: str
    rows: Sequence[FileRow] = ()
    """Newest first; the rows of waiting files before the others."""
    newest_files: Mapping[str, str] = field(default_factory=dict)
    """The newest file done, by stream."""
    notes: Sequence[Note] = ()
    links: Sequence[LinkFact] = ()
    refused: tuple[str, str] | None = None
    """Reason and remedy of what the shop refused and is not sent again by every run."""
    in_shop: Sequence[InShop] = ()
    shop_error: str = ""
    """Why the shop could not be asked."""
    alike: Sequence[str] = ()
    """Known references that look like it."""


@dataclass(frozen=True, slots=True)
class OrderInShop:
    """An order as the shop has it now."""

    reference: str
    state: int
    placed_at: datetime
    changed_at: datetime


@dataclass(frozen=True, slots=True)
class Order:
    """Everything known of an order."""

    key: str
    delivery: Mapping[str, object] | None = None
    """The ledger's delivery: state, erp_number, delivered_at, last_code, changed_at, attempts, doubt_at."""
    why: tuple[str, str] | None = None
    """Reason and remedy of what holds it."""
    notes: Sequence[Note] = ()
    in_shop: OrderInShop | None = None
    shop_error: str = ""
    exported_states: Sequence[int] = ()
    waiting_states: Sequence[int] = ()
    is_too_early: bool = False
    """Placed before the day from which orders go."""
    last_export_at: datetime | None = None
