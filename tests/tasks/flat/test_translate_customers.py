"""What a customer of the ERP is as an account of the shop."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from schemas.import_json import default_import_spec
from tasks.flat.plan.entities import WantedEntity
from tasks.flat.translate.customers import AccountRules, birthday_is_impossible, erp_email_counts, wanted_customer
from tasks.flat.translate.rows import flat_rows
from tasks.run.row_ref import RowRef

STREAM = default_import_spec().streams["customer"]
EMPTY: dict[str, Any] = dict.fromkeys(column.key for column in STREAM.columns)
RULES = AccountRules({"MME": 2}, {"VIP": 4}, 1, 3, date(2026, 5, 1))
PARIS = ZoneInfo("Europe/Paris")
NOON = datetime.fromisoformat("2026-05-01T12:00:00")


def wanted(**cells: Any) -> WantedEntity:
    row = EMPTY | {"code_erp": "C1", "customer_email": "a@b.c"} | cells
    return wanted_customer(flat_rows([row], STREAM)[0], RowRef(0, 2, "C1"), RULES)


@pytest.mark.parametrize(
    ("said", "newsletter", "partners"),
    [
        ("BrandOnly", True, False),
        ("UsableByBrand", True, False),
        ("ForPartners", True, True),
        ("forpartners", True, True),
        ("None", False, False),
    ],
)
def test_consents_follow_the_guide(said: str, newsletter: bool, partners: bool) -> None:
    owned = wanted(optin_email=said).owned
    assert (owned["newsletter"], owned["optin"]) == (newsletter, partners)


def test_an_empty_row_changes_nothing_but_the_email() -> None:
    assert wanted().owned == {"email": "a@b.c"}


@pytest.mark.parametrize(
    ("parts", "day"),
    [
        ((1991, 9, 1), date(1991, 9, 1)),
        ((1991, 2, 31), None),
        ((1991, None, 1), None),
        ((2027, 1, 1), None),
        ((1900, 1, 1), None),
        ((1907, 1, 1), date(1907, 1, 1)),
    ],
)
def test_three_columns_make_a_birthday_or_none(parts: tuple[int, ...], day: date | None) -> None:
    cells = dict(zip(("birthday_year", "birthday_month", "birthday_day"), parts, strict=True))
    assert wanted(**cells).owned.get("birthday") == day


@pytest.mark.parametrize(
    ("parts", "impossible"),
    [
        ((1900, 1, 1), False),
        ((1899, 12, 30), False),
        ((2999, 12, 31), False),
        ((0, 0, 0), False),
        ((1991, 9, 1), False),
        ((1991, 2, 31), True),
        ((2027, 1, 1), True),
    ],
)
def test_a_birthday_that_stands_for_none_is_no_fault(parts: tuple[int, ...], impossible: bool) -> None:
    cells = dict(zip(("birthday_year", "birthday_month", "birthday_day"), parts, strict=True))
    assert birthday_is_impossible(flat_rows([EMPTY | cells], STREAM)[0], RULES.today) is impossible


def test_closed_means_inactive_and_says_so_only_when_the_column_does() -> None:
    assert wanted(closed=True).owned["active"] is False
    assert wanted(closed=False).owned["active"] is True
    assert "active" not in wanted().owned
    assert wanted().first["active"] is True


def test_codes_go_by_association_and_without_one_the_row_stops() -> None:
    one = wanted(title_id="MME", default_group="VIP")
    assert (one.owned["id_gender"], one.owned["id_default_group"], one.member_of) == (2, 4, {"groups": 4})
    assert [one.stop and one.stop.code for one in (wanted(title_id="DR"), wanted(default_group="OR"))] == [
        "title_not_associated",
        "group_not_associated",
    ]


def test_a_new_account_without_a_code_is_in_the_shops_group_for_customers() -> None:
    one = wanted()
    assert (one.first["id_default_group"], one.first_member_of) == (3, {"groups": 3})
    assert "id_default_group" not in one.owned


@pytest.mark.parametrize(
    ("modified", "shop_minutes", "confirmed_minutes", "counts"),
    [
        (NOON, -1, None, True),
        (NOON, 1, None, False),
        (NOON, 60, 60, True),
        (NOON, 61, 60, False),
        (None, 60, None, True),
    ],
    ids=["erp newer", "shop newer", "shop as we left it", "shop changed since", "no date"],
)
def test_the_newest_email_wins(
    modified: datetime | None, shop_minutes: int, confirmed_minutes: int | None, *, counts: bool
) -> None:
    updated = f"{NOON + timedelta(minutes=shop_minutes):%Y-%m-%d %H:%M:%S}"
    confirmed = None
    if confirmed_minutes is not None:
        confirmed = (NOON.replace(tzinfo=PARIS) + timedelta(minutes=confirmed_minutes)).astimezone(UTC)
    assert erp_email_counts(modified, updated, confirmed, PARIS, 0.0) is counts
