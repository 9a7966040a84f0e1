"""Files over SFTP: the server is recognised by its key, and never by trust."""

from __future__ import annotations

import asyncio
import logging
from contextlib import AsyncExitStack, contextmanager, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self, TypeVar, cast

import asyncssh

from schemas.errors import (
    ConfigFault,
    ConfigurationError,
    DeniedError,
    RefusedError,
    TransientError,
    UnexpectedReplyError,
)
from schemas.offered import CHANGED, CROWDED, EMPTY_IT, EXISTS, GONE, MOST_LISTED, Offered

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, Awaitable, Callable, Iterator

Answer = TypeVar("Answer")
Key = TypeVar("Key")

_CHUNK_BYTES = 2**22
"""asyncssh reads the parts of a chunk at the same time: a distant server costs few round trips."""
_ABSENT = (asyncssh.SFTPNoSuchFile, asyncssh.SFTPNoSuchPath)

# At INFO it names users and hosts of every connection.
logging.getLogger("asyncssh").setLevel(logging.WARNING)


@dataclass(frozen=True, slots=True)
class SftpAccess:
    """Where an SSH server is, how it is recognised, and who we are there."""

    host: str
    user: str
    host_keys: tuple[str, ...]
    """Its public keys, each as `type base64`."""
    port: int = 22
    password: str = field(default="", repr=False)
    key: str = field(default="", repr=False)
    """The text of the private key; with it the password is not offered."""
    passphrase: str = field(default="", repr=False)
    folder: str = ""
    """Empty: where the user arrives."""
    patience_seconds: float = 60.0


class SftpSource:
    """The files of one folder of a server; links are not followed, folders in it are left alone."""

    def __init__(self, access: SftpAccess) -> None:
        self._access = access
        self._open = AsyncExitStack()
        self._sftp: asyncssh.SFTPClient

    async def __aenter__(self) -> Self:
        """Connected and signed in; DeniedError when the server is another one, or does not let us in."""
        options = self._options()
        try:
            async with self._patient():
                connecting = asyncssh.connect(self._access.host, self._access.port, **options)
                connection = await self._open.enter_async_context(connecting)
                starting = connection.start_sftp_client(path_errors="surrogateescape")
                self._sftp = await self._open.enter_async_context(starting)
        except asyncssh.HostKeyNotVerifiable as error:
            raise await self._another_server() from error
        except asyncssh.PermissionDenied as error:
            remedy = "Check `user` and the secret of this source, and that the server takes this way to sign in."
            raise DeniedError("the server does not let us in", remedy=remedy, **self._named("sign in")).worded(
                "source_denied"
            ) from error
        except (asyncssh.Error, OSError) as error:
            await self._open.aclose()
            raise self._away(error, "connect") from error
        return self

    async def __aexit__(self, *failure: object) -> None:
        await self._open.aclose()

    async def reconnect(self) -> None:
        """Connected and signed in anew."""
        with suppress(asyncssh.Error, OSError):
            async with self._patient():
                await self._open.aclose()
        await self.__aenter__()

    async def offered(self) -> list[Offered]:
        """Every file; DeniedError when the folder is not there or not ours."""
        folder = self._access.folder
        try:
            async with self._patient():
                found = [entry async for entry in self._entries(folder or ".")]
        except (*_ABSENT, asyncssh.SFTPPermissionDenied) as error:
            remedy = "Check `folder` of this source in settings.toml, and the rights of its user on the server."
            raise DeniedError(_said(error), remedy=remedy, **self._named("list", folder)).worded(
                "source_folder_denied"
            ) from error
        except (asyncssh.Error, OSError) as error:
            raise self._away(error, "list", folder) from error
        names = ((str(entry.filename), entry.attrs) for entry in found)
        return [_offered(name, attributes) for name, attributes in names if "/" not in name and _is_file(attributes)]

    async def _entries(self, folder: str) -> AsyncGenerator[asyncssh.SFTPName, None]:
        count = 0
        async for entry in self._sftp.scandir(folder):
            count += 1
            if count > MOST_LISTED:
                raise UnexpectedReplyError(CROWDED, remedy=EMPTY_IT, **self._named("list", folder)).worded(
                    "source_crowded"
                )
            yield entry

    async def chunks(self, file: Offered) -> AsyncGenerator[bytes, None]:
        """The bytes of a file, as it was offered; RefusedError when it has changed since, is gone or not ours."""
        with self._of_one(file, "read"):
            async with self._sftp.open(self._path(file.path), "rb") as source:
                # Opened as binary it gives bytes, which its annotation does not know.
                while chunk := cast("bytes", await self._in_time(source.read(_CHUNK_BYTES))):
                    yield chunk
                self._check(file, await self._in_time(source.stat()))

    async def delete(self, file: Offered) -> None:
        """The file is gone, also when it was already; another one under its name stays (RefusedError)."""
        with self._of_one(file, "delete"):
            if await self._is_there(file):
                await self._in_time(self._sftp.remove(self._path(file.path)))

    async def rename(self, file: Offered, path: str) -> None:
        """The file is at `path`, also when it was gone already; another one under its name stays (RefusedError)."""
        with self._of_one(file, "rename"):
            if await self._is_there(file):
                await self._in_time(self._sftp.rename(self._path(file.path), self._path(path)))

    async def size_of(self, name: str) -> int | None:
        """In bytes; None when there is no such file."""
        with self._of_target(name):
            try:
                return (await self._in_time(self._sftp.lstat(self._path(name)))).size
            except _ABSENT:
                return None

    async def write(self, name: str, content: Path) -> None:
        """The whole file is there under this name."""
        with self._of_target(name), content.open("rb") as source:
            async with self._sftp.open(self._path(name), "wb") as target:
                while chunk := await asyncio.to_thread(source.read, _CHUNK_BYTES):
                    await self._in_time(target.write(chunk))

    async def rename_new(self, name: str, to: str) -> None:
        """The file has another name, which no file had; RefusedError when one has."""
        if await self.size_of(to) is not None:
            raise RefusedError("a file has this name already", code=EXISTS, **self._named("rename", to))
        with self._of_target(to):
            await self._in_time(self._sftp.rename(self._path(name), self._path(to)))

    @contextmanager
    def _of_target(self, name: str) -> Iterator[None]:
        try:
            yield
        except (*_ABSENT, asyncssh.SFTPPermissionDenied, asyncssh.SFTPWriteProtect) as error:
            remedy = "Check the folder, and that its user has the right to write there."
            raise DeniedError(_said(error), remedy=remedy, **self._named("write", name)).worded(
                "target_denied"
            ) from error
        except (asyncssh.Error, OSError) as error:
            raise self._away(error, "write", name) from error

    async def _is_there(self, file: Offered) -> bool:
        try:
            self._check(file, await self._in_time(self._sftp.lstat(self._path(file.path))))
        except _ABSENT:
            return False
        return True

    def _check(self, file: Offered, now: asyncssh.SFTPAttrs) -> None:
        if _offered(file.path, now).version != file.version:
            said = "it has changed since it was listed"
            raise RefusedError(said, code=CHANGED, **self._named("read", file.path))

    def _path(self, name: str) -> str:
        folder = self._access.folder
        return f"{folder.rstrip('/')}/{name}" if folder else name

    def _patient(self) -> asyncio.Timeout:
        return asyncio.timeout(self._access.patience_seconds)

    async def _in_time(self, answer: Awaitable[Answer]) -> Answer:
        async with self._patient():
            return await answer

    def _options(self) -> dict[str, Any]:
        """Only what the settings say: no agent, no file of this user's, no host that was met before."""
        access = self._access
        keys = [_imported(asyncssh.import_public_key, key, "host_keys") for key in access.host_keys]
        return {
            "known_hosts": (keys, [], []),
            "username": access.user,
            "password": access.password or None,
            "client_keys": [self._private_key()] if access.key else None,
            "preferred_auth": ("publickey",) if access.key else ("password", "keyboard-interactive"),
            "agent_path": None,
            "config": None,
            "keepalive_interval": access.patience_seconds / 4,
            "connect_timeout": access.patience_seconds,
        }

    def _private_key(self) -> asyncssh.SSHKey:
        access = self._access
        return _imported(asyncssh.import_private_key, access.key + "\n", "key", access.passphrase or None)

    async def _another_server(self) -> DeniedError:
        access = self._access
        try:
            async with self._patient():
                shown = await asyncssh.get_server_host_key(access.host, access.port, config=None)
        except (asyncssh.Error, OSError):
            shown = None
        key = f"it shows {shown.get_algorithm()} {shown.get_fingerprint()}" if shown else "its key is another one"
        return DeniedError(
            f"the server is not the one that `host_keys` describes: {key}",
            remedy="Ask the owner of the server, by another way than this connection, whether its key was changed. If "
            f"so, `ssh-keyscan -p {access.port} {access.host}` shows the new one: compare the fingerprints, then write "
            "it to `host_keys`. If not, somebody stands in between: do not connect.",
            **self._named("recognise"),
        ).worded("source_host_key", value=f"-p {access.port} {access.host}")

    def _away(self, error: Exception, action: str, key: str = "") -> TransientError:
        remedy = "Check host and port of this source, and that the server is up. The next run tries again."
        return TransientError(_said(error), remedy=remedy, **self._named(action, key)).worded("source_away")

    @contextmanager
    def _of_one(self, file: Offered, action: str) -> Iterator[None]:
        try:
            yield
        except _ABSENT as error:
            raise RefusedError("it is no longer there", code=GONE, **self._named(action, file.path)) from error
        except (asyncssh.SFTPPermissionDenied, asyncssh.SFTPWriteProtect) as error:
            remedy = "Give the user of this source the right to read and change the files of its folder."
            raise RefusedError(_said(error), remedy=remedy, **self._named(action, file.path)).worded(
                "source_file_denied"
            ) from error
        except (asyncssh.Error, OSError) as error:
            raise self._away(error, action, file.path) from error

    def _named(self, action: str, key: str = "") -> dict[str, Any]:
        return {"system": "sftp", "action": action, "key": key or self._access.host}


def _imported(read: Callable[..., Key], text: str, setting: str, *secret: str | None) -> Key:
    try:
        return read(text, *secret)
    except (asyncssh.KeyImportError, asyncssh.KeyEncryptionError, ValueError):
        # What was said may hold a part of the key.
        reason, remedy = "this is not a key, or its passphrase is wrong", "Copy the whole key, its first line included."
        fault = ConfigFault("settings.toml", f"sources.sftp.{setting}", reason, remedy)
        raise ConfigurationError((fault,)) from None


def _is_file(attributes: asyncssh.SFTPAttrs) -> bool:
    return attributes.type in (asyncssh.FILEXFER_TYPE_REGULAR, asyncssh.FILEXFER_TYPE_UNKNOWN)


def _offered(name: str, attributes: asyncssh.SFTPAttrs) -> Offered:
    seconds = attributes.mtime
    changed_at = datetime.fromtimestamp(seconds, UTC) if seconds is not None else None
    return Offered(name, attributes.size or 0, changed_at)


def _said(error: Exception) -> str:
    return str(error) or type(error).__name__
