"""What the outbox of our module says of a shop."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

LOST = "lost"
"""The topic of an event that says that others are missing: nobody had listened, or there were too many."""


@dataclass(frozen=True, slots=True)
class ShopEvent:
    """One subject that changed; `number` is the event's own, another one when the subject changes again."""

    number: int
    topic: str
    """`order`, `product`, `stock` or `lost`."""
    subject: int
    """The id of the order or product."""
    noted_at: datetime | None
    """By the clock of the shop, UTC; for people alone."""
