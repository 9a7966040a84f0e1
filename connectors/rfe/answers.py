"""Requests of the exchange: what does not come is named by what happens next, and no key is ever told."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import httpx

from connectors.bodies import BodyError
from connectors.http import whole_answer
from connectors.rfe.access import SYSTEM
from schemas.errors import DeniedError, TransientError, UnexpectedReplyError

if TYPE_CHECKING:
    from collections.abc import Iterator


_MOST_BYTES = 2**20
"""Of an answer that holds a token or a key, and nothing else."""


async def sent(
    client: httpx.AsyncClient, method: str, url: str, action: str, **request: Any
) -> tuple[httpx.Response, bytes]:
    """The answer, whatever its status, and its body."""
    try:
        with named_failures(action):
            async with client.stream(method, url, **request) as answer:
                return answer, await whole_answer(answer, _MOST_BYTES)
    except BodyError as error:
        raise UnexpectedReplyError(str(error), system=SYSTEM, action=action).worded("source_not_understood") from None


@contextmanager
def named_failures(action: str, key: str = "") -> Iterator[None]:
    """What httpx raises becomes ours; its texts may hold an address with its signature, and are not repeated."""
    try:
        yield
    except httpx.ConnectError as error:
        if "CERTIFICATE_VERIFY_FAILED" in str(error):
            remedy = "Name the file of trusted certificates in `verify_tls` of this source."
            raise DeniedError(
                "the certificate is not trusted", system=SYSTEM, action=action, key=key, remedy=remedy
            ).worded("source_certificate") from None
        raise _lost(error, action, key) from None
    except (httpx.TransportError, httpx.StreamError) as error:
        raise _lost(error, action, key) from None


def delay_of(answer: httpx.Response) -> float | None:
    """The seconds to wait that an answer names."""
    text = answer.headers.get("Retry-After", "")
    return float(text) if text.isdecimal() else None


def _lost(error: Exception, action: str, key: str) -> TransientError:
    remedy = "Check the network. The next run tries again, and a file that was cut short is fetched from its start."
    reason = f"the connection failed or was cut ({type(error).__name__})"
    return TransientError(reason, system=SYSTEM, action=action, key=key, remedy=remedy).worded("source_away")
