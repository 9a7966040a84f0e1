"""What Cegid's documents of our orders come to; it says no VAT rates, and takes no credit slips."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date

from connectors.cegid.client import Cegid
from connectors.cegid.statuses import read_statuses
from schemas.amounts import cents, unit_of
from schemas.erp import Asked, DocumentStatus, ErpNumber
from schemas.erp_sums import AskedSums, Detail, DocumentSums


class Sums:
    """See `schemas.erp_sums.TellsSums`. The days of its documents are those on which the orders were placed."""

    details = frozenset({Detail.NET})

    def __init__(self, cegid: Cegid, store: str) -> None:
        self._cegid = cegid
        self._store = store

    def of_orders(self, asked: Sequence[AskedSums]) -> Mapping[str, tuple[DocumentSums, ...]]:
        """See the protocol: the order or receipt itself."""
        found = read_statuses(self._cegid, [Asked(ErpNumber(each.number), each.day) for each in asked], self._store)
        return {number: _sums(status) for number, status in found.items()}

    def of_credits(self, asked: Sequence[AskedSums]) -> Mapping[str, tuple[DocumentSums, ...]]:
        """See the protocol: it is given no credit slips."""
        del asked
        return {}

    def strangers(self, first: date, last: date, known: frozenset[str]) -> tuple[DocumentSums, ...]:
        """See the protocol: which of its documents were made of an order of the shop is not known."""
        del first, last, known
        return ()

    def mode_of(self, code: str) -> str:
        """See the protocol."""
        return code


def _sums(status: DocumentStatus) -> tuple[DocumentSums, ...]:
    """A document that was cancelled counts for nothing."""
    if status.is_cancelled or status.total_tax_incl is None:
        return ()
    unit, net = unit_of(status.currency), status.total_tax_excl
    return (
        DocumentSums(
            number=status.shown_as or status.number,
            day="",
            currency=status.currency,
            tax_incl=cents(status.total_tax_incl, unit),
            tax_excl=None if net is None else cents(net, unit),
        ),
    )
