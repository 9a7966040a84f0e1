"""Faults and incidents of a report that say the same stand together, what to do once. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from schemas.run_report import IncidentReport, RejectReport


@dataclass(slots=True)
class Same:
    """What says the same of several rows."""

    reason: str
    """Empty where it differs from row to row."""
    remedy: str
    column: str = ""
    rows: list[RejectReport | IncidentReport] = field(default_factory=list)
    """Those that are shown."""
    count: int = 0


def same_faults(rejects: Iterable[RejectReport], faults_by_column: Iterable[tuple[str, str, int]]) -> list[Same]:
    """Faults of one column for one reason, the most frequent first; `faults_by_column` counts those not shown too."""
    counted = {(column, reason): count for column, reason, count in faults_by_column}
    groups: dict[tuple[str, str, str], Same] = {}
    for one in rejects:
        same = (one.column, one.reason, one.remedy)
        groups.setdefault(same, Same(one.reason, one.remedy, one.column)).rows.append(one)
    alone = [(column, reason) for column, reason, _ in groups]
    for (column, reason, _), group in groups.items():
        shown = len(group.rows)
        # A reason with several remedies: the counts do not tell them apart.
        group.count = max(shown, counted.get((column, reason), 0)) if alone.count((column, reason)) == 1 else shown
    return sorted(groups.values(), key=lambda group: -group.count)


def same_incidents(incidents: Sequence[IncidentReport]) -> list[Same]:
    """Incidents that are settled in the same way, in their order."""
    groups: dict[str | tuple[str, str], Same] = {}
    for one in incidents:
        same = groups.setdefault(one.remedy or (one.reason, ""), Same(one.reason, one.remedy))
        same.rows.append(one)
        same.count += 1
        if one.reason != same.reason:
            same.reason = ""
    return list(groups.values())
