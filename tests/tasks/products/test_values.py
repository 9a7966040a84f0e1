"""Values as the webservice takes them, and whether the shop has them already."""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal

import pytest

from tasks.products.translate.rows import Value
from tasks.products.translate.values import as_text, same


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (None, ""),
        (True, "1"),
        (False, "0"),
        (12, "12"),
        (Decimal("19.9"), "19.900000"),
        (Decimal("0.0000005"), "0.000001"),
        (date(2026, 11, 30), "2026-11-30"),
        (datetime(2026, 11, 30, 23, 59, tzinfo=UTC), "2026-11-30"),
        ("Été\u00a0à deux\nlignes", "Été\u00a0à deux\nlignes"),
        ("a\x00b\x1fc\ufffed", "abcd"),
    ],
)
def test_every_kind_of_value_has_one_text(value: Value | None, text: str) -> None:
    assert as_text(value) == text


@pytest.mark.parametrize("zero", ["-0", "0", "-0.0000001", "0.00"])
def test_zero_has_no_sign_whichever_zero_came_first(zero: str) -> None:
    assert as_text(Decimal(zero)) == "0.000000"


@pytest.mark.parametrize(
    ("field", "wanted", "current", "is_same"),
    [
        ("reference", "R1", "R1", True),
        ("reference", "R1", "R1 ", True),
        ("reference", "R1", "r1", False),
        ("description", "<p>a<br></p>", "<p>a<br></p>", True),
        ("description", "<p>a<br></p>", "<p>a<br /></p>", True),
        ("from_quantity", 1, "1", True),
        ("from_quantity", 1, "01", True),
        ("from_quantity", 0, "", True),
        ("from_quantity", 1, "2", False),
        ("active", True, "1", True),
        ("active", False, "", True),
        ("active", True, "0", False),
        ("price", Decimal(-1), "-1.000000", True),
        ("price", Decimal("10.01"), "10.010001", False),
        ("available_date", "0000-00-00", "", True),
        ("available_date", date(2026, 11, 30), "2026-11-30 00:00:00", True),
    ],
)
def test_what_the_shop_has_is_compared_by_what_it_means(field: str, wanted: Value, current: str, is_same: bool) -> None:
    assert same(field, wanted, current) is is_same
