"""One request to the webservice: sent through the gate, read, counted, and told to the pace."""

from __future__ import annotations

import base64
import random
import time
from asyncio import sleep
from collections import Counter
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Self

import httpx

from connectors.bodies import BodyError, TooLargeError
from connectors.exchanges import note_exchange
from connectors.http import certificate_fault, open_client, redacted, whole_answer
from connectors.prestashop.gate import Gate
from connectors.prestashop.pace import Pace
from connectors.prestashop.replies import (
    SYSTEM,
    Reply,
    Verdict,
    denial,
    distrusted,
    impersonal,
    may_pass,
    read_reply,
    remedy_of_silence,
    transient,
)
from connectors.prestashop.resources import ABOUT_PEOPLE

if TYPE_CHECKING:
    import ssl
    from collections.abc import Callable

    from connectors.prestashop.limits import ShopLimits

from schemas.where import located_logger

logger = located_logger(__name__)
_FIRST_WAIT = 0.25
_LONGEST_WAIT = 20.0
_WRITES = frozenset({"POST", "PUT", "PATCH", "DELETE"})


def _may_always() -> None:
    """Nobody else writes to the shop."""


@dataclass(slots=True)
class Traffic:
    """What was sent to the shop since the client was opened."""

    reads: int = 0
    writes: int = 0
    retries: int = 0
    """Requests, among these, that were sent because an earlier one had failed."""
    seconds_waited: float = 0.0
    """Waited for a shop that could not answer; rests between requests do not count."""
    entities_written: int = 0

    def as_dict(self) -> dict[str, float]:
        """All counters by name."""
        return asdict(self)


class Transport:
    """Sends requests and reads answers; what a failed one means for the entities in it is decided elsewhere."""

    def __init__(
        self, url: str, key: str, limits: ShopLimits, verify: ssl.SSLContext | str | bool, id_shop: int | None
    ) -> None:
        self.limits = limits
        self.pace = Pace(limits)
        self.gate = Gate(self.pace)
        self.traffic = Traffic()
        self.chance = random.Random()  # noqa: S311 - spreads retries, guards nothing
        self.url = url
        self._token = base64.b64encode(f"{key}:".encode()).decode()
        self._secrets = (key, self._token)
        self._scope = {} if id_shop is None else {"id_shop": str(id_shop)}
        self._client = open_client(
            url,
            headers={"Authorization": f"Basic {self._token}"},
            verify=verify,
            timeout_seconds=limits.timeout_seconds,
            connections=limits.max_connections,
        )
        self.deletions: Counter[str] = Counter()
        """By resource: how many deletions were sent."""
        self.headers: httpx.Headers = httpx.Headers()
        """Those of the last answer that told the shop's version."""
        self.told_away = False
        """Whether it was said that nothing answers, and nothing has answered since: many requests wait, one says so."""
        self.before_write: Callable[[], None] = _may_always
        """Asked before every request that writes; it raises when the caller may no longer write."""

    async def __aenter__(self) -> Self:
        await self._client.__aenter__()
        return self

    async def __aexit__(self, *failure: object) -> None:
        await self._client.aclose()

    @property
    def scope_query(self) -> str:
        """The same, as a query."""
        return "&".join(f"{name}={value}" for name, value in self._scope.items())

    @property
    def scope(self) -> dict[str, str]:
        """The query parameters that name the shop of a multi-shop installation; empty for a single one."""
        return self._scope

    async def send(
        self,
        method: str,
        resource: str,
        *,
        query: str = "",
        body: bytes | None = None,
        content_type: str = "",
        workload: str = "",
        entities: int = 0,
    ) -> Reply:
        """One attempt; a failure is a Reply, except what no retry can change, which is raised.

        `lane` and `entities` say what the pace may learn from it.

        Raises DeniedError (a key, a right, an address) or UnexpectedReplyError (a request the shop calls wrong).
        """
        self._count(method)
        if method == "DELETE":
            self.deletions[resource.partition("/")[0]] += 1
        writes = method in _WRITES
        async with self.gate.passage() as in_flight:
            if writes:
                self.before_write()
            reply = replace(await self._exchange(method, resource, query, body, content_type), in_flight=in_flight)
        self.told_away &= reply.verdict is Verdict.NOT_SENT
        self._teach_pace(reply, workload, entities, wrote=method if writes else "")
        if reply.verdict is Verdict.DONE and writes:
            self.traffic.entities_written += entities
        return reply

    async def _exchange(self, method: str, resource: str, query: str, body: bytes | None, content_type: str) -> Reply:
        path = f"/api/{resource}" + (f"?{query}" if query else "")
        start = time.perf_counter()
        try:
            response, content = await self._answer(method, path, body, content_type)
        except (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout) as error:
            self._note(method, path, body, start, why=type(error).__name__)
            if why := certificate_fault(error):
                raise distrusted(why, f"{method} {resource}") from error
            return self._unanswered(Verdict.NOT_SENT, error, start)
        except (httpx.TransportError, BodyError) as error:
            self._note(method, path, body, start, why=type(error).__name__)
            # A write whose answer is too large may have been carried out.
            too_large = isinstance(error, TooLargeError) and method not in _WRITES
            return self._unanswered(Verdict.TOO_LARGE if too_large else Verdict.LOST, error, start)
        seconds = time.perf_counter() - start
        self._note(method, path, body, start, status=response.status_code, answered=content)
        reply = read_reply(response.status_code, response.headers, content, seconds, datetime.now(UTC))
        if resource.partition("/")[0] in ABOUT_PEOPLE:
            reply = impersonal(reply)
        if response.headers.get("PSWS-Version", "0") != "0" and reply.verdict is Verdict.DONE:
            self.headers = response.headers
        denied = denial(reply, method, resource, response.headers.get("Location", ""))
        if denied is None:
            return self._clean(reply)
        denied.reason = redacted(denied.reason, *self._secrets)
        denied.args = (denied.reason,)
        if not self.headers or not may_pass(reply):
            raise denied
        return replace(self._clean(reply), verdict=Verdict.BLOCKED, final=denied)

    def _note(self, method: str, path: str, body: bytes | None, start: float, **answer: Any) -> None:
        note_exchange(SYSTEM, method, path, time.perf_counter() - start, sent=body, **answer)

    async def _answer(
        self, method: str, path: str, body: bytes | None, content_type: str
    ) -> tuple[httpx.Response, bytes]:
        headers = {"Content-Type": content_type} if content_type else None
        # httpx encodes nothing anew in an address given as text with its escapes.
        async with self._client.stream(method, self.url + path, content=body, headers=headers) as response:
            return response, await whole_answer(response, self.limits.max_answer_bytes)

    def _unanswered(self, verdict: Verdict, error: Exception, start: float) -> Reply:
        reason = redacted(f"{type(error).__name__}: {error}".rstrip(": "), *self._secrets)
        return Reply(verdict, reason=reason, seconds=time.perf_counter() - start)

    def _clean(self, reply: Reply) -> Reply:
        return replace(reply, reason=redacted(reply.reason, *self._secrets))

    def _count(self, method: str) -> None:
        if method in _WRITES:
            self.traffic.writes += 1
        else:
            self.traffic.reads += 1

    def _teach_pace(self, reply: Reply, workload: str, entities: int, *, wrote: str) -> None:
        if reply.verdict is Verdict.BUSY:
            self.pace.busy()
        elif not entities:
            return
        elif reply.verdict is Verdict.DONE:
            self.learn_from(reply, workload, entities, wrote=wrote)
        elif reply.verdict is Verdict.LOST and reply.seconds >= self.limits.timeout_seconds:
            self.pace.lost(workload, entities)
        elif reply.verdict is Verdict.TOO_LARGE:
            self.pace.too_large(workload, entities)

    def learn_from(self, reply: Reply, workload: str, entities: int, *, wrote: str = "") -> None:
        """Tells the pace of a good answer about so many entities; `wrote` is the verb of a write."""
        self.pace.answered(
            workload,
            entities,
            reply.seconds,
            in_flight=reply.in_flight,
            server_seconds=reply.server_seconds,
            wrote=wrote,
        )

    def patience(self, action: str) -> Patience:
        """A new allowance of waiting for one request or one document."""
        return Patience(self, action)

    async def wait(self, seconds: float) -> None:
        """Waits, and counts it."""
        self.traffic.seconds_waited += seconds
        await sleep(seconds)


class Patience:
    """How long one request may be tried again: waits that grow, the shop's own Retry-After, and an end."""

    def __init__(self, transport: Transport, action: str) -> None:
        self._transport = transport
        self._action = action
        self._waited = 0.0
        self._tries = 0

    @property
    def tries(self) -> int:
        """Waits since the last progress."""
        return self._tries

    def progress(self) -> None:
        """Something was achieved: the allowance starts anew."""
        self._waited, self._tries = 0.0, 0

    async def wait(self, reply: Reply) -> None:
        """Waits before the next try; raises TransientError, or the final answer, once the allowance is used up."""
        delay = min(_FIRST_WAIT * 2**self._tries, _LONGEST_WAIT) * self._transport.chance.uniform(0.5, 1.0)
        if reply.retry_after is not None:
            delay = max(reply.retry_after, delay)
        if self._waited + delay > self._transport.limits.patience_seconds:
            raise reply.final or transient(reply, self._action, self._waited)
        if reply.verdict is Verdict.NOT_SENT and not self._transport.told_away:
            self._transport.told_away = True
            left = self._transport.limits.patience_seconds
            reason = f"{reply.reason}. {remedy_of_silence(reply.reason)}".rstrip()
            logger.warning("%s cannot be reached: %s Trying again for %.0f s.", SYSTEM, reason, left)
        self._waited += delay
        self._tries += 1
        self._transport.traffic.retries += 1
        if reply.retry_after:
            self._transport.gate.close_for(reply.retry_after)
        await self._transport.wait(delay)
