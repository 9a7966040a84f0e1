"""Settings and associations changed in the back office are written into the shop's own files, checked as those are."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path

from connectors.files.durable import read_text, replace_text
from connectors.prestashop.board import BoardRequest
from schemas.associations import parse_associations
from schemas.back_office import (
    association_as_toml,
    association_sections,
    setting,
    setting_as_toml,
    setting_keys,
    shown,
)
from schemas.edit_toml import with_value
from schemas.errors import ConfigFault, ConfigurationError
from schemas.settings import parse_settings
from tasks.back_office.answers import Answer, done, faulty
from tasks.run.shop_folder import ShopFolder

_NOT_OFFERED = ("this is not changed from the back office", "Change it in the file.")
_MOVED = "the file was changed meanwhile: it says `{}` there"
_LOOK_AGAIN = "Open the page again: it shows what the file says now, and change it there if it is still wanted."


def change_settings(folder: ShopFolder, request: BoardRequest) -> Answer:
    """Every change of the request is in settings.toml, or none is and the answer says why."""
    return _changed(folder.path / "settings.toml", request, _settings_with)


def change_associations(folder: ShopFolder, request: BoardRequest) -> Answer:
    """Every change of the request is in associations.toml, or none is and the answer says why."""
    return _changed(folder.path / "associations.toml", request, _associations_with)


def _changed(path: Path, request: BoardRequest, with_change: Callable[[str, Mapping[str, str], str], str]) -> Answer:
    before = read_text(path) if path.exists() else ""
    text = before
    faults: list[ConfigFault] = []
    for change in request.content:
        try:
            text = with_change(text, change, path.name)
        except ConfigurationError as error:
            faults += error.faults
    if faults:
        return faulty(request, ConfigurationError(tuple(faults)))
    if text != before:
        replace_text(path, text)
    return done(request, "changed", file=path.name)


def _settings_with(text: str, change: Mapping[str, str], source: str) -> str:
    key = change["key"]
    if key not in setting_keys():
        raise _fault(source, key, *_NOT_OFFERED)
    now = shown(setting(parse_settings(text, source=source), key))
    if now == change["value"]:
        return text
    _require_seen(source, key, now, change["seen"])
    table, _, name = key.rpartition(".")
    changed = with_value(text, table, name, setting_as_toml(key, change["value"]), source=source)
    parse_settings(changed, source=source)
    return changed


def _associations_with(text: str, change: Mapping[str, str], source: str) -> str:
    section, _, code = change["key"].partition(".")
    if section not in association_sections() or not code:
        raise _fault(source, change["key"], *_NOT_OFFERED)
    rows = getattr(parse_associations(text, source=source), section)
    now = next((str(value) for known, value in rows.items() if str(known) == code), "")
    if now == change["value"]:
        return text
    _require_seen(source, change["key"], now, change["seen"])
    changed = with_value(text, section, code, association_as_toml(section, change["value"]), source=source)
    parse_associations(changed, source=source)
    return changed


def _require_seen(source: str, key: str, now: str, seen: str) -> None:
    """The file wins over a page that shows something else than it says."""
    if now != seen:
        raise _fault(source, key, _MOVED.format(now), _LOOK_AGAIN)


def _fault(source: str, key: str, reason: str, remedy: str) -> ConfigurationError:
    return ConfigurationError((ConfigFault(source, key, reason, remedy),))
