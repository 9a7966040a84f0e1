"""Wanted entities against those of the shop."""

from __future__ import annotations

from typing import Any

import pytest

from schemas.outcomes import Outcome
from tasks.flat.plan.entities import WantedEntity, plan_entity, stop_double_claims
from tasks.run.outcomes import Stop
from tasks.run.row_ref import RowRef


def wanted(key: str = "A", **said: Any) -> WantedEntity:
    return WantedEntity(RowRef(0, 2, key), **said)


def test_what_the_shop_has_not_is_created_with_all_that_is_said() -> None:
    planned = plan_entity(wanted(owned={"city": "Paris"}, first={"passwd": "x"}), None, "deactivate")
    assert (planned.outcome, planned.action) == (Outcome.CREATED, "create")
    assert planned.fields == {"city": "Paris", "passwd": "x"}
    assert planned.owned == {"city": "Paris"}


def test_only_what_differs_is_sent() -> None:
    planned = plan_entity(
        wanted(owned={"city": "Paris", "active": True}, first={"passwd": "x"}),
        {"id": 3, "city": "Lyon", "active": "1"},
        "deactivate",
    )
    assert (planned.outcome, planned.id, planned.fields) == (Outcome.UPDATED, 3, {"city": "Paris"})
    assert planned.changes == [("city", "Lyon", "Paris")]


def test_what_is_the_same_is_not_sent() -> None:
    planned = plan_entity(wanted(owned={"city": "Paris"}), {"id": 3, "city": "Paris"}, "deactivate")
    assert (planned.outcome, planned.action) == (Outcome.UNCHANGED, None)


def test_a_text_that_is_sent_keeps_the_languages_that_nobody_speaks_of() -> None:
    current = {"id": 3, "note": {1: "Nice", 2: "Vieux"}}
    planned = plan_entity(wanted(owned={"note": {2: "Joli"}}), current, "deactivate")
    assert planned.fields == {"note": {1: "Nice", 2: "Joli"}}
    assert planned.changes == [("note@2", "Vieux", "Joli")]


def test_a_new_membership_leaves_the_others() -> None:
    current = {"id": 3, "associations": {"groups": [{"id": "3"}]}}
    planned = plan_entity(wanted(member_of={"groups": 4}), current, "deactivate")
    assert planned.members == {"groups": [3, 4]}
    assert plan_entity(wanted(member_of={"groups": 3}), current, "deactivate").action is None


@pytest.mark.parametrize(("closing", "action"), [("deactivate", "deactivate"), ("delete", "delete")])
def test_what_is_closed_is_put_away(closing: Any, action: str) -> None:
    planned = plan_entity(wanted(closed=True, owned={"city": "x"}), {"id": 3, "active": "1", "city": "y"}, closing)
    assert (planned.outcome, planned.action) == (Outcome.DEACTIVATED, action)
    assert "city" not in planned.fields


def test_what_is_closed_already_or_unknown_is_not_touched() -> None:
    known = plan_entity(wanted(closed=True), {"id": 3, "active": "0"}, "deactivate")
    unknown = plan_entity(wanted(closed=True), None, "deactivate")
    assert (known.outcome, known.action) == (Outcome.UNCHANGED, None)
    assert (unknown.outcome, unknown.action) == (Outcome.IGNORED, None)


def test_what_stops_a_row_of_its_own_or_in_the_shop_is_its_outcome() -> None:
    stop = Stop(Outcome.REJECTED, "state_unknown", "ZZ")
    for planned in (plan_entity(wanted(stop=stop), None, "delete"), plan_entity(wanted(), stop, "delete")):
        assert (planned.outcome, planned.code, planned.detail) == (Outcome.REJECTED, "state_unknown", "ZZ")


def test_an_entity_belongs_to_the_key_that_holds_it() -> None:
    first, second = wanted("A"), wanted("B")
    stop_double_claims([second, first], {"A": 3, "B": 3}, {3: "A"}, ("city",))
    assert first.stop is None
    assert second.stop == Stop(Outcome.REJECTED, "entity_taken", "3: A")


def test_of_two_rows_that_would_create_the_same_only_the_first_does() -> None:
    first, second = wanted("A", owned={"email": "a@b.c"}), wanted("B", owned={"email": "A@B.C"})
    stop_double_claims([first, second], {}, {}, ("email",))
    assert (first.stop, second.stop) == (None, Stop(Outcome.REJECTED, "entity_taken", "A"))


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ({"name": "7", "city": ""}, {"name": "", "city": "7"}),
        ({"name": "A", "city": "B|C"}, {"name": "A|B", "city": "C"}),
    ],
)
def test_what_two_rows_would_create_is_told_apart_by_each_field_and_from_ids(
    one: dict[str, Any], other: dict[str, Any]
) -> None:
    rows = [
        wanted("A", owned=one),
        wanted("B", owned=other),
        wanted("C", owned={"name": "7"}),
        wanted("D", owned=other),
    ]
    stop_double_claims(rows, {}, {7: "Z"}, ("name", "city"))
    stopped = {row.ref.key: row.stop.detail for row in rows if row.stop is not None}
    assert stopped == {"D": "B"} | ({"C": "A"} if one["name"] == "7" else {})
