"""Faults that were found are mended: planned from what the shop has now, guarded, written, read back."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime, timedelta

from connectors.prestashop.dates import local_text, zone_of
from connectors.prestashop.entities import Entity, Receipt
from schemas.outcomes import Outcome
from schemas.run_report import GuardCheck, PlannedChange
from tasks.audit.labels import labels_of, page_of
from tasks.audit.plan.fixes import FIXES, Mending, Shown, is_as_wanted
from tasks.audit.plan.found import Faulty
from tasks.audit.plan.known import whole
from tasks.run.outcomes import RowOutcome, row_outcomes
from tasks.run.pass_guard import pass_checks
from tasks.run.run import Run
from tasks.run.step_tasks import step_task

_AT_ONCE = 500


@step_task("mend")
async def mend(run: Run, code: str, faulty: Sequence[Faulty], known: int) -> None:
    """Mends every one of `faulty`, of `known` things that were looked at; each ends in one outcome."""
    with run.step("mend"):
        work = _Mendings(run, code, {one.id: one for one in faulty})
        await work.plan()
        work.pass_guard(known)
        await work.write()


class _Mendings:
    """The writes of one run."""

    def __init__(self, run: Run, code: str, faulty: Mapping[int, Faulty]) -> None:
        self._run = run
        self._fix = FIXES[code]
        self._faulty = faulty
        self._shown = Shown()
        self._keys: Mapping[int, str] = {}
        self._planned: dict[int, Mending] = {}
        """By the id of what is at fault."""
        self._lines = {identifier: line for line, identifier in enumerate(faulty, start=1)}

    async def plan(self) -> None:
        """From what the shop has now; what is no longer at fault is unchanged."""
        run, rows = self._run, self._run.rows
        self._shown = await _shown(run)
        labels = await labels_of(run, self._faulty.values())
        self._keys = {one.id: label for one, label in labels.items()}
        rows.read = len(self._faulty)
        rows.accepted = row_outcomes(self._outcome(one, Outcome.WAITING) for one in self._faulty).select(
            rows.accepted.columns
        )
        for identifier, one in self._faulty.items():
            run.shown_keys.note(self._keys[identifier], *page_of(one))
        found = await self._rows(self._faulty)
        for identifier in self._faulty:
            mending = self._fix.mend(found[identifier], self._shown) if found.get(identifier) else None
            if mending is not None:
                self._planned[identifier] = mending
        left = [one for one in self._faulty if one not in self._planned]
        self._record(left, Outcome.IGNORED, "audit_left_to_a_person")

    async def _rows(self, identifiers: Iterable[int]) -> dict[int, list[Entity]]:
        """The shop's rows of these, by the id of what is at fault."""
        fix, found = self._fix, dict[int, list[Entity]]()
        texts = [str(one) for one in identifiers]
        for row in await self._run.shop.find(fix.resource, fix.by, texts, display=fix.fields):
            if fix.resource != "stock_availables" or self._run.facts.shops.stock_rows([row]):
                found.setdefault(whole(row, fix.by), []).append(row)
        return found

    def pass_guard(self, known: int) -> None:
        """StoppedByGuardError when it is more than a guard lets pass, and nobody accepted it."""
        guards = self._run.folder.settings.guards
        count = len(self._planned)
        deletes = any(one.deletes for one in self._planned.values())
        limit = guards.max_deactivated_share if deletes else guards.max_price_changed_share
        share = count / known if known else 0.0
        check = GuardCheck("mended", count, known, share, limit, share > limit and count > guards.min_affected)
        pass_checks(self._run, [check], self._changes)

    def _changes(self) -> list[PlannedChange]:
        return [
            PlannedChange(
                self._keys[identifier],
                self._faulty[identifier].kind,
                "delete" if mending.deletes else "update",
                mending.changes,
            )
            for identifier, mending in self._planned.items()
        ]

    async def write(self) -> None:
        """Writes and reads back, some hundreds at a time."""
        run, ids = self._run, list(self._planned)
        if not run.may_write_shop:
            run.planned += self._changes()
            self._record(ids, self._done)
            return
        for start in range(0, len(ids), _AT_ONCE):
            run.lease.check()
            await self._write(ids[start : start + _AT_ONCE])

    @property
    def _done(self) -> Outcome:
        return Outcome.DEACTIVATED if any(one.deletes for one in self._planned.values()) else Outcome.UPDATED

    async def _write(self, ids: Sequence[int]) -> None:
        shop, fix = self._run.shop, self._fix
        mendings = [self._planned[identifier] for identifier in ids]
        if all(one.deletes for one in mendings):
            receipts = await shop.delete(fix.resource, [one.id for one in mendings])
        else:
            receipts = await shop.update(fix.resource, [{"id": one.id, **one.fields} for one in mendings])
        now = await self._rows(ids)
        outcomes = []
        for identifier, receipt in zip(ids, receipts, strict=True):
            mending, rows = self._planned[identifier], now.get(identifier, [])
            outcomes.append(self._ended(identifier, receipt, is_as_wanted(fix, mending, rows, self._shown)))
        self._run.rows.record(row_outcomes(outcomes))

    def _ended(self, identifier: int, receipt: Receipt, is_mended: bool) -> RowOutcome:
        if receipt.error is not None:
            return self._outcome(identifier, Outcome.REFUSED, receipt.message_code, receipt.error.reason)
        if is_mended:
            return self._outcome(identifier, self._done)
        return self._outcome(identifier, Outcome.WAITING, "audit_not_as_written")

    def _record(self, identifiers: Iterable[int], outcome: Outcome, code: str = "") -> None:
        self._run.rows.record(row_outcomes(self._outcome(one, outcome, code) for one in identifiers))

    def _outcome(self, identifier: int, outcome: Outcome, code: str = "", detail: str = "") -> RowOutcome:
        return RowOutcome(0, self._lines[identifier], self._keys[identifier], outcome.value, code, detail)


async def _shown(run: Run) -> Shown:
    facts = run.facts
    now = datetime.now(UTC) + timedelta(seconds=facts.clock_offset_seconds)
    may = facts.may("GET", "groups")
    groups = {int(row["id"]) for row in await run.shop.read("groups", display=["id"])} if may else set()
    return Shown(groups, facts.customer_group, facts.guest_group, local_text(now, zone_of(facts.time_zone)))
