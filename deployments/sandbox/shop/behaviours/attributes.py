"""Attribute groups and values, features, manufacturers and suppliers: positions and derived names."""

from __future__ import annotations

from typing import TYPE_CHECKING

from deployments.sandbox.shop import shops
from deployments.sandbox.shop.entity import Behaviour, Draft, Entries
from deployments.sandbox.shop.slugs import slug

if TYPE_CHECKING:
    from collections.abc import Iterable

    from deployments.sandbox.shop.store import Row, Store


def next_position(rows: Iterable[Row]) -> str:
    """One more than the highest position so far, 0 for the first."""
    return str(max((int(row["position"]) for row in rows), default=-1) + 1)


def _position_in(draft: Draft, rows: Iterable[Row]) -> None:
    if draft.is_new and draft.whole("position") <= 0:
        draft.put("position", next_position(rows))


def _save_option(draft: Draft) -> None:
    _position_in(draft, draft.store["product_options"].rows.values())
    draft.put("is_color_group", "1" if draft.text("group_type") == "color" else draft.store.rules.writes_no_colour_as)


def _save_option_value(draft: Draft) -> None:
    group = draft.whole("id_attribute_group")
    _position_in(draft, draft.store["product_option_values"].where("id_attribute_group", group))


def _save_feature(draft: Draft) -> None:
    _position_in(draft, draft.store["product_features"].rows.values())


def _save_feature_value(draft: Draft) -> None:
    if draft.store.rules.positions_feature_values:
        _position_in(draft, draft.store["product_feature_values"].where("id_feature", draft.whole("id_feature")))


def _values_of_option(store: Store, row: Row) -> Entries:
    found = shops.in_shop(
        store, "product_option_values", store["product_option_values"].where("id_attribute_group", row["id"])
    )
    return [{"id": str(one["id"])} for one in sorted(found, key=lambda value: int(value["position"]))]


def _remove_option(store: Store, row: Row) -> None:
    for value in list(store["product_option_values"].where("id_attribute_group", row["id"])):
        store["product_option_values"].remove(value["id"])


def _remove_feature(store: Store, row: Row) -> None:
    for value in list(store["product_feature_values"].where("id_feature", row["id"])):
        store["product_feature_values"].remove(value["id"])


def _link_of_name(_store: Store, row: Row) -> str:
    return slug(row["name"] or "")


def _manufacturer_addresses(store: Store, row: Row) -> Entries:
    if not row.get("id"):
        return []
    return [{"id": str(one["id"])} for one in store["addresses"].where("id_manufacturer", row["id"])]


def _supplier_link(_store: Store, row: Row) -> str:
    """Made when the shop reads a supplier: the answer to a POST has none."""
    return "" if row.get("_is_new") else slug(row["name"] or "")


def _mark_new(draft: Draft) -> None:
    if draft.is_new:
        draft.values["_is_new"] = True


BEHAVIOURS = {
    "product_options": Behaviour(
        before_save=_save_option,
        lists={"product_option_values": _values_of_option},
        after_remove=_remove_option,
    ),
    "product_option_values": Behaviour(before_save=_save_option_value),
    "product_feature_values": Behaviour(before_save=_save_feature_value),
    "product_features": Behaviour(before_save=_save_feature, after_remove=_remove_feature),
    "manufacturers": Behaviour(
        getters={"link_rewrite": _link_of_name},
        lists={"addresses": _manufacturer_addresses},
    ),
    "suppliers": Behaviour(after_save=_mark_new, getters={"link_rewrite": _supplier_link}),
}
