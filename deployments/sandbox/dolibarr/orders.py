"""Orders, and the shipments of them."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from deployments.sandbox.dolibarr.amounts import number
from deployments.sandbox.dolibarr.documents import Documents
from deployments.sandbox.dolibarr.errors import ApiError, NothingDoneError
from deployments.sandbox.dolibarr.state import State, one
from deployments.sandbox.dolibarr.store import Row

_KINDS = frozenset({"BILLING", "SHIPPING", "CUSTOMER"})


class Orders(Documents):
    """Answers `/orders`."""

    def __init__(self, state: State) -> None:
        super().__init__(state, state.orders)

    def create(self, body: dict[str, Any]) -> int:
        """A draft order. Totals and a status in the body: the former are ignored, the latter is an error."""
        if isinstance(body, dict) and body.get("status"):
            raise ApiError(500, "Error creating order")
        row = self.draft(body, "order")
        row |= {"billed": "0", "contacts": []}
        return int(row["id"])

    def order(self, id_: str) -> Row:
        """One order."""
        return self.shown(one(self.table, id_, "Order"))

    def shown(self, row: Row) -> Row:
        """As it is answered."""
        return {name: value for name, value in super().shown(row).items() if name != "contacts"}

    def validate(self, id_: str) -> Row:
        """A draft gets its number."""
        row = one(self.table, id_, "Order")
        if row["status"] != "0":
            raise NothingDoneError
        row["ref"] = self.state.number("CO", self.state.day(row["date"]))
        row["status"] = "1"
        return self.shown(row)

    def close(self, id_: str) -> Row:
        """Delivered."""
        row = one(self.table, id_, "Order")
        if row["status"] == "3":
            raise NothingDoneError
        if row["status"] != "0":
            row["status"] = "3"
        return self.shown(row)

    def set_billed(self, id_: str) -> Row:
        """Invoiced; of a draft nothing is done, without a word."""
        row = one(self.table, id_, "Order")
        if row["status"] != "0":
            row["billed"] = "1"
        return self.shown(row)

    def update(self, body: dict[str, Any], id_: str) -> Row:
        """Of the head; whatever status is given is taken, a number is not."""
        row = one(self.table, id_, "Order")
        if "status" in body:
            row["status"] = str(body["status"])
        row |= {name: body[name] for name in ("ref_client", "ref_ext", "note_public") if name in body}
        return self.shown(row)

    def name_contact(self, id_: str, contact: str, kind: str) -> Row:
        """Names a contact on the order."""
        row = one(self.table, id_, "Order")
        if kind not in _KINDS:
            raise ApiError(500, "Availables types: BILLING, SHIPPING OR CUSTOMER")
        if (int(contact), kind) in row["contacts"]:
            if self.state.profile.contact_again == 304:  # noqa: PLR2004 - HTTP
                raise NothingDoneError
            there = f"Contact={contact} is already linked to the order={id_} as source=external and type={kind}"
            raise ApiError(400, f"Already exists: {there}")
        row["contacts"].append((int(contact), kind))
        return {"success": {"code": 200, "message": "Contact linked to the order"}}

    def delete(self, id_: str) -> Row:
        """Deletes it, validated or not."""
        del self.table.rows[int(one(self.table, id_, "Order")["id"])]
        return {"success": {"code": 200, "message": "Order deleted"}}


class Shipments:
    """Answers `/shipments`."""

    def __init__(self, state: State, orders: Orders) -> None:
        self._state = state
        self._orders = orders

    def create(self, body: dict[str, Any]) -> int:
        """A draft of what is sent of an order."""
        order = one(self._state.orders, str(body.get("origin_id") or 0), "Order")
        lines = [(str(each.get("origin_line_id")), number(each.get("qty"))) for each in body.get("lines") or ()]
        row = {
            "socid": order["socid"],
            "origin_id": str(order["id"]),
            "origin_type": "commande",
            "status": "0",
            "tracking_number": body.get("tracking_number"),
            "shipping_method_id": body.get("shipping_method_id"),
            "sent": lines,
        }
        made = self._state.shipments.insert(row, body.get("array_options"))
        order["linked"].setdefault("shipping", []).append(made["id"])
        return int(made["id"])

    def shipment(self, id_: str) -> Row:
        """One shipment."""
        return self.shown(one(self._state.shipments, id_, "Shipment"))

    def shown(self, row: Row) -> Row:
        """As it is answered."""
        id_ = row["id"] if self._state.profile.shipment_ids_as_numbers else str(row["id"])
        kept = {name: value for name, value in row.items() if name != "sent"}
        return {"module": None, **kept, "id": id_, "ref": row.get("ref") or f"(PROV{row['id']})"}

    def validate(self, id_: str) -> Row:
        """It gets its number, and the order is being shipped."""
        row = one(self._state.shipments, id_, "Shipment")
        if row["status"] != "0":
            raise NothingDoneError
        row["ref"], row["status"] = self._state.number("SH", self._state.day(self._state.stamp())), "1"
        self._state.orders.rows[int(row["origin_id"])]["status"] = "2"
        return self.shown(row)

    def close(self, id_: str) -> Row:
        """It has arrived; so has the order when every product of it was sent."""
        row = one(self._state.shipments, id_, "Shipment")
        if row["status"] == "2":
            raise NothingDoneError
        row["status"] = "2"
        order = self._state.orders.rows[int(row["origin_id"])]
        if self._is_whole(order):
            order["status"] = "3"
        return self.shown(row)

    def _is_whole(self, order: Row) -> bool:
        sent: dict[str, Decimal] = {}
        for row in self._state.shipments:
            if row["origin_id"] == str(order["id"]) and row["status"] != "0":
                for line, quantity in row["sent"]:
                    sent[line] = sent.get(line, Decimal(0)) + quantity
        goods = [line for line in order["lines"] if line["product_type"] == "0" and line["fk_product"]]
        return all(sent.get(line["id"], Decimal(0)) >= number(line["qty"]) for line in goods)

    def update(self, body: dict[str, Any], id_: str) -> Row:
        """The number by which it is tracked."""
        row = one(self._state.shipments, id_, "Shipment")
        row |= {name: body[name] for name in ("tracking_number", "shipping_method_id") if name in body}
        return self.shown(row)
