"""Combinations: one default per product, a stock row each, and the parent product that follows."""

from __future__ import annotations

from typing import TYPE_CHECKING

from deployments.sandbox.shop import shops
from deployments.sandbox.shop.behaviours import stock
from deployments.sandbox.shop.entity import Behaviour, Draft, Entries
from deployments.sandbox.shop.errors import not_saved

if TYPE_CHECKING:
    from deployments.sandbox.shop.store import Row, Store


def _set_default_on(draft: Draft, value: str) -> None:
    draft.put("default_on", value if value not in {"", "0"} else None)


def _before_save(draft: Draft) -> None:
    """The database allows one default per product: a second one dies, and its id is lost."""
    if not draft.values.get("default_on"):
        return
    table = draft.store["combinations"]
    for other in table.where("id_product", draft.whole("id_product")):
        defaults = [other["default_on"], *(own["default_on"] for own in _own_of_shops(draft.store, other))]
        if any(defaults) and other["id"] != draft.values.get("id"):
            if draft.is_new:
                table.next_id += 1
            raise not_saved("duplicate key product_default", silent=draft.store.rules.silent)


def _after_save(draft: Draft) -> None:
    store, product = draft.store, draft.whole("id_product")
    table = store["combinations"]
    table.update(draft.identifier, {"default_on": "1" if draft.values.get("default_on") else None})
    if draft.is_new:
        table.update(draft.identifier, {"product_option_values": []})
        stock.make_row(store, product, draft.identifier)
    follow(store, product)


def follow(store: Store, product: int) -> None:
    """Set the product's default combination and type after its combinations changed; its date does not move."""
    row = store["products"].rows.get(product)
    if row is None:
        return
    combinations = [shops.seen(store, "combinations", one) for one in _of_product(store, product)]
    chosen = next((one for one in combinations if one["default_on"]), combinations[0] if combinations else None)
    store["products"].update(product, {"cache_default_attribute": str(chosen["id"]) if chosen else "0"})
    if combinations and row.get("product_type") in {"", "standard"}:
        store["products"].update(product, {"product_type": "combinations"})


def _of_product(store: Store, product: int) -> list[Row]:
    return shops.in_shop(store, "combinations", store["combinations"].where("id_product", product))


def _own_of_shops(store: Store, row: Row) -> list[Row]:
    return [own for shop, own in row.get("_shops", {}).items() if shop in shops.of(store).shops]


def _set_values(draft: Draft, entries: Entries) -> None:
    ids = list(dict.fromkeys(int(one.get("id") or 0) for one in entries))
    draft.store["combinations"].update(draft.identifier, {"product_option_values": ids})


def _set_images(draft: Draft, entries: Entries) -> None:
    images = [int(one.get("id") or 0) for one in entries]
    draft.store["combinations"].update(draft.identifier, {"images": images})


def _values(store: Store, row: Row) -> Entries:
    """Values that do not exist are kept but not shown."""
    kept = store["combinations"].rows[row["id"]].get("product_option_values", [])
    return [{"id": str(one)} for one in kept if one in store["product_option_values"].rows]


def _images(store: Store, row: Row) -> Entries:
    return [{"id": str(one)} for one in store["combinations"].rows[row["id"]].get("images", [])]


def _after_remove(store: Store, row: Row) -> None:
    product = int(row["id_product"])
    stock.remove_rows(store, product, row["id"])
    if row["id"] in store["combinations"].rows:
        follow(store, product)
        return
    for name in ("specific_prices", "product_suppliers"):
        for one in list(store[name].where("id_product_attribute", row["id"])):
            store[name].remove(one["id"])
    follow(store, product)
    if product in store["products"].rows:
        stock.total_up(store, product)


BEHAVIOUR = Behaviour(
    setters={"default_on": _set_default_on},
    before_save=_before_save,
    after_save=_after_save,
    associations={"product_option_values": _set_values, "images": _set_images},
    lists={"product_option_values": _values, "images": _images},
    after_remove=_after_remove,
)
