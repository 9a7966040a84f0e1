"""Items go to the ERP, are read back, and are confirmed; what the shop has deleted is closed there last."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Sequence
from dataclasses import dataclass

from connectors.ledger import Refusal
from schemas.catalogue import EntityNumber, FoundEntities, Item
from schemas.erp import Erp, items_of
from schemas.errors import AlreadyThereError, ConfigFault, ConfigurationError, RefusedError
from schemas.outcomes import Outcome
from schemas.run_report import PlannedChange
from tasks.catalogue.close import close_items, find_gone
from tasks.catalogue.look_up import leave_behind
from tasks.catalogue.plan.entities import Held, decide, differing
from tasks.catalogue.prepare import CataloguePlan, PlannedItem
from tasks.handover.several_at_once import several_at_once
from tasks.run.chunks import Chunk, chunked, fan_out
from tasks.run.outcomes import RowOutcome, row_outcomes
from tasks.run.refused_before import note_refusals, sent_mark
from tasks.run.run import Run
from tasks.run.step_tasks import chunk_task
from tasks.run.threads import in_thread
from tasks.stock.look_up import read_rows

CHUNK = 100


@dataclass(frozen=True, slots=True)
class Written:
    """What was written of one item, to be read back."""

    planned: PlannedItem
    number: EntityNumber
    outcome: Outcome
    fields: frozenset[str]
    is_sorted: bool
    """Whether its categories were written too."""


async def apply_items(run: Run, erp: Erp, plan: CataloguePlan) -> None:
    """Writes what is to be written; a dry run only names it."""
    gone = await find_gone(run, plan)
    if run.asked.dry_run:
        _show(run, plan, gone)
        return
    _check_warehouse(run, erp)
    with run.step("send the items"):
        chunks = chunked([[each] for each in plan.changes], CHUNK, lambda group: [each.item.key for each in group])
        await fan_out("send the items", chunks, lambda chunk: send_items(run, erp, plan, chunk), rows=len)
        await in_thread(close_items, run, erp, plan, gone)
    plan.sweep.keep()


def _show(run: Run, plan: CataloguePlan, gone: Sequence[str]) -> None:
    for each in plan.changes:
        outcome = _outcome(each, written=each.change.action != "confirm")
        run.rows.record(row_outcomes([plan.catalogue.row(each.item.key, outcome)]))
        plan.there[each.item.key] = each.change.found.number if each.change.found else EntityNumber("")
        if outcome is not Outcome.UNCHANGED:
            run.planned.append(each.planned())
    if plan.closes:
        run.planned += [PlannedChange(key, "product", "deactivate", ()) for key in gone]


def _outcome(planned: PlannedItem, *, written: bool) -> Outcome:
    if planned.change.action == "create":
        return Outcome.CREATED
    return Outcome.UPDATED if written else Outcome.UNCHANGED


def _check_warehouse(run: Run, erp: Erp) -> None:
    warehouse = run.folder.settings.catalogue.first_stock
    if warehouse and (erp.first_stock is None or not erp.first_stock.has_warehouse(warehouse)):
        reason, remedy = f"the ERP has no warehouse {warehouse}", "Write the reference of one that it has."
        raise ConfigurationError((ConfigFault("settings.toml", "catalogue.first_stock", reason, remedy),))


@chunk_task("send the items")
async def send_items(run: Run, erp: Erp, plan: CataloguePlan, chunk: Chunk[list[PlannedItem]]) -> None:
    """One chunk of items, each written on its own; together they are read back and confirmed."""
    units = [each for group in chunk.left for each in group]
    await asyncio.to_thread(plan.links.doubt, [each.item.key for each in units])
    made = [each.item for each in units if each.change.action == "create" and each.item.key not in plan.links.known]
    await asyncio.to_thread(plan.links.intend, made)
    quantities = await _quantities(run, units)
    written: list[Written] = []
    refusals: list[Refusal] = []
    writing = threading.Lock()

    def deliver(planned: PlannedItem) -> None:
        try:
            done = _write(run, erp, planned, quantities)
        except RefusedError as error:
            with writing:
                refusals.append(_refused(run, plan, planned, "item_erp_refused", error.reason))
            return
        with writing:
            written.append(done)

    failure = await several_at_once(run, chunk, erp.connections, deliver)
    await asyncio.to_thread(_read_back, run, erp, plan, written, refusals)
    if failure is not None:
        raise failure


def _write(run: Run, erp: Erp, planned: PlannedItem, quantities: dict[str, int]) -> Written:
    items, wanted, change = items_of(erp), planned.wanted, planned.change
    fields = frozenset(wanted.fields)
    written = True
    if change.found is None:
        try:
            number = items.create(wanted)
        except AlreadyThereError as error:
            # An earlier try has made it, and its answer was lost.
            return _completed(run, erp, planned, quantities, items.find([wanted]), error)
    else:
        number, fields = change.found.number, change.fields
        written = items.update(change.found, wanted, fields)
    _give_first_stock(run, erp, planned, number, quantities)
    is_sorted = written and ("categories" in fields or change.found is None)
    return Written(planned, number, _outcome(planned, written=written), fields & wanted.fields.keys(), is_sorted)


def _completed(
    run: Run, erp: Erp, planned: PlannedItem, quantities: dict[str, int], found: FoundEntities, error: RefusedError
) -> Written:
    owned, wanted = frozenset(run.folder.settings.catalogue.erp_owns), planned.wanted
    ours = FoundEntities(found.by_uid)
    change = decide(wanted, planned.item.unchanging, None, ours, owned, adopts=False)
    if isinstance(change, Held) or change.found is None:
        raise error
    items_of(erp).update(change.found, wanted, frozenset(wanted.request))
    _give_first_stock(run, erp, planned, change.found.number, quantities)
    return Written(planned, change.found.number, Outcome.CREATED, frozenset(wanted.fields), is_sorted=True)


def _give_first_stock(
    run: Run, erp: Erp, planned: PlannedItem, number: EntityNumber, quantities: dict[str, int]
) -> None:
    warehouse = run.folder.settings.catalogue.first_stock
    if warehouse and erp.first_stock is not None and planned.item.key in quantities:
        erp.first_stock.give(number, planned.wanted.uid, quantities[planned.item.key], warehouse)


async def _quantities(run: Run, units: Sequence[PlannedItem]) -> dict[str, int]:
    """What the shop has of new items, by key; nothing where the settings tell no quantity."""
    new = [each.item for each in units if each.is_new and not each.item.is_virtual]
    if not new or not run.folder.settings.catalogue.first_stock:
        return {}
    rows = await read_rows(run.shop, {item.id_product for item in new})
    held = {(id_, int(row["id_product_attribute"] or 0)): row["quantity"] for id_ in rows for row in rows[id_]}
    return {item.key: int(held.get((item.id_product, item.id_combination)) or 0) for item in new}


def _read_back(run: Run, erp: Erp, plan: CataloguePlan, written: list[Written], refusals: list[Refusal]) -> None:
    """Compares what was written with what the ERP has now, and confirms it."""
    changed = [each.planned.wanted for each in written if each.outcome is not Outcome.UNCHANGED]
    there = items_of(erp).find(changed).by_uid if changed else {}
    astray = items_of(erp).astray([(each.number, each.planned.wanted) for each in written if each.is_sorted])
    sound: list[tuple[Item, EntityNumber, str]] = []
    ended: list[RowOutcome] = []
    for each in written:
        held = there.get(each.planned.wanted.uid)
        wrong = () if held is None else differing(each.planned.wanted, held, each.fields)
        wrong += ("categories",) if each.planned.wanted.uid in astray else ()
        if wrong or (each.outcome is not Outcome.UNCHANGED and held is None):
            detail = f"{each.planned.item.erp_reference}: {', '.join(wrong)}"
            refusals.append(_refused(run, plan, each.planned, "item_read_back_differs", detail))
        else:
            # A change of the reference has changed the number.
            number = each.number if held is None else held.number
            sound.append((each.planned.item, number, each.planned.mark))
            plan.there[each.planned.item.key] = number
            ended.append(plan.catalogue.row(each.planned.item.key, each.outcome))
    plan.links.confirm(sound, {each.planned.item.key: each.planned.placed for each in written})
    note_refusals(run, plan.links.kind, refusals, [item.key for item, _, _ in sound])
    run.rows.record(row_outcomes(ended))


def _refused(run: Run, plan: CataloguePlan, planned: PlannedItem, code: str, reason: str) -> Refusal:
    leave_behind(run, plan.catalogue, planned.item.key, Outcome.REFUSED, code, reason)
    return Refusal(planned.item.key, sent_mark(run, planned.mark), code, reason)
