"""The exchange as a program: start it, put files into its container, look at what was asked, make it fail."""

from __future__ import annotations

import secrets
import threading
import time
from collections import Counter
from datetime import datetime
from types import TracebackType
from typing import Self

from deployments.sandbox.rfe.blobs import Container
from deployments.sandbox.rfe.faults import Faults
from deployments.sandbox.rfe.web import Server

FOLDER_FILES = ("out/.Output folder.txt", "in/.Input folder.txt")


class SandboxRfe:
    """A Retail File Exchange on loopback, to be used as a context manager.

    `page_size` is the number of files in a page of a listing. `key_seconds` says for how long a key is really good,
    whatever was asked; None: as long as was asked. `token_seconds` likewise for tokens. `latency` is in seconds.
    `blobs` is another storage, as its address and signature, that keys are given to instead of the sandbox's own.
    """

    def __init__(
        self,
        *,
        user: str = "WEBSHOP",
        password: str = "sandbox",  # noqa: S107 - a sandbox on loopback
        folder_id: str = "123456_001_TEST",
        container: str = "boutique",
        page_size: int = 5000,
        key_seconds: float | None = None,
        token_seconds: float = 3600.0,
        most_waiting: int = 10_000,
        latency: float = 0.0,
        blobs: tuple[str, str] | None = None,
        port: int = 0,
    ) -> None:
        self.user = user
        self.password = password
        self.folder_id = folder_id
        self.container = container
        self.page_size = page_size
        self.key_seconds = key_seconds
        self.token_seconds = token_seconds
        self.most_waiting = most_waiting
        self.latency = latency
        self.blobs = blobs
        self.faults = Faults()
        self.requests: Counter[str] = Counter()
        self.files = Container()
        for name in FOLDER_FILES:
            self.files.put(name, b"")
        self._lock = threading.Lock()
        self._tokens: dict[str, float] = {}
        self._keys: dict[str, tuple[float, bool]] = {}
        self._server = Server(self, port)

    @property
    def url(self) -> str:
        """The root of all three services: sign in, keys, files."""
        return f"http://127.0.0.1:{self._server.server_port}"

    def __enter__(self) -> Self:
        self._server.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._server.stop()

    def put(self, name: str, content: bytes, modified_at: datetime | None = None) -> None:
        """Y2 has exported a file: it lies in `out/`."""
        self.files.put(f"out/{name}", content, modified_at)

    def waiting(self) -> list[str]:
        """The names in `out/`, without the one that the exchange makes itself."""
        names = (name for name in self.files.names() if name.startswith("out/") and name not in FOLDER_FILES)
        return [name.removeprefix("out/") for name in names]

    def count(self, request: str) -> None:
        """One more of these was asked for."""
        with self._lock:
            self.requests[request] += 1

    def new_token(self) -> str:
        """A token that is good for `token_seconds`."""
        token = secrets.token_urlsafe(24)
        with self._lock:
            self._tokens[token] = time.monotonic() + self.token_seconds
        return token

    def takes_token(self, token: str) -> bool:
        """Whether this is a token that is still good."""
        with self._lock:
            return self._tokens.get(token, 0.0) > time.monotonic()

    def new_key(self, minutes: int, *, writes: bool) -> str:
        """The signature of a key."""
        signature = secrets.token_urlsafe(24)
        seconds = minutes * 60 if self.key_seconds is None else self.key_seconds
        with self._lock:
            self._keys[signature] = (time.monotonic() + seconds, writes)
        return signature

    def takes_key(self, signature: str, *, writing: bool) -> bool:
        """Whether this key is still good for that."""
        with self._lock:
            until, writes = self._keys.get(signature, (0.0, False))
        return until > time.monotonic() and (writes or not writing)

    def expire_keys(self) -> None:
        """Every key given so far is good no longer."""
        with self._lock:
            self._keys.clear()

    def expire_tokens(self) -> None:
        """Every token given so far is good no longer."""
        with self._lock:
            self._tokens.clear()
