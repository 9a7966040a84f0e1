"""What the shop refused is not sent again by every run: it is reported as refused again, for the same reason."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import UTC, datetime, timedelta
from hashlib import blake2b

from connectors.ledger import Refusal
from tasks.run.run import Run

SENT_AGAIN_AFTER = timedelta(days=1)
"""What was mended in the shop, by a setting or an update of a module, shows in nothing that a run reads."""


class RefusedBefore:
    """The refusals of one kind that a run goes by: those of the last day, and none where it is asked for `since`."""

    def __init__(self, run: Run, kind: str) -> None:
        self._run = run
        self._kind = kind
        self._known: dict[str, Refusal] = {}
        if run.since is None:
            since = datetime.now(UTC) - SENT_AGAIN_AFTER
            self._known = run.ledger.refusals(run.folder.name, kind, since=since)

    def __bool__(self) -> bool:
        """Whether anything was refused."""
        return bool(self._known)

    def knows(self, key: str) -> bool:
        """Whether anything of this key was refused."""
        return key in self._known

    def of(self, key: str, content: Callable[[], str]) -> Refusal | None:
        """Why the shop refused the same `content` of this key before; counted for the report."""
        known = self._known.get(key)
        if known is None or known.sent != sent_mark(self._run, content()):
            return None
        self._run.refused_before.add((self._kind, key))
        return known


def note_refusals(run: Run, kind: str, refused: Iterable[Refusal], accepted: Iterable[str]) -> None:
    """Remembers what was refused, and forgets it of the keys that the shop has taken."""
    run.ledger.note_refusals(run.folder.name, kind, list(refused), run_id=run.run_id)
    if kind not in run.refusals_known:
        known = run.ledger.refusals(run.folder.name, kind, since=datetime.fromtimestamp(0, UTC))
        run.refusals_known[kind] = frozenset(known)
    run.ledger.forget_refusals(run.folder.name, kind, run.refusals_known[kind].intersection(accepted))


def sent_mark(run: Run, content: str) -> str:
    """A keyed hash of what is sent and of what the shop judges it by: its version and settings."""
    judged_by = f"{run.facts.version}|{sorted(run.facts.settings.items())}"
    return blake2b(f"{judged_by}|{content}".encode(), digest_size=16, key=run.ledger.secret()).hexdigest()
