"""Pure: what the statuses of the ERP's documents do to orders and returns of the shop; they only move forward."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from fnmatch import fnmatchcase
from itertools import islice

from schemas.erp import DocumentStatus, ErpNumber
from schemas.order_documents import ErpDocuments
from schemas.outcomes import Outcome
from schemas.status_rules import StatusRule
from tasks.statuses.translate.tracking import tracking_number


@dataclass(frozen=True, slots=True)
class TrackedDocument:
    """An order or a return that the ERP has and that is followed still."""

    id: int
    document: ErpNumber
    state: int
    """Where it is in the shop now."""
    placed_on: date
    set_before: int = 0
    """The last state that we gave it; 0: none."""
    tracking: str = ""
    id_order_carrier: int = 0
    id_carrier: int = 0
    file: int = 0
    line: int = 0
    """The row of a file that holds its status; 0: no file does."""
    reference: str = ""
    """Its own in the shop."""
    more: tuple[tuple[int, int], ...] = ()
    """File and line of further rows of it."""


@dataclass(frozen=True, slots=True)
class Carriers:
    """The shop's carriers as the ERP names them."""

    codes: Mapping[int, str] = field(default_factory=dict)
    """id_reference -> the ERP's code; where several have one code, the first counts."""
    references: Mapping[int, int] = field(default_factory=dict)
    """id_carrier -> id_reference, former editions of a carrier included."""
    in_use: Mapping[int, int] = field(default_factory=dict)
    """id_reference -> id_carrier."""
    patterns: Mapping[str, int] = field(default_factory=dict)
    """A word of the ERP, `*` in it standing for anything -> id_reference; asked where no code is the same."""

    def other(self, code: str, id_carrier: int) -> int:
        """The carrier of this code, 0 when `id_carrier` is one already or the shop has none."""
        named = self._named(code) if code else ()
        if self.references.get(id_carrier, 0) in named:
            return 0
        return next((self.in_use[reference] for reference in named if reference in self.in_use), 0)

    def knows(self, code: str) -> bool:
        """Whether a carrier in use has this code."""
        return any(reference in self.in_use for reference in self._named(code))

    def _named(self, code: str) -> tuple[int, ...]:
        """The carriers of a code, by id_reference: with this very code, else the first whose pattern fits."""
        same = tuple(reference for reference, own in self.codes.items() if own == code)
        fits = (id_ for own, id_ in self.patterns.items() if fnmatchcase(code.casefold(), own.casefold()))
        return same or tuple(islice(fits, 1))


NO_CARRIERS = Carriers()


@dataclass(frozen=True, slots=True)
class StatusChange:
    """What is to happen to one of them. `state` 0: nothing; `tracking` empty: nothing; `carrier` 0: nothing."""

    one: TrackedDocument
    state: int = 0
    mail: bool = False
    final: bool = False
    tracking: str = ""
    outcome: Outcome = Outcome.UNCHANGED
    code: str = ""
    detail: str = ""
    carrier: int = 0
    """id_carrier."""
    page: ErpDocuments | None = None
    """What its page lacks of the ERP's documents."""
    reached: int = 0
    """The state that the rule gives, where it is in it already: a run that was killed may have given it."""

    @property
    def of_shipment(self) -> bool:
        """Whether the order's parcel is to be changed."""
        return bool(self.tracking or self.carrier)

    @property
    def writes(self) -> bool:
        """Whether anything is to be written."""
        return bool(self.state) or self.of_shipment or bool(self.page)

    @property
    def is_to_remember(self) -> bool:
        """Whether the ledger does not say yet where it is by now."""
        return bool(self.state) or self.final or self.reached not in {0, self.one.set_before}


def rule_for(status: DocumentStatus, rules: Sequence[StatusRule]) -> StatusRule | None:
    """The first rule that fits."""
    return next((rule for rule in rules if status.values.get(rule.member, "") in rule.values), None)


def plan_status_change(
    one: TrackedDocument,
    status: DocumentStatus | None,
    rules: Sequence[StatusRule],
    before_all: Collection[int],
    carriers: Carriers = NO_CARRIERS,
    states: Collection[int] | None = None,
) -> StatusChange:
    """What one is to become.

    `before_all` are the states in which it goes to the ERP, or waits to; `states` those that the shop has, None when
    nobody asks.
    """
    if status is None:
        return StatusChange(one, outcome=Outcome.REFUSED, code="status_document_gone", detail=str(one.document))
    parcel = _parcel(one, status, carriers)
    rule = rule_for(status, rules)
    if rule is None:
        return parcel
    if rule.state == one.state:
        return replace(parcel, reached=rule.state, final=rule.final)
    if states is not None and rule.state not in states:
        return replace(parcel, outcome=Outcome.REFUSED, code="status_state_missing", detail=str(rule.state))
    code = _obstacle(one, rule, rules, before_all)
    if code:
        kept = Outcome.UPDATED if parcel.of_shipment else Outcome.IGNORED
        return replace(parcel, outcome=kept, code=code, detail=str(one.state))
    return replace(parcel, state=rule.state, mail=rule.mail, final=rule.final, outcome=Outcome.UPDATED)


def _parcel(one: TrackedDocument, status: DocumentStatus, carriers: Carriers) -> StatusChange:
    """The change of an order whose state stays: what the document says of its parcel, where the shop says otherwise."""
    if not one.id_order_carrier:
        return StatusChange(one)
    number = tracking_number(status.tracking)
    tracking = number.text if number.is_accepted and number.text != one.tracking else ""
    parcel = StatusChange(one, tracking=tracking, carrier=carriers.other(status.carrier_code, one.id_carrier))
    return replace(parcel, outcome=Outcome.UPDATED) if parcel.of_shipment else parcel


def _obstacle(one: TrackedDocument, rule: StatusRule, rules: Sequence[StatusRule], before_all: Collection[int]) -> str:
    if rule.state == one.set_before:
        return "status_taken_back"
    if one.state in before_all:
        return ""
    places = {each.state: place for place, each in reversed(list(enumerate(rules)))}
    now = places.get(one.state)
    # A state that no rule names was given by hand, for a reason that we do not know.
    return "" if now is not None and places[rule.state] < now else "status_later_by_hand"


def by_state(changes: Sequence[StatusChange]) -> Mapping[tuple[int, bool], list[StatusChange]]:
    """The changes that give a state, by state and mail."""
    grouped: dict[tuple[int, bool], list[StatusChange]] = {}
    for each in changes:
        if each.state:
            grouped.setdefault((each.state, each.mail), []).append(each)
    return grouped
