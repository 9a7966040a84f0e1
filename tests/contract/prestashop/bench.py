"""Own data for a test: made under a prefix nobody else has, removed when the test ends."""

from __future__ import annotations

import secrets
import string
import time
from itertools import count
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from tests.contract.prestashop.documents import Entity, Row
    from tests.contract.prestashop.setting import Setting
    from tests.contract.prestashop.webservice import Webservice

PREFIX = "Ct" + "".join(secrets.choice(string.ascii_lowercase) for _ in range(10))
"""Letters only: customers' names take no digit."""

PAYMENT = f"{PREFIX} transfer"
LEFT_BY_ORDERS = ("order_details", "order_histories", "order_carriers", "order_invoices", "order_slip")
"""Rows that name an order and stay when it is deleted."""

SWEPT = (
    ("order_payments", "payment_method"),
    ("products", "reference"),
    ("combinations", "reference"),
    ("categories", "name"),
    ("manufacturers", "name"),
    ("suppliers", "name"),
    ("suppliers", "name"),
    ("product_options", "name"),
    ("product_features", "name"),
    ("customers", "email"),
    ("addresses", "lastname"),
    ("stores", "name"),
)
"""Where leftovers of documents that failed half-way are found again, by prefix."""

UNLIMITED = "0000-00-00 00:00:00"


class Bench:
    """Makes entities with everything the shop needs to show and sell them, and remembers them."""

    numbers = count(1)

    def __init__(self, shop: Webservice, setting: Setting) -> None:
        self.shop = shop
        self.setting = setting
        self.made: list[tuple[str, int]] = []

    def name(self, word: str = "x") -> str:
        """A name that no other entity of this shop has, letters only."""
        digits = str(next(self.numbers)).translate(str.maketrans("0123456789", "abcdefghij"))
        return f"{PREFIX}{word.capitalize()}{digits}"

    def make(self, resource: str, *rows: Row) -> list[Entity]:
        """The created entities, which are deleted when the test ends."""
        reply = self.shop.post(resource, *rows)
        assert reply.status == 201, (reply.status, reply.body)
        for entity in reply.entities:
            self.made.append((resource, entity.id))
        return reply.entities

    def keep_track(self, resource: str, *ids: int) -> None:
        self.made.extend((resource, entity_id) for entity_id in ids)

    def remove_all(self) -> None:
        """Deletes what was made, the last first; what a test deleted itself is no longer there."""
        for resource, entity_id in reversed(self.made):
            reply = self.shop.send("DELETE", f"{resource}/{entity_id}")
            assert reply.status in {200, 404}, (resource, entity_id, reply.status, reply.body)
            if resource == "orders":
                self._remove_rows_of(entity_id)
        self.made.clear()

    def _remove_rows_of(self, order: int) -> None:
        for resource in LEFT_BY_ORDERS:
            rows = self.shop.find(resource, "[id]", id_order=order)
            if rows:
                self.shop.delete(resource, *(row.id for row in rows))

    def product_row(self, **fields: Any) -> dict[str, Any]:
        """A product that is complete, active, in the home category, at 20 % tax."""
        name = self.name("product")
        return {
            "id_category_default": self.setting.home,
            "id_tax_rules_group": self.setting.tax_group,
            "reference": name,
            "price": "10.000000",
            "active": 1,
            "state": 1,
            "available_for_order": 1,
            "show_price": 1,
            "minimal_quantity": 1,
            "name": self.setting.both(f"{name} en", f"{name} fr"),
            "link_rewrite": self.setting.both(name.lower()),
            "categories": [{"id": self.setting.home}],
        } | fields

    def product(self, **fields: Any) -> Entity:
        return self.make("products", self.product_row(**fields))[0]

    def category_row(self, **fields: Any) -> dict[str, Any]:
        name = self.name("category")
        return {
            "id_parent": self.setting.home,
            "active": 1,
            "name": self.setting.both(name),
            "link_rewrite": self.setting.both(name.lower()),
        } | fields

    def category(self, **fields: Any) -> Entity:
        return self.make("categories", self.category_row(**fields))[0]

    def manufacturer(self, **fields: Any) -> Entity:
        return self.make("manufacturers", {"name": self.name("brand"), "active": 1} | fields)[0]

    def supplier(self, **fields: Any) -> Entity:
        return self.make("suppliers", {"name": self.name("supplier"), "active": 1} | fields)[0]

    def product_supplier_row(self, product: int, supplier: int) -> dict[str, Any]:
        return {
            "id_product": product,
            "id_product_attribute": 0,
            "id_supplier": supplier,
            "id_currency": self.setting.currency,
            "product_supplier_reference": "SUP-1",
            "product_supplier_price_te": "4.200000",
        }

    def option(self, *values: str) -> list[int]:
        """The ids of the values of a new attribute group."""
        name = self.setting.both(self.name("option"))
        group = self.make("product_options", {"group_type": "select", "name": name, "public_name": name})[0]
        rows = [{"id_attribute_group": group.id, "name": self.setting.both(value)} for value in values]
        return [value.id for value in self.make("product_option_values", *rows)]

    def feature(self, *values: str) -> tuple[int, list[int]]:
        """The id of a new feature and the ids of its values."""
        feature = self.make("product_features", {"name": self.setting.both(self.name("feature"))})[0]
        rows = [{"id_feature": feature.id, "value": self.setting.both(value)} for value in values]
        return feature.id, [value.id for value in self.make("product_feature_values", *rows)]

    def combination_row(self, product: int, *values: int, **fields: Any) -> dict[str, Any]:
        return {
            "id_product": product,
            "reference": self.name("combination"),
            "price": "0.000000",
            "minimal_quantity": 1,
            "product_option_values": [{"id": value} for value in values],
        } | fields

    def sized_product(self, *sizes: str, **fields: Any) -> tuple[Entity, list[Entity]]:
        """A product and its combinations, one per size, the first being the default."""
        product = self.product(product_type="combinations", **fields)
        values = self.option(*sizes)
        rows = [self.combination_row(product.id, value, default_on=int(n == 0)) for n, value in enumerate(values)]
        return product, self.make("combinations", *rows)

    def specific_price_row(self, product: int, **fields: Any) -> dict[str, Any]:
        """Ten per cent off for everybody, always."""
        zeros = ("id_cart", "id_product_attribute", "id_currency", "id_country", "id_group", "id_customer")
        return {
            "id_shop_group": 0,
            "id_shop": self.setting.shop,
            **dict.fromkeys(zeros, 0),
            "id_product": product,
            "price": "-1",
            "from_quantity": 1,
            "reduction": "0.1",
            "reduction_tax": 1,
            "reduction_type": "percentage",
            "from": UNLIMITED,
            "to": UNLIMITED,
        } | fields

    def customer_row(self, **fields: Any) -> dict[str, Any]:
        return {
            "id_default_group": self.setting.customer_group,
            "id_lang": self.setting.en,
            "passwd": secrets.token_urlsafe(12),
            "lastname": self.name("martin"),
            "firstname": "Anna",
            "email": f"{self.name('mail')}@contract.test".lower(),
            "active": 1,
            "groups": [{"id": self.setting.customer_group}],
        } | fields

    def customer(self, **fields: Any) -> Entity:
        return self.make("customers", self.customer_row(**fields))[0]

    def address_row(self, customer: int, **fields: Any) -> dict[str, Any]:
        return {
            "id_customer": customer,
            "id_country": self.setting.country,
            "alias": "Home",
            "lastname": PREFIX,
            "firstname": "Anna",
            "address1": "1 rue de Paris",
            "postcode": "75001",
            "city": "Paris",
        } | fields

    def stock_rows(self, product: int) -> list[Entity]:
        """The product's own row and those of its combinations, in order of id."""
        return self.shop.find("stock_availables", id_product=product)

    def stock_row(self, product: int, combination: int = 0) -> Entity:
        rows = self.shop.find("stock_availables", id_product=product, id_product_attribute=combination)
        assert len(rows) == 1, f"{len(rows)} stock rows for product {product}, combination {combination}"
        return rows[0]


def wait_for_another_second() -> None:
    """Dates of the shop have a precision of one second: two writes in one cannot be told apart by them."""
    time.sleep(1.05)


def sweep(shop: Webservice) -> None:
    """Deletes what documents that failed half-way left under the prefix."""
    for resource, field in SWEPT:
        reply = shop.get(resource, **{f"filter[{field}]": f"[{PREFIX}]%"})
        for node in reply.root[0]:
            shop.send("DELETE", f"{resource}/{node.get('id')}")
