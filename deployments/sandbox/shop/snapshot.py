"""The whole catalogue by natural keys, without ids and dates, so that two end states can be compared."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterable

    from deployments.sandbox.shop.store import Row, Store

_LEFT_OUT = frozenset(
    {
        "id",
        "position",
        "positions",
        "indexed",
        "date_add",
        "date_upd",
        "cache_default_attribute",
        "unit_price_ratio",
        "last_passwd_gen",
        "passwd",
        "secure_key",
        "newsletter_date_add",
        "images",
    },
)


def snapshot(store: Store) -> dict[str, list[dict[str, Any]]]:
    """Lists of plain rows by resource, sorted; duplicates stay visible as equal rows."""
    with store.lock:
        named = _Names(store)
        return {
            "categories": _sorted(
                {**named.plain("categories", row), "path": named.category(row["id"])}
                for row in _all(store, "categories")
            ),
            "manufacturers": _sorted(named.plain("manufacturers", row) for row in _all(store, "manufacturers")),
            "suppliers": _sorted(named.plain("suppliers", row) for row in _all(store, "suppliers")),
            "option_values": _sorted(
                {"value": named.option_value(row["id"])} for row in _all(store, "product_option_values")
            ),
            "options": _sorted({"name": named.text(row["name"])} for row in _all(store, "product_options")),
            "features": _sorted({"name": named.text(row["name"])} for row in _all(store, "product_features")),
            "feature_values": _sorted(
                {"value": named.feature_value(row["id"])} for row in _all(store, "product_feature_values")
            ),
            "products": _sorted(named.product(row) for row in _all(store, "products")),
            "combinations": _sorted(named.combination_row(row) for row in _all(store, "combinations")),
            "stock": _sorted(named.stock(row) for row in _all(store, "stock_availables")),
            "specific_prices": _sorted(named.specific_price(row) for row in _all(store, "specific_prices")),
            "customers": _sorted(named.customer(row) for row in _all(store, "customers")),
            "addresses": _sorted(named.address(row) for row in _all(store, "addresses")),
            "stores": _sorted(named.plain("stores", row) for row in _all(store, "stores")),
            "pictures": _sorted(_pictures(store, row) for row in _all(store, "products") if row.get("images")),
        }


def _pictures(store: Store, product: Row) -> dict[str, Any]:
    """What a product shows, in its order; a row without a picture is `broken`."""
    shown = {
        image: "broken" if image in store.broken_images else store.contents_of_images.get(image, "")
        for image in product["images"]
    }
    combinations = {
        row["reference"]: sorted(shown.get(image, "of another product") for image in row.get("images", ()))
        for row in store["combinations"].where("id_product", product["id"])
        if row.get("images")
    }
    return {
        "reference": product["reference"],
        "shown": list(shown.values()),
        "cover": shown.get(product.get("cover"), ""),
        "combinations": combinations,
    }


def _all(store: Store, resource: str) -> Iterable[Row]:
    return store[resource].rows.values()


def _sorted(rows: Iterable[dict[str, Any]]) -> list[dict[str, Any]]:
    return sorted(rows, key=lambda row: json.dumps(row, sort_keys=True, ensure_ascii=False, default=str))


class _Names:
    """Natural names in place of ids."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._iso = {row["id"]: row["iso_code"] for row in store["languages"].rows.values()}
        self._paths: dict[int, str] = {}

    def _row(self, resource: str, identifier: Any) -> Row | None:
        return self._store[resource].rows.get(int(identifier or 0))

    def text(self, texts: Any) -> str:
        """A text in the shop's first language."""
        return str(next(iter(texts.values()), "")) if isinstance(texts, dict) else str(texts or "")

    def plain(self, resource: str, row: Row) -> dict[str, Any]:
        """The row's own values, without ids, dates and what the shop derives."""
        values: dict[str, Any] = {}
        for field in self._store.resources[resource].fields:
            name, value = field.name, row.get(field.name)
            if name in _LEFT_OUT or name.startswith("id_") or field.computed or field.column.kind == "none":
                continue
            values[name] = {self._iso[one]: text for one, text in value.items()} if isinstance(value, dict) else value
        return values

    def category(self, identifier: Any) -> str:
        """The path of names from the root."""
        known = int(identifier or 0)
        if known not in self._paths:
            names: list[str] = []
            current, seen = known, set[int]()
            while current and current not in seen and (row := self._row("categories", current)):
                seen.add(current)
                names.append(self.text(row["name"]))
                current = int(row["id_parent"] or 0)
            self._paths[known] = " > ".join(reversed(names)) or (f"unknown {known}" if known else "")
        return self._paths[known]

    def _name(self, resource: str, identifier: Any) -> str:
        row = self._row(resource, identifier)
        return self.text(row["name"]) if row else ""

    def option_value(self, identifier: Any) -> str:
        """``group: value``."""
        row = self._row("product_option_values", identifier)
        return (
            f"{self._name('product_options', row['id_attribute_group'])}: {self.text(row['name'])}"
            if row
            else "unknown"
        )

    def feature_value(self, identifier: Any) -> str:
        """``feature: value``."""
        row = self._row("product_feature_values", identifier)
        return f"{self._name('product_features', row['id_feature'])}: {self.text(row['value'])}" if row else "unknown"

    def combination(self, identifier: Any) -> str:
        """The reference with the option values."""
        row = self._row("combinations", identifier)
        if row is None:
            return "" if not int(identifier or 0) else "unknown"
        values = sorted(self.option_value(one) for one in row.get("product_option_values", []))
        return f"{row['reference']} [{', '.join(values)}]"

    def _reference(self, identifier: Any) -> str:
        row = self._row("products", identifier)
        return str(row["reference"] or self.text(row["name"])) if row else "unknown"

    def product(self, row: Row) -> dict[str, Any]:
        """A product with its associations."""
        return {
            **self.plain("products", row),
            "default_category": self.category(row["id_category_default"]),
            "categories": sorted(self.category(one) for one in row.get("categories", [])),
            "features": sorted(
                f"{self._name('product_features', one)} = {self.feature_value(two)}"
                for one, two in row.get("product_features", [])
            ),
            "manufacturer": self._name("manufacturers", row["id_manufacturer"]),
            "supplier": self._name("suppliers", row["id_supplier"]),
            "tax_rule_group": self._name("tax_rule_groups", row["id_tax_rules_group"]),
            "default_combination": self.combination(row["cache_default_attribute"]),
        }

    def combination_row(self, row: Row) -> dict[str, Any]:
        """A combination with its product and options."""
        return {
            **self.plain("combinations", row),
            "product": self._reference(row["id_product"]),
            "options": self.combination(row["id"]),
        }

    def stock(self, row: Row) -> dict[str, Any]:
        """A stock row by product and combination."""
        return {
            **self.plain("stock_availables", row),
            "product": self._reference(row["id_product"]),
            "combination": self.combination(row["id_product_attribute"]),
            "shop": row["id_shop"],
            "shop_group": row["id_shop_group"],
        }

    def specific_price(self, row: Row) -> dict[str, Any]:
        """A specific price by what it applies to."""
        return {
            **self.plain("specific_prices", row),
            "product": self._reference(row["id_product"]),
            "combination": self.combination(row["id_product_attribute"]),
            "group": self._name("groups", row["id_group"]),
            "customer": (self._row("customers", row["id_customer"]) or {}).get("email", ""),
        }

    def customer(self, row: Row) -> dict[str, Any]:
        """A customer with the groups."""
        return {
            **self.plain("customers", row),
            "default_group": self._name("groups", row["id_default_group"]),
            "groups": sorted(self._name("groups", one) for one in row.get("groups", [])),
        }

    def address(self, row: Row) -> dict[str, Any]:
        """An address with its owner and country."""
        country = self._row("countries", row["id_country"])
        return {
            **self.plain("addresses", row),
            "customer": (self._row("customers", row["id_customer"]) or {}).get("email", ""),
            "country": country["iso_code"] if country else "",
        }
