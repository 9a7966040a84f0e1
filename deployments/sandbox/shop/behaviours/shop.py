"""The shop's own tables: names that depend on the language, carriers' tax group and reference."""

from __future__ import annotations

from typing import TYPE_CHECKING

from deployments.sandbox.shop.entity import Behaviour, Draft, Getter

if TYPE_CHECKING:
    from deployments.sandbox.shop.store import Row, Store


def _currency_name(_store: Store, row: Row) -> str:
    names = row.get("names")
    if isinstance(names, dict):
        return next((str(text) for text in names.values() if text), str(row.get("name") or ""))
    return str(row.get("name") or "")


def _whole(name: str) -> Getter:
    return lambda _store, row: int(row.get(name) or 0)


def _name_itself(draft: Draft) -> None:
    """A new carrier is its own first version."""
    if draft.is_new:
        draft.store["carriers"].update(draft.identifier, {"id_reference": str(draft.identifier)})


BEHAVIOURS = {
    "currencies": Behaviour(getters={"name": _currency_name}),
    "carriers": Behaviour(
        after_save=_name_itself,
        getters={name: _whole(name) for name in ("id_tax_rules_group", "shipping_method")},
    ),
}
