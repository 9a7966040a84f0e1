"""Rows of the customer stream become the shop's accounts."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta, tzinfo

from schemas.date_cells import stands_for_none
from schemas.outcomes import Outcome
from tasks.flat.plan.entities import WantedEntity
from tasks.flat.translate.rows import FlatRow
from tasks.run.outcomes import Stop
from tasks.run.row_ref import RowRef

NEWSLETTER = frozenset({"brandonly", "usablebybrand", "forpartners"})
"""Values of optin_email, in lower case, that subscribe to the newsletter (guide, customers, 1)."""
PARTNERS = frozenset({"forpartners"})
"""Those that let the data go to partners (guide, customers, 2)."""
_BIRTHDAY = ("year", "month", "day")
_OLDEST_AGE = 120
"""In years: who would be older is refused since 9.1 (facts N8)."""
_OWN_WRITE = timedelta(seconds=2)
"""The shop writes whole seconds."""


@dataclass(frozen=True, slots=True)
class AccountRules:
    """What the associations and the shop lay down for accounts."""

    titles: Mapping[str, int]
    """id_gender by title code of the ERP."""
    groups: Mapping[str, int]
    """id_group by group code of the ERP."""
    language: int
    """id_lang of new accounts."""
    customer_group: int
    """id_group of accounts whose row names no group."""
    today: date
    title_ids: frozenset[int] | None = None
    """Of the shop's titles; None: the shop does not give them."""


def wanted_customer(row: FlatRow, ref: RowRef, rules: AccountRules) -> WantedEntity:
    """The account that a row wants; a code without association is why a row goes no further."""
    wanted = WantedEntity(ref, closed=row.value("closed") is True)
    _put_email(row, wanted)
    row.put_same(wanted, ("lastname", "firstname", "siret", "ape"))
    _put_open(row, wanted)
    _put_birthday(row, wanted, rules.today)
    _put_consents(row, wanted)
    wanted.first.setdefault("id_lang", rules.language)
    wanted.stop = _put_title(row, wanted, rules) or _put_group(row, wanted, rules)
    return wanted


def birthday(row: FlatRow, today: date) -> date | None:
    """The day in the three columns; None when one is empty or it is no day of anybody's life."""
    day = _shown_day(row)
    if day is None or stands_for_none(day):
        return None
    oldest = today.replace(year=today.year - _OLDEST_AGE, day=min(today.day, 28))
    return day if oldest < day <= today else None


def birthday_is_impossible(row: FlatRow, today: date) -> bool:
    """Whether the three columns are filled with neither a birthday nor a day that stands for none."""
    filled = all(row.value(f"birthday_{part}") for part in _BIRTHDAY)
    day = _shown_day(row)
    return filled and birthday(row, today) is None and not (day and stands_for_none(day))


def _shown_day(row: FlatRow) -> date | None:
    parts = [row.value(f"birthday_{part}") for part in _BIRTHDAY]
    try:
        return date(*(int(str(part)) for part in parts)) if all(parts) else None
    except ValueError:
        return None


def erp_email_counts(
    modified: datetime | None, updated: str, confirmed_at: datetime | None, zone: tzinfo, clock_offset: float
) -> bool:
    """Whether the ERP's e-mail is the newer one (S113).

    `modified`: by the ERP, in the shop's time `zone`; `updated`: the shop's date_upd; `confirmed_at`: when we wrote
    last. What the shop has not changed since we wrote is no newer than the ERP, whatever the dates are.
    `clock_offset` is the shop's clock minus ours, in seconds.
    """
    changed = _in_utc(updated, zone)
    if modified is None or changed is None:
        return True
    ours = confirmed_at and confirmed_at + timedelta(seconds=clock_offset) + _OWN_WRITE
    return bool(ours and changed <= ours) or modified.replace(tzinfo=zone) >= changed


def _in_utc(text: str, zone: tzinfo) -> datetime | None:
    try:
        return datetime.strptime(text, "%Y-%m-%d %H:%M:%S").replace(tzinfo=zone).astimezone(UTC)
    except ValueError:
        return None


def _put_email(row: FlatRow, wanted: WantedEntity) -> None:
    if email := row.text("customer_email"):
        row.put(wanted, "customer_email", {"email": email})


def _put_open(row: FlatRow, wanted: WantedEntity) -> None:
    wanted.first["active"] = not wanted.closed
    if row.value("closed") is not None:
        row.put(wanted, "closed", {"active": not wanted.closed})


def _put_birthday(row: FlatRow, wanted: WantedEntity, today: date) -> None:
    day = birthday(row, today)
    if day is not None:
        row.put(wanted, "birthday_year", {"birthday": day})


def _put_consents(row: FlatRow, wanted: WantedEntity) -> None:
    answer = row.text("optin_email").casefold()
    if answer:
        row.put(wanted, "optin_email", {"newsletter": answer in NEWSLETTER, "optin": answer in PARTNERS})


def _put_title(row: FlatRow, wanted: WantedEntity, rules: AccountRules) -> Stop | None:
    code = row.text("title_id")
    if not code:
        return None
    if code not in rules.titles:
        return Stop(Outcome.REJECTED, "title_not_associated", code, "title_id")
    if rules.title_ids is not None and rules.titles[code] not in rules.title_ids:
        return Stop(Outcome.REJECTED, "title_not_on_shop", code, "title_id")
    row.put(wanted, "title_id", {"id_gender": rules.titles[code]})
    return None


def _put_group(row: FlatRow, wanted: WantedEntity, rules: AccountRules) -> Stop | None:
    """The default group, of which the account becomes a member too; it stays in its other groups."""
    code = row.text("default_group")
    if code and code not in rules.groups:
        return Stop(Outcome.REJECTED, "group_not_associated", code, "default_group")
    if code:
        row.put(wanted, "default_group", {"id_default_group": rules.groups[code]})
    if "id_default_group" in wanted.owned:
        wanted.member_of = {"groups": rules.groups[code]}
    else:
        number = rules.groups[code] if "id_default_group" in wanted.first else rules.customer_group
        put_group_of_new(wanted, number)
    return None


def put_group_of_new(wanted: WantedEntity, number: int) -> None:
    """The default group of an account that is created, of which it is a member."""
    wanted.first["id_default_group"] = number
    wanted.first_member_of = {"groups": number}


def put_group_of_groupless(wanted: WantedEntity, number: int) -> None:
    """The default group of an account that exists in none."""
    wanted.owned["id_default_group"] = number
    wanted.member_of = {"groups": number}
