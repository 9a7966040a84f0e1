"""Orders to send by hand."""

from __future__ import annotations

from typing import Any

from tests.contract.cegid.soap import Reply, Soap


def order(reference: str, *, external: str = "ABCDEF", day: str = "2026-11-21", **header: Any) -> dict[str, Any]:
    members = {
        "CustomerId": "C1",
        "Date": f"{day}T00:00:00",
        "ExternalReference": external,
        "InternalReference": reference,
        "StoreId": "WEB",
        "Type": "CustomerOrder",
    }
    lines = [
        {"ItemIdentifier": {"Reference": "SHIRT"}, "NetUnitPrice": "19.90", "Quantity": "2"},
        {"ItemIdentifier": {"Reference": "PORT"}, "NetUnitPrice": "4.90", "Quantity": "1"},
    ]
    return {"Header": dict(sorted((members | header).items())), "Lines": {"Create_Line": lines}}


def create(soap: Soap, reference: str, **header: Any) -> Reply:
    return soap.documents("Create", {"createRequest": order(reference, **header)})


def header_list(soap: Soap, **search: Any) -> list[str]:
    reply = soap.documents("GetHeaderList", {"searchRequest": dict(sorted(search.items()))})
    return reply.texts("Get_Header/InternalReference")
