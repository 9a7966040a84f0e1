"""Changing the state of a merchandise return."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tests.contract.prestashop.webservice import Reply, Webservice


def returns_of(shop: Webservice) -> str:
    """The module's returns; since 9.1 they stand beside those of the core."""
    return "passerelle_order_returns" if shop.version >= (9, 1) else "order_returns"


def change_state(shop: Webservice, order_return: int, state: int, method: str = "", **params: object) -> Reply:
    """The answer to a document with the id and the state alone."""
    return change(shop, f"<id>{order_return}</id><state>{state}</state>", method, **params)


def change(shop: Webservice, fields: str, method: str = "", **params: object) -> Reply:
    """The answer to a document with these fields, by PATCH or where the shop has none by PUT."""
    body = f"<prestashop><order_return>{fields}</order_return></prestashop>"
    method = method or shop.update_method
    return shop.send(method, returns_of(shop), params, body.encode())
