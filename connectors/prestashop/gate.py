"""The door to the shop: at most as many requests at once as the pace says, and none while the shop asks for a pause."""

from __future__ import annotations

import asyncio
from collections import deque
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from connectors.prestashop.pace import Pace


class Gate:
    """Lets requests through one by one; `in_flight` counts those at the shop, not those that rest."""

    def __init__(self, pace: Pace) -> None:
        self._pace = pace
        self._queue: deque[asyncio.Future[None]] = deque()
        self._closed_until = 0.0
        self._taken = 0
        self.in_flight = 0

    @asynccontextmanager
    async def passage(self) -> AsyncIterator[int]:
        """Waits for a place, gives how many requests are at the shop, and rests afterwards as the pace says."""
        await self._enter()
        loop = asyncio.get_running_loop()
        start = loop.time()
        self.in_flight += 1
        try:
            yield self.in_flight
        finally:
            self.in_flight -= 1
            rest = self._pace.rest_seconds(loop.time() - start)
            if rest > 0:
                loop.call_later(rest, self._leave)
            else:
                self._leave()

    async def vacancy(self) -> None:
        """Waits until there is a place, without taking it."""
        await self._enter()
        self._leave()

    def close_for(self, seconds: float) -> None:
        """Lets nobody in for `seconds`: the shop said so."""
        self._closed_until = max(self._closed_until, asyncio.get_running_loop().time() + seconds)

    async def _enter(self) -> None:
        while self._taken >= self._pace.connections:
            place = asyncio.get_running_loop().create_future()
            self._queue.append(place)
            try:
                await place
            except asyncio.CancelledError:
                self._wake()
                raise
        self._taken += 1
        try:
            await asyncio.sleep(max(0.0, self._closed_until - asyncio.get_running_loop().time()))
        except asyncio.CancelledError:
            self._leave()
            raise

    def _leave(self) -> None:
        self._taken -= 1
        self._wake()

    def _wake(self) -> None:
        places = self._pace.connections - self._taken
        while self._queue and places > 0:
            waiter = self._queue.popleft()
            if not waiter.done():
                waiter.set_result(None)
                places -= 1
