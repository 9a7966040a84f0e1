"""How far a list of the shop was read: by the newest date that the shop itself wrote, never by our clock."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta

from connectors.prestashop import ShopFacts
from connectors.prestashop.dates import OVERLAP, local_text, zone_of
from schemas.incidents import Incident, Level
from tasks.run.run import Run

# Half the overlap: whatever the shop writes from now on is later than where the next list starts.
TOLERANCE = timedelta(hours=1)
# Both clocks are read in whole seconds.
_SECONDS = timedelta(seconds=2)
_NAMED = 10


def shop_now(facts: ShopFacts) -> datetime:
    """The instant that the shop believes it is, by the clock of its server."""
    return datetime.now(UTC) + timedelta(seconds=facts.clock_offset_seconds)


class Watermark:
    """One list's watermark during one run; `name` is the ledger's.

    A date in the shop's future moves it nowhere, and one that was kept is not believed: both are reported.
    """

    def __init__(self, run: Run, name: str, *, overlap: timedelta = OVERLAP) -> None:
        self._run = run
        self._overlap = overlap
        self._name = name
        self._began = shop_now(run.facts)
        self._zone = zone_of(run.facts.time_zone)
        self._kept = self._believed(run.ledger.watermark(run.folder.name, name))
        self._newest: datetime | None = None

    @property
    def since(self) -> datetime | None:
        """From where the list is read: what the run was asked for, or what was read last; None for all of it."""
        reached = self._run.since or self._kept
        return None if reached is None else reached - self._overlap

    def saw(self, dates: Iterable[tuple[str, datetime]]) -> None:
        """Takes the dates that the list has shown, each with its key."""
        future: list[str] = []
        for key, date in dates:
            if date <= self._began + _SECONDS:
                self._newest = max(date, self._newest or date)
            elif date > self._began + TOLERANCE:
                future.append(key)
        if future:
            named = ", ".join(future[:_NAMED]) + (" ..." if len(future) > _NAMED else "")
            params = {"value": str(len(future)), "detail": named}
            incident = Incident(Level.INFO, "dates_in_future", self._run.stream.name, params=params)
            self._run.incidents += self._run.ledger.not_open_yet(self._run.folder.name, [incident])

    def keep(self) -> None:
        """Notes in the ledger how far the list was read; it goes back only where it stood in the future."""
        reached = max(filter(None, (self._kept, self._newest)), default=None)
        if reached is not None:
            self._run.ledger.set_watermark(self._run.folder.name, self._name, reached)

    def _believed(self, kept: datetime | None) -> datetime | None:
        if kept is None or kept <= self._began + TOLERANCE:
            return kept
        figures = {"value": local_text(kept, self._zone), "detail": local_text(self._began, self._zone)}
        self._run.note(Level.INFO, "watermark_in_future", **figures)
        return None
