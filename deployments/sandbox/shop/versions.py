"""What differs between the versions that the sandbox plays: fields, rules, lengths, resources."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from collections.abc import Mapping

    from deployments.sandbox.shop.schema import Field

Profile = Literal["1.7.7", "1.7.8", "8.2", "9.1"]
VERSIONS: Mapping[str, str] = {"1.7.7": "1.7.7.8", "1.7.8": "1.7.8.8", "8.2": "8.2.0", "9.1": "9.1.4"}
"""What the shop says of itself, by profile."""
WITHOUT_PATCH = ("1.7.7", "1.7.8")


@dataclass(frozen=True, slots=True)
class Rules:
    """What a shop does by its version and its PHP."""

    hides_undeclared: bool
    """A member whose fields are not declared has only a link where they are asked for by name."""
    silent: bool
    """A statement that the database refuses is answered as one that did nothing."""
    numbers_in_json: bool
    """Whole numbers are numbers in JSON, and no texts."""
    without_warehouses: bool
    """Nothing depends on the stock of warehouses."""
    escapes_messages: bool
    """The messages of the validators are written as HTML."""
    names_lost_carts: bool
    """An order of a cart that is unknown or used is answered with a sentence."""
    positions_feature_values: bool
    """A new value of a feature has a position behind the others."""
    scopes_stock: bool
    """Lists of stock rows hold those of the shop asked only."""
    takes_all_shops: bool
    """`id_shop=all` is answered; otherwise the request is redirected."""
    hides_version: bool
    """A wrong key is not told the version."""
    knows_hashes: bool
    """The hash of a body that is sent back is answered 304."""
    writes_no_colour_as: str
    """What `is_color_group` of a list without colours is in the answer to a write."""
    first_product_type: str
    """What `product_type` is where a document has none."""


def rules_of(profile: Profile, php: int) -> Rules:
    """The rules of a version under a major version of PHP."""
    of_9, of_17 = profile == "9.1", profile in WITHOUT_PATCH
    return Rules(
        hides_undeclared=php >= 8,  # noqa: PLR2004 - a version
        silent=php < 8 or of_9,  # noqa: PLR2004 - a version
        numbers_in_json=of_9,
        without_warehouses=of_9,
        escapes_messages=not of_9 and not of_17,
        names_lost_carts=not of_9,
        positions_feature_values=of_9,
        scopes_stock=php < 8,  # noqa: PLR2004 - a version
        takes_all_shops=not of_17,
        hides_version=not of_17,
        knows_hashes=not of_17,
        writes_no_colour_as="0" if of_17 else "",
        first_product_type="standard" if of_9 else "",
    )


_OF_17 = {
    "categories": ("additional_description",),
    "combinations": ("available_now", "available_later"),
    "order_payments": ("id_employee",),
    "products": ("unit_price",),
}
ABSENT_FIELDS: Mapping[str, Mapping[str, tuple[str, ...]]] = {
    "1.7.7": {**_OF_17, "products": ("unit_price", "product_type"), "orders": ("note",)},
    "1.7.8": _OF_17,
    "9.1": dict.fromkeys(("products", "categories", "manufacturers", "suppliers"), ("meta_keywords",)),
}
_ADDED_TO_17 = {
    "combinations": {
        "id_product": ("location varchar(64) isString max=255",),
        "mpn": ("quantity int isInt max=10",),
    }
}
ADDED_FIELDS: Mapping[str, Mapping[str, Mapping[str, tuple[str, ...]]]] = {
    "1.7.7": _ADDED_TO_17,
    "1.7.8": _ADDED_TO_17,
    "9.1": {
        "categories": {"position": ("redirect_type varchar(255) isString", "id_type_redirected int isUnsignedId")},
        "product_feature_values": {"custom": ("position int isInt",)},
    },
}
"""Fields by the one that they stand behind."""
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

_LENGTHS_OF_9: Mapping[str, Mapping[str, int | None]] = {
    "products": {"unity": 255},
    "categories": {"description": None, "additional_description": None},
    "customers": {
        "ip_registration_newsletter": 15,
        "siret": 14,
        "ape": 6,
        "website": 128,
        "company": 255,
        "secure_key": 32,
    },
    "addresses": {"vat_number": 32},
    "orders": {"reference": 255, "payment": 255, "module": 255, "secure_key": 32},
    "order_carriers": {"tracking_number": 64},
    "order_payments": {"order_reference": 255, "payment_method": 255},
    "product_option_values": {"color": 32},
    "product_options": {"group_type": 255},
}
"""Beyond these 9.1 answers 85; the versions before it cut in silence."""
_LENGTHS_OF_17: Mapping[str, Mapping[str, int | None]] = {
    "products": {"description": None, "description_short": None},
    "categories": {"description": None},
    "manufacturers": {"description": None, "short_description": None},
    "customers": {"note": 65_000},
    "stock_availables": {"quantity": 10},
    "stores": {"hours": 65_000, "note": 65_000},
}
_VALIDATORS_OF_17 = {
    ("combinations", "minimal_quantity"): "isUnsignedId",
    ("products", "minimal_quantity"): "isUnsignedInt",
    ("customers", "passwd"): "isPasswd",
}
_READ_ONLY_IN_9 = {"customers": ("secure_key", "last_passwd_gen")}
_OWN_RULES_OF_9 = {"iscatalogname": "isCatalogNameOf9", "isgenericname": "isGenericNameOf9"}


def field_of(field: Field, resource: str, profile: str) -> Field:
    """The field as that version has it."""
    if profile in WITHOUT_PATCH:
        return replace(
            field,
            validator=_VALIDATORS_OF_17.get((resource, field.name), field.validator),
            max_size=_LENGTHS_OF_17.get(resource, {}).get(field.name, field.max_size),
        )
    if profile != "9.1":
        return field
    if field.name == "ean13" and resource == "products":
        return replace(field, validator="isGtin", max_size=14, column=replace(field.column, size=14))
    return replace(
        field,
        rule=_OWN_RULES_OF_9.get(field.validator.lower(), ""),
        max_size=_LENGTHS_OF_9.get(resource, {}).get(field.name, field.max_size),
        emptied=field.name in _READ_ONLY_IN_9.get(resource, ()),
        read_only=field.read_only or field.name in _READ_ONLY_IN_9.get(resource, ()),
    )
