"""The demo data of a standard install, made again in a sandbox with the same ids and as far as the recordings tell."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tests.contract.prestashop.documents import Entity
from tests.contract.prestashop.recorded.exchanges import load
from tests.contract.prestashop.webservice import Webservice

if TYPE_CHECKING:
    from collections.abc import Sequence

from lxml import etree

HOME = 2
CATEGORIES = (
    ("Clothes", 2),
    ("Men", 3),
    ("Women", 3),
    ("Accessories", 2),
    ("Stationery", 6),
    ("Home Accessories", 6),
    ("Art", 2),
)
OPTIONS = {
    "Size": ("S", "M", "L", "XL"),
    "Color": (
        "Grey",
        "Taupe",
        "Beige",
        "White",
        "Off White",
        "Red",
        "Black",
        "Camel",
        "Orange",
        "Blue",
        "Green",
        "Yellow",
        "Brown",
        "Pink",
    ),
    "Dimension": ("40x60cm", "60x90cm", "80x120cm"),
    "Paper Type": ("Ruled", "Plain", "Squarred", "Doted"),
}
FEATURES = {"Composition": 7, "Property": 3}
COMBINATIONS: dict[int, list[tuple[int, ...]]] = {
    1: [(size, color) for size in (1, 2, 3, 4) for color in (8, 11)],
    2: [(size,) for size in (1, 2, 3, 4)],
    **{product: [(19,), (20,), (21,)] for product in (3, 4, 5)},
    **{product: [(8,), (11,)] for product in (9, 10, 11)},
    **{product: [(22,), (23,), (24,), (25,)] for product in (16, 17, 18)},
}
CATEGORY_OF = {
    1: 4,
    2: 5,
    3: 9,
    4: 9,
    5: 9,
    6: 8,
    7: 8,
    8: 8,
    9: 8,
    10: 8,
    11: 8,
    12: 9,
    13: 9,
    14: 9,
    15: 8,
    16: 7,
    17: 7,
    18: 7,
    19: 8,
}
FRANCE = 8
UNITED_STATES = 21
NEW_YORK = 35
MADE_BY_A_WRONG_TOTAL = 8


def recorded_rows(name: str) -> list[Entity]:
    """The entities of a recorded list."""
    return [Entity(node) for node in etree.fromstring(load(name).answer)[0]]


def build(shop: Webservice) -> None:
    """Fills a fresh shop."""
    _catalogue_lists(shop)
    _products(shop)
    _combinations(shop)
    _people(shop)
    _orders(shop)


def _make(shop: Webservice, resource: str, rows: Sequence[dict[str, Any]]) -> list[Entity]:
    reply = shop.post(resource, *rows)
    assert reply.status == 201, (resource, reply.status, reply.body)
    return reply.entities


def _catalogue_lists(shop: Webservice) -> None:
    _make(shop, "suppliers", [{"name": name, "active": 1} for name in ("Fashion supplier", "Accessories supplier")])
    _make(shop, "manufacturers", [{"name": name, "active": 1} for name in ("Studio Design", "Graphic Corner")])
    for name, parent in CATEGORIES:
        _make(
            shop,
            "categories",
            [{"id_parent": parent, "active": 1, "name": _both(name), "link_rewrite": _both(_slug(name))}],
        )
    for position, (name, choices) in enumerate(OPTIONS.items(), 1):
        _make(shop, "product_options", [{"group_type": "select", "name": name, "public_name": name}])
        values = [{"id_attribute_group": position, "name": choice} for choice in choices]
        _make(shop, "product_option_values", values)
    for position, (name, count) in enumerate(FEATURES.items(), 1):
        _make(shop, "product_features", [{"name": name}])
        _make(shop, "product_feature_values", [{"id_feature": position, "value": f"{name} {n}"} for n in range(count)])


def _both(text: str) -> dict[int, str]:
    """One text in both languages: a name without them is a warning of PHP when it is posted."""
    return {1: text, 2: text}


def _slug(name: str) -> str:
    return name.lower().replace(" ", "-")


def _products(shop: Webservice) -> None:
    references = {row.id: row["reference"] for row in recorded_rows("03_filters/reference_not_equal")} | {1: "demo_1"}
    lists = ("price_less", "price_range", "price_greater")
    prices = {row.id: row["price"] for name in lists for row in recorded_rows(f"03_filters/{name}")} | {1: "23.9"}
    branded = {row.id for row in recorded_rows("03_filters/two_filters_and")}
    names = {row.id: row.texts("name") for row in recorded_rows("03_filters/i18n_name_contains")}
    names[1] = {1: "Hummingbird printed t-shirt", 2: "T-shirt imprimé colibri"}
    rows = [
        {
            "id_manufacturer": 1 if product in branded else 2,
            "id_supplier": 1,
            "id_category_default": CATEGORY_OF[product],
            "id_tax_rules_group": 1,
            "reference": references.get(product, f"demo_2{product}"),
            "price": prices.get(product, "29"),
            "wholesale_price": "5.49",
            "weight": "0.3",
            "active": 1,
            "state": 1,
            "available_for_order": 1,
            "show_price": 1,
            "minimal_quantity": 1,
            "redirect_type": "301-category",
            "additional_delivery_times": 1,
            "product_type": "combinations" if product in COMBINATIONS else "standard",
            "name": names.get(product, _both(f"Demo product {product}")),
            "description_short": "<p>short</p>",
            "pack_stock_type": 3,
            "low_stock_threshold": 0,
            "categories": [{"id": category} for category in _path(CATEGORY_OF[product])],
            "product_features": [{"id": 1, "id_feature_value": 4}, {"id": 2, "id_feature_value": 8}],
        }
        for product in sorted(CATEGORY_OF)
    ]
    _make(shop, "products", rows)


def _path(category: int) -> list[int]:
    """A category and those above it, from home."""
    parent = dict(enumerate((parent for _, parent in CATEGORIES), HOME + 1)).get(category)
    return [category] if parent is None else [*_path(parent), category]


def _combinations(shop: Webservice) -> None:
    for product, choices in COMBINATIONS.items():
        rows = [
            {
                "id_product": product,
                "reference": f"demo_{product}",
                "minimal_quantity": 1,
                "default_on": int(position == 0),
                "product_option_values": [{"id": value} for value in values],
            }
            for position, values in enumerate(choices)
        ]
        _make(shop, "combinations", rows)
    _make(shop, "specific_prices", [_twenty_per_cent(product) for product in (1, 2)])
    supplied = {"id_supplier": 1, "id_currency": 1, "product_supplier_price_te": "5.49"}
    references = {(1, 0): "demo_1_46", (1, 1): "demo_1_46", (1, 2): "demo_1_47", (6, 0): "demo_11"}
    rows = [
        {
            **supplied,
            "id_product": product,
            "id_product_attribute": combination,
            "product_supplier_reference": reference,
        }
        for (product, combination), reference in references.items()
    ]
    _make(shop, "product_suppliers", rows)
    stocks = shop.find("stock_availables", "[id]")
    shop.patched("stock_availables", *({"id": row.id, "quantity": 300} for row in stocks))


def _twenty_per_cent(product: int) -> dict[str, Any]:
    zeros = (
        "id_shop_group",
        "id_shop",
        "id_cart",
        "id_product_attribute",
        "id_currency",
        "id_country",
        "id_group",
        "id_customer",
    )
    never = "0000-00-00 00:00:00"
    return {
        **dict.fromkeys(zeros, 0),
        "id_product": product,
        "price": "-1",
        "from_quantity": 1,
        "reduction": "0.2",
        "reduction_tax": 1,
        "reduction_type": "percentage",
        "from": never,
        "to": never,
    }


def _people(shop: Webservice) -> None:
    people = (("Anonymous", "anonymous@psgdpr.com", 0), ("DOE", "pub@prestashop.com", 1))
    for lastname, email, active in people:
        row = {
            "id_default_group": 3,
            "id_lang": 1,
            "passwd": "S3cretpass",
            "lastname": lastname,
            "firstname": "John",
            "email": email,
            "active": active,
            "birthday": "1970-01-15",
            "id_gender": 1,
            "newsletter": active,
            "optin": active,
            "groups": [{"id": 3}],
        }
        _make(shop, "customers", [row])
    owners = (
        {"id_customer": 1},
        {"id_customer": 2},
        {"id_supplier": 1},
        {"id_manufacturer": 1},
        {"id_customer": 2},
        {"id_customer": 2},
    )
    place = {
        "id_country": FRANCE,
        "alias": "Home",
        "lastname": "DOE",
        "firstname": "John",
        "address1": "16 rue X",
        "postcode": "75002",
        "city": "Paris",
    }
    _make(shop, "addresses", [place | owner for owner in owners])
    stores = [
        {
            "id_country": UNITED_STATES,
            "id_state": NEW_YORK,
            "name": f"Store {n}",
            "address1": "1 rue X",
            "city": "Paris",
            "postcode": "75001",
            "latitude": "25.7",
            "longitude": "-80.2",
            "active": 1,
            "hours": "[]",
        }
        for n in range(5)
    ]
    _make(shop, "stores", stores)


def _orders(shop: Webservice) -> None:
    lines = [
        {"id_product": 1, "id_product_attribute": 1, "id_address_delivery": 5, "id_customization": 0, "quantity": 1},
        {"id_product": 2, "id_product_attribute": 9, "id_address_delivery": 5, "id_customization": 0, "quantity": 1},
    ]
    ends = {
        "id_address_delivery": 5,
        "id_address_invoice": 5,
        "id_currency": 1,
        "id_lang": 1,
        "id_customer": 2,
        "id_carrier": 2,
    }
    paying = {
        "module": "ps_checkpayment",
        "payment": "Payment by check",
        "total_paid": "1",
        "total_paid_real": "1",
        "total_products": "1",
        "total_products_wt": "1",
        "conversion_rate": "1",
    }
    carrier = {"name": "My cheap carrier", "active": 0, "delay": "Buy more to pay less!", "is_free": 0}
    _make(shop, "carriers", [carrier])
    for state in (6, 1, 8, 1, 10):
        cart = {
            **ends,
            "id_guest": 1,
            "id_shop": 1,
            "id_shop_group": 1,
            "delivery_option": '{"5":"2,"}',
            "cart_rows": lines,
        }
        (made,) = _make(shop, "carts", [cart])
        (order,) = _make(shop, "orders", [{**ends, **paying, "id_cart": made.id}])
        if state != MADE_BY_A_WRONG_TOTAL:
            _make(shop, "order_histories", [{"id_order": order.id, "id_order_state": state}])
    for payment in shop.find("order_payments", "[id]"):
        shop.delete("order_payments", payment.id)
