"""The boxes to tick for the webservice key: what is needed, what it has, and what it has beyond that."""

from __future__ import annotations

from dataclasses import dataclass

from connectors.prestashop import ShopFacts
from tasks.check.erp import RIGHTS as OF_ORDERS
from tasks.check.shop import needed_rights
from tasks.run.shop_folder import ShopFolder

BOXES = ("GET", "POST", "PUT", "DELETE")
"""The columns of the key's page; PATCH is ticked with PUT where the shop knows it."""


@dataclass(frozen=True, slots=True)
class Box:
    """One box: is it needed, and is it ticked?"""

    needed: bool
    held: bool


def boxes(folder: ShopFolder, facts: ShopFacts) -> dict[str, dict[str, Box]]:
    """The boxes of every resource that is needed, by name and method."""
    needed = {name: set(methods) for name, methods in needed_rights(folder).items()}
    if folder.settings.erp.kind != "none":
        for name, methods in OF_ORDERS.items():
            needed.setdefault(name, set()).update(methods)
    return {
        name: {method: Box(method in methods, _is_held(facts, method, name)) for method in BOXES}
        for name, methods in sorted(needed.items())
    }


def _is_held(facts: ShopFacts, method: str, resource: str) -> bool:
    return facts.may(facts.update_method(resource) if method == "PUT" else method, resource)
