"""HTTP around the API: keys, the firewall, refusals as they are worded, faults on the wire."""

from __future__ import annotations

import json
import re
import secrets
import socket
import struct
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qsl, unquote, urlsplit

from deployments.sandbox.dolibarr.api import Call
from deployments.sandbox.dolibarr.errors import ApiError, HtmlError, NothingDoneError
from deployments.sandbox.dolibarr.faults import AFTER, Fault

if TYPE_CHECKING:
    from deployments.sandbox.dolibarr.server import SandboxDolibarr

_JSON = "application/json"
_HTML = "text/html; charset=UTF-8"
_ROOT = "/api/index.php/"
_FORBIDDEN_IN_PATH = frozenset(":;\"'<>?(){}$%#")
_FORBIDDEN_IN_QUERY = re.compile(r'"|select\s.*\sfrom\s|union.+select|delete from|<script', re.IGNORECASE)
_WARNING = "<br />\n<b>Warning</b>:  Undefined property: $x in <b>/var/www/a.class.php</b> on line <b>958</b><br />\n"
_HUGE = 80 * 1024 * 1024
WATCHERS: list[Callable[[str, str, str, dict[str, str], Any, int], None]] = []
"""Called with client, verb, path, query, body and status of every request to a Dolibarr of this process."""


@dataclass(frozen=True, slots=True)
class Answer:
    """One HTTP answer."""

    status: int
    body: bytes = b""
    content_type: str = _JSON
    headers: dict[str, str] = field(default_factory=dict)


class _ResetError(Exception):
    """The connection is to be reset instead of answered."""


def _json(status: int, value: Any) -> Answer:
    return Answer(status, json.dumps(value, indent=4, ensure_ascii=False).encode())


def _error(status: int, said: str, *causes: str) -> Answer:
    return _json(status, ApiError(status, said, *causes).body())


_BAD_KEY = "Error user not valid (not found with api key or bad status or bad validity dates) (conf->entity=1)"
_ANSWERS: dict[str, Answer] = {
    "401": _error(401, _BAD_KEY),
    "403": _error(403, ""),
    "500": Answer(500, b"", _HTML),
    "500-after": Answer(500, b"", _HTML),
    "503": Answer(503, b"Service Unavailable", _HTML, {"Retry-After": "2"}),
    "html": Answer(200, b"<html><body>Maintenance</body></html>", _HTML),
    "redirect": Answer(302, b"", _HTML, {"Location": "http://127.0.0.1:9/elsewhere"}),
    "deadlock": _error(500, "Error", "Deadlock found when trying to get lock; try restarting transaction"),
    "refused": _error(400, "Refused by a trigger"),
    "collision": Answer(
        500,
        b"Dolibarr has detected a technical error. Duplicate entry 'CO2611-0001-1' for key 'uk_commande_ref'",
        _HTML,
    ),
    "huge": Answer(200, b"[" + b" " * _HUGE + b"]"),
}


class Server(ThreadingHTTPServer):
    """Listens on loopback; one thread per connection."""

    daemon_threads = True
    block_on_close = False
    request_queue_size = 128

    def __init__(self, erp: SandboxDolibarr, port: int) -> None:
        super().__init__(("127.0.0.1", port), _Handler)
        self.erp = erp
        self._open: set[socket.socket] = set()
        self._thread = threading.Thread(target=self.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)

    def start(self) -> None:
        """Answer from now on."""
        self._thread.start()

    def stop(self) -> None:
        """End, connections that are kept alive included."""
        self.shutdown()
        self._thread.join()
        self.server_close()
        for connection in list(self._open):
            _quietly(connection.shutdown, socket.SHUT_RDWR)

    def process_request(self, request: Any, client_address: Any) -> None:
        """Remember the connection while it lives."""
        self._open.add(request)
        super().process_request(request, client_address)

    def shutdown_request(self, request: Any) -> None:
        """Close; a connection that lingers for zero seconds is reset by this."""
        self._open.discard(request)
        request.close()

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A client that went away is no news."""


class _Handler(BaseHTTPRequestHandler):
    server: Server
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    wbufsize = -1

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - the library's signature
        """Requests are counted, not printed."""

    def do_GET(self) -> None:
        """What is there."""
        self._answer("GET")

    def do_POST(self) -> None:
        """What is created or done."""
        self._answer("POST")

    def do_PUT(self) -> None:
        """What is changed."""
        self._answer("PUT")

    def do_DELETE(self) -> None:
        """What is removed."""
        self._answer("DELETE")

    def _answer(self, verb: str) -> None:
        content = self.rfile.read(int(self.headers.get("Content-Length", "0")))
        parts = urlsplit(self.path)
        path = unquote(parts.path).removeprefix(_ROOT)
        query = dict(parse_qsl(parts.query, keep_blank_values=True))
        route = self.server.erp.api.template_of(verb, path)
        operation = f"{verb} {re.sub(r'/?{[^}]*}', '', route)}"
        answer = self._guarded(operation, lambda: self._carried_out(verb, path, query, content))
        for watch in WATCHERS:
            body = _parsed(content)
            watch(self.headers.get("User-Agent", ""), verb, path, query, body, answer.status)
        self._send(answer)

    def _guarded(self, operation: str, act: Callable[[], Answer]) -> Answer:
        erp = self.server.erp
        with erp.lock:
            erp.requests[operation] += 1
        fault = erp.faults.take(operation)
        time.sleep(erp.latency + (fault.seconds if fault and fault.kind == "slow" else 0))
        if fault and fault.kind == "reset-before":
            raise _ResetError
        if fault and fault.kind == "late":
            erp.late.append(act)
            raise _ResetError
        if fault and fault.kind not in AFTER and fault.kind != "slow":
            return _ANSWERS[fault.kind]
        if operation in erp.denied:
            return _ANSWERS["403"]
        return self._after(fault, act())

    def _after(self, fault: Fault | None, answer: Answer) -> Answer:
        if fault and fault.kind == "reset-after":
            raise _ResetError
        if fault and fault.kind == "warning" and answer.status == 200:  # noqa: PLR2004 - HTTP
            # As a server that shows errors answers.
            return Answer(200, _WARNING.encode() + answer.body, _HTML)
        return _ANSWERS[fault.kind] if fault and fault.kind == "500-after" else answer

    def _carried_out(self, verb: str, path: str, query: dict[str, str], content: bytes) -> Answer:  # noqa: PLR0911
        erp = self.server.erp
        is_admin = _same(self.headers.get("DOLAPIKEY", ""), erp.admin_key)
        if set(path) & _FORBIDDEN_IN_PATH or any(_FORBIDDEN_IN_QUERY.search(each) for each in query.values()):
            said = "Access refused to 127.0.0.1 by SQL or Script injection protection in main.inc.php type=1<br>\n"
            return Answer(403, said.encode(), _HTML)
        if not is_admin and not _same(self.headers.get("DOLAPIKEY", ""), erp.key):
            return _ANSWERS["401"]
        body = _parsed(content)
        if content and body is None:
            return _error(400, "Error parsing JSON")
        try:
            with erp.lock:
                return _json(200, erp.api.answer(Call(verb, path, query, body, is_admin)))
        except NothingDoneError:
            return Answer(304)
        except HtmlError as error:
            return Answer(error.status, error.text.encode(), _HTML)
        except ApiError as error:
            return _json(error.status, error.body())

    def _send(self, answer: Answer) -> None:
        self.send_response(answer.status)
        for name, value in {**answer.headers, "Content-Type": answer.content_type}.items():
            self.send_header(name, value)
        if answer.status != 304:  # noqa: PLR2004 - HTTP
            self.send_header("Content-Length", str(len(answer.body)))
        self.end_headers()
        self.wfile.write(answer.body)

    def handle_one_request(self) -> None:
        """Answer one request, or reset the connection."""
        try:
            super().handle_one_request()
        except _ResetError:
            self.close_connection = True
            self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        except (ConnectionError, OSError):
            self.close_connection = True


def _parsed(content: bytes) -> Any:
    try:
        return json.loads(content) if content else None
    except ValueError:
        return None


def _same(given: str, key: str) -> bool:
    return secrets.compare_digest(given.encode(), key.encode())


def _quietly(act: Callable[..., Any], *args: Any) -> None:
    try:
        act(*args)
    except OSError:
        return
