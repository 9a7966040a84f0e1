"""The ERP's stock, as ItemInventoryWcfService tells it."""

# ruff: noqa: N802, N803 - operations and parameters keep the service's own words

from __future__ import annotations

from decimal import Decimal
from typing import Any


class Inventory:
    """Quantities by item, store and warehouse."""

    def __init__(self) -> None:
        self.quantities: dict[tuple[str, str, str], Decimal] = {}

    def _sum(self, item: str, store: str = "", warehouse: str = "") -> Decimal:
        return sum(
            (
                quantity
                for (reference, at_store, at_warehouse), quantity in self.quantities.items()
                if reference == item and store in ("", at_store) and warehouse in ("", at_warehouse)
            ),
            Decimal(0),
        )

    def _stores(self) -> set[str]:
        return {store for _, store, _ in self.quantities}

    def GetAvailableQty(
        self,
        itemId: str = "",
        itemIdentifier: dict[str, str] | None = None,
        storeId: str = "",
        warehouseId: str = "",
    ) -> dict[str, Any]:
        """Quantity in one store or warehouse; an unknown store is a status, not a fault."""
        if storeId and storeId not in self._stores():
            return {"AvailableQty": Decimal(0), "QueryStatus": "IncorrectStoreId"}
        item = _item(itemId, itemIdentifier)
        return {"AvailableQty": self._sum(item, storeId, warehouseId), "QueryStatus": "Ok"}

    def GetAvailableCumulativeQtyAllStores(
        self,
        itemId: str = "",
        itemIdentifier: dict[str, str] | None = None,
    ) -> dict[str, Any]:
        """Quantity in all stores together."""
        return {"AvailableQty": self._sum(_item(itemId, itemIdentifier)), "QueryStatus": "Ok"}

    def GetInventoryDetailByStore(
        self,
        itemId: str = "",
        itemIdentifier: dict[str, str] | None = None,
    ) -> list[dict[str, Any]]:
        """Quantity in each store."""
        item = _item(itemId, itemIdentifier)
        return [
            {"AvailableQty": self._sum(item, store), "StoreDescription": f"Store {store}", "StoreId": store}
            for store in sorted(self._stores())
        ]

    def GetListItemInventoryDetailByStore(
        self,
        inventoryStoreItemDetailRequest: dict[str, Any],
    ) -> dict[str, Any]:
        """Quantities of a page of items, store by store."""
        request = inventoryStoreItemDetailRequest
        items = [_item("", each) for each in request.get("ItemIdentifiers", [])]
        pager = request.get("Pager") or {}
        size = pager.get("PageSize") or 500
        start = ((pager.get("PageIndex") or 1) - 1) * size
        return {"InventoryDetailsByStore": [self._detail(item, request) for item in items[start : start + size]]}

    def _detail(self, item: str, request: dict[str, Any]) -> dict[str, Any]:
        stores = [store for store in sorted(self._stores()) if store in (request.get("StoreIds") or [store])]
        available = {store: self._sum(item, store) for store in stores}
        rows = [
            {"AvailableQuantity": quantity, "StoreId": store}
            for store, quantity in available.items()
            if quantity > 0 or not request.get("OnlyAvailableStock")
        ]
        return {"ItemCode": item, "StoresAvailableQty": rows}

    def UpdateShoppingCart(self, request: dict[str, Any]) -> None:
        """Put a quantity aside; this ERP only listens."""

    def ResetShoppingCart(self, request: dict[str, Any]) -> None:
        """Give back what was put aside; this ERP only listens."""


def _item(item_id: str, identifier: dict[str, str] | None) -> str:
    return item_id or (identifier or {}).get("Reference", "") or (identifier or {}).get("Id", "")
