"""The catalogue becomes a plan: what the ERP was not yet confirmed to have, and what it has of that."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial

from schemas.catalogue import EntityNumber, FoundEntities, Item, TakesEntities, WantedEntity
from schemas.erp import Erp, items_of
from schemas.outcomes import Outcome
from schemas.run_report import PlannedChange
from tasks.catalogue.known import ITEM, KnownEntities
from tasks.catalogue.last_read import SweepOfOurs
from tasks.catalogue.look_up import Catalogue, leave_behind
from tasks.catalogue.plan.entities import Change, Held, decide, differs, fingerprint, placing
from tasks.catalogue.plan.references import NoReference, named
from tasks.report.progress import advance
from tasks.run.outcomes import row_outcomes
from tasks.run.refused_before import RefusedBefore
from tasks.run.run import Run
from tasks.run.step_tasks import step_task

_AT_ONCE = 200


@dataclass(frozen=True, slots=True)
class PlannedItem:
    """One item that may have to be written."""

    item: Item
    wanted: WantedEntity
    change: Change
    mark: str
    """Its fingerprint."""
    placed: str
    """The fingerprint of its categories."""
    is_new: bool
    """Whether it is made for the shop, by this run or by one that was cut off: its first quantity may be missing."""

    def planned(self) -> PlannedChange:
        """As a plan shows it."""
        action = "create" if self.change.action == "create" else "update"
        return PlannedChange(self.item.key, "product", action, self.change.differing)


class CataloguePlan:
    """What is to be written. Not a dataclass: Prefect walks through those."""

    def __init__(self, catalogue: Catalogue, links: KnownEntities, sweep: SweepOfOurs, *, closes: bool) -> None:
        self.catalogue = catalogue
        self.links = links
        self.sweep = sweep
        self.closes = closes
        """Whether what the shop has deleted is closed in the ERP."""
        self.changes: list[PlannedItem] = []
        self.absent = [key for key in links.known if key not in catalogue.present and key not in links.closed]
        """The keys of the items that the ERP was given and that the shop did not list."""
        self.there: dict[str, EntityNumber] = {}
        """By key, the number of each item that the ERP has as it is to be; in a plan, also of those that it makes."""
        self.left: frozenset[str] = frozenset()
        """Our references of items that the shop has deleted and the ERP may still have."""

    @property
    def closed(self) -> int:
        """How many items would no longer be on sale."""
        going = [each for each in self.changes if ("on_sale", "1", "0") in each.change.differing]
        return len(going) + (len(self.absent) if self.closes else 0)

    @property
    def repriced(self) -> int:
        """How many items that the ERP has would have another price."""
        known = [each.change.differing for each in self.changes if each.change.found]
        return sum(any(name == "price" for name, *_ in differing) for differing in known)


@step_task("plan the items")
async def prepare_items(
    run: Run, erp: Erp, catalogue: Catalogue, categories: Mapping[int, EntityNumber]
) -> CataloguePlan:
    """What differs from what the ERP was confirmed to have; every other item has its outcome when this returns."""
    links = KnownEntities(run, erp, ITEM)
    closes = run.folder.settings.catalogue.deleted != "leave"
    plan = CataloguePlan(catalogue, links, SweepOfOurs(run, links.kind, items_of(erp).uid("0")), closes=closes)
    with run.step("plan the items"):
        plan.left = frozenset(items_of(erp).uid(key) for key in links.closed if key not in catalogue.present)
        placed = list(_Placing(run, items_of(erp), plan, categories).placed())
        plan.sweep.done = plan.sweep.is_due
        swept = await asyncio.to_thread(items_of(erp).ours) if plan.sweep.is_due and links.known else None
        await _compare(run, items_of(erp), plan, placed, swept)
        if swept is not None:
            plan.sweep.report(catalogue.by_sweep)
    return plan


class _Placing:
    """Gives each item its reference and its categories in the ERP, and sets aside what cannot go."""

    def __init__(
        self, run: Run, items: TakesEntities[Item], plan: CataloguePlan, categories: Mapping[int, EntityNumber]
    ) -> None:
        self._run = run
        self._items = items
        self._plan = plan
        self._categories = categories
        self._shown = {each.id_category for each in plan.catalogue.categories}

    def placed(self) -> Iterable[Item]:
        """The items without an obstacle."""
        settings = self._run.folder.settings.catalogue
        known = {key: each.number.rpartition("/")[0] for key, each in self._plan.links.known.items()}
        references = named(
            self._plan.catalogue.items,
            settings.reference,
            self._items.stored_name,
            known,
            numbers=settings.duplicates == "number",
        )
        for item in self._plan.catalogue.items:
            reference = references[item.key]
            if isinstance(reference, NoReference):
                self._reject(item, reference.code, reference.detail)
                continue
            placed = self._sorted_in(replace(item, erp_reference=reference))
            if obstacles := self._items.obstacles(placed):
                self._reject(item, obstacles[0].code, obstacles[0].params.get("detail", ""))
            else:
                yield placed

    def _sorted_in(self, item: Item) -> Item:
        """The item with its categories: those that the ERP has, and those that are held now."""
        if self._run.folder.settings.catalogue.categories == "none":
            return replace(item, erp_categories=None)
        numbers = tuple(self._categories[each] for each in item.categories if each in self._categories)
        held = tuple(each for each in item.categories if each in self._shown and each not in self._categories)
        return replace(item, erp_categories=numbers, held_categories=held)

    def _reject(self, item: Item, code: str, detail: str) -> None:
        leave_behind(self._run, self._plan.catalogue, item.key, Outcome.REJECTED, code, detail)


async def _compare(
    run: Run, items: TakesEntities[Item], plan: CataloguePlan, placed: Sequence[Item], swept: object
) -> None:
    owned = frozenset(run.folder.settings.catalogue.erp_owns)
    secret = run.ledger.secret()
    before = RefusedBefore(run, plan.links.kind)
    unchanged, due = [], []
    for item in placed:
        wanted = items.wanted(item)
        mark = fingerprint(wanted, owned, secret)
        known = plan.links.known.get(item.key)
        same = known is not None and known.fingerprint == mark and not known.in_doubt
        if same and isinstance(swept, Mapping):
            there = swept.get(wanted.uid)
            same = there is not None and not differs(wanted, there, owned)
            if not same:
                plan.catalogue.by_sweep.append(item.key)
        refusal = None if same or not before else before.of(item.key, partial(str, mark))
        if same and item.key not in plan.links.closed:
            unchanged.append(plan.catalogue.row(item.key, Outcome.UNCHANGED))
            plan.there[item.key] = EntityNumber(plan.links.known[item.key].number)
        elif refusal is not None:
            leave_behind(run, plan.catalogue, item.key, Outcome.REFUSED, refusal.code, refusal.detail)
        else:
            due.append((item, wanted, mark))
    run.rows.record(row_outcomes(unchanged))
    for start in range(0, len(due), _AT_ONCE):
        run.lease.check()
        some = due[start : start + _AT_ONCE]
        found = await asyncio.to_thread(items.find, [wanted for _, wanted, _ in some])
        for item, wanted, mark in some:
            _decide(run, plan, item, wanted, mark, found)
        advance("plan the items", min(start + _AT_ONCE, len(due)), len(due))


def _decide(run: Run, plan: CataloguePlan, item: Item, wanted: WantedEntity, mark: str, found: FoundEntities) -> None:
    settings = run.folder.settings.catalogue
    known = plan.links.known.get(item.key)
    owned, adopts = frozenset(settings.erp_owns), settings.known_items == "adopt"
    placed = placing(wanted, run.ledger.secret())
    change = decide(wanted, item.unchanging, known, found, owned, adopts=adopts, left=plan.left, placed=placed)
    if isinstance(change, Held):
        leave_behind(run, plan.catalogue, item.key, Outcome.REJECTED, change.code, change.detail)
    else:
        was_intended = item.key in plan.links.intended and change.action != "take over"
        is_new = change.action == "create" or was_intended
        plan.changes.append(PlannedItem(item, wanted, change, mark, placed, is_new))
