from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
from lxml import etree

from schemas.column_spec import ValueType
from schemas.known_columns import (
    KNOWN_STREAMS,
    SHOP_FIELDS,
    TRANSLATED_FIELDS,
    KnownColumn,
)
from schemas.shop_rules import RULES

RECORDINGS = Path(__file__).parents[3] / "shared/reference/prestashop/recordings/02_schema"

RULED = {name.lower(): name for name in RULES}
TYPES = {
    "isPrice": ValueType.DECIMAL,
    "isUnsignedFloat": ValueType.DECIMAL,
    "isBool": ValueType.BOOLEAN,
    "isDateFormat": ValueType.DATE,
    "isCleanHtml": ValueType.HTML,
    "isEan13": ValueType.EAN13,
    "isPositiveInt": ValueType.INTEGER,
    "isInt": ValueType.INTEGER,
    "isUnsignedId": ValueType.INTEGER,
    "isReference": ValueType.TEXT,
}


def shop_fields(resource: str) -> list[etree._Element]:
    recording = RECORDINGS / f"{resource}__synopsis.json"
    if not recording.exists():
        pytest.skip("the recordings of a real shop are not beside this checkout")
    body = json.loads(recording.read_text(encoding="utf-8"))["response"]["body"]
    (entity,) = etree.fromstring(body.encode())
    return list(entity)


def shop_schema(resource: str) -> dict[str, dict[str, str]]:
    """The attributes (maxSize, format, ...) of every field, as a real shop described them."""
    return {
        str(field.tag): {str(key): str(value) for key, value in field.attrib.items()} for field in shop_fields(resource)
    }


def translated_fields(resource: str) -> set[str]:
    return {str(field.tag) for field in shop_fields(resource) if field.find("language") is not None}


def product_columns() -> dict[str, KnownColumn]:
    shop = shop_schema("products")
    own = {name: known for name, known in KNOWN_STREAMS["product"].columns.items() if name in shop}
    return {**SHOP_FIELDS["product"], **own}


def test_every_field_we_may_send_exists_on_the_shop_and_is_writable() -> None:
    shop = shop_schema("products")
    assert [name for name in product_columns() if shop.get(name, {"readOnly": "true"}).get("readOnly")] == []


def test_the_lengths_are_the_shops_own() -> None:
    shop = shop_schema("products")
    lengths = {name: known.max_length for name, known in product_columns().items() if "maxSize" in shop[name]}
    assert lengths == {name: int(shop[name]["maxSize"]) for name in lengths}


def test_the_types_and_validators_are_the_shops_own() -> None:
    shop = shop_schema("products")
    for name, known in product_columns().items():
        validator = shop[name].get("format", "")
        assert known.type is TYPES.get(validator, known.type), name
        # The shop takes any generic name for a condition and shows three words only: ours are these three.
        assert known.validator == ("" if name == "condition" else RULED.get(validator.lower(), "")), name


def test_the_lengths_of_a_store_are_the_shops_own() -> None:
    shop = shop_schema("stores")
    columns = {**KNOWN_STREAMS["store"].columns, **TRANSLATED_FIELDS["store"]}
    lengths = {
        name: known.max_length
        for name, known in columns.items()
        if known.type is not ValueType.DECIMAL and "maxSize" in shop.get(name, {})
    }
    assert {"name", "address1", "city", "postcode", "phone", "email"} <= set(lengths)
    assert lengths == {name: int(shop[name]["maxSize"]) for name in lengths}


def test_only_fields_the_shop_translates_take_a_language() -> None:
    assert set(TRANSLATED_FIELDS["product"]) == translated_fields("products")
    assert set(TRANSLATED_FIELDS["store"]) == translated_fields("stores") - {"hours"}


def every_column() -> dict[str, KnownColumn]:
    known = {f"{stream}.{name}": one for stream, s in KNOWN_STREAMS.items() for name, one in s.columns.items()}
    return known | {f"product field {name}": one for name, one in SHOP_FIELDS["product"].items()}


def test_the_example_of_a_pattern_matches_it() -> None:
    for name, known in every_column().items():
        if known.pattern is not None:
            assert known.example, name
            parts = known.example.split(", ")
            assert all(re.fullmatch(known.pattern, part) for part in parts), name


@pytest.mark.parametrize("stream", [name for name, known in KNOWN_STREAMS.items() if known.keys])
def test_every_stream_knows_the_type_of_its_keys(stream: str) -> None:
    known = KNOWN_STREAMS[stream]
    assert known.keys[0] in known.columns
