"""Whose the ids of returns are: one that the shop has given to another return since is not the one that the ERP has."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass

from connectors.ledger import DeliveryState
from connectors.prestashop import Entity, Shop
from connectors.prestashop.dates import instant, zone_of
from connectors.prestashop.values import whole
from schemas.identities import return_identity
from schemas.incidents import Level
from tasks.handover.sender import reused
from tasks.orders.identities import is_older
from tasks.returns.look_up import RETURN_FIELDS
from tasks.run.run import Run


@dataclass(frozen=True, slots=True)
class WhoseReturns:
    """Keys that the ledger says are delivered: of the returns that were, of others, and of who knows which."""

    proven: frozenset[str]
    reused: frozenset[str]
    unproven: frozenset[str]


def whose_returns(run: Run, kind: str, rows: Sequence[Entity]) -> WhoseReturns:
    """Compares the returns seen with those delivered; one from before is given its identity, if proven."""
    zone, shop = zone_of(run.facts.time_zone), run.folder.name
    now = {str(row["id"]): row for row in rows}
    known = run.ledger.deliveries(shop, kind, states=[DeliveryState.DELIVERED], keys=[*now])
    proven, mistaken, unproven, older = set(), set(), set(), {}
    for key, identity, at in known.select("key", "identity", "delivered_at").iter_rows():
        own = identity_of(run, now[key])
        if identity == own:
            proven.add(key)
        elif identity is not None:
            mistaken.add(key)
        elif is_older(run, instant(now[key]["date_add"], zone), at):
            older[key] = own
        else:
            unproven.add(key)
    if not run.asked.dry_run:
        run.ledger.identify(shop, kind, older)
    return WhoseReturns(frozenset(proven | older.keys()), frozenset(mistaken), frozenset(unproven))


def identity_of(run: Run, row: Entity) -> str:
    """The identity of a return as the shop has it."""
    return return_identity(whole(row, "id_order"), row["date_add"], run.ledger.secret())


async def identities_now(shop: Shop, keys: Iterable[str], secret: bytes) -> dict[str, str]:
    """Whose the ids are in the shop now; those that it has not are left out."""
    found = await shop.find((await shop.describe()).returns, "id", keys, display=RETURN_FIELDS)
    return {str(row["id"]): return_identity(whole(row, "id_order"), row["date_add"], secret) for row in found}


def hold_reused(run: Run, kind: str, rows: Sequence[Entity], keys: Collection[str]) -> list[str]:
    """The keys of returns that are due under an id of another one; they are held, the other is kept."""
    due = [row for row in rows if str(row["id"]) in keys and whole(row, "state") in run.folder.settings.returns.states]
    for row in due:
        key, shop = str(row["id"]), run.folder.name
        former = run.ledger.delivery(shop, kind, key)
        if former is None:
            continue
        question = reused("return", former)
        run.note(Level.ERROR, question.code, key, **question.params)
        if not run.asked.dry_run:
            identity = identity_of(run, row)
            run.ledger.displace(shop, kind, key, identity=identity, code=question.code, run_id=run.run_id)
    return [str(row["id"]) for row in due]
