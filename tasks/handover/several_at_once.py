"""Groups of documents go to the ERP side by side, those of one group one after the other."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from concurrent.futures import Executor, ThreadPoolExecutor
from contextvars import copy_context
from typing import TypeVar

from schemas.errors import PasserelleError, TransientError
from tasks.run.chunks import Chunk
from tasks.run.run import Run
from tasks.run.threads import in_thread

Unit = TypeVar("Unit")


async def several_at_once(
    run: Run, chunk: Chunk[list[Unit]], connections: int, deliver: Callable[[Unit], None]
) -> PasserelleError | None:
    """Takes groups from the chunk until none is left, or until the ERP fails: what stops the run, else what may pass.

    The chunks of one step have `connections` together, the oldest first.

    `deliver` is called in threads; units that it did not come to the end of go back into the chunk.
    """
    # The loop's own threads are fewer than connections may be: four more than processors.
    threads = ThreadPoolExecutor(connections)
    try:
        failures = await asyncio.gather(*(_work(run, chunk, connections, deliver, threads) for _ in range(connections)))
    finally:
        # Also of a run that is cancelled: what is under way at the ERP is over before the lease is given back.
        await in_thread(threads.shutdown)
    left = [failure for failure in failures if failure is not None]
    worst = min(left, key=lambda failure: isinstance(failure, TransientError), default=None)
    # What one worker had no answer to, another has finished since.
    return None if isinstance(worst, TransientError) and not chunk.left else worst


async def _work(
    run: Run, chunk: Chunk[list[Unit]], connections: int, deliver: Callable[[Unit], None], threads: Executor
) -> PasserelleError | None:
    loop = asyncio.get_running_loop()
    while chunk.left:
        async with chunk.slot(connections):
            if not chunk.left:
                break
            run.lease.check()
            group = list(chunk.left.popleft())
            try:
                while group:
                    with chunk.at_work_on([group[:1]]):
                        await loop.run_in_executor(threads, copy_context().run, deliver, group[0])
                    group.pop(0)
            except PasserelleError as error:
                chunk.left.append(group)
                return error
    return None


def grouped(units: Sequence[Unit], key: Callable[[Unit], str]) -> list[list[Unit]]:
    """The units in groups of one key, in the order of their first ones."""
    groups: dict[str, list[Unit]] = {}
    for unit in units:
        groups.setdefault(key(unit), []).append(unit)
    return list(groups.values())
