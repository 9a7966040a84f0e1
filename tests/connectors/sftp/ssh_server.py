"""A real SSH server with files: asyncssh's own, in a thread, on loopback."""

from __future__ import annotations

import asyncio
import os
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any, Self

import asyncssh

from connectors.sftp import SftpAccess, SftpSource
from tests.connectors.sources import RemoteFolder

USER, PASSWORD = "boutique", "sandbox"


class _Server(asyncssh.SSHServer):
    def __init__(self, client_key: str) -> None:
        self._client_key = client_key

    def connection_made(self, conn: asyncssh.SSHServerConnection) -> None:
        self._connection = conn

    def begin_auth(self, username: str) -> bool:  # noqa: ARG002 - the library's signature
        if self._client_key:
            self._connection.set_authorized_keys(asyncssh.import_authorized_keys(self._client_key))
        return True

    def password_auth_supported(self) -> bool:
        return not self._client_key

    def validate_password(self, username: str, password: str) -> bool:
        return (username, password) == (USER, PASSWORD)


class _Files(asyncssh.SFTPServer):
    """Those of one folder; `cut_after` bytes read, the connection is gone."""

    cut_after: int | None = None

    def __init__(self, channel: Any, root: Path) -> None:
        super().__init__(channel, chroot=os.fsencode(root))
        self._connection = channel.get_connection()
        self._read = 0

    def read(self, file_obj: Any, offset: int, size: int) -> bytes:
        content = super().read(file_obj, offset, size)
        assert isinstance(content, bytes)
        if self.cut_after is None:
            return content
        content = content[: max(1, self.cut_after - self._read)]
        self._read += len(content)
        if self._read >= self.cut_after:
            self._connection.abort()
        return bytes(content)


class SshServer(RemoteFolder):
    """The far side of an SFTP source."""

    def __init__(self, root: Path, client_key: str = "") -> None:
        super().__init__(root)
        self.host_key = asyncssh.generate_private_key("ssh-ed25519")
        self.port = 0
        self._client_key = client_key
        self._files: type[_Files] = type("Files", (_Files,), {})
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        self._acceptor = self._done(self._listening())
        self.port = self._acceptor.get_port()
        return self

    def __exit__(self, *failure: object) -> None:
        self._done(self._closed())
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()

    def _done(self, work: Any) -> Any:
        return asyncio.run_coroutine_threadsafe(work, self._loop).result(20)

    async def _listening(self) -> Any:
        return await asyncssh.listen(
            "127.0.0.1",
            0,
            server_host_keys=[self.host_key],
            server_factory=lambda: _Server(self._client_key),
            sftp_factory=lambda channel: self._files(channel, self.root),
        )

    async def _closed(self) -> None:
        self._acceptor.close()
        await self._acceptor.wait_closed()
        for task in asyncio.all_tasks(self._loop) - {asyncio.current_task()}:
            task.cancel()
        await asyncio.sleep(0)

    def cut_after(self, size: int | None) -> None:
        """From the next connection on, it is gone once so many bytes were read."""
        self._files.cut_after = size

    @property
    def public_key(self) -> str:
        return self.host_key.export_public_key().decode().strip()

    def access(self, **changes: Any) -> SftpAccess:
        given: dict[str, Any] = {"port": self.port, "password": PASSWORD, "patience_seconds": 20.0}
        return SftpAccess("127.0.0.1", USER, **{"host_keys": (self.public_key,)} | given | changes)

    def open(self, **changes: Any) -> SftpSource:
        return SftpSource(self.access(**changes))


Factory = Callable[..., SshServer]
