"""Reads the shop's catalogue: its categories, and what is sold."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from connectors.prestashop.entities import Entity, one_text
from schemas.catalogue import Category, Item
from schemas.incidents import Level
from schemas.outcomes import Outcome
from tasks.catalogue.translate.rows import CatalogueWords, Listed, categories_of, items_of, listed_in
from tasks.products.taxes import tax_rates
from tasks.run.outcomes import RowOutcome, row_outcomes
from tasks.run.run import Run
from tasks.run.step_tasks import step_task

PRODUCT = (
    "id",
    "reference",
    "name",
    "description_short",
    "description",
    "price",
    "weight",
    "ean13",
    "upc",
    "isbn",
    "active",
    "state",
    "is_virtual",
    "id_tax_rules_group",
    "id_category_default",
    "date_add",
    "date_upd",
    "id_default_image",
    "categories[id]",
    "images[id]",
    "product_features[id,id_feature_value]",
)
COMBINATION = (
    "id",
    "id_product",
    "reference",
    "price",
    "weight",
    "ean13",
    "upc",
    "isbn",
    "product_option_values[id]",
    "images[id]",
)
_TEXTS = ("name", "public_name", "value", "description_short", "description")


class Catalogue:
    """What the shop has, as it is. Not a dataclass: Prefect walks through those."""

    def __init__(self, categories: list[Category], items: list[Item], listed: Listed) -> None:
        self.categories = categories
        """Parents first; none where the settings tell none."""
        self.items = items
        self.products = listed.products
        self.parents = listed.parents
        self.present = listed.keys
        self.by_sweep: list[str] = []
        """The keys of what the ERP was found not to have as it had been confirmed."""
        keys = [*(each.key for each in categories), *(each.key for each in items)]
        self.lines = {key: line for line, key in enumerate(keys, 1)}

    def row(self, key: str, outcome: Outcome, code: str = "", detail: str = "") -> RowOutcome:
        """A category or an item as a row of `ROW_OUTCOMES`."""
        return RowOutcome(0, self.lines[key], key, outcome.value, code, detail)


def leave_behind(run: Run, catalogue: Catalogue, key: str, outcome: Outcome, code: str, detail: str = "") -> None:
    """A category or an item goes no further, and a person is told why."""
    run.note(Level.ERROR, code, key, detail=detail)
    run.rows.record(row_outcomes([catalogue.row(key, outcome, code, detail)]))


@step_task("read the catalogue")
async def read_catalogue(run: Run) -> Catalogue:
    """The whole catalogue of the shop: every category and item is a row of the run."""
    with run.step("read the catalogue"):
        if not run.asked.dry_run:
            # What still holds is told anew by this run.
            run.ledger.close_incidents(run.folder.name, run.stream.name)
        words = await _words(run)
        categories: list[Category] = []
        if words.categories != "none":
            rows = await run.shop.read("categories", display="full")
            root = int(run.facts.settings.get("PS_ROOT_CATEGORY") or 1)
            categories = categories_of(_in_own_language(run, rows), root, run.facts.home_category)
        products = _in_own_language(run, await run.shop.read("products", display=PRODUCT))
        combinations = await run.shop.read("combinations", display=COMBINATION)
        items = list(items_of(products, combinations, words))
        catalogue = Catalogue(categories, items, listed_in(products, combinations))
        waiting = [catalogue.row(key, Outcome.WAITING, "waiting") for key in catalogue.lines]
        run.rows.read = len(waiting)
        run.rows.accepted = row_outcomes(waiting).select("_file", "_line", "_key")
    return catalogue


async def _words(run: Run) -> CatalogueWords:
    currencies = await run.shop.read("currencies", display=("id", "iso_code"))
    attributes = _in_own_language(run, await run.shop.read("product_options", display=("id", "name", "public_name")))
    values = _in_own_language(
        run, await run.shop.read("product_option_values", display=("id", "id_attribute_group", "name"))
    )
    own = (row["iso_code"].upper() for row in currencies if int(row["id"]) == run.facts.default_currency)
    return CatalogueWords(
        currency=next(own, ""),
        rates=await tax_rates(run.shop, run.facts),
        weight_unit=run.facts.settings.get("PS_WEIGHT_UNIT", "kg"),
        values={int(row["id"]): (int(row["id_attribute_group"]), row["name"]) for row in values},
        attributes={int(row["id"]): row["public_name"] for row in attributes},
        categories=run.folder.settings.catalogue.categories,
        features=await _features(run) if run.folder.settings.catalogue.features == "note" else {},
    )


async def _features(run: Run) -> dict[int, tuple[int, str, str]]:
    """id_feature, its name and the value, by id_feature_value."""
    features = _in_own_language(run, await run.shop.read("product_features", display=("id", "name")))
    names = {int(row["id"]): str(row["name"] or "") for row in features}
    rows = await run.shop.read("product_feature_values", display=("id", "id_feature", "value"))
    found = ((int(row["id"]), int(row["id_feature"]), row) for row in _in_own_language(run, rows))
    return {id_: (feature, names[feature], str(row["value"] or "")) for id_, feature, row in found if feature in names}


def _in_own_language(run: Run, rows: Sequence[Entity]) -> list[dict[str, Any]]:
    """The rows with their texts in the shop's own language."""
    language = run.facts.default_language
    return [
        {**row, **{name: one_text(row[name], language) for name in _TEXTS if row.get(name) is not None}} for row in rows
    ]
