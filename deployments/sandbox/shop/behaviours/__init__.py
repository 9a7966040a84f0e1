"""What each resource does beyond its table, by resource name."""

from __future__ import annotations

from typing import TYPE_CHECKING

from deployments.sandbox.shop.behaviours import (
    attributes,
    categories,
    combinations,
    customers,
    orders,
    prices,
    products,
    returns,
    shop,
    stock,
)
from deployments.sandbox.shop.entity import Behaviour

if TYPE_CHECKING:
    from collections.abc import Mapping

    from deployments.sandbox.shop.schema import Resource

PLAIN = Behaviour()

BEHAVIOURS: Mapping[str, Behaviour] = {
    **attributes.BEHAVIOURS,
    "categories": categories.BEHAVIOUR,
    "combinations": combinations.BEHAVIOUR,
    **customers.BEHAVIOURS,
    **orders.BEHAVIOURS,
    **prices.BEHAVIOURS,
    "products": products.BEHAVIOUR,
    **returns.BEHAVIOURS,
    **shop.BEHAVIOURS,
    "stock_availables": stock.BEHAVIOUR,
}


def behaviour_of(resource: Resource) -> Behaviour:
    """The resource's hooks, none when it is a plain table."""
    return BEHAVIOURS.get(resource.behaviour, PLAIN)
