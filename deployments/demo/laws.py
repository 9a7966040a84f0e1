"""The laws of the house, held against what the demo did."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from schemas.outcomes import Outcome

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from decimal import Decimal

    from deployments.demo.visitors import Placed

GOOD_STATES = ("Completed", "CompletedWithRejects")
QUIET_DAY = 3
"""The day on which nothing has changed."""
PREFIX = "WEB"
"""Of the internal references of orders: the default of the settings."""


@dataclass(frozen=True, slots=True)
class DemoRun:
    """One run of the demo, as the report and the sandbox tell it."""

    day: int
    flow: str
    state: str
    message: str
    seconds: float
    write_requests: int
    """That the shop was sent."""
    report: str
    counts: dict[str, int] = field(default_factory=dict)
    erp_writes: int = 0
    """Write requests that the ERP was sent."""


def broken_laws(runs: Sequence[DemoRun], references_held_twice: Sequence[str]) -> list[str]:
    """What does not hold, in sentences; empty when all is well."""
    broken = [f"day {run.day}, {run.flow}: ended {run.state}: {run.message}" for run in runs if _failed(run)]
    broken += [
        f"day {run.day}, {run.flow}: {_missing(run)} rows are not accounted for" for run in runs if _missing(run)
    ]
    broken += [
        f"day {run.day}, {run.flow}: nothing had changed, yet {run.write_requests + run.erp_writes} write requests "
        "were sent"
        for run in runs
        if run.day == QUIET_DAY and run.write_requests + run.erp_writes
    ]
    if references_held_twice:
        broken.append(f"the shop holds twice: {', '.join(references_held_twice[:10])}")
    return broken


def broken_invoices(made: Mapping[int, Sequence[str]], shown: Mapping[int, Sequence[str]]) -> list[str]:
    """What does not hold between the ERP's invoices and those on the orders' pages, numbers by id_order."""
    return [
        f"order {id_order}: its invoices are {', '.join(made.get(id_order, ())) or 'none'}, "
        f"and its page shows {', '.join(shown.get(id_order, ())) or 'none'}"
        for id_order in sorted(made.keys() | shown.keys())
        if sorted(made.get(id_order, ())) != sorted(shown.get(id_order, ()))
    ]


def broken_circle(
    placed: Sequence[Placed],
    held: Mapping[str, Sequence[Decimal]],
    parcels: Mapping[int, str],
    shown: Mapping[int, str],
) -> list[str]:
    """What does not hold between the shop's orders and the ERP's, in sentences.

    `held`: the amounts of the ERP's orders by internal reference. `parcels` and `shown`: the number of each order's
    parcel, by id_order, as the ERP has it and as the shop shows it.
    """
    broken = []
    for order in placed:
        wanted, found = [order.total] if order.goes else [], list(held.get(f"{PREFIX}{order.id_order}", ()))
        if found != wanted:
            broken.append(f"order {order.id_order}: the ERP should hold {_amounts(wanted)} and holds {_amounts(found)}")
    astray = sorted(set(held) - {f"{PREFIX}{order.id_order}" for order in placed})
    broken += [f"the ERP holds {reference}, which nobody ordered" for reference in astray]
    return broken + [
        f"order {id_order}: its parcel is {number}, and the shop shows {shown.get(id_order) or 'none'}"
        for id_order, number in parcels.items()
        if shown.get(id_order) != number
    ]


def broken_catalogue(sold: Sequence[str], held: Sequence[str]) -> list[str]:
    """What does not hold between the references of what the shop sells and those that the ERP has of it."""
    missing, beside = sorted(set(sold) - set(held)), sorted(set(held) - set(sold))
    broken = [f"the ERP lacks {len(missing)} items of the shop, such as {missing[0]}"] if missing else []
    broken += [f"the ERP has {len(beside)} items that the shop does not sell, such as {beside[0]}"] if beside else []
    return broken + ([] if len(held) == len(set(held)) else ["the ERP has an item twice"])


def broken_sales(wanted: int, held: int) -> list[str]:
    """What does not hold between the sales of the stores that can become orders, and those orders of the shop."""
    return [] if wanted == held else [f"the stores sold {wanted} times, and the shop holds {held} such orders"]


def _amounts(amounts: Sequence[Decimal]) -> str:
    return " and ".join(f"{amount:.2f}" for amount in amounts) or "nothing"


def _failed(run: DemoRun) -> bool:
    return run.state not in GOOD_STATES or not run.counts.get("rows_read")


def _missing(run: DemoRun) -> int:
    return run.counts.get("rows_read", 0) - sum(run.counts.get(outcome, 0) for outcome in Outcome)
