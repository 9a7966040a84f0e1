"""Batches that are under way together, and what becomes of them when some fail."""

from __future__ import annotations

import asyncio
import gc
from types import SimpleNamespace
from typing import Any, ClassVar

import pytest

from schemas.errors import DeniedError, TransientError
from schemas.where import where_raised, working_on
from tasks.report.progress import watched_by
from tasks.run.chunks import CHUNKS_AT_ONCE, Chunk, chunked, fan_out

RUN: Any = SimpleNamespace(
    shop=SimpleNamespace(pace=SimpleNamespace(connections=2)), lease=SimpleNamespace(check=lambda: None)
)


async def _sent(chunk: Chunk[int], send: Any) -> None:
    await chunk.in_batches(RUN, lambda: {"rows": 10}, lambda _: {"rows": 1}, send)


async def test_every_unit_is_sent_once_in_batches_no_larger_than_the_pace_says() -> None:
    batches: list[list[int]] = []

    async def send(batch: list[int]) -> None:
        await asyncio.sleep(0)
        batches.append(batch)

    await _sent(Chunk(range(95)), send)
    assert sorted(unit for batch in batches for unit in batch) == list(range(95))
    assert max(map(len, batches)) == 10


async def test_the_last_batches_are_smaller_and_none_is_a_crumb() -> None:
    batches: list[int] = []

    async def send(batch: list[int]) -> None:
        await asyncio.sleep(0)
        batches.append(len(batch))

    for units in range(20, 60):
        batches.clear()
        await _sent(Chunk(range(units)), send)
        assert sum(batches) == units
        assert min(batches) >= 10 // 4
        assert batches[-1] < 10


async def test_batches_that_fail_together_are_one_failure_and_leave_no_traceback_behind() -> None:
    shown: list[dict[str, Any]] = []
    asyncio.get_running_loop().set_exception_handler(lambda _, context: shown.append(context))

    async def send(_: list[int]) -> None:
        raise TransientError("the shop is away", system="PrestaShop", action="write", remedy="")

    chunk = Chunk(range(95))
    with pytest.raises(TransientError):
        await _sent(chunk, send)
    gc.collect()
    await asyncio.sleep(0)
    assert shown == []
    assert sorted(chunk.left) == list(range(95))


async def test_the_next_chunk_sends_while_the_last_answers_of_the_one_before_are_awaited() -> None:
    answered = asyncio.Event()
    begun: list[tuple[int, int]] = []
    chunks = chunked(range(40), 20)

    async def write(chunk: Chunk[int]) -> None:
        async def send(batch: list[int]) -> None:
            begun.append((batch[0], len(batch)))
            if 20 in batch:
                answered.set()
            await answered.wait()

        await _sent(chunk, send)

    await asyncio.wait_for(fan_out("write", chunks, write), 5)
    assert begun[:2] == [(0, 10), (10, 10)]


async def test_the_chunks_of_a_step_have_the_slots_of_one_together_and_the_oldest_goes_first() -> None:
    under_way = most = 0
    order: list[int] = []

    async def send(batch: list[int]) -> None:
        nonlocal under_way, most
        order.extend(batch)
        under_way += 1
        most = max(most, under_way)
        await asyncio.sleep(0.001)
        under_way -= 1

    await fan_out("write", chunked(range(400), 50), lambda chunk: _sent(chunk, send))
    assert most == 2 * RUN.shop.pace.connections
    assert order == list(range(400))


async def test_no_more_chunks_are_under_way_than_the_window_holds() -> None:
    under_way = most = 0

    async def write(_: Chunk[int]) -> None:
        nonlocal under_way, most
        under_way += 1
        most = max(most, under_way)
        await asyncio.sleep(0)
        under_way -= 1

    await fan_out("write", chunked(range(100), 5), write)
    assert most == CHUNKS_AT_ONCE


async def test_when_a_chunk_fails_those_under_way_go_on_and_no_other_is_begun() -> None:
    ended: list[int] = []

    async def write(chunk: Chunk[int]) -> None:
        if chunk.left[0] == 0:
            await asyncio.sleep(0)
            raise TransientError("the shop is away", system="PrestaShop", action="write", remedy="")
        await asyncio.sleep(0.001)
        ended.append(chunk.left[0])
        if chunk.left[0] == 10:
            raise DeniedError("the key is not active", system="PrestaShop", action="write", remedy="Renew it.")

    with pytest.raises(DeniedError):
        await fan_out("write", chunked(range(100), 5), write)
    assert ended == [5, 10, 15]


async def test_how_far_a_step_is_counts_the_rows_of_the_chunks_that_ended() -> None:
    class Watcher:
        seen: ClassVar[list[tuple[str, int, int | None]]] = []

        def advanced(self, step: str, done: int, total: int | None) -> None:
            self.seen.append((step, done, total))

        def reported(self, page: object) -> None: ...

    async def write(_: Chunk[list[str]]) -> None: ...

    with watched_by(Watcher()):
        await fan_out("write", chunked([["a", "b"], ["c"]], 1), write, rows=len)
    assert Watcher.seen == [("write", 2, 3), ("write", 3, 3)]


async def test_a_batch_that_waited_for_a_slot_is_not_sent_once_another_of_its_chunk_has_failed() -> None:
    sent: list[int] = []

    async def send(batch: list[int]) -> None:
        sent.extend(batch)
        await asyncio.sleep(0)
        raise TransientError("the shop is away", system="PrestaShop", action="write", remedy="")

    chunk = Chunk(range(100))
    with pytest.raises(TransientError):
        await _sent(chunk, send)
    assert sent == list(range(40))
    assert sorted(chunk.left) == list(range(100))


async def test_an_error_names_the_keys_of_its_batch() -> None:
    async def send(_: list[int]) -> None:
        raise TransientError("the shop is away", system="PrestaShop", action="write", remedy="")

    [chunk] = chunked(range(95), 100, lambda unit: [f"SAC{unit}"])
    with pytest.raises(TransientError) as caught, working_on(step="write stock"):
        await _sent(chunk, send)
    assert where_raised(caught.value) == "step write stock, key SAC0 and 9 more"


def test_the_first_chunk_may_be_smaller_so_that_it_is_sent_while_the_others_are_made_ready() -> None:
    chunks = chunked(range(95), 40, first=15)
    assert [list(chunk.left) for chunk in chunks] == [[*range(15)], [*range(15, 55)], [*range(55, 95)]]
    assert [len(chunk.left) for chunk in chunked(range(95), 40, first=60)] == [40, 40, 15]
    assert chunked([], 40, first=15) == []


async def test_a_batch_that_waits_for_others_lends_its_slot_so_that_they_are_sent() -> None:
    chunk = Chunk(range(95))
    all_are_sent = asyncio.Event()
    begun: list[int] = []

    async def send(batch: list[int]) -> None:
        begun.append(len(batch))
        if sum(begun) == 95:
            all_are_sent.set()
        with chunk.lent_slot():
            await all_are_sent.wait()

    async with asyncio.timeout(10):
        await _sent(chunk, send)
    assert sum(begun) == 95
