"""What a store of the ERP is on the shop's page of stores."""

from __future__ import annotations

import json
from typing import Any

from schemas.import_json import default_import_spec
from tasks.flat.plan.entities import WantedEntity
from tasks.flat.translate.rows import flat_rows
from tasks.flat.translate.stores import Geography, wanted_store
from tasks.run.row_ref import RowRef

STREAM = default_import_spec().streams["store"]
EMPTY: dict[str, Any] = dict.fromkeys(column.key for column in STREAM.columns)
GEOGRAPHY = Geography({"FRA": "FR", "ATA": "AQ"}, {"FR": 8}, {(8, "IDF"): 3}, {"en": 1, "fr": 2}, (1, 2, 5))


def wanted(**cells: Any) -> WantedEntity:
    row = EMPTY | {"erp_code": "1", "name": "Paris", "country": "FRA", "active": True} | cells
    return wanted_store(flat_rows([row], STREAM)[0], RowRef(0, 2, "1"), GEOGRAPHY)


def test_a_text_is_in_every_language_also_in_those_switched_off() -> None:
    assert wanted().owned["name"] == {1: "Paris", 2: "Paris", 5: "Paris"}


def test_a_week_is_seven_days_from_monday_on() -> None:
    hours = wanted(tuesday_hours="10h - 19h", sunday_hours="fermé").owned["hours"]
    assert isinstance(hours, dict)
    assert {json.dumps(json.loads(text), ensure_ascii=False) for text in hours.values()} == {
        '[[""], ["10h - 19h"], [""], [""], [""], [""], ["fermé"]]'
    }


def test_a_week_of_which_nothing_is_said_is_left_alone() -> None:
    assert "hours" not in wanted().owned


def test_countries_go_by_association_and_states_by_iso_code() -> None:
    owned = wanted(state="idf").owned
    assert (owned["id_country"], owned["id_state"]) == (8, 3)
    codes = [wanted(**cells).stop for cells in ({"country": "X"}, {"country": "ATA"}, {"state": "ZZ"})]
    assert [(stop.code, stop.detail) for stop in codes if stop] == [
        ("country_not_associated", "X"),
        ("country_not_on_shop", "AQ"),
        ("state_unknown", "ZZ"),
    ]


def test_a_store_that_is_not_active_is_closed() -> None:
    assert wanted(active=False).closed
    assert not wanted().closed
