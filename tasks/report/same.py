"""Faults and incidents of a report that say the same stand together, what to do once. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from schemas.run_report import IncidentReport, RejectReport

LEFT_OPEN = "…"
"""What stands in the text of a fault for what each row has of its own."""


@dataclass(slots=True)
class Same:
    """What says the same of several rows."""

    reason: str
    """Empty where it differs from row to row."""
    remedy: str
    """Empty where it differs from row to row."""
    column: str = ""
    rows: list[RejectReport | IncidentReport] = field(default_factory=list)
    """Those that are shown."""
    count: int = 0
    differs: bool = False
    """Whether each row has a reason of its own beside the group's."""


def same_faults(rejects: Iterable[RejectReport], faults_by_column: Iterable[tuple[str, str, int]]) -> list[Same]:
    """Faults of one column for one reason, the most frequent first; `faults_by_column` counts those not shown too."""
    counted = {(column, fault): count for column, fault, count in faults_by_column}
    groups: dict[tuple[str, str], Same] = {}
    for one in rejects:
        fault = one.fault or one.reason
        group = groups.setdefault((one.column, fault), Same(one.reason, one.remedy, one.column))
        group.rows.append(one)
        if group.reason != one.reason:
            group.reason, group.differs = fault, True
        group.remedy = group.remedy if group.remedy == one.remedy else ""
    for group in groups.values():
        if group.differs:
            group.reason = with_what_all_share(group.reason, [one.reason for one in group.rows])
    for same, group in groups.items():
        group.count = max(len(group.rows), counted.get(same, 0))
    return sorted(groups.values(), key=lambda group: -group.count)


def with_what_all_share(fault: str, reasons: Iterable[str]) -> str:
    """The text of a fault with what is the same in all these reasons of rows; `…` stays where they differ.

    A limit is the column's and is told, the values that broke it are each row's own.
    """
    pattern = re.compile("(.*?)".join(map(re.escape, fault.split(LEFT_OPEN))), re.DOTALL)
    found = [said.groups() for reason in reasons if (said := pattern.fullmatch(reason))]
    given = [values[0] if len(set(values)) == 1 else LEFT_OPEN for values in zip(*found, strict=True)]
    first, *rest = fault.split(LEFT_OPEN)
    return first + "".join(value + part for value, part in zip(given or [LEFT_OPEN] * len(rest), rest, strict=True))


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
