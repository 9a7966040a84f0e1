"""Empty answers that are proved before anybody believes them.

Where the shop's database layer is silent (every shop under PHP 7, PrestaShop 9.1 under any PHP), a SELECT that fails
is answered as an empty list with status 200 (fact F3). What is believed absent is created, closed
or forgotten; so an empty list is asked for again together with something that is known to exist.
"""

from __future__ import annotations

import asyncio
import re
from typing import TYPE_CHECKING

from connectors.prestashop.entities import Entity, folded
from connectors.prestashop.filters import Ask, Filters, any_of, fits_in_list, query
from connectors.prestashop.replies import SYSTEM, Verdict
from connectors.prestashop.rows import texts_of
from schemas.errors import DeniedError, TransientError

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Sequence

    from connectors.prestashop.facts import ShopFacts
    from connectors.prestashop.reading import Reader
    from connectors.prestashop.transport import Transport

_LOOKS = 4
_SENTINELS = 10
"""How many of the newest entities are looked at for a value that can stand in a list of values."""
_WITHOUT_DATES = ("combinations", "stock_availables", "specific_prices", "product_options", "order_details")


_EMPTY_MEMBER = re.compile(rb"<category ([^<>]*)>\s*</category>")


class Absence:
    """Proves the empty answers of one shop."""

    def __init__(self, reader: Reader, transport: Transport) -> None:
        self._reader = reader
        self._transport = transport
        self._sentinels: dict[str, str] = {}
        """By resource, field and filters: a value that the shop has lately shown to have."""
        self._vouching: dict[str, set[str]] = {}
        """By the same: every such value, folded, that has stood in a look-up."""
        self._empty: set[str] = set()
        """Resources that were seen to be empty."""
        self._listed_at: dict[str, int] = {}
        """By resource of which the shop has listed something: how many deletions had been sent before."""
        self._silent: bool | None = None
        self._looking = asyncio.Lock()
        self._hearing = asyncio.Lock()

    def has_listed(self, resource: str) -> None:
        """Told of each answer that lists something: what has something is not believed to have nothing."""
        self._empty.discard(resource)
        self._listed_at[resource] = self._transport.deletions[resource]

    def with_sentinel(self, resource: str, field: str, ask: Ask, also: Filters) -> Ask:
        """The look-up with a value in it that the shop has lately shown to have, where one is known."""
        sentinel = self._sentinels.get(_name(resource, field, also), "")
        if not sentinel or sentinel in ask.values or not _takes_a_sentinel(ask):
            return ask
        return Ask(any_of((*ask.values, sentinel)), ask.values)

    def vouching_values(self, resource: str, field: str, also: Filters) -> set[str]:
        """The values, folded, that have stood in look-ups without being asked for."""
        return self._vouching.get(_name(resource, field, also), set())

    async def of_values(
        self, resource: str, field: str, ask: Ask, display: Sequence[str] | str, also: Filters, *, had_sentinel: bool
    ) -> list[Entity]:
        """The entities of a look-up whose answer was empty: none, once an answer holds the sentinel and no other."""
        if had_sentinel:
            self._sentinels.pop(_name(resource, field, also), None)
        for _ in range(_LOOKS if _takes_a_sentinel(ask) else 0):
            if not await self._sentinel(resource, field, also):
                break
            proving = self.with_sentinel(resource, field, ask, also)
            text = query(filters={field: proving.expression, **also}, display=display)
            rows = await self._listed(resource, text, display, len(ask.values) + 1)
            if rows:
                return rows
            self._sentinels.pop(_name(resource, field, also), None)
            await self._transport.wait(self._transport.limits.settle_seconds)
        else:
            if _takes_a_sentinel(ask):
                raise self._unproved(resource)
        text = query(filters={field: ask.expression, **also}, display=display)
        return await self.of_page(resource, lambda: self._listed(resource, text, display, len(ask.values)))

    async def of_page(self, resource: str, again: Callable[[], Awaitable[list[Entity]]]) -> list[Entity]:
        """The entities of a list that was empty, asked for again once the shop has listed something of the resource.

        Where a query may fail in silence, it must list something after the second empty answer too.
        """
        for _ in range(_LOOKS):
            if not await self._reader.newest_id(resource) and not await self._is_empty(resource):
                continue
            rows = await again()
            if rows or resource in self._empty or not await self.may_be_silent():
                return rows
            if await self._reader.newest_id(resource):
                return rows
        raise self._unproved(resource)

    async def _is_empty(self, resource: str) -> bool:
        """Whether the shop has nothing at all of a resource.

        Nothing can vouch for that but the shop's own way with errors: where it may be silent, it is looked at once more
        after a while, and a resource of which it has listed something is not empty unless something was deleted since.
        """
        async with self._looking:
            if resource not in self._empty and await self.may_be_silent():
                await self._transport.wait(self._transport.limits.settle_seconds)
                if await self._reader.newest_id(resource):
                    return False
                if self._listed_at.get(resource) == self._transport.deletions[resource]:
                    return False
            self._empty.add(resource)
        return True

    async def may_be_silent(self) -> bool:
        """Whether a failed SELECT may look like an empty list: not in PrestaShop 8 under PHP 8, which fails loudly."""
        async with self._hearing:
            if self._silent is None:
                version = self._transport.headers.get("PSWS-Version", "")
                self._silent = not (version.startswith("8.") and await self._is_php_8())
        return self._silent

    @property
    def may_drop_entities(self) -> bool:
        """Whether a list in JSON may lack entities whose own query has failed without a word (fact F8).

        As far as it is known: of an 8.x nothing is asked for it, of a shop that has not answered yet nobody knows.
        """
        if self._silent is None:
            version = self._transport.headers.get("PSWS-Version", "")
            return bool(version) and not version.startswith("8.")
        return self._silent

    async def _is_php_8(self) -> bool:
        """Whether members without declared fields have no id, as under PHP 8 (fact F1)."""
        try:
            reply = await self._reader.get("categories", "display=[id,categories[id]]&sort=[id_ASC]&limit=1")
        except DeniedError:
            return False
        members = _EMPTY_MEMBER.finditer(reply.body)
        return any(b"href=" in member[1] for member in members)

    async def _sentinel(self, resource: str, field: str, also: Filters) -> str:
        """A value of `field` that an entity of the resource has; empty when the newest ones have none."""
        name = _name(resource, field, also)
        if name not in self._sentinels:
            display = ("id", field) if field != "id" else ("id",)
            text = query(filters=also, display=display, sort="id_DESC", limit=str(_SENTINELS))
            rows = await self._listed(resource, text, display, _SENTINELS)
            values = (value for row in rows for value in texts_of(row[field]))
            value = next((value for value in values if fits_in_list(value)), "")
            if not value:
                return ""
            self._sentinels[name] = value
            self._vouching.setdefault(name, set()).add(folded(value))
        return self._sentinels[name]

    async def _listed(self, resource: str, text: str, display: Sequence[str] | str, size: int) -> list[Entity]:
        _, rows = await self._reader.listed(resource, text, display, size)
        return rows

    def _unproved(self, resource: str) -> TransientError:
        return TransientError(
            f"the shop lists nothing of {resource}, although it has some: its database may be overloaded or locked",
            system=SYSTEM,
            action=f"GET {resource}",
        )

    async def fails_silently(self, facts: ShopFacts) -> bool | None:
        """Whether a query that the database refuses is answered as an empty list; None when no resource can show it."""
        resource = next((name for name in _WITHOUT_DATES if facts.may("GET", name)), None)
        if resource is None:
            return None
        dates = "filter[date_upd]=[2000-01-01,2000-01-02]&date=1&display=[id]&limit=1"
        scope = self._transport.scope_query
        reply = await self._transport.send("GET", resource, query=dates + (f"&{scope}" if scope else ""))
        if reply.verdict is Verdict.DONE:
            return True
        return False if reply.verdict is Verdict.BROKEN else None


def _takes_a_sentinel(ask: Ask) -> bool:
    return not ask.loose and all(map(fits_in_list, ask.values))


def _name(resource: str, field: str, also: Filters) -> str:
    return f"{resource} {field} {sorted(also.items())}"
