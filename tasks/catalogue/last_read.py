"""What the last run has read of a list of the ERP: a hash of it, by which nothing new is seen, and where it ended."""

from __future__ import annotations

from collections.abc import Iterable
from hashlib import blake2b

from connectors.ledger import Link
from tasks.run.run import Run
from tasks.run.sweeps import Sweep

_LAST = "last"


class LastRead:
    """The ledger's memory of one list; `kind` is that of its link."""

    def __init__(self, run: Run, kind: str) -> None:
        self._run = run
        self._kind = kind
        links = run.ledger.links_for(run.folder.name, kind, [_LAST])
        self.mark = str(links["fingerprint"][0]) if links.height else ""
        """What `mark_of` gave, or what the list was read by; empty when it was never read."""
        self.cursor = str(links["confirmed_value"][0] or "") if links.height else ""
        """Where the ERP's list ended, in the ERP's own words."""

    def keep(self, mark: str, cursor: str = "") -> None:
        """Notes that this has become a file."""
        link = Link(_LAST, 0, fingerprint=mark, confirmed_value=cursor)
        self._run.ledger.confirm(self._run.folder.name, self._kind, [link], run_id=self._run.run_id)


class SweepOfOurs(Sweep):
    """The sweep of what the ERP has under our references, `kind` is that of its links.

    Where our references were others the last time, what bears those is not known to be ours, and all of it is compared.
    """

    def __init__(self, run: Run, kind: str, reference: str) -> None:
        super().__init__(run, kind)
        self._last = LastRead(run, f"{kind} references")
        self._reference = reference
        """Our reference of any of them, in which the prefix shows."""

    @property
    def is_due(self) -> bool:
        """See `Sweep`."""
        return super().is_due or self._last.mark != self._reference

    def keep(self) -> None:
        """See `Sweep`."""
        super().keep()
        if self.done:
            self._last.keep(self._reference)


def mark_of(lines: Iterable[str]) -> str:
    """A hash of all that was read."""
    return blake2b("\n".join(lines).encode(), digest_size=16).hexdigest()
