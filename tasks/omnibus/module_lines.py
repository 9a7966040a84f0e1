"""The prices before reductions as lines of our module, which shows them beside the prices."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from connectors.prestashop import ShopFacts
from connectors.prestashop.lines import fits_in_a_line
from connectors.prestashop.lowest_prices import RESOURCE
from schemas.errors import DeniedError
from schemas.outcomes import Outcome
from schemas.run_report import PlannedChange
from tasks.omnibus.rows import read_keys
from tasks.run.outcomes import RowOutcome, row_outcomes
from tasks.run.run import Run

_LINES = 0
"""Stands where rows of files have the number of their file."""


@dataclass(frozen=True, slots=True)
class _Lines:
    """What is to be shown and what is, by reference."""

    wanted: Mapping[str, str]
    there: Mapping[str, str]

    def outcome(self, reference: str) -> Outcome:
        """What is to be done with the line."""
        wanted, there = self.wanted.get(reference, ""), self.there.get(reference, "")
        if wanted == there:
            return Outcome.UNCHANGED
        if not wanted:
            return Outcome.DEACTIVATED
        return Outcome.UPDATED if there else Outcome.CREATED


def may_show_lines(facts: ShopFacts) -> bool:
    """Whether the shop has the module, and lets the key write its lines."""
    return all(facts.may(method, RESOURCE) for method in ("GET", "PUT"))


def require_lowest_prices(facts: ShopFacts) -> None:
    """DeniedError, with the remedy, when the shop does not take them."""
    if may_show_lines(facts):
        return
    raise DeniedError(
        "the shop does not take lowest prices from this key",
        system="prestashop",
        action=f"PUT {RESOURCE}",
        remedy="Install or update the module `passerelle` in the shop, then tick 'View (GET)' and 'Modify (PUT)' on "
        "the line lowest_prices in the back office, Advanced Parameters > Webservice.",
    ).worded("lowest_prices_resource_missing")


async def publish_lines(run: Run, wanted: Mapping[str, str]) -> None:
    """Writes the lines that differ, takes those away that hold no longer, and reads all of them back."""
    lines = _Lines(wanted, await run.shop.lowest_prices())
    keys = sorted({*lines.wanted, *lines.there})
    numbers = {key: number for number, key in enumerate(keys, 1)}
    read_keys(run, _LINES, numbers)
    changed = [key for key in keys if lines.outcome(key) is not Outcome.UNCHANGED]
    refused = await _written(run, lines, changed) if run.may_write_shop else {}
    if not run.may_write_shop:
        run.planned += [_planned(lines, key) for key in changed]
    run.rows.record(
        row_outcomes(
            RowOutcome(_LINES, numbers[key], key, Outcome.REFUSED.value, *refused[key])
            if key in refused
            else RowOutcome(_LINES, numbers[key], key, lines.outcome(key).value)
            for key in keys
        )
    )


async def _written(run: Run, lines: _Lines, changed: Sequence[str]) -> dict[str, tuple[str, str]]:
    """(code, detail) of each reference that the shop did not take."""
    refused = {key: ("reference_in_no_line", key) for key in changed if not fits_in_a_line(key)}
    sent = [(key, lines.wanted.get(key, "")) for key in changed if key not in refused]
    if not sent:
        return refused
    for (key, _), receipt in zip(sent, await run.shop.put_lines(RESOURCE, sent, mode="plain"), strict=True):
        if receipt.error is not None:
            refused[key] = (receipt.message_code, receipt.error.reason)
    now = await run.shop.lowest_prices()
    different = [key for key, value in sent if key not in refused and now.get(key, "") != value]
    return refused | {key: ("read_back_differs", now.get(key, "")) for key in different}


def _planned(lines: _Lines, key: str) -> PlannedChange:
    action = {Outcome.CREATED: "create", Outcome.UPDATED: "update"}.get(lines.outcome(key), "delete")
    return PlannedChange(
        key, "lowest_price", action, ((RESOURCE, lines.there.get(key, ""), lines.wanted.get(key, "")),)
    )
