"""What orders and invoices share: lines with their amounts, totals, and how they are answered."""

from __future__ import annotations

from typing import Any

from deployments.sandbox.dolibarr import texts
from deployments.sandbox.dolibarr.amounts import eight, line_amounts, number, totals, unit_price
from deployments.sandbox.dolibarr.errors import ApiError, HtmlError
from deployments.sandbox.dolibarr.state import State
from deployments.sandbox.dolibarr.store import Row, Table


class Documents:
    """Drafts of one kind."""

    def __init__(self, state: State, table: Table) -> None:
        self.state = state
        self.table = table

    def draft(self, body: dict[str, Any], what: str) -> Row:
        """A new draft with its lines, nothing of it left behind when it is refused."""
        if isinstance(body, list) or not body.get("socid"):
            raise ApiError(400, "socid field missing")
        if "id" in body:
            raise ApiError(400, f"Error creating {what}")
        date = self.state.moment(body.get("date"), missing="date")
        if int(body["socid"]) not in self.state.third_parties.rows:
            foreign = "Cannot add or update a child row: a foreign key constraint fails"
            raise ApiError(500, f"Error creating {what}", foreign)
        lines = [self._line(each) for each in body.get("lines") or ()]
        row: Row = {
            "socid": str(body["socid"]),
            "date": date,
            "status": "0",
            "note_public": texts.html(str(body.get("note_public") or "")),
            "note_private": texts.html(str(body.get("note_private") or "")),
            "ref_client": texts.name(str(body.get("ref_client") or body.get("ref_customer") or "")),
            "ref_ext": body.get("ref_ext"),
            "shipping_method_id": _text(body.get("shipping_method_id")),
            "lines": lines,
            "linked": {},
        }
        return self.table.insert(row, body.get("array_options"))

    def _line(self, body: Any) -> Row:
        if not isinstance(body, dict):
            raise HtmlError(500, "Dolibarr has detected a technical error.")
        decimals = int(self.state.constants.get("MAIN_MAX_DECIMALS_UNIT", "5"))
        subprice = unit_price(body.get("subprice"), decimals)
        quantity, rate = number(body.get("qty")), number(body.get("tva_tx"))
        discount = number(body.get("remise_percent"))
        product = self.state.products.rows.get(int(body.get("fk_product") or 0))
        amounts = line_amounts(subprice, quantity, rate, discount)
        return {
            "id": str(self.state.next_line()),
            "fk_product": _text(body.get("fk_product")),
            "product_ref": product["ref"] if product else None,
            "ref": product["ref"] if product else None,
            "product_label": product["label"] if product else None,
            "product_type": str(body.get("product_type") or 0),
            "fk_product_type": str(product["type"]) if product else None,
            "desc": texts.description(str(body.get("desc") or ""), breaks=self.state.profile.breaks_lines),
            "label": texts.name(str(body["label"])) if body.get("label") else None,
            "ref_ext": body.get("ref_ext"),
            "qty": f"{quantity.normalize():f}",
            "remise_percent": f"{discount.normalize():f}",
            "subprice": eight(subprice),
            "tva_tx": f"{rate:.4f}",
            **{name: eight(value) for name, value in amounts.items()},
        }

    def shown(self, row: Row) -> Row:
        """As it is answered."""
        sums = {name: eight(value) for name, value in totals(row["lines"]).items()}
        reference = row.get("ref") or f"(PROV{row['id']})"
        linked = {kind: {str(id_): str(id_) for id_ in ids} for kind, ids in row["linked"].items()}
        kept = {name: value for name, value in row.items() if name not in {"linked", "datef"}}
        return {
            "module": None,
            **kept,
            "id": str(row["id"]),
            "ref": reference,
            "statut": row["status"],
            "ref_customer": row["ref_client"],
            "multicurrency_code": "EUR",
            "multicurrency_tx": "1.00000000",
            "linkedObjectsIds": linked or [],
            "array_options": row["array_options"] or [],
            **sums,
        }


def _text(value: Any) -> str | None:
    return None if value in (None, "") else str(value)
