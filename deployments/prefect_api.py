"""A flow started from the command line runs also when the Prefect server that was named does not answer."""

from __future__ import annotations

import asyncio
import logging
import time
from contextlib import ExitStack, asynccontextmanager, contextmanager
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

import certifi
import httpx
from prefect.client.orchestration import PrefectClient, get_client
from prefect.settings import (
    PREFECT_API_SSL_CERT_FILE,
    PREFECT_API_URL,
    PREFECT_SERVER_ALLOW_EPHEMERAL_MODE,
    get_current_settings,
    temporary_settings,
)

from connectors.http import certificate_fault
from deployments.terminal import err
from deployments.words import said
from schemas.errors import ConfigFault, ConfigurationError, DeniedError, PasserelleError, TransientError

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Iterator

_LOOK_EVERY_SECONDS = 2.0
_REFUSED = frozenset({401, 403})
_END_OF_CERTIFICATE = "-----END CERTIFICATE-----\n"


@asynccontextmanager
async def api_or_none() -> AsyncIterator[bool]:
    """Whether a Prefect server was named and answers; where none does, a run needs none.

    TransientError when the server goes away meanwhile: Prefect then ends the run with an error of its HTTP client.
    """
    with _only_news():
        async with _api() as answers:
            yield answers


@contextmanager
def _only_news() -> Iterator[None]:
    """Inside the block Prefect's loggers of runs leave out what every run says."""
    loggers = [logging.getLogger(name) for name in ("prefect.flow_runs", "prefect.task_runs")]
    for logger in loggers:
        logger.addFilter(_is_news)
    try:
        yield
    finally:
        for logger in loggers:
            logger.removeFilter(_is_news)


@asynccontextmanager
async def _api() -> AsyncIterator[bool]:
    address = get_current_settings().api.url
    with ExitStack() as trust:
        if address is not None and address.startswith("http:"):
            trust.enter_context(_one_authority())
        fault = await _fault() if address is not None else None
        if certificate_fault(fault):  # plain http that led to https
            trust.close()
            fault = await _fault()
        if address is not None and fault is None:
            async with _api_that_answers():
                yield True
            return
        if address is not None:
            text = "Prefect at {address} does not answer; this run is not shown there."
            err.print(said(text, address=address), markup=False)
        # For a secret in one of Prefect's blocks, which lie in its database.
        with temporary_settings({PREFECT_SERVER_ALLOW_EPHEMERAL_MODE: True}, restore_defaults={PREFECT_API_URL}):
            yield False


@contextmanager
def _one_authority() -> Iterator[None]:
    """Within the block Prefect's clients trust a single authority, where its server is spoken to without TLS.

    Each of the seven clients of a run reads all authorities anew, 20 ms each, and plain http asks none of them.
    """
    path = Path(_folder_of_this_process().name) / "authority.pem"
    first, end, _ = certifi.contents().partition(_END_OF_CERTIFICATE)
    path.write_text(first + end, encoding="utf-8")
    with temporary_settings({PREFECT_API_SSL_CERT_FILE: str(path)}):
        yield


@cache
def _folder_of_this_process() -> TemporaryDirectory[str]:
    """Prefect's threads outlive the block: what they read is there until the process ends."""
    return TemporaryDirectory(prefix="passerelle")


@asynccontextmanager
async def _api_that_answers() -> AsyncIterator[None]:
    try:
        yield
    except httpx.TransportError as error:
        raise TransientError(
            f"it went away during the run ({type(error).__name__})",
            system="Prefect",
            action="store the run's state",
            remedy="The run's report and `passerelle runs` say what was done. Starting it again is safe.",
        ) from error


def _is_news(record: logging.LogRecord) -> bool:
    """Whether a line of Prefect's log says something that the command does not.

    What we raise ends in the run's state, which the command prints: Prefect would add a traceback for each task and
    flow that it passes. A server that went away is said in one line, without the traceback of its HTTP client.
    """
    error = record.exc_info[1] if record.exc_info else None
    if isinstance(error, httpx.TransportError):
        record.exc_info = record.exc_text = None
    return not (isinstance(error, PasserelleError) or str(record.msg).startswith("Finished in state"))


async def _answers() -> bool:
    return await _fault() is None


async def _fault() -> Exception | None:
    """Why the Prefect server that was named does not answer; None when it does."""
    async with get_client() as client:
        return await client.api_healthcheck()


@asynccontextmanager
async def server_client(wait_seconds: float) -> AsyncIterator[PrefectClient]:
    """A client of the Prefect server that was named; one that is starting is given `wait_seconds` to answer.

    ConfigurationError when none was named, TransientError when it does not answer, DeniedError when it wants another
    token.
    """
    address = get_current_settings().api.url
    if address is None:
        remedy = "Set it to the server's: export PREFECT_API_URL=http://127.0.0.1:4200/api"
        fault = ConfigFault("PREFECT_API_URL", "Prefect", "no Prefect server is named", remedy)
        raise ConfigurationError((fault,), action="deploy")
    try:
        await _started(address, wait_seconds)
        async with get_client() as client:
            yield client
    except httpx.TransportError as error:
        raise TransientError(
            f"{address} does not answer ({type(error).__name__})",
            system="Prefect",
            action="deploy",
            remedy="Start the server, or set PREFECT_API_URL to its address, then deploy again: what is there stays.",
        ) from error
    except httpx.HTTPStatusError as error:
        if error.response.status_code not in _REFUSED:
            raise
        raise DeniedError(
            f"{address} answers {error.response.status_code}",
            system="Prefect",
            action="deploy",
            remedy="Set PREFECT_API_AUTH_STRING to the server's token: `. ./prefect.env` does it.",
        ) from error


async def _started(address: str, wait_seconds: float) -> None:
    """Waits for a server that has just been started: the first time, it makes its database."""
    until = time.monotonic() + wait_seconds
    if wait_seconds <= 0 or await _answers():
        return
    err.print(said("Waiting for Prefect at {address} …", address=address), markup=False)
    while time.monotonic() < until and not await _answers():  # noqa: ASYNC110 - a server tells nobody that it starts
        await asyncio.sleep(_LOOK_EVERY_SECONDS)
