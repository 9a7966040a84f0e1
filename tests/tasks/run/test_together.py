"""What several callers bring at about the same time is written in one go, and nobody goes on before it is."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Sequence

from tasks.run.together import Together


class SlowDisk:
    """Takes what it is given once it is let to."""

    def __init__(self) -> None:
        self.calls: list[list[int]] = []
        self.begun = threading.Semaphore(0)
        self.may_end = threading.Semaphore(0)
        self.fails_at: set[int] = set()

    def write(self, items: Sequence[int]) -> None:
        self.calls.append(list(items))
        self.begun.release()
        if not self.may_end.acquire(timeout=10):
            raise RuntimeError("nobody let the disk end")
        if self.fails_at.intersection(items):
            raise OSError("the disk is full")


async def _under_way(together: Together[int], *items: int) -> list[asyncio.Task[None]]:
    tasks = [asyncio.create_task(together.written(item)) for item in items]
    await asyncio.sleep(0)
    return tasks


async def test_what_comes_while_the_disk_is_busy_goes_with_the_next_call() -> None:
    disk = SlowDisk()
    together = Together(disk.write)
    first = await _under_way(together, 1)
    others = await _under_way(together, 2, 3, 4)
    assert not any(task.done() for task in (*first, *others))
    disk.may_end.release(5)
    await asyncio.gather(*first, *others)
    assert disk.calls == [[1], [2, 3, 4]]


async def test_a_failure_is_told_to_each_whose_item_it_was_about_and_to_nobody_else() -> None:
    disk = SlowDisk()
    disk.fails_at = {3}
    together = Together(disk.write)
    tasks = [*await _under_way(together, 1), *await _under_way(together, 2, 3)]
    disk.may_end.release(5)
    ended = await asyncio.gather(*tasks, return_exceptions=True)
    assert [type(each) for each in ended] == [type(None), OSError, OSError]
    await together.written(5)
    assert disk.calls == [[1], [2, 3], [5]]


async def test_what_was_cancelled_while_it_was_written_is_written_for_the_others_of_its_bundle() -> None:
    disk = SlowDisk()
    together = Together(disk.write)
    first = await _under_way(together, 1)
    writing, other = await _under_way(together, 2, 3)
    disk.may_end.release()
    await asyncio.gather(*first)
    for _ in range(2):
        await asyncio.to_thread(disk.begun.acquire, timeout=10)
    writing.cancel()
    disk.may_end.release(5)
    await other
    assert writing.cancelled()
    assert disk.calls == [[1], [2, 3], [2, 3]]
