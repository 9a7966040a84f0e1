"""Batches that are under way together, and what becomes of them when some fail."""

from __future__ import annotations

import asyncio
import gc
from types import SimpleNamespace
from typing import Any

import pytest

from schemas.errors import TransientError
from tasks.run.chunks import Chunk

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
