"""Pure: items and categories of the shop in Dolibarr's words, and what it has of them in the form to be compared."""

from __future__ import annotations

import html
import re
from collections.abc import Mapping
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from connectors.dolibarr import guard
from connectors.dolibarr.asking import Record
from connectors.dolibarr.codes import DolibarrCodes
from connectors.dolibarr.replies import amount
from connectors.dolibarr.texts import kept_html, seen_text, stored_name
from schemas.catalogue import Category, EntityNumber, FoundEntity, Item, WantedEntity
from schemas.erp import Obstacle

_UNIT = Decimal("0.00001")
"""A product's price is kept with MAIN_MAX_DECIMALS_UNIT decimals, 5 unless it was changed."""
_CENT = Decimal("0.01")
_GRAM = Decimal("0.000001")
_MOST_BYTES = 65_535
_BARCODES = (("ean13", 2), ("isbn", 4), ("upc", 3))
"""In the order in which they are taken: a product of Dolibarr has one. The ids of its types of bar codes."""
_METRIC = range(-9, 4)
"""`weight_units` that are powers of ten of a kilogram; beside them there are pounds and ounces."""
_IMPERIAL = {98: Decimal("0.028349523125"), 99: Decimal("0.45359237")}


def uid_prefix(codes: DolibarrCodes) -> str:
    """What the guard of every item of this shop begins with."""
    return f"{codes.order_prefix}p".lower()


def item_uid(key: str, codes: DolibarrCodes) -> str:
    """Our own reference of the item of this key."""
    return uid_prefix(codes) + key


def category_uid(id_category: int, codes: DolibarrCodes) -> str:
    """Our own reference of a category."""
    return f"{codes.order_prefix}c{id_category}".lower()


def item_key(uid: str, codes: DolibarrCodes) -> str:
    """The key of the item of this shop that has this reference; empty where it is none of this shop's."""
    return uid.lower().removeprefix(uid_prefix(codes)) if is_item_uid(uid.lower(), codes) else ""


def is_item_uid(uid: str, codes: DolibarrCodes) -> bool:
    """Whether an item of this shop has this reference."""
    return re.fullmatch(rf"{re.escape(uid_prefix(codes))}\d+(-\d+)?", uid) is not None


def is_category_uid(uid: str, codes: DolibarrCodes) -> bool:
    """Whether a category of this shop has this reference."""
    return re.fullmatch(rf"{re.escape(codes.order_prefix)}c\d+", uid, re.IGNORECASE) is not None


def item_obstacles(item: Item, codes: DolibarrCodes) -> tuple[Obstacle, ...]:
    """Every reason why an item is not sent."""
    found = []
    if not stored_name(item.name):
        found.append(Obstacle("item_name_empty", {"detail": item.name or item.erp_reference}))
    if item.vat_rate is None or item.vat_rate not in codes.rates:
        rate = "" if item.vat_rate is None else f"{item.vat_rate.normalize():f}"
        rates = ", ".join(f"{each:f}" for each in sorted(codes.rates))
        found.append(Obstacle("item_vat_rate_unknown", {"detail": f"{rate or '-'} ({rates})"}))
    if item.currency and item.currency != codes.currency:
        found.append(Obstacle("item_currency_not_of_erp", {"detail": f"{item.currency} / {codes.currency}"}))
    texts = (_description(item), _note(item))
    if any(len(text.encode()) > _MOST_BYTES for text in texts):
        found.append(Obstacle("item_text_too_long", {"detail": item.erp_reference}))
    return tuple(found)


def wanted_item(item: Item, codes: DolibarrCodes, *, with_note: bool) -> WantedEntity:
    """An item as Dolibarr is to have it; without `with_note` its long description stays in the shop."""
    price = item.price_tax_excl.quantize(_UNIT, ROUND_HALF_UP)
    description = _description(item)
    barcode, type_ = next(((value, id_) for name, id_ in _BARCODES if (value := getattr(item, name))), ("", 0))
    rate = item.vat_rate or Decimal(0)
    request: dict[str, Mapping[str, Any]] = {
        "reference": {"ref": item.erp_reference},
        "name": {"label": item.name},
        "description": {"description": description},
        "price": {"price": f"{price:f}", "price_base_type": "HT"},
        "vat": {"tva_tx": _plain(rate)},
        "weight": {"weight": _plain(item.weight_kg.quantize(_GRAM)), "weight_units": 0},
        "barcode": {"barcode": barcode} | ({"barcode_type": type_} if barcode else {}),
        "on_sale": {"status": int(item.on_sale)},
        "new": {"type": int(item.is_virtual), "status_buy": 1},
    }
    fields = {
        "reference": item.erp_reference,
        "name": stored_name(item.name),
        "description": seen_text(description),
        "price": _plain(price),
        "vat": _plain(rate),
        "weight": _plain(item.weight_kg.quantize(_GRAM)),
        "barcode": barcode,
        "on_sale": str(int(item.on_sale)),
    }
    if item.erp_categories is not None:
        held = [category_uid(each, codes) for each in item.held_categories]
        told = {"categories": [int(number) for number in item.erp_categories]}
        request["categories"] = told | ({"held": held} if held else {})
    if with_note:
        note = _note(item)
        request["long_description"] = {"note_public": note}
        fields["long_description"] = seen_text(note)
    alike = ("barcode",) if item.id_combination else ("barcode", "name")
    return WantedEntity(item_uid(item.key, codes), item.erp_reference, fields, request, alike)


def _description(item: Item) -> str:
    """What a combination is stands on the first line."""
    summary = kept_html(item.summary)
    if not item.detail:
        return summary
    first = html.escape(item.detail, quote=False)
    return f"{first}<br>\n{summary}" if summary else first


def _note(item: Item) -> str:
    """The long description, and below it the features as a list."""
    named = [(html.escape(name, quote=False), html.escape(value, quote=False)) for name, value in item.features]
    features = "".join(f"<li>{name}: {value}</li>" for name, value in named)
    return "\n".join(text for text in (kept_html(item.description), features and f"<ul>{features}</ul>") if text)


def found_item(record: Record) -> FoundEntity:
    """A product of Dolibarr."""
    fields = {
        "reference": str(record["ref"]),
        "name": str(record.get("label") or ""),
        "description": seen_text(record.get("description")),
        "long_description": seen_text(record.get("note_public")),
        "price": _plain(amount(record.get("price")).quantize(_UNIT, ROUND_HALF_UP)),
        "vat": _plain(amount(record.get("tva_tx"))),
        "weight": _plain(_weight(record)),
        "barcode": str(record.get("barcode") or ""),
        "on_sale": str(record.get("status") or 0),
    }
    number = EntityNumber(f"{record['ref']}/{record['id']}")
    return FoundEntity(number, guard.uid_of(record), fields["reference"], fields)


def kilograms(record: Record) -> Decimal | None:
    """The weight of a product in kilograms; None where its unit is not known."""
    weight, unit = amount(record.get("weight")), int(amount(record.get("weight_units")))
    if unit in _METRIC:
        return weight.scaleb(unit).quantize(_GRAM)
    return (weight * _IMPERIAL[unit]).quantize(_GRAM) if unit in _IMPERIAL else None


def _weight(record: Record) -> Decimal:
    """In kilograms; as it stands where its unit is none that we write."""
    is_metric = int(amount(record.get("weight_units"))) in _METRIC
    return (kilograms(record) if is_metric else None) or amount(record.get("weight"))


def product_id(number: EntityNumber) -> int:
    """The id in the number of an item."""
    return int(number.rpartition("/")[2])


def wanted_category(category: Category, codes: DolibarrCodes) -> WantedEntity:
    """A category as Dolibarr is to have it."""
    label, parent = stored_name(category.name), category.erp_parent or "0"
    description = kept_html(category.description)
    fields = {"name": label, "parent": parent, "description": seen_text(description)}
    request: dict[str, Mapping[str, Any]] = {
        "name": {"label": category.name},
        "parent": {"fk_parent": int(parent)},
        "description": {"description": description},
    }
    return WantedEntity(
        category_uid(category.id_category, codes), category_name(parent, label), fields, request, ("name",)
    )


def found_category(record: Record) -> FoundEntity:
    """A category of Dolibarr."""
    label, parent = str(record.get("label") or ""), str(record.get("fk_parent") or 0)
    fields = {"name": label, "parent": parent, "description": seen_text(record.get("description"))}
    return FoundEntity(EntityNumber(str(record["id"])), guard.uid_of(record), category_name(parent, label), fields)


def category_name(parent: str, label: str) -> str:
    """What a category is found by: no two of one parent have the same label."""
    return f"{parent}/{label.casefold()}"


def rounded_at_creation(wanted: WantedEntity) -> bool:
    """Whether a creation would store another price: it keeps whole cents only."""
    price = Decimal(wanted.fields["price"])
    return price != price.quantize(_CENT)


def _plain(number: Decimal) -> str:
    return f"{number.normalize() + 0:f}"
