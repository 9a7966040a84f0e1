"""The sources of a shop's settings, opened with their secrets: four kinds that are spoken to in one way."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Sequence
from contextlib import AbstractAsyncContextManager
from datetime import datetime
from typing import Protocol

from connectors.files.folder_source import FolderSource
from connectors.ftps import FtpsAccess, FtpsSource
from connectors.ledger import Ledger
from connectors.rfe import RfeAccess, RfeSource
from connectors.sftp import SftpAccess, SftpSource
from schemas import source_settings as wanted
from schemas.column_spec import StreamSpec
from schemas.erps.files import FtpsTarget, SftpTarget
from schemas.errors import ConfigFault, ConfigurationError
from schemas.offered import Offered
from schemas.setting_values import SecretName
from tasks.run.secrets import resolve
from tasks.run.shop_folder import ShopFolder

SourceSettings = wanted.FolderSource | wanted.SftpSource | wanted.FtpsSource | wanted.RfeSource


class Source(Protocol):
    """Gives files, and is told when it may let go of one.

    TransientError: it is away; DeniedError: it does not let us in; RefusedError: this one file cannot be had.
    """

    async def reconnect(self) -> None:
        """What was connected and may be cut is connected anew; nothing where no connection is held."""

    async def offered(self) -> list[Offered]:
        """Every file it has now."""

    def chunks(self, file: Offered) -> AsyncGenerator[bytes, None]:
        """The bytes of the file in the version that was offered, else RefusedError."""

    async def delete(self, file: Offered) -> None:
        """This version of the file is gone, also when it was already."""

    async def rename(self, file: Offered, path: str) -> None:
        """This version of the file is at `path`, or gone when it was already."""


class LedgerKeySchedule:
    """When an exchange may be asked for a key again, kept as a watermark of the ledger."""

    def __init__(self, ledger: Ledger, shop: str, source: str) -> None:
        self._ledger = ledger
        self._shop = shop
        self._name = f"key of {source} not before"

    def next_at(self) -> datetime | None:
        """The instant (UTC); None when nothing forbids to ask."""
        return self._ledger.watermark(self._shop, self._name)

    def not_before(self, instant: datetime) -> None:
        """The exchange may not be asked before that instant."""
        self._ledger.set_watermark(self._shop, self._name, instant)


def streams_of(folder: ShopFolder, source: SourceSettings) -> Sequence[StreamSpec]:
    """The streams whose files are taken from the source; ConfigurationError when it names one that is not there."""
    streams = folder.imports.streams
    unknown = [name for name in source.streams if name not in streams]
    if unknown:
        remedy = f"import.json has: {', '.join(streams)}."
        key = f"sources, {source.name}: streams"
        faults = (ConfigFault("settings.toml", key, f"there is no stream {name}", remedy) for name in unknown)
        raise ConfigurationError(tuple(faults))
    return [stream for name, stream in streams.items() if stream.enabled and name in (source.streams or streams)]


def open_source(settings: SourceSettings, folder: ShopFolder, ledger: Ledger) -> AbstractAsyncContextManager[Source]:
    """The source, to be entered; ConfigurationError when a secret of it is not where the settings say."""
    match settings:
        case wanted.FolderSource():
            return FolderSource(folder.path / settings.folder)
        case wanted.SftpSource():
            return SftpSource(sftp_access(settings))
        case wanted.FtpsSource():
            return FtpsSource(ftps_access(settings))
        case wanted.RfeSource():
            return RfeSource(_rfe(settings), LedgerKeySchedule(ledger, folder.name, settings.name))


def sftp_access(settings: wanted.SftpSource | SftpTarget) -> SftpAccess:
    """Where an SSH server is, with its secrets resolved."""
    return SftpAccess(
        settings.host,
        settings.user,
        tuple(settings.host_keys),
        port=settings.port,
        password=_secret(settings.password),
        key=_secret(settings.key),
        passphrase=_secret(settings.passphrase),
        folder=settings.folder,
        patience_seconds=settings.patience_seconds,
    )


def ftps_access(settings: wanted.FtpsSource | FtpsTarget) -> FtpsAccess:
    """Where an FTP server is, with its secrets resolved."""
    return FtpsAccess(
        settings.host,
        settings.user,
        resolve(settings.password),
        port=settings.port,
        implicit=settings.implicit,
        folder=settings.folder,
        verify_tls=settings.verify_tls,
        patience_seconds=settings.patience_seconds,
    )


def _rfe(settings: wanted.RfeSource) -> RfeAccess:
    return RfeAccess(
        settings.folder_id,
        settings.container,
        settings.user,
        resolve(settings.password),
        environment=settings.environment,
        tenant=settings.tenant,
        folder=settings.folder,
        writes=settings.after != "keep",
        files_per_minute=settings.files_per_minute,
        seconds_between=settings.seconds_between,
        sign_in_url=settings.sign_in_url,
        api_url=settings.api_url,
        verify_tls=settings.verify_tls,
        patience_seconds=settings.patience_seconds,
    )


def _secret(name: SecretName | None) -> str:
    return resolve(name) if name is not None else ""
