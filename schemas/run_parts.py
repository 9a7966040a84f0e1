"""Runs of the ledger, those that are parts of a chain behind the run of the chain. Pure."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, TypeAlias

Row: TypeAlias = Mapping[str, Any]
CHAIN = "chain"
"""The parameter that names the run of the chain of which a run is a part."""


def chain_of(run: Row) -> str:
    """The id of the run of which this one is a part; empty for none."""
    return str(json.loads(run["parameters"]).get(CHAIN, ""))


def with_parts(runs: Iterable[Row]) -> list[tuple[Row, Sequence[Row]]]:
    """The runs that stand by themselves, in the order given, each with its parts, the first to begin first."""
    runs = list(runs)
    parts: dict[str, list[Row]] = {}
    for run in runs:
        if chain := chain_of(run):
            parts.setdefault(chain, []).append(run)
    found = {chain: sorted(rows, key=lambda run: run["started_at"]) for chain, rows in parts.items()}
    return [(run, found.get(run["run_id"], ())) for run in runs if not chain_of(run)]
