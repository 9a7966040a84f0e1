"""Writes of products that the shop refused before, and that are the same, are taken out of the plan."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from functools import partial

from connectors.ledger import Refusal
from schemas.incidents import Level
from schemas.outcomes import Outcome
from tasks.products.plan.shapes import Operation, PlannedRow, ProductPlan
from tasks.products.translate.names import Names
from tasks.run.refused_before import RefusedBefore
from tasks.run.run import Run

PRODUCT, COMBINATION = "product", "combination"
"""The kinds of refusals, those of `Operation.kind`."""


async def hold_refused(run: Run, products: Sequence[ProductPlan], names: Names) -> None:
    """Their rows are refused again; what has changed in the row or the shop since goes as planned."""
    of_products, of_combinations = RefusedBefore(run, PRODUCT), RefusedBefore(run, COMBINATION)
    before = {PRODUCT: of_products, COMBINATION: of_combinations}
    known = [plan for plan in products if any(before[one.kind].knows(one.remembered_as) for one in plan.operations)]
    changes = await last_changes(run, (plan.id_product for plan in known))
    for product in known:
        changed_at = changes.get(product.id_product, "")
        held: dict[tuple[str, str], Refusal] = {
            (operation.kind, operation.remembered_as): refusal
            for operation in product.operations
            if (
                refusal := before[operation.kind].of(
                    operation.remembered_as, partial(operation.content, names, changed_at)
                )
            )
        }
        _hold_product(product, held)
        _hold_combinations(run, product, {key: refusal for (kind, key), refusal in held.items() if kind == COMBINATION})


async def last_changes(run: Run, ids: Iterable[int]) -> dict[int, str]:
    """`date_upd` of the shop's products by id: it moves when a merchant saves one."""
    wanted = [str(number) for number in sorted(set(ids)) if number]
    read = await run.shop.find("products", "id", wanted, display=["id", "date_upd"]) if wanted else []
    return {int(entity["id"]): str(entity["date_upd"]) for entity in read}


def _hold_product(product: ProductPlan, held: Mapping[tuple[str, str], Refusal]) -> None:
    operation = product.product
    refusal = held.get((PRODUCT, operation.remembered_as)) if operation else None
    if operation is None or refusal is None:
        return
    product.product = None
    if operation.carries_combinations:
        product.combinations = []
    _refuse(product.rows, refusal)


def _hold_combinations(run: Run, product: ProductPlan, held: Mapping[str, Refusal]) -> None:
    if not held:
        return
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
    run.note(Level.ERROR, "sibling_refused", product_key, value=str(operation.id), detail=detail, column=changes)
