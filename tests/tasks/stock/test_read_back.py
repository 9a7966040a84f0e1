"""When what several batches wrote is read back, and what each of them is told."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Mapping, Sequence
from types import SimpleNamespace
from typing import Any

import pytest

from schemas.errors import TransientError
from tasks.stock.read_back import MOST_WAITING, ReadBack


class Shelves:
    """Stock rows with their quantities, and what was asked of them."""

    def __init__(self, quantities: Mapping[int, int], mode: str = "all") -> None:
        self.quantities = dict(quantities)
        self.asked: list[list[int]] = []
        self.away = False
        shop = SimpleNamespace(as_sent=self, find=self._find)
        settings = SimpleNamespace(read_back=SimpleNamespace(mode=mode, sample_share=0.5))
        self.run: Any = SimpleNamespace(shop=shop, folder=SimpleNamespace(settings=settings))

    async def shown(self, _resource: str, sent: Mapping[int, Mapping[str, str]]) -> set[int]:
        """Those that hold what they should."""
        self.asked.append(list(sent))
        await asyncio.sleep(0)
        if self.away:
            raise TransientError("the shop is away", system="PrestaShop", action="read", remedy="")
        return {row for row, values in sent.items() if str(self.quantities.get(row)) == values["quantity"]}

    async def _find(self, _resource: str, _field: str, ids: Sequence[str], *, display: object) -> list[dict[str, Any]]:
        assert display == ["id", "quantity"]
        known = [int(row) for row in ids if int(row) in self.quantities]
        return [{"id": row, "quantity": str(self.quantities[row])} for row in known]


async def _written(read_back: ReadBack, rows: Iterable[int], done: asyncio.Event) -> dict[int, int | None]:
    with read_back.while_written(1):
        await done.wait()
    return await read_back.held(dict.fromkeys(rows, 5))


async def test_batches_are_read_together_once_nothing_is_written_any_more() -> None:
    shelves = Shelves({1: 5, 2: 4, 3: 5})
    read_back = ReadBack(shelves.run, 1000)
    ends = [asyncio.Event() for _ in range(3)]
    batches = [asyncio.create_task(_written(read_back, [row], end)) for row, end in enumerate(ends, 1)]
    await asyncio.sleep(0)
    for end in ends[:2]:
        end.set()
        for _ in range(5):
            await asyncio.sleep(0)
    assert shelves.asked == []
    ends[2].set()
    assert await asyncio.gather(*batches) == [{1: 5}, {2: 4}, {3: 5}]
    assert shelves.asked == [[1, 2, 3]]


async def test_those_that_wait_are_read_when_there_are_enough_although_others_are_written() -> None:
    shelves = Shelves(dict.fromkeys(range(MOST_WAITING), 5))
    read_back = ReadBack(shelves.run, 1000)
    never = asyncio.Event()
    other = asyncio.create_task(_written(read_back, [99], never))
    held = await asyncio.gather(*(read_back.held({row: 5}) for row in range(MOST_WAITING)))
    assert held == [{row: 5} for row in range(MOST_WAITING)]
    assert not other.done()
    never.set()
    assert await other == {99: None}


async def test_when_the_last_are_being_written_those_that_wait_are_read_once_they_are_as_many() -> None:
    shelves = Shelves({1: 5, 2: 5, 3: 5, 4: 5})
    read_back = ReadBack(shelves.run, 4)
    ends = [asyncio.Event() for _ in range(4)]
    batches = [asyncio.create_task(_written(read_back, [row], end)) for row, end in enumerate(ends, 1)]
    await asyncio.sleep(0)
    ends[0].set()
    ends[1].set()
    assert await asyncio.gather(*batches[:2]) == [{1: 5}, {2: 5}]
    ends[2].set()
    assert await batches[2] == {3: 5}
    ends[3].set()
    await batches[3]
    assert shelves.asked == [[1, 2], [3], [4]]


async def test_a_write_that_fails_leaves_nobody_waiting_for_it() -> None:
    shelves = Shelves({1: 5})
    read_back = ReadBack(shelves.run, 1000)
    lost = asyncio.Event()

    async def fails() -> None:
        with read_back.while_written(1):
            await lost.wait()
            raise TransientError("the answer was lost", system="PrestaShop", action="write", remedy="")

    failing = asyncio.create_task(fails())
    await asyncio.sleep(0)
    waiting = asyncio.create_task(read_back.held({1: 5}))
    await asyncio.sleep(0)
    lost.set()
    assert await waiting == {1: 5}
    with pytest.raises(TransientError, match="lost"):
        await failing


async def test_a_shop_that_cannot_be_read_is_told_to_each_batch() -> None:
    shelves = Shelves({1: 5, 2: 5})
    shelves.away = True
    read_back = ReadBack(shelves.run, 1000)
    told = await asyncio.gather(*(read_back.held({row: 5}) for row in (1, 2)), return_exceptions=True)
    assert [type(each) for each in told] == [TransientError, TransientError]
    shelves.away = False
    assert await read_back.held({1: 5}) == {1: 5}


async def test_where_the_settings_want_nothing_read_nothing_is() -> None:
    shelves = Shelves({1: 4}, mode="none")
    assert await ReadBack(shelves.run, 1).held({1: 5}) == {}
    assert shelves.asked == []
