"""What only other shops of an installation have becomes this shop's too."""

from __future__ import annotations

from schemas.outcomes import Outcome
from tasks.products.plan.association import associate
from tasks.products.plan.shapes import CurrentProduct, PlannedRow, ProductPlan
from tasks.run.row_ref import RowRef

ENTITY = {"id": 7}
COMBINATIONS = [{"id": 70, "default_on": "1"}, {"id": 71, "default_on": ""}]


def planned(*rows: PlannedRow, simple: bool = False) -> ProductPlan:
    return ProductPlan("DRESS", 7, simple, list(rows))


def row(key: str, combination: int = 0) -> PlannedRow:
    return PlannedRow(RowRef(0, 1, key), Outcome.UNCHANGED, id_combination=combination, price_changed=True)


def test_a_product_with_nothing_to_change_is_written_to_become_this_shops() -> None:
    plan = planned(row("BELT"), simple=True)
    associate(plan, CurrentProduct(ENTITY, elsewhere_only=True))
    assert plan.product is not None
    assert (plan.product.id, plan.product.action, plan.product.associates) == (7, "update", True)
    assert plan.rows[0].outcome is Outcome.UPDATED


def test_the_price_of_another_shop_is_no_price_that_changed() -> None:
    plan = planned(row("BELT"), simple=True)
    associate(plan, CurrentProduct(ENTITY, elsewhere_only=True))
    assert not plan.rows[0].price_changed


def test_only_the_combinations_that_this_shop_lacks_are_written_and_one_stays_the_default() -> None:
    plan = planned(row("DRESS-S", 70), row("DRESS-M", 71), row("DRESS-L", 72))
    associate(plan, CurrentProduct(ENTITY, COMBINATIONS, combinations_elsewhere=frozenset({70, 71})))
    assert plan.product is None
    assert [(one.key, one.id, one.fields["default_on"]) for one in plan.combinations] == [
        ("DRESS-S", 70, True),
        ("DRESS-M", 71, False),
    ]
    assert [one.outcome for one in plan.rows] == [Outcome.UPDATED, Outcome.UPDATED, Outcome.UNCHANGED]
