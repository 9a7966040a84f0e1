"""The prices before reductions as a feature of the products: no module and no hook of a theme is needed."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TypeAlias

from connectors.ledger import LeaseHeldError, Link
from connectors.prestashop import Entity, Identity
from schemas.flows import FLOWS
from schemas.folded import fold
from schemas.incidents import Level
from schemas.outcomes import Outcome
from schemas.run_report import PlannedChange
from tasks.omnibus.plan.feature import NAMES, members_with
from tasks.omnibus.rows import read_keys
from tasks.run.outcomes import RowOutcome, row_outcomes
from tasks.run.run import Run

KIND = "lowest_price_feature"
"""Of the links: product key, id of the product, id of the value, the value in the shop's own language."""
_FEATURES = 1
"""Stands where rows of files have the number of their file."""
_AT_ONCE = 500
_DISPLAY = ("id", "product_features[id,id_feature_value]")
Texts: TypeAlias = Mapping[int, str]
"""A value by id_lang."""


@dataclass(slots=True)
class _Product:
    """One product, its value as the ledger knows it and as it is to be; without texts the feature is taken away."""

    key: str
    number: int
    id_product: int
    texts: Texts
    known: str | None
    is_same: bool
    outcome: Outcome = Outcome.UNCHANGED
    code: str = ""
    detail: str = ""
    value: int = 0

    def refuse(self, code: str, detail: str) -> None:
        """The shop did not take it."""
        self.outcome, self.code, self.detail = Outcome.REFUSED, code, detail


async def publish_feature(run: Run, wanted: Mapping[str, tuple[int, Texts]]) -> None:
    """Products have the feature with this value, and those that are not wanted have it no more; read back.

    `wanted` is (id of the product, value by language) by the product's key.
    """
    products = _products(run, wanted)
    if not products:
        return
    read_keys(run, _FEATURES, {one.key: one.number for one in products})
    changed = [one for one in products if not one.is_same]
    for one in changed:
        one.outcome = Outcome.DEACTIVATED if not one.texts else Outcome.UPDATED if one.known else Outcome.CREATED
    if not run.may_write_shop:
        run.planned += [_planned(run, one) for one in changed]
    elif changed:
        await _publish(run, changed)
    run.rows.record(
        row_outcomes(
            RowOutcome(_FEATURES, one.number, one.key, one.outcome.value, one.code, one.detail) for one in products
        )
    )


def _products(run: Run, wanted: Mapping[str, tuple[int, Texts]]) -> list[_Product]:
    """Those that have it, as far as the ledger knows, and those that are to have it."""
    links = run.ledger.links(run.folder.name, KIND)
    if run.facts.shops.several and wanted:
        # A product has one list of features in all shops of an installation, and prices of its own in each.
        run.note(Level.ERROR, "lowest_price_feature_shared")
        wanted = {}
    known = {row["erp_key"]: row for row in links.iter_rows(named=True)}
    found = []
    for number, key in enumerate(sorted({*wanted, *known}), 1):
        link = known.get(key, {})
        id_product, texts = wanted.get(key, (int(link.get("shop_id", 0)), {}))
        was = link.get("confirmed_value")
        own = texts.get(run.facts.default_language, "")
        is_same = bool(texts) and run.since is None and not link.get("in_doubt", True) and was == own
        is_same = is_same and link["shop_id"] == id_product
        found.append(_Product(key, number, id_product, texts, was, is_same))
    return found


async def _publish(run: Run, changed: Sequence[_Product]) -> None:
    """Nothing is written while articles are: both write the whole list of a product's features."""
    for method in ("GET", "POST"):
        run.facts.require(method, "product_features")
        run.facts.require(method, "product_feature_values")
    run.facts.require(run.facts.update_method("products"), "products")
    try:
        with run.ledger.lease(run.folder.name, FLOWS["import_products"].name):
            await _Feature(run).give(changed)
    except LeaseHeldError:
        for one in changed:
            one.outcome, one.code = Outcome.WAITING, "lowest_price_feature_waits"


class _Feature:
    """The feature of one shop, and its values."""

    def __init__(self, run: Run) -> None:
        self._run = run
        self._id = 0
        self._values: dict[str, int] = {}
        """By folded text in the shop's own language."""

    async def give(self, products: Sequence[_Product]) -> None:
        """Each product has its value, or the feature no more."""
        await self._look_up()
        with_value = [one for one in products if one.texts]
        await self._make(with_value)
        for one in with_value:
            one.value = self._values.get(self._own(one.texts), 0)
            if not one.value and one.outcome is not Outcome.REFUSED:
                one.refuse("lowest_price_feature_not_made", "")
        left = [one for one in products if one.outcome is not Outcome.REFUSED]
        for start in range(0, len(left), _AT_ONCE):
            self._run.lease.check()
            await self._give(left[start : start + _AT_ONCE])

    def _own(self, texts: Texts) -> str:
        return fold(texts[self._run.facts.default_language])

    def _name(self, iso: str) -> str:
        return NAMES.get(iso, NAMES["en"])

    async def _look_up(self) -> None:
        facts, shop = self._run.facts, self._run.shop
        isos = {number: iso for iso, number in facts.languages.items()}
        own = fold(self._name(isos.get(facts.default_language, "en")))
        for row in await shop.read("product_features", display=("id", "name")):
            if fold(_text(row["name"], facts.default_language)) == own:
                self._id = self._id or int(row["id"])
        if self._id:
            asked = {"id_feature": str(self._id)}
            for row in await shop.read("product_feature_values", filters=asked, display=("id", "value")):
                self._values.setdefault(fold(_text(row["value"], facts.default_language)), int(row["id"]))

    async def _make(self, products: Sequence[_Product]) -> None:
        """The feature and the values that the shop lacks."""
        facts, shop = self._run.facts, self._run.shop
        missing = {self._own(one.texts): one.texts for one in products}
        missing = {own: texts for own, texts in missing.items() if own not in self._values}
        if not missing:
            return
        if not self._id:
            isos = {number: iso for iso, number in facts.languages.items()}
            names = {number: self._name(isos.get(number, "en")) for number in facts.language_ids}
            identity = Identity("name", ("name",), folded=True)
            [receipt] = await shop.create("product_features", [{"name": names}], identity)
            self._id = receipt.id or 0
        if self._id:
            entities: list[Entity] = [
                {"id_feature": self._id, "value": dict(texts), "custom": False} for texts in missing.values()
            ]
            identity = Identity("id_feature", ("id_feature", "value"), folded=True)
            receipts = await shop.create("product_feature_values", entities, identity)
            self._values |= {own: each.id for own, each in zip(missing, receipts, strict=True) if each.id}

    async def _give(self, products: Sequence[_Product]) -> None:
        now = await self._features_of(products)
        entities: list[Entity] = []
        sent: list[_Product] = []
        for one in products:
            if one.id_product not in now:
                if one.texts:
                    one.refuse("gone_meanwhile", str(one.id_product))
                continue
            wanted, values = members_with(now[one.id_product], self._id, one.value)
            if values != ({one.value} if one.value else set()):
                entities.append({"id": one.id_product, "associations": {"product_features": wanted}})
                sent.append(one)
        if sent:
            # Known before it is written: what a run that dies leaves on a product is taken away by a later one.
            await self._confirm([one for one in sent if one.texts], in_doubt=True)
            for one, receipt in zip(sent, await self._run.shop.update("products", entities), strict=True):
                if receipt.error is not None:
                    one.refuse(receipt.message_code, receipt.error.reason)
            read = await self._features_of([one for one in sent if one.outcome is not Outcome.REFUSED])
            for one in sent:
                _, values = members_with(read.get(one.id_product, ()), self._id, one.value)
                if one.id_product in read and values != ({one.value} if one.value else set()):
                    one.refuse("read_back_differs", ", ".join(map(str, sorted(values))))
        done = [one for one in products if one.outcome is not Outcome.REFUSED]
        await self._confirm([one for one in done if one.texts], in_doubt=False)
        gone = [one.key for one in done if not one.texts]
        await asyncio.to_thread(self._run.ledger.forget, self._run.folder.name, KIND, gone)

    async def _features_of(self, products: Sequence[_Product]) -> dict[int, Sequence[Entity]]:
        ids = sorted({one.id_product for one in products} - {0})
        rows = await self._run.shop.find("products", "id", map(str, ids), display=_DISPLAY) if ids else []
        return {int(row["id"]): row["associations"]["product_features"] for row in rows}

    async def _confirm(self, products: Sequence[_Product], *, in_doubt: bool) -> None:
        run, language = self._run, self._run.facts.default_language
        links = [
            Link(one.key, one.id_product, one.value, confirmed_value=one.texts[language], in_doubt=in_doubt)
            for one in products
        ]
        await asyncio.to_thread(run.ledger.confirm, run.folder.name, KIND, links, run_id=run.run_id)


def _planned(run: Run, one: _Product) -> PlannedChange:
    action = {Outcome.CREATED: "create", Outcome.UPDATED: "update"}.get(one.outcome, "delete")
    wanted = one.texts.get(run.facts.default_language, "")
    return PlannedChange(one.key, "lowest_price", action, (("feature", one.known or "", wanted),))


def _text(value: object, language: int) -> str:
    return str(value.get(language, "")) if isinstance(value, Mapping) else str(value)
