"""Open incidents that say the same of several keys, together, and the state that they leave a shop in. Pure."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from schemas.messages import LANGUAGES, Message, catalogue, message
from schemas.shown_state import WITH_INCIDENTS

LEVELS = ("error", "retry", "info")
"""The gravest first."""
DOCUMENT_STREAMS = ("order", "return", "slip", "customer", "orderstatus", "orderReturnStatus")
"""Streams whose incidents stay open until they are settled; those of files are said again by every run."""
_KEYS_SHOWN = 8


@dataclass(slots=True)
class SameIncidents:
    """Open incidents that say the same, of several keys."""

    level: str
    stream: str
    texts: Mapping[str, Message]
    """By language."""
    since: datetime
    keys: list[str] = field(default_factory=list)
    """The first of them; a file's name where it is about the whole of it."""
    count: int = 0


def same_incidents(incidents: Iterable[Mapping[str, Any]], newest_runs: Iterable[str]) -> list[SameIncidents]:
    """What is open, the gravest first; of files, only what the newest run of a flow said. Rows are the ledger's."""
    current = set(newest_runs)
    groups: dict[tuple[str, ...], SameIncidents] = {}
    for row in incidents:
        if row["code"] not in catalogue("en") or not (row["stream"] in DOCUMENT_STREAMS or row["run_id"] in current):
            continue
        params = {"key": row["key"]} | {name: str(value) for name, value in json.loads(row["params"]).items()}
        texts = {language: message(row["code"], language, **params) for language in LANGUAGES}
        same = (row["level"], row["stream"], row["code"], texts["en"].remedy)
        group = groups.setdefault(same, SameIncidents(row["level"], row["stream"], texts, row["recorded_at"]))
        group.count += 1
        group.since = row["recorded_at"]
        named = row["key"] or row.get("file", "")
        if named and len(group.keys) < _KEYS_SHOWN and named not in group.keys:
            group.keys.append(named)
    return sorted(groups.values(), key=lambda group: (*LEVELS, group.level).index(group.level))


def verdict_of(states: Collection[str], *, waits: bool) -> str:
    """How a shop stands by the newest state of each flow, as a state of a run; `waits`: a person should look."""
    if {"Failed", "Crashed"} & {*states}:
        return "Failed"
    if "StoppedByGuard" in states:
        return "StoppedByGuard"
    return "CompletedWithRejects" if waits or WITH_INCIDENTS in states else "Completed"
