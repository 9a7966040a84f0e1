"""What is put back and what is left, by what the run found, wrote, and what the shop has now."""

from __future__ import annotations

from typing import Any

import pytest

from schemas.outcomes import Outcome
from tasks.stock_check.differences import Moved
from tasks.undo.plan import (
    PutBack,
    as_given,
    close_with_their_products,
    decide,
    decide_quantity,
    differing,
    leave_families,
)


def one(before: dict[str, Any], after: dict[str, Any], **given: Any) -> PutBack:
    known: dict[str, Any] = {
        "kind": "product",
        "key": "A",
        "resource": "products",
        "id": 7,
        "done": "update",
        "line": 1,
    }
    return PutBack(**known | given, before=before, after=after)


def test_what_stands_as_the_run_wrote_it_is_put_back() -> None:
    back = one({"price": "10.000000", "name": {1: "Old", 2: "Vieux"}}, {"price": "12", "name": {1: "New", 2: "Neuf"}})
    decide(back, {"id": 7, "price": "12.000000", "name": {1: "New", 2: "Neuf"}}, deletes=False)
    assert (back.outcome, back.action) == (Outcome.UPDATED, "update")
    assert back.fields == {"price": "10.000000", "name": {1: "Old", 2: "Vieux"}}
    assert ("price", "12.000000", "10.000000") in back.changes


def test_what_is_as_before_already_needs_no_write() -> None:
    back = one({"price": "10"}, {"price": "12"})
    decide(back, {"id": 7, "price": "10.000000"}, deletes=False)
    assert (back.outcome, back.action) == (Outcome.UNCHANGED, "")


@pytest.mark.parametrize(
    ("is_private", "detail"), [(False, "price: 12 / 11.000000"), (True, "price")], ids=["an article", "a person"]
)
def test_what_a_person_changed_since_is_left_and_named(is_private: bool, detail: str) -> None:
    back = one({"price": "10"}, {"price": "12"})
    decide(back, {"id": 7, "price": "11.000000"}, deletes=False, is_private=is_private)
    assert (back.outcome, back.code, back.detail) == (Outcome.IGNORED, "undo_changed_since", detail)
    assert (back.action, back.fields) == ("", {})


def test_a_product_that_was_switched_off_is_open_again_and_one_that_was_opened_is_closed() -> None:
    opened, closed = one({"active": "1"}, {"active": "0"}), one({"active": "0"}, {"active": "1"})
    decide(opened, {"id": 7, "active": "0"}, deletes=False)
    decide(closed, {"id": 7, "active": "1"}, deletes=False)
    assert (opened.outcome, closed.outcome) == (Outcome.UPDATED, Outcome.DEACTIVATED)


@pytest.mark.parametrize(("deletes", "action"), [(False, "deactivate"), (True, "delete")])
def test_what_the_run_made_is_switched_off_or_deleted_by_the_custom_of_its_kind(deletes: bool, action: str) -> None:
    back = one({}, {"reference": "A", "active": "1"}, done="create")
    decide(back, {"id": 7, "reference": "A", "active": "1"}, deletes=deletes)
    assert (back.outcome, back.action) == (Outcome.DEACTIVATED, action)


def test_what_the_run_made_and_a_person_worked_on_is_left() -> None:
    back = one({}, {"name": {1: "A"}, "active": "1"}, done="create")
    decide(back, {"id": 7, "name": {1: "A, better"}, "active": "1"}, deletes=False)
    assert (back.outcome, back.code) == (Outcome.IGNORED, "undo_changed_since")


def test_what_the_run_deleted_is_made_again_where_its_values_are_kept() -> None:
    kept, lost = one({"reduction": "0.2"}, {}, done="delete"), one({}, {}, done="delete", resource="combinations")
    for back in (kept, lost):
        decide(back, None, deletes=True)
    assert (kept.outcome, kept.action, kept.fields) == (Outcome.CREATED, "create", {"reduction": "0.2"})
    assert (lost.outcome, lost.code) == (Outcome.IGNORED, "undo_deleted")


@pytest.mark.parametrize(
    ("known", "code"),
    [
        ({"id": 7}, "undo_gone"),
        ({"id": 0, "done": "create"}, "undo_unknown_id"),
        ({"id": 7, "done": "associate"}, "undo_associated"),
    ],
)
def test_what_the_shop_does_not_have_is_left(known: dict[str, Any], code: str) -> None:
    back = one({"price": "1"}, {"price": "2"}, **known)
    decide(back, None, deletes=False)
    assert (back.outcome, back.code) == (Outcome.IGNORED, code)


def test_what_the_run_made_and_is_deleted_already_is_as_an_undo_wants_it() -> None:
    gone, never = one({}, {"reduction": "0.2"}, done="create"), one({}, {"reduction": "0.2"}, done="create", id=0)
    for back in (gone, never):
        decide(back, None, deletes=True)
        assert (back.outcome, back.action, back.is_gone) == (Outcome.UNCHANGED, "", True)


def test_a_price_changed_by_hand_keeps_those_of_its_whole_product() -> None:
    base = one({"price": "10"}, {"price": "12"}, family="P", key="P")
    impact = one({"price": "1"}, {"price": "2"}, family="P", resource="combinations", key="P-M", id=9)
    other = one({"price": "1"}, {"price": "2"}, family="Q", key="Q", id=8)
    decide(base, {"id": 7, "price": "11"}, deletes=False)
    decide(impact, {"id": 9, "price": "2"}, deletes=False)
    decide(other, {"id": 8, "price": "2"}, deletes=False)
    leave_families([base, impact, other])
    assert (impact.outcome, impact.code, impact.detail) == (Outcome.IGNORED, "undo_family_changed", "P")
    assert other.outcome is Outcome.UPDATED


def test_combinations_made_within_a_new_product_are_off_with_it_and_others_stay() -> None:
    product = one({}, {"active": "1"}, done="create", key="P", family="P")
    within = one({}, {}, done="create", key="P-M", family="P", resource="combinations", id=9)
    beside = one({}, {}, done="create", key="Q-M", family="Q", resource="combinations", id=10)
    decide(product, {"id": 7, "active": "1"}, deletes=False)
    for combination in (within, beside):
        decide(combination, {"id": combination.id}, deletes=False)
    close_with_their_products([product, within, beside])
    assert (within.outcome, within.code) == (Outcome.DEACTIVATED, "")
    assert (beside.outcome, beside.code) == (Outcome.IGNORED, "undo_combination_stays")


NOTHING, SOLD = Moved(), Moved(sold=2)


@pytest.mark.parametrize(
    ("now", "moved", "earlier", "back"),
    [
        ("12", NOTHING, NOTHING, "5"),
        ("10", SOLD, SOLD, "3"),
        ("12", NOTHING, SOLD, "3"),
        ("5", NOTHING, NOTHING, None),
    ],
    ids=["unmoved", "sold since", "sold between the former word and the run", "as before already"],
)
def test_a_quantity_comes_back_less_what_was_sold(now: str, moved: Moved, earlier: Moved, back: str | None) -> None:
    quantity = one({"quantity": "5"}, {"quantity": "12"}, kind="stock", resource="stock_availables")
    decide_quantity(quantity, {"id": 7, "quantity": now}, moved, earlier)
    assert quantity.outcome is (Outcome.UNCHANGED if back is None else Outcome.UPDATED)
    assert quantity.fields == {"quantity": back or "5"}


@pytest.mark.parametrize(
    ("now", "moved", "code"),
    [
        ("11", NOTHING, "undo_changed_since"),
        ("12", SOLD, "undo_changed_since"),
        ("11", Moved(perhaps=1), "undo_sales_unclear"),
    ],
    ids=["counted by hand", "sold and filled up by hand", "sold in the minute of the write"],
)
def test_a_quantity_that_sales_do_not_explain_is_left(now: str, moved: Moved, code: str) -> None:
    quantity = one({"quantity": "5"}, {"quantity": "12"}, kind="stock", resource="stock_availables")
    decide_quantity(quantity, {"id": 7, "quantity": now}, moved, moved)
    assert (quantity.outcome, quantity.code) == (Outcome.IGNORED, code)


def test_values_are_compared_as_the_shop_keeps_them() -> None:
    values = {
        "price": "10",
        "from": "2026-01-01 00:00:00",
        "description": {1: "<p>A &amp; B</p>"},
        "associations": {"categories": [{"id": 2}, {"id": "5"}]},
    }
    now = {
        "price": "10.000000",
        "from": "2026-01-01",
        "description": {1: "<p>A & B</p>"},
        "associations": {"categories": [{"id": "5"}, {"id": "2"}]},
    }
    assert differing(values, now) == []
    now["associations"] = {"categories": [{"id": "2"}]}
    assert differing(values, now) == [("categories", "2, 5", "2")]


def test_of_what_bears_the_same_names_that_counts_which_is_as_the_run_gave_it() -> None:
    made = one({}, {"name": "Nice", "phone": "04", "active": "1"}, done="create", id=0)
    ours = {"id": 7, "name": "Nice", "phone": "04", "active": "0"}
    other = {"id": 8, "name": "Nice", "phone": "05", "active": "1"}
    assert as_given(made, [ours, other]) == [ours]
    assert as_given(made, [ours, ours | {"id": 9}]) == [ours, ours | {"id": 9}]
    assert as_given(made, [other]) == [other]
