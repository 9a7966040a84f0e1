"""The page that our module adds to the back office: what employees have asked for, and what is said to them."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from connectors.prestashop.replies import SYSTEM, Reply, Verdict, unreadable
from connectors.prestashop.xml import UnreadableError, parse
from schemas.errors import UnexpectedReplyError

if TYPE_CHECKING:
    from connectors.prestashop.reading import Reader
    from connectors.prestashop.transport import Transport

RESOURCE = "passerelle_board"


@dataclass(frozen=True, slots=True)
class BoardRequest:
    """What one employee has asked for; `token` names it, whatever ids are reused."""

    token: str
    kind: str
    """`run`, `resend_order`, `settings` or `associations`."""
    subject: str
    """The flow, or the order's id."""
    content: tuple[Mapping[str, str], ...]
    """Changes: `key`, the value `seen` on the page, the new `value`."""


@dataclass(frozen=True, slots=True)
class BoardState:
    """What the page has: `board` is who its tables are, `digest` what it shows."""

    board: str
    digest: str
    requests: Sequence[BoardRequest]
    orders_of: str | None = None
    """Of which deliveries its orders are told, empty before any was; None where the module is older than 1.1.1."""
    orders_until: str = ""
    """Up to which change they were told, as it was written."""


class Board:
    """The page of one shop."""

    def __init__(self, transport: Transport, reader: Reader) -> None:
        self._transport = transport
        self._reader = reader

    async def read(self) -> BoardState:
        """What it has now, and what is asked and not answered yet, the oldest first."""
        return _state(await self._reader.get(RESOURCE))

    async def write(self, document: Mapping[str, Any]) -> BoardState:
        """Gives it `page` with its `digest`, `orders` with `orders_of` and `orders_until`, `answers`, or any of these.

        Sending the same again changes nothing.
        """
        body = json.dumps(document, ensure_ascii=False).encode()
        action = f"PUT {RESOURCE}"
        patience = self._transport.patience(action)
        while True:
            reply = await self._transport.send("PUT", RESOURCE, query=self._transport.scope_query, body=body)
            if reply.verdict is Verdict.DONE:
                return _state(reply)
            if reply.verdict in {Verdict.REFUSED, Verdict.TOO_LARGE}:
                raise UnexpectedReplyError(f"[{reply.code}] {reply.reason}", system=SYSTEM, action=action)
            await patience.wait(reply)


def _state(reply: Reply) -> BoardState:
    try:
        told = parse(reply.body).find(RESOURCE)
    except UnreadableError as error:
        raise unreadable(reply, RESOURCE) from error
    board = None if told is None else told.findtext("board")
    if told is None or not board:
        raise unreadable(reply, RESOURCE)
    requests = []
    for node in told.iter("request"):
        token, kind, subject, content = (node.findtext(name) or "" for name in ("token", "kind", "subject", "content"))
        requests.append(BoardRequest(token, kind, subject, _changes(content)))
    until = told.findtext("orders_until") or ""
    return BoardState(board, told.findtext("digest") or "", requests, told.findtext("orders_of"), until)


def _changes(content: str) -> tuple[Mapping[str, str], ...]:
    """The changes of a request; none where what is there is not a list of them."""
    try:
        given = json.loads(content)
    except ValueError:
        return ()
    if not isinstance(given, list):
        return ()
    names = ("key", "seen", "value")
    return tuple({name: str(one.get(name, "")) for name in names} for one in given if isinstance(one, dict))
