"""Updating entities by id: PATCH where the shop knows it, else the whole entity as read, changed, and PUT back."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from connectors.prestashop.entities import IDS_ONLY
from connectors.prestashop.filters import query_with
from connectors.prestashop.pending_writes import Desk, Part, PendingWrite, once_more
from connectors.prestashop.replies import (
    METHOD_UNKNOWN,
    PHP_WARNING,
    SYSTEM,
    UNKNOWN_ID,
    Reply,
    Verdict,
    right_remedy,
)
from connectors.prestashop.resources import Resource, resource_of
from connectors.prestashop.xml import document, entity_xml, written_ids
from schemas.errors import DeniedError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from connectors.prestashop.entities import Entity
    from connectors.prestashop.facts import ShopFacts
    from connectors.prestashop.several import Finder
    from connectors.prestashop.transport import Patience, Transport
    from schemas.shop_fields import ResourceFields


class Updating:
    """One update call. Sending again is safe here: the same values are written."""

    def __init__(
        self,
        transport: Transport,
        finder: Finder,
        facts: ShopFacts,
        fields: ResourceFields,
        desk: Desk,
        options: Mapping[str, str],
        whole: Mapping[int, Entity] | None = None,
        *,
        with_texts: bool = False,
    ) -> None:
        """`whole` holds the entities as another shop has them, by id: what is sent is that with the changes over it.

        `with_texts`: a PATCH says every text that the entity has (facts F10).
        """
        self._transport = transport
        self._finder = finder
        self._facts = facts
        self._unwritable = fields.unwritable()
        self._desk = desk
        self._query = query_with(transport.scope_query, options)
        self._resource = desk.resource
        self._known = resource_of(desk.resource)
        texts = self._known.i18n - self._unwritable if with_texts else ()
        self._always = frozenset(name for name in texts if name in fields)
        self._whole = whole

    async def write(self, writes: list[PendingWrite]) -> None:
        """Gives every write its receipt; TransientError when the shop stays away for too long."""
        patience = self._transport.patience(self._desk.action)
        await self._prepare(writes)
        parts = [Part([pending for pending in writes if pending.xml])]
        while parts:
            part = parts.pop()
            if part.writes:
                reply = await self._send(part.writes)
                parts += reversed(await self._after(part, reply, patience))

    async def _send(self, writes: list[PendingWrite]) -> Reply:
        return await self._transport.send(
            self._desk.method,
            self._resource,
            query=self._query,
            body=document(pending.xml for pending in writes),
            workload=self._resource,
            entities=len(writes),
        )

    async def _after(self, part: Part, reply: Reply, patience: Patience) -> list[Part]:
        ids = [pending.entity["id"] for pending in part.writes]
        if reply.verdict is Verdict.DONE and written_ids(reply.body, self._known.node, len(ids)) == ids:
            patience.progress()
            for pending in part.writes:
                self._desk.finish(pending, "updated", pending.entity["id"])
            return []
        if reply.verdict is Verdict.REFUSED:
            return await self._without_culprit(part, reply)
        if reply.verdict is Verdict.TOO_LARGE:
            return part.halves() or self._refused(part, reply)
        again = await once_more(part, reply, patience, self._desk, self._transport.traffic.entities_written)
        return self._refused(part, reply) if again is None else again

    async def _without_culprit(self, part: Part, reply: Reply) -> list[Part]:
        if reply.code == METHOD_UNKNOWN:
            raise DeniedError(
                reply.reason,
                system=SYSTEM,
                action=self._desk.action,
                remedy=f"Something before the shop does not let {self._desk.method} through: allow it for /api/.",
            ).worded("shop_method_blocked", value=self._desk.method)
        if reply.code in UNKNOWN_ID:
            left = await self._existing(part.writes)
            if len(left) < len(part.writes):
                return [Part(left)]
        # PHP's warnings may come from anywhere: once more before they count.
        if reply.code == PHP_WARNING and part.tries < 1:
            return [Part(part.writes, part.tries + 1)]
        return part.halves() or self._refused(part, reply)

    def _refused(self, part: Part, reply: Reply) -> list[Part]:
        self._desk.refuse(part.writes[0], reply, part.writes[0].entity["id"])
        return []

    async def _existing(self, writes: list[PendingWrite]) -> list[PendingWrite]:
        """Those whose id the shop has; the others are settled as missing."""
        ids = [str(pending.entity["id"]) for pending in writes]
        rows = await self._finder.find(self._resource, "id", ids, display=IDS_ONLY, also={})
        known = {row["id"] for row in rows}
        for pending in writes:
            if pending.entity["id"] not in known:
                self._desk.finish(pending, "missing", pending.entity["id"])
        return [pending for pending in writes if pending.entity["id"] in known]

    async def _prepare(self, writes: list[PendingWrite]) -> None:
        """Sends the writes; what the shop must tell first is read once for all of them."""
        if self._whole is not None:
            self._merge_into(self._whole, writes)
        elif self._desk.method == "PUT":
            self._merge_into(await self._current(writes, "full"), writes)
        else:
            await self._complete_languages(writes)
            for pending in writes:
                pending.xml = pending.xml or entity_xml(pending.entity, self._known)

    def _merge_into(self, current: Mapping[int, Entity], writes: list[PendingWrite]) -> None:
        for pending in writes:
            whole = current.get(pending.entity["id"])
            if whole is None:
                self._desk.finish(pending, "missing", pending.entity["id"])
            else:
                self._require_patch(whole)
                entity = merged(whole, pending.entity, self._known, self._unwritable)
                pending.xml = entity_xml(entity, self._known)

    def _require_patch(self, whole: Entity) -> None:
        """DeniedError where a PUT would empty what nobody may write back."""
        lost = sorted(name for name in self._known.lost_by_put & self._unwritable if whole.get(name))
        if lost:
            raise DeniedError(
                f"without the right to PATCH, an update would empty {', '.join(lost)} of {self._resource}",
                system=SYSTEM,
                action=self._desk.action,
                remedy=right_remedy("PATCH", self._resource),
            ).worded("shop_right_missing", column="PATCH", value=self._resource)

    async def _complete_languages(self, writes: list[PendingWrite]) -> None:
        # A language left out of a field that is sent is emptied.
        languages = set(self._facts.language_ids)
        lacking = {pending.entity["id"]: self._to_complete(pending.entity, languages) for pending in writes}
        short = [pending for pending in writes if lacking[pending.entity["id"]]]
        if not short:
            return
        current = await self._current(short, sorted(set[str]().union(*lacking.values())))
        for pending in short:
            told = current.get(pending.entity["id"], {})
            for field in lacking[pending.entity["id"]] & ({*pending.entity} | {*told}):
                pending.entity[field] = {**_as_languages(told.get(field)), **_as_languages(pending.entity.get(field))}

    def _to_complete(self, entity: Entity, languages: set[int]) -> frozenset[str]:
        """The fields of which the entity lacks a language, or does not hold at all where each is to be said."""
        return self._always.difference(entity).union(_short_fields(entity, languages))

    async def _current(self, writes: list[PendingWrite], display: list[str] | str) -> dict[int, Entity]:
        ids = [str(pending.entity["id"]) for pending in writes]
        rows = await self._finder.find(self._resource, "id", ids, display=display, also={})
        return {row["id"]: row for row in rows}


def _short_fields(entity: Entity, languages: set[int]) -> list[str]:
    return [
        field
        for field, value in entity.items()
        if isinstance(value, dict) and field != "associations" and not languages <= value.keys()
    ]


def _as_languages(value: Any) -> dict[int, str]:
    return value if isinstance(value, dict) else {}


def merged(whole: Entity, change: Entity, known: Resource, unwritable: frozenset[str] = frozenset()) -> Entity:
    """The whole entity with `change` in it, fit for PUT: nothing read-only, nothing empty, no association unasked.

    What a PUT leaves out is emptied, except associations, which stay; hence every field goes back as it was read,
    `date_add` and a stock row's `id_shop` and `id_shop_group` above all (D1, D2, D6, D12).
    """
    dropped = known.never_sent | known.not_put_back | unwritable | {"date_upd", "associations"}
    # An empty number or position is an error or worse (D17, D29); left out it is emptied just the same.
    kept = {field: value for field, value in whole.items() if field not in dropped and value != ""}
    for field, value in change.items():
        both_have_languages = isinstance(value, dict) and isinstance(kept.get(field), dict)
        kept[field] = {**kept[field], **value} if both_have_languages else value
    return kept
