from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from schemas.column_spec import AbsentRows, Blank, Column, OnInvalid, Owner, ValueType
from schemas.errors import ConfigFault, ConfigurationError
from schemas.import_json import (
    ImportSpec,
    default_export_text,
    default_import_spec,
    parse_export_json,
    parse_import_json,
)

GUIDE_KEY_EXAMPLE = r"""{
"product": {
"class": "\\Product",
"enabled": true,
"type": "local",
"fileExtension": "csv",
"data": {
"ean13": {
"index": 0,
"object_key": true
},
"ean13_parent": {
"index": 1,
"parent_ref": true
},
"couleur": {
"index": 2,
"is_attribute": true, // Obligatoire pour déclarer une colonne en tant que groupe d'attribut
"public_name": "Couleur" // Nom du groupe d'attribut, affiché en front et back-office
},
"matiere": {
"index": 3,
"is_feature": true, // Obligatoire
"public_name": "Matière"
},
"manufacturer": {
"index": 4,
"is_manufacturer": true // Obligatoire pour déclarer une colonne en tant que fabricant
},
"category1": { "index": 5, "is_category": true, "category_depth": 0 },
"category2": { "index": 6, "is_category": true, "category_depth": 1 },
"category3": { "index": 7, "is_category": true, "category_depth": 2 },
"category4": { "index": 8, "is_category": true, "category_depth": 3 },
"nameEN": {
"index": 9,
"lang": true, // Indique que le champ est multilingue
"iso": "EN", // Indique dans quelle langue doit être insérée la donnée
"ps_field": "name" // Indique dans quel champ PrestaShop la donnée doit être insérée
},
}
}
}
"""


def spec_of(columns: dict[str, Any], stream: str = "product", **keys: Any) -> ImportSpec:
    return parse_import_json(json.dumps({stream: {**keys, "data": columns}}), source="import.json")


def columns_of(columns: dict[str, Any], stream: str = "product", **keys: Any) -> dict[str, Column]:
    return {column.key: column for column in spec_of(columns, stream, **keys).streams[stream].columns}


def faults_of(columns: dict[str, Any], stream: str = "product", **keys: Any) -> list[ConfigFault]:
    with pytest.raises(ConfigurationError) as caught:
        spec_of(columns, stream, **keys)
    return list(caught.value.faults)


def only_fault_of(columns: dict[str, Any], stream: str = "product", **keys: Any) -> ConfigFault:
    (fault,) = faults_of(columns, stream, **keys)
    assert fault.file == "import.json"
    assert fault.remedy
    return fault


REFERENCE = {"reference": {"index": 0, "object_key": True}}


def test_the_guides_own_examples_are_read_as_they_are() -> None:
    spec = parse_import_json(GUIDE_KEY_EXAMPLE, source="import.json")
    product = spec.streams["product"]
    assert spec.warnings == ()
    assert (product.class_, product.enabled, product.type, product.file_extension) == (
        "\\Product",
        True,
        "local",
        "csv",
    )
    assert [column.target for column in product.columns] == [
        "ean13",
        "parent",
        "attribute:Couleur",
        "feature:Matière",
        "manufacturer",
        "category:0",
        "category:1",
        "category:2",
        "category:3",
        "name@en",
    ]
    assert product.key_column.key == "ean13"
    assert product.parent_column is not None
    assert product.parent_column.key == "ean13_parent"


def test_the_parent_has_the_limits_of_the_key_it_refers_to() -> None:
    product = parse_import_json(GUIDE_KEY_EXAMPLE, source="import.json").streams["product"]
    assert product.parent_column is not None
    assert product.parent_column.type is ValueType.EAN13
    assert not product.parent_column.required


def test_the_key_column_is_required_and_never_blanked() -> None:
    key = parse_import_json(GUIDE_KEY_EXAMPLE, source="import.json").streams["product"].key_column
    assert (key.required, key.on_invalid) == (True, OnInvalid.REJECT)


def test_a_barcode_that_is_not_the_key_is_blanked_when_it_is_wrong() -> None:
    assert columns_of({**REFERENCE, "ean13": {"index": 1}})["ean13"].on_invalid is OnInvalid.BLANK


def test_the_shipped_file_holds_every_stream_of_the_guide_without_a_warning() -> None:
    spec = default_import_spec()
    assert spec.warnings == ()
    assert {name: len(stream.columns) for name, stream in spec.streams.items()} == {
        "customer": 14,
        "product": 13,
        "store": 20,
        "stock": 2,
        "specificprice": 12,
        "storeOrder": 18,
        "orderstatus": 0,
        "orderReturnStatus": 0,
    }


def test_the_shipped_columns_are_where_the_guide_says() -> None:
    streams = default_import_spec().streams
    places = {name: {c.key: c.index for c in stream.columns} for name, stream in streams.items()}
    assert places["customer"]["siret"] == 6
    assert places["customer"]["ape"] == 7
    assert places["customer"]["birthday_year"] == 8
    assert places["product"]["manufacturer"] == 12
    assert places["store"]["sunday_hours"] == 19
    assert places["storeOrder"]["total_tax_incl"] == 17
    assert all(sorted(at.values()) == list(range(len(at))) for at in places.values())


def test_the_shipped_export_file_holds_the_three_streams_and_leaves_prospects_off() -> None:
    spec = parse_export_json(default_export_text(), source="export.json")
    assert {name: stream.enabled for name, stream in spec.streams.items()} == {
        "customer": False,
        "order": True,
        "return": True,
    }
    assert spec.warnings == ()


@pytest.mark.parametrize(
    ("stream", "columns", "key"),
    [
        ("product", {"name": {"index": 1}, "reference": {"index": 0}}, "reference"),
        ("stock", {"reference": {"index": 0}, "quantity": {"index": 1}}, "reference"),
        ("customer", {"code_erp": {"index": 0}}, "code_erp"),
        ("store", {"erp_code": {"index": 0}}, "erp_code"),
        ("storeOrder", {"order_internal_reference": {"index": 0}}, "order_internal_reference"),
    ],
)
def test_a_stream_without_a_flagged_key_has_its_known_one(stream: str, columns: dict[str, Any], key: str) -> None:
    assert spec_of(columns, stream).streams[stream].key_column.key == key


def test_columns_are_in_the_order_of_the_file() -> None:
    spec = spec_of({"price": {"index": 7}, "reference": {"index": 2}, "name": {"index": 5}})
    assert [column.key for column in spec.streams["product"].columns] == ["reference", "name", "price"]


def test_a_field_of_the_shop_is_filled_by_a_column_of_its_name() -> None:
    columns = columns_of(
        {**REFERENCE, "minimal_quantity": {"index": 1}, "meta_title": {"index": 2}, "condition": {"index": 3}}
    )
    assert columns["minimal_quantity"].type is ValueType.INTEGER
    assert columns["minimal_quantity"].minimum == 1
    assert (columns["meta_title"].target, columns["meta_title"].max_length) == ("meta_title", 255)
    assert columns["condition"].pattern == "new|used|refurbished"
    assert all(column.owner is Owner.ERP for column in columns.values())


def test_a_column_of_any_name_fills_the_field_it_names() -> None:
    column = columns_of({**REFERENCE, "poids": {"index": 1, "ps_field": "weight"}})["poids"]
    assert (column.target, column.type, column.ps_field) == ("weight", ValueType.DECIMAL, "weight")


def test_a_column_of_an_unknown_name_is_kept_never_sent_and_named_in_a_warning() -> None:
    spec = spec_of({**REFERENCE, "rayon": {"index": 1, "owner": "erp"}})
    column = spec.streams["product"].columns[1]
    assert (column.key, column.target, column.owner) == ("rayon", "rayon", Owner.SHOP)
    (warning,) = spec.warnings
    assert warning.key == "product.data.rayon"
    assert "never sent" in warning.reason


def test_keys_we_do_not_know_are_kept_and_named_in_a_warning() -> None:
    spec = spec_of({"reference": {"index": 0, "comment": "x"}}, colour="red", delimitr=",")
    product = spec.streams["product"]
    assert product.extra == {"colour": "red", "delimitr": ","}
    assert product.columns[0].extra == {"comment": "x"}
    assert {warning.key for warning in spec.warnings} == {
        "product.colour",
        "product.delimitr",
        "product.data.reference.comment",
    }
    assert any("Did you mean `delimiter`?" in warning.remedy for warning in spec.warnings)


def test_an_unknown_stream_is_kept_and_named_in_a_warning() -> None:
    spec = spec_of({"anything": {"index": 0}}, "supplier")
    assert [column.key for column in spec.streams["supplier"].columns] == ["anything"]
    assert [warning.key for warning in spec.warnings] == ["supplier"]


def test_our_own_keys_are_read() -> None:
    spec = spec_of(
        {
            **REFERENCE,
            "name": {"index": 1, "required": False, "owner": "first-write", "onInvalid": "blank", "blank": "clear"},
        },
        delimiter="\t",
        encoding="windows-1252",
        headerLines=2,
        decimalMark=",",
        dateFormats=["%d.%m.%Y"],
        filePrefix="products_",
        folder="items",
        absentRows="deactivate",
    )
    product = spec.streams["product"]
    name = product.columns[1]
    assert spec.warnings == ()
    assert (product.delimiter, product.encoding, product.header_lines) == ("\t", "cp1252", 2)
    assert (product.decimal_mark, product.date_formats, product.file_prefix) == (",", ("%d.%m.%Y",), "products_")
    assert (product.folder, product.absent_rows) == ("items", AbsentRows.DEACTIVATE)
    assert (name.required, name.owner, name.on_invalid, name.blank) == (
        False,
        Owner.FIRST_WRITE,
        OnInvalid.BLANK,
        Blank.CLEAR,
    )


def test_our_own_keys_have_sensible_defaults() -> None:
    product = spec_of(REFERENCE).streams["product"]
    assert (product.delimiter, product.encoding, product.header_lines, product.decimal_mark) == (";", None, None, None)
    assert (product.folder, product.file_prefix, product.absent_rows) == (None, "", AbsentRows.KEEP)


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
    assert fault.reason == "no column gives the quantity"
    assert '"quantity"' in fault.remedy
