"""A month or two days, both included."""

from __future__ import annotations

from datetime import date

import pytest

from schemas.errors import ConfigurationError
from schemas.period import Period


@pytest.mark.parametrize(
    ("text", "begins", "ends", "shown"),
    [
        ("2026-10", "2026-10-01 00:00:00", "2026-10-31 23:59:59", "2026-10"),
        ("2028-02", "2028-02-01 00:00:00", "2028-02-29 23:59:59", "2028-02"),
        ("2026-12", "2026-12-01 00:00:00", "2026-12-31 23:59:59", "2026-12"),
        ("2026-10-03/2026-10-03", "2026-10-03 00:00:00", "2026-10-03 23:59:59", "2026-10-03/2026-10-03"),
        ("2026-10-01/2026-10-31", "2026-10-01 00:00:00", "2026-10-31 23:59:59", "2026-10"),
    ],
)
def test_a_period_begins_and_ends_with_its_days(text: str, begins: str, ends: str, shown: str) -> None:
    period = Period.read(text)
    assert (period.begins, period.ends, str(period)) == (begins, ends, shown)
    assert period.holds(begins[:10])
    assert period.holds(ends[:10])
    assert not period.holds("2031-01-01")


@pytest.mark.parametrize(
    "text", ["", "October", "2026-13", "2026-10-01", "2026-10-31/2026-10-01", "2025-01-01/2026-10-01"]
)
def test_what_is_no_period_is_a_fault_with_its_remedy(text: str) -> None:
    with pytest.raises(ConfigurationError, match="2026-10-01/2026-10-15"):
        Period.read(text)


def test_the_last_month_that_is_over() -> None:
    assert Period.before(date(2026, 1, 3)) == Period.read("2025-12")
    assert Period.before(date(2026, 12, 31)) == Period.read("2026-11")
