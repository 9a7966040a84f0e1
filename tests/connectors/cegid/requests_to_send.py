"""Create_Requests as the translation gives them."""

from __future__ import annotations

from decimal import Decimal
from typing import Any


def order(reference: str, *, external: str = "ABCDEF", day: str = "2026-11-21", **header: Any) -> dict[str, Any]:
    return {
        "Header": {
            "Type": "CustomerOrder",
            "CustomerId": "C1",
            "Date": f"{day}T00:00:00",
            "InternalReference": reference,
            "ExternalReference": external,
            "StoreId": "WEB",
        }
        | header,
        "Lines": {
            "Create_Line": [
                {"Quantity": Decimal(2), "NetUnitPrice": Decimal("19.90"), "ItemIdentifier": {"Reference": "SHIRT"}}
            ]
        },
    }
