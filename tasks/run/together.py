"""What several callers bring at about the same time is written in one go."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from typing import Generic, TypeVar

Item = TypeVar("Item")


class _Bundle(Generic[Item]):
    """Items that are written in one go, and how that went."""

    def __init__(self) -> None:
        self.items: list[Item] = []
        self.is_written = False
        self.failure: Exception | None = None


class Together(Generic[Item]):
    """Calls `write` in a thread, once at a time; what is brought meanwhile waits for the next call.

    A transaction costs the disk and the processor the same whether it holds one batch or five.
    """

    def __init__(self, write: Callable[[Sequence[Item]], None]) -> None:
        self._write = write
        self._turn = asyncio.Lock()
        self._next: _Bundle[Item] = _Bundle()

    async def written(self, item: Item) -> None:
        """Returns when `item` is written; what `write` raises is raised for each of those that it was given."""
        bundle = self._next
        bundle.items.append(item)
        async with self._turn:
            if bundle is self._next:
                self._next = _Bundle()
            if bundle.failure is not None:
                raise bundle.failure
            # One that was cancelled on its way left it to the next.
            if not bundle.is_written:
                await self._try(bundle)

    async def _try(self, bundle: _Bundle[Item]) -> None:
        try:
            await asyncio.to_thread(self._write, bundle.items)
        except Exception as error:
            bundle.failure = error
            raise
        bundle.is_written = True
