"""What a run replaced goes back to the shop, is read back, and is held until the files want something else."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Sequence

from connectors.ledger import Link, LinkState, Replaced
from connectors.prestashop import Entity, Receipt
from schemas.emails import struck_out
from schemas.outcomes import Outcome
from tasks.run.chunks import Chunk, chunked, fan_out
from tasks.run.outcomes import RowOutcome, row_outcomes
from tasks.run.replacing import replacing
from tasks.run.run import Run
from tasks.run.step_tasks import chunk_task
from tasks.undo.kinds import KINDS, STOCK
from tasks.undo.ledger_after import LedgerAfter
from tasks.undo.plan import PutBack, differing
from tasks.undo.prepare import UndoPlan, note_left, undo_changes

_FAMILIES_OF_A_CHUNK = 500
_QUANTITY = ("id", "quantity")


async def apply_undo(run: Run, plan: UndoPlan) -> None:
    """Puts back what is to be put back; what is left keeps its outcome."""
    if not run.may_write_shop:
        run.planned += undo_changes(plan.put_backs)
        _record(run, plan.put_backs)
        return
    _record(run, [one for one in plan.put_backs if one.is_left])
    with run.step("undo"):
        chunks = chunked(families(plan.put_backs), _FAMILIES_OF_A_CHUNK, lambda family: [one.key for one in family])
        await fan_out("undo", chunks, lambda chunk: write_back(run, chunk, plan), rows=len)


def families(put_backs: Iterable[PutBack]) -> list[list[PutBack]]:
    """What is not left, the entities of one product together."""
    found: dict[tuple[str, str], list[PutBack]] = {}
    for one in put_backs:
        if not one.is_left:
            found.setdefault((one.kind, one.family or one.key), []).append(one)
    return list(found.values())


@chunk_task("undo")
async def write_back(run: Run, chunk: Chunk[list[PutBack]], plan: UndoPlan) -> None:
    """One chunk: held, doubted, written, read back, confirmed. Tried again, it writes the same values again."""
    run.lease.check()
    every = [one for family in chunk.left for one in family]
    for kind in dict.fromkeys(one.kind for one in every):
        await _Batch(run, plan, kind, [one for one in every if one.kind == kind]).write()
    chunk.left.clear()


class _Batch:
    """Some entities of one kind on their way back."""

    def __init__(self, run: Run, plan: UndoPlan, kind: str, put_backs: list[PutBack]) -> None:
        self.run = run
        self.plan = plan
        self.kind = KINDS[kind]
        self.put_backs = put_backs
        self.after = LedgerAfter(plan.links[kind], plan.wants.get(kind, {}), put_backs)

    async def write(self) -> None:
        busy = [one for one in self.put_backs if one.outcome is not Outcome.UNCHANGED]
        if busy and self.kind.name == STOCK:
            busy = await self._unmoved(busy)
        if self.plan.holds:
            held = [*busy, *(one for one in self.put_backs if one.is_gone)]
            await asyncio.to_thread(self._hold, held)
        if busy:
            await asyncio.to_thread(self._doubt, busy)
            for resource in _in_order(one.resource for one in busy):
                await self._write([one for one in busy if one.resource == resource])
        await asyncio.to_thread(self._confirm)
        note_left(self.run, self.put_backs)
        _record(self.run, self.put_backs)

    def _hold(self, held: Sequence[PutBack]) -> None:
        """Before anything is written, the files' wish is held."""
        wants = self.after.wants_of(held)
        self.run.ledger.hold_wants(self.run.folder.name, self.kind.name, wants, run_id=self.run.run_id)

    def _doubt(self, busy: Sequence[PutBack]) -> None:
        """Before anything is written, what an undo of this undo puts back is kept."""
        shop, ledger = self.run.folder.name, self.run.ledger
        kept = replacing(self.run, map(_reversed, busy), self.after.wants_of(busy))
        ledger.doubt(shop, self.kind.name, self.after.keys_of(busy), replacing=kept)

    async def _write(self, busy: Sequence[PutBack]) -> None:
        resource = busy[0].resource
        deletes = [one for one in busy if one.action == "delete"]
        updates = [one for one in busy if one.action in {"update", "deactivate"}]
        creates = [one for one in busy if one.action == "create"]
        shop = self.run.shop
        if deletes:
            self._note(deletes, await shop.delete(resource, [one.id for one in deletes]))
        if updates:
            entities: list[Entity] = [{"id": one.id, **one.fields} for one in updates]
            self._note(updates, await shop.update(resource, entities))
        if creates and self.kind.identity is not None:
            await asyncio.to_thread(self._intend, creates)
            given = [dict(one.fields) for one in creates]
            self._note(creates, await shop.create(resource, given, self.kind.identity, look_first=True))
        await self._read_back(resource, [one for one in (*updates, *creates) if not one.is_left])

    async def _unmoved(self, busy: Sequence[PutBack]) -> list[PutBack]:
        """The quantities that are what the plan counted from, or put back by an earlier try: others were sold from."""
        read = await self.run.shop.find("stock_availables", "id", [str(one.id) for one in busy], display=_QUANTITY)
        now = {int(row["id"]): str(int(row["quantity"] or 0)) for row in read}
        for one in busy:
            [(_, counted, back)] = one.changes
            if one.id not in now:
                one.leave("undo_gone", str(one.id))
            elif now[one.id] not in {counted, back}:
                one.leave("undo_moved_meanwhile", f"{counted} / {now[one.id]}")
        return [one for one in busy if not one.is_left]

    def _intend(self, creates: Sequence[PutBack]) -> None:
        """The ledger notes what is about to be made again, as the imports of these kinds do."""
        intents = [Link(key, 0, state=LinkState.INTENDED) for key in self.after.unlinked(creates)]
        self.run.ledger.confirm(self.run.folder.name, self.kind.name, intents, run_id=self.run.run_id)

    def _note(self, sent: Sequence[PutBack], receipts: Sequence[Receipt]) -> None:
        for one, receipt in zip(sent, receipts, strict=True):
            if receipt.error is not None:
                reason = receipt.error.reason
                if self.kind.is_private:
                    texts = (value for value in one.fields.values() if isinstance(value, str))
                    reason = struck_out(reason, texts)
                one.outcome, one.code, one.detail = Outcome.REFUSED, receipt.message_code, reason
            elif receipt.outcome == "missing" and one.action != "delete":
                one.outcome, one.code, one.detail = Outcome.REFUSED, "gone_meanwhile", str(one.id)
            else:
                one.id = receipt.id or one.id

    async def _read_back(self, resource: str, written: Sequence[PutBack]) -> None:
        if self.run.folder.settings.read_back.mode == "none" or not written:
            return
        names = {name for one in written for name in (*one.fields, *one.fields.get("associations", {}))}
        display = self.kind.display(resource, names - {"associations"})
        ids = [str(one.id) for one in written]
        read = await self.run.shop.find(resource, "id", ids, display=display)
        now = {int(entity["id"]): entity for entity in read}
        for one in written:
            if one.id not in now:
                one.outcome, one.code, one.detail = Outcome.REFUSED, "gone_meanwhile", str(one.id)
            elif different := differing(one.fields, now[one.id]):
                name, value, held = different[0]
                detail = name if self.kind.is_private else f"{name}: {value} / {held}"
                one.outcome, one.code, one.detail = Outcome.REFUSED, "read_back_differs", detail

    def _confirm(self) -> None:
        """The ledger knows what the shop has now; fingerprints stay in doubt, so that the next wish is compared."""
        shop, ledger, kind = self.run.folder.name, self.run.ledger, self.kind.name
        done = [one for one in self.put_backs if not one.is_left]
        if kind == STOCK:
            links = self.after.stock_links(done)
        else:
            links = self.after.links_with_states(done)
            refused = self.after.unlinked(one for one in self.put_backs if one.done == "delete" and one.is_left)
            gone = [one.key for one in done if one.action == "delete" or one.is_gone]
            ledger.forget(shop, kind, [*gone, *refused])
        if not links.is_empty():
            ledger.confirm(shop, kind, links, run_id=self.run.run_id)
        made = [Link(one.key, one.id, in_doubt=True) for one in done if one.action == "create"]
        if made:
            ledger.confirm(shop, kind, made, run_id=self.run.run_id)
        if self.plan.releases:
            ledger.release_wants(shop, kind, self.after.keys_of(done), held_by=self.run.asked.undoes)


def _in_order(resources: Iterable[str]) -> list[str]:
    """Products before their combinations, whose impacts are worth nothing beside another base."""
    return sorted(dict.fromkeys(resources), key=lambda resource: resource != "products")


def _reversed(one: PutBack) -> Replaced:
    """What an undo of this undo puts back."""
    if one.action == "delete":
        return Replaced(one.key, one.resource, one.id, "delete", one.after, {}, one.family)
    if one.action == "create":
        return Replaced(one.key, one.resource, 0, "create", {}, one.fields, one.family)
    if one.action == "deactivate" and one.done == "create":
        before, after = {"active": "1"}, {"active": "0"}
        return Replaced(one.key, one.resource, one.id, "update", before, after, one.family)
    if not one.action:
        return Replaced(one.key, one.resource, one.id, "open" if one.done == "close" else "close", family=one.family)
    before = {name: one.after[name] for name in one.fields if name in one.after}
    if one.kind == STOCK:
        before = {"quantity": one.changes[0][1]}
    return Replaced(one.key, one.resource, one.id, "update", before, one.fields, one.family)


def _record(run: Run, put_backs: Iterable[PutBack]) -> None:
    run.rows.record(
        row_outcomes(
            RowOutcome(0, one.line, one.shown_key, one.outcome.value, one.code, one.detail) for one in put_backs
        )
    )
