"""A sandbox on a port of this machine: a server on loopback with a thread per connection, and a program that waits."""

from __future__ import annotations

import contextlib
import socket
import ssl
import sys
import threading
from collections.abc import Mapping
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any


class LoopbackServer(ThreadingHTTPServer):
    """Listens on loopback; `certificate` is a PEM file with its key, to speak TLS."""

    daemon_threads = True
    block_on_close = False
    request_queue_size = 128

    def __init__(self, handler: type[BaseHTTPRequestHandler], port: int, certificate: Path | None = None) -> None:
        super().__init__(("127.0.0.1", port), handler)
        if certificate:
            context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            context.load_cert_chain(certificate)
            self.socket = context.wrap_socket(self.socket, server_side=True, do_handshake_on_connect=False)
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
            with contextlib.suppress(OSError):
                connection.shutdown(socket.SHUT_RDWR)

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


def wait_until_interrupted(facts: Mapping[str, str]) -> None:
    """Says on the output what a client must know, a line each, and waits for Ctrl-C."""
    width = max(map(len, facts))
    sys.stdout.write("".join(f"{name:{width}} {value}\n" for name, value in facts.items()))
    sys.stdout.flush()
    with contextlib.suppress(KeyboardInterrupt):
        threading.Event().wait()
