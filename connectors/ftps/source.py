"""Files over FTP with TLS: names, password and files are all encrypted, and the server has a certificate."""

from __future__ import annotations

import asyncio
import ftplib
import ssl
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self

from connectors.ftps.client import ImplicitTlsClient, TlsClient
from connectors.http import tls_context
from schemas.errors import DeniedError, PasserelleError, RefusedError, TransientError, UnexpectedReplyError
from schemas.offered import CHANGED, CROWDED, EMPTY_IT, EXISTS, GONE, MOST_LISTED, Offered

if TYPE_CHECKING:
    import socket
    from collections.abc import AsyncGenerator, Iterator

_CHUNK_BYTES = 2**20
_MOST_LISTING_BYTES = 32 * 2**20
_NOT_THERE = ("550", "450", "553")
_NOT_KNOWN = ("500", "501", "502", "504")
_FAILURES: tuple[type[Exception], ...] = (ftplib.Error, OSError, EOFError, UnicodeError, ValueError)


@dataclass(frozen=True, slots=True)
class FtpsAccess:
    """Where an FTP server is, and who we are there."""

    host: str
    user: str
    password: str = field(repr=False)
    port: int = 21
    implicit: bool = False
    folder: str = ""
    """Empty: where the user arrives."""
    verify_tls: bool | str = True
    patience_seconds: float = 60.0


class FtpsSource:
    """The files of one folder of a server; folders in it are left alone."""

    def __init__(self, access: FtpsAccess) -> None:
        self._access = access
        kind = ImplicitTlsClient if access.implicit else TlsClient
        self._ftp = kind(context=tls_context(access.verify_tls), timeout=access.patience_seconds)

    async def __aenter__(self) -> Self:
        """Signed in, data encrypted too, in the folder; DeniedError when the server does not let us."""
        try:
            await asyncio.to_thread(self._sign_in)
        except _FAILURES as error:
            self._ftp.close()
            raise self._named_error(error, "sign in") from error
        return self

    async def __aexit__(self, *failure: object) -> None:
        await asyncio.to_thread(self._leave)

    async def reconnect(self) -> None:
        """Signed in anew."""
        self._ftp.close()
        await self.__aenter__()

    async def offered(self) -> list[Offered]:
        """Every file that the server tells."""
        try:
            return await asyncio.to_thread(self._listed)
        except _FAILURES as error:
            raise self._named_error(error, "list") from error

    async def chunks(self, file: Offered) -> AsyncGenerator[bytes, None]:
        """The bytes of a file, as it was offered; RefusedError when it has changed since, is gone or not ours."""
        with self._of_one(file, "read"):
            connection = await asyncio.to_thread(self._ftp.transfercmd, f"RETR {file.path}")
            with connection, connection.makefile("rb") as source:
                while chunk := await asyncio.to_thread(source.read, _CHUNK_BYTES):
                    yield chunk
            await asyncio.to_thread(self._ftp.voidresp)
            await asyncio.to_thread(self._is_there, file)

    async def delete(self, file: Offered) -> None:
        """The file is gone, also when it was already; another one under its name stays (RefusedError)."""
        with self._of_one(file, "delete"):
            if await asyncio.to_thread(self._is_there, file):
                await asyncio.to_thread(self._ftp.delete, file.path)

    async def rename(self, file: Offered, path: str) -> None:
        """The file is at `path`, also when it was gone already; another one under its name stays (RefusedError)."""
        with self._of_one(file, "rename"):
            if await asyncio.to_thread(self._is_there, file):
                await asyncio.to_thread(self._ftp.rename, file.path, path)

    async def size_of(self, name: str) -> int | None:
        """In bytes; None when there is no such file."""
        with self._of_target(name):
            found = await asyncio.to_thread(self._look, name)
            return found.size if found is not None else None

    async def write(self, name: str, content: Path) -> None:
        """The whole file is there under this name."""
        with self._of_target(name):
            await asyncio.to_thread(self._store, name, content)

    async def rename_new(self, name: str, to: str) -> None:
        """The file has another name, which no file had; RefusedError when one has: servers would overwrite it."""
        with self._of_target(to):
            if await asyncio.to_thread(self._look, to) is not None:
                raise RefusedError("a file has this name already", code=EXISTS, **self._named("rename", to))
            await asyncio.to_thread(self._ftp.rename, name, to)

    def _store(self, name: str, content: Path) -> None:
        with content.open("rb") as source, self._ftp.transfercmd(f"STOR {name}") as connection:
            while chunk := source.read(_CHUNK_BYTES):
                connection.sendall(chunk)
            # The size is compared afterwards: a server that ends TLS in its own way is none that lost bytes.
            with suppress(OSError):
                if isinstance(connection, ssl.SSLSocket):
                    connection.unwrap()
        self._ftp.voidresp()

    @contextmanager
    def _of_target(self, name: str) -> Iterator[None]:
        try:
            yield
        except ftplib.error_perm as error:
            remedy = "Check the folder, and that its user has the right to write there."
            raise DeniedError(str(error), remedy=remedy, **self._named("write", name)).worded(
                "target_denied"
            ) from error
        except _FAILURES as error:
            raise self._named_error(error, "write", name) from error

    def _sign_in(self) -> None:
        access = self._access
        self._ftp.connect(access.host, access.port)
        self._ftp.login(access.user, access.password)
        self._ftp.prot_p()
        self._ftp.voidcmd("TYPE I")
        if access.folder:
            self._ftp.cwd(access.folder)

    def _leave(self) -> None:
        try:
            self._ftp.quit()
        except _FAILURES:
            self._ftp.close()

    def _listed(self) -> list[Offered]:
        try:
            told = self._lines("MLSD")
        except ftplib.error_perm as error:
            if not str(error).startswith(_NOT_KNOWN):
                raise
            names = [name.rpartition("/")[2] for name in self._lines("NLST")]
            return [file for name in names if (file := self._look(name)) is not None]
        return [file for line in told if (file := _from_facts(line)) is not None]

    def _lines(self, command: str) -> list[str]:
        connection: socket.socket = self._ftp.transfercmd(command)
        with connection, connection.makefile("rb") as source:
            told: bytes = source.read(_MOST_LISTING_BYTES + 1)
        if len(told) > _MOST_LISTING_BYTES or told.count(b"\n") > MOST_LISTED:
            raise self._crowded()
        self._ftp.voidresp()
        return told.decode(errors="surrogateescape").splitlines()

    def _crowded(self) -> UnexpectedReplyError:
        return UnexpectedReplyError(CROWDED, remedy=EMPTY_IT, **self._named("list")).worded("source_crowded")

    def _look(self, name: str) -> Offered | None:
        """The file as it is now; None when there is no such file."""
        try:
            size = self._ftp.size(name)
        except ftplib.error_perm:
            return None
        try:
            moment = self._ftp.sendcmd(f"MDTM {name}")[3:].strip()
        except ftplib.error_perm as error:
            if not str(error).startswith(_NOT_KNOWN):
                raise
            moment = ""
        return Offered(name, size or 0, _instant(moment))

    def _is_there(self, file: Offered) -> bool:
        now = self._look(file.path)
        if now is None:
            return False
        if now.size != file.size or (now.modified_at and file.modified_at and now.modified_at != file.modified_at):
            reason = "it has changed since it was listed"
            raise RefusedError(reason, code=CHANGED, **self._named("read", file.path))
        return True

    @contextmanager
    def _of_one(self, file: Offered, action: str) -> Iterator[None]:
        try:
            yield
        except ftplib.error_perm as error:
            if not str(error).startswith(_NOT_THERE):
                raise self._named_error(error, action, file.path) from error
            remedy = "Check that the user of this source may read and change the files of its folder."
            raise RefusedError(str(error), code=GONE, remedy=remedy, **self._named(action, file.path)).worded(
                "source_file_denied"
            ) from error
        except _FAILURES as error:
            raise self._named_error(error, action, file.path) from error

    def _named_error(self, error: Exception, action: str, key: str = "") -> PasserelleError:
        reason, named = str(error) or type(error).__name__, self._named(action, key)
        if isinstance(error, ssl.SSLCertVerificationError):
            remedy = "Name the file of trusted certificates in `verify_tls` of this source, or correct `host`."
            return DeniedError(
                f"the certificate is not trusted: {error.verify_message}", remedy=remedy, **named
            ).worded("source_certificate")
        if isinstance(error, ftplib.error_perm):
            remedy = "Check host, port, user, password and folder of this source, and that the server speaks TLS."
            return DeniedError(reason, remedy=remedy, **named).worded("source_denied")
        if isinstance(error, ftplib.error_reply | ftplib.error_proto | UnicodeError | ValueError):
            return UnexpectedReplyError(reason, **named).worded("source_not_understood")
        remedy = "Check host and port of this source, and that the server is up. The next run tries again."
        return TransientError(reason, remedy=remedy, **named).worded("source_away")

    def _named(self, action: str, key: str = "") -> dict[str, Any]:
        return {"system": "ftps", "action": action, "key": key or self._access.host}


def _from_facts(line: str) -> Offered | None:
    """A line of MLSD, `type=file;size=3;modify=20261121053000; name`; None for what is no file."""
    facts, _, name = line.partition(" ")
    told = {key.lower(): value for key, _, value in (fact.partition("=") for fact in facts.split(";"))}
    if told.get("type", "").lower() != "file" or "/" in name or not told.get("size", "").isdecimal():
        return None
    return Offered(name, int(told["size"]), _instant(told.get("modify", "")))


def _instant(text: str) -> datetime | None:
    digits = text.partition(".")[0]
    try:
        return datetime.strptime(digits, "%Y%m%d%H%M%S").replace(tzinfo=UTC)
    except ValueError:
        return None
