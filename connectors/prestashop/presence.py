"""Whether the shop still has an entity, asked by its id beside another one that it lists."""

from __future__ import annotations

import asyncio
from http import HTTPStatus
from typing import TYPE_CHECKING

from connectors.prestashop.filters import query
from connectors.prestashop.replies import OF_ANOTHER_SHOP, UNKNOWN_ID, Verdict, blocked

if TYPE_CHECKING:
    from collections.abc import Collection

    from connectors.prestashop.reading import Reader
    from connectors.prestashop.transport import Transport

_BETWEEN_WITNESSES = 20


class Presence:
    """Asks for single entities of one shop."""

    def __init__(self, transport: Transport, reader: Reader) -> None:
        self._transport = transport
        self._reader = reader

    async def gone(self, resource: str, identifiers: Collection[int]) -> frozenset[int]:
        """The ids for which the shop answers 404, while before and after them it answers for one that it lists.

        Where the database layer is silent, an entity whose SELECT fails is a 404 too (facts F5).
        """
        if not identifiers:
            return frozenset()
        witness = await self._reader.newest_id(resource)
        if not witness:
            rows = await self._reader.read(resource, filters={}, display=("id",), limit=1)
            return frozenset() if rows else frozenset(identifiers)
        asked = sorted(set(identifiers) - {witness})
        found: set[int] = set()
        for start in range(0, len(asked), _BETWEEN_WITNESSES):
            some = asked[start : start + _BETWEEN_WITNESSES]
            is_heard = await self._has(resource, witness)
            answers = await asyncio.gather(*(self._has(resource, id_) for id_ in some))
            if is_heard and await self._has(resource, witness):
                found.update(id_ for id_, is_there in zip(some, answers, strict=True) if not is_there)
        return frozenset(found)

    async def whereabouts(self, resource: str, identifier: int) -> str:
        """`here`, `outside` where the installation has it and this shop has not, or `nowhere`."""
        denied = await self._denied(resource, identifier)
        return "here" if denied is None else "outside" if denied == OF_ANOTHER_SHOP else "nowhere"

    async def _has(self, resource: str, identifier: int) -> bool:
        return await self._denied(resource, identifier) is None

    async def _denied(self, resource: str, identifier: int) -> str | None:
        """None where the shop answers for it; else the code of the error, empty for a bare 404."""
        path = f"{resource}/{identifier}"
        scope = self._transport.scope_query
        text = query(filters={}, display=("id",)) + (f"&{scope}" if scope else "")
        patience = self._transport.patience(f"GET {resource}")
        while True:
            reply = await self._transport.send("GET", path, query=text)
            if reply.verdict is Verdict.DONE:
                return None
            if reply.code in UNKNOWN_ID or (reply.status == HTTPStatus.NOT_FOUND and not reply.body.strip()):
                return reply.code
            if reply.verdict is Verdict.BLOCKED and patience.tries:
                raise blocked(reply, f"GET {resource}")
            await patience.wait(reply)
