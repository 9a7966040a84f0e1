"""The days that a reconciliation is of: a month, or from one day to another, both included."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Self

from schemas.errors import ConfigFault, ConfigurationError

_MONTH = re.compile(r"(\d{4})-(\d{2})")
_LONGEST = 366
_REMEDY = "Write a month as 2026-10, or two days as 2026-10-01/2026-10-15, the last of them included; at most a year."


@dataclass(frozen=True, slots=True)
class Period:
    """From the beginning of `first` to the end of `last`, in the shop's own time."""

    first: date
    last: date

    @classmethod
    def read(cls, text: str) -> Self:
        """A month or two days; ConfigurationError with what to write instead."""
        try:
            period = cls.month(text) if _MONTH.fullmatch(text) else cls(*_two_days(text))
        except ValueError as error:
            raise _fault(text, "this is no month and no two days") from error
        if period.last < period.first:
            raise _fault(text, "the last day is before the first")
        if (period.last - period.first).days >= _LONGEST:
            raise _fault(text, "this is more than a year")
        return period

    @classmethod
    def month(cls, text: str) -> Self:
        """A whole month; ValueError for what is none."""
        year, month = map(int, text.split("-"))
        first = date(year, month, 1)
        return cls(first, _next_month(first) - timedelta(days=1))

    @classmethod
    def before(cls, today: date) -> Self:
        """The last month that is over."""
        last = today.replace(day=1) - timedelta(days=1)
        return cls(last.replace(day=1), last)

    @property
    def begins(self) -> str:
        """Its first second, as the shop writes it."""
        return f"{self.first} 00:00:00"

    @property
    def ends(self) -> str:
        """Its last second, as the shop writes it."""
        return f"{self.last} 23:59:59"

    def holds(self, day: str) -> bool:
        """Whether a day, as `2026-11-21`, lies in it."""
        return self.first.isoformat() <= day <= self.last.isoformat()

    def __str__(self) -> str:
        whole = self.first.day == 1 and self.last == _next_month(self.first) - timedelta(days=1)
        return f"{self.first:%Y-%m}" if whole else f"{self.first}/{self.last}"


def _next_month(first: date) -> date:
    return (first + timedelta(days=31)).replace(day=1)


def _two_days(text: str) -> tuple[date, date]:
    first, _, last = text.partition("/")
    return date.fromisoformat(first), date.fromisoformat(last)


def _fault(text: str, reason: str) -> ConfigurationError:
    return ConfigurationError((ConfigFault("period", text, reason, _REMEDY),), action="read the parameters")
