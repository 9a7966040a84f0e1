"""Pure: what the statuses of the ERP's documents do to the orders of the shop; an order only moves forward."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from schemas.documents import DocumentKey, DocumentStatus
from schemas.erp_settings import StatusRule
from schemas.outcomes import Outcome

_MEMBERS = {
    "CancelStatus": "cancel",
    "FollowUpStatus": "follow_up",
    "ShippingStatus": "shipping",
    "ReturnStatus": "return_",
    "PaymentStatus": "payment",
    "BillingStatus": "billing",
}
GAP = timedelta(days=7)
FEW = 5
"""So few documents are asked for one by one rather than by page."""


@dataclass(frozen=True, slots=True)
class OpenOrder:
    """An order that the ERP has and that is followed still."""

    id_order: int
    document: DocumentKey
    state: int
    """Where it is in the shop now."""
    placed_on: date
    set_before: int = 0
    """The last state that we gave it; 0: none."""
    tracking: str = ""
    id_order_carrier: int = 0


@dataclass(frozen=True, slots=True)
class Move:
    """What is to happen to one order. `state` 0: nothing; `tracking` empty: nothing."""

    order: OpenOrder
    state: int = 0
    mail: bool = False
    final: bool = False
    tracking: str = ""
    outcome: Outcome = Outcome.UNCHANGED
    code: str = ""
    detail: str = ""


def rule_for(status: DocumentStatus, rules: Sequence[StatusRule]) -> StatusRule | None:
    """The first rule that fits."""
    return next((rule for rule in rules if getattr(status, _MEMBERS[rule.member]) in rule.values), None)


def move(
    order: OpenOrder, status: DocumentStatus | None, rules: Sequence[StatusRule], before_all: Collection[int]
) -> Move:
    """What an order is to become. `before_all` are the states in which an order goes to the ERP, or waits to."""
    if status is None:
        return Move(order, outcome=Outcome.REFUSED, code="status_document_gone", detail=str(order.document))
    tracking = status.tracking if status.tracking and status.tracking != order.tracking else ""
    tracking = tracking if order.id_order_carrier else ""
    rule = rule_for(status, rules)
    outcome = Outcome.UPDATED if tracking else Outcome.UNCHANGED
    if rule is None:
        return Move(order, tracking=tracking, outcome=outcome)
    if rule.state == order.state:
        return Move(order, tracking=tracking, final=rule.final, outcome=outcome)
    code = _obstacle(order, rule, rules, before_all)
    if code:
        kept = Outcome.UPDATED if tracking else Outcome.IGNORED
        return Move(order, tracking=tracking, outcome=kept, code=code, detail=str(order.state))
    return Move(order, rule.state, rule.mail, rule.final, tracking, Outcome.UPDATED)


def _obstacle(order: OpenOrder, rule: StatusRule, rules: Sequence[StatusRule], before_all: Collection[int]) -> str:
    if rule.state == order.set_before:
        return "status_taken_back"
    if order.state in before_all:
        return ""
    places = {each.state: place for place, each in reversed(list(enumerate(rules)))}
    now = places.get(order.state)
    # A state that no rule names was given by hand, for a reason that we do not know.
    return "" if now is not None and places[rule.state] < now else "status_later_by_hand"


def day_ranges(orders: Sequence[OpenOrder]) -> tuple[list[tuple[date, date]], list[OpenOrder]]:
    """Ranges of days to read page by page, and the orders that lie so far from the others that each is asked alone."""
    ranges: list[tuple[date, date]] = []
    alone: list[OpenOrder] = []
    cluster: list[OpenOrder] = []
    for order in sorted(orders, key=lambda order: order.placed_on):
        if cluster and order.placed_on - cluster[-1].placed_on > GAP:
            _close(cluster, ranges, alone)
            cluster = []
        cluster.append(order)
    _close(cluster, ranges, alone)
    return ranges, alone


def _close(cluster: list[OpenOrder], ranges: list[tuple[date, date]], alone: list[OpenOrder]) -> None:
    if len(cluster) > FEW:
        ranges.append((cluster[0].placed_on, cluster[-1].placed_on))
    else:
        alone.extend(cluster)


def by_state(moves: Sequence[Move]) -> Mapping[tuple[int, bool], list[Move]]:
    """The moves that give a state, by state and mail."""
    grouped: dict[tuple[int, bool], list[Move]] = {}
    for each in moves:
        if each.state:
            grouped.setdefault((each.state, each.mail), []).append(each)
    return grouped
