"""The hard ceilings of one shop, as its settings give them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal


@dataclass(frozen=True, slots=True)
class ShopLimits:
    """What a client never goes beyond, whatever the shop seems to take."""

    max_connections: int = 6
    max_batch: int = 100
    """Entities in one document."""
    max_batch_by_resource: Mapping[str, int] = field(default_factory=dict)
    max_page: int = 1000
    """Rows of one page of a list, and values of one look-up."""
    max_body_bytes: int = 900_000
    max_url_bytes: int = 6000
    max_answer_bytes: int = 64 * 2**20
    """Of one answer, decoded. A page that is larger is asked for again with fewer rows."""
    timeout_seconds: float = 60.0
    pace: Literal["polite", "full"] = "polite"
    """`polite`: one connection, short requests, rests once there are visitors. `full`: all that the shop can take."""
    patience_seconds: float = 90.0
    """How long one request may wait for a shop that cannot answer, in all, before TransientError."""
    settle_seconds: float = 1.0
    """How long a shop must show the same after a lost answer before anything is sent again."""

    def batch(self, resource: str) -> int:
        """The most entities one document of `resource` may hold."""
        return self.max_batch_by_resource.get(resource, self.max_batch)
