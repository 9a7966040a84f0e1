"""Whether the shop still has one entity, asked by its id beside another one that it lists."""

from __future__ import annotations

from http import HTTPStatus
from typing import TYPE_CHECKING

from connectors.prestashop.filters import query
from connectors.prestashop.replies import UNKNOWN_ID, Verdict, blocked

if TYPE_CHECKING:
    from connectors.prestashop.reading import Reader
    from connectors.prestashop.transport import Transport


class Presence:
    """Asks for single entities of one shop."""

    def __init__(self, transport: Transport, reader: Reader) -> None:
        self._transport = transport
        self._reader = reader

    async def is_gone(self, resource: str, identifier: int) -> bool:
        """Whether the shop answers 404 for this id, and before and after it answers for one that it lists.

        Where the database layer is silent, an entity whose SELECT fails is a 404 too (facts F5).
        """
        witness = await self._reader.newest_id(resource)
        if not witness:
            return not await self._reader.read(resource, filters={}, display=("id",), limit=1)
        if witness == identifier:
            return False
        answers = [await self._has(resource, id_) for id_ in (witness, identifier, witness)]
        return answers == [True, False, True]

    async def _has(self, resource: str, identifier: int) -> bool:
        path = f"{resource}/{identifier}"
        scope = self._transport.scope_query
        text = query(filters={}, display=("id",)) + (f"&{scope}" if scope else "")
        patience = self._transport.patience(f"GET {resource}")
        while True:
            reply = await self._transport.send("GET", path, query=text)
            if reply.verdict is Verdict.DONE:
                return True
            if reply.code in UNKNOWN_ID or (reply.status == HTTPStatus.NOT_FOUND and not reply.body.strip()):
                return False
            if reply.verdict is Verdict.BLOCKED and patience.tries:
                raise blocked(reply, f"GET {resource}")
            await patience.wait(reply)
