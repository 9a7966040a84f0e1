"""Products, services, warehouses and stock."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from deployments.sandbox.dolibarr import texts
from deployments.sandbox.dolibarr.amounts import eight, number
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
        ref = texts.reference(str(body["ref"]))
        if any(texts.folded(each["ref"]) == texts.folded(ref) for each in self._state.products):
            raise ApiError(500, "Error creating product", "ErrorProductAlreadyExists")
        row = {
            "ref": ref,
            "label": texts.name(str(body["label"])),
            "type": str(body.get("type") or 0),
            "status": str(body.get("status") or 0),
            "price": eight(number(body.get("price")).quantize(Decimal("0.01"))),
            "tva_tx": f"{number(body.get('tva_tx')):.4f}",
            "barcode": body.get("barcode"),
        }
        return int(self._state.products.insert(row, body.get("array_options"))["id"])

    def shown(self, row: Row) -> Row:
        """As it is answered."""
        stock = sum((each for (id_, _), each in self._state.stock.items() if id_ == row["id"]), Decimal(0))
        return {"module": None, **row, "id": str(row["id"]), "stock_reel": f"{stock:f}"}

    def product(self, id_: str) -> Row:
        """One product."""
        return self.shown(one(self._state.products, id_, "Product"))

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
        return int(self._state.warehouses.insert({"label": label, "status": "1"}, None)["id"])

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
            "warehouse_id": str(house),
            "qty": f"{quantity:f}",
            "type": "3" if quantity > 0 else "2",
            "inventorycode": body.get("movementcode"),
            "movementcode": body.get("movementcode"),
            "label": body.get("label"),
        }
        return int(self._state.movements.insert(row, None)["id"])
