"""Writes of products that the shop refused before, and that are the same, are taken out of the plan."""

from __future__ import annotations

from collections.abc import Iterable
from functools import partial

from connectors.ledger import Refusal
from schemas.incidents import Level
from schemas.outcomes import Outcome
from tasks.plan.shapes import Operation, PlannedRow, ProductPlan
from tasks.refused_before import RefusedBefore
from tasks.run import Run
from tasks.translate.names import Names

PRODUCT, COMBINATION = "product", "combination"
"""The kinds of refusals, as `Operation.kind` says."""


def hold_refused(run: Run, products: Iterable[ProductPlan], names: Names) -> None:
    """Their rows are refused again; what the row or the shop says differently since goes as planned."""
    of_products, of_combinations = RefusedBefore(run, PRODUCT), RefusedBefore(run, COMBINATION)
    for product in products:
        operation = product.product
        refusal = of_products.of(operation.remembered_as, partial(operation.content, names)) if operation else None
        if operation is not None and refusal is not None:
            product.product = None
            if operation.carries_combinations:
                product.combinations = []
            _refuse(product.rows, refusal)
        held = {
            operation.remembered_as: refusal
            for operation in product.combinations
            if (refusal := of_combinations.of(operation.remembered_as, partial(operation.content, names)))
        }
        if held:
            _hold_combinations(run, product, held)


def _hold_combinations(run: Run, product: ProductPlan, held: dict[str, Refusal]) -> None:
    for row in product.rows:
        if refusal := held.get(row.ref.key):
            _refuse([row], refusal)
    for operation in product.combinations:
        if not operation.key and (refusal := held.get(operation.remembered_as)):
            report_refused_sibling(run, product.key, operation, refusal.detail)
    product.combinations = [one for one in product.combinations if one.remembered_as not in held]


def _refuse(rows: Iterable[PlannedRow], refusal: Refusal) -> None:
    for row in rows:
        if row.outcome not in {Outcome.IGNORED, Outcome.REJECTED, Outcome.REFUSED}:
            row.outcome, row.code, row.detail = Outcome.REFUSED, refusal.code, refusal.detail
            row.price_changed = False


def report_refused_sibling(run: Run, product_key: str, operation: Operation, detail: str) -> None:
    """A combination of no row that could not follow its product."""
    changes = "; ".join(f"{name} {was} → {wanted}" for name, was, wanted in operation.changes)
    run.tell(Level.ERROR, "sibling_refused", product_key, value=str(operation.id), detail=detail, column=changes)
