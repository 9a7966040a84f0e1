"""A shop that is not armed is read, and nothing is written: neither to it nor to its ERP."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from typing import NoReturn

from connectors.files.durable import read_text, replace_text
from schemas.edit_toml import with_value
from schemas.errors import DeniedError
from schemas.incidents import Incident, Level
from schemas.settings import parse_settings
from tasks.run.run import Asked
from tasks.run.shop_folder import ShopFolder


def as_armed(asked: Asked, folder: ShopFolder) -> Asked:
    """What was asked for; where the shop is not armed, as a plan."""
    if asked.writes_ledger_alone or folder.settings.shop.is_armed:
        return asked
    return replace(asked, dry_run=True, unarmed=True)


def unarmed_incidents(asked: Asked, folder: ShopFolder) -> list[Incident]:
    """What every report of a shop that is not armed says."""
    if not asked.unarmed:
        return []
    told = folder.settings.shop.armed_for
    code = "armed_for_another" if told else "not_armed"
    return [Incident(Level.INFO, code, asked.stream, params={"value": told or "", "detail": folder.path.name})]


def may_write(asked: Asked, check: Callable[[], None]) -> Callable[[], None]:
    """What is asked before each request that writes to the shop: `check`, or a refusal where it is not armed."""
    return _refuse if asked.unarmed else check


def note_armed(folder: ShopFolder, address: str) -> None:
    """settings.toml says from now on that `address` may be written to; every other line stays as it is."""
    path = folder.path / "settings.toml"
    text = with_value(read_text(path), "shop", "armed_for", json.dumps(address), source=path.name)
    parse_settings(text, source=path.name)
    replace_text(path, text)


def _refuse() -> NoReturn:
    raise DeniedError(
        "the shop is not armed",
        system="PrestaShop",
        action="write",
        remedy="Run `passerelle check`, then `passerelle arm`.",
    ).worded("not_armed_write")
