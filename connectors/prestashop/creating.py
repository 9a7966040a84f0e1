"""Creating entities, each exactly once, whatever happens to the answers.

After anything but a plain success the outcome is unknown: the shop is asked what exists, by natural key, and only
the rest is sent again. A document is written in order and stops at its first failure, so the first entity that does
not exist is the faulty one.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from typing import TYPE_CHECKING, TypeAlias

from connectors.prestashop.entities import IDS_ONLY
from connectors.prestashop.filters import query_with
from connectors.prestashop.pending_writes import TRIES_OF_ONE, Desk, Part, PendingWrite
from connectors.prestashop.replies import (
    NOT_SAVED,
    NOT_WRITTEN,
    NOT_XML,
    PHP_WARNING,
    UNKNOWN_ASSOCIATION,
    Reply,
    Verdict,
    raise_if_general,
)
from connectors.prestashop.resources import resource_of
from connectors.prestashop.xml import document, echoed, wire_text, written_ids

if TYPE_CHECKING:
    from connectors.prestashop.entities import Entity, Identity, Key, Receipt
    from connectors.prestashop.several import Finder
    from connectors.prestashop.transport import Patience, Transport

Update: TypeAlias = "Callable[[str, list[Entity]], Awaitable[list[Receipt]]]"


class Creation:
    """One create call."""

    def __init__(
        self,
        transport: Transport,
        finder: Finder,
        update: Update,
        desk: Desk,
        identity: Identity,
        language: int,
        options: Mapping[str, str],
        *,
        mend: Update | None = None,
    ) -> None:
        """`mend` writes an entity whole, by its id: given where the database fails in silence (facts A3, F13)."""
        self._transport = transport
        self._finder = finder
        self._update = update
        self._mend = mend
        self._desk = desk
        self._identity = identity
        self._language = language
        self._query = query_with(transport.scope_query, options)
        self._mails = options.get("sendemail", "0") != "0"
        self._newest = 0
        """The highest id of the resource before the document was sent, where only what is newer counts."""
        self._resource = desk.resource
        self._known = resource_of(desk.resource)

    async def adopt(self, writes: list[PendingWrite]) -> list[PendingWrite]:
        """Settles those that the shop already has; the rest."""
        found = await self._look(writes)
        for pending in writes:
            if pending.key in found:
                self._desk.finish(pending, "adopted", min(found[pending.key]))
        return [pending for pending in writes if pending.key not in found]

    async def write(self, writes: list[PendingWrite]) -> None:
        """Gives every write its receipt; TransientError when the shop stays away for too long."""
        patience = self._transport.patience(self._desk.action)
        if self._identity.only_new:
            self._newest = await self._finder.newest_id(self._resource)
        parts = [Part(writes)]
        while parts:
            part = parts.pop()
            reply = await self._send(part.writes)
            if reply.verdict is Verdict.DONE and await self._all_finished(part.writes, reply):
                patience.progress()
            elif reply.verdict is Verdict.NOT_SENT:
                await patience.wait(reply)
                parts.append(part)
            elif reply.verdict is Verdict.TOO_LARGE:
                parts += reversed(part.halves() or self._refused(part.writes, reply))
            else:
                parts += reversed(await self._after_doubt(part, reply, patience))

    async def _send(self, writes: list[PendingWrite]) -> Reply:
        return await self._transport.send(
            "POST",
            self._resource,
            query=self._query,
            body=document(pending.xml for pending in writes),
            workload=self._resource,
            entities=len(writes),
        )

    async def _all_finished(self, writes: list[PendingWrite], reply: Reply) -> bool:
        ids = written_ids(reply.body, self._known.node, len(writes))
        if len(ids) != len(writes) or not self._is_echoed(writes, reply):
            return False
        whole = await self._listed(ids)
        for pending, new_id in zip(writes, ids, strict=True):
            if new_id in whole:
                self._desk.finish(pending, "created", new_id)
            else:
                await self._complete(pending, new_id, self._mend)
        return True

    async def _listed(self, ids: list[int]) -> frozenset[int]:
        """Those that the shop lists, which is all but where it may have lost the row that makes them its own.

        What is in no list is not found by its name, and would be made once more.
        """
        if self._mend is None:
            return frozenset(ids)
        rows = await self._finder.find(self._resource, "id", list(map(str, ids)), display=IDS_ONLY, also={})
        return frozenset(row["id"] for row in rows)

    def _is_echoed(self, writes: list[PendingWrite], reply: Reply) -> bool:
        """Whether each id stands beside what was sent in its place."""
        return all(
            echoed(reply.body, field) == [wire_text(pending.entity.get(field, 0)) for pending in writes]
            for field in self._known.echoed
        )

    def _refused(self, writes: list[PendingWrite], reply: Reply) -> list[Part]:
        """Sets the first one aside; the others go on."""
        self._desk.refuse(writes[0], reply)
        return [Part(writes[1:])] if writes[1:] else []

    async def _after_doubt(self, part: Part, reply: Reply, patience: Patience) -> list[Part]:
        """Settles what exists and what is refused; what is still to be sent, in order."""
        found = await (self._look(part.writes) if reply.over else self._quiet_look(part.writes))
        done = [pending for pending in part.writes if pending.key in found]
        rest = [pending for pending in part.writes if pending.key not in found]
        if done:
            patience.progress()
            await self._finish_found(done, {pending.key: max(found[pending.key]) for pending in done}, reply)
        if not rest:
            return []
        # PHP's warnings may come from anywhere: once more before they count.
        passing = reply.code == PHP_WARNING and not part.tries
        if reply.verdict is Verdict.REFUSED and not passing:
            return self._without_culprit(part, done, rest, reply)
        return await self._again(part if not done else Part(rest), reply, patience)

    async def _finish_found(self, done: list[PendingWrite], ids: dict[Key, int], reply: Reply) -> None:
        for pending in done[:-1]:
            self._desk.finish(pending, "created", ids[pending.key], looked_up=True)
        last = done[-1]
        if self._kept_in_part(reply):
            self._desk.refuse(last, reply, ids[last.key])
        elif self._not_written(reply) or self._known.is_one_row:
            self._desk.finish(last, "created", ids[last.key], looked_up=True)
        else:
            # The shop may have stopped in the middle of an entity, before its associations.
            await self._complete(last, ids[last.key])

    def _without_culprit(
        self, part: Part, done: list[PendingWrite], rest: list[PendingWrite], reply: Reply
    ) -> list[Part]:
        in_order = part.writes[: len(done)] == done
        if self._kept_in_part(reply) and done and in_order:
            return [Part(rest)]
        if len(rest) == 1 or (self._not_written(reply) and in_order):
            return self._refused(rest, reply)
        # A document that cannot be read says nothing about its first entity.
        return Part(rest).halves() if reply.code == NOT_XML or not in_order else [Part(rest[:1]), Part(rest[1:])]

    async def _again(self, part: Part, reply: Reply, patience: Patience) -> list[Part]:
        written = self._transport.traffic.entities_written
        alike = part.in_vain(reply, written)
        stubborn = reply.verdict in {Verdict.BROKEN, Verdict.BLOCKED, Verdict.DONE}
        if stubborn and (len(part.writes) == 1 or reply.final) and alike > TRIES_OF_ONE:
            raise_if_general(reply, self._desk.action, written)
            return self._refused(part.writes, reply)
        await patience.wait(reply)
        if reply.verdict is Verdict.BROKEN and len(part.writes) > 1:
            # An exception stops the shop at the first entity it has not written: alone, that one names itself.
            return [Part(part.writes[:1]), Part(part.writes[1:])]
        smaller = (reply.verdict is Verdict.BLOCKED or part.tries > 1) and not reply.final
        return (smaller and part.halves()) or [part]

    async def _complete(self, pending: PendingWrite, known_id: int, update: Update | None = None) -> None:
        """Writes again, in full, an entity that may have been saved in part."""
        receipt = (await (update or self._update)(self._resource, [{**pending.entity, "id": known_id}]))[0]
        if receipt.outcome == "updated":
            self._desk.finish(pending, "created", known_id)
        else:
            self._desk.finish(pending, "refused", known_id, receipt.error)

    async def _quiet_look(self, part: list[PendingWrite]) -> dict[Key, list[int]]:
        """What exists once two looks agree: a shop goes on writing after its client has left."""
        transport = self._transport
        found = await self._look(part)
        while True:
            quiet = max(transport.limits.settle_seconds, 4 * transport.pace.seconds_per_entity(self._resource))
            await transport.wait(quiet)
            again = await self._look(part)
            if again == found:
                return found
            found = again

    async def _look(self, part: list[PendingWrite]) -> dict[Key, list[int]]:
        """Ids by key, of those that the shop has."""
        identity = self._identity
        values = {self._lookup_value(pending) for pending in part}
        known = resource_of(self._resource)
        display = [f"{name}[id]" if name in known.associations else name for name in identity.by]
        entities = await self._finder.find(
            self._resource, identity.lookup, values, display=display, also=dict(identity.also)
        )
        wanted = {pending.key for pending in part}
        found: dict[Key, list[int]] = {}
        for entity in entities:
            key = identity.key(entity, self._language)
            if key in wanted and entity["id"] > self._newest:
                found.setdefault(key, []).append(entity["id"])
        return found

    def _lookup_value(self, pending: PendingWrite) -> str:
        return self._identity.lookup_text(pending.entity, self._language)

    def _not_written(self, reply: Reply) -> bool:
        return reply.verdict is Verdict.REFUSED and reply.code in NOT_WRITTEN and not self._kept_in_part(reply)

    def _kept_in_part(self, reply: Reply) -> bool:
        # An unknown association and a failing setter come after the entity's own row was saved, and so does a mail
        # that cannot be sent (docs/facts/prestashop.md, O2).
        mail_failed = self._mails and reply.code == NOT_SAVED
        return (
            mail_failed or reply.code == UNKNOWN_ASSOCIATION or (reply.code == "85" and "while setting" in reply.reason)
        )
