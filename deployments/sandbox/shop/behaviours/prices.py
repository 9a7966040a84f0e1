"""Prices by rule and by supplier: their unique keys."""

from __future__ import annotations

from typing import TYPE_CHECKING

from deployments.sandbox.shop.entity import Behaviour, Draft
from deployments.sandbox.shop.errors import not_saved

if TYPE_CHECKING:
    from collections.abc import Callable

_SPECIFIC_PRICE_KEY = (
    "id_product",
    "id_product_attribute",
    "id_customer",
    "id_cart",
    "from",
    "to",
    "id_shop",
    "id_shop_group",
    "id_currency",
    "id_country",
    "id_group",
    "from_quantity",
    "id_specific_price_rule",
)


def _unique(names: tuple[str, ...]) -> Callable[[Draft], None]:
    def check(draft: Draft) -> None:
        columns = draft.resource.by_name
        wanted = {name: columns[name].column.stored(draft.values.get(name)) for name in names}
        table = draft.store[draft.resource.name]
        for other in table.where("id_product", int(wanted["id_product"])):
            if other["id"] != draft.values.get("id") and all(other[name] == wanted[name] for name in names):
                if draft.is_new:
                    table.next_id += 1
                raise not_saved(f"duplicate key in {draft.resource.name}", silent=draft.store.rules.silent)

    return check


BEHAVIOURS = {
    "specific_prices": Behaviour(before_save=_unique(_SPECIFIC_PRICE_KEY)),
    "product_suppliers": Behaviour(before_save=_unique(("id_product", "id_product_attribute", "id_supplier"))),
}
