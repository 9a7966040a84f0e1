"""Changing the state of a merchandise return."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tests.contract.prestashop.webservice import Reply, Webservice


def change_state(shop: Webservice, order_return: int, state: int, method: str = "PATCH", **params: object) -> Reply:
    """The answer to a document with the id and the state alone."""
    return change(shop, f"<id>{order_return}</id><state>{state}</state>", method, **params)


def change(shop: Webservice, fields: str, method: str = "PATCH", **params: object) -> Reply:
    """The answer to a document with these fields."""
    body = f"<prestashop><order_return>{fields}</order_return></prestashop>"
    return shop.send(method, "order_returns", params, body.encode())
