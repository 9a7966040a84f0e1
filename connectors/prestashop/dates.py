"""Instants of a shop: it tells and is asked its own local time, without a zone."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta, tzinfo
from zoneinfo import ZoneInfo

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def zone_of(name: str) -> tzinfo:
    """The shop's time zone; UTC when it does not say."""
    return ZoneInfo(name) if name else UTC


def instant(text: str, zone: tzinfo) -> datetime:
    """The UTC instant of a date as the shop writes it; the start of 1970 for none (`0000-00-00`)."""
    try:
        local = datetime.strptime(text, "%Y-%m-%d %H:%M:%S")  # noqa: DTZ007 - the zone is given below
    except ValueError:
        return EPOCH
    return local.replace(tzinfo=zone).astimezone(UTC)


def local_text(moment: datetime, zone: tzinfo) -> str:
    """An instant as the shop writes it."""
    return f"{moment.astimezone(zone):%Y-%m-%d %H:%M:%S}"


def day(text: str) -> date | None:
    """A day as the shop writes it; None for none (`0000-00-00`)."""
    try:
        return date.fromisoformat(text[:10])
    except ValueError:
        return None


# When winter time begins the shop tells one hour twice; the rest is for transactions that end late.
OVERLAP = timedelta(hours=2)
