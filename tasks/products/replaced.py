"""What the shop has of the products that are about to be written, as the ledger keeps it for an undo."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from connectors.ledger import Replaced
from connectors.ledger.replaced import Done
from schemas.outcomes import Outcome
from tasks.products.plan.shapes import Operation, ProductPlan
from tasks.products.translate.entities import MissingNameError, combination_entity, product_entity
from tasks.products.translate.names import Names

_RESOURCES = {"product": "products", "combination": "combinations"}
_NOT_PUT_BACK = frozenset({"id", "id_product", "default_on"})
"""A second default combination is an error of the shop's database (facts D9): the default stays as it is."""


def replaced_products(products: Iterable[ProductPlan], names: Names) -> Iterator[Replaced]:
    """One for each product and combination to write, and for each combination that is closed."""
    for product in products:
        written = {operation.id for operation in product.combinations if operation.action == "delete"}
        for operation in product.operations:
            one = _replaced(product, operation, names)
            if one is not None:
                yield one
        for row in product.rows:
            closes = row.outcome is Outcome.DEACTIVATED and row.id_combination and not product.simple
            if closes and row.id_combination not in written:
                yield Replaced(row.ref.key, "combinations", row.id_combination, "close", family=product.key)


def _replaced(product: ProductPlan, operation: Operation, names: Names) -> Replaced | None:
    done: Done = "update"
    if operation.associates:
        done = "associate"
    elif operation.action in {"create", "delete"}:
        done = "create" if operation.action == "create" else "delete"
    resource, family = _RESOURCES[operation.kind], product.key
    if done in {"associate", "delete"}:
        return Replaced(operation.key, resource, operation.id, done, family=family)
    try:
        sent = (
            product_entity(operation, names)
            if operation.kind == "product"
            else combination_entity(operation, product.id_product, names)
        )
    except MissingNameError:
        return None
    if done == "create":
        return Replaced(operation.key, resource, 0, done, {}, _shown(sent), family)
    before = former(operation.found, sent)
    if not before:
        return None
    after = {name: value for name, value in _shown(sent).items() if name in before}
    if "associations" in before:
        after["associations"] = {name: sent["associations"][name] for name in before["associations"]}
    return Replaced(operation.key, resource, operation.id, done, before, after, family)


def _shown(sent: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in sent.items() if name not in _NOT_PUT_BACK}


def former(found: Mapping[str, Any], sent: Mapping[str, Any]) -> dict[str, Any]:
    """What the shop had of the fields of `sent`; those that were not read are left out."""
    before = {name: found[name] for name in _shown(sent) if name in found and name != "associations"}
    held = found.get("associations", {})
    if members := {name: held[name] for name in sent.get("associations", {}) if name in held}:
        before["associations"] = members
    return before
