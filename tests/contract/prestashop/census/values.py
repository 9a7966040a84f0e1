"""The values that proofs send and look for, where those of the rows themselves do not do."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

from tests.contract.prestashop.bench import UNLIMITED
from tests.contract.prestashop.setting import PAYMENT_MODULE

if TYPE_CHECKING:
    from tests.contract.prestashop.census.world import World

FILTERED: Mapping[tuple[str, str], Callable[[World], list[str]]] = {
    ("languages", "iso_code"): lambda _: ["en", "fr"],
    ("countries", "iso_code"): lambda _: ["FR", "DE"],
    ("states", "iso_code"): lambda _: ["CA", "NY"],
    ("orders", "module"): lambda _: [PAYMENT_MODULE],
}


def both(world: World, english: str, french: str) -> dict[int, str]:
    """A text in both languages."""
    return world.setting.both(english, french)


_CATALOGUE = "name public_name value description description_short short_description additional_description"
_META = "meta_title meta_description meta_keywords available_now available_later delivery_in_stock delivery_out_stock"
_TEXTS = frozenset(f"{_CATALOGUE} {_META} address1 address2 note".split())

# Sent as they stand, whatever the entity; a field that is in neither table goes as the entity has it.
PLAIN: Mapping[str, Mapping[str, Any]] = {
    "products": {
        "reference": "CENSUS-1",
        "supplier_reference": "SUP-1",
        "ean13": "3600000000024",
        "isbn": "978-2-07-036822-8",
        "upc": "123456789012",
        "mpn": "MPN-1",
        "price": "12.345678",
        "wholesale_price": "4.200000",
        "unit_price": "2.000000",
        "unity": "per kg",
        "weight": "1.250000",
        "width": "1.000000",
        "height": "2.000000",
        "depth": "3.000000",
        "ecotax": "0.100000",
        "minimal_quantity": 2,
        "low_stock_threshold": 3,
        "low_stock_alert": 1,
        "additional_shipping_cost": "1.50",
        "additional_delivery_times": 2,
        "active": 1,
        "state": 1,
        "visibility": "catalog",
        "condition": "used",
        "show_condition": 1,
        "show_price": 1,
        "online_only": 1,
        "on_sale": 1,
        "available_for_order": 1,
        "available_date": "2030-12-24",
        "is_virtual": 0,
        "location": "A-1",
        "redirect_type": "404",
        "indexed": 1,
        "customizable": 0,
        "date_add": "2026-01-02 03:04:05",
    },
    "combinations": {
        "reference": "CENSUS-2",
        "supplier_reference": "SUP-2",
        "ean13": "3600000000031",
        "isbn": "978-2-07-036822-8",
        "upc": "123456789012",
        "mpn": "MPN-2",
        "price": "-1.500000",
        "wholesale_price": "3.000000",
        "unit_price_impact": "0.500000",
        "weight": "0.250000",
        "ecotax": "0.100000",
        "minimal_quantity": 2,
        "low_stock_threshold": 3,
        "low_stock_alert": 1,
        "available_date": "2030-12-24",
        "location": "A-2",
    },
    "categories": {"active": 1},
    "manufacturers": {"active": 1},
    "product_options": {"group_type": "select", "is_color_group": 0},
    "product_option_values": {"color": "#112233"},
    "product_feature_values": {"custom": 0},
    "stock_availables": {"quantity": 12, "out_of_stock": 1, "location": "B-1"},
    "specific_prices": {
        "price": "-1.000000",
        "id_specific_price_rule": 0,
        "from_quantity": 3,
        "reduction": "0.250000",
        "reduction_tax": 1,
        "reduction_type": "percentage",
        "from": "2026-01-01 00:00:00",
        "to": UNLIMITED,
    },
    "customers": {
        "firstname": "Anna",
        "lastname": "Martin",
        "birthday": "1980-02-29",
        "company": "Laine SARL",
        "siret": "73282932000074",
        "ape": "6201Z",
        "website": "https://example.com",
        "newsletter": 1,
        "optin": 1,
        "active": 1,
        "note": "A note",
        "is_guest": 0,
        "max_payment_days": 30,
        "outstanding_allow_amount": "10.000000",
        "show_public_prices": 1,
        "id_gender": 1,
        "id_risk": 0,
        "passwd": "correct-horse-9",
    },
    "addresses": {
        "alias": "Depot",
        "firstname": "Anna",
        "lastname": "Martin",
        "company": "Laine SARL",
        "address1": "2 rue de Lyon",
        "address2": "Bat. B",
        "postcode": "69002",
        "city": "Lyon",
        "phone": "0102030405",
        "phone_mobile": "0602030405",
        "vat_number": "FR12345678901",
        "dni": "12345678A",
        "other": "Ring twice",
    },
    "stores": {
        "city": "Paris",
        "postcode": "75001",
        "latitude": "48.85660000",
        "longitude": "2.35220000",
        "phone": "0102030406",
        "fax": "0102030407",
        "email": "paris@contract.test",
        "active": 1,
    },
    "order_carriers": {"tracking_number": "6A456"},
    "order_returns": {"state": 2},
}


def sent(world: World, resource: str, field: str, number: int) -> Any:
    """What a proof sends in a field of its `number`th entity; None for what the entity itself has."""
    if field in {"name", "public_name", "value", "firstname"} and resource not in {"customers", "addresses"}:
        return None
    plain = PLAIN.get(resource, {}).get(field)
    if plain is None:
        return both(world, f"{field} {number}", f"{field} {number} fr") if field in _TEXTS else None
    return f"{plain}-{number}" if field == "reference" else plain
