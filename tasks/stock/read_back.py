"""Quantities that several requests wrote are read back together: of one value, rows cost a tenth by bare ids."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Iterator, Mapping
from contextlib import contextmanager

from tasks.run.run import Run
from tasks.stock.write_path import ROWS

MOST_WAITING = 18
"""Batches that wait to be read back while others are written: the first to wait are confirmed seconds later.

Of 9,000 quantities the commonest have hundreds of rows each; of 500 a few dozen, which are not worth a list.
"""


class ReadBack:
    """Asks for what was written, once enough batches wait or nothing is being written any more.

    When the last are being written, those that wait are read as soon as they are as many: little is left for the end.
    """

    def __init__(self, run: Run, rows: int) -> None:
        """`rows` are all that will be written."""
        self._run = run
        self._left = rows
        self._mode = run.folder.settings.read_back
        self._writing = 0
        self._waiting: list[tuple[Mapping[int, int], asyncio.Future[dict[int, int | None]]]] = []
        self._reading: set[asyncio.Task[None]] = set()

    @contextmanager
    def while_written(self, rows: int) -> Iterator[None]:
        """Inside the block a batch of so many rows is being written: there will be more to read."""
        self._left -= rows
        self._writing += 1
        try:
            yield
        finally:
            self._writing -= 1
            # Not at once: this batch itself is about to wait.
            asyncio.get_running_loop().call_soon(self._begin)

    async def held(self, written: Mapping[int, int]) -> dict[int, int | None]:
        """Quantity by id of what is read back, None where the row is gone; by setting all, a sample or nothing."""
        if self._mode.mode == "sample":
            share = self._mode.sample_share
            written = {row: value for row, value in written.items() if random.random() < share}  # noqa: S311 - a sample
        if self._mode.mode == "none" or not written:
            return {}
        told: asyncio.Future[dict[int, int | None]] = asyncio.get_running_loop().create_future()
        self._waiting.append((written, told))
        asyncio.get_running_loop().call_soon(self._begin)
        return await told

    def _begin(self) -> None:
        enough = MOST_WAITING if self._left > 0 else min(MOST_WAITING, self._writing)
        if not self._waiting or (self._writing and len(self._waiting) < enough):
            return
        waiting, self._waiting = self._waiting, []
        reading = asyncio.create_task(self._answer(waiting))
        self._reading.add(reading)
        reading.add_done_callback(self._reading.discard)

    async def _answer(self, waiting: list[tuple[Mapping[int, int], asyncio.Future[dict[int, int | None]]]]) -> None:
        """Tells each batch what was read of it, or why nothing was."""
        try:
            read = await self._read({row: value for written, _ in waiting for row, value in written.items()})
        except Exception as error:  # noqa: BLE001 - raised where the batches are written
            for _, told in waiting:
                if not told.done():
                    told.set_exception(error)
        else:
            for written, told in waiting:
                if not told.done():
                    told.set_result({row: read[row] for row in written})
        finally:
            for _, told in waiting:
                told.cancel()

    async def _read(self, written: Mapping[int, int]) -> dict[int, int | None]:
        sent = {row: {"quantity": str(value)} for row, value in written.items()}
        shown = await self._run.shop.as_sent.shown(ROWS, sent)
        held = {row: value if row in shown else None for row, value in written.items()}
        left = [str(row) for row in written if row not in shown]
        rows = await self._run.shop.find(ROWS, "id", left, display=["id", "quantity"]) if left else []
        return held | {int(row["id"]): int(row["quantity"] or 0) for row in rows}
