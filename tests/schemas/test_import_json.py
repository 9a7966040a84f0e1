from __future__ import annotations

from typing import Any

import pytest

from schemas.column_spec import AbsentRows, Blank, OnInvalid, Owner, ValueType
from schemas.import_json import (
    default_export_text,
    default_import_spec,
    parse_export_json,
    parse_import_json,
)
from tests.schemas.specs import REFERENCE, columns_of, spec_of

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
        "supplier": 4,
        "productsupplier": 5,
    }
    assert {name for name, stream in spec.streams.items() if not stream.enabled} >= {"supplier", "productsupplier"}


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


def test_the_shipped_export_file_holds_every_stream_and_leaves_catalogue_prospects_and_slips_off() -> None:
    spec = parse_export_json(default_export_text(), source="export.json")
    assert {name: stream.enabled for name, stream in spec.streams.items()} == {
        "catalogue": False,
        "customer": False,
        "order": True,
        "return": True,
        "slip": False,
    }
    assert spec.warnings == ()


SALE_COLUMNS = (
    "order_internal_reference",
    "customer_erp_code",
    "order_date",
    "reference",
    "qty",
    "total_tax_excl",
    "total_tax_incl",
)


@pytest.mark.parametrize(
    ("stream", "columns", "key"),
    [
        ("product", {"name": {"index": 1}, "reference": {"index": 0}}, "reference"),
        ("stock", {"reference": {"index": 0}, "quantity": {"index": 1}}, "reference"),
        ("customer", {"code_erp": {"index": 0}}, "code_erp"),
        ("store", {"erp_code": {"index": 0}}, "erp_code"),
        (
            "storeOrder",
            {name: {"index": at} for at, name in enumerate(SALE_COLUMNS)},
            "order_internal_reference",
        ),
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
    spec = spec_of({"anything": {"index": 0}}, "pallet")
    assert [column.key for column in spec.streams["pallet"].columns] == ["anything"]
    assert [warning.key for warning in spec.warnings] == ["pallet"]


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
        allowFrames=True,
    )
    product = spec.streams["product"]
    name = product.columns[1]
    assert spec.warnings == ()
    assert product.allow_frames
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
