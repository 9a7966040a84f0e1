"""Pure: which of the orders seen in the shop go to the ERP, which wait, and which are none of its business."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime

from schemas.outcomes import Outcome

HANDED_OVER, INTENT = ("sent", "delivered"), "intent"
UNPAID = "order_unpaid"
HELD_BY_STATE = "order_held_by_state"
TOO_OLD = "order_too_old"


@dataclass(frozen=True, slots=True)
class SeenOrder:
    """What a first look at the shop shows of an order."""

    id_order: int
    state: int
    placed_at: datetime
    updated_at: datetime
    is_store_sale: bool = False
    """Our module made it of a sale that came from the ERP."""
    reference: str = ""
    placed_text: str = ""
    """`placed_at` as the shop itself writes it."""

    @property
    def key(self) -> str:
        """What the ledger and the reports call it."""
        return str(self.id_order)


@dataclass(frozen=True, slots=True)
class WhichOrders:
    """What the settings say of the orders that go."""

    states: Collection[int]
    waiting_states: Collection[int]
    placed_from: datetime | None = None
    hold_states: Collection[int] = ()


@dataclass(frozen=True, slots=True)
class OrderOutcome:
    """An order that is finished, and the message that says why."""

    seen: SeenOrder
    outcome: Outcome
    code: str = ""
    detail: str = ""


@dataclass(slots=True)
class Sorted:
    """Where each order seen goes from here."""

    due: list[SeenOrder] = field(default_factory=list)
    to_look_up: list[SeenOrder] = field(default_factory=list)
    """Sent once without an answer, and no longer among the states that go: the ERP is asked, nothing is created."""
    delivered: list[SeenOrder] = field(default_factory=list)
    """The ERP has them; they are among `outcomes` too, and looked at again for what was changed since."""
    outcomes: list[OrderOutcome] = field(default_factory=list)
    too_old: list[SeenOrder] = field(default_factory=list)
    """The ledger follows them: a person asked for them, or they were seen before the first day was set."""
    forgotten: list[str] = field(default_factory=list)
    """Keys that the ledger follows for nothing: the shop has cancelled or ended these orders otherwise."""


def sort_out(seen: Iterable[SeenOrder], which: WhichOrders, deliveries: Mapping[str, str]) -> Sorted:
    """Sorts the orders seen; `deliveries` gives the ledger's state of those it knows, by key."""
    found = Sorted()
    for order in seen:
        known = deliveries.get(order.key)
        if known in HANDED_OVER:
            found.delivered.append(order)
            found.outcomes.append(OrderOutcome(order, Outcome.UNCHANGED))
        elif order.is_store_sale:
            found.outcomes.append(OrderOutcome(order, Outcome.IGNORED, "order_came_from_erp"))
        elif which.placed_from is not None and order.placed_at < which.placed_from:
            _sort_out_old(found, order, known)
        elif order.state in which.states:
            found.due.append(order)
        elif known == INTENT:
            found.to_look_up.append(order)
        elif order.state in which.waiting_states:
            found.outcomes.append(OrderOutcome(order, Outcome.WAITING, UNPAID))
        elif order.state in which.hold_states:
            found.outcomes.append(OrderOutcome(order, Outcome.WAITING, HELD_BY_STATE, str(order.state)))
        else:
            found.outcomes.append(OrderOutcome(order, Outcome.IGNORED, "order_state_not_exported", str(order.state)))
            if known is not None:
                found.forgotten.append(order.key)
    return found


def _sort_out_old(found: Sorted, order: SeenOrder, known: str | None) -> None:
    """One placed before the first day."""
    if known == INTENT:
        found.to_look_up.append(order)
    elif known is not None:
        found.too_old.append(order)
    else:
        found.outcomes.append(OrderOutcome(order, Outcome.IGNORED, TOO_OLD))
