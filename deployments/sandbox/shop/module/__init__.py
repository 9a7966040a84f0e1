"""The module's resources with a format of their own: what each answers, and which state its installation adds."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from deployments.sandbox.shop import render_xml, shops
from deployments.sandbox.shop.errors import ServiceError
from deployments.sandbox.shop.exchange import JSON, XML, Reply, wants_json
from deployments.sandbox.shop.module import (
    answers,
    board,
    erp_documents,
    erp_invoices,
    events,
    facts,
    lowest_prices,
    price_lines,
    product_lines,
    specific_price_lines,
    stock_lines,
    store_orders,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from deployments.sandbox.shop.exchange import Request
    from deployments.sandbox.shop.module.answers import Node
    from deployments.sandbox.shop.pace import Charge
    from deployments.sandbox.shop.store import Store

SPECIFIC: Mapping[str, Callable[[Store, Request, Charge], Node]] = {
    "passerelle_board": board.answer,
    events.RESOURCE: events.answer,
    "passerelle_info": facts.answer,
    "store_orders": store_orders.answer,
    "stock_lines": stock_lines.answer,
    "price_lines": price_lines.answer,
    "product_lines": product_lines.answer,
    "specific_price_lines": specific_price_lines.answer,
    "lowest_prices": lowest_prices.answer,
    "erp_documents": erp_documents.answer,
    "erp_invoices": erp_invoices.answer,
}

_OF_ONE_SHOP = frozenset(
    {
        "passerelle_board",
        "passerelle_events",
        "store_orders",
        "stock_lines",
        "price_lines",
        "product_lines",
        "specific_price_lines",
        "lowest_prices",
    }
)
_LOOK_EVERY_SECONDS = 0.05


def reply(store: Store, resource: str, request: Request, charge: Charge) -> Reply:
    """The answer of one of these resources; its status is 200 for every method."""
    if resource in _OF_ONE_SHOP and store.several and not shops.of(store).one:
        raise ServiceError(400, 85, "id_shop must name one shop")
    costs: list[tuple[str, str, int]] = []
    until = time.monotonic() + (events.wait_of(request) if resource == events.RESOURCE else 0)
    while True:
        with store.lock:
            content = {resource: SPECIFIC[resource](store, request, lambda *cost: costs.append(cost))}
        if time.monotonic() >= until or not events.is_empty(content[resource]):
            break
        time.sleep(_LOOK_EVERY_SECONDS)
    for cost in costs:
        charge(*cost)
    if wants_json(request):
        return Reply(200, answers.as_json(content), JSON, signed=True)
    return Reply(200, render_xml.document(answers.as_xml(content)), XML, signed=True)


def install(store: Store) -> None:
    """What the module's installation adds to the shop: the state of store orders, and the hooks of its outbox."""
    store_orders.install_state(store)
    events.follow(store)
