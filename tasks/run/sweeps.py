"""Once a day everything that is to go is compared with the ledger, whatever its dates: what no watermark has shown."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from schemas.incidents import Level
from tasks.run.run import Run

# A schedule of once a day comes a little early at times.
EVERY = timedelta(hours=20)
_NAMED = 10


class Sweep:
    """The sweep of one list of a shop; `name` is that of its watermark."""

    def __init__(self, run: Run, name: str) -> None:
        self._run = run
        self._name = f"{name} swept"
        self.done = False
        """Whether this run has compared everything."""

    @property
    def is_due(self) -> bool:
        """Whether it was asked for, or the last one is a day old; one that a clock set in the future does not count."""
        last = self._run.ledger.watermark(self._run.folder.name, self._name)
        return self._run.asked.sweep or last is None or abs(datetime.now(UTC) - last) >= EVERY

    def report(self, keys: list[str], **figures: str) -> None:
        """Says how many came by it, and that nothing else had shown them; `figures` are for the message."""
        counted = f"{self._run.stream.name}s_by_sweep"
        self._run.report.beyond_rows[counted] = len(keys)
        if keys:
            named = ", ".join(keys[:_NAMED]) + (" ..." if len(keys) > _NAMED else "")
            self._run.note(Level.INFO, counted, value=str(len(keys)), detail=named, **figures)

    def keep(self) -> None:
        """Notes in the ledger when it was."""
        if self.done:
            self._run.ledger.set_watermark(self._run.folder.name, self._name, datetime.now(UTC))
