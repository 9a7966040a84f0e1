"""`since` as a person or a schedule writes it: a date, or days before the run, in the shop's zone."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta, tzinfo

from schemas.errors import ConfigFault, ConfigurationError

_WORDS = {"today": 0, "yesterday": 1}
_DAYS = {"d": 1, "w": 7}
_RELATIVE = re.compile(r"(\d{1,4})([dw])")
_DATE = re.compile(r"\d{4}-\d{2}-\d{2}")


@dataclass(frozen=True, slots=True)
class Since:
    """A day, or so many days before the day of the run."""

    text: str
    on: date | None = None
    days_before: int = 0

    def day(self, now: datetime, zone: tzinfo) -> date:
        """The day that is meant in the shop's time zone; ConfigurationError for one that has not begun yet."""
        today = now.astimezone(zone).date()
        if self.on is None:
            return today - timedelta(days=self.days_before)
        if self.on > today:
            raise _fault(self.text, "this day has not begun yet", "Name today or a day before it, such as `yesterday`.")
        return self.on

    def begins_at(self, now: datetime, zone: tzinfo) -> datetime:
        """When that day begins in the shop's time zone, UTC."""
        day = self.day(now, zone)
        return datetime(day.year, day.month, day.day, tzinfo=zone).astimezone(UTC)


def parse_since(text: str) -> Since:
    """What `text` means; ConfigurationError where it is neither a date nor days or weeks before the run."""
    written = text.strip().casefold()
    if written in _WORDS:
        return Since(written, days_before=_WORDS[written])
    if relative := _RELATIVE.fullmatch(written):
        return Since(written, days_before=int(relative[1]) * _DAYS[relative[2]])
    try:
        on = datetime.strptime(written, "%Y-%m-%d").date()  # noqa: DTZ007 - a day, of the shop's zone
    except ValueError:
        remedy = "Write a date (2026-11-20), `today`, `yesterday`, or days or weeks before the run: `3d`, `2w`."
        raise _fault(text, "it is neither a date nor a time before the run", remedy) from None
    return Since(written, on)


def _fault(text: str, reason: str, remedy: str) -> ConfigurationError:
    return ConfigurationError((ConfigFault("since", text, reason, remedy),), action="read the parameters")
