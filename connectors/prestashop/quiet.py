"""Waiting for a shop that goes on with a document whose client was killed: what it makes is not found yet."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

    from connectors.prestashop.reading import Reader
    from connectors.prestashop.transport import Transport


async def wait_until_quiet(transport: Transport, reader: Reader, resources: Sequence[str]) -> None:
    """Returns once two looks, `limits.settle_seconds` apart, find the same newest entities of these resources."""
    newest = await _newest(reader, resources)
    while True:
        await transport.wait(transport.limits.settle_seconds)
        again = await _newest(reader, resources)
        if again == newest:
            return
        newest = again


async def _newest(reader: Reader, resources: Sequence[str]) -> list[int]:
    return list(await asyncio.gather(*map(reader.newest_id, resources)))
