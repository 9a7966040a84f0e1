"""The pace of downloads: no more files a minute than the exchange allows."""

from __future__ import annotations

import asyncio
import time
from collections import deque
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

_MINUTE = 60.0


class Pace:
    """Lets `per_minute` files pass in any 60 seconds; a further one waits."""

    def __init__(
        self,
        per_minute: int,
        clock: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:
        self._passed: deque[float] = deque(maxlen=per_minute)
        self._clock = clock
        self._sleep = sleep

    async def wait(self) -> None:
        """Returns when one more file may be asked for."""
        if len(self._passed) == self._passed.maxlen:
            await self._sleep(max(0.0, self._passed[0] + _MINUTE - self._clock()))
        self._passed.append(self._clock())
