"""The resource ``passerelle_board``: what employees have asked for, and what the page of the back office shows.

Its rows have a ``part``: ``text`` (name, content), ``order`` (id_order, state ...) or ``request`` (token, state ...).
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from deployments.sandbox.shop import shops
from deployments.sandbox.shop.errors import ServiceError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from deployments.sandbox.shop.exchange import Request
    from deployments.sandbox.shop.module.answers import Node
    from deployments.sandbox.shop.pace import Charge
    from deployments.sandbox.shop.store import Row, Store

RESOURCE = "passerelle_board"
_ORDER_STATES = ("delivered", "waiting", "held", "intent")
_ANSWERS = ("done", "refused")
_ASKED = ("token", "kind", "subject", "content", "asked_at")


def answer(store: Store, request: Request, charge: Charge) -> Node:
    """Who the tables are, what the page shows, and what is asked and not answered."""
    charge(RESOURCE, request.method, 1)
    if request.method == "PUT":
        _take(store, _document(request.body))
    asked: list[Node] = [
        {name: str(row[name]) for name in _ASKED} for row in _rows(store, "request") if row["state"] == "asked"
    ]
    return {
        "board": f"{shops.of(store).shop:032x}",
        "digest": text(store, "digest"),
        "orders_of": text(store, "orders_of"),
        "orders_until": text(store, "orders_until"),
        "requests": {"request": asked} if asked else "",
    }


def text(store: Store, name: str) -> str:
    """One text of the page, empty before it was written."""
    return next((str(row["content"]) for row in _rows(store, "text") if row["name"] == name), "")


def _document(body: bytes) -> dict[str, Any]:
    try:
        document = json.loads(body)
    except ValueError:
        document = None
    if not isinstance(document, (dict, list)):
        raise ServiceError(400, 85, "this is not a JSON document")
    parts = document if isinstance(document, dict) else {}
    for part in ("page", "orders", "answers"):
        if parts.get(part) is not None and not isinstance(parts[part], (dict, list)):
            raise ServiceError(400, 85, f"{part} is not what it should be")
    return {"orders": [], "answers": []} | {name: value for name, value in parts.items() if value is not None}


def _take(store: Store, document: dict[str, Any]) -> None:
    for one in document["answers"]:
        if not {"token", "state", "text"} <= one.keys() or one["state"] not in _ANSWERS:
            raise ServiceError(400, 85, "an answer is not what it should be")
        for row in list(_rows(store, "request")):
            if (row["token"], row["state"]) == (one["token"], "asked"):
                store[RESOURCE].update(int(row["id"]), {"state": one["state"], "answer": one["text"]})
    _take_orders(store, document)
    if "page" in document and document.get("digest") is not None:
        _put(store, "text", "name", "page", {"content": json.dumps(document["page"])})
        _put(store, "text", "name", "digest", {"content": document["digest"]})


def _take_orders(store: Store, document: dict[str, Any]) -> None:
    if document.get("orders_of") is not None and document["orders_of"] != text(store, "orders_of"):
        _put(store, "text", "name", "orders_until", {"content": ""})
        for row in list(_rows(store, "order")):
            store[RESOURCE].remove(int(row["id"]))
        _put(store, "text", "name", "orders_of", {"content": str(document["orders_of"])})
    for one in document["orders"]:
        if not {"id", "reference", "state", "changed_at"} <= one.keys() or one["state"] not in _ORDER_STATES:
            raise ServiceError(400, 85, "an order is not what it should be")
        order = store["orders"].rows.get(int(one["id"]))
        if order is not None and order["reference"] == one["reference"]:
            _put(store, "order", "id_order", one["id"], _kept(one))
    if document.get("orders_until") is not None:
        _put(store, "text", "name", "orders_until", {"content": str(document["orders_until"])})


def _kept(order: dict[str, Any]) -> Row:
    values = {name: value for name, value in order.items() if name not in {"id", "is_named"}}
    is_sent = order["state"] == "delivered" and not order.get("is_named", True)
    return values | {"state": "sent"} if is_sent else values


def _put(store: Store, part: str, key: str, value: Any, values: Row) -> None:
    own = {"part": part, "id_shop": shops.of(store).shop, key: value}
    row = next((row for row in _rows(store, part) if row[key] == value), None)
    if row is None:
        store[RESOURCE].insert(own | values)
    else:
        store[RESOURCE].update(int(row["id"]), values)


def _rows(store: Store, part: str) -> Iterator[Row]:
    """The rows of this shop; an order is told to whichever shop is asked."""
    shop = shops.of(store).shop
    every = (row for _, row in sorted(store[RESOURCE].rows.items()) if row["part"] == part)
    return (row for row in every if int(row.get("id_shop") or shop) == shop)
