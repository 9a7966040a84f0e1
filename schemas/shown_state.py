"""How a run's state is called where a person reads it: done, or done and something waits for that person."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

WITH_INCIDENTS = "CompletedWithIncidents"
"""A completed run with incidents, or faults of the shop, of level error."""
TO_RESOLVE = "to_resolve"
"""Among the counts of a run in the ledger: how many of them its report holds."""


def shown_state(state: str, to_resolve: int) -> str:
    """The state of a run of whose incidents and faults so many ask for a person."""
    return WITH_INCIDENTS if state == "Completed" and to_resolve else state


def shown_state_of(run: Mapping[str, Any]) -> str:
    """That of a run as the ledger has it."""
    return shown_state(run["state"], json.loads(run["counts"]).get(TO_RESOLVE, 0))
