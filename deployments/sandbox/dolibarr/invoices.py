"""Invoices, credit notes and their payments."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from deployments.sandbox.dolibarr.amounts import eight, number, totals
from deployments.sandbox.dolibarr.documents import Documents
from deployments.sandbox.dolibarr.errors import ApiError, HtmlError, NothingDoneError
from deployments.sandbox.dolibarr.setup import PAYMENT_TYPES
from deployments.sandbox.dolibarr.state import State, one
from deployments.sandbox.dolibarr.store import Row

_CREDIT_NOTE = "2"
_BELOW_ZERO = ("subprice", "total_ht", "total_tva", "total_ttc")
_TYPES = {str(id_): code for id_, code in PAYMENT_TYPES}


class Invoices(Documents):
    """Answers `/invoices`."""

    def __init__(self, state: State) -> None:
        super().__init__(state, state.invoices)

    def create(self, body: dict[str, Any]) -> int:
        """A draft invoice, linked to the objects that the body names; the amounts of a credit note are below zero."""
        row = self.draft(body, "invoice")
        source = body.get("fk_facture_source")
        row |= {"type": str(body.get("type") or 0), "paye": "0", "fk_facture_source": str(source) if source else None}
        row["datef"] = self.state.day(row["date"]).isoformat()
        if row["type"] == _CREDIT_NOTE:
            for line in row["lines"]:
                line |= {name: eight(-abs(number(line[name]))) for name in _BELOW_ZERO}
        for kind, id_ in (body.get("linked_objects") or {}).items():
            row["linked"].setdefault(kind, []).append(int(id_))
            if kind == "commande" and int(id_) in self.state.orders.rows:
                self.state.orders.rows[int(id_)]["linked"].setdefault("facture", []).append(row["id"])
        return int(row["id"])

    def invoice(self, id_: str) -> Row:
        """One invoice."""
        row = one(self.table, id_, "Invoice")
        paid = self._paid(row)
        return self.shown(row) | {
            "totalpaid": float(paid),
            "remaintopay": f"{(totals(row['lines'])['total_ttc'] - paid).normalize() + 0:f}",
        }

    def _paid(self, row: Row) -> Decimal:
        return sum((number(each["amount"]) for each in self._of(row)), Decimal(0))

    def _of(self, row: Row) -> list[Row]:
        return [each for each in self.state.payments if each["invoice"] == row["id"]]

    def validate(self, id_: str) -> Row:
        """A draft gets its number; one that was paid as a draft never does."""
        row = one(self.table, id_, "Invoice")
        if row["status"] != "0":
            raise NothingDoneError
        if not row["lines"]:
            raise ApiError(500, "Error when validating Invoice", "ErrorNoLines")
        row["ref"] = self.state.number("FA" if row["type"] == "0" else "AV", self.state.day(row["date"]))
        row["status"] = "1"
        if self.state.constants.get("WORKFLOW_INVOICE_AMOUNT_CLASSIFY_BILLED_ORDER") == "1":
            for order in row["linked"].get("commande", ()):
                self.state.orders.rows[order]["billed"] = "1"
        return self.shown(row)

    def settle(self, id_: str) -> Row:
        """It counts as paid."""
        row = one(self.table, id_, "Invoice")
        if row["paye"] == "1":
            raise NothingDoneError
        row["status"], row["paye"] = "2", "1"
        return self.shown(row)

    def payments(self, id_: str) -> list[Row]:
        """The payments of an invoice."""
        return [
            {
                "amount": each["amount"],
                "type": each["type"],
                "typeline": "payment",
                "date": each["date"],
                "num": each["num"],
                "ref": each["ref"],
                "ref_ext": each["ref_ext"],
                "fk_bank_line": str(each["id"] + 1),
            }
            for each in self._of(one(self.table, id_, "Invoice"))
        ]

    def pay(self, body: dict[str, Any]) -> int:
        """One payment of one or several invoices, drafts among them; nothing keeps it from being made twice."""
        amounts = body.get("arrayofamounts") or {}
        if not body.get("accountid") or int(body["accountid"]) not in self.state.accounts.rows:
            raise ApiError(400, "Payment error : ThisIdNotDefined")
        if str(body.get("paymentid")) not in _TYPES:
            raise ApiError(400, "Payment error : OperNotDefined")
        if _TYPES[str(body["paymentid"])] == "CHQ" and not body.get("chqemetteur"):
            raise ApiError(400, "Emetteur is mandatory when payment code is CHQ")
        wanted = {int(id_): self._amount(each) for id_, each in amounts.items()}
        for id_, amount in wanted.items():
            row = one(self.table, str(id_), "Invoice")
            left = totals(row["lines"])["total_ttc"] - self._paid(row)
            if not amount:
                raise ApiError(400, "TotalAmountEmpty")
            if abs(amount) > abs(left):
                said = f"Payment amount on invoice ID {id_} ({amount}) is higher than remain to pay ({left})"
                raise ApiError(400, said)
        return self._booked(body, wanted)

    def _amount(self, given: Any) -> Decimal:
        if not isinstance(given, dict):
            raise HtmlError(500, "")
        return number(given.get("amount"))

    def _booked(self, body: dict[str, Any], wanted: dict[int, Decimal]) -> int:
        day = self.state.day(self.state.moment(body.get("datepaye"), missing="datepaye"))
        reference, made = self.state.number("PAY", day), 0
        for id_, amount in wanted.items():
            row = self.table.rows[id_]
            payment = {
                "invoice": id_,
                "amount": eight(amount),
                "type": _TYPES[str(body["paymentid"])],
                "account": int(body["accountid"]),
                "date": f"{day} 01:00:00",
                "num": str(body.get("num_payment") or ""),
                "ref": reference,
                "ref_ext": body.get("ref_ext"),
            }
            made = int(self.state.payments.insert(payment, None)["id"])
            if row["status"] != "0":
                row["last_main_doc"] = f"facture/{row['ref']}/{row['ref']}.pdf"
            if totals(row["lines"])["total_ttc"] == self._paid(row) and body.get("closepaidinvoices") == "yes":
                row["status"], row["paye"] = "2", "1"
        return made
