"""The category tree: depth, position among siblings, products below, and removal of whole branches."""

from __future__ import annotations

from typing import TYPE_CHECKING

from deployments.sandbox.shop import shops
from deployments.sandbox.shop.behaviours.attributes import next_position
from deployments.sandbox.shop.entity import Behaviour, Draft, Entries
from deployments.sandbox.shop.errors import CrashError
from deployments.sandbox.shop.links import derived_links

if TYPE_CHECKING:
    from collections.abc import Iterator

    from deployments.sandbox.shop.store import Row, Store


def _before_save(draft: Draft) -> None:
    parent_id = draft.whole("id_parent")
    if not draft.is_new and parent_id == draft.identifier:
        raise CrashError("a category cannot be its own parent")
    parent = draft.store["categories"].rows.get(parent_id)
    if parent_id and parent is None:
        raise CrashError("the parent category does not exist")
    orphan = "0" if draft.is_new else None
    draft.put("level_depth", str(int(parent["level_depth"]) + 1) if parent else orphan)
    if draft.is_new:
        draft.put("id_shop_default", str(shops.of(draft.store).shop))


def _after_save(draft: Draft) -> None:
    """The row gets its position; the answer was made from memory and does not show it."""
    if draft.is_new:
        table = draft.store["categories"]
        siblings = [row for row in table.where("id_parent", draft.whole("id_parent")) if row["id"] != draft.identifier]
        table.update(draft.identifier, {"position": next_position(siblings)})
        draft.values["_new"] = True
    _deepen(draft.store, draft.identifier, draft.whole("level_depth"), set())


def _deepen(store: Store, identifier: int, depth: int, seen: set[int]) -> None:
    seen.add(identifier)
    for child in list(store["categories"].where("id_parent", identifier)):
        if child["id"] not in seen and child["level_depth"] != str(depth + 1):
            store["categories"].update(child["id"], {"level_depth": str(depth + 1)})
            _deepen(store, child["id"], depth + 1, seen)


def branch(store: Store, identifier: int) -> Iterator[int]:
    """The category and all below it, each once even when the tree is corrupt."""
    waiting, seen = [identifier], set()
    while waiting:
        current = waiting.pop()
        if current not in seen:
            seen.add(current)
            yield current
            waiting += [row["id"] for row in store["categories"].where("id_parent", current)]


def _products_below(store: Store, row: Row) -> str:
    if row.get("_new"):
        return "-1"
    products = set[int]()
    for identifier in branch(store, row["id"]):
        products |= store["products"].ids_where("categories", identifier)
    return str(len(products) or -1)


def _children(store: Store, row: Row) -> Entries:
    if row.get("_new"):
        return []
    return [{"id": str(one["id"])} for one in store["categories"].where("id_parent", row["id"])]


def _products(store: Store, row: Row) -> Entries:
    if row.get("_new"):
        return []
    return [{"id": str(one)} for one in sorted(store["products"].ids_where("categories", row["id"]))]


def _after_remove(store: Store, row: Row) -> None:
    doomed = list(branch(store, row["id"]))
    products = store["products"]
    for category in doomed:
        store["categories"].remove(category)
        for product in list(products.ids_where("categories", category)):
            kept = [one for one in products.rows[product]["categories"] if one != category]
            products.update(product, {"categories": kept})


BEHAVIOUR = Behaviour(
    on_read=derived_links("/var/www/shop/classes/Category.php, line 2068"),
    before_save=_before_save,
    after_save=_after_save,
    getters={"nb_products_recursive": _products_below},
    lists={"categories": _children, "products": _products},
    after_remove=_after_remove,
)
