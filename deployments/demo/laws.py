"""The laws of the house, held against what the demo did."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from schemas.outcomes import Outcome

if TYPE_CHECKING:
    from collections.abc import Sequence

GOOD_STATES = ("Completed", "CompletedWithRejects")


@dataclass(frozen=True, slots=True)
class DemoRun:
    """One run of the demo, as the report and the sandbox tell it."""

    day: int
    flow: str
    state: str
    message: str
    seconds: float
    write_requests: int
    report: str
    counts: dict[str, int] = field(default_factory=dict)


def broken_laws(runs: Sequence[DemoRun], references_held_twice: Sequence[str]) -> list[str]:
    """What does not hold, in sentences; empty when all is well."""
    broken = [f"day {run.day}, {run.flow}: ended {run.state}: {run.message}" for run in runs if _failed(run)]
    broken += [
        f"day {run.day}, {run.flow}: {_missing(run)} rows are not accounted for" for run in runs if _missing(run)
    ]
    broken += [
        f"day {run.day}, {run.flow}: nothing had changed, yet {run.write_requests} write requests were sent"
        for run in runs
        if run.day == max(run.day for run in runs) and run.write_requests
    ]
    if references_held_twice:
        broken.append(f"the shop holds twice: {', '.join(references_held_twice[:10])}")
    return broken


def _failed(run: DemoRun) -> bool:
    return run.state not in GOOD_STATES or not run.counts.get("rows_read")


def _missing(run: DemoRun) -> int:
    return run.counts.get("rows_read", 0) - sum(run.counts.get(outcome, 0) for outcome in Outcome)
