"""Products: what is derived, what follows a save, and associations that replace everything they name."""

from __future__ import annotations

from typing import TYPE_CHECKING

from deployments.sandbox.shop import shops
from deployments.sandbox.shop.behaviours import combinations, stock
from deployments.sandbox.shop.columns import number
from deployments.sandbox.shop.entity import AssociationSetter, Behaviour, Draft, Entries, Lister
from deployments.sandbox.shop.errors import CrashError
from deployments.sandbox.shop.links import derived_links
from deployments.sandbox.shop.store import now

if TYPE_CHECKING:
    from collections.abc import Iterable

    from deployments.sandbox.shop.store import Row, Store

_POSITION_WARNING = (
    "[PHP Warning #2] Trying to access array offset on value of type null "
    "(/var/www/shop/classes/Product.php, line 7273)"
)


def _set_position(draft: Draft, _value: str) -> None:
    draft.warnings.append(_POSITION_WARNING)


def _set_default_combination(draft: Draft, value: str) -> None:
    table = draft.store["combinations"]
    for one in list(table.where("id_product", draft.values.get("id", 0))):
        table.update(one["id"], {"default_on": "1" if str(one["id"]) == value else None})
    draft.put("cache_default_attribute", value)


def _set_default_image(draft: Draft, value: str) -> None:
    if not draft.is_new:
        draft.store["products"].update(draft.identifier, {"cover": int(value or 0) or None})


def _set_type(draft: Draft, value: str) -> None:
    draft.put("is_virtual", "1" if value == "virtual" else "0")
    draft.put("cache_is_pack", "1" if value == "pack" else "0")


def _before_save(draft: Draft) -> None:
    if draft.is_new:
        draft.put("id_shop_default", str(shops.of(draft.store).shop))
    first = draft.store.rules.first_product_type
    if first and "product_type" in draft.resource.by_name and not draft.text("product_type"):
        draft.put("product_type", first)
    if draft.values.get("unit_price_ratio") or "unit_price" not in draft.resource.by_name:
        return
    if unit_price := number(draft.text("unit_price")):
        draft.values["unit_price_ratio"] = f"{number(draft.text('price')) / unit_price:.14g}"
    elif not draft.is_new:
        draft.values["unit_price_ratio"] = "0"


def _searchable(draft: Draft) -> bool:
    return (
        draft.text("active") == "1"
        and draft.text("visibility") in {"both", "search"}
        and draft.store.configuration("PS_SEARCH_INDEXATION") == "1"
    )


def _after_save(draft: Draft) -> None:
    table = draft.store["products"]
    row = table.rows[draft.identifier]
    if unit_price := number(row.get("unit_price", "")):
        table.update(draft.identifier, {"unit_price_ratio": f"{number(row['price']) / unit_price:.14g}"})
    if _searchable(draft):
        table.update(draft.identifier, {"indexed": "1"})
    if draft.is_new:
        table.update(draft.identifier, {"categories": [], "product_features": [], "positions": {}})
        stock.make_row(draft.store, draft.identifier, 0)


def _set_categories(draft: Draft, entries: Entries) -> None:
    table = draft.store["products"]
    ids = list(dict.fromkeys(int(one.get("id") or 0) for one in entries))
    before = table.rows[draft.identifier].get("positions", {})
    positions = {str(one): before.get(str(one)) or next_position(draft.store, one) for one in ids}
    table.update(draft.identifier, {"categories": ids, "positions": positions})


def next_position(store: Store, category: int) -> int:
    """The place of a new product in a category, from 1."""
    table = store["products"]
    taken = store.positions.get(category)
    if taken is None:
        key = str(category)
        taken = max(
            (table.rows[one].get("positions", {}).get(key, 0) for one in table.ids_where("categories", category)),
            default=0,
        )
    store.positions[category] = taken + 1
    return taken + 1


def _set_features(draft: Draft, entries: Entries) -> None:
    pairs = [(int(one.get("id") or 0), int(one.get("id_feature_value") or 0)) for one in entries]
    draft.store["products"].update(draft.identifier, {"product_features": list(dict.fromkeys(pairs))})
    if len(set(pairs)) != len(pairs) and not draft.store.rules.silent:
        raise CrashError("duplicate key in feature_product")


def _set_combinations(draft: Draft, entries: Entries) -> None:
    """Combinations that are not named are deleted; those of another product move here."""
    table = draft.store["combinations"]
    wanted = [int(one.get("id") or 0) for one in entries]
    moved = [one for one in wanted if one in table.rows and table.rows[one]["id_product"] != str(draft.identifier)]
    defaults = [one for one in table.where("id_product", draft.identifier) if one["default_on"]]
    if defaults and any(table.rows[one]["default_on"] for one in moved):
        if not draft.store.rules.silent:
            raise CrashError("duplicate key product_default")
        moved = []
    for one in list(table.where("id_product", draft.identifier)):
        if one["id"] not in wanted:
            table.remove(one["id"])
            combinations.BEHAVIOUR.after_remove(draft.store, one)  # type: ignore[misc]
    for identifier in moved:
        table.update(identifier, {"id_product": str(draft.identifier)})
    combinations.follow(draft.store, draft.identifier)


def _set_ids(name: str) -> AssociationSetter:
    def setter(draft: Draft, entries: Entries) -> None:
        ids = list(dict.fromkeys(int(one.get("id") or 0) for one in entries))
        draft.store["products"].update(draft.identifier, {name: ids})

    return setter


def _set_bundle(draft: Draft, entries: Entries) -> None:
    draft.store["products"].update(draft.identifier, {"product_bundle": [tuple(one.items()) for one in entries]})


def _stored(store: Store, row: Row) -> Row:
    return shops.seen(store, "products", store["products"].rows[row["id"]])


def _categories(store: Store, row: Row) -> Entries:
    """Categories that do not exist are kept but not shown."""
    kept = _stored(store, row).get("categories", [])
    return [{"id": str(one)} for one in kept if one in store["categories"].rows]


def _combinations(store: Store, row: Row) -> Entries:
    return [{"id": str(one["id"])} for one in _sold(store, row)]


def _sold(store: Store, row: Row) -> list[Row]:
    return shops.in_shop(store, "combinations", store["combinations"].where("id_product", row["id"]))


def _option_values(store: Store, row: Row) -> Entries:
    found = dict.fromkeys(
        value
        for one in _sold(store, row)
        for value in one.get("product_option_values", [])
        if value in store["product_option_values"].rows
    )
    return [{"id": str(one)} for one in found]


def _features(store: Store, row: Row) -> Entries:
    pairs = _stored(store, row).get("product_features", [])
    return [{"id": str(feature), "id_feature_value": str(value)} for feature, value in pairs]


def _stock_rows(store: Store, row: Row) -> Entries:
    rows: Iterable[Row] = store["stock_availables"].where("id_product", row["id"])
    if store.several:
        rows = [one for one in rows if stock.on_this_shop(store, one)]
    return [{"id": str(one["id"]), "id_product_attribute": one["id_product_attribute"]} for one in rows]


def _ids(name: str) -> Lister:
    return lambda store, row: [{"id": str(one)} for one in _stored(store, row).get(name, [])]


def _bundle(store: Store, row: Row) -> Entries:
    return [dict(one) for one in _stored(store, row).get("product_bundle", [])]


def _default_image(store: Store, row: Row) -> str:
    stored = _stored(store, row)
    images = stored.get("images", [])
    cover = stored.get("cover") if "cover" in stored else next(iter(images), None)
    return str(cover) if cover in images else ""


def _default_combination(store: Store, row: Row) -> int:
    return int(_stored(store, row)["cache_default_attribute"] or 0)


def _position(store: Store, row: Row) -> str:
    position = _stored(store, row).get("positions", {}).get(row["id_category_default"] or "")
    return "" if position is None else str(position)


def _manufacturer_name(store: Store, row: Row) -> str | bool:
    found = store["manufacturers"].rows.get(int(row["id_manufacturer"] or 0))
    return str(found["name"]) if found else False


def _quantity(_store: Store, row: Row) -> str | None:
    """The column of the product, never its stock: 0 once stored, nothing in the answer to a POST."""
    return row.get("quantity")


def _type(_store: Store, row: Row) -> str:
    if row.get("is_virtual") == "1":
        return "virtual"
    return "pack" if row.get("cache_is_pack") == "1" else "simple"


def _new(_store: Store, _row: Row) -> None:
    return None


def _close_gaps(store: Store, row: Row) -> None:
    """Before 8.0 the products behind the one taken out move up in its categories, and their dates with them."""
    if not str(store.configuration("PS_VERSION_DB")).startswith("1.7"):
        return
    table = store["products"]
    for category, place in row.get("positions", {}).items():
        store.positions.pop(int(category), None)
        for identifier in list(table.ids_where("categories", int(category))):
            positions = table.rows[identifier].get("positions", {})
            if positions.get(category, 0) > place:
                moved = {**positions, category: positions[category] - 1}
                table.update(identifier, {"positions": moved, "date_upd": now()})


def _after_remove(store: Store, row: Row) -> bool:
    if row["id"] in store["products"].rows:
        stock.remove_rows(store, row["id"])
        return True
    _close_gaps(store, row)
    had_combinations = any(store["combinations"].ids_where("id_product", row["id"]))
    _remove_of(store, row, "combinations")
    stock.remove_rows(store, row["id"])
    if had_combinations:
        # The combinations go after the product's own row, and each sums up what is left: an orphan stays behind.
        stock.total_up(store, row["id"])
    # A picture without a file is where the shop gives up: what comes after the pictures stays behind.
    if store.broken_images.intersection(row.get("images", [])):
        return False
    _remove_of(store, row, "specific_prices", "product_suppliers")
    return True


def _remove_of(store: Store, row: Row, *resources: str) -> None:
    for name in resources:
        for one in list(store[name].where("id_product", row["id"])):
            store[name].remove(one["id"])


BEHAVIOUR = Behaviour(
    setters={
        "position_in_category": _set_position,
        "id_default_combination": _set_default_combination,
        "id_default_image": _set_default_image,
        "type": _set_type,
    },
    on_read=derived_links("/var/www/shop/classes/Product.php, line 8100"),
    before_save=_before_save,
    after_save=_after_save,
    associations={
        "categories": _set_categories,
        "product_features": _set_features,
        "combinations": _set_combinations,
        "accessories": _set_ids("accessories"),
        "tags": _set_ids("tags"),
        "product_bundle": _set_bundle,
    },
    getters={
        "new": _new,
        "id_default_image": _default_image,
        "id_default_combination": _default_combination,
        "position_in_category": _position,
        "manufacturer_name": _manufacturer_name,
        "quantity": _quantity,
        "type": _type,
    },
    lists={
        "categories": _categories,
        "images": _ids("images"),
        "combinations": _combinations,
        "product_option_values": _option_values,
        "product_features": _features,
        "tags": _ids("tags"),
        "stock_availables": _stock_rows,
        "attachments": _ids("attachments"),
        "accessories": _ids("accessories"),
        "product_bundle": _bundle,
    },
    after_remove=_after_remove,
)
