"""A shop's folder, read and checked as a whole before anything starts."""

from __future__ import annotations

import math
import tomllib
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

from connectors.files.private import keep_private
from connectors.ledger import Ledger
from connectors.ledger.sqlite_file import CHECKED_FOR_SECONDS
from connectors.prestashop import Shop, ShopLimits
from schemas.associations import Associations, parse_associations
from schemas.column_spec import StreamSpec
from schemas.errors import ConfigFault, ConfigurationError
from schemas.import_json import ImportSpec, default_export_text, parse_export_json, parse_import_json
from schemas.settings import SecretName, ShopSettings, parse_settings
from tasks.run.secrets import resolve

Parsed = TypeVar("Parsed")


@dataclass(frozen=True, slots=True)
class ShopFolder:
    """One shop: its folder, settings, column specs and associations."""

    path: Path
    settings: ShopSettings
    imports: ImportSpec
    associations: Associations
    exports: ImportSpec

    @property
    def name(self) -> str:
        """What the ledger and the reports call the shop."""
        return self.settings.shop.name or self.path.name

    @property
    def drop(self) -> Path:
        """Where the ERP drops its files."""
        return self.path / self.settings.files.folder

    @property
    def archives(self) -> Path:
        """Where files go when their run has ended."""
        return self.path / self.settings.files.archives

    @property
    def outbox(self) -> Path:
        """Where documents for an ERP that takes files lie until they have left."""
        return self.path / "outbox"

    @property
    def snapshots(self) -> Path:
        """Where files lie that can be made again at any time."""
        return self.path / ".snapshots"

    def stream(self, name: str) -> StreamSpec:
        """The stream called `name`; ConfigurationError when import.json lacks it or switches it off."""
        return _switched_on(self.imports, name, "import.json")

    def export(self, name: str) -> StreamSpec:
        """The export called `name`; ConfigurationError when export.json lacks it or switches it off."""
        return _switched_on(self.exports, name, "export.json")

    def is_off(self, name: str, *, export: bool = False) -> bool:
        """Whether the stream is there and switched off."""
        stream = (self.exports if export else self.imports).streams.get(name)
        return stream is not None and not stream.enabled

    def open_ledger(self, *, checked_for_seconds: float = CHECKED_FOR_SECONDS) -> Ledger:
        """The shop's ledger, made or migrated when needed; its file is looked through for that long at most.

        What the process writes from here on is its owner's alone.
        """
        keep_private()
        url = self.settings.ledger.url
        if isinstance(url, SecretName):
            url = resolve(url)
        address = url or f"sqlite:///{self.path / 'ledger.db'}"
        return Ledger.open(address, snapshots=self.snapshots, checked_for_seconds=checked_for_seconds)

    def open_shop(self, *, patience_seconds: float | None = None) -> Shop:
        """The client of the shop's webservice, not yet connected; as patient as the settings say, or less."""
        shop = self.settings.shop
        limits = shop.limits
        return Shop(
            shop.url,
            resolve(shop.key),
            limits=ShopLimits(
                max_connections=limits.max_connections,
                max_batch=limits.max_batch,
                max_batch_by_resource=limits.by_resource(),
                max_body_bytes=limits.max_body_bytes,
                max_url_bytes=limits.max_url_bytes,
                timeout_seconds=limits.timeout_seconds,
                patience_seconds=min(patience_seconds or math.inf, limits.patience_seconds),
                settle_seconds=limits.settle_seconds,
                pace=limits.pace,
            ),
            verify=shop.verify_tls,
            allow_plain_http=shop.allow_plain_http,
            id_shop=shop.id_shop,
        )


def open_shop_folder(path: str | Path) -> ShopFolder:
    """Everything in the folder; ConfigurationError lists the faults of all files at once."""
    folder = Path(path).expanduser().resolve()
    if not folder.is_dir():
        fault = ConfigFault(str(path), "shop", "there is no such folder", "Make one with `passerelle init FOLDER`.")
        raise ConfigurationError((fault,))
    try:
        return _opened(folder)
    except ConfigurationError as error:
        error.language = language_in_settings(folder)
        raise


def language_in_settings(folder: str | Path) -> str:
    """The language that settings.toml names, whatever else is wrong with it; empty where it names none."""
    try:
        settings = tomllib.loads((Path(folder).expanduser() / "settings.toml").read_text(encoding="utf-8-sig"))
        said = settings.get("shop", {}).get("language", "")
    except (OSError, ValueError, AttributeError):
        return ""
    return said if said in ("en", "fr") else ""


def _opened(folder: Path) -> ShopFolder:
    faults: list[ConfigFault] = []
    settings = _parsed(folder / "settings.toml", parse_settings, faults)
    imports = _parsed(folder / "import.json", parse_import_json, faults)
    associations = _parsed(folder / "associations.toml", parse_associations, faults, absent="")
    exports = _parsed(folder / "export.json", parse_export_json, faults, absent=default_export_text())
    if settings is None or imports is None or associations is None or exports is None:
        raise ConfigurationError(tuple(faults))
    return ShopFolder(folder, settings, imports, associations, exports)


def _switched_on(spec: ImportSpec, name: str, source: str) -> StreamSpec:
    stream = spec.streams.get(name)
    if stream is None or not stream.enabled:
        reason = "the stream is not there" if stream is None else "the stream is switched off (enabled: false)"
        remedy = f'Add "{name}" to {source}, or set its "enabled" to true.'
        raise ConfigurationError((ConfigFault(source, name, reason, remedy),))
    return stream


def _parsed(
    path: Path, parse: Callable[..., Parsed], faults: list[ConfigFault], absent: str | None = None
) -> Parsed | None:
    try:
        text = path.read_text(encoding="utf-8-sig") if absent is None or path.exists() else absent
        return parse(text, source=path.name)
    except FileNotFoundError:
        remedy = "Make a shop's folder with `passerelle init FOLDER` and compare."
        faults.append(ConfigFault(path.name, "file", "the file is missing", remedy))
    except UnicodeDecodeError as error:
        remedy = "Save the file as UTF-8."
        faults.append(ConfigFault(path.name, "file", f"the file is not UTF-8 ({error.reason})", remedy))
    except ConfigurationError as error:
        faults.extend(error.faults)
    return None
