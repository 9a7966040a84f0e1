"""What stands between the socket and the webservice: faults, the shop's pace, headers, the count of requests."""

from __future__ import annotations

import hashlib
import json
import re
import secrets
import threading
import time
from collections.abc import Callable
from typing import TYPE_CHECKING
from urllib.parse import unquote, urlsplit

from deployments.sandbox.shop import control, render_json, render_xml
from deployments.sandbox.shop.clock import CLOCK
from deployments.sandbox.shop.errors import NOT_SAVED
from deployments.sandbox.shop.exchange import HTML, WRITES, XML, Reply, Request
from deployments.sandbox.shop.faults import AFTER_THE_WRITE, Fault
from deployments.sandbox.shop.http import HttpReply, HttpRequest, page
from deployments.sandbox.shop.query import Query
from deployments.sandbox.shop.saving import TEXTS_FAIL
from deployments.sandbox.shop.webservice import DISABLED, NO_PERMISSION, NOT_ACTIVE

if TYPE_CHECKING:
    from deployments.sandbox.shop.faults import Faults
    from deployments.sandbox.shop.pace import Pace
    from deployments.sandbox.shop.webservice import Webservice

_SMALL = 4_096
_HTML_TYPE = ("Content-Type", HTML)
_WARNING = '\nWarning: Undefined array key "id_lang" in /var/www/shop/classes/Product.php on line 5412\n'

WATCHERS: list[Callable[[HttpRequest], None]] = []
"""Called with every request to a webservice of this process, before it is answered."""


class RequestLog:
    """The requests the webservice has seen, in order."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self.seen: list[tuple[str, str, int]] = []

    def add(self, method: str, path: str, status: int) -> None:
        """Note a request; status 0 means its connection was reset."""
        with self._lock:
            self.seen.append((method, path, status))

    def clear(self) -> None:
        """Forget all requests so far."""
        with self._lock:
            self.seen = []

    @property
    def writes(self) -> int:
        """How many of them were writes."""
        return sum(method in WRITES for method, _, _ in self.seen)


class Front:
    """Answers the requests that come in at the port."""

    def __init__(
        self, webservice: Webservice, faults: Faults, pace: Pace, log: RequestLog, panel: control.Panel
    ) -> None:
        self._webservice = webservice
        self._faults = faults
        self._pace = pace
        self._log = log
        self._panel = panel

    def answer(self, request: HttpRequest) -> HttpReply:
        """The reply to any request: the webservice's, the control endpoints', or a page."""
        url = urlsplit(request.target)
        path = unquote(url.path)
        if path.startswith(control.PREFIX):
            return self._panel.answer(request.method, path.removeprefix(control.PREFIX), request.body)
        if path != "/api" and not path.startswith("/api/"):
            return page(404, "404 Not Found", "<h1>404 Not Found</h1>")
        if request.method == "TRACE":
            return page(405, "405 Not Allowed", "<center><h1>405 Not Allowed</h1></center>")
        for watch in WATCHERS:
            watch(request)
        fault = self._faults.strike(request.method, request.target)
        reply = self._with_fault(request, path, url.query, fault)
        self._log.add(request.method, request.target, 0 if reply.reset else reply.status)
        return reply

    def _with_fault(self, request: HttpRequest, path: str, query: str, fault: Fault | None) -> HttpReply:
        if fault is None:
            return self._served(request, path, query)
        silent = self._in_silence(request, path, query, fault) if self._webservice.store.rules.silent else None
        if silent is not None:
            return silent
        if fault.kind not in AFTER_THE_WRITE:
            return instead(fault)
        if fault.kind == "latency":
            time.sleep(fault.seconds)
        return spoilt(fault, self._served(request, path, query))

    def _in_silence(self, request: HttpRequest, path: str, query: str, fault: Fault) -> HttpReply | None:
        """What a failing statement makes of the answer where the database layer says nothing of it."""
        if fault.kind == "sql-failure-write":
            return _document(500, [(46, NOT_SAVED)])
        if fault.kind == "sql-failure-shop-row" and request.method == "POST":
            return self._without_shop_row(request, path, query)
        if fault.kind == "sql-failure" and request.method in {"GET", "HEAD"}:
            asked = self._asked(request, path, query)
            return self._dressed(asked, self._webservice.failed_select(asked), 0.0)
        if request.method in {"PATCH", "PUT"} and fault.kind == "sql-failure-inside":
            token = TEXTS_FAIL.set(True)
            try:
                return self._served(request, path, query)
            finally:
                TEXTS_FAIL.reset(token)
        if request.method == "GET" and fault.kind in _SPOILT_INSIDE:
            served = self._served(request, path, query)
            return HttpReply(served.status, served.headers, _SPOILT_INSIDE[fault.kind](served.body))
        return None

    def _without_shop_row(self, request: HttpRequest, path: str, query: str) -> HttpReply:
        store, resource = self._webservice.store, path.rpartition("/")[2]
        before = set(store[resource].rows)
        served = self._served(request, path, query)
        store.without_shop[resource] |= store[resource].rows.keys() - before
        return served

    def _asked(self, request: HttpRequest, path: str, query: str) -> Request:
        return Request(
            method=request.method,
            path=path.removeprefix("/api"),
            query=Query(query),
            headers=request.headers,
            body=request.body,
            host=request.headers.get("host", "localhost"),
        )

    def _served(self, request: HttpRequest, path: str, query: str) -> HttpReply:
        asked = self._asked(request, path, query)
        with self._pace.worker():
            # The engine's own time: it does not know how long a request stood in line.
            started = time.perf_counter()
            self._pace.begin()
            reply = self._webservice.answer(asked)
            self._pace.finish()
            seconds = time.perf_counter() - started
        return self._dressed(asked, reply, seconds)

    def _dressed(self, asked: Request, reply: Reply, seconds: float) -> HttpReply:
        body, rules = reply.content or reply.body.encode(), self._webservice.store.rules
        headers = [("Content-Type", reply.content_type)] if reply.content_type else []
        if reply.location:
            headers.append(("Location", reply.location))
        if reply.from_engine:
            headers.append(("Access-Time", str(int(CLOCK.seconds()))))
            headers.append(("X-Powered-By", "PrestaShop Webservice"))
            headers.append(
                ("PSWS-Version", self._webservice.version if reply.authenticated or not rules.hides_version else "0")
            )
            headers.append(("Execution-Time", f"{round(seconds, 3):g}"))
        status = reply.status
        if reply.signed:
            digest = hashlib.sha1(body, usedforsecurity=False).hexdigest()
            headers.append(("Content-Sha1", digest))
            if rules.knows_hashes and asked.headers.get("local-content-sha1") == digest:
                status, body = 304, b""
        if reply.authenticated and len(body) < _SMALL:
            headers.append(
                ("Set-Cookie", f"PrestaShop-sandbox={secrets.token_hex(16)}; path=/; HttpOnly; SameSite=Lax")
            )
        return HttpReply(status, headers, body)


_ENTITY = re.compile(rb"<prestashop[^>]*>\s*<\w+[^>]*>\s*<(\w+)>.*?</\1>", re.DOTALL)


def _without_inside(body: bytes, whole: int) -> bytes:
    """An answer whose texts in several languages and members could not be read, but for the first `whole` entities."""
    if body.startswith(b"{"):
        told = json.loads(body)
        for row in (row for rows in told.values() if isinstance(rows, list) for row in rows[whole:]):
            row.pop("associations", None)
            for value in (value for value in row.values() if isinstance(value, list)):
                for text in value:
                    text["value"] = ""
        return render_json.text(told).encode()
    first = _ENTITY.search(body) if whole else None
    start = first.end() if first else 0
    rest = re.sub(
        rb"(<language [^>]*>)<!\[CDATA\[.*?\]\]>(</language>)", rb"\1<![CDATA[]]>\2", body[start:], flags=re.DOTALL
    )
    return body[:start] + re.sub(rb"<(\w+)( nodeType=[^>]*[^/>])>.*?</\1>", rb"<\1\2/>", rest, flags=re.DOTALL)


def _cut(body: bytes) -> bytes:
    """A list of whose entities only the first could be loaded (fact F8); one without fields loads none."""
    if body.startswith(b"{"):
        told = json.loads(body)
        return render_json.text(
            {name: rows[:1] if len(rows[0]) > 1 else rows for name, rows in told.items() if rows}
        ).encode()
    first = _ENTITY.search(body)
    if first is None:
        return body
    node = first[1].decode()
    emptied = re.sub(
        rf"<{node}>.*?</{node}>".encode(), f"<{node}></{node}>".encode(), body[first.end() :], flags=re.DOTALL
    )
    return body[: first.end()] + emptied


_SPOILT_INSIDE: dict[str, Callable[[bytes], bytes]] = {
    "sql-failure-inside": lambda body: _without_inside(body, 0),
    "sql-failure-midway": lambda body: _without_inside(body, 1),
    "sql-failure-cut": _cut,
}


def instead(fault: Fault) -> HttpReply:
    """What comes back when the request never reaches the shop's code, or dies there before any write."""
    retry = ("Retry-After", str(fault.retry_after))
    made: dict[str, Callable[[], HttpReply]] = {
        "429": lambda: page(429, "429 Too Many Requests", "<h1>429 Too Many Requests</h1>", retry),
        "503": lambda: page(503, "503 Service Temporarily Unavailable", "<h1>503</h1>", retry),
        "maintenance": lambda: page(503, "Maintenance", "<h1>We'll be back soon.</h1>", retry),
        "reset-before": lambda: HttpReply(0, reset=True),
        "redirect": lambda: HttpReply(302, [_HTML_TYPE, ("Location", "http://shop.invalid/")]),
        "waf-403": lambda: page(403, "403 Forbidden", "<h1>Forbidden</h1><p>Blocked by the firewall.</p>"),
        "waf-406": lambda: page(406, "Not Acceptable!", "<h1>Not Acceptable!</h1><p>Mod_Security.</p>"),
        "disabled": lambda: _document(503, [(22, DISABLED)]),
        "401": lambda: _document(401, [(20, NOT_ACTIVE), (21, NO_PERMISSION)]),
        "500-before": lambda: HttpReply(500, [_HTML_TYPE]),
        "sql-failure": lambda: HttpReply(500, [_HTML_TYPE]),
        "sql-failure-inside": lambda: HttpReply(500, [_HTML_TYPE]),
        "sql-failure-midway": lambda: HttpReply(500, [_HTML_TYPE]),
        "sql-failure-shop-row": lambda: HttpReply(500, [_HTML_TYPE]),
        "sql-failure-write": lambda: HttpReply(500, [_HTML_TYPE]),
        "sql-failure-cut": lambda: HttpReply(500, [_HTML_TYPE]),
    }
    return made[fault.kind]()


def spoilt(fault: Fault, reply: HttpReply) -> HttpReply:
    """What is left of a good reply when the fault strikes after the write."""
    match fault.kind:
        case "500-after":
            return HttpReply(500, [_HTML_TYPE])
        case "reset-after":
            return HttpReply(reply.status, reset=True)
        case "php-warnings":
            return HttpReply(reply.status, reply.headers, _WARNING.encode() + reply.body)
        case "php-warnings-500":
            return _document(500, [(3, f"[PHP Warning #2] {_WARNING.strip()}")])
        case _:
            return reply


def _document(status: int, errors: list[tuple[int, str]]) -> HttpReply:
    headers = [("Content-Type", XML), ("X-Powered-By", "PrestaShop Webservice"), ("PSWS-Version", "0")]
    return HttpReply(status, headers, render_xml.errors(errors).encode())
