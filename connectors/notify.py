"""Messages go to people by mail, chat or webhook, with apprise, and a sign of life to a watch.

What is said of addresses stays out of the logs.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Sequence
from pathlib import Path

import httpx

from connectors.http import open_client, unlogged

PATIENCE_SECONDS = 30.0
_PING_SECONDS = 10.0

logging.getLogger("apprise").setLevel(logging.CRITICAL)  # it names hosts and users of the addresses


async def send(addresses: Sequence[str], *, title: str, body: str, kind: str, attach: Path | None = None) -> list[int]:
    """Sends one message to every address; the answer is the positions of those that did not take it.

    `kind` is `info`, `success`, `warning` or `failure`.
    """
    import apprise  # noqa: PLC0415 - takes half a second, and most runs notify nobody

    async def to(address: str) -> bool:
        one = apprise.Apprise()
        if not one.add(address):
            return False
        files = [str(attach)] if attach is not None else None
        try:
            async with asyncio.timeout(PATIENCE_SECONDS):
                return bool(
                    await one.async_notify(body=body, title=title, notify_type=apprise.NotifyType(kind), attach=files)
                )
        except TimeoutError:
            return False

    taken = await asyncio.gather(*(to(address) for address in addresses))
    return [position for position, ok in enumerate(taken) if not ok]


async def ping(address: str) -> str:
    """Asks for an address, so that whoever watches it knows we are alive; why not, where that did not go well."""
    try:
        async with open_client(address, headers={}, timeout_seconds=_PING_SECONDS, connections=1) as client:
            with unlogged():
                answer = await client.get(address)
    except (httpx.HTTPError, httpx.InvalidURL, OSError) as error:
        return type(error).__name__
    return "" if answer.is_success else str(answer.status_code)
