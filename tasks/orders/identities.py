"""Whose the ids of orders are: one that the shop has given to another order since is not the order that the ERP has."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from connectors.prestashop import Shop
from schemas.identities import order_identity
from schemas.incidents import Level
from schemas.outcomes import Outcome
from tasks.handover.sender import reused
from tasks.orders.plan.sorting import HANDED_OVER, OrderOutcome, SeenOrder
from tasks.run.run import Run

KEYS_AT_ONCE = 5_000
REUSED = "order_id_reused"


@dataclass(frozen=True, slots=True)
class WhoseOrders:
    """Keys that the ledger says are delivered, of orders that may not be those which were."""

    reused: frozenset[str]
    """The shop has given the id to another order."""
    unproven: frozenset[str]
    """Delivered before there were identities, and dated later than the delivery: the ERP's document must agree."""

    def without(self, states: Mapping[str, str]) -> dict[str, str]:
        """The ledger's states of the orders that the keys are of now."""
        return {key: state for key, state in states.items() if key not in self.reused}


def whose_orders(run: Run, kind: str, seen: Sequence[SeenOrder]) -> WhoseOrders:
    """Compares the orders seen with those delivered; one from before is given its identity, if proven."""
    secret, shop = run.ledger.secret(), run.folder.name
    now = {order.key: order for order in seen}
    identities = {key: order_identity(order.reference, order.placed_text, secret) for key, order in now.items()}
    mistaken, unproven, proven = set(), set(), {}
    keys = [*now]
    for start in range(0, len(keys), KEYS_AT_ONCE):
        known = run.ledger.deliveries(shop, kind, keys=keys[start : start + KEYS_AT_ONCE])
        for key, state, identity, at in known.select("key", "state", "identity", "delivered_at").iter_rows():
            if state not in HANDED_OVER or identity == identities[key]:
                continue
            if identity is not None:
                mistaken.add(key)
            elif is_older(run, now[key].placed_at, at):
                proven[key] = identities[key]
            else:
                unproven.add(key)
    if not run.asked.dry_run:
        run.ledger.identify(shop, kind, proven)
    return WhoseOrders(frozenset(mistaken), frozenset(unproven))


async def identities_now(shop: Shop, keys: Iterable[str], secret: bytes) -> dict[str, str]:
    """Whose the ids are in the shop now; those that it has not are left out."""
    display = ("id", "reference", "current_state", "date_add", "date_upd")
    found = await shop.find("orders", "id", keys, display=display)
    return {str(row["id"]): order_identity(row["reference"], row["date_add"], secret) for row in found}


def is_older(run: Run, made_at: datetime, delivered_at: datetime | None) -> bool:
    """Whether the shop made it before it was delivered: then it is what was delivered, whatever its id was since."""
    by_our_clock = made_at - timedelta(seconds=run.facts.clock_offset_seconds)
    return delivered_at is not None and by_our_clock <= delivered_at


def hold_reused(run: Run, kind: str, orders: Iterable[SeenOrder]) -> list[OrderOutcome]:
    """Orders that are due under an id of another one are held with the question; what is known of the other is kept."""
    outcomes = []
    for order in orders:
        former = run.ledger.delivery(run.folder.name, kind, order.key)
        if former is None:
            continue
        question = reused("order", former)
        run.note(Level.ERROR, question.code, order.key, **question.params)
        outcomes.append(OrderOutcome(order, Outcome.REJECTED, REUSED))
        if not run.asked.dry_run:
            identity = order_identity(order.reference, order.placed_text, run.ledger.secret())
            run.ledger.displace(run.folder.name, kind, order.key, identity=identity, code=REUSED, run_id=run.run_id)
    return outcomes


def same_as_delivered(run: Run, kind: str, orders: Sequence[SeenOrder]) -> list[SeenOrder]:
    """Those that are the orders which were delivered under their ids; of the others, those that are due are held."""
    whose = whose_orders(run, kind, orders)
    states = run.folder.settings.orders.states
    hold_reused(run, kind, [order for order in orders if order.key in whose.reused and order.state in states])
    return [order for order in orders if order.key not in whose.reused | whose.unproven]
