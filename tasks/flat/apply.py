"""The entities of a flat stream go to the shop, are read back, and are confirmed batch by batch."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import UTC, datetime
from hashlib import blake2b
from typing import Any

import polars as pl

from connectors.ledger import Link, LinkState, Refusal
from connectors.prestashop import Entity, Receipt
from connectors.prestashop.as_sent import by_values
from connectors.prestashop.resources import resource_of
from schemas.emails import struck_out
from schemas.outcomes import Outcome
from schemas.run_report import PlannedChange
from tasks.flat.plan.entities import PlannedEntity, shown_changes, written
from tasks.flat.replaced import replaced_entities
from tasks.flat.stream import EntitiesPlan, FlatStream
from tasks.flat.write_path import WritePath, write_path_of
from tasks.products.translate.entities import differences
from tasks.run.chunks import Chunk, chunked, fan_out, units_of_a_chunk
from tasks.run.outcomes import RowOutcome, row_outcomes
from tasks.run.refused_before import note_refusals, sent_mark
from tasks.run.replacing import replacing
from tasks.run.run import Run
from tasks.run.step_tasks import chunk_task

_CONFIRMED = frozenset({Outcome.CREATED, Outcome.UPDATED, Outcome.UNCHANGED, Outcome.DEACTIVATED})
_ID = frozenset({"id"})


async def apply_entities(run: Run, plan: EntitiesPlan) -> None:
    """Writes what is to be written; rows with nothing to write are confirmed."""
    if not run.may_write_shop:
        run.rows.record(_outcomes(plan.entities))
        run.planned += entity_changes(run, plan)
        return
    _move_links(run, plan)
    idle = [one for one in plan.entities if not one.action]
    _remember(run, plan, idle)
    run.rows.record(_outcomes(idle))
    busy = [one for one in plan.entities if one.action]
    path = write_path_of(run, plan)
    if not path.mode:
        busy.sort(key=lambda one: _place(plan.stream.resource, one))
    one_at_a_time = asyncio.Lock()

    async def write(chunk: Chunk[PlannedEntity]) -> None:
        # The ledger takes one write at a time: the first chunk is sent while the others wait for theirs.
        async with one_at_a_time:
            await asyncio.to_thread(_doubt, run, list(chunk.left), plan)
        await write_entities(run, chunk, plan, path)

    with run.step(plan.stream.steps[1]):
        chunks = chunked(busy, units_of_a_chunk(run, path.resource), lambda one: [one.ref.key])
        await fan_out(plan.stream.steps[1], chunks, write)


def _place(resource: str, one: PlannedEntity) -> tuple[str, str]:
    """Entities that are written alike side by side: such a batch is read back by bare ids, for a tenth of the cost."""
    alike = by_values(resource, one.as_sent())
    return (one.action or "" if alike else "", alike)


def _doubt(run: Run, entities: list[PlannedEntity], plan: EntitiesPlan) -> None:
    """What is about to be written is doubted, and what the shop has of it is kept."""
    doubted = [one.ref.key for one in entities]
    wants = {key: plan.marks.get(key, "") for key in doubted}
    kept = replacing(run, replaced_entities(plan.stream, entities), wants)
    run.ledger.doubt(run.folder.name, plan.stream.kind, doubted, replacing=kept)


def _move_links(run: Run, plan: EntitiesPlan) -> None:
    """The links of entities that stay the same under another key, before anything is written: all or none."""
    planned = {one.ref.key: one for one in plan.entities if one.id}
    links: list[Link] = []
    for key, former in plan.moved.items():
        if one := planned.get(key):
            links += [
                Link(key, one.id, erp_code=one.label, in_doubt=True),
                Link(former, one.id, state=LinkState.FORGOTTEN),
            ]
    run.ledger.confirm(run.folder.name, plan.stream.kind, links, run_id=run.run_id)


def entity_changes(run: Run, plan: EntitiesPlan) -> list[PlannedChange]:
    """What the plan would write, as a person reads it; nothing personal."""
    return [_planned(run, plan.stream, one) for one in plan.entities if one.action]


def _planned(run: Run, stream: FlatStream, one: PlannedEntity) -> PlannedChange:
    changes, values_hash = shown_changes(one), ""
    if stream.is_private:
        # The password is made anew by each plan.
        values = sorted(change for change in changes if change[0] != "passwd")
        values_hash = blake2b(repr(values).encode(), digest_size=16, key=run.ledger.secret()).hexdigest()
        changes = [(name, "", "") for name, _, _ in changes]
    return PlannedChange(one.ref.key, stream.kind, one.action or "update", tuple(changes), values_hash)


@chunk_task("write entities")
async def write_entities(run: Run, chunk: Chunk[PlannedEntity], plan: EntitiesPlan, path: WritePath) -> None:
    """One chunk of entities: every batch is written, read back and confirmed on its own."""

    async def send(batch: list[PlannedEntity]) -> None:
        await _Batch(run, plan, path, batch).write()

    resource = path.resource
    await chunk.in_batches(run, lambda: {resource: run.shop.pace.batch_size(resource)}, lambda _: {resource: 1}, send)


class _Batch:
    """Some entities on their way; what is refused is held back until the batch is through."""

    def __init__(self, run: Run, plan: EntitiesPlan, path: WritePath, batch: list[PlannedEntity]) -> None:
        self.run = run
        self.plan = plan
        self.path = path
        self.stream = plan.stream
        self.batch = batch
        self.refused: dict[str, tuple[str, str]] = {}
        """(message code, detail) by key."""
        self.for_itself: set[str] = set()
        """Keys of what was refused for what it holds: the same is refused again."""
        self.made: set[str] = set()
        """Keys of what this batch has created: the answer has told whose each is."""
        self.looked_up: set[str] = set()
        """Keys of what was found again after an answer that did not name it."""
        self.told_of_made = _ID.union(resource_of(self.stream.resource).echoed)
        """Fields that the answer has told of what was created."""
        self.held: dict[str, Entity] = {}
        """What our module has read again of what it wrote, by key."""

    async def write(self) -> None:
        """Deletes, then updates, then creates; what the shop holds afterwards is confirmed."""
        again = any(one.attempted for one in self.batch)
        before = {one.ref.key: (one.id, one.members) for one in self.batch}
        for one in self.batch:
            one.attempted = True
        await self._delete([one for one in self.batch if one.action == "delete"])
        sent: dict[str, Entity] = {}
        taken = await self._by_module([one for one in self.batch if self.path.by_module(one)], sent)
        left = [one for one in self.batch if one.ref.key not in taken and one.action != "delete"]
        sent |= {one.ref.key: _entity(one, one.as_sent()) for one in left}
        await self._update([one for one in left if one.action in {"update", "deactivate"}], sent)
        # Our module finds what it has made: what it left is nothing of ours.
        to_create = [one for one in left if one.action == "create"]
        await self._create(to_create, sent, again=again and not self.path.mode)
        created = [one for one in self.batch if one.action == "create"]
        wrong = await self._read_back(sent)
        # Made by somebody else just before us: it exists, and is not as it was wanted.
        kept = [one for one in created if self._is_kept(one, wrong)]
        others = [one for one in created if one.ref.key in wrong and one not in kept]
        for one in others:
            one.members = {}
        await self._update(others, sent := {one.ref.key: _entity(one, written(one.owned)) for one in others})
        wrong = {key: why for key, why in wrong.items() if key not in sent} | await self._read_back(sent)
        refused = self.refused | wrong
        for one in self.batch:
            if refusal := refused.get(one.ref.key):
                one.outcome, (one.code, one.detail) = Outcome.REFUSED, refusal
        for one in kept:
            one.outcome, one.code, one.detail = Outcome.IGNORED, "manual_price_kept", str(one.id)
        # The disk acknowledges each confirmation: other requests go out meanwhile.
        await asyncio.to_thread(self._conclude, before)

    def _is_kept(self, one: PlannedEntity, wrong: Mapping[str, tuple[str, str]]) -> bool:
        """Whether something else is there in its place that was made by hand, and stays as it is."""
        code, _ = wrong.get(one.ref.key, ("", ""))
        is_other = code == "read_back_differs" and one.ref.key in self.looked_up
        return is_other and self.stream.keeps_what_others_made(self.run)

    def _conclude(self, before: Mapping[str, tuple[int, dict[str, list[int]]]]) -> None:
        """Confirms what the shop took, remembers what it refused, and records how each row ended.

        `before` are the id and the members of each entity by key as they were planned.
        """
        _remember(self.run, self.plan, self.batch)
        self._note_refusals(before)
        self.run.rows.record(_outcomes(self.batch))

    def _note_refusals(self, before: Mapping[str, tuple[int, dict[str, list[int]]]]) -> None:
        refused = [one for one in self.batch if one.outcome is Outcome.REFUSED]
        again = [one for one in refused if one.ref.key in self.for_itself or one.code == "read_back_differs"]
        refusals = []
        for one in again:
            planned_id, members = before[one.ref.key]
            content = replace(one, id=planned_id, members=members).content()
            refusals.append(Refusal(one.ref.key, sent_mark(self.run, content), one.code, one.detail))
        taken = [one.ref.key for one in self.batch if one.outcome is not Outcome.REFUSED]
        note_refusals(self.run, self.stream.kind, refusals, taken)

    async def _delete(self, entities: list[PlannedEntity]) -> None:
        if entities:
            self._note(entities, await self.run.shop.delete(self.stream.resource, [one.id for one in entities]))

    async def _by_module(self, entities: list[PlannedEntity], sent: dict[str, Entity]) -> set[str]:
        """Makes and changes entities through our module; the keys of those that it did not leave.

        What it leaves, for whatever reason but that its item is gone, ends as it does without the module.
        """
        if not entities:
            return set()
        await self._note_intent([one for one in entities if one.action == "create"])
        lines = [self.path.entity_of(one) for one in entities]
        receipts = await self.path.write(self.run, lines)
        taken = [place for place, receipt in enumerate(receipts) if receipt.error is None or receipt.is_of_no_item]
        self._note([entities[place] for place in taken], [receipts[place] for place in taken])
        for place in taken:
            if entity := receipts[place].entity:
                key = entities[place].ref.key
                sent[key], self.held[key] = lines[place], entity
        return {entities[place].ref.key for place in taken}

    async def _update(self, entities: list[PlannedEntity], sent: dict[str, Entity]) -> None:
        if entities:
            receipts = await self.run.shop.update(self.stream.resource, [sent[one.ref.key] for one in entities])
            self._note(entities, receipts)

    async def _create(self, entities: list[PlannedEntity], sent: dict[str, Entity], *, again: bool) -> None:
        if not entities:
            return
        if not self.path.mode:
            await self._note_intent(entities)
        receipts = await self.run.shop.create(
            self.stream.resource,
            [sent[one.ref.key] for one in entities],
            self.stream.identity,
            look_first=again or self.stream.look_first,
        )
        self._note(entities, receipts)
        adopted = [one for one, receipt in zip(entities, receipts, strict=True) if receipt.outcome == "adopted"]
        for one in adopted:
            one.members = {}
            sent[one.ref.key] = _entity(one, written(one.owned))
        await self._update(adopted, sent)

    async def _note_intent(self, entities: list[PlannedEntity]) -> None:
        if self.stream.notes_intent and entities:
            now = datetime.now(UTC)
            intents = [Link(one.ref.key, 0, state=LinkState.INTENDED, confirmed_at=now) for one in entities]
            owner = (self.run.folder.name, self.stream.kind)
            await asyncio.to_thread(self.run.ledger.confirm, *owner, intents, run_id=self.run.run_id)

    def _note(self, entities: list[PlannedEntity], receipts: list[Receipt]) -> None:
        for one, receipt in zip(entities, receipts, strict=True):
            one.id = receipt.id or one.id
            if receipt.outcome == "created":
                self.made.add(one.ref.key)
            if receipt.looked_up:
                self.looked_up.add(one.ref.key)
            if receipt.error is not None:
                self.refused[one.ref.key] = (receipt.message_code, self._discreet(one, receipt.error.reason))
                if receipt.is_of_what_was_sent:
                    self.for_itself.add(one.ref.key)
            elif receipt.outcome == "missing" and one.action != "delete":
                self.refused[one.ref.key] = ("gone_meanwhile", str(one.id))

    def _discreet(self, one: PlannedEntity, text: str) -> str:
        if not self.stream.is_private:
            return text
        return struck_out(text, (value for value in (one.fields | one.owned).values() if isinstance(value, str)))

    async def _read_back(self, sent: dict[str, Entity]) -> dict[str, tuple[str, str]]:
        """(message code, detail) by key of what the shop does not hold as it was sent."""
        mode = self.run.folder.settings.read_back
        written = [one for one in self.batch if one.ref.key in sent and one.ref.key not in self.refused]
        if mode.mode == "sample":
            written = [one for one in written if random.random() < mode.sample_share]  # noqa: S311 - a sample
        if mode.mode == "none" or not written:
            return {}
        # What is written once more after our module has read it again is read.
        held = {one.ref.key: self.held.pop(one.ref.key) for one in written if one.ref.key in self.held}
        found = [
            (one, self._difference(sent[one.ref.key], held[one.ref.key])) for one in written if one.ref.key in held
        ]
        found += await self._read([one for one in written if one.ref.key not in held], sent)
        return {one.ref.key: (code, detail or str(one.id)) for one, (code, detail) in found if code}

    async def _read(
        self, written: list[PlannedEntity], sent: dict[str, Entity]
    ) -> list[tuple[PlannedEntity, tuple[str, str]]]:
        """What the shop holds otherwise than it was sent, of each that it does not list under all of its values."""
        resource = self.stream.resource
        shown = await self.run.shop.as_sent.shown(resource, {one.id: self._values(one, sent) for one in written})
        left = [one for one in written if one.id not in shown]
        ids = [str(one.id) for one in left]
        read = await self.run.shop.find(resource, "id", ids, display=self.stream.display()) if left else []
        now = {int(entity["id"]): entity for entity in read}
        return [(one, self._difference(sent[one.ref.key], now.get(one.id))) for one in left]

    def _values(self, one: PlannedEntity, sent: Mapping[str, Entity]) -> dict[str, Any]:
        """What the shop must hold of an entity, without what its answer has told already."""
        told = self.told_of_made if one.ref.key in self.made else _ID
        return {name: value for name, value in sent[one.ref.key].items() if name not in told}

    def _difference(self, sent: Entity, now: Entity | None) -> tuple[str, str]:
        if now is None:
            return "gone_meanwhile", ""
        if now is sent:
            return "", ""
        readable = {name: value for name, value in sent.items() if name not in {"id", *self.stream.unread}}
        different = differences(readable, now)
        if not different:
            return "", ""
        name, was_sent, was_read = different[0]
        return "read_back_differs", name if self.stream.is_private else f"{name}: {was_sent} / {was_read}"


def _entity(one: PlannedEntity, fields: Mapping[str, Any]) -> Entity:
    """The entity to create, or to patch when its id is known."""
    entity: dict[str, Any] = {"id": one.id} if one.id else {}
    entity |= fields
    if one.members:
        entity["associations"] = {name: [{"id": i} for i in ids] for name, ids in one.members.items()}
    return entity


def _remember(run: Run, plan: EntitiesPlan, batch: list[PlannedEntity]) -> None:
    kind, now = plan.stream.kind, datetime.now(UTC)
    forgotten: list[str] = []
    links: list[Link] = []
    for one in batch:
        if _is_forgotten(plan.stream, one):
            forgotten.append(one.ref.key)
        elif link := _link(one, plan.marks.get(one.ref.key, ""), now):
            links.append(link)
    if forgotten:
        run.ledger.forget(run.folder.name, kind, forgotten)
    if links:
        run.ledger.confirm(run.folder.name, kind, links, run_id=run.run_id)


def _is_forgotten(stream: FlatStream, one: PlannedEntity) -> bool:
    """Deleted, by us or before us, or meant to be created and not made."""
    outcome = one.outcome
    gone = outcome is Outcome.DEACTIVATED or (one.closed and outcome is Outcome.IGNORED)
    deleted = gone and stream.closing == "delete"
    not_made = outcome is Outcome.REFUSED or outcome is Outcome.IGNORED
    return deleted or (not_made and stream.notes_intent and one.action == "create")


def _link(one: PlannedEntity, mark: str, now: datetime) -> Link | None:
    """What the ledger remembers of a row; a row that closes what the shop does not have is remembered without id."""
    key = one.ref.key
    if one.closed and one.outcome is Outcome.IGNORED:
        return Link(key, 0, state=LinkState.ABSENT, fingerprint=mark, confirmed_at=now)
    if not one.id or one.outcome not in _CONFIRMED:
        return None
    state = LinkState.CLOSED if one.closed else LinkState.ACTIVE
    return Link(key, one.id, erp_code=one.label or None, state=state, fingerprint=mark, confirmed_at=now)


def _outcomes(entities: Iterable[PlannedEntity]) -> pl.DataFrame:
    return row_outcomes(
        RowOutcome(one.ref.file, one.ref.line, one.ref.key, one.outcome.value, one.code, one.detail, one.column)
        for one in entities
    )
