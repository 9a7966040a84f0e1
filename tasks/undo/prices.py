"""The price ledger learns which prices and discounts hold again from now on."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import UTC, datetime

from schemas.price_changes import PriceChange, PriceState
from tasks.flat.specific_prices import SpecificPriceStream
from tasks.run.run import Run
from tasks.undo.kinds import PRODUCT
from tasks.undo.ledger_after import LedgerAfter
from tasks.undo.prepare import UndoPlan

_DISCOUNT = SpecificPriceStream.kind


def restate_prices(run: Run, plan: UndoPlan) -> None:
    """What was put back has again what it had before the run that is undone; what had nothing then has ended."""
    if not run.folder.settings.omnibus.keep_prices or not run.may_write_shop:
        return
    cases = _cases(plan)
    known = run.ledger.prices_of(run.folder.name, sorted({reference for reference, _ in cases}))
    changes = (restated(known.get(reference, []), case, run.asked.undoes) for reference, case in sorted(cases))
    run.ledger.add_prices(run.folder.name, [replace(one, run_id=run.run_id) for one in changes if one is not None])


def _cases(plan: UndoPlan) -> set[tuple[str, str]]:
    """(reference, case) of each item's own price and each discount that was put back, or stands as before."""
    done = [one for one in plan.put_backs if not one.is_left]
    priced = [one for one in done if one.kind == PRODUCT and ("price" in one.fields or one.done == "create")]
    cases = {(one.key.partition("|")[0], one.key.partition("|")[2]) for one in done if one.kind == _DISCOUNT}
    if priced:
        after = LedgerAfter(plan.links[PRODUCT], {}, priced)
        cases |= {(key, "") for key in after.keys_of(priced)}
    return cases


def restated(lines: Iterable[PriceChange], case: str, run_id: str) -> PriceChange | None:
    """The line that the price ledger lacks; None where another than `run_id` has the last word."""
    own: Sequence[PriceChange] = sorted((one for one in lines if one.case == case), key=lambda one: one.number)
    if not own or own[-1].run_id != run_id:
        return None
    before = next((one for one in reversed(own) if one.run_id != run_id and one.state is not PriceState.VOID), None)
    again = before if before is not None else replace(own[-1], state=PriceState.ENDED)
    now = datetime.now(UTC)
    return replace(again, began_at=now, source="", line=0, corrects=None, reason="", number=0, recorded_at=None)
