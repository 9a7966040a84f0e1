"""What differs between the versions that the sandbox plays: fields, rules, lengths, resources."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from collections.abc import Mapping

    from deployments.sandbox.shop.schema import Field

Profile = Literal["1.7.7", "1.7.8", "8.2", "9.1"]
VERSIONS: Mapping[str, str] = {"1.7.7": "1.7.7.8", "1.7.8": "1.7.8.8", "8.2": "8.2.0", "9.1": "9.1.4"}
"""What the shop says of itself, by profile."""
WITHOUT_PATCH = ("1.7.7", "1.7.8")

_OF_17 = {
    "categories": ("additional_description",),
    "combinations": ("available_now", "available_later"),
    "order_payments": ("id_employee",),
    "products": ("unit_price",),
}
ABSENT_FIELDS: Mapping[str, Mapping[str, tuple[str, ...]]] = {
    "1.7.7": {**_OF_17, "products": ("unit_price", "product_type"), "orders": ("note",)},
    "1.7.8": _OF_17,
    "9.1": dict.fromkeys(("products", "categories", "manufacturers"), ("meta_keywords",)),
}
_ADDED_TO_17 = {"combinations": ("location varchar(64) isString max=255", "quantity int isInt max=10")}
ADDED_FIELDS: Mapping[str, Mapping[str, tuple[str, ...]]] = {
    "1.7.7": _ADDED_TO_17,
    "1.7.8": _ADDED_TO_17,
    "9.1": {
        "categories": ("redirect_type varchar(255) isString", "id_type_redirected int isUnsignedId"),
        "product_feature_values": ("position int isInt",),
    },
}
_ABSENT_FROM_9 = (
    "supply_order_details",
    "supply_order_histories",
    "supply_order_receipt_histories",
    "supply_order_states",
    "supply_orders",
    "warehouse_product_locations",
)
ABSENT_RESOURCES: Mapping[str, tuple[str, ...]] = {
    "1.7.7": ("attachments", "order_cart_rules"),
    "9.1": _ABSENT_FROM_9,
}
PHP_CLASSES: Mapping[str, Mapping[str, str]] = {
    profile: {"product_option_values": "Attribute"} for profile in WITHOUT_PATCH
}

_LENGTHS_OF_9 = {
    "products": {"unity": 255},
    "customers": {"siret": 14, "ape": 6, "website": 128, "company": 255, "secure_key": 32},
    "addresses": {"vat_number": 32},
    "orders": {"reference": 255, "payment": 255, "module": 255, "secure_key": 32},
    "order_carriers": {"tracking_number": 64},
    "order_payments": {"order_reference": 255, "payment_method": 255},
    "product_option_values": {"color": 32},
    "product_options": {"group_type": 255},
}
"""Beyond these 9.1 answers 85; the versions before it cut in silence."""
_READ_ONLY_IN_9 = {"customers": ("secure_key", "last_passwd_gen")}
_GTIN_IN_9 = ("products", "combinations")
_OWN_RULES_OF_9 = {"iscatalogname": "isCatalogNameOf9", "isgenericname": "isGenericNameOf9"}


def field_of(field: Field, resource: str, profile: str) -> Field:
    """The field as that version has it."""
    if profile != "9.1":
        return field
    if field.name == "ean13" and resource in _GTIN_IN_9:
        return replace(field, validator="isGtin", max_size=14, column=replace(field.column, size=14))
    return replace(
        field,
        rule=_OWN_RULES_OF_9.get(field.validator.lower(), ""),
        max_size=_LENGTHS_OF_9.get(resource, {}).get(field.name, field.max_size),
        emptied=resource == "customers" and field.name == "secure_key",
        read_only=field.read_only or field.name in _READ_ONLY_IN_9.get(resource, ()),
    )
