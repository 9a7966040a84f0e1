"""Layouts: how the last file of each stream that was accepted stood in its columns."""

from __future__ import annotations

import hashlib
import hmac
import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime

import sqlalchemy as sa

from connectors.ledger.database import upsert
from connectors.ledger.part import LedgerPart
from connectors.ledger.tables import LAYOUTS


@dataclass(frozen=True, slots=True)
class Layout:
    """The columns of one file: `names` by index, as keyed hashes; `columns`: the index of each column of the stream.

    `names` is None for a file without header; hashes, because a first row taken for a header may be about a person.
    """

    width: int
    names: Sequence[str] | None
    columns: Mapping[str, int]


class Layouts(LedgerPart):
    """The layout of the last accepted file of each stream."""

    def layout(self, shop: str, stream: str) -> Layout | None:
        """The layout of the last accepted file; None before the first one."""
        query = sa.select(LAYOUTS.c.layout).where(LAYOUTS.c.shop == shop, LAYOUTS.c.stream == stream)
        with self.database.read("read layouts") as connection:
            text = connection.execute(query).scalar_one_or_none()
        return Layout(**json.loads(text)) if text else None

    def note_layout(self, shop: str, stream: str, layout: Layout, run_id: str) -> None:
        """From now on, files of the stream are held against `layout`."""
        row = {
            "shop": shop,
            "stream": stream,
            "layout": json.dumps(asdict(layout)),
            "run_id": run_id,
            "noted_at": datetime.now(UTC),
        }
        with self.database.write("note a layout") as connection:
            upsert(connection, LAYOUTS, row)

    def mark_of_name(self, name: str) -> str:
        """The name of a column as a layout holds it."""
        return hmac.new(self.snapshots.secret, name.encode(), hashlib.sha256).hexdigest()[:16]
