"""Many lines in one request to a resource of our module: quantities and prices by exact reference, and others."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Literal, TypeAlias

from connectors.prestashop.entities import Held
from connectors.prestashop.filters import query_with
from connectors.prestashop.pending_writes import TRIES_OF_ONE, Desk, Part, PendingWrite
from connectors.prestashop.replies import SYSTEM, Reply, Verdict, raise_if_general
from connectors.prestashop.xml import UnreadableError, parse
from schemas.errors import RefusedError

if TYPE_CHECKING:
    from collections.abc import Iterable

    from connectors.prestashop.transport import Patience, Transport

LineMode: TypeAlias = Literal["hooks", "plain"]
"""Whether other modules of the shop are told of each change."""

Settle: TypeAlias = "Callable[[Desk, list[PendingWrite], bytes], bool]"
"""Gives the writes of one request their receipts; False, and none, for an answer that does not account for them."""

LEFT = ("unknown", "ambiguous", "products_with_combinations", "combinations", "depends_on_stock", "invalid")
"""Why the module leaves a line, in its own words: the code of the refusal in the line's receipt."""

# The answer names references in lists with a semicolon between them; a line ends where a text breaks.
_IN_A_LINE = re.compile(r"[^;\r\n\x00\s]([^;\r\n\x00]*[^;\r\n\x00\s])?")

_HELD = re.compile(r"(\d+):(-?\d+)")
_ALL_HELD = re.compile(rf"{_HELD.pattern}(;{_HELD.pattern})*")

_STUBBORN = frozenset({Verdict.REFUSED, Verdict.BROKEN, Verdict.BLOCKED, Verdict.DONE})


def fits_in_a_line(reference: str) -> bool:
    """Whether the module can be asked about this reference."""
    return _IN_A_LINE.fullmatch(reference) is not None


def line(reference: str, value: str) -> bytes:
    """One line of a request."""
    return f"{reference};{value}\n".encode()


def pending_lines(lines: Iterable[tuple[str, str]]) -> list[PendingWrite]:
    """One write per reference, with the last value of one given twice; ValueError for one that does not fit."""
    writes: dict[str, PendingWrite] = {}
    for position, (reference, value) in enumerate(lines):
        pending = writes.get(reference)
        if pending is None:
            if not fits_in_a_line(reference):
                raise ValueError(f"{reference!r} does not fit in a line")
            pending = writes[reference] = PendingWrite([], {}, (reference,))
        pending.positions.append(position)
        pending.xml = line(reference, value)
    return list(writes.values())


class Lines:
    """One call. Sending again is safe: the same values are written, and what is there already is not."""

    def __init__(self, transport: Transport, desk: Desk, options: Mapping[str, str], settle: Settle) -> None:
        self._transport = transport
        self._desk = desk
        self._query = query_with(transport.scope_query, options)
        self._settle = settle

    async def write(self, writes: list[PendingWrite]) -> None:
        """Brings every line to its receipt; TransientError when the shop stays away for too long."""
        patience = self._transport.patience(self._desk.action)
        parts = [Part(writes)]
        while parts:
            part = parts.pop()
            parts += reversed(await self._after(part, await self._send(part.writes), patience))

    async def _send(self, writes: list[PendingWrite]) -> Reply:
        return await self._transport.send(
            "PUT",
            self._desk.resource,
            query=self._query,
            body=b"".join(pending.xml for pending in writes),
            workload=self._desk.resource,
            entities=len(writes),
        )

    async def _after(self, part: Part, reply: Reply, patience: Patience) -> list[Part]:
        if reply.verdict is Verdict.DONE and self._settle(self._desk, part.writes, reply.body):
            patience.progress()
            return []
        if reply.verdict is Verdict.TOO_LARGE:
            return part.halves() or self._refused(part, reply)
        written = self._transport.traffic.entities_written
        alike = part.in_vain(reply, written)
        if reply.verdict in _STUBBORN and alike >= TRIES_OF_ONE:
            if reply.verdict is not Verdict.REFUSED:
                raise_if_general(reply, self._desk.action, written)
            return self._refused(part, reply)
        # A shopper's order that was in the way is gone a moment later.
        await patience.wait(reply)
        return (part.tries > 1 and part.halves()) or [part]

    def _refused(self, part: Part, reply: Reply) -> list[Part]:
        """None of them was written, or nobody knows: which line it was about, another way than this one tells."""
        for pending in part.writes:
            self._desk.refuse(pending, reply)
        return []


def settle_by_reference(desk: Desk, writes: list[PendingWrite], body: bytes) -> bool:
    """Reads what became of lines by reference; False for an answer that does not account for every line."""
    sent = [pending.key[0] for pending in writes]
    left = left_lines(body, desk.resource, sent)
    if left is None:
        return False
    held = held_lines(body, desk.resource, [reference for reference in sent if left.get(reference) != "invalid"])
    for pending in writes:
        if why := left.get(pending.key[0]):
            leave(desk, pending, why)
        else:
            desk.finish(pending, "updated", None, held=held.get(pending.key[0]))
    return True


def leave(desk: Desk, pending: PendingWrite, why: str) -> None:
    """The module has left this line, for a reason in its own words."""
    error = RefusedError(why.replace("_", " "), system=SYSTEM, action=desk.action, key=pending.key[0], code=why)
    desk.finish(pending, "refused", None, error)


def left_lines(body: bytes, resource: str, sent: list[str]) -> dict[str, str] | None:
    """Why each line that was left was, by reference; None for an answer that does not account for every line."""
    try:
        told = parse(body).find(resource)
    except UnreadableError:
        return None
    if told is None:
        return None
    left = {reference: why for why in LEFT for reference in (told.findtext(why) or "").split(";") if reference}
    counts = [told.findtext(name) or "" for name in ("lines", "written", "unchanged")]
    if not all(count.isdigit() for count in counts):
        return None
    lines, written, unchanged = map(int, counts)
    accounted = lines == len(sent) == written + unchanged + len(left) and left.keys() <= set(sent)
    return left if accounted else None


def held_lines(body: bytes, resource: str, lines: list[str]) -> dict[str, Held]:
    """What the module has read again of `lines` once it had written all, by reference; none of those that it left.

    Empty where it tells nothing: modules before 1.5.0, and the resource of prices.
    """
    text = parse(body).findtext(f"{resource}/held") or ""
    if _ALL_HELD.fullmatch(text) and text.count(":") == len(lines):
        numbers = text.replace(":", ";").split(";")
        return dict(zip(lines, map(Held, map(int, numbers[::2]), numbers[1::2]), strict=True))
    told = text.split(";")
    if len(told) != len(lines):
        return {}
    matches = ((reference, _HELD.fullmatch(text)) for reference, text in zip(lines, told, strict=True))
    return {reference: Held(int(found[1]), found[2]) for reference, found in matches if found}
