"""PDFs that the ERP did not give are asked for again the next day, then after two days and so on up to four weeks."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from connectors.ledger import Link
from tasks.run.run import Run

_FIRST = timedelta(hours=20)
"""A sweep of once a day comes a little early at times."""
_DOUBLED = 5
"""How often the delay is doubled: from then on it stays."""


class PapersRefused:
    """The ledger's memory of them, by the paper of the invoice; with `since` none counts."""

    def __init__(self, run: Run, kind: str) -> None:
        self._run = run
        self._kind = kind
        links = run.ledger.links(run.folder.name, kind)
        named = links.select("erp_key", "confirmed_value", "confirmed_at").iter_rows()
        self._known: dict[str, tuple[int, datetime]] = {
            paper: (int(tries), refused_at) for paper, tries, refused_at in named
        }
        """How often each was refused, and when last."""
        self._asked_anew = run.since is not None
        self._refused: dict[str, int] = {}
        self._given: set[str] = set()

    def is_due(self, paper: str) -> bool:
        """Whether it may be asked for now."""
        if self._asked_anew or paper not in self._known:
            return True
        tries, refused_at = self._known[paper]
        return datetime.now(UTC) - refused_at >= delay_after(tries)

    def refused(self, paper: str) -> datetime:
        """Notes that it was not given; when it is asked for again."""
        tries = self._known[paper][0] + 1 if paper in self._known else 1
        self._refused[paper] = tries
        return datetime.now(UTC) + delay_after(tries)

    def given(self, paper: str) -> None:
        """Notes that it was given."""
        if paper in self._known:
            self._given.add(paper)

    def keep(self) -> None:
        """Tells the ledger."""
        shop, run_id = self._run.folder.name, self._run.run_id
        links = [Link(paper, 0, confirmed_value=str(tries)) for paper, tries in self._refused.items()]
        self._run.ledger.confirm(shop, self._kind, links, run_id=run_id)
        self._run.ledger.forget(shop, self._kind, sorted(self._given))


def delay_after(tries: int) -> timedelta:
    """How long one that was refused so often in a row is not asked for."""
    return _FIRST * int(2 ** min(tries - 1, _DOUBLED))
