"""Reads the shop's names (manufacturers, attributes, features, categories) and creates those that are missing."""

from __future__ import annotations

import asyncio
from typing import Any

from connectors.prestashop import Entity, Identity, Shop, ShopFacts
from schemas.errors import RefusedError
from schemas.folded import fold
from tasks.products.translate.names import MissingNames, Names, Path, slug


async def shop_names(shop: Shop, facts: ShopFacts, home_category: int | None, *, needed: bool) -> Names:
    """All names that products can refer to, in the shop's default language; none are read when none are needed."""
    names = Names(home=home_category or facts.home_category)
    if not needed:
        return names
    language = facts.default_language
    await asyncio.gather(
        _manufacturers(shop, names),
        _options(shop, names, language),
        _features(shop, names, language),
        _categories(shop, names, language),
    )
    return names


async def _manufacturers(shop: Shop, names: Names) -> None:
    for entity in await shop.read("manufacturers", display=["id", "name"]):
        names.add_manufacturer(int(entity["id"]), str(entity["name"]))


async def _options(shop: Shop, names: Names, language: int) -> None:
    for entity in await shop.read("product_options", display=["id", "name", "public_name"]):
        names.add_option(int(entity["id"]), _text(entity["name"], language), _text(entity["public_name"], language))
    for entity in await shop.read("product_option_values", display=["id", "id_attribute_group", "name"]):
        names.add_option_value(int(entity["id"]), int(entity["id_attribute_group"]), _text(entity["name"], language))


async def _features(shop: Shop, names: Names, language: int) -> None:
    for entity in await shop.read("product_features", display=["id", "name"]):
        names.add_feature(int(entity["id"]), _text(entity["name"], language))
    for entity in await shop.read("product_feature_values", display=["id", "id_feature", "value", "custom"]):
        if str(entity.get("custom") or "0") == "0":
            names.add_feature_value(int(entity["id"]), int(entity["id_feature"]), _text(entity["value"], language))


async def _categories(shop: Shop, names: Names, language: int) -> None:
    for entity in await shop.read("categories", display=["id", "id_parent", "name"]):
        names.add_category(int(entity["id"]), int(entity["id_parent"] or 0), _text(entity["name"], language))


def _text(value: Any, language: int) -> str:
    return str(value.get(language, "")) if isinstance(value, dict) else str(value)


async def create_names(shop: Shop, facts: ShopFacts, missing: MissingNames, names: Names) -> dict[str, int]:
    """Creates what is missing, one kind after the other, and adds it to `names`; how many of each were created.

    One writer, before any product: two batches that need the same new name cannot both create it.
    """
    create = _Creation(shop, facts, names)
    await create.manufacturers(missing)
    await create.options(missing)
    await create.features(missing)
    for depth in sorted({len(path) for path in missing.categories}):
        await create.categories([path for path in missing.categories if len(path) == depth])
    return create.created


class _Creation:
    def __init__(self, shop: Shop, facts: ShopFacts, names: Names) -> None:
        self.shop = shop
        self.names = names
        self.languages = facts.language_ids
        self.several_shops = facts.shops.several
        self.created: dict[str, int] = {}

    async def manufacturers(self, missing: MissingNames) -> None:
        entities = [{"name": name, "active": True} for name in missing.manufacturers]
        for name, shop_id in await self._create("manufacturers", missing.manufacturers, entities, _BY_NAME):
            self.names.add_manufacturer(shop_id, name)

    async def options(self, missing: MissingNames) -> None:
        entities: list[Entity] = [
            {"group_type": "select", "name": self._every(name), "public_name": self._every(name[:64])}
            for name in missing.options
        ]
        for name, shop_id in await self._create("product_options", missing.options, entities, _BY_NAME):
            self.names.add_option(shop_id, name)
        pairs = [pair for pair in missing.option_values if fold(pair[0]) in self.names.options]
        entities = [
            {"id_attribute_group": self.names.options[fold(group)], "name": self._every(value)}
            for group, value in pairs
        ]
        identity = Identity("id_attribute_group", ("id_attribute_group", "name"), folded=True)
        for (group, value), shop_id in await self._create("product_option_values", pairs, entities, identity):
            self.names.add_option_value(shop_id, self.names.options[fold(group)], value)

    async def features(self, missing: MissingNames) -> None:
        entities: list[Entity] = [{"name": self._every(name)} for name in missing.features]
        for name, shop_id in await self._create("product_features", missing.features, entities, _BY_NAME):
            self.names.add_feature(shop_id, name)
        pairs = [pair for pair in missing.feature_values if fold(pair[0]) in self.names.features]
        entities = [
            {"id_feature": self.names.features[fold(feature)], "value": self._every(value), "custom": False}
            for feature, value in pairs
        ]
        identity = Identity("id_feature", ("id_feature", "value"), folded=True)
        for (feature, value), shop_id in await self._create("product_feature_values", pairs, entities, identity):
            self.names.add_feature_value(shop_id, self.names.features[fold(feature)], value)

    async def categories(self, paths: list[Path]) -> None:
        parents = {path: self._parent(path) for path in paths}
        known = [path for path in paths if parents[path] is not None]
        entities: list[Entity] = [
            {
                "id_parent": parents[path],
                "active": True,
                "name": self._every(path[-1]),
                "link_rewrite": self._every(slug(path[-1], "category")),
            }
            for path in known
        ]
        identity = Identity("id_parent", ("id_parent", "name"), folded=True)
        for path, shop_id in await self._create("categories", known, entities, identity):
            self.names.add_category(shop_id, parents[path] or self.names.home, path[-1])

    def _parent(self, path: Path) -> int | None:
        chain = self.names.category_chain(path[:-1])
        if chain is None:
            return None
        return chain[-1] if chain else self.names.home

    def _every(self, text: str) -> dict[int, str]:
        return dict.fromkeys(self.languages, text)

    async def _create(self, resource: str, named: Any, entities: list[Entity], identity: Identity) -> list[Any]:
        """(what was named, id) of those that the shop has now; a refused one is left out: its products are refused."""
        pairs = []
        several = self.several_shops
        receipts = await self.shop.create(resource, entities, identity, look_first=several, within="all")
        adopted = [{"id": receipt.id} for receipt in receipts if several and receipt.outcome == "adopted"]
        if adopted:
            await self.shop.associate(resource, adopted)
        for name, receipt in zip(named, receipts, strict=True):
            if receipt.error is not None and not receipt.is_of_what_was_sent:
                self.names.may_be_made_later = True
            if receipt.outcome == "created":
                self.created[resource] = self.created.get(resource, 0) + 1
            if receipt.id is not None and not isinstance(receipt.error, RefusedError):
                pairs.append((name, receipt.id))
        return pairs


_BY_NAME = Identity("name", ("name",), folded=True)
