"""Whose the ids of returns are: one that the shop has given to another return since is not the one that the ERP has."""

from __future__ import annotations

from collections.abc import Iterable

from connectors.prestashop import Entity, Shop
from connectors.prestashop.values import whole
from schemas.identities import return_identity
from tasks.returns.look_up import RETURN_FIELDS
from tasks.run.run import Run


def identity_of(run: Run, row: Entity) -> str:
    """The identity of a return as the shop has it."""
    return return_identity(whole(row, "id_order"), row["date_add"], run.ledger.secret())


async def identities_now(shop: Shop, keys: Iterable[str], secret: bytes) -> dict[str, str]:
    """Whose the ids are in the shop now; those that it has not are left out."""
    found = await shop.find((await shop.describe()).returns, "id", keys, display=RETURN_FIELDS)
    return {str(row["id"]): return_identity(whole(row, "id_order"), row["date_add"], secret) for row in found}
