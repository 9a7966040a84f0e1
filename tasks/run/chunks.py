"""Chunks are Prefect task runs, batches inside them are requests; several chunks and batches are under way at once."""

from __future__ import annotations

import asyncio
import heapq
from collections import deque
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Mapping, Sequence
from contextlib import AbstractAsyncContextManager, AbstractContextManager, asynccontextmanager, contextmanager
from itertools import count
from typing import Generic, TypeVar

from schemas.errors import TransientError
from schemas.where import some_of, working_on
from tasks.report.progress import advance
from tasks.run.run import Run

Unit = TypeVar("Unit")

BATCHES_OF_A_CHUNK = 10
CHUNKS_AT_ONCE = 4
"""Task runs of one step: the oldest sends, the next one takes over without a pause, others wait to be tried again."""
MOST_CHUNKS = 150
"""A task run costs Prefect some milliseconds and 20 kB: at most about 200 of them in a flow run."""


def _no_keys(_unit: object) -> Sequence[str]:
    return ()


class Slots:
    """What may be under way at once in the chunks of one step; a free slot goes to the oldest chunk that waits."""

    def __init__(self) -> None:
        self._taken = 0
        self._waiting: list[tuple[int, int, asyncio.Future[None]]] = []
        self._arrivals = count()

    @asynccontextmanager
    async def slot(self, chunk_number: int, limit: Callable[[], int]) -> AsyncIterator[None]:
        """Waits for one of `limit` slots, and gives it back."""
        await self.acquire(chunk_number, limit)
        try:
            yield
        finally:
            self.give_back()

    async def acquire(self, chunk_number: int, limit: Callable[[], int]) -> None:
        """Waits until fewer than `limit` slots are in use, and takes one; `limit` may change meanwhile."""
        while self._taken >= limit():
            woken = asyncio.get_running_loop().create_future()
            heapq.heappush(self._waiting, (chunk_number, next(self._arrivals), woken))
            try:
                await woken
            except asyncio.CancelledError:
                self._wake()
                raise
        self._taken += 1
        # Where the limit has grown, one slot that is given back lets several in.
        self._wake()

    def give_back(self) -> None:
        """One slot is free."""
        self._taken -= 1
        self._wake()

    @contextmanager
    def lent(self) -> Iterator[None]:
        """Inside the block, a slot that is taken is another's; then it is taken again, beyond the limit if need be."""
        self.give_back()
        try:
            yield
        finally:
            self._taken += 1

    def _wake(self) -> None:
        while self._waiting:
            *_, waiter = heapq.heappop(self._waiting)
            if not waiter.done():
                waiter.set_result(None)
                return


class Chunk(Generic[Unit]):
    """Units of work of one task run; what was finished leaves it, so that a retry goes on where it stopped.

    `number` counts the chunks of one step, which share `slots`; the last chunk `is_last`.
    """

    def __init__(
        self,
        units: Sequence[Unit],
        number: int = 0,
        slots: Slots | None = None,
        *,
        is_last: bool = True,
        keys: Callable[[Unit], Sequence[str]] = _no_keys,
    ) -> None:
        self.left: deque[Unit] = deque(units)
        self.tried = False
        self._number = number
        self._slots = slots or Slots()
        self._is_last = is_last
        self._keys = keys
        self._fullest = 0
        """Units of the largest batch so far."""

    def at_work_on(self, units: Sequence[Unit]) -> AbstractContextManager[None]:
        """A context in which errors and log lines name the keys of these units."""
        return working_on(key=lambda: some_of([key for unit in units for key in self._keys(unit)]))

    def slot(self, limit: int) -> AbstractAsyncContextManager[None]:
        """An asynchronous context in which one of `limit` slots of the step is taken, the oldest chunk first."""
        return self._slots.slot(self._number, lambda: limit)

    def lent_slot(self) -> AbstractContextManager[None]:
        """A context for a batch under way that waits for others to be sent: its slot is theirs meanwhile."""
        return self._slots.lent()

    async def in_batches(
        self,
        run: Run,
        sizes: Callable[[], Mapping[str, int]],
        weights: Callable[[Unit], Mapping[str, int]],
        send: Callable[[list[Unit]], Awaitable[None]],
    ) -> None:
        """Sends batches until nothing is left; `sizes` is asked before each, for the pace of the shop now.

        `weights` says how many entities of each resource a unit holds; a batch holds no more of one than its size,
        but at least one unit. After a batch that failed no other is begun.
        """

        # Twice as many as can be sent at once: while some are confirmed, no connection waits for the next.
        def limit() -> int:
            return 2 * run.shop.pace.connections

        failures: list[Exception] = []
        under_way: set[asyncio.Task[None]] = set()
        try:
            while self.left and not failures:
                await self._slots.acquire(self._number, limit)
                batch = self._next(run, sizes, weights, failures)
                sending = asyncio.create_task(self._in_slot(batch, send, failures))
                under_way.add(sending)
                sending.add_done_callback(under_way.discard)
            while under_way:
                await asyncio.wait(under_way)
        finally:
            await asyncio.gather(*under_way, return_exceptions=True)
        if failures:
            raise failures[0]

    def _next(
        self,
        run: Run,
        sizes: Callable[[], Mapping[str, int]],
        weights: Callable[[Unit], Mapping[str, int]],
        failures: Sequence[Exception],
    ) -> list[Unit]:
        """The next batch; empty where another has failed meanwhile."""
        if failures or not self.left:
            return []
        try:
            run.lease.check()
        except BaseException:
            self._slots.give_back()
            raise
        batch = self._take(sizes(), weights)
        self._give_back(batch, run.shop.pace.connections)
        return batch

    def _take(self, sizes: Mapping[str, int], weights: Callable[[Unit], Mapping[str, int]]) -> list[Unit]:
        batch: list[Unit] = []
        room = dict(sizes)
        is_full = False
        while self.left:
            for resource, weight in weights(self.left[0]).items():
                if resource in room:
                    room[resource] -= weight
                    is_full |= room[resource] < 0
            if batch and is_full:
                break
            batch.append(self.left.popleft())
        return batch

    def _give_back(self, batch: list[Unit], connections: int) -> None:
        """Keeps less than a full batch where what is left then goes in batches that are alike, none of them a crumb.

        Towards the end of the last chunk there are as many as connections: they end together.
        """
        self._fullest = max(self._fullest, len(batch))
        left = len(batch) + len(self.left)
        parts = -(-left // max(1, self._fullest))
        if self._is_last:
            parts = max(parts, min(connections, max(1, left // max(1, self._fullest // 4))))
        share = -(-left // max(1, parts))
        self.left.extendleft(reversed(batch[share:]))
        del batch[share:]

    async def _in_slot(
        self, batch: list[Unit], send: Callable[[list[Unit]], Awaitable[None]], failures: list[Exception]
    ) -> None:
        sent = not batch
        try:
            with self.at_work_on(batch):
                if batch:
                    await send(batch)
                sent = True
        except Exception as error:  # noqa: BLE001 - raised once the others have ended
            failures.append(error)
        finally:
            if not sent:
                self.left.extend(batch)
            self._slots.give_back()


async def fan_out(
    step: str,
    chunks: Sequence[Chunk[Unit]],
    write: Callable[[Chunk[Unit]], Awaitable[None]],
    *,
    rows: Callable[[Unit], int] = lambda _: 1,
) -> None:
    """Calls `write` for every chunk, `CHUNKS_AT_ONCE` side by side in this event loop, and counts the `rows` written.

    After one that failed no other is begun; those under way go on to their end, and what a person must repair is raised
    before what may pass.
    """
    waiting = deque(chunks)
    total = sum(rows(unit) for chunk in chunks for unit in chunk.left)
    failures: list[BaseException] = []
    done = 0

    async def work() -> None:
        nonlocal done
        while waiting and not failures:
            chunk = waiting.popleft()
            weight = sum(map(rows, chunk.left))
            try:
                await write(chunk)
            except Exception as error:  # noqa: BLE001 - raised below, once the others have ended
                failures.append(error)
            else:
                done += weight
                advance(step, done, total)

    await asyncio.gather(*(work() for _ in range(min(CHUNKS_AT_ONCE, len(waiting)))))
    if failures:
        raise min(failures, key=lambda failure: isinstance(failure, TransientError))


def units_of_a_chunk(run: Run, resource: str) -> int:
    """How many entities of `resource` a chunk should hold, so that its batches cost more than its task run."""
    return BATCHES_OF_A_CHUNK * run.folder.settings.shop.limits.batch(resource)


def chunked(
    units: Sequence[Unit], at_least: int, keys: Callable[[Unit], Sequence[str]] = _no_keys, *, first: int = 0
) -> list[Chunk[Unit]]:
    """The units in chunks of at least `at_least`, and hardly ever more than `MOST_CHUNKS` chunks.

    `keys` names what a unit holds, for errors and log lines. Where `first` is given, the first chunk holds no more: it
    is sent while the others are made ready.
    """
    size = max(at_least, -(-len(units) // MOST_CHUNKS))
    slots = Slots()
    first = min(first or size, size)
    starts = [0, *range(first, len(units), size)] if units else []
    ends = [*starts[1:], len(units)]
    return [
        Chunk(units[start:end], number, slots, is_last=end == len(units), keys=keys)
        for number, (start, end) in enumerate(zip(starts, ends, strict=False))
    ]
