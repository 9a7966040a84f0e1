"""A flow started from the command line runs also when the Prefect server that was named does not answer."""

from __future__ import annotations

from contextlib import asynccontextmanager
from typing import TYPE_CHECKING

from prefect.client.orchestration import get_client
from prefect.settings import (
    PREFECT_API_URL,
    PREFECT_SERVER_ALLOW_EPHEMERAL_MODE,
    get_current_settings,
    temporary_settings,
)

from deployments.terminal import err

if TYPE_CHECKING:
    from collections.abc import AsyncIterator


@asynccontextmanager
async def api_or_none() -> AsyncIterator[None]:
    """Inside the block Prefect speaks with its server, or with one of its own when that server is away."""
    address = get_current_settings().api.url
    if address is not None and not await _answers():
        err.print(f"Prefect at {address} does not answer; this run is not shown there.", markup=False)
        with temporary_settings({PREFECT_SERVER_ALLOW_EPHEMERAL_MODE: True}, restore_defaults={PREFECT_API_URL}):
            yield
        return
    with temporary_settings({PREFECT_SERVER_ALLOW_EPHEMERAL_MODE: True}):
        yield


async def _answers() -> bool:
    async with get_client() as client:
        return await client.api_healthcheck() is None
