"""Chunks are Prefect task runs, batches inside them are requests; several batches are under way at once."""

from __future__ import annotations

import asyncio
from collections import Counter, deque
from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Generic, ParamSpec, TypeVar

from prefect import task
from prefect.cache_policies import NO_CACHE
from prefect.client.schemas.objects import State, TaskRun
from prefect.tasks import Task, exponential_backoff

from schemas.errors import TransientError
from tasks.run.run import Run

Unit = TypeVar("Unit")
Given = ParamSpec("Given")
Result = TypeVar("Result")

RETRIES = 3
BATCHES_OF_A_CHUNK = 40
MOST_CHUNKS = 150
"""A task run costs Prefect some milliseconds and 20 kB: at most about 200 of them in a flow run."""


def try_again(_task: Task[..., object], _task_run: TaskRun, state: State) -> bool:
    """Whether a chunk that failed is worth another try: only when the system could not answer."""
    # In a running event loop `state.result()` is a coroutine; a failure that is not persisted is `data` itself.
    return isinstance(state.data, TransientError)


def chunk_task(name: str) -> Callable[[Callable[Given, Result]], Task[Given, Result]]:
    """Makes a function the task of one chunk, tried again while the system cannot answer."""
    return task(
        name=name,
        retries=RETRIES,
        retry_delay_seconds=exponential_backoff(2),
        retry_jitter_factor=0.5,
        retry_condition_fn=try_again,
        cache_policy=NO_CACHE,
        persist_result=False,
    )


class Chunk(Generic[Unit]):
    """Units of work of one task run; what was settled leaves it, so that a retry goes on where it stopped."""

    def __init__(self, units: Sequence[Unit]) -> None:
        self.left: deque[Unit] = deque(units)
        self.tried = False
        self._fullest = 0
        """Units of the largest batch so far."""

    async def in_batches(
        self,
        run: Run,
        sizes: Callable[[], Mapping[str, int]],
        weights: Callable[[Unit], Mapping[str, int]],
        send: Callable[[list[Unit]], Awaitable[None]],
    ) -> None:
        """Sends batches until nothing is left; `sizes` is asked before each, for the pace of the shop now.

        `weights` says how many entities of each resource a unit holds; a batch holds no more of one than its size,
        but at least one unit.
        """
        under_way: set[asyncio.Task[None]] = set()
        try:
            while self.left or under_way:
                connections = run.shop.pace.connections
                # Twice as many as can be sent at once: while some are confirmed, no connection waits for the next.
                while self.left and len(under_way) < 2 * connections:
                    run.lease.check()
                    batch = self._take(sizes(), weights)
                    self._give_back(batch, connections)
                    under_way.add(asyncio.create_task(self._one(batch, send)))
                done, under_way = await asyncio.wait(under_way, return_when=asyncio.FIRST_COMPLETED)
                # Each is asked: a failure that nobody looks at is shown as a traceback of its own.
                failures = [failure for ended in done if (failure := ended.exception())]
                if failures:
                    raise failures[0]
        finally:
            await asyncio.gather(*under_way, return_exceptions=True)

    def _take(self, sizes: Mapping[str, int], weights: Callable[[Unit], Mapping[str, int]]) -> list[Unit]:
        batch = [self.left.popleft()]
        total = Counter(weights(batch[0]))
        while self.left:
            total.update(weights(self.left[0]))
            if any(total[resource] > size for resource, size in sizes.items()):
                break
            batch.append(self.left.popleft())
        return batch

    def _give_back(self, batch: list[Unit], connections: int) -> None:
        """Towards the end keeps less than a full batch: the last ones end together, and none is a crumb."""
        self._fullest = max(self._fullest, len(batch))
        left = len(batch) + len(self.left)
        parts = min(connections, max(1, left // max(1, self._fullest // 4)))
        share = -(-left // parts)
        self.left.extendleft(reversed(batch[share:]))
        del batch[share:]

    async def _one(self, batch: list[Unit], send: Callable[[list[Unit]], Awaitable[None]]) -> None:
        settled = False
        try:
            await send(batch)
            settled = True
        finally:
            if not settled:
                self.left.extend(batch)


def units_of_a_chunk(run: Run, resource: str) -> int:
    """How many entities of `resource` a chunk should hold: between two chunks the shop waits for the last answers."""
    return BATCHES_OF_A_CHUNK * run.folder.settings.shop.limits.batch(resource)


def chunked(units: Sequence[Unit], at_least: int) -> list[Chunk[Unit]]:
    """The units in chunks of at least `at_least`, and never more than `MOST_CHUNKS` chunks."""
    size = max(at_least, -(-len(units) // MOST_CHUNKS))
    return [Chunk(units[start : start + size]) for start in range(0, len(units), size)]
