from __future__ import annotations

from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

import pytest

from schemas.errors import ConfigurationError
from schemas.since import parse_since

PARIS = ZoneInfo("Europe/Paris")
NOW = datetime(2026, 11, 22, 23, 30, tzinfo=UTC)
"""Already the 23rd in Paris."""


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("2026-11-20", date(2026, 11, 20)),
        ("today", date(2026, 11, 23)),
        ("Yesterday", date(2026, 11, 22)),
        (" 3d ", date(2026, 11, 20)),
        ("0d", date(2026, 11, 23)),
        ("2w", date(2026, 11, 9)),
    ],
)
def test_a_day_is_a_date_or_counted_back_from_the_shops_own_day(text: str, day: date) -> None:
    assert parse_since(text).day(NOW, PARIS) == day


def test_a_day_begins_at_the_shops_midnight_in_summer_and_in_winter() -> None:
    assert parse_since("yesterday").begins_at(NOW, PARIS) == datetime(2026, 11, 21, 23, tzinfo=UTC)
    assert parse_since("2026-07-01").begins_at(NOW, PARIS) == datetime(2026, 6, 30, 22, tzinfo=UTC)


@pytest.mark.parametrize("text", ["", "last week", "3 days", "-3d", "2026-02-30", "20/11/2026", "3m", "99999d"])
def test_what_is_no_day_is_said_with_what_to_write(text: str) -> None:
    with pytest.raises(ConfigurationError) as caught:
        parse_since(text)
    [fault] = caught.value.faults
    assert (fault.file, fault.key) == ("since", text)
    assert "2026-11-20" in fault.remedy
    assert "yesterday" in fault.remedy


def test_a_day_that_has_not_begun_in_the_shop_is_a_fault() -> None:
    assert parse_since("2026-11-23").day(NOW, PARIS) == date(2026, 11, 23)
    with pytest.raises(ConfigurationError, match="has not begun"):
        parse_since("2026-11-23").day(NOW, UTC)
