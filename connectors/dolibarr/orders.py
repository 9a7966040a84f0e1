"""An order and what follows it, created in Dolibarr exactly once: what an earlier call began is completed."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from connectors.dolibarr.access import SYSTEM
from connectors.dolibarr.asking import Record
from connectors.dolibarr.client import Dolibarr
from connectors.dolibarr.codes import DolibarrCodes
from connectors.dolibarr.draft_lines import check_as_drafted, differs, line_values, products_of
from connectors.dolibarr.faults import DUPLICATE
from connectors.dolibarr.guard import uid_of
from connectors.dolibarr.order_draft import OrderDraft
from connectors.dolibarr.replies import amount
from connectors.dolibarr.translate_customers import contact, contact_uid, same_address
from schemas.amounts import cents
from schemas.documents import Address
from schemas.erp import ErpNumber
from schemas.errors import AlreadyThereError, RefusedError

CANCELLED, DRAFT, VALIDATED = "-1", "0", "1"
_PAID = "2"
_CHEQUE = "CHQ"


def number_of(record: Mapping[str, Any]) -> ErpNumber:
    """How the rest of the house names an order of Dolibarr: its reference, for people, and its id."""
    return ErpNumber(f"{record['ref']}/{record['id']}")


def id_in(number: ErpNumber) -> int:
    """The id in such a number."""
    return int(number.rpartition("/")[2])


def is_complete(head: Mapping[str, Any], codes: DolibarrCodes) -> bool:
    """Whether nothing of an order is left to be done; `billed` is the last thing that is written of it."""
    status = str(head.get("status"))
    if status == CANCELLED:
        return True
    return status != DRAFT and (not codes.with_invoices or str(head.get("billed")) == "1")


class OrderWriter:
    """Creates orders with contacts, invoice and payments. Safe in threads."""

    def __init__(self, dolibarr: Dolibarr, codes: DolibarrCodes) -> None:
        self._dolibarr = dolibarr
        self._codes = codes
        self._contacts: dict[str, int] = {}
        """Their ids by their guards, as this run has made or found them."""
        self._bills_itself = True
        """Whether Dolibarr's module Workflow marks orders as invoiced; True until an order was not."""

    def write(self, draft: OrderDraft, third_party: Record) -> ErpNumber:
        """The number of the order once all of it is there.

        Raises `AlreadyThereError` when another call has completed it, `RefusedError` when what is there differs.
        """
        products = products_of(self._dolibarr, draft.lines)
        try:
            order_id = self._dolibarr.create_order(draft.uid, self._order(draft, int(third_party["id"]), products))
            is_new = True
        except RefusedError as error:
            if error.code != DUPLICATE:
                raise
            order_id, is_new = self._begun(draft.uid, error), False
        record = self._agreeing(draft, order_id, int(third_party["id"]))
        if str(record["status"]) == DRAFT:
            self._name_contacts(draft, order_id, third_party)
            record = self._dolibarr.validate_order(order_id)
        if self._codes.with_invoices:
            self._invoice(draft, order_id, third_party, products, is_new=is_new)
        return number_of(record)

    def _begun(self, uid: str, error: RefusedError) -> int:
        """The id of the order that an earlier call has begun."""
        found = [each for each in self._dolibarr.orders_of(uid, "") if uid_of(each) == uid]
        if not found:
            raise error
        if is_complete(found[0], self._codes):
            raise AlreadyThereError(error.reason, system=SYSTEM, action="create an order", key=uid, code=DUPLICATE)
        return int(found[0]["id"])

    def _agreeing(self, draft: OrderDraft, order_id: int, third_party_id: int) -> Record:
        """The order as it is there; `RefusedError` when it is not as drafted."""
        record = self._dolibarr.order(order_id)
        if record is None:
            raise differs("the order is gone right after it was created", draft.uid)
        check_as_drafted(draft, record, third_party_id)
        return record

    def _order(self, draft: OrderDraft, third_party_id: int, products: Mapping[str, int]) -> dict[str, Any]:
        values: dict[str, Any] = {
            "socid": third_party_id,
            "date": draft.day,
            "ref_client": draft.ref_client,
            "ref_ext": draft.uid,
            "lines": list(line_values(draft, products)),
        }
        if draft.note:
            values["note_public"] = draft.note
        if draft.shipping_method:
            values["shipping_method_id"] = draft.shipping_method
        return values

    def _name_contacts(self, draft: OrderDraft, order_id: int, third_party: Record) -> None:
        """The addresses of the order, where they are not the third party's own."""
        named = {"SHIPPING": draft.delivery, "BILLING": draft.invoice}
        for kind, address in named.items():
            values = contact(address, str(third_party.get("name") or ""), self._codes)
            if not same_address(third_party, values) and _says_where(address):
                contact_id = self._contact(int(third_party["id"]), values)
                self._dolibarr.link_contact(order_id, contact_id, kind)

    def _contact(self, third_party_id: int, values: dict[str, Any]) -> int:
        uid = contact_uid(self._codes.order_prefix, third_party_id, values)
        if uid not in self._contacts:
            self._contacts[uid] = self._made_contact(uid, {"socid": third_party_id, **values})
        return self._contacts[uid]

    def _made_contact(self, uid: str, values: dict[str, Any]) -> int:
        try:
            return self._dolibarr.create_contact(uid, values)
        except RefusedError as error:
            found = self._dolibarr.contact_of(uid) if error.code == DUPLICATE else None
            if found is None:
                raise
            return int(found["id"])

    def _invoice(
        self, draft: OrderDraft, order_id: int, third_party: Record, products: Mapping[str, int], *, is_new: bool
    ) -> None:
        """The invoice of an order, numbered and paid, and the order marked as invoiced."""
        found = None if is_new else self._dolibarr.invoice_of(draft.uid)
        if found is None:
            invoice_id, status = self._created_invoice(draft, order_id, int(third_party["id"]), products)
        else:
            invoice_id, status = int(found["id"]), str(found["status"])
            if cents(amount(found.get("total_ttc"))) != draft.total:
                raise differs("the invoice is not of the order's total", draft.uid, found)
        if status == DRAFT:
            # Never paid before it has its number (docs/facts/dolibarr.md, I2).
            self._dolibarr.validate_invoice(invoice_id)
        if status != _PAID:
            self._pay(draft, invoice_id, str(third_party.get("name") or ""), is_new=is_new and found is None)
        self._mark_billed(order_id)

    def _mark_billed(self, order_id: int) -> None:
        """A look, beside which others write, in place of a write where Dolibarr does it by itself (O7 of the facts)."""
        self._bills_itself = self._bills_itself and self._dolibarr.is_billed(order_id)
        if not self._bills_itself:
            self._dolibarr.set_billed(order_id)

    def _created_invoice(
        self, draft: OrderDraft, order_id: int, third_party_id: int, products: Mapping[str, int]
    ) -> tuple[int, str]:
        values = self._order(draft, third_party_id, products)
        values |= {"type": 0, "ref_customer": draft.ref_client, "linked_objects": {"commande": order_id}}
        values.pop("shipping_method_id", None)
        try:
            return self._dolibarr.create_invoice(draft.uid, values), DRAFT
        except RefusedError as error:
            found = self._dolibarr.invoice_of(draft.uid) if error.code == DUPLICATE else None
            if found is None:
                raise
            return int(found["id"]), str(found["status"])

    def _pay(self, draft: OrderDraft, invoice_id: int, payer: str, *, is_new: bool) -> None:
        """Nothing of Dolibarr's guards a payment: those that are there are looked at unless the invoice is new."""
        there = set() if is_new else {str(each.get("ref_ext")) for each in self._dolibarr.payments(invoice_id)}
        if not draft.total:
            self._dolibarr.close_free(invoice_id)
        for payment in draft.payments:
            if payment.ref_ext in there:
                continue
            values = {
                "datepaye": payment.day,
                "paymentid": self._codes.payment_types[payment.type],
                "accountid": self._codes.bank_accounts[payment.account],
                "num_payment": payment.number,
                "ref_ext": payment.ref_ext,
            }
            if payment.type == _CHEQUE:
                # Refused without who has written it (docs/facts/dolibarr.md, I7).
                values["chqemetteur"] = payer or draft.uid
            self._dolibarr.pay(invoice_id, payment.amount, values)


def _says_where(address: Address) -> bool:
    return bool(address.address1.strip() or address.city.strip() or address.lastname.strip())
