"""The resource ``lowest_prices``: what the pages of products show beside a reduced price, by reference."""

from __future__ import annotations

from typing import TYPE_CHECKING

from deployments.sandbox.shop import shops
from deployments.sandbox.shop.errors import ServiceError
from deployments.sandbox.shop.module.references import lines_of, owners

if TYPE_CHECKING:
    from deployments.sandbox.shop.exchange import Request
    from deployments.sandbox.shop.module.answers import Node
    from deployments.sandbox.shop.pace import Charge
    from deployments.sandbox.shop.store import Row, Store

RESOURCE = "lowest_prices"
PAGE = 1000
_AMOUNT = r"[0-9]{1,10}\.[0-9]{1,6}"
_MOMENT = r"[0-9]{4}-[0-9]{2}-[0-9]{2} [0-9]{2}:[0-9]{2}:[0-9]{2}"
_SEGMENT = (
    rf"[A-Z]{{0,3}}\|[A-Z]{{0,3}}\|[0-9]{{0,10}}\|{_MOMENT}\|({_MOMENT})?\|{_AMOUNT}\|{_AMOUNT}"
    r"\|[0-9]{1,3}(\.[0-9]{1,3})?\|(30|new)"
)
VALUE = rf"({_SEGMENT}(,{_SEGMENT})*)?"


def answer(store: Store, request: Request, charge: Charge) -> Node:
    """A page of the lines behind the reference ``after``; or what became of the lines of a request."""
    charge(RESOURCE, request.method, 1)
    if request.method == "PUT":
        return _taken(store, request)
    if not request.query.has("after"):
        raise ServiceError(400, 85, "after names the last reference that was read, empty at first")
    after = request.query.text("after").encode()
    rows = sorted((row for row in _rows(store) if str(row["reference"]).encode() > after), key=_by_reference)
    page: list[Node] = [{"reference": str(row["reference"]), "value": str(row["value"])} for row in rows[:PAGE]]
    return {"more": str(int(len(rows) > PAGE)), "lines": {"line": page} if page else ""}


def _taken(store: Store, request: Request) -> Node:
    lines = lines_of(request, VALUE)
    left: dict[str, list[str]] = {"unknown": [], "ambiguous": []}
    written = unchanged = 0
    for reference, value in lines.values.items():
        found = owners(store, reference)
        if value and len(found) != 1:
            left["ambiguous" if found else "unknown"].append(reference)
        elif _put(store, reference, value):
            written += 1
        else:
            unchanged += 1
    return {
        "lines": str(lines.count),
        "written": str(written),
        "unchanged": str(unchanged),
        "unknown": ";".join(left["unknown"]),
        "ambiguous": ";".join(left["ambiguous"]),
        "invalid": ";".join(lines.invalid),
    }


def _put(store: Store, reference: str, value: str) -> bool:
    """Whether the line was another."""
    row = next((row for row in _rows(store) if row["reference"] == reference), None)
    if (str(row["value"]) if row else "") == value:
        return False
    if row is None:
        store[RESOURCE].insert({"id_shop": shops.of(store).shop, "reference": reference, "value": value})
    elif value:
        store[RESOURCE].update(int(row["id"]), {"value": value})
    else:
        store[RESOURCE].remove(int(row["id"]))
    return True


def _rows(store: Store) -> list[Row]:
    shop = shops.of(store).shop
    return [row for row in store[RESOURCE].rows.values() if int(row["id_shop"]) == shop]


def _by_reference(row: Row) -> bytes:
    return str(row["reference"]).encode()
