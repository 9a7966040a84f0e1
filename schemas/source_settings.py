"""The part of settings.toml that is about the sources files are fetched from."""

from __future__ import annotations

from typing import Annotated, Any, Literal, Self
from urllib.parse import urlsplit

from pydantic import AfterValidator, BeforeValidator, Field, field_validator, model_validator

from schemas.setting_values import Count, Secret, Section, fault, is_loopback

GIGABYTE = 2**30

SourceName = Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9_-]{0,39}$")]
Port = Annotated[int, Field(ge=1, le=65535)]
Words = Annotated[str, Field(min_length=1)]


def _remote_folder(value: str) -> str:
    return "" if value.strip("/. ") == "" and not value.startswith("/") else value


RemoteFolder = Annotated[str, AfterValidator(_remote_folder)]


class _Source(Section):
    """What every source says."""

    name: SourceName
    """What reports and the ledger call it; another name is another source, whose files are all new."""
    streams: list[str] = Field(default_factory=list)
    """The streams whose files are taken from here; empty: all that are switched on."""
    max_bytes: Count = GIGABYTE
    """A larger file is not fetched, and told."""
    patience_seconds: Annotated[float, Field(gt=0)] = 60.0
    """Silence after which a source counts as away."""

    @property
    def marker(self) -> str:
        """What a marker's name has after that of its file; empty: there are none here."""
        return ""

    @property
    def settle_seconds(self) -> float | None:
        """For how long a file must not move before it is whole; None: it appears whole."""
        return None


class _Written(_Source):
    """A source where a file may still be on its way when it is seen."""

    folder: RemoteFolder = ""
    complete: Literal["stable", "marker"] = "stable"
    """`stable`: size and time do not move for `stable_seconds`; `marker`: name plus `marker_suffix` lies beside it."""
    stable_seconds: Annotated[float, Field(ge=0)] = 5.0
    marker_suffix: Words = ".ok"
    after: Literal["delete", "rename", "keep"] = "rename"
    """What becomes of a file at the source once its import has ended well."""
    rename_suffix: Words = ".done"

    @property
    def marker(self) -> str:
        """What a marker's name has after that of its file; empty: there are none here."""
        return self.marker_suffix if self.complete == "marker" else ""

    @property
    def settle_seconds(self) -> float | None:
        """For how long a file must not move before it is whole; None: its marker says so."""
        return self.stable_seconds if self.complete == "stable" else None


class FolderSource(_Written):
    """`[[sources.folder]]`: a folder of this machine, or one that is mounted on it."""

    folder: Words
    """Relative to the shop's folder, or absolute."""


class SshServer(Section):
    """An SSH server, how it is recognised, and who we are there."""

    host: Words
    port: Port = 22
    user: Words
    password: Secret | None = None
    key: Secret | None = None
    """Where the text of the private key is."""
    passphrase: Secret | None = None
    """Where the passphrase of the private key is, if it has one."""
    host_keys: list[str] = Field(default_factory=list, validate_default=True)
    """The server's public keys, each as `type base64`."""

    @field_validator("host_keys")
    @classmethod
    def _server_must_be_known(cls, host_keys: list[str]) -> list[str]:
        if not host_keys or any(not _is_public_key(key) for key in host_keys):
            raise fault(
                "host_keys",
                "nothing says how to recognise the server",
                "Write its public key: `ssh-keyscan HOST` shows it (`-p PORT` for another port); take the part that "
                'begins with "ssh-ed25519" or "ecdsa-", and compare it with the one that the owner of the server '
                "tells you by another way.",
            )
        return host_keys

    @model_validator(mode="after")
    def _some_way_to_sign_in(self) -> Self:
        if self.password is None and self.key is None:
            raise fault("sftp_secret", "neither `password` nor `key` is there", "Add one of the two.")
        return self


class FtpServer(Section):
    """An FTP server over TLS, and who we are there."""

    host: Words
    port: Port = 21
    user: Words
    password: Secret
    implicit: bool = False
    """TLS from the first byte, as on port 990."""
    verify_tls: bool | str = True
    """true, or the path of a file of trusted certificates."""


class SftpSource(_Written, SshServer):
    """`[[sources.sftp]]`: a folder of an SSH server."""


class FtpsSource(_Written, FtpServer):
    """`[[sources.ftps]]`: a folder of an FTP server, over TLS and never without."""


def _api_url(value: Any) -> Any:
    if not isinstance(value, str):
        return value
    parts = urlsplit(value)
    if parts.scheme not in {"http", "https"} or not parts.hostname or parts.query or parts.username is not None:
        raise fault("rfe_url", "this is not the address of a service", 'Write it like "https://rfe.cegid.cloud".')
    if parts.scheme == "http" and not is_loopback(parts.hostname):
        raise fault("plain_http", "with http:// the password travels in clear", "Write https://.")
    return value.rstrip("/")


ApiUrl = Annotated[str, BeforeValidator(_api_url)]


class RfeSource(_Source):
    """`[[sources.rfe]]`: a container of Cegid Retail File Exchange."""

    environment: Literal["p", "t"] = "p"
    """`p`: production, `t`: test."""
    folder_id: Words
    """The number of the Y2 folder, such as `123456_001_PROD`."""
    container: Annotated[str, Field(pattern=r"^[A-Za-z-]{1,20}$")]
    user: Words
    """A Y2 user that owns the container or contributes to it, without `@` and the folder."""
    password: Secret
    tenant: str = ""
    """The `X-TenantID`; empty: what stands before the first `-` of the container's name."""
    folder: Words = "out/"
    after: Literal["delete", "rename", "keep"] = "delete"
    rename_suffix: Words = ".done"
    files_per_minute: Count = 100
    """100 on a dedicated service, 3 on an advanced one."""
    seconds_between: Annotated[float, Field(ge=0)] = 300.0
    """The least time between two requests for a key: Cegid wants no more than one every five minutes."""
    sign_in_url: ApiUrl = "https://retail-services.cegid.cloud"
    api_url: ApiUrl = "https://rfe.cegid.cloud"
    verify_tls: bool | str = True


class Sources(Section):
    """`[[sources.KIND]]`: where `collect_files` fetches from; several of each kind."""

    folder: list[FolderSource] = Field(default_factory=list)
    sftp: list[SftpSource] = Field(default_factory=list)
    ftps: list[FtpsSource] = Field(default_factory=list)
    rfe: list[RfeSource] = Field(default_factory=list)

    @model_validator(mode="after")
    def _names_differ(self) -> Sources:
        names = [source.name for source in self.every]
        if len(set(names)) < len(names):
            raise fault("source_names", "two sources have the same name", "Give each source a name of its own.")
        return self

    @property
    def every(self) -> tuple[FolderSource | SftpSource | FtpsSource | RfeSource, ...]:
        """All of them."""
        return (*self.folder, *self.sftp, *self.ftps, *self.rfe)


def _is_public_key(text: str) -> bool:
    kind, _, encoded = text.partition(" ")
    return kind.startswith(("ssh-", "ecdsa-", "sk-")) and bool(encoded.strip())
