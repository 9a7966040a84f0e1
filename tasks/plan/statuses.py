"""Pure: what the statuses of the ERP's documents do to orders and returns of the shop; they only move forward."""

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
class Followed:
    """An order or a return that the ERP has and that is followed still."""

    id: int
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
    """What is to happen to one of them. `state` 0: nothing; `tracking` empty: nothing."""

    one: Followed
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
    one: Followed, status: DocumentStatus | None, rules: Sequence[StatusRule], before_all: Collection[int]
) -> Move:
    """What one is to become. `before_all` are the states in which it goes to the ERP, or waits to."""
    if status is None:
        return Move(one, outcome=Outcome.REFUSED, code="status_document_gone", detail=str(one.document))
    tracking = status.tracking if status.tracking and status.tracking != one.tracking else ""
    tracking = tracking if one.id_order_carrier else ""
    rule = rule_for(status, rules)
    outcome = Outcome.UPDATED if tracking else Outcome.UNCHANGED
    if rule is None:
        return Move(one, tracking=tracking, outcome=outcome)
    if rule.state == one.state:
        return Move(one, tracking=tracking, final=rule.final, outcome=outcome)
    code = _obstacle(one, rule, rules, before_all)
    if code:
        kept = Outcome.UPDATED if tracking else Outcome.IGNORED
        return Move(one, tracking=tracking, outcome=kept, code=code, detail=str(one.state))
    return Move(one, rule.state, rule.mail, rule.final, tracking, Outcome.UPDATED)


def _obstacle(one: Followed, rule: StatusRule, rules: Sequence[StatusRule], before_all: Collection[int]) -> str:
    if rule.state == one.set_before:
        return "status_taken_back"
    if one.state in before_all:
        return ""
    places = {each.state: place for place, each in reversed(list(enumerate(rules)))}
    now = places.get(one.state)
    # A state that no rule names was given by hand, for a reason that we do not know.
    return "" if now is not None and places[rule.state] < now else "status_later_by_hand"


def day_ranges(followed: Sequence[Followed]) -> list[tuple[date, date]]:
    """Ranges of days to read page by page; so few documents as lie alone in time are asked for one by one."""
    ranges: list[tuple[date, date]] = []
    cluster: list[date] = []
    for day in sorted(one.placed_on for one in followed):
        if cluster and day - cluster[-1] > GAP:
            ranges += _range(cluster)
            cluster = []
        cluster.append(day)
    return ranges + _range(cluster)


def _range(cluster: list[date]) -> list[tuple[date, date]]:
    return [(cluster[0], cluster[-1])] if len(cluster) > FEW else []


def by_state(moves: Sequence[Move]) -> Mapping[tuple[int, bool], list[Move]]:
    """The moves that give a state, by state and mail."""
    grouped: dict[tuple[int, bool], list[Move]] = {}
    for each in moves:
        if each.state:
            grouped.setdefault((each.state, each.mail), []).append(each)
    return grouped
