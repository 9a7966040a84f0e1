"""Questions that wait while another is under way are asked together."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterable
from typing import Generic, TypeVar

Answer = TypeVar("Answer")


class _Round(Generic[Answer]):
    """What is asked for together."""

    def __init__(self) -> None:
        self.ids: list[int] = []
        self.answer: Answer | None = None
        """The answer, once there is one."""
        self.asking = asyncio.Lock()


class Rounds(Generic[Answer]):
    """Asks for so many rounds at a time; the ids that come while they are under way go together into the next."""

    def __init__(self, ask: Callable[[list[int]], Awaitable[Answer]], at_once: int = 1) -> None:
        self._ask = ask
        self._next: _Round[Answer] = _Round()
        self._room = asyncio.Semaphore(at_once)

    async def answer(self, ids: Iterable[int]) -> Answer:
        """The answer to these ids, and to those that were asked for with them."""
        mine = self._next
        mine.ids += ids
        async with mine.asking:
            # None after the first one's failure too: then each asks for itself what became of it.
            if mine.answer is None:
                async with self._room:
                    if self._next is mine:
                        self._next = _Round()
                    mine.answer = await self._ask(mine.ids)
        return mine.answer
