"""Hears on this machine that something is there: a shop's signed word, or an ERP's webhook; it answers at once."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Self

_MOST_BYTES = 2_000_000
_SECONDS = 10.0
Heard = Callable[[str, Mapping[str, str], bytes], bool]
"""Path, headers and body; whether it is believed."""


class PingServer(ThreadingHTTPServer):
    """Takes POST only, on 127.0.0.1; what is not believed is 404, whatever the reason is."""

    daemon_threads = True

    def __init__(self, port: int, heard: Heard) -> None:
        super().__init__(("127.0.0.1", port), _Handler)
        self.heard = heard

    @property
    def url(self) -> str:
        """Its address on this machine."""
        return f"http://127.0.0.1:{self.server_address[1]}"

    def __enter__(self) -> Self:
        Thread(target=self.serve_forever, name="pings", daemon=True).start()
        return self

    def __exit__(self, *failure: object) -> None:
        self.shutdown()
        self.server_close()


class _Handler(BaseHTTPRequestHandler):
    server: PingServer
    timeout = _SECONDS

    def do_POST(self) -> None:
        """Answers before anything is done for it."""
        length = self.headers.get("Content-Length", "")
        body = self.rfile.read(min(int(length), _MOST_BYTES)) if length.isdecimal() else b""
        is_believed = self.server.heard(self.path, dict(self.headers.items()), body)
        self.send_response(204 if is_believed else 404)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the name of the base class
        """Addresses hold secrets, and bodies people: nothing is logged."""
