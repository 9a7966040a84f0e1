from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from schemas.column_spec import Owner
from schemas.commented_json import parse_commented_json
from schemas.errors import ConfigurationError
from schemas.fault_texts import fault_in
from schemas.import_json import (
    default_import_text,
    parse_export_json,
    parse_import_json,
)
from schemas.stream_checks import lacking_for_new
from tests.schemas.specs import REFERENCE, faults_of, only_fault_of, spec_of


def test_all_faults_of_a_file_are_named_at_once_with_their_lines() -> None:
    text = """{
 "product": {
  "data": {
   "reference": {"index": 0, "object_key": true},
   "ean13": {"index": 0, "object_key": true},
   "couleur": {"index": 2, "is_attribute": "yes", "public_name": "Couleur"},
   "taille": {"index": 3, "is_attribute": true},
   "nameEN": {"index": 4, "lang": true, "ps_field": "name"},
   "name": {"index": -1},
   "price": {"index": "six"},
   "weight": {}
  }
 },
 "stock": {
  "enabled": "yes",
  "data": {"quantity": {"index": 1}},
  "absentRows": "deactivte"
 }
}"""
    with pytest.raises(ConfigurationError) as caught:
        parse_import_json(text, source="shops/demo/import.json")
    assert [(fault.line, fault.key) for fault in caught.value.faults] == [
        (5, "product.data.ean13.index"),
        (5, "product.data.ean13.object_key"),
        (6, "product.data.couleur.is_attribute"),
        (7, "product.data.taille"),
        (8, "product.data.nameEN"),
        (9, "product.data.name.index"),
        (10, "product.data.price.index"),
        (11, "product.data.weight"),
        (15, "stock.enabled"),
        (16, "stock.data"),
        (17, "stock.absentRows"),
    ]
    assert all(fault.remedy and fault.file == "shops/demo/import.json" for fault in caught.value.faults)


@pytest.mark.parametrize(("stream", "told", "meant"), [
    ("product", "locall", "`local`"), ("stock", "Webservice", "`webservice`"), ("product", "ftp", "local, webservice"),
    ("supplier", "webservice", "one of: local"), ("orderstatus", "local", "one of: webservice"),
])  # fmt: skip
def test_a_type_that_a_stream_cannot_be_of_is_a_fault_with_what_it_may_be(stream: str, told: str, meant: str) -> None:
    spec = parse_commented_json(default_import_text()).value[stream] | {"enabled": True, "type": told}
    with pytest.raises(ConfigurationError) as caught:
        parse_import_json(json.dumps({stream: spec}), source="import.json")
    (fault,) = caught.value.faults
    assert (fault.file, fault.key, fault.line) == ("import.json", f"{stream}.type", 1)
    assert (told in fault.reason, meant in fault.remedy) == (True, True)
    french = fault_in(fault, "fr")
    assert (told in french.reason, "Écrivez" in french.remedy) == (True, True)


def test_a_type_of_a_stream_that_is_not_known_or_switched_off_stops_nothing() -> None:
    spec = parse_import_json(
        '{"mine": {"type": "ftp"}, "stock": {"enabled": false, "type": "ftp"}}', source="import.json"
    )
    assert {warning.key for warning in spec.warnings} >= {"mine", "stock.type"}


def test_a_type_that_an_export_cannot_be_of_is_a_fault() -> None:
    for stream, known in (("order", "local, webservice"), ("catalogue", "webservice")):
        with pytest.raises(ConfigurationError) as caught:
            parse_export_json(json.dumps({stream: {"type": "locall"}}), source="export.json")
        (fault,) = caught.value.faults
        assert (fault.key, known in fault.remedy) == (f"{stream}.type", True)


def test_two_columns_on_one_index_are_a_fault() -> None:
    fault = only_fault_of({**REFERENCE, "name": {"index": 1}, "price": {"index": 1}})
    assert fault.reason == "`name` and `price` are both at index 1"


def test_a_stream_without_key_is_a_fault() -> None:
    assert only_fault_of({"name": {"index": 0}}).key == "product.data"


def test_a_key_the_shop_cannot_be_searched_by_is_a_fault() -> None:
    fault = only_fault_of({"name": {"index": 0, "object_key": True}})
    assert fault.key == "product.data.name.object_key"
    assert "ean13" in fault.remedy


@pytest.mark.parametrize("key", ["reference", "ean13", "upc", "isbn", "mpn", "supplier_reference"])
def test_whatever_the_shop_can_be_searched_by_may_be_the_key(key: str) -> None:
    assert spec_of({key: {"index": 0, "object_key": True}}).streams["product"].key_column.target == key


def test_a_column_of_any_name_may_be_the_key_by_its_field() -> None:
    columns = {"code_article": {"index": 0, "object_key": True, "ps_field": "reference"}}
    assert spec_of(columns).streams["product"].key_column.target == "reference"


def test_five_attribute_columns_are_a_fault() -> None:
    attributes = {f"d{n}": {"index": n, "is_attribute": True, "public_name": f"Dimension {n}"} for n in range(1, 6)}
    fault = only_fault_of({**REFERENCE, **attributes})
    assert fault.key == "product.data.d5"
    assert spec_of({**REFERENCE, **dict(list(attributes.items())[:4])}).warnings == ()


@pytest.mark.parametrize("depths", [(1,), (0, 2), (0, 0), (1, 2, 3)])
def test_category_depths_with_a_gap_or_twice_are_a_fault(depths: tuple[int, ...]) -> None:
    categories = {
        f"c{n}": {"index": n + 1, "is_category": True, "category_depth": depth} for n, depth in enumerate(depths)
    }
    assert only_fault_of({**REFERENCE, **categories}).key.startswith("product.data.c")


@pytest.mark.parametrize(
    "columns",
    [
        {
            "a": {"index": 1, "is_attribute": True, "public_name": "Couleur"},
            "b": {"index": 2, "is_attribute": True, "public_name": "couleur"},
        },
        {
            "a": {"index": 1, "lang": True, "iso": "EN", "ps_field": "name"},
            "b": {"index": 2, "lang": True, "iso": "en", "ps_field": "name"},
        },
        {"weight": {"index": 1}, "poids": {"index": 2, "ps_field": "weight"}},
        {"a": {"index": 1, "is_manufacturer": True}, "b": {"index": 2, "is_manufacturer": True}},
        {"a": {"index": 1, "parent_ref": True}, "b": {"index": 2, "parent_ref": True}},
    ],
)
def test_two_columns_that_write_to_the_same_place_are_a_fault(columns: dict[str, Any]) -> None:
    assert only_fault_of({**REFERENCE, **columns}).key in {"product.data.b", "product.data.poids"}


@pytest.mark.parametrize(
    ("column", "key"),
    [
        ({"is_attribute": True}, "product.data.x"),
        ({"is_attribute": True, "public_name": 3}, "product.data.x.public_name"),
        ({"is_attribute": True, "public_name": "a<b"}, "product.data.x.public_name"),
        ({"is_attribute": True, "public_name": "x" * 65}, "product.data.x.public_name"),
        ({"is_feature": True}, "product.data.x"),
        ({"is_category": True}, "product.data.x"),
        ({"is_category": True, "category_depth": -1}, "product.data.x.category_depth"),
        ({"is_feature": True, "is_attribute": True, "public_name": "A"}, "product.data.x"),
        ({"lang": True, "ps_field": "name"}, "product.data.x"),
        ({"lang": True, "iso": "EN"}, "product.data.x"),
        ({"lang": True, "iso": "english", "ps_field": "name"}, "product.data.x.iso"),
        ({"object_key": 1}, "product.data.x.object_key"),
        ({"ps_field": "weight", "required": True, "onInvalid": "blank"}, "product.data.x.onInvalid"),
        ({"ps_field": "weight", "owner": "nobody"}, "product.data.x.owner"),
        ({"ps_field": "weight", "index": 1.0}, "product.data.x.index"),
        ({"ps_field": "weight", "index": True}, "product.data.x.index"),
        ({"ps_field": "weight", "index": None}, "product.data.x"),
    ],
)
def test_a_column_that_makes_no_sense_is_a_fault(column: dict[str, Any], key: str) -> None:
    assert only_fault_of({**REFERENCE, "x": {"index": 1, **column}}).key == key


@pytest.mark.parametrize(
    ("keys", "at"),
    [
        ({"delimiter": ";;"}, "delimiter"),
        ({"delimiter": '"'}, "delimiter"),
        ({"delimiter": 3}, "delimiter"),
        ({"encoding": "martian"}, "encoding"),
        ({"encoding": "base64"}, "encoding"),
        ({"headerLines": -1}, "headerLines"),
        ({"decimalMark": ";"}, "decimalMark"),
        ({"dateFormats": ["DD/MM/YYYY"]}, "dateFormats"),
        ({"dateFormats": ["%d/%m"]}, "dateFormats"),
        ({"dateFormats": ["%d/%m/%Y %Q"]}, "dateFormats"),
        ({"dateFormats": []}, "dateFormats"),
        ({"folder": "../other"}, "folder"),
        ({"folder": "/etc"}, "folder"),
        ({"folder": "C:\\streams"}, "folder"),
        ({"absentRows": "delete"}, "absentRows"),
        ({"enabled": "true"}, "enabled"),
        ({"class": 3}, "class"),
    ],
)
def test_a_stream_key_that_makes_no_sense_is_a_fault(keys: dict[str, Any], at: str) -> None:
    assert only_fault_of(REFERENCE, **keys).key == f"product.{at}"


def test_a_key_that_is_not_required_is_a_fault() -> None:
    fault = only_fault_of({"reference": {"index": 0, "object_key": True, "required": False}})
    assert fault.key == "product.data.reference.required"


def test_a_column_with_a_name_of_our_own_frames_is_a_fault() -> None:
    assert only_fault_of({**REFERENCE, "_line": {"index": 1}}).key == "product.data._line"


def test_a_key_written_twice_in_one_place_is_a_fault() -> None:
    text = '{"product": {"data": {"reference": {"index": 0,\n"index": 1}}}}'
    with pytest.raises(ConfigurationError) as caught:
        parse_import_json(text, source="import.json")
    (fault,) = caught.value.faults
    assert (fault.line, fault.key) == (2, "product.data.reference.index")


def test_bad_json_is_told_with_line_column_and_what_is_near() -> None:
    with pytest.raises(ConfigurationError) as caught:
        parse_import_json('{"product": {\n  "class" "\\\\Product"}}', source="import.json")
    (fault,) = caught.value.faults
    assert fault.line == 2
    assert "column 11" in fault.reason
    assert "Product" in fault.reason


@pytest.mark.parametrize("text", ["[]", "3", '"product"', '{"product": []}', '{"product": {"data": {"reference": 0}}}'])
def test_json_of_another_shape_is_a_fault(text: str) -> None:
    with pytest.raises(ConfigurationError):
        parse_import_json(text, source="import.json")


def test_faults_of_a_disabled_stream_are_only_warnings() -> None:
    spec = spec_of({"name": {"index": 0}}, enabled=False)
    assert not spec.streams["product"].enabled
    assert [warning.key for warning in spec.warnings] == ["product.data"]


def test_a_translated_field_we_do_not_know_is_kept_and_never_sent() -> None:
    spec = spec_of({**REFERENCE, "x": {"index": 1, "lang": True, "iso": "FR", "ps_field": "custom"}})
    column = spec.streams["product"].columns[1]
    assert (column.target, column.owner) == ("custom@fr", Owner.SHOP)
    assert len(spec.warnings) == 1


json_values = st.recursive(
    st.none() | st.booleans() | st.integers(-2, 9) | st.sampled_from(["", "name", "EN", ",", "blank", "erp", "A"]),
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(st.text(max_size=3), inner, max_size=2),
    max_leaves=3,
)
FLAGS = ["object_key", "parent_ref", "is_attribute", "is_feature", "is_manufacturer", "is_category", "lang"]
MEANINGS = ["index", "public_name", "category_depth", "iso", "ps_field", "required", "owner", "onInvalid", "blank", "x"]
STREAM_WORDS = ["class", "enabled", "type", "fileExtension", "delimiter", "encoding", "decimalMark", "folder", "x"]
STREAM_OTHERS = ["headerLines", "dateFormats", "filePrefix", "absentRows"]
column_keys = st.sampled_from([*FLAGS, *MEANINGS])
stream_keys = st.sampled_from([*STREAM_WORDS, *STREAM_OTHERS])
some_columns = st.dictionaries(
    st.sampled_from(["reference", "name", "couleur", "price"]),
    st.dictionaries(column_keys, json_values, max_size=6) | json_values,
    max_size=4,
)


@given(st.sampled_from(["product", "stock", "x"]), st.dictionaries(stream_keys, json_values, max_size=4), some_columns)
def test_any_file_is_read_or_refused_with_its_faults(
    stream: str, keys: dict[str, Any], columns: dict[str, Any]
) -> None:
    try:
        spec = spec_of(columns, stream, **keys)
    except ConfigurationError as error:
        faults = error.faults
        indexes: list[int] = []
    else:
        faults = spec.warnings
        indexes = [column.index for column in spec.streams[stream].columns if spec.streams[stream].enabled]
    assert all(fault.file == "import.json" and fault.reason and fault.remedy for fault in faults)
    assert len(set(indexes)) == len(indexes)


def test_a_stock_stream_without_a_quantity_is_refused() -> None:
    [fault] = faults_of({"reference": {"index": 0, "object_key": True}}, "stock")
    assert fault.reason == "no column gives `quantity`, which every row needs"
    assert "quantity" in fault.remedy


SALE_COLUMNS = ("order_internal_reference", "customer_erp_code", "order_date", "reference", "qty")


def columns_named(*names: str, key: str) -> dict[str, Any]:
    return {name: {"index": index} | ({"object_key": True} if name == key else {}) for index, name in enumerate(names)}


def test_a_stream_of_sales_names_every_column_that_it_lacks() -> None:
    lacking = faults_of(columns_named("order_internal_reference", key="order_internal_reference"), "storeOrder")
    assert [fault.reason for fault in lacking] == [
        "no column gives `customer_erp_code`, which every row needs",
        "no column gives `order_date`, which every row needs",
        "no column gives `reference`, which every row needs",
        "no column gives `qty`, which every row needs",
        "no column gives `unit_price_tax_excl` or `total_tax_excl`, which every row needs",
        "no column gives `unit_price_tax_incl` or `total_tax_incl`, which every row needs",
    ]


@pytest.mark.parametrize("amounts", [("unit_price_tax_excl", "total_tax_incl"), ("total_tax_excl", "total_tax_incl")])
def test_of_a_sale_either_the_unit_price_or_the_total_is_needed(amounts: tuple[str, ...]) -> None:
    columns = columns_named(*SALE_COLUMNS, *amounts, key="order_internal_reference")
    assert spec_of(columns, "storeOrder").streams["storeOrder"].columns


@pytest.mark.parametrize(
    ("stream", "key", "needed"),
    [
        ("specificprice", "reference", ["`type`", "`price` or `reduction`"]),
        ("orderReturnStatus", "return_reference", ["`return_status`"]),
    ],
)
def test_what_every_row_of_a_stream_needs_is_named(stream: str, key: str, needed: list[str]) -> None:
    reasons = [fault.reason for fault in faults_of(columns_named(key, key=key), stream)]
    assert reasons == [f"no column gives {name}, which every row needs" for name in needed]


@pytest.mark.parametrize(
    ("stream", "key", "names"),
    [
        ("product", "reference", ["name"]),
        ("customer", "code_erp", ["customer_email", "lastname", "firstname"]),
        ("store", "erp_code", ["name", "address1", "city", "country"]),
    ],
)
def test_what_a_stream_needs_to_make_anything_new_is_known(stream: str, key: str, names: list[str]) -> None:
    assert lacking_for_new(spec_of(columns_named(key, key=key), stream).streams[stream]) == names
