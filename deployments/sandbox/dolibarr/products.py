"""Products, services, warehouses and stock."""

from __future__ import annotations

from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from deployments.sandbox.dolibarr import texts
from deployments.sandbox.dolibarr.amounts import eight, number, unit_price
from deployments.sandbox.dolibarr.errors import ApiError
from deployments.sandbox.dolibarr.state import State, one
from deployments.sandbox.dolibarr.store import Row


class Products:
    """Answers `/products`, `/warehouses` and `/stockmovements`."""

    def __init__(self, state: State) -> None:
        self._state = state

    def create(self, body: dict[str, Any]) -> int:
        """A product or a service; its price is rounded to the cent here, and only here."""
        for name in ("ref", "label"):
            if not body.get(name):
                raise ApiError(400, f"{name} field missing")
        row: Row = {"type": str(body.get("type") or 0), "status": "0", "status_buy": "0", "price": eight(Decimal(0))}
        row |= self._values(body) | {"tva_tx": f"{number(body.get('tva_tx')):.4f}"}
        row["price"] = eight(number(body.get("price")).quantize(Decimal("0.01"), ROUND_HALF_UP))
        self._check("creating", row, body, besides=0)
        return int(self._state.products.insert(row, body.get("array_options"))["id"])

    def update(self, body: dict[str, Any], id_: str) -> Row:
        """Gives it what the body says, and answers with all of it; its price keeps five decimals."""
        table, row = self._state.products, one(self._state.products, id_, "Product")
        values = self._values(body)
        self._check("updating", values, body, besides=row["id"])
        row |= values
        table.give(row, body.get("array_options"))
        return self.product(id_)

    def _values(self, body: dict[str, Any]) -> Row:
        """What of a body is kept, as it is kept."""
        row: Row = {name: str(body[name]) for name in ("status", "status_buy", "weight_units") if name in body}
        row |= {name: None if body[name] is None else str(body[name]) for name in ("weight",) if name in body}
        row |= {name: body[name] for name in ("price_base_type", "ref_ext") if name in body}
        row |= {name: texts.kept_html(str(body[name] or "")) for name in ("description", "note_public") if name in body}
        if "barcode" in body:
            row |= {"barcode": body["barcode"] or None, "barcode_type": str(body.get("barcode_type") or "") or None}
        if "ref" in body:
            row["ref"] = texts.product_reference(str(body["ref"]))
        if "label" in body:
            row["label"] = texts.name(str(body["label"]))
        if "price" in body:
            row["price"] = eight(unit_price(body["price"], 5))
        if "tva_tx" in body:
            row["tva_tx"] = f"{number(body['tva_tx']):.4f}"
        return row

    def _check(self, doing: str, values: Row, body: dict[str, Any], *, besides: int) -> None:
        others = [each for each in self._state.products if each["id"] != besides]
        if "ref" in values and any(texts.folded(each["ref"]) == texts.folded(values["ref"]) for each in others):
            raise ApiError(500, f"Error {doing} product", "ErrorProductAlreadyExists")
        code = values.get("barcode")
        if code and any(each.get("barcode") == code for each in others):
            said = f"The product barcode {code} already exists on another product reference"
            raise ApiError(500, f"Error {doing} product", said)
        table = self._state.products
        table.check_unique(table.options(body.get("array_options")), besides=besides)

    def shown(self, row: Row) -> Row:
        """As it is answered."""
        stock = sum((each for (id_, _), each in self._state.stock.items() if id_ == row["id"]), Decimal(0))
        with_tax = number(row.get("price")) * (1 + number(row.get("tva_tx")) / 100)
        own = {"id": str(row["id"]), "stock_reel": f"{stock:f}", "price_ttc": eight(with_tax)}
        shown = {"module": None, **_BLANK, **row, **own}
        houses = {
            str(house): {"id": str(house), "real": f"{each:f}"}
            for (product, house), each in self._state.stock.items()
            if product == row["id"]
        }
        return shown | {"array_options": dict(row["array_options"]), "stock_warehouse": houses or []}

    def product(self, id_: str) -> Row:
        """One product."""
        return self.shown(one(self._state.products, id_, "Product"))

    def delete(self, id_: str) -> Row:
        """A product is gone, with its files."""
        row = self._state.products.rows.pop(int(id_), None)
        if row is None:
            raise ApiError(404, "Object not found")
        self._state.files.pop(row["ref"], None)
        return {"success": {"code": 200, "message": "Object deleted"}}

    def stock(self, id_: str) -> Row:
        """The stock of a product, by warehouse."""
        row = one(self._state.products, id_, "Product")
        mine = {house: each for (product, house), each in self._state.stock.items() if product == row["id"]}
        total = f"{sum(mine.values(), Decimal(0)):f}"
        return {
            "stock_reel": total,
            "stock_theorique": total,
            "stock_warehouses": {str(house): {"id": str(house), "real": f"{each:f}"} for house, each in mine.items()},
        }

    def create_warehouse(self, body: dict[str, Any]) -> int:
        """A warehouse."""
        label = str(body.get("label") or "")
        if any(each["label"] == label for each in self._state.warehouses):
            raise ApiError(500, "Error creating warehouse", "ErrorWarehouseAlreadyExists")
        return int(self._state.warehouses.insert({"ref": label, "label": label, "statut": "1"}, None)["id"])

    def move(self, body: dict[str, Any]) -> int:
        """A movement of stock; nothing goes below zero."""
        quantity = number(body.get("qty"))
        product = self._state.products.rows.get(int(body.get("product_id") or 0))
        house = int(body.get("warehouse_id") or 0)
        if not quantity or product is None or product["type"] == "1" or house not in self._state.warehouses.rows:
            raise ApiError(503, "Error when create stock movement : ")
        at = (product["id"], house)
        after = self._state.stock.get(at, Decimal(0)) + quantity
        if after < 0:
            raise ApiError(503, "Error when create stock movement : setup does not allow negative stocks")
        self._state.stock[at] = after
        row = {
            "product_id": str(product["id"]),
            "fk_product": str(product["id"]),
            "warehouse_id": str(house),
            "qty": f"{quantity:f}",
            "type": "3" if quantity > 0 else "2",
            "inventorycode": body.get("movementcode"),
            "movementcode": body.get("movementcode"),
            "label": body.get("label"),
        }
        return int(self._state.movements.insert(row, None)["id"])


_BLANK: Row = {
    "description": "",
    "note_public": "",
    "barcode": None,
    "barcode_type": None,
    "weight": None,
    "weight_units": "0",
    "price_base_type": "HT",
    "ref_ext": None,
}
