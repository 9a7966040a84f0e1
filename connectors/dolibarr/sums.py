"""What Dolibarr's invoices and credit notes of our orders come to, by VAT rate and kind of supply, and as paid."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date
from decimal import Decimal

from connectors.dolibarr.asking import Record
from connectors.dolibarr.client import Dolibarr
from connectors.dolibarr.codes import DolibarrCodes
from connectors.dolibarr.guard import uid_of
from connectors.dolibarr.orders import CANCELLED, id_in, number_of
from connectors.dolibarr.replies import amount, day_of
from schemas.amounts import cents, unit_of
from schemas.erp import ErpNumber
from schemas.erp_sums import AskedSums, Detail, DocumentSums, Part, Supply, with_discounts_of_kind

_SERVICE = "1"
"""Of a line, or of its product: what is sold as a service is one, whatever the line was entered as."""
_CREDIT, _ABANDONED = "2", "3"
_NUMBERED = frozenset({"1", "2"})
"""Type and statuses of an invoice."""


class Sums:
    """See `schemas.erp_sums.TellsSums`."""

    details = frozenset(Detail)

    def __init__(self, dolibarr: Dolibarr, codes: DolibarrCodes) -> None:
        self._dolibarr = dolibarr
        self._codes = codes

    def of_orders(self, asked: Sequence[AskedSums]) -> Mapping[str, tuple[DocumentSums, ...]]:
        """See the protocol. The invoice under the order's guard, and those that a person has made of it."""
        heads = {number_of(each): each for each in self._dolibarr.orders_by_ids(_ids(asked))}
        orders = {each.number: heads[ErpNumber(each.number)] for each in asked if each.number in heads}
        invoices: dict[str, list[Record]] = {}
        for invoice in self._dolibarr.invoices_of_uids(filter(None, map(uid_of, orders.values()))):
            invoices.setdefault(uid_of(invoice), []).append(invoice)
        named = self._dolibarr.invoices_of_references(str(each["ref_client"]) for each in orders.values())
        by_hand = {str(each["ref_client"]) for each in named if not uid_of(each) and str(each["type"]) != _CREDIT}
        found = {}
        for number, head in orders.items():
            own = [each for each in invoices.get(uid_of(head), []) if _counts(each)]
            alone = bool(own) and str(head["ref_client"]) not in by_hand
            found[number] = tuple(map(self._with_payments, own)) if alone else self._linked(int(head["id"]))
        return found

    def of_credits(self, asked: Sequence[AskedSums]) -> Mapping[str, tuple[DocumentSums, ...]]:
        """See the protocol."""
        notes = {number_of(each): each for each in self._dolibarr.whole_invoices(_ids(asked))}
        there = {each.number: notes[ErpNumber(each.number)] for each in asked if each.number in notes}
        return {number: (self._sums(note),) for number, note in there.items() if _counts(note)}

    def strangers(self, first: date, last: date, known: frozenset[str]) -> tuple[DocumentSums, ...]:
        """See the protocol."""
        heads = list(self._dolibarr.invoices_dated(self._codes.order_prefix, first, last))
        new = (each for each in heads if str(each["status"]) in _NUMBERED and each["ref"] not in known)
        rows = {int(each["id"]): each for each in new}
        credits_ = {id_: each for id_, each in rows.items() if str(each["type"]) == _CREDIT}
        sources = {int(each.get("fk_facture_source") or 0) for each in credits_.values()} - {0}
        ours = {int(each["id"]) for each in self._dolibarr.invoices_by_ids(sources) if self._is_ours(each)}
        found = [
            id_
            for id_, each in rows.items()
            if (int(each.get("fk_facture_source") or 0) in ours if id_ in credits_ else self._is_ours(each))
        ]
        return tuple(self._sums(each) for each in self._dolibarr.whole_invoices(found))

    def mode_of(self, code: str) -> str:
        """See the protocol: `CB` of `CB/SHOP`."""
        return code.partition("/")[0].strip()

    def _is_ours(self, row: Record) -> bool:
        return self._codes.is_order_uid(uid_of(row))

    def _linked(self, order_id: int) -> tuple[DocumentSums, ...]:
        """All invoices that an order names; where there are none, it stands for itself unless it is cancelled."""
        order = self._dolibarr.order(order_id) or {"status": CANCELLED}
        linked = order.get("linkedObjectsIds")
        ids = (linked.get("facture") or {}).values() if isinstance(linked, Mapping) else ()
        invoices = [each for each in self._dolibarr.whole_invoices(map(int, ids)) if _counts(each)]
        if invoices or str(order["status"]) == CANCELLED:
            return tuple(map(self._with_payments, invoices))
        return (self._sums(order, is_final=False),)

    def _with_payments(self, invoice: Record) -> DocumentSums:
        unit = unit_of(_currency(invoice))
        paid = self._dolibarr.payments(int(invoice["id"]))
        payments = tuple((str(each.get("type") or ""), cents(amount(each.get("amount")), unit)) for each in paid)
        return self._sums(invoice, payments)

    def _sums(
        self, record: Record, payments: tuple[tuple[str, Decimal], ...] = (), *, is_final: bool = True
    ) -> DocumentSums:
        unit = unit_of(_currency(record))
        return DocumentSums(
            number=str(record.get("ref") or ""),
            day=day_of(record.get("date"), self._dolibarr.hello.zone),
            currency=_currency(record),
            tax_incl=cents(amount(record.get("total_ttc")), unit),
            tax_excl=cents(amount(record.get("total_ht")), unit),
            parts=with_discounts_of_kind(self._parts(record, unit)),
            payments=payments,
            is_final=is_final and str(record["status"]) in _NUMBERED,
        )

    def _parts(self, record: Record, unit: Decimal) -> Iterator[Part]:
        for line in record.get("lines") or ():
            net, gross = cents(amount(line.get("total_ht")), unit), cents(amount(line.get("total_ttc")), unit)
            if net or gross:
                yield Part(amount(line.get("tva_tx")).normalize() + 0, self._supply(line), net, gross)

    def _supply(self, line: Mapping[str, object]) -> Supply | None:
        items = self._codes.items
        names = {str(line.get("product_ref") or ""), str(line.get("ref") or "")}
        if items.discount and items.discount in names:
            return None
        is_service = _SERVICE in {str(line.get("product_type")), str(line.get("fk_product_type"))}
        return Supply.SERVICES if is_service or names & {items.shipping, items.wrapping} - {""} else Supply.GOODS


def _ids(asked: Iterable[AskedSums]) -> list[int]:
    return [id_in(ErpNumber(each.number)) for each in asked]


def _counts(invoice: Record) -> bool:
    return str(invoice.get("status")) != _ABANDONED and str(invoice.get("type")) in {"0", "1", "2", "3", "5"}


def _currency(record: Record) -> str:
    return str(record.get("multicurrency_code") or "")
