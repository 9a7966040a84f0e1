from __future__ import annotations

import asyncio
import os
import threading
import time
from types import SimpleNamespace
from typing import Any

import pytest

from schemas.errors import TransientError
from tasks.handover.several_at_once import several_at_once
from tasks.run.chunks import Chunk, chunked, fan_out
from tasks.run.threads import in_thread

RUN: Any = SimpleNamespace(lease=SimpleNamespace(check=lambda: None))
LONG_ENOUGH = 60


async def test_as_many_are_under_way_as_there_are_connections() -> None:
    connections = (os.cpu_count() or 1) + 9
    together = threading.Barrier(connections)
    chunk = Chunk([[number] for number in range(connections)])

    def waits(_: int) -> None:
        together.wait(LONG_ENOUGH)

    assert await several_at_once(RUN, chunk, connections, waits) is None
    assert not chunk.left


async def test_a_group_goes_in_its_order_and_what_is_left_of_it_comes_again() -> None:
    done: list[int] = []

    def deliver(number: int) -> None:
        if number == 3:
            raise TransientError("no answer", system="cegid", action="Create")
        done.append(number)

    chunk = Chunk([[1, 2, 3, 4]])
    failure = await several_at_once(RUN, chunk, 2, deliver)
    assert isinstance(failure, TransientError)
    assert (done, [*chunk.left]) == ([1, 2], [[3, 4]])


async def test_the_chunks_of_a_step_have_the_connections_of_one_together() -> None:
    under_way = most = 0
    counting = threading.Lock()

    def deliver(_: int) -> None:
        nonlocal under_way, most
        with counting:
            under_way += 1
            most = max(most, under_way)
        time.sleep(0.001)
        with counting:
            under_way -= 1

    async def hand_over(chunk: Chunk[list[int]]) -> None:
        assert await several_at_once(RUN, chunk, 3, deliver) is None

    await fan_out("deliver", chunked([[number] for number in range(40)], 10), hand_over)
    assert most == 3


async def test_a_run_that_is_cancelled_ends_when_what_is_under_way_at_the_erp_does() -> None:
    begun, may_end = threading.Event(), threading.Event()
    done: list[int] = []

    def deliver(number: int) -> None:
        begun.set()
        assert may_end.wait(LONG_ENOUGH)
        done.append(number)

    running = asyncio.create_task(several_at_once(RUN, Chunk([[1, 2]]), 1, deliver))
    await asyncio.to_thread(begun.wait, LONG_ENOUGH)
    running.cancel()
    await asyncio.sleep(0.01)
    assert not running.done()
    may_end.set()
    with pytest.raises(asyncio.CancelledError):
        await running
    assert done == [1]


async def test_work_in_a_thread_ends_before_its_cancellation_is_heard() -> None:
    begun, may_end, done = threading.Event(), threading.Event(), threading.Event()

    def work() -> None:
        begun.set()
        assert may_end.wait(LONG_ENOUGH)
        done.set()

    running = asyncio.create_task(in_thread(work))
    await asyncio.to_thread(begun.wait, LONG_ENOUGH)
    running.cancel()
    await asyncio.sleep(0.01)
    assert not running.done()
    may_end.set()
    with pytest.raises(asyncio.CancelledError):
        await running
    assert done.is_set()
