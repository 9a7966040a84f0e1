"""Pure: what only other shops of the installation have becomes this shop's too."""

from __future__ import annotations

from schemas.outcomes import Outcome
from tasks.products.plan.shapes import CurrentProduct, Operation, ProductPlan
from tasks.products.translate.values import same

_HERE = ("shop", "", "+")


def associate(plan: ProductPlan, current: CurrentProduct) -> None:
    """Adds to the plan that the product and its rows' combinations are this shop's from now on.

    What they cost in another shop is no price of this one: no price counts as changed.
    """
    if current.elsewhere_only:
        if plan.product is None:
            plan.product = Operation("product", "update", plan.key, current.id)
        _mark(plan.product)
    operations = {operation.id: operation for operation in plan.combinations if operation.id}
    defaults = {
        int(one["id"]): same("default_on", True, str(one.get("default_on", ""))) for one in current.combinations
    }
    for row in plan.rows:
        if row.id_combination in current.combinations_elsewhere:
            operation = operations.get(row.id_combination)
            if operation is None:
                operation = Operation("combination", "update", row.ref.key, row.id_combination)
                plan.combinations.append(operation)
            _mark(operation)
            operation.fields.setdefault("default_on", defaults[row.id_combination])
        elif not current.elsewhere_only:
            continue
        row.price_changed = False
        if row.outcome is Outcome.UNCHANGED:
            row.outcome = Outcome.UPDATED


def _mark(operation: Operation) -> None:
    operation.associates = True
    operation.changes.append(_HERE)
