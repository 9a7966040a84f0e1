"""Rows of the store stream become the shop's stores, seen on its page "Our stores"."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass

from schemas.outcomes import Outcome
from tasks.flat.plan.entities import WantedEntity
from tasks.flat.translate.rows import FlatRow
from tasks.run.outcomes import Stop
from tasks.run.row_ref import RowRef

DAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
TEXTS = ("name", "address1", "address2", "note")
"""Fields that the shop holds once per language."""
_PLAIN = ("postcode", "city", "phone", "email", "latitude", "longitude")


@dataclass(frozen=True, slots=True)
class Geography:
    """What the shop and its associations know of the world."""

    country_iso: Mapping[str, str]
    """ISO code by country code of the ERP."""
    countries: Mapping[str, int]
    """id_country by ISO code."""
    states: Mapping[tuple[int, str], int]
    """id_state by id_country and ISO code."""
    languages: Mapping[str, int]
    """Id by lower-case ISO code, active languages."""
    language_ids: tuple[int, ...]
    """Every language of the shop."""


def wanted_store(row: FlatRow, ref: RowRef, geography: Geography) -> WantedEntity:
    """The store that a row wants: open or closed, with its texts and its hours in every language."""
    wanted = WantedEntity(ref, closed=row.value("active") is False)
    row.put_same(wanted, ("active", *_PLAIN))
    row.put_texts(wanted, TEXTS, geography.languages, geography.language_ids)
    _put_hours(row, wanted, geography.language_ids)
    wanted.stop = _put_country(row, wanted, geography) or _put_state(row, wanted, geography)
    return wanted


def hours_json(row: FlatRow) -> str:
    """The week as the shop keeps it, one list a day from Monday on; empty when the row has no day."""
    week = [row.text(f"{day}_hours") for day in DAYS]
    if not any(week):
        return ""
    return json.dumps([[hours] for hours in week], ensure_ascii=False, separators=(",", ":"))


def _put_hours(row: FlatRow, wanted: WantedEntity, languages: tuple[int, ...]) -> None:
    week = hours_json(row)
    column = next((f"{day}_hours" for day in DAYS if f"{day}_hours" in row.columns), None)
    if week and column:
        row.put(wanted, column, {"hours": dict.fromkeys(languages, week)})


def _put_country(row: FlatRow, wanted: WantedEntity, geography: Geography) -> Stop | None:
    code = row.text("country")
    if not code:
        return None
    iso = geography.country_iso.get(code)
    if iso is None:
        return Stop(Outcome.REJECTED, "country_not_associated", code, "country")
    if iso not in geography.countries:
        return Stop(Outcome.REJECTED, "country_not_on_shop", iso, "country")
    row.put(wanted, "country", {"id_country": geography.countries[iso]})
    return None


def _put_state(row: FlatRow, wanted: WantedEntity, geography: Geography) -> Stop | None:
    state = row.value("state")
    if state is None:
        return None
    iso = str(state).upper()
    country = int(str((wanted.first | wanted.owned).get("id_country", 0)))
    if iso and (country, iso) not in geography.states:
        return Stop(Outcome.REJECTED, "state_unknown", iso, "state")
    row.put(wanted, "state", {"id_state": geography.states.get((country, iso), 0)})
    return None
