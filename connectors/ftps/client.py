"""ftplib's client over TLS, with what servers want beyond it: the session of the control connection, and port 990."""

from __future__ import annotations

import socket
import ssl
from ftplib import FTP, FTP_TLS, error_proto
from typing import Any

_MOST_LINES = 1000
"""Of one answer; ftplib bounds each line, and not how many there are."""


class TlsClient(FTP_TLS):
    """Data connections go on with the TLS session of the control connection: many servers refuse any other."""

    context: ssl.SSLContext
    sock: ssl.SSLSocket

    def getmultiline(self) -> str:
        """An answer, which may take several lines: the last one has the code of the first and no dash after it."""
        lines = [self.getline()]
        code = lines[0][:3]
        while lines[0][3:4] == "-" and (len(lines) == 1 or lines[-1][:3] != code or lines[-1][3:4] == "-"):
            if len(lines) == _MOST_LINES:
                raise error_proto(f"the answer has more than {_MOST_LINES} lines")  # noqa: S321 - an error of it
            lines.append(self.getline())
        return "\n".join(lines)

    def ntransfercmd(self, cmd: str, rest: int | str | None = None) -> tuple[socket.socket, int | None]:
        """The data connection of a command, and the size the server tells."""
        connection, size = FTP.ntransfercmd(self, cmd, rest)  # noqa: S321 - its channel is wrapped in TLS below
        session = self.sock.session
        return self.context.wrap_socket(connection, server_hostname=self.host, session=session), size


class ImplicitTlsClient(TlsClient):
    """TLS from the first byte."""

    def connect(self, host: str = "", port: int = 0, timeout: float = 60.0, source_address: Any = None) -> str:
        """The server's welcome."""
        self.host, self.port, self.timeout = host, port, timeout
        plain = socket.create_connection((host, port), timeout, source_address)
        self.af = plain.family
        self.sock = self.context.wrap_socket(plain, server_hostname=host)
        self.file = self.sock.makefile("r", encoding=self.encoding)
        self.welcome = self.getresp()
        return self.welcome
