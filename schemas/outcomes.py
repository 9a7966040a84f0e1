"""Where a row ends: exactly one of eight outcomes, and counts that must add up."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum


class Outcome(StrEnum):
    """The one place where a row read ends."""

    CREATED = "created"
    UPDATED = "updated"
    DEACTIVATED = "deactivated"
    UNCHANGED = "unchanged"
    IGNORED = "ignored"
    """A business rule says so; nothing to do."""
    REJECTED = "rejected"
    """Our contract: the row is not what was agreed."""
    REFUSED = "refused"
    """The shop or the ERP said no."""
    WAITING = "waiting"
    """Will be tried again by itself."""


@dataclass(frozen=True, slots=True)
class Counts:
    """Rows read and where they ended. `missing` is 0 in every honest run."""

    rows_read: int
    by_outcome: Mapping[Outcome, int]

    @property
    def missing(self) -> int:
        """Rows that ended nowhere (positive) or in two places (negative)."""
        return self.rows_read - sum(self.by_outcome.values())

    def as_dict(self) -> dict[str, int]:
        """`rows_read` and all eight outcomes, zeros included, in a fixed order."""
        return {"rows_read": self.rows_read} | {o.value: self.by_outcome.get(o, 0) for o in Outcome}
