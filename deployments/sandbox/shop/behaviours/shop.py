"""The shop's own tables: names that depend on the language, carriers' tax group."""

from __future__ import annotations

from typing import TYPE_CHECKING

from deployments.sandbox.shop.entity import Behaviour

if TYPE_CHECKING:
    from deployments.sandbox.shop.store import Row, Store


def _currency_name(_store: Store, row: Row) -> str:
    names = row.get("names")
    if isinstance(names, dict):
        return next((str(text) for text in names.values() if text), str(row.get("name") or ""))
    return str(row.get("name") or "")


def _carrier_tax_group(_store: Store, row: Row) -> int:
    return int(row.get("id_tax_rules_group") or 0)


BEHAVIOURS = {
    "currencies": Behaviour(getters={"name": _currency_name}),
    "carriers": Behaviour(getters={"id_tax_rules_group": _carrier_tax_group}),
}
