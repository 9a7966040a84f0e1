"""What a run is about to replace, as the ledger keeps it for an undo."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from types import MappingProxyType

from connectors.ledger import Replaced, Replacement
from tasks.run.run import Run

_NO_WANTS: Mapping[str, str] = MappingProxyType({})


def replacing(run: Run, values: Iterable[Replaced], wants: Mapping[str, str] = _NO_WANTS) -> Replacement | None:
    """For `Ledger.doubt`; `wants` are the fingerprints of the rows by key. None where the settings keep nothing."""
    if not run.folder.settings.undo.keep_days:
        return None
    return Replacement(run.run_id, run.stream.name, list(values), wants)
