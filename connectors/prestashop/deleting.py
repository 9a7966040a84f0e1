"""Deleting entities by id, several at once; what is already gone is said so."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from connectors.prestashop.pending_writes import TRIES_OF_ONE, Desk, Part, PendingWrite
from connectors.prestashop.replies import NOT_DELETED_UNKNOWN_ID, Reply, Verdict, raise_if_general

if TYPE_CHECKING:
    from connectors.prestashop.reading import Reader
    from connectors.prestashop.transport import Patience, Transport


class Deleting:
    """One delete call."""

    def __init__(self, transport: Transport, reader: Reader, desk: Desk) -> None:
        self._transport = transport
        self._reader = reader
        self._desk = desk
        self._resource = desk.resource

    async def write(self, writes: list[PendingWrite]) -> None:
        """Gives every write its receipt; TransientError when the shop stays away for too long."""
        patience = self._transport.patience(self._desk.action)
        parts = [Part(writes)]
        while parts:
            part = parts.pop()
            if part.writes:
                parts += reversed(await self._after(part, await self._send(part), patience))

    async def _send(self, part: Part) -> Reply:
        ids = ",".join(str(pending.entity["id"]) for pending in part.writes)
        scope = self._transport.scope_query
        return await self._transport.send(
            "DELETE",
            f"{self._resource}/",
            query=f"id=[{ids}]" + (f"&{scope}" if scope else ""),
            workload=f"delete {self._resource}",
            entities=len(part.writes),
        )

    async def _after(self, part: Part, reply: Reply, patience: Patience) -> list[Part]:
        if reply.verdict is Verdict.DONE:
            for pending in part.writes:
                self._desk.finish(pending, "deleted", pending.entity["id"])
            return []
        if reply.verdict is Verdict.TOO_LARGE:
            return part.halves() or self._refused(part, reply)
        # One unknown id and none is deleted (87); after any other answer some may be gone.
        left = await self._existing(part, gone="missing" if NOT_DELETED_UNKNOWN_ID in reply.codes else "deleted")
        if len(left.writes) < len(part.writes):
            return [left]
        if reply.verdict is Verdict.REFUSED:
            return part.halves() or self._refused(part, reply)
        return await self._again(part, reply, patience)

    async def _again(self, part: Part, reply: Reply, patience: Patience) -> list[Part]:
        written = self._transport.traffic.entities_written
        alike = part.in_vain(reply, written)
        stubborn = reply.verdict in {Verdict.BROKEN, Verdict.BLOCKED}
        if stubborn and (len(part.writes) == 1 or reply.final) and alike > TRIES_OF_ONE:
            raise_if_general(reply, self._desk.action, written)
            return self._refused(part, reply)
        await patience.wait(reply)
        return (stubborn and not reply.final and part.halves()) or [part]

    def _refused(self, part: Part, reply: Reply) -> list[Part]:
        self._desk.refuse(part.writes[0], reply, part.writes[0].entity["id"])
        return []

    async def _existing(self, part: Part, *, gone: Literal["missing", "deleted"]) -> Part:
        ids = [str(pending.entity["id"]) for pending in part.writes]
        rows = await self._reader.find(self._resource, "id", ids, display=("id",), also={})
        known = {row["id"] for row in rows}
        left: list[PendingWrite] = []
        for pending in part.writes:
            if pending.entity["id"] in known:
                left.append(pending)
            else:
                self._desk.finish(pending, gone, pending.entity["id"])
        return Part(left, part.tries)
