"""HTTP to Dolibarr: connections for all threads, one writer at a time, answers bounded, every failure named."""

from __future__ import annotations

import json
import re
import ssl
import threading
import time
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any

import httpx

from connectors.bodies import BodyError, TooLargeError, whole_body
from connectors.dolibarr.access import SYSTEM, DolibarrAccess, Limits
from connectors.dolibarr.faults import error_of, is_collision, text_of_answer
from connectors.http import CONNECT_SECONDS, KEEP_ALIVE_SECONDS, USER_AGENT, certificate_fault, redacted, tls_context
from schemas.errors import DeniedError, PasserelleError, TransientError, UnexpectedReplyError

_WARNINGS = re.compile(r"\A\s*(?:<br />\s*)+<b>(?:Warning|Notice|Deprecated)</b>", re.IGNORECASE)
_LAST_WARNING = re.compile(r".*on line <b>\d+</b><br />", re.DOTALL)
_NOTHING = object()


@dataclass(frozen=True, slots=True)
class Answer:
    """What Dolibarr answered to a request that it took: status 200, or 304 for nothing to do."""

    value: Any
    """The JSON of the body; None with 304."""
    is_nothing_done: bool = False


def _may_always() -> None:
    """Nobody else writes."""


class DolibarrTransport:
    """Sends requests and reads answers. Safe in threads: reads side by side, writes one after the other.

    Of writers that come together, Dolibarr loses stock and pays an invoice twice, without an error (docs/facts/
    dolibarr.md, W1). `before_write` is asked before each write and raises where this process may not write.
    """

    def __init__(self, access: DolibarrAccess, limits: Limits, before_write: Callable[[], None] | None = None) -> None:
        self._limits = limits
        self._root = access.root
        self._key = access.key
        self._before_write = before_write or _may_always
        self._counting = threading.Lock()
        self._writing = _writer_of(self._root)
        self.sent: Counter[str] = Counter()
        self._client = _open(self._root, access.key, limits)

    def close(self) -> None:
        """Close the connections."""
        self._client.close()

    def get(self, path: str, action: str, key: str = "", **query: str | int) -> Any:
        """What a GET gives."""
        return self._attempt("GET", path, action, key, query, None).value

    def write(
        self,
        verb: str,
        path: str,
        action: str,
        key: str = "",
        body: Any = None,
        query: Mapping[str, str | int] | None = None,
    ) -> Answer:
        """A request that changes something, sent again where Dolibarr has undone it for another writer's sake."""
        with self._writing:
            tries, wait = 0, self._limits.collision_seconds
            while True:
                tries += 1
                self._before_write()
                try:
                    return self._attempt(verb, path, action, key, query or {}, body)
                except TransientError as error:
                    if not is_collision(error.reason) or tries >= self._limits.collision_tries:
                        raise
                time.sleep(wait)
                wait *= 2

    def _attempt(
        self, verb: str, path: str, action: str, key: str, query: Mapping[str, str | int], body: Any
    ) -> Answer:
        with self._counting:
            self.sent[action] += 1
        status, content = self._exchange(verb, path, action, key, query, body)
        if status == HTTPStatus.NOT_MODIFIED:
            return Answer(None, is_nothing_done=True)
        text = content.decode("utf-8", "replace")
        value = _json(text)
        if status == HTTPStatus.OK and value is not _NOTHING:
            return Answer(value)
        if status == HTTPStatus.OK or HTTPStatus.MULTIPLE_CHOICES <= status < HTTPStatus.BAD_REQUEST:
            raise UnexpectedReplyError(
                text_of_answer(None, text)[:200] or f"HTTP {status}", system=SYSTEM, action=action, key=key
            ).worded("dolibarr_address")
        raise error_of(status, None if value is _NOTHING else value, text, action=action, key=key, writes=verb != "GET")

    def _exchange(
        self, verb: str, path: str, action: str, key: str, query: Mapping[str, str | int], body: Any
    ) -> tuple[int, bytes]:
        named: dict[str, Any] = {"system": SYSTEM, "action": action, "key": key}
        try:
            with self._client.stream(verb, self._root + path, params=query or None, json=body) as answer:
                encoding = answer.headers.get("Content-Encoding", "")
                return answer.status_code, whole_body(answer.iter_raw(), encoding, self._limits.answer_bytes)
        except TooLargeError as error:
            raise UnexpectedReplyError(str(error), **named).worded("dolibarr_not_understood") from None
        except BodyError as error:
            raise TransientError(str(error), **named).worded("dolibarr_silent") from None
        except (httpx.TransportError, httpx.InvalidURL) as error:
            raise self._unanswered(error, named) from error

    def _unanswered(self, error: Exception, named: dict[str, Any]) -> PasserelleError:
        reason = redacted(f"{type(error).__name__}: {error}".rstrip(": "), self._key)
        if why := certificate_fault(error):
            return DeniedError(why, **named).worded("dolibarr_certificate")
        if isinstance(error, (httpx.UnsupportedProtocol, httpx.InvalidURL)):
            return DeniedError(reason, **named).worded("dolibarr_address")
        return TransientError(reason, **named).worded("dolibarr_silent")


def _json(text: str) -> Any:
    """The JSON of a body, whatever warnings PHP has written before it; `_NOTHING` when it is none."""
    if _WARNINGS.match(text):
        text = _LAST_WARNING.sub("", text, count=1)
    try:
        return json.loads(text)
    except ValueError:
        return _NOTHING


def _open(root: str, key: str, limits: Limits) -> httpx.Client:
    verify = tls_context(limits.verify_tls) if root.startswith("https:") else ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    return httpx.Client(
        # Compressed, some of its errors cannot be read (docs/facts/dolibarr.md, E1).
        headers={"User-Agent": USER_AGENT, "Accept-Encoding": "identity", "DOLAPIKEY": key},
        verify=verify,
        timeout=httpx.Timeout(limits.answer_seconds, connect=min(CONNECT_SECONDS, limits.answer_seconds), pool=None),
        limits=httpx.Limits(
            max_connections=limits.connections,
            max_keepalive_connections=limits.connections,
            keepalive_expiry=KEEP_ALIVE_SECONDS,
        ),
        follow_redirects=False,
        trust_env=False,
    )


_WRITERS: dict[str, threading.RLock] = {}
_NAMING = threading.Lock()


def _writer_of(root: str) -> threading.RLock:
    """The one lock of this process for the writes to one Dolibarr."""
    with _NAMING:
        return _WRITERS.setdefault(root, threading.RLock())
