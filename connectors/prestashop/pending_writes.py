"""Entities on their way: written out once, grouped into documents, each ending in its receipts."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeAlias

from connectors.prestashop.entities import Receipt
from connectors.prestashop.replies import SYSTEM, Verdict, raise_if_general
from connectors.prestashop.xml import ENVELOPE_BYTES
from schemas.errors import PasserelleError, RefusedError

if TYPE_CHECKING:
    from connectors.prestashop.entities import Entity, Held, Key, OutcomeName
    from connectors.prestashop.replies import Reply
    from connectors.prestashop.transport import Patience, Transport

TRIES_OF_ONE = 2
"""How often a single entity that the shop breaks on, or a firewall stops, is sent again."""

OnReceipts: TypeAlias = Callable[[Sequence[Receipt]], None]


@dataclass(slots=True)
class PendingWrite:
    """One entity to write. `positions` are its places in the call: several when it was asked for twice."""

    positions: list[int]
    entity: Entity
    key: Key
    xml: bytes = b""


@dataclass(slots=True)
class Part:
    """Writes that go in one document; `tries` counts how often exactly these were sent in vain."""

    writes: list[PendingWrite]
    tries: int = 0
    _last: tuple[Verdict, int] | None = None
    _alike: int = 0

    def in_vain(self, reply: Reply, written: int) -> int:
        """Notes one more try in vain; how often in a row it ended in this way.

        Another failure in between makes it chance, and so does, for an answer that would end the run, an entity that
        anybody wrote meanwhile. `written`: the entities written since the client was opened.
        """
        self.tries += 1
        ended = (reply.verdict, written if reply.final else 0)
        self._alike = self._alike + 1 if ended == self._last else 1
        self._last = ended
        return self._alike

    def halves(self) -> list[Part]:
        """The same writes in two parts; none when there is only one."""
        middle = len(self.writes) // 2
        return [Part(self.writes[:middle]), Part(self.writes[middle:])] if middle else []


class Desk:
    """Where the writes of one call end: every one gets its receipts, once."""

    def __init__(self, resource: str, method: str, how_many: int, workload: str = "") -> None:
        """`workload`: what the pace learns from it, where that is not the resource."""
        self.resource = resource
        self.workload = workload or resource
        self.method = method
        self._receipts: list[Receipt | None] = [None] * how_many

    @property
    def action(self) -> str:
        """What is being done, for errors."""
        return f"{self.method} {self.resource}"

    def finish(
        self,
        pending: PendingWrite,
        outcome: OutcomeName,
        id: int | None,  # noqa: A002 - the field's own name
        error: RefusedError | None = None,
        held: Held | None = None,
        *,
        looked_up: bool = False,
        entity: Entity | None = None,
    ) -> None:
        """Gives `pending` its receipts; twins of a created entity are adopted."""
        for number, position in enumerate(pending.positions):
            told: OutcomeName = "adopted" if number and outcome == "created" else outcome
            self._receipts[position] = Receipt(position, id, told, error, held, looked_up, entity)

    def refuse(self, pending: PendingWrite, reply: Reply, id: int | None = None) -> None:  # noqa: A002 - the field's own name
        """Sets `pending` aside with the shop's own words."""
        key = ", ".join(part for part in pending.key if part)
        reason = f"{len(pending.xml)} B (HTTP {reply.status})" if reply.verdict is Verdict.TOO_LARGE else reply.reason
        error = RefusedError(
            reason, system=SYSTEM, action=self.action, key=key, code=reply.code or str(reply.status or "")
        )
        self.finish(pending, "refused", id, error)

    def receipts_of(self, writes: Sequence[PendingWrite]) -> list[Receipt]:
        """The receipts given so far to these writes, in the order of the call."""
        told = (self._receipts[position] for pending in writes for position in pending.positions)
        return sorted((receipt for receipt in told if receipt is not None), key=lambda receipt: receipt.position)

    def all(self) -> list[Receipt]:
        """All receipts, in the order of the call."""
        return [receipt for receipt in self._receipts if receipt is not None]


async def once_more(part: Part, reply: Reply, patience: Patience, desk: Desk, written: int) -> list[Part] | None:
    """What to send again after an answer that settles nothing, once the shop was given time; None: no more tries.

    For writes that may be repeated. `written`: the entities written since the client was opened.
    """
    alike = part.in_vain(reply, written)
    stubborn = reply.verdict in {Verdict.BROKEN, Verdict.BLOCKED, Verdict.DONE}
    if stubborn and (len(part.writes) == 1 or reply.final) and alike > TRIES_OF_ONE:
        raise_if_general(reply, desk.action, written)
        return None
    await patience.wait(reply)
    smaller = (stubborn or part.tries > 1) and not reply.final
    return (smaller and part.halves()) or [part]


async def in_documents(
    transport: Transport,
    resource: str,
    writes: Sequence[PendingWrite],
    write: Callable[[list[PendingWrite]], Awaitable[None]],
    *,
    at_once: int,
) -> None:
    """Gives `write` one document's worth of writes after the other, `at_once` at the same time.

    The sizes are asked of the pace as the work goes on. After a failure no further document is begun, those under
    way end, and the first failure is raised.
    """
    left = list(reversed(writes))
    failures: list[PasserelleError] = []

    async def worker() -> None:
        while left and not failures:
            await transport.gate.vacancy()
            part = _take(left, transport.pace.batch_size(resource), transport.limits.max_body_bytes)
            if not part:
                return
            try:
                await write(part)
            except PasserelleError as error:
                failures.append(error)

    await asyncio.gather(*(worker() for _ in range(max(1, min(at_once, len(writes))))))
    if failures:
        raise failures[0]


def _take(left: list[PendingWrite], at_most: int, body_bytes: int) -> list[PendingWrite]:
    """The next writes, taken from the end of `left`; one at least, however large it is."""
    part: list[PendingWrite] = []
    size = ENVELOPE_BYTES
    while left and len(part) < at_most:
        size += len(left[-1].xml)
        if part and size > body_bytes:
            break
        part.append(left.pop())
    return part


def report(desk: Desk, writes: list[PendingWrite], on_receipts: OnReceipts | None) -> None:
    """Gives the receipts that these writes have so far to whom it may concern."""
    if on_receipts is not None and (receipts := desk.receipts_of(writes)):
        on_receipts(receipts)


def pending_writes_of(entities: Iterable[Entity], key_of: Callable[[Entity], Key]) -> list[PendingWrite]:
    """One write per key; the later fields of an entity asked for twice go over the earlier ones."""
    writes: dict[Key, PendingWrite] = {}
    for position, entity in enumerate(entities):
        key = key_of(entity)
        pending = writes.get(key)
        if pending is None:
            writes[key] = PendingWrite([position], dict(entity), key)
        else:
            pending.positions.append(position)
            pending.entity |= entity
    return list(writes.values())
