"""Sales of the stores: many in one document to the resource `store_orders` of our module, one answer for each."""

from __future__ import annotations

from typing import TYPE_CHECKING

from connectors.prestashop.drafts import Desk, Draft, Part, once_more
from connectors.prestashop.replies import SYSTEM, Reply, Verdict
from connectors.prestashop.xml import UnreadableError, document, parse
from schemas.errors import RefusedError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from connectors.prestashop.entities import OutcomeName
    from connectors.prestashop.transport import Patience, Transport

RESOURCE = "store_orders"
MODULE = "passerelle"
"""The payment module that an order names when our module has made it of a sale."""
KEY = "internal_reference"
_WRITTEN: Mapping[str, OutcomeName] = {"created": "created", "exists": "adopted"}


class Sales:
    """One call. Sending again is safe: of one reference the module makes one order, and then says that it exists."""

    def __init__(self, transport: Transport, desk: Desk) -> None:
        self._transport = transport
        self._desk = desk

    async def write(self, drafts: list[Draft]) -> None:
        """Brings every sale to its receipt; TransientError when the shop stays away for too long."""
        patience = self._transport.patience(self._desk.action)
        parts = [Part(drafts)]
        while parts:
            part = parts.pop()
            reply = await self._transport.send(
                "POST",
                RESOURCE,
                query=self._transport.scope_query,
                body=document(draft.xml for draft in part.drafts),
                lane=RESOURCE,
                entities=len(part.drafts),
            )
            parts += reversed(await self._after(part, reply, patience))

    async def _after(self, part: Part, reply: Reply, patience: Patience) -> list[Part]:
        lines = _lines(reply.body, part.drafts) if reply.verdict is Verdict.DONE else None
        if lines is not None:
            patience.progress()
            for draft, line in zip(part.drafts, lines, strict=True):
                self._settle(draft, line)
            return []
        # PHP's warnings may turn the answer to what was written into an error: asked again, the module says `exists`.
        if reply.verdict is Verdict.REFUSED and not part.tries:
            return [Part(part.drafts, 1)]
        if reply.verdict in {Verdict.REFUSED, Verdict.TOO_LARGE}:
            return part.halves() or self._refused(part, reply)
        again = await once_more(part, reply, patience, self._desk, self._transport.traffic.entities_written)
        return self._refused(part, reply) if again is None else again

    def _settle(self, draft: Draft, line: Mapping[str, str]) -> None:
        outcome = _WRITTEN.get(line["status"])
        if outcome is not None:
            self._desk.settle(draft, outcome, int(line["id"]))
            return
        error = RefusedError(line["message"], system=SYSTEM, action=self._desk.action, key=draft.key[0])
        self._desk.settle(draft, "refused", None, error)

    def _refused(self, part: Part, reply: Reply) -> list[Part]:
        self._desk.refuse(part.drafts[0], reply)
        return []


def _lines(body: bytes, sent: list[Draft]) -> list[dict[str, str]] | None:
    """What is said of each sale, in their order; None for an answer that does not speak of exactly these."""
    try:
        nodes = list(parse(body).iter("store_order"))
    except UnreadableError:
        return None
    lines = [{str(field.tag): (field.text or "").strip() for field in node} for node in nodes]
    if [line.get(KEY) for line in lines] != [draft.key[0] for draft in sent]:
        return None
    return lines if all(_is_whole(line) for line in lines) else None


def _is_whole(line: Mapping[str, str]) -> bool:
    written = line.get("status") in _WRITTEN and line.get("id", "").isdigit()
    return written or (line.get("status") == "error" and "message" in line)
