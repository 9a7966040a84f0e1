"""Products as the flows write them."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, Any

from connectors.prestashop import Identity

if TYPE_CHECKING:
    from connectors.prestashop import Entity, Receipt
    from deployments.sandbox.shop import SandboxShop

BY_REFERENCE = Identity("reference", ("reference",))


def product(reference: str, **fields: Any) -> Entity:
    """A product that the shop accepts, with these fields instead."""
    return {
        "reference": reference,
        "price": Decimal("59.166667"),
        "state": 1,
        "active": True,
        "available_for_order": True,
        "show_price": True,
        "minimal_quantity": 1,
        "id_category_default": 2,
        "name": {1: f"Shirt {reference}", 2: f"Chemise {reference}"},
        "associations": {"categories": [{"id": 2}]},
        **fields,
    }


def products(count: int) -> list[Entity]:
    """So many products."""
    return [product(f"REF-{number:04}") for number in range(count)]


def references(sandbox: SandboxShop) -> list[str]:
    """The references on the shop, in the order of their ids."""
    return [row["reference"] for row in sandbox.rows("products")]


def outcomes(receipts: list[Receipt]) -> list[str]:
    """What became of each."""
    assert [receipt.position for receipt in receipts] == list(range(len(receipts)))
    return [receipt.outcome for receipt in receipts]
