"""The outbox of our module: which orders, products and quantities of the shop changed and were not read yet."""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping, Sequence
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from connectors.prestashop.replies import SYSTEM, Reply, Verdict, unreadable
from connectors.prestashop.xml import UnreadableError, parse
from schemas.errors import UnexpectedReplyError
from schemas.shop_events import ShopEvent

if TYPE_CHECKING:
    from connectors.prestashop.reading import Reader
    from connectors.prestashop.transport import Transport

RESOURCE = "passerelle_events"
AT_ONCE = 500
LONGEST_WAIT = 25
"""Seconds that the module waits for an event, at most."""


class Outbox:
    """The outbox of one shop."""

    def __init__(self, transport: Transport, reader: Reader) -> None:
        self._transport = transport
        self._reader = reader

    async def read(
        self, topics: Sequence[str], *, wait_seconds: int = 0, done: Collection[int] = ()
    ) -> list[ShopEvent]:
        """The oldest events of these topics, after those that are `done` with were taken away.

        Where nothing is there, the shop answers when something is, after `wait_seconds` at the latest. What is not
        done with is read again.
        """
        asked = f"topics={'%7C'.join(topics)}&limit={AT_ONCE}"
        if done:
            return _events(await self._put(asked, {"read": sorted(done)[:AT_ONCE]}))
        return _events(await self._reader.get(RESOURCE, f"{asked}&wait={wait_seconds}" if wait_seconds else asked))

    async def set_ping(self, url: str, secret: str) -> None:
        """Tells the module where to say that something is there; an empty address ends it."""
        await self._put("", {"ping": {"url": url, "secret": secret}})

    async def _put(self, asked: str, document: Mapping[str, object]) -> Reply:
        body = json.dumps(document).encode()
        action = f"PUT {RESOURCE}"
        query = "&".join(filter(None, (asked, self._transport.scope_query)))
        patience = self._transport.patience(action)
        while True:
            reply = await self._transport.send("PUT", RESOURCE, query=query, body=body)
            if reply.verdict is Verdict.DONE:
                return reply
            if reply.verdict in {Verdict.REFUSED, Verdict.TOO_LARGE}:
                raise UnexpectedReplyError(f"[{reply.code}] {reply.reason}", system=SYSTEM, action=action)
            await patience.wait(reply)


def _events(reply: Reply) -> list[ShopEvent]:
    try:
        told = parse(reply.body).find(RESOURCE)
    except UnreadableError as error:
        raise unreadable(reply, RESOURCE) from error
    if told is None or told.find("events") is None:
        raise unreadable(reply, RESOURCE)
    try:
        return [
            ShopEvent(
                int(node.findtext("id") or ""),
                node.findtext("topic") or "",
                int(node.findtext("subject") or ""),
                _instant(node.findtext("noted_at") or ""),
            )
            for node in told.iter("event")
        ]
    except ValueError as error:
        raise unreadable(reply, RESOURCE) from error


def _instant(text: str) -> datetime | None:
    try:
        return datetime.fromisoformat(text).astimezone(UTC)
    except ValueError:
        return None
