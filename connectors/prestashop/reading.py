"""Lists and look-ups: pages and batches that size themselves, given as entities.

Plain fields are read as JSON, which costs the shop least. Associations are read as XML: there an empty one is stated
and each member names its id; JSON leaves out what is empty and, under PHP 8, what is not (facts F1 and F2). So is
everything with fields where a query may fail without a word: JSON then leaves out whole entities (fact F8).
"""

from __future__ import annotations

import asyncio
from collections import deque
from typing import TYPE_CHECKING, Any

from connectors.prestashop.absence import Absence
from connectors.prestashop.blanks import Blanks
from connectors.prestashop.entities import IDS_ONLY, Entity, folded
from connectors.prestashop.filters import Ask, Filters, after, are_numbers, asks, in_a_range, query
from connectors.prestashop.pace import lookup_workload, page_workload
from connectors.prestashop.replies import (
    PHP_WARNING,
    SYSTEM,
    Reply,
    TooMuchError,
    Verdict,
    blocked,
    not_listed,
    unreadable,
)
from connectors.prestashop.resources import Resource, resource_of
from connectors.prestashop.rows import associations_of, entity_of, rows_of_json, texts_of
from connectors.prestashop.transport import Transport
from connectors.prestashop.xml import entities_in
from schemas.errors import PasserelleError

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Iterable, Mapping, Sequence

    from connectors.prestashop.facts import ShopFacts

_TRIES_OF_A_PAGE = 3
"""How often a request is tried again before a page for people is believed."""
_BY_ID = "id_ASC"
_MOST_IDS, _MOST_VALUES = 400, 190
"""How many values a list holds at most: of more the shop's database may compare all of a table (fact L5)."""
_FILTERED, _LISTED, _LOADED = 50.0, 2.0, 1.1
"""How many numbers the range of a look-up may hold for each that is asked for.

What else lies between them costs the shop a look into its table, a line of its answer, or the loading of an entity.
"""
_REST_OF_ADDRESS = 400
"""Bytes kept for what an address holds beside its filter: path, host, output format, and one value more."""


class Reader:
    """Reads one shop, or what `scope` says: query parameters that name another shop, a group or all shops."""

    def __init__(self, transport: Transport, scope: Mapping[str, str] | None = None) -> None:
        self._transport = transport
        self._scope = transport.scope if scope is None else scope
        self._language_ids: tuple[int, ...] | None = None
        self._absence = Absence(self, transport)
        self._blanks = Blanks(self, transport, self._absence)

    async def read(
        self,
        resource: str,
        *,
        filters: Filters,
        display: Sequence[str] | str,
        sort: str = _BY_ID,
        limit: int | None = None,
    ) -> list[Entity]:
        """Every entity that the filters leave, in the order of `sort`, page after page."""
        entities: list[Entity] = []
        while limit is None or len(entities) < limit:
            room = None if limit is None else limit - len(entities)
            page, is_last = await self._next_page(resource, filters, display, sort, entities, room=room)
            entities += page
            if is_last:
                break
        return entities

    async def pages(
        self, resource: str, *, filters: Filters, display: Sequence[str] | str, options: Mapping[str, str]
    ) -> AsyncIterator[list[Entity]]:
        """The same by id, a page at a time, none of which is kept."""
        page: list[Entity] = []
        is_last = False
        while not is_last:
            page, is_last = await self._next_page(resource, filters, display, _BY_ID, page, options=options)
            if page:
                yield page

    async def _next_page(
        self,
        resource: str,
        filters: Filters,
        display: Sequence[str] | str,
        sort: str,
        before: list[Entity],
        *,
        room: int | None = None,
        options: Mapping[str, str] | None = None,
    ) -> tuple[list[Entity], bool]:
        """The page behind `before`, of `room` rows at most, and whether it is the last one."""
        while True:
            size = self._transport.pace.page_size(resource, full=display == "full")
            if room is not None:
                size = min(size, room)

            async def ask(size: int = size) -> list[Entity]:
                return await self._page(resource, filters, display, sort, size, before, options)

            try:
                page = await ask()
            except TooMuchError:
                self._transport.pace.too_large(page_workload(resource, full=display == "full"), size)
                continue
            if not page and size:
                page = await self._absence.of_page(resource, ask)
            return page, len(page) < size

    async def fails_silently(self, facts: ShopFacts) -> bool | None:
        """See `Absence.fails_silently`."""
        return await self._absence.fails_silently(facts)

    async def may_be_silent(self) -> bool:
        """See `Absence.may_be_silent`."""
        return await self._absence.may_be_silent()

    async def newest_id(self, resource: str) -> int:
        """The highest id that the shop lists, 0 for none; an empty list is believed."""
        text = query(filters={}, display=("id",), sort="id_DESC", limit="1")
        _, rows = await self.listed(resource, text, ("id",), 1)
        return int(rows[0]["id"]) if rows else 0

    async def _page(
        self,
        resource: str,
        filters: Filters,
        display: Sequence[str] | str,
        sort: str,
        size: int,
        before: list[Entity],
        options: Mapping[str, str] | None = None,
    ) -> list[Entity]:
        # By id a page starts after the last id seen: rows that come and go meanwhile shift nothing.
        by_id = sort == _BY_ID and "id" not in filters
        narrowed = {**filters, "id": after(str(before[-1]["id"]))} if by_id and before else filters
        limit = str(size) if by_id or not before else f"{len(before)},{size}"
        text = query(filters=narrowed, display=_with_id(display), sort=sort, limit=limit, extra=options)
        workload = page_workload(resource, full=display == "full")
        reply, page = await self.listed(resource, text, display, size)
        if len(page) * 2 > size:
            self._transport.learn_from(reply, workload, len(page))

        async def again() -> list[Entity]:
            return (await self.listed(resource, text, display, size))[1]

        return await self._blanks.proved(resource, display, page, again)

    async def find(
        self,
        resource: str,
        field: str,
        values: Iterable[str],
        *,
        display: Sequence[str] | str,
        also: Filters,
    ) -> list[Entity]:
        """The entities whose `field` the shop finds equal to one of `values`, each once, in no order.

        The shop's collation ignores case, accents and trailing spaces: callers compare.
        """
        wanted = _with_id(display, field)
        room = self._transport.limits.max_url_bytes - len(query(filters=also, display=wanted)) - _REST_OF_ADDRESS
        most = _MOST_IDS if field == "id" else _MOST_VALUES
        most_numbers = _most_numbers(field, display, also)
        distinct = list(dict.fromkeys(values))
        if most_numbers and are_numbers(distinct):
            # Neighbours then stand in one look-up.
            distinct.sort(key=int)
        else:
            most_numbers = 0.0
        left = deque(distinct)
        found: dict[int, Entity] = {}
        failures: list[PasserelleError] = []

        async def worker() -> None:
            while left and not failures:
                size = self._transport.pace.lookup_size(resource, full=display == "full")
                part = [left.popleft() for _ in range(min(size, len(left)))]
                try:
                    within = in_a_range(part, most_numbers) if most_numbers else None
                    rows = await self._in_a_range(resource, field, within, wanted, also) if within else None
                    if rows is not None:
                        found.update((row["id"], row) for row in rows)
                        continue
                    parts = list(asks(part, url_bytes=room, most=most))
                    if left and len(parts) > 1:
                        # What an address had no room for goes with the next ones.
                        left.extendleft(reversed(parts.pop().values))
                    for ask in parts:
                        rows = await self._ask(resource, field, ask, wanted, also)
                        found.update((row["id"], row) for row in rows)
                except PasserelleError as error:
                    failures.append(error)

        await asyncio.gather(*(worker() for _ in range(min(self._transport.limits.max_connections, len(left)))))
        if failures:
            raise failures[0]
        return list(found.values())

    async def _in_a_range(
        self, resource: str, field: str, ask: Ask, display: Sequence[str] | str, also: Filters
    ) -> list[Entity] | None:
        """Those of a range that are asked for; None: too much for one answer, or nothing where that proves nothing.

        Whatever is listed proves that the shop has looked.
        """
        workload = lookup_workload(resource, full=False)

        async def look() -> list[Entity]:
            text = query(filters={field: ask.expression, **also}, display=display)
            reply, rows = await self.listed(resource, text, display, len(ask.values))
            self._transport.learn_from(reply, workload, len(ask.values))
            return rows

        try:
            entities = await self._blanks.proved(resource, display, await look(), look)
            if not entities and await self._absence.may_be_silent():
                return None
        except TooMuchError:
            self._transport.pace.too_large(workload, len(ask.values))
            return None
        wanted = frozenset(map(int, ask.values))
        return [entity for entity in entities if int(entity[field] or 0) in wanted]

    async def _ask(
        self, resource: str, field: str, ask: Ask, display: Sequence[str] | str, also: Filters
    ) -> list[Entity]:
        workload = lookup_workload(resource, full=display == "full")

        async def look() -> list[Entity]:
            proving = self._absence.with_sentinel(resource, field, ask, also)
            text = query(filters={field: proving.expression, **also}, display=display)
            reply, rows = await self.listed(resource, text, display, len(ask.values))
            self._transport.learn_from(reply, workload, len(ask.values))
            if rows:
                return rows
            return await self._absence.of_values(resource, field, ask, display, also, had_sentinel=proving is not ask)

        try:
            entities = await self._blanks.proved(resource, display, await look(), look)
        except TooMuchError:
            self._transport.pace.too_large(workload, len(ask.values))
            return [entity for half in ask.halves() for entity in await self._ask(resource, field, half, display, also)]
        others = self._absence.vouching_values(resource, field, also)
        if not (ask.loose or others):
            return entities
        wanted = {folded(value) for value in ask.values}
        vouching = others - wanted
        asked_for: list[Entity] = []
        for entity in entities:
            texts = {folded(text) for text in texts_of(entity[field])}
            if wanted & texts or not (ask.loose or vouching & texts):
                asked_for.append(entity)
        return asked_for

    async def listed(
        self, resource: str, text: str, display: Sequence[str] | str, size: int
    ) -> tuple[Reply, list[Entity]]:
        """The answer to one list, as it is: an empty one proves nothing yet (`Absence`)."""
        known = resource_of(resource)
        associations = associations_of(display)
        # In XML an entity that could not be loaded stays as an empty node, which is no answer; in JSON it is missing.
        as_xml = display == "full" or bool(associations) or (display != IDS_ONLY and self._absence.may_drop_entities)
        patience = self._transport.patience(f"GET {resource}")
        while True:
            reply = await self.get(resource, text, entities=size, output="" if as_xml else "JSON")
            rows = None if as_xml else rows_of_json(reply.body)
            try:
                if rows is None:
                    # PHP's json_encode gives nothing at all for a text that is not UTF-8.
                    reply = reply if as_xml else await self.get(resource, text, entities=size)
                    rows = entities_in(reply.body, known)
                if rows:
                    self._absence.has_listed(resource)
                languages = await self._languages_for(rows, known, resource)
                return reply, [entity_of(row, known, associations, languages) for row in rows]
            except (KeyError, TypeError, ValueError) as error:
                # An answer that breaks off: PHP ran out of time or memory after it had begun to answer.
                if size > 1 and patience.tries:
                    raise TooMuchError("unreadable", system=SYSTEM, action=f"GET {resource}") from error
                if patience.tries >= _TRIES_OF_A_PAGE:
                    raise unreadable(reply, resource) from error
                await patience.wait(reply)

    async def get(self, resource: str, text: str = "", *, entities: int = 0, output: str = "") -> Reply:
        """A good answer to a GET of so many entities, tried again while the shop cannot answer.

        Raises TransientError, DeniedError or UnexpectedReplyError; TooMuchError where fewer entities may do.
        """
        extra = {**self._scope} | ({"output_format": output} if output else {})
        parts = [part for part in (text, query(filters={}, extra=extra)) if part]
        action = f"GET {resource}"
        patience = self._transport.patience(action)
        pages = 0
        while True:
            reply = await self._transport.send("GET", resource, query="&".join(parts))
            if reply.verdict is Verdict.DONE:
                return reply
            if entities > 1 and self._too_much(reply, patience.tries):
                raise TooMuchError(reply.reason, system=SYSTEM, action=action)
            # PHP's warnings may come from anywhere, and pass.
            passing = reply.code == PHP_WARNING and patience.tries < _TRIES_OF_A_PAGE
            if reply.verdict in {Verdict.REFUSED, Verdict.TOO_LARGE} and not passing:
                raise not_listed(reply, resource)
            pages += reply.verdict is Verdict.BLOCKED
            if pages > _TRIES_OF_A_PAGE:
                raise blocked(reply, action)
            await patience.wait(reply)

    def _too_much(self, reply: Reply, tries: int) -> bool:
        """Whether fewer rows at a time may help: a size refused, no answer in time, out of memory twice (D46)."""
        timed_out = reply.verdict is Verdict.LOST and reply.seconds >= self._transport.limits.timeout_seconds
        return reply.verdict is Verdict.TOO_LARGE or timed_out or (reply.verdict is Verdict.BROKEN and tries > 0)

    async def _languages_for(self, rows: list[dict[str, Any]], known: Resource, resource: str) -> tuple[int, ...]:
        # A shop with one language tells i18n fields as plain text, without naming it.
        if rows and resource != "languages" and any(isinstance(rows[0].get(field), str) for field in known.i18n):
            return await self.language_ids()
        return ()

    async def language_ids(self) -> tuple[int, ...]:
        """The ids of all languages of the shop, also those switched off: their texts exist too."""
        if self._language_ids is None:
            _, languages = await self.listed("languages", query(filters={}, display=("id",)), ("id",), 1)
            self._language_ids = tuple(sorted(language["id"] for language in languages))
        return self._language_ids


def _most_numbers(field: str, display: Sequence[str] | str, also: Filters) -> float:
    """How many numbers the range of a look-up by this field may hold for each that is asked for; 0: none at all."""
    if display == IDS_ONLY:
        return 0.0 if field != "id" else _FILTERED if also else _LISTED
    return _LOADED if display != "full" and (field == "id" or field.startswith("id_")) else 0.0


def _with_id(display: Sequence[str] | str, *fields: str) -> Sequence[str] | str:
    if isinstance(display, str):
        return display
    return tuple(dict.fromkeys(("id", *fields, *display)))
