"""The catalogue's abilities: categories and products that follow the shop's, and their first quantity."""

from __future__ import annotations

import threading
from collections.abc import Collection, Mapping, Sequence
from decimal import Decimal
from typing import Any

from connectors.dolibarr.access import SYSTEM
from connectors.dolibarr.asking import Record
from connectors.dolibarr.client import Dolibarr
from connectors.dolibarr.codes import DolibarrCodes
from connectors.dolibarr.faults import DUPLICATE, NOT_THERE
from connectors.dolibarr.texts import stored_name, stored_reference
from connectors.dolibarr.translate_items import (
    category_uid,
    found_category,
    found_item,
    is_category_uid,
    is_item_uid,
    item_obstacles,
    item_uid,
    product_id,
    rounded_at_creation,
    uid_prefix,
    wanted_category,
    wanted_item,
)
from schemas.catalogue import Category, EntityNumber, FoundEntities, FoundEntity, Item, WantedEntity
from schemas.erp import Obstacle
from schemas.errors import AlreadyThereError, DeniedError, RefusedError

IN_USE = "IN_USE"
"""Code of our own refusal to delete what something is in."""
_OF_CREATION = ("new",)
_BESIDE = frozenset({"categories", *_OF_CREATION})
"""Parts of a request that are not members of the product itself."""


class Items:
    """See `schemas.catalogue.TakesEntities`."""

    def __init__(self, dolibarr: Dolibarr, codes: DolibarrCodes, *, with_note: bool) -> None:
        self._dolibarr = dolibarr
        self._codes = codes
        self._with_note = with_note

    def obstacles(self, entity: Item) -> tuple[Obstacle, ...]:
        """See the protocol."""
        return item_obstacles(entity, self._codes)

    def stored_name(self, name: str) -> str:
        """See the protocol."""
        return stored_reference(name)

    def wanted(self, entity: Item) -> WantedEntity:
        """See the protocol."""
        return wanted_item(entity, self._codes, with_note=self._with_note)

    def uid(self, key: str) -> str:
        """See the protocol."""
        return item_uid(key, self._codes)

    def bearing(self, uids: Collection[str]) -> Mapping[str, FoundEntity]:
        """See the protocol."""
        return {each.uid: each for each in map(found_item, self._dolibarr.products_of(uids))}

    def find(self, wanted: Sequence[WantedEntity]) -> FoundEntities:
        """See the protocol."""
        by_uid = self.bearing([one.uid for one in wanted])
        left = [one.name for one in wanted if one.uid not in by_uid]
        named = {each.name.casefold(): each for each in map(found_item, self._dolibarr.products_called(left))}
        return FoundEntities(by_uid, {name: named[name.casefold()] for name in left if name.casefold() in named})

    def ours(self) -> Mapping[str, FoundEntity]:
        """See the protocol."""
        found = map(found_item, self._dolibarr.products_under(uid_prefix(self._codes)))
        return {each.uid: each for each in found if is_item_uid(each.uid, self._codes)}

    def create(self, wanted: WantedEntity) -> EntityNumber:
        """Its price is written a second time where it is no whole number of cents."""
        values = _members(wanted, wanted.request.keys() - {"categories"})
        try:
            id_ = self._dolibarr.create_product(wanted.uid, values)
        except RefusedError as error:
            raise _there(error, wanted) from error
        if rounded_at_creation(wanted):
            self._dolibarr.update_product(id_, dict(wanted.request["price"]))
        self._sort_in(wanted, id_, {})
        return EntityNumber(f"{wanted.name}/{id_}")

    def update(self, found: FoundEntity, wanted: WantedEntity, fields: frozenset[str]) -> bool:
        """Values and guard in one request, then the categories, of which only the shop's are touched."""
        id_ = product_id(found.number)
        values = _members(wanted, fields - _BESIDE)
        if found.uid != wanted.uid:
            self._dolibarr.claim("/products", "product", id_, wanted.uid)
        if values:
            self._dolibarr.update_product(id_, values)
        sorted_in = "categories" in fields and self._sort_in(wanted, id_, self._dolibarr.categories_of(id_))
        return sorted_in or bool(values) or found.uid != wanted.uid

    def astray(self, placed: Sequence[tuple[EntityNumber, WantedEntity]]) -> frozenset[str]:
        """See the protocol."""
        uids = {product_id(number): wanted.uid for number, wanted in placed}
        of_category: dict[int, set[int]] = {}
        for number, wanted in placed:
            for category in wanted.request.get("categories", {}).get("categories", ()):
                of_category.setdefault(category, set()).add(product_id(number))
        pairs = of_category.items()
        return frozenset(uids[id_] for category, ids in pairs for id_ in ids - self._dolibarr.those_in(category, ids))

    def close(self, found: FoundEntity, *, delete: bool) -> None:
        """One that something was made of, or that the key may not delete, is taken off sale."""
        id_ = product_id(found.number)
        try:
            if delete:
                self._dolibarr.delete_product(id_)
                return
        except (RefusedError, DeniedError) as error:
            if isinstance(error, RefusedError) and error.code == NOT_THERE:
                return
        try:
            self._dolibarr.update_product(id_, {"status": 0})
        except RefusedError as error:
            if error.code != NOT_THERE:
                raise

    def _sort_in(self, wanted: WantedEntity, id_: int, there: Mapping[int, str]) -> bool:
        """Whether the product had to be put into categories, or taken out of some of the shop's.

        It stays in those that the shop has it in and that are held now.
        """
        told = wanted.request.get("categories")
        if told is None:
            return False
        named, held = set(told["categories"]), set(told.get("held", ()))
        ours = {each for each, uid in there.items() if is_category_uid(uid, self._codes) and uid.lower() not in held}
        gone = ours - named
        for each in sorted(named - there.keys()):
            self._dolibarr.put_into(each, id_)
        for each in sorted(gone):
            self._dolibarr.remove_from(each, id_)
        return bool(named - there.keys() or gone)


class Categories:
    """See `schemas.catalogue.TakesEntities`."""

    def __init__(self, dolibarr: Dolibarr, codes: DolibarrCodes) -> None:
        self._dolibarr = dolibarr
        self._codes = codes

    def obstacles(self, entity: Category) -> tuple[Obstacle, ...]:
        """See the protocol."""
        return () if stored_name(entity.name) else (Obstacle("category_name_empty", {"detail": entity.name}),)

    def stored_name(self, name: str) -> str:
        """See the protocol."""
        return stored_name(name)

    def wanted(self, entity: Category) -> WantedEntity:
        """See the protocol."""
        return wanted_category(entity, self._codes)

    def uid(self, key: str) -> str:
        """See the protocol."""
        return category_uid(int(key.removeprefix("c")), self._codes)

    def bearing(self, uids: Collection[str]) -> Mapping[str, FoundEntity]:
        """See the protocol."""
        return {each.uid: each for each in self._all() if each.uid in uids}

    def find(self, wanted: Sequence[WantedEntity]) -> FoundEntities:
        """There are few: all of them are read."""
        found = self._all()
        by_uid = {each.uid: each for each in found if each.uid}
        named = {each.name: each for each in found}
        left = [one.name for one in wanted if one.uid not in by_uid]
        return FoundEntities(by_uid, {name: named[name] for name in left if name in named})

    def ours(self) -> Mapping[str, FoundEntity]:
        """See the protocol."""
        return {each.uid: each for each in self._all() if is_category_uid(each.uid, self._codes)}

    def create(self, wanted: WantedEntity) -> EntityNumber:
        """See the protocol."""
        try:
            id_ = self._dolibarr.create_category(wanted.uid, _members(wanted, wanted.request.keys()))
        except RefusedError as error:
            raise _there(error, wanted) from error
        return EntityNumber(str(id_))

    def update(self, found: FoundEntity, wanted: WantedEntity, fields: frozenset[str]) -> bool:
        """See the protocol."""
        values = _members(wanted, fields)
        if found.uid != wanted.uid:
            self._dolibarr.claim("/categories", "categorie", int(found.number), wanted.uid)
        if values:
            self._dolibarr.update_category(int(found.number), values)
        return bool(values) or found.uid != wanted.uid

    def astray(self, placed: Sequence[tuple[EntityNumber, WantedEntity]]) -> frozenset[str]:  # noqa: ARG002 - as items
        """None: where a category stands is one of its values."""
        return frozenset()

    def close(self, found: FoundEntity, *, delete: bool) -> None:
        """One that nothing is in is deleted; `RefusedError` of code IN_USE of any other one."""
        if not delete:
            return
        if any(each.fields["parent"] == found.number for each in self._all()) or self._dolibarr.has_products(
            int(found.number)
        ):
            reason = "products or categories are in it"
            raise RefusedError(reason, system=SYSTEM, action="delete a category", key=found.uid, code=IN_USE)
        try:
            self._dolibarr.delete_category(int(found.number))
        except RefusedError as error:
            if error.code != NOT_THERE:
                raise

    def _all(self) -> list[FoundEntity]:
        return [found_category(each) for each in self._dolibarr.product_categories()]


class FirstStock:
    """See `schemas.catalogue.TakesFirstStock`."""

    def __init__(self, dolibarr: Dolibarr) -> None:
        self._dolibarr = dolibarr
        self._ids: dict[str, int] | None = None
        self._looking = threading.Lock()

    def has_warehouse(self, warehouse: str) -> bool:
        """See the protocol."""
        return warehouse in self._warehouses()

    def give(self, number: EntityNumber, uid: str, quantity: int, warehouse: str) -> None:
        """A movement is made of a product that has none: nothing else guards it."""
        id_ = product_id(number)
        if quantity > 0 and not self._dolibarr.has_moved(id_):
            house = self._warehouses()[warehouse]
            self._dolibarr.move_stock(id_, house, Decimal(quantity), f"{uid}-first", "PrestaShop")

    def _warehouses(self) -> dict[str, int]:
        with self._looking:
            if self._ids is None:
                self._ids = self._dolibarr.warehouses()
            return self._ids


def _members(wanted: WantedEntity, fields: Any) -> Record:
    return {name: value for field in sorted(fields) for name, value in wanted.request.get(field, {}).items()}


def _there(error: RefusedError, wanted: WantedEntity) -> RefusedError:
    """A creation that was refused because it is there: the reference is looked at before the guard."""
    if error.code == DUPLICATE:
        return AlreadyThereError(error.reason, system=SYSTEM, action=error.action, key=wanted.uid, code=DUPLICATE)
    return error
