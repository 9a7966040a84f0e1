"""Small worlds for planning tests: rows as validation gives them, and a shop's product as the webservice tells it."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from schemas.associations import Associations, parse_associations
from schemas.import_json import parse_import_json
from tasks.products.plan.shapes import CurrentProduct, ShopRules
from tasks.products.translate.names import Names
from tasks.products.translate.rows import WantedProduct, wanted_products

SPEC = """{"product": {"class": "\\\\Product", "enabled": true, "type": "local", "fileExtension": "csv", "data": {
  "reference": {"index": 0, "object_key": true}, "reference_parent": {"index": 1, "parent_ref": true},
  "ean13": {"index": 2}, "name": {"index": 3}, "active": {"index": 4}, "price": {"index": 5},
  "tax_code": {"index": 6}, "weight": {"index": 7}, "description": {"index": 8}, "manufacturer":
  {"index": 9, "is_manufacturer": true}, "couleur": {"index": 10, "is_attribute": true, "public_name": "Couleur"},
  "matiere": {"index": 11, "is_feature": true, "public_name": "Matière"},
  "cat1": {"index": 12, "is_category": true, "category_depth": 0},
  "cat2": {"index": 13, "is_category": true, "category_depth": 1},
  "nameEN": {"index": 14, "lang": true, "iso": "EN", "ps_field": "name"}}}}"""
STREAM = parse_import_json(SPEC, source="import.json").streams["product"]


def row(key: str, parent: str | None = None, **values: Any) -> dict[str, Any]:
    """One accepted row; what is not given is empty, but for a name, a price and `active`."""
    blank: dict[str, Any] = {column.key: None for column in STREAM.columns}
    given = {"reference": key, "reference_parent": parent, "name": "Chemise", "active": True, "price": Decimal(10)}
    return blank | given | {"_file": 0, "_line": values.pop("line", 2), "_changed": True} | values


def wanted(*rows: dict[str, Any]) -> WantedProduct:
    """The one product of these rows."""
    [product] = wanted_products(rows, STREAM)
    return product


def names() -> Names:
    """A shop with Couleur: Rouge (11), Bleu (12); Matière: Coton (21); Femme (31) > Robes (32); the brand ACME (41)."""
    known = Names(home=2)
    known.add_option(1, "Couleur")
    known.add_option_value(11, 1, "Rouge")
    known.add_option_value(12, 1, "Bleu")
    known.add_feature(2, "Matière")
    known.add_feature_value(21, 2, "Coton")
    known.add_category(31, 2, "Femme")
    known.add_category(32, 31, "Robes")
    known.add_manufacturer(41, "ACME")
    return known


def rules(**changes: Any) -> ShopRules:
    """The shop's rules: languages en (1, default) and fr (2), 20 % as tax group 1."""
    associations: Associations = parse_associations("[taxes]\nNOR = 1\n", source="associations.toml")
    given: dict[str, Any] = {
        "names": names(),
        "languages": {"en": 1, "fr": 2},
        "language_ids": (1, 2),
        "default_language": 2,
        "rates": {1: Decimal(20)},
        "default_tax_rules_group": 1,
        "associations": associations,
        "key_field": "reference",
        "prices_tax_incl": False,
        "default_category": 2,
        "delete_closed_combinations": False,
    }
    return ShopRules(**(given | changes))


def product(**changes: Any) -> CurrentProduct:
    """Product 5 of the shop, reference P, priced 10, in Robes, with no combination."""
    entity: dict[str, Any] = {
        "id": 5,
        "reference": "P",
        "active": "1",
        "ean13": "",
        "price": "10.000000",
        "weight": "0.000000",
        "id_manufacturer": "0",
        "id_category_default": "32",
        "id_tax_rules_group": "1",
        "name": {1: "Shirt", 2: "Chemise"},
        "description": {1: "", 2: ""},
        "associations": {"categories": [{"id": "31"}, {"id": "32"}], "product_features": []},
    }
    return CurrentProduct(entity | changes)


def combination(shop_id: int, key: str, price: str = "0.000000", value: int = 11, **changes: Any) -> dict[str, Any]:
    """A combination of product 5; `price` is its impact."""
    return {
        "id": shop_id,
        "id_product": "5",
        "reference": key,
        "ean13": "",
        "price": price,
        "weight": "0.000000",
        "default_on": "",
        "associations": {"product_option_values": [{"id": str(value)}]},
    } | changes
