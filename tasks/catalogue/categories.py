"""The shop's categories are in the ERP, parents first."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from itertools import groupby

from schemas.catalogue import Category, EntityNumber, FoundEntities, FoundEntity, TakesEntities, WantedEntity
from schemas.erp import Erp, categories_of
from schemas.errors import RefusedError
from schemas.outcomes import Outcome
from schemas.run_report import PlannedChange
from tasks.catalogue.known import CATEGORY, KnownEntities
from tasks.catalogue.last_read import SweepOfOurs
from tasks.catalogue.look_up import Catalogue, leave_behind
from tasks.catalogue.plan.entities import Change, Held, Known, decide, differing, differs, fingerprint
from tasks.run.outcomes import row_outcomes
from tasks.run.run import Run
from tasks.run.step_tasks import chunk_task
from tasks.run.threads import in_thread

_NOT_YET = EntityNumber("-1")
"""The number of a category that a plan would make."""
_OWNED: frozenset[str] = frozenset()


async def sync_categories(run: Run, erp: Erp, catalogue: Catalogue) -> dict[int, EntityNumber]:
    """What each category of the shop is called in the ERP, by id_category; those that are held are left out."""
    if not catalogue.categories:
        return {}
    with run.step("send the categories"):
        sync = _Sync(run, erp, catalogue)
        await _send(sync)
    return {id_: number for id_, number in sync.numbers.items() if number != _NOT_YET}


@chunk_task("send the categories")
async def _send(sync: _Sync) -> None:
    """Tried again, it goes on where it stopped."""
    await in_thread(sync.carry_out)


class _Sync:
    """One run's categories."""

    def __init__(self, run: Run, erp: Erp, catalogue: Catalogue) -> None:
        self._run = run
        self._catalogue = catalogue
        self._categories: TakesEntities[Category] = categories_of(erp)
        self._links = KnownEntities(run, erp, CATEGORY)
        self._secret = run.ledger.secret()
        self._sweep = SweepOfOurs(run, self._links.kind, self._categories.uid("c0"))
        self._swept: Mapping[str, FoundEntity] | None = None
        """What the ERP has of ours, where this run compares everything."""
        self.numbers: dict[int, EntityNumber] = {}
        self._finished: set[str] = set()
        """The keys of those that have their outcome."""
        self._begun: set[str] = set()
        """The keys of those whose creation this run has asked for: one that is there then is its own."""

    def carry_out(self) -> None:
        """Level after level: what a parent is called must be known."""
        if self._sweep.is_due:
            self._swept = self._categories.ours() if self._links.known else None
        depths = _depths(self._catalogue.categories)
        for _, level in groupby(self._catalogue.categories, lambda each: depths[each.id_category]):
            self._run.lease.check()
            self._level(list(level))
        self._sweep.done = self._sweep.is_due and not self._run.asked.dry_run
        self._sweep.keep()

    def _level(self, level: list[Category]) -> None:
        due: list[tuple[Category, str]] = []
        for category in level:
            if category.key in self._finished:
                continue
            if category.id_parent and category.id_parent not in self.numbers:
                self._leave(category, Outcome.WAITING, "category_parent_held", str(category.id_parent))
            elif obstacles := self._categories.obstacles(category):
                self._leave(category, Outcome.REJECTED, obstacles[0].code, obstacles[0].params.get("detail", ""))
            else:
                placed = replace(category, erp_parent=self.numbers.get(category.id_parent, EntityNumber("")))
                wanted = self._categories.wanted(placed)
                mark = fingerprint(wanted, _OWNED, self._secret)
                known = self._links.known.get(category.key)
                if known is not None and known.fingerprint == mark and self._is_there(category, wanted, known):
                    self.numbers[category.id_category] = EntityNumber(known.number)
                    if known.unchanging != category.unchanging and not self._run.asked.dry_run:
                        self._links.confirm([(category, EntityNumber(known.number), mark)])
                    self._end(category, Outcome.UNCHANGED)
                else:
                    due.append((placed, mark))
        if due:
            self._sync(due)

    def _is_there(self, category: Category, wanted: WantedEntity, known: Known) -> bool:
        """Whether the ERP still has it so, as far as this run looks."""
        if known.in_doubt:
            return False
        there = None if self._swept is None else self._swept.get(wanted.uid)
        if self._swept is None or (there and there.number == known.number and not differs(wanted, there, _OWNED)):
            return True
        if category.key not in self._catalogue.by_sweep:
            self._catalogue.by_sweep.append(category.key)
        return False

    def _sync(self, due: list[tuple[Category, str]]) -> None:
        wanted = {category.key: self._categories.wanted(category) for category, _ in due}
        found = self._categories.find(list(wanted.values()))
        if not self._run.asked.dry_run:
            self._links.doubt(wanted)
        for category, mark in due:
            known = self._links.known.get(category.key)
            change = decide(wanted[category.key], category.unchanging, known, found, _OWNED, adopts=False)
            if isinstance(change, Held):
                self._leave(category, Outcome.REJECTED, change.code.replace("item_", "category_"), change.detail)
            elif self._run.asked.dry_run:
                self._plan(category, change)
            else:
                self._write(category, change, mark)

    def _plan(self, category: Category, change: Change) -> None:
        self.numbers[category.id_category] = change.found.number if change.found else _NOT_YET
        if change.action == "confirm":
            self._end(category, Outcome.UNCHANGED)
            return
        action = "create" if change.action == "create" else "update"
        self._run.planned.append(PlannedChange(category.key, "category", action, change.differing))
        self._end(category, Outcome.CREATED if action == "create" else Outcome.UPDATED)

    def _write(self, category: Category, change: Change, mark: str) -> None:
        wanted = self._categories.wanted(category)
        try:
            written = True
            if change.found is None:
                number = self._create(category, wanted)
            else:
                number = change.found.number
                written = self._categories.update(change.found, wanted, change.fields)
            if written:
                held = self._categories.find([wanted]).by_uid.get(wanted.uid)
                told = frozenset(name for name, text in wanted.fields.items() if text)
                if held is None or differing(wanted, held, told):
                    self._leave(category, Outcome.REFUSED, "category_read_back_differs", category.name)
                    return
        except RefusedError as error:
            self._leave(category, Outcome.REFUSED, "category_erp_refused", error.reason)
            return
        self._links.confirm([(category, number, mark)])
        self.numbers[category.id_category] = number
        is_new = change.action == "create" or category.key in self._begun
        outcomes = {True: Outcome.CREATED if is_new else Outcome.UPDATED, False: Outcome.UNCHANGED}
        self._end(category, outcomes[written or is_new])

    def _create(self, category: Category, wanted: WantedEntity) -> EntityNumber:
        """The number of a new one, or of the one that an earlier request has made whose answer was lost."""
        self._begun.add(category.key)
        self._links.intend([category])
        try:
            return self._categories.create(wanted)
        except RefusedError:
            # It is refused for its name before its guard is looked at (docs/facts/dolibarr.md, C6).
            ours = FoundEntities(self._categories.find([wanted]).by_uid)
            change = decide(wanted, category.unchanging, None, ours, _OWNED, adopts=False)
            if isinstance(change, Held) or change.found is None:
                raise
            self._categories.update(change.found, wanted, change.fields)
            return change.found.number

    def _leave(self, category: Category, outcome: Outcome, code: str, detail: str) -> None:
        self._finished.add(category.key)
        leave_behind(self._run, self._catalogue, category.key, outcome, code, detail)

    def _end(self, category: Category, outcome: Outcome) -> None:
        self._finished.add(category.key)
        self._run.rows.record(row_outcomes([self._catalogue.row(category.key, outcome)]))


def _depths(categories: list[Category]) -> Mapping[int, int]:
    depths: dict[int, int] = {}
    for category in categories:
        depths[category.id_category] = depths.get(category.id_parent, 0) + 1
    return depths
