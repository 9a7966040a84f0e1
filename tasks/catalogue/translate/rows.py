"""Pure: rows of the shop, their texts in one language, become categories and items."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal, InvalidOperation
from typing import Any

from schemas.catalogue import Category, Item

Row = Mapping[str, Any]
_KILOGRAMS = {"kg": Decimal(1), "g": Decimal("0.001"), "lb": Decimal("0.45359237"), "oz": Decimal("0.028349523125")}


@dataclass(frozen=True, slots=True)
class CatalogueWords:
    """What the shop's ids and units mean, read once a run."""

    currency: str
    """ISO 4217, of its prices."""
    rates: Mapping[int, Decimal]
    """VAT rate in per cent, by id_tax_rules_group."""
    weight_unit: str
    values: Mapping[int, tuple[int, str]]
    """id_attribute_group and name of each value of an attribute."""
    attributes: Mapping[int, str]
    categories: str
    """Which of its categories an item is told with: `all`, `default` or `none`."""
    features: Mapping[int, tuple[int, str, str]] = field(default_factory=dict)
    """id_feature, its name and the value, by id_feature_value; nothing where the settings tell no features."""


@dataclass(frozen=True, slots=True)
class Listed:
    """What the shop has, also of what it does not sell yet."""

    products: frozenset[int]
    """Every id_product."""
    parents: frozenset[int]
    """Those of products that have combinations."""
    keys: frozenset[str]
    """The keys of what is an item, or will be one once a person has saved it."""


def listed_in(products: Sequence[Row], combinations: Sequence[Row]) -> Listed:
    """What these rows show to be there. A product whose page was opened and not saved has the state 0."""
    ids = frozenset(int(row["id"]) for row in products)
    pairs = [(int(row["id_product"]), int(row["id"])) for row in combinations]
    parents = frozenset(parent for parent, _ in pairs)
    keys = [*map(str, ids - parents), *(f"{parent}-{id_}" for parent, id_ in pairs if parent in ids)]
    return Listed(ids, parents, frozenset(keys))


def categories_of(rows: Sequence[Row], root: int, home: int) -> list[Category]:
    """The categories below the shop's home, parents first; what is not below it is another shop's."""
    children: dict[int, list[Row]] = {}
    for row in rows:
        children.setdefault(int(row["id_parent"] or 0), []).append(row)
    found: list[Category] = []
    level, seen = [home], {root, home}
    while level:
        below = [row for parent in level for row in children.get(parent, ()) if int(row["id"]) not in seen]
        for row in below:
            parent, name = int(row["id_parent"]), str(row.get("name") or "")
            added = str(row.get("date_add") or "")
            description = str(row.get("description") or "")
            found.append(Category(int(row["id"]), 0 if parent == home else parent, name, added, description))
        level = [int(row["id"]) for row in below]
        seen.update(level)
    return found


def items_of(products: Sequence[Row], combinations: Sequence[Row], words: CatalogueWords) -> Iterator[Item]:
    """What is sold, by id; a product that has combinations is none itself."""
    of_product: dict[int, list[Row]] = {}
    for row in combinations:
        of_product.setdefault(int(row["id_product"]), []).append(row)
    for product in sorted(products, key=lambda row: int(row["id"])):
        if str(product.get("state") or "1") != "1":
            continue
        own = of_product.get(int(product["id"]))
        if own is None:
            yield _item(product, {}, words)
        else:
            yield from (_item(product, row, words) for row in sorted(own, key=lambda row: int(row["id"])))


def _item(product: Row, combination: Row, words: CatalogueWords) -> Item:
    group = int(product.get("id_tax_rules_group") or 0)
    members = combination.get("associations", {}).get("product_option_values", [])
    values = sorted(int(each["id"]) for each in members)
    weight = number(product.get("weight")) + number(combination.get("weight"))
    own = combination or product
    return Item(
        id_product=int(product["id"]),
        id_combination=int(combination["id"]) if combination else 0,
        reference=str(combination.get("reference") or product.get("reference") or ""),
        name=str(product.get("name") or ""),
        detail=_detail(values, words),
        summary=str(product.get("description_short") or ""),
        description=str(product.get("description") or ""),
        price_tax_excl=number(product.get("price")) + number(combination.get("price")),
        vat_rate=words.rates.get(group) if group else Decimal(0),
        currency=words.currency,
        weight_kg=weight * unit_in_kilograms(words.weight_unit),
        ean13=str(own.get("ean13") or ""),
        upc=str(own.get("upc") or ""),
        isbn=str(own.get("isbn") or ""),
        on_sale=str(product.get("active")) == "1",
        is_virtual=str(product.get("is_virtual")) == "1",
        categories=_categories(product, words),
        added_text=" ".join([str(product.get("date_add") or ""), *map(str, values)]),
        pictures=_pictures(product, combination),
        product_pictures=_ids(product, "images"),
        features=_features(product, words),
        changed_text=str(product.get("date_upd") or ""),
    )


def _features(product: Row, words: CatalogueWords) -> tuple[tuple[str, str], ...]:
    members = product.get("associations", {}).get("product_features", ())
    values = {int(each.get("id_feature_value") or 0) for each in members} & words.features.keys()
    named = sorted((words.features[each][0], each) for each in values)
    return tuple(words.features[each][1:] for _, each in named if words.features[each][2].strip())


def _ids(row: Row, association: str) -> tuple[int, ...]:
    return tuple(int(each["id"]) for each in row.get("associations", {}).get(association, ()))


def _pictures(product: Row, combination: Row) -> tuple[int, ...]:
    """The cover first, the others as the product shows them."""
    cover, shown, own = int(product.get("id_default_image") or 0), _ids(product, "images"), _ids(combination, "images")
    named = [each for each in shown if each in own] or [*own] or [*shown]
    return tuple(sorted(named, key=lambda each: each != cover))


def _detail(values: Sequence[int], words: CatalogueWords) -> str:
    named = [words.values[each] for each in values if each in words.values]
    told = [f"{words.attributes.get(group, '')}: {name}".removeprefix(": ") for group, name in sorted(named)]
    return ", ".join(told)


def _categories(product: Row, words: CatalogueWords) -> tuple[int, ...]:
    default = int(product.get("id_category_default") or 0)
    if words.categories == "none":
        return ()
    members = product.get("associations", {}).get("categories", []) if words.categories == "all" else []
    return tuple(dict.fromkeys((default, *sorted(int(each["id"]) for each in members))))


def unit_in_kilograms(unit: str) -> Decimal:
    """What one of the shop's unit of weight weighs; one that nobody knows counts as a kilogram."""
    return _KILOGRAMS.get(unit.casefold(), Decimal(1))


def number(value: Any) -> Decimal:
    """A number as the webservice writes it; 0 where there is none."""
    try:
        return Decimal(str(value or 0))
    except InvalidOperation:
        return Decimal(0)
