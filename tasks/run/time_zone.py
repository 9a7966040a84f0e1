"""In which time zone a person of the shop reads: as the shop said to its last run, kept beside the snapshots."""

from __future__ import annotations

import logging
from contextlib import suppress
from datetime import datetime, tzinfo
from pathlib import Path
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from tasks.run.shop_folder import ShopFolder

logger = logging.getLogger(__name__)
UNKNOWN = "UTC"


def remember_time_zone(folder: ShopFolder, name: str) -> None:
    """Keeps the name of the zone that the shop has said; a folder that refuses it is only logged."""
    path = _path(folder)
    if not is_zone(name) or name == time_zone_of(folder):
        return
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(name, encoding="utf-8")
    except OSError as error:
        logger.warning("The time zone of %s is not kept: %s", folder.name, error.strerror)


def time_zone_of(folder: ShopFolder) -> str:
    """The name of the shop's zone; `UTC` until a run has asked the shop."""
    with suppress(OSError, UnicodeDecodeError):
        name = _path(folder).read_text(encoding="utf-8").strip()
        if is_zone(name):
            return name
    return UNKNOWN


def is_zone(name: str) -> bool:
    """Whether this machine knows a time zone of that name."""
    try:
        return bool(name) and ZoneInfo(name) is not None
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return False


def zone_named(name: str) -> tzinfo:
    """The zone of that name; UTC where this machine knows none."""
    return ZoneInfo(name if is_zone(name) else UNKNOWN)


def local(instant: datetime, name: str) -> str:
    """An instant as a person of the shop reads it on the terminal, with its zone where that is UTC."""
    reason = f"{instant.astimezone(zone_named(name)):%Y-%m-%d %H:%M}"
    return reason if is_zone(name) and name != UNKNOWN else f"{reason} UTC"


def _path(folder: ShopFolder) -> Path:
    return folder.snapshots / "time-zone"
