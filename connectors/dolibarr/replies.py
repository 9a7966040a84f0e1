"""Dolibarr's answers in our words."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal, InvalidOperation
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from connectors.dolibarr.access import SYSTEM
from connectors.dolibarr.transport import Answer
from schemas.errors import DeniedError, UnexpectedReplyError

OLDEST, NEWEST = 20, 24
"""The versions that this connector knows."""


@dataclass(frozen=True, slots=True)
class Hello:
    """What Dolibarr says of itself."""

    version: str
    zone: ZoneInfo | None
    """The zone in which its days begin; None where this version does not say it."""

    @property
    def major(self) -> int:
        """The first number of the version; 0 when there is none."""
        found = re.match(r"\d+", self.version)
        return int(found.group()) if found else 0

    def check(self) -> None:
        """Raises `DeniedError` for a version that lacks what is needed."""
        if self.major < OLDEST:
            raise DeniedError(f"version {self.version}", system=SYSTEM, action="read the status").worded(
                "dolibarr_too_old", value=self.version
            )


def read_hello(value: Any) -> Hello:
    """The answer of `/status`."""
    success = value.get("success") if isinstance(value, Mapping) else None
    if not isinstance(success, Mapping) or "dolibarr_version" not in success:
        raise UnexpectedReplyError("this is no Dolibarr", system=SYSTEM, action="read the status").worded(
            "dolibarr_address"
        )
    return Hello(str(success["dolibarr_version"]), _zone(str(success.get("timestamp_php_tz") or "")))


def _zone(name: str) -> ZoneInfo | None:
    try:
        return ZoneInfo(name) if name else None
    except (ZoneInfoNotFoundError, ValueError):
        return None


def id_of(answer: Answer) -> int:
    """The id that a creation answers with: a number, or a text of digits."""
    text = str(answer.value).strip()
    if isinstance(answer.value, bool) or not text.isdecimal():
        raise UnexpectedReplyError("a creation was answered without an id", system=SYSTEM, action="create").worded(
            "dolibarr_not_understood"
        )
    return int(text)


def amount(value: Any) -> Decimal:
    """A number of Dolibarr, which comes as text or as a number; what is none is zero."""
    try:
        return Decimal(str(value if value not in (None, "") else 0))
    except InvalidOperation:
        return Decimal(0)


def day_of(value: Any, zone: ZoneInfo | None) -> str:
    """The day of a document, as `2026-11-20`: its date is a moment, the beginning of that day where Dolibarr is."""
    try:
        return datetime.fromtimestamp(int(value), zone or UTC).date().isoformat()
    except (TypeError, ValueError):
        return str(value or "")[:10]
