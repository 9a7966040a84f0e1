"""What is known of columns by their technical name: their type and the limits of PrestaShop's own validators."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING

from schemas.column_spec import OnInvalid, ValueType

if TYPE_CHECKING:
    from collections.abc import Mapping

# Names of PrestaShop's validators (see `schemas.shop_rules`): what one refuses is answered with code 84 or 85.
CATALOG_NAME = "isCatalogName"
GENERIC_NAME = "isGenericName"
REFERENCE = "isReference"
CUSTOMER_NAME = "isCustomerName"
CITY_NAME = "isCityName"
ADDRESS = "isAddress"
POST_CODE = "isPostCode"
PHONE_NUMBER = "isPhoneNumber"

# isPrice: 10 digits before the point. MySQL stores decimal(20,6) and clips what does not fit, in silence.
_LARGEST_PRICE = Decimal("9999999999.999999")
_LARGEST_QUANTITY = Decimal(2**31 - 1)
_LARGEST_TEXT = 4_194_303


@dataclass(frozen=True, slots=True)
class KnownColumn:
    """The defaults of a column; import.json may say otherwise for `required` and `on_invalid`."""

    type: ValueType = ValueType.TEXT
    required: bool = False
    on_invalid: OnInvalid = OnInvalid.REJECT
    max_length: int | None = None
    validator: str = ""
    """The shop's own validator of the text: what it refuses is known by version."""
    pattern: str | None = None
    """A form beyond the validator's; for a column that has none."""
    example: str = ""
    minimum: Decimal | None = None
    maximum: Decimal | None = None
    endless: bool = False
    """A day far ahead says that there is no end, or that nobody knows the day."""


def _text(max_length: int | None = None, validator: str = "", *, required: bool = False) -> KnownColumn:
    return KnownColumn(max_length=max_length, validator=validator, required=required)


def _formed(pattern: str, example: str, max_length: int | None = None) -> KnownColumn:
    return KnownColumn(max_length=max_length, pattern=pattern, example=example)


def _price(*, required: bool = False, on_invalid: OnInvalid = OnInvalid.REJECT) -> KnownColumn:
    return KnownColumn(
        ValueType.DECIMAL, required=required, on_invalid=on_invalid, minimum=Decimal(0), maximum=_LARGEST_PRICE
    )


def _whole(minimum: int, *, required: bool = False) -> KnownColumn:
    return KnownColumn(ValueType.INTEGER, required=required, minimum=Decimal(minimum), maximum=_LARGEST_QUANTITY)


_BLANKED_PRICE = _price(on_invalid=OnInvalid.BLANK)
_QUANTITY = _whole(-(2**31))
_FLAG = KnownColumn(ValueType.BOOLEAN)
_HTML = KnownColumn(ValueType.HTML, max_length=_LARGEST_TEXT)
_EAN13 = KnownColumn(ValueType.EAN13, on_invalid=OnInvalid.BLANK, max_length=13, validator="isEan13")
_BLANKED_DATE = KnownColumn(ValueType.DATE, on_invalid=OnInvalid.BLANK, endless=True)
_NAME_128 = _text(128, CATALOG_NAME)
_GENERIC_255 = _text(255, GENERIC_NAME)
_REFERENCE = _text(64, REFERENCE)

IDENTIFIERS: Mapping[str, KnownColumn] = {
    "reference": _REFERENCE,
    "supplier_reference": _REFERENCE,
    "ean13": _EAN13,
    "upc": _text(12, "isUpc"),
    "isbn": _text(32, "isIsbn"),
    "mpn": _text(40),
}
"""What a product or a combination can be searched by, and so what may be the key of a row."""

TRANSLATED_FIELDS: Mapping[str, Mapping[str, KnownColumn]] = {
    "product": {
        "name": _NAME_128,
        "description": _HTML,
        "description_short": _HTML,
        "meta_title": _GENERIC_255,
        "meta_description": _text(512, GENERIC_NAME),
        "meta_keywords": _GENERIC_255,
        "link_rewrite": _text(128, "isLinkRewrite"),
        "available_now": _GENERIC_255,
        "available_later": _GENERIC_255,
        "delivery_in_stock": _GENERIC_255,
        "delivery_out_stock": _GENERIC_255,
    },
    "supplier": {"description": _HTML},
    "store": {
        "name": _GENERIC_255,
        "address1": _text(255, ADDRESS),
        "address2": _text(255, ADDRESS),
        "note": _HTML,
    },
}
"""Fields that have one value per language, by stream."""

SHOP_FIELDS: Mapping[str, Mapping[str, KnownColumn]] = {
    "product": {
        **IDENTIFIERS,
        **TRANSLATED_FIELDS["product"],
        "active": _FLAG,
        "price": _price(),
        "wholesale_price": _BLANKED_PRICE,
        "weight": _BLANKED_PRICE,
        "width": _BLANKED_PRICE,
        "height": _BLANKED_PRICE,
        "depth": _BLANKED_PRICE,
        "ecotax": _price(),
        "unit_price": _price(),
        "additional_shipping_cost": _price(),
        "unity": _text(255),
        "location": _text(255),
        "available_date": _BLANKED_DATE,
        "minimal_quantity": _whole(1),
        "low_stock_threshold": _QUANTITY,
        "low_stock_alert": _FLAG,
        "condition": _formed("new|used|refurbished", "new, used, refurbished"),
        "show_condition": _FLAG,
        "visibility": _formed("both|catalog|search|none", "both, catalog, search, none"),
        "available_for_order": _FLAG,
        "show_price": _FLAG,
        "online_only": _FLAG,
        "on_sale": _FLAG,
        "is_virtual": _FLAG,
        "additional_delivery_times": KnownColumn(ValueType.INTEGER, minimum=Decimal(0), maximum=Decimal(2)),
        "id_tax_rules_group": _whole(0),
        "id_supplier": _whole(0),
    },
}
"""Fields of the webservice that a column may name by itself or by `ps_field`, by stream."""

ATTRIBUTE_VALUE = _text(128, GENERIC_NAME)
FEATURE_VALUE = _text(255, GENERIC_NAME)
MANUFACTURER = _text(64, CATALOG_NAME)
CATEGORY = _text(128, CATALOG_NAME)
PARENT = _REFERENCE

_PRODUCT: Mapping[str, KnownColumn] = {
    "reference": _REFERENCE,
    "reference_parent": PARENT,
    "ean13": _EAN13,
    "name": _text(128, CATALOG_NAME, required=True),
    "active": KnownColumn(ValueType.BOOLEAN, required=True),
    "wholesale_price": _BLANKED_PRICE,
    "price": _price(required=True),
    "tax_code": _text(),
    "weight": _BLANKED_PRICE,
    "description": _HTML,
    "stocks": _QUANTITY,
    "available_date": _BLANKED_DATE,
    "manufacturer": MANUFACTURER,
}

_STOCK: Mapping[str, KnownColumn] = {
    **IDENTIFIERS,
    "quantity": _whole(-(2**31), required=True),
    "warehouse": _text(64),
    "kept_in_stock": _text(32),
    "weight": _BLANKED_PRICE,
}

_CUSTOMER: Mapping[str, KnownColumn] = {
    "code_erp": _text(64),
    "customer_email": KnownColumn(ValueType.EMAIL, required=True, max_length=255),
    "lastname": _text(255, CUSTOMER_NAME),
    "firstname": _text(255, CUSTOMER_NAME),
    "closed": _FLAG,
    "title_id": _text(),
    "siret": _text(64, GENERIC_NAME),
    "ape": _text(None, "isApe"),
    "birthday_year": KnownColumn(
        ValueType.INTEGER, on_invalid=OnInvalid.BLANK, minimum=Decimal(0), maximum=Decimal(9999)
    ),
    "birthday_month": KnownColumn(
        ValueType.INTEGER, on_invalid=OnInvalid.BLANK, minimum=Decimal(0), maximum=Decimal(12)
    ),
    "birthday_day": KnownColumn(ValueType.INTEGER, on_invalid=OnInvalid.BLANK, minimum=Decimal(0), maximum=Decimal(31)),
    "optin_email": _text(),
    "last_modification_date": KnownColumn(ValueType.DATETIME),
    "default_group": _text(),
}

_STORE: Mapping[str, KnownColumn] = {
    "erp_code": _text(64),
    "name": _text(255, GENERIC_NAME, required=True),
    "address1": _text(255, ADDRESS, required=True),
    "address2": _text(255, ADDRESS),
    "postcode": _text(12, POST_CODE),
    "city": _text(64, CITY_NAME, required=True),
    "country": _text(required=True),
    "state": _text(),
    "phone": _text(16, PHONE_NUMBER),
    "email": KnownColumn(ValueType.EMAIL, max_length=255),
    "latitude": KnownColumn(ValueType.DECIMAL, minimum=Decimal(-90), maximum=Decimal(90)),
    "longitude": KnownColumn(ValueType.DECIMAL, minimum=Decimal(-180), maximum=Decimal(180)),
    "active": KnownColumn(ValueType.BOOLEAN, required=True),
    **{f"{day}_hours": _text() for day in ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday")},
    "sunday_hours": _text(),
}

_SUPPLIER: Mapping[str, KnownColumn] = {
    "erp_code": _text(64, required=True),
    **TRANSLATED_FIELDS["supplier"],
    "name": _text(64, CATALOG_NAME),
    "active": _FLAG,
}

_PRODUCT_SUPPLIER: Mapping[str, KnownColumn] = {
    "reference": _REFERENCE,
    "supplier": _text(64, required=True),
    "supplier_reference": _text(64, REFERENCE),
    "price": _price(),
    "currency": _formed("[a-zA-Z]{3}", "EUR"),
}

_SPECIFIC_PRICE: Mapping[str, KnownColumn] = {
    "reference": _REFERENCE,
    "erp_code": _text(64, required=True),
    "iso_code": _formed("[a-zA-Z]{2}", "FR"),
    "currency": _formed("[a-zA-Z]{3}", "EUR"),
    "email": KnownColumn(ValueType.EMAIL, max_length=255),
    "group": _formed(r"[^|@]*", "REVENDEUR", 64),
    "price": _price(),
    "reduction": _price(),
    "type": _text(required=True),
    "reduction_tax": KnownColumn(ValueType.BOOLEAN, required=True),
    # A mediumint unsigned: above it MySQL clips in silence.
    "from_quantity": KnownColumn(ValueType.INTEGER, minimum=Decimal(1), maximum=Decimal(16_777_215)),
    "from": KnownColumn(ValueType.DATETIME),
    "to": KnownColumn(ValueType.DATETIME, endless=True),
}

# What our module takes as the reference of a sale.
_SALE = _formed("[A-Za-z0-9 ./:#_-]+", "FFO/MAG01/000501", 64)
_ORDER_AMOUNT = KnownColumn(ValueType.DECIMAL, maximum=_LARGEST_PRICE)
_STORE_ORDER: Mapping[str, KnownColumn] = {
    "order_internal_reference": _SALE,
    "order_external_reference": _SALE,
    "store_erp_code": _text(64),
    "customer_erp_code": _text(64, required=True),
    "order_date": KnownColumn(ValueType.DATETIME, required=True),
    "invoice_address_alias": _text(32, GENERIC_NAME),
    "invoice_address_address_1": _text(128, ADDRESS),
    "invoice_address_address_2": _text(128, ADDRESS),
    "invoice_address_postcode": _text(12, POST_CODE),
    "invoice_address_city": _text(64, CITY_NAME),
    "invoice_address_country": _text(),
    "reference": _text(64, REFERENCE, required=True),
    "product_name": _text(),
    "qty": _whole(-(2**31), required=True),
    "unit_price_tax_excl": _ORDER_AMOUNT,
    "unit_price_tax_incl": _ORDER_AMOUNT,
    "discount_amount": _ORDER_AMOUNT,
    "total_tax_excl": _ORDER_AMOUNT,
    "total_tax_incl": _ORDER_AMOUNT,
}


_BLANKED_QUANTITY = KnownColumn(ValueType.DECIMAL, on_invalid=OnInvalid.BLANK, maximum=_LARGEST_PRICE)
_ORDER_DOCUMENT: Mapping[str, KnownColumn] = {
    "order_reference": _text(100, required=True),
    "document_type": _text(32, required=True),
    "document_number": _text(64),
    "origin_number": _text(64),
    "document_date": _BLANKED_DATE,
    "delivery_date": _BLANKED_DATE,
    **{f"header_{number}": _text(255) for number in range(1, 5)},
    "carrier_code": _text(64),
    "line_number": _text(32),
    "item_reference": _text(64),
    "line_text": _text(),
    "quantity_ordered": _BLANKED_QUANTITY,
    "quantity_delivered": _BLANKED_QUANTITY,
    "parcel_number": _text(255),
    "serial_or_lot": _text(255),
    "expiry_date": _BLANKED_DATE,
    "backorder": KnownColumn(ValueType.BOOLEAN, on_invalid=OnInvalid.BLANK),
    "cancelled": KnownColumn(ValueType.BOOLEAN, on_invalid=OnInvalid.BLANK),
    "total_tax_incl": _BLANKED_QUANTITY,
}

_INVOICE_DOCUMENT: Mapping[str, KnownColumn] = {
    "order_reference": _text(100, required=True),
    "invoice_number": _text(64, required=True),
    "invoice_date": _BLANKED_DATE,
    "kind": _text(32),
    "total_tax_excl": _ORDER_AMOUNT,
    "total_tax_incl": _ORDER_AMOUNT,
    "pdf_file": _text(255),
    "status": _text(64),
}

_RETURN_STATUS: Mapping[str, KnownColumn] = {
    "return_reference": _formed("[A-Za-z0-9_-]*[0-9]+", "WEBR12", 64),
    "return_status": _text(64, required=True),
}


@dataclass(frozen=True, slots=True)
class KnownStream:
    """A stream of the reference product: its columns by technical name, and what may be its key."""

    columns: Mapping[str, KnownColumn]
    keys: tuple[str, ...] = ()
    """Targets that can name a row, the one that counts when none is flagged first.

    Empty: the stream never has rows (it speaks to a web service); one that has them may speak to one all the same.
    """


_SEARCHABLE = tuple(IDENTIFIERS)

KNOWN_STREAMS: Mapping[str, KnownStream] = {
    "product": KnownStream(_PRODUCT, _SEARCHABLE),
    "stock": KnownStream(_STOCK, _SEARCHABLE),
    "customer": KnownStream(_CUSTOMER, ("code_erp",)),
    "store": KnownStream(_STORE, ("erp_code",)),
    "supplier": KnownStream(_SUPPLIER, ("erp_code",)),
    "productsupplier": KnownStream(_PRODUCT_SUPPLIER, _SEARCHABLE),
    "specificprice": KnownStream(_SPECIFIC_PRICE, _SEARCHABLE),
    "storeOrder": KnownStream(_STORE_ORDER, ("order_internal_reference", "order_external_reference")),
    "orderstatus": KnownStream({}),
    "orderDocument": KnownStream(_ORDER_DOCUMENT, ("order_reference",)),
    "invoiceDocument": KnownStream(_INVOICE_DOCUMENT, ("order_reference",)),
    "orderReturnStatus": KnownStream(_RETURN_STATUS, ("return_reference",)),
}

_OF_NOBODY = frozenset({"code_erp", "closed", "title_id", "optin_email", "last_modification_date", "default_group"})
_OF_A_PERSON: Mapping[str, frozenset[str]] = {
    "specificprice": frozenset({"email"}),
    "orderDocument": frozenset({"line_text", *(f"header_{number}" for number in range(1, 5))}),
    # The code of a country names nobody, and the remedy says it.
    "storeOrder": frozenset(name for name in _STORE_ORDER if name.startswith("invoice_address"))
    - {"invoice_address_country"},
}


def is_personal(stream: str, target: str) -> bool:
    """Whether a column's values say something of a person, so that only rejects files and archives may hold them.

    Of the customer stream every column does that is not known to be harmless.
    """
    if stream == "customer":
        return target not in _OF_NOBODY
    return target in _OF_A_PERSON.get(stream, frozenset())
