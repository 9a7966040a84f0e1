"""A real FTP server over TLS: pyftpdlib's, in a thread, on loopback."""

from __future__ import annotations

import socket
import threading
import warnings
from pathlib import Path
from typing import Any, Self

from connectors.ftps import FtpsAccess, FtpsSource
from tests.connectors.sources import RemoteFolder

with warnings.catch_warnings():
    # It imports asyncore, which Python 3.11 still has and already deprecates.
    warnings.simplefilter("ignore", DeprecationWarning)
    from pyftpdlib.authorizers import DummyAuthorizer
    from pyftpdlib.handlers import TLS_DTPHandler, TLS_FTPHandler
    from pyftpdlib.ioloop import IOLoop
    from pyftpdlib.servers import FTPServer

USER, PASSWORD = "boutique", "sandbox"


class FtpServer(RemoteFolder):
    """The far side of an FTPS source. `lacks` are commands that this server does not know."""

    def __init__(self, root: Path, certificate: Path, *, lacks: tuple[str, ...] = (), banner: str = "ready") -> None:
        super().__init__(root)
        self.banner = banner
        self.certificate = certificate
        self._loop = IOLoop()
        self._ending = threading.Event()
        self._dtp = type("Dtp", (TLS_DTPHandler,), {"cut_after": None, "sent": 0, "send": _send})
        self._server = FTPServer(("127.0.0.1", 0), self._handler(lacks), ioloop=self._loop)
        self.port: int = self._server.address[1]
        self._thread = threading.Thread(target=self._serve, daemon=True)

    def _handler(self, lacks: tuple[str, ...]) -> type[TLS_FTPHandler]:
        users = DummyAuthorizer()
        users.add_user(USER, PASSWORD, str(self.root), perm="elradfmwMT")
        known = {name: how for name, how in TLS_FTPHandler.proto_cmds.items() if name not in lacks}
        told = {
            "certfile": str(self.certificate),
            "keyfile": str(self.certificate),
            "authorizer": users,
            "dtp_handler": self._dtp,
            "tls_control_required": True,
            "tls_data_required": True,
            "use_gmt_times": True,
            "proto_cmds": known,
            "ssl_context": None,
            "banner": self.banner,
        }
        return type("Handler", (TLS_FTPHandler,), told)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *failure: object) -> None:
        self._ending.set()
        self._thread.join()

    def _serve(self) -> None:
        while not self._ending.is_set():
            self._loop.loop(timeout=0.02, blocking=False)
        self._server.close_all()

    def cut_after(self, size: int | None) -> None:
        """A transfer ends once so many bytes were sent."""
        self._dtp.cut_after = size  # type: ignore[attr-defined] # set when the class was made

    def open(self, **changes: Any) -> FtpsSource:
        given: dict[str, Any] = {"password": PASSWORD, "verify_tls": str(self.certificate), "patience_seconds": 20.0}
        return FtpsSource(FtpsAccess("127.0.0.1", USER, port=self.port, **given | changes))


def _send(self: Any, content: bytes) -> int:
    if self.cut_after is None:
        return int(super(TLS_DTPHandler, self).send(content))
    content = content[: max(1, self.cut_after - self.sent)]
    self.sent += len(content)
    if self.sent >= self.cut_after:
        self.cmd_channel.socket.shutdown(socket.SHUT_RDWR)
        self.socket.close()
        return 0
    return int(super(TLS_DTPHandler, self).send(content))
