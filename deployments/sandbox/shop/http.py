"""A small HTTP/1.1 server that keeps connections open, limits requests as a front server does, and can reset them."""

from __future__ import annotations

import contextlib
import io
import socket
import struct
import threading
from dataclasses import dataclass, field
from email.utils import formatdate
from http import HTTPStatus
from typing import TYPE_CHECKING

from deployments.sandbox.shop.clock import CLOCK

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

MAX_REQUEST_LINE = 8_190
MAX_BODY = 1_048_576
MAX_REQUESTS_PER_CONNECTION = 1_000
_KEEP_ALIVE_SECONDS = 75
_MAX_HEADERS = 100
_SERVER = "nginx/1.22.1"


@dataclass(frozen=True, slots=True)
class HttpRequest:
    """One request as it came in; header names in lower case."""

    method: str
    target: str
    headers: Mapping[str, str]
    body: bytes


@dataclass(slots=True)
class HttpReply:
    """What goes back; ``reset`` drops the connection instead of answering."""

    status: int
    headers: list[tuple[str, str]] = field(default_factory=list)
    body: bytes = b""
    reset: bool = False


class _BadRequestError(Exception):
    def __init__(self, reply: HttpReply) -> None:
        super().__init__(str(reply.status))
        self.reply = reply


class HttpServer:
    """Serves each connection in a thread of its own until it is stopped."""

    def __init__(self, port: int, answer: Callable[[HttpRequest], HttpReply], max_body: int = MAX_BODY) -> None:
        self._answer = answer
        self.max_body = max_body
        self._open: set[socket.socket] = set()
        self._lock = threading.Lock()
        self._listener = socket.create_server(("127.0.0.1", port), backlog=256)
        self.port: int = self._listener.getsockname()[1]
        self._stopping = False
        self._thread = threading.Thread(target=self._accept, name="sandbox-shop", daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """Close the port and every connection."""
        self._stopping = True
        with contextlib.suppress(OSError):
            self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        with self._lock:
            waiting = list(self._open)
        for connection in waiting:
            with contextlib.suppress(OSError):
                connection.shutdown(socket.SHUT_RDWR)
        self._thread.join(timeout=5)

    def _accept(self) -> None:
        while not self._stopping:
            try:
                connection, _ = self._listener.accept()
            except OSError:
                return
            with self._lock:
                self._open.add(connection)
            threading.Thread(target=self._serve, args=(connection,), daemon=True).start()

    def _serve(self, connection: socket.socket) -> None:
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        connection.settimeout(_KEEP_ALIVE_SECONDS)
        try:
            with connection, io.BufferedReader(socket.SocketIO(connection, "r"), 65_536) as stream:
                for count in range(1, MAX_REQUESTS_PER_CONNECTION + 1):
                    if not self._one(connection, stream, last=count == MAX_REQUESTS_PER_CONNECTION):
                        break
        except OSError:
            return
        finally:
            with self._lock:
                self._open.discard(connection)

    def _one(self, connection: socket.socket, stream: io.BufferedReader[socket.SocketIO], *, last: bool) -> bool:
        """Serve one request; false when the connection is to be closed."""
        try:
            request = self._read(connection, stream)
        except _BadRequestError as bad:
            connection.sendall(_encoded(bad.reply, head=False, close=True))
            connection.shutdown(socket.SHUT_WR)
            _drain(connection)
            return False
        if request is None:
            return False
        reply = self._answer(request)
        if reply.reset:
            connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            return False
        close = last or request.headers.get("connection", "").lower() == "close"
        connection.sendall(_encoded(reply, head=request.method == "HEAD", close=close))
        return not close

    def _read(self, connection: socket.socket, stream: io.BufferedReader[socket.SocketIO]) -> HttpRequest | None:
        line = stream.readline(MAX_REQUEST_LINE + 3)
        if not line.strip():
            return None
        if not line.endswith(b"\n"):
            raise _BadRequestError(_page(414, "Request-URI Too Large"))
        parts = line.decode("latin-1").split()
        if len(parts) != 3:  # noqa: PLR2004 method, target, version
            raise _BadRequestError(_page(400, "Bad Request"))
        headers = _headers(stream)
        if headers.get("expect", "").lower() == "100-continue":
            connection.sendall(b"HTTP/1.1 100 Continue\r\n\r\n")
        return HttpRequest(parts[0], parts[1], headers, self._body(stream, headers))

    def _body(self, stream: io.BufferedReader[socket.SocketIO], headers: Mapping[str, str]) -> bytes:
        if "chunked" in headers.get("transfer-encoding", "").lower():
            return self._chunks(stream)
        length = int(headers.get("content-length") or 0)
        if length > self.max_body:
            raise _BadRequestError(_page(413, "Request Entity Too Large"))
        return stream.read(length) if length else b""

    def _chunks(self, stream: io.BufferedReader[socket.SocketIO]) -> bytes:
        body = bytearray()
        while size := int(stream.readline(1024).split(b";")[0] or b"0", 16):
            body += stream.read(size)
            stream.readline(1024)
            if len(body) > self.max_body:
                raise _BadRequestError(_page(413, "Request Entity Too Large"))
        stream.readline(1024)
        return bytes(body)


def _headers(stream: io.BufferedReader[socket.SocketIO]) -> dict[str, str]:
    headers: dict[str, str] = {}
    for _ in range(_MAX_HEADERS):
        line = stream.readline(65_536).decode("latin-1")
        name, _, value = line.partition(":")
        if not line.strip():
            return headers
        headers[name.strip().lower()] = value.strip()
    raise _BadRequestError(_page(400, "Bad Request"))


def _drain(connection: socket.socket) -> None:
    """Let the client finish sending, so that it reads the answer instead of a broken pipe."""
    connection.settimeout(1)
    with contextlib.suppress(OSError):
        while connection.recv(65_536):
            pass


def _page(status: int, title: str) -> HttpReply:
    return page(
        status, f"{status} {title}", f"<center><h1>{status} {title}</h1></center>\n<hr><center>{_SERVER}</center>"
    )


def page(status: int, title: str, content: str, *headers: tuple[str, str]) -> HttpReply:
    """An HTML page of the front server."""
    text = f"<html>\n<head><title>{title}</title></head>\n<body>\n{content}\n</body>\n</html>\n"
    return HttpReply(status, [("Content-Type", "text/html"), *headers], text.encode())


_DATES: dict[int, str] = {}


def _date() -> str:
    second = int(CLOCK.seconds())
    if second not in _DATES:
        _DATES.clear()
        _DATES[second] = formatdate(second, usegmt=True)
    return _DATES.get(second) or formatdate(second, usegmt=True)


def _encoded(reply: HttpReply, *, head: bool, close: bool) -> bytes:
    try:
        reason = HTTPStatus(reply.status).phrase
    except ValueError:
        reason = ""
    lines = [f"HTTP/1.1 {reply.status} {reason}", f"Server: {_SERVER}", f"Date: {_date()}"]
    lines += [f"{name}: {value}" for name, value in reply.headers]
    if reply.status != HTTPStatus.NOT_MODIFIED:
        lines.append(f"Content-Length: {len(reply.body)}")
    lines.append(f"Connection: {'close' if close else 'keep-alive'}")
    start = "\r\n".join([*lines, "\r\n"]).encode("latin-1")
    return start if head or reply.status == HTTPStatus.NOT_MODIFIED else start + reply.body
