from __future__ import annotations

from datetime import date
from decimal import Decimal

import pandera.errors
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from schemas.column_spec import OnInvalid, ValueType
from schemas.errors import ContractError
from schemas.frames import FAULTS, accepted_schema, check_rows, schema_for, typed
from schemas.import_json import default_import_spec
from schemas.messages import LANGUAGES, catalogue
from tests.schemas.one_cell import rows_of, stream_of

PRODUCT = default_import_spec().streams["product"]
SOUND = {
    "reference": "R1",
    "reference_parent": "P1",
    "ean13": "3614270012358",
    "name": "Robe d'été",
    "active": "1",
    "wholesale_price": "10,5",
    "price": "1 234,50",
    "tax_code": "NOR",
    "weight": "0.25",
    "description": "<p>Légère</p>",
    "stocks": "12",
    "available_date": "02/01/2025",
    "manufacturer": "Acme",
}


def test_a_sound_row_has_no_fault_and_comes_out_typed() -> None:
    rows = rows_of(PRODUCT, SOUND)
    assert check_rows(rows, PRODUCT).is_empty()
    accepted = typed(rows, PRODUCT)
    assert accepted.schema == pl.Schema(accepted_schema(PRODUCT))
    assert accepted.row(0, named=True) == {
        "_file": 0,
        "_line": 2,
        "_key": "R1",
        **SOUND,
        "active": True,
        "wholesale_price": Decimal("10.5"),
        "price": Decimal("1234.5"),
        "weight": Decimal("0.25"),
        "stocks": 12,
        "available_date": date(2025, 1, 2),
    }


def test_every_fault_of_every_row_is_named_in_one_pass() -> None:
    broken = {**SOUND, "name": "Robe#" + "x" * 130, "price": "abc", "ean13": "3614270012359", "stocks": "1,5"}
    nameless = {**SOUND, "reference": None, "name": None}
    faults = check_rows(rows_of(PRODUCT, SOUND, broken, nameless), PRODUCT)
    assert faults.schema == pl.Schema(FAULTS)
    assert faults.select("_line", "_key", "column", "code", "detail", "blanked").rows() == [
        (3, "R1", "ean13", "ean13_check_digit", None, True),
        (3, "R1", "name", "too_long", "128", False),
        (3, "R1", "name", "forbidden_characters", "< > ; = # { }", False),
        (3, "R1", "price", "decimal", None, False),
        (3, "R1", "stocks", "integer", None, False),
        (4, None, "reference", "required", None, False),
        (4, None, "name", "required", None, False),
    ]
    assert faults.filter(pl.col("code") == "decimal")["value"].to_list() == ["abc"]


def test_a_sound_block_still_has_the_columns_of_the_faults_frame() -> None:
    assert check_rows(rows_of(PRODUCT), PRODUCT).schema == pl.Schema(FAULTS)
    assert typed(rows_of(PRODUCT), PRODUCT).schema == pl.Schema(accepted_schema(PRODUCT))


def test_a_cell_that_is_blanked_is_empty_in_the_accepted_row() -> None:
    rows = rows_of(PRODUCT, {**SOUND, "ean13": "3614270012359", "weight": "-1", "available_date": "soon"})
    assert check_rows(rows, PRODUCT)["blanked"].to_list() == [True, True, True]
    accepted = typed(rows, PRODUCT)
    assert accepted.select("ean13", "weight", "available_date").row(0) == (None, None, None)
    assert accepted["price"][0] == Decimal("1234.5")


def test_a_missing_column_is_a_fault_of_the_file() -> None:
    with pytest.raises(ContractError, match="price"):
        check_rows(rows_of(PRODUCT, SOUND).drop("price"), PRODUCT)


def test_a_frame_that_is_not_text_is_an_error_of_ours() -> None:
    numbers = rows_of(PRODUCT, SOUND).with_columns(stocks=pl.lit(12))
    with pytest.raises(pandera.errors.SchemaErrors):
        check_rows(numbers, PRODUCT)


def test_the_pandera_schema_names_every_column_of_the_stream() -> None:
    schema = schema_for(PRODUCT)
    assert list(schema.columns) == [column.key for column in PRODUCT.columns]
    assert [key for key, column in schema.columns.items() if not column.nullable] == [
        "reference",
        "name",
        "active",
        "price",
    ]


@pytest.mark.lasting
def test_every_code_has_its_texts() -> None:
    streams = default_import_spec().streams.values()
    garbage = ["\x01", "<>#;={}", "1.2,3", "9" * 30, "-5", "3,6E+12", "x" * 5000, "<script>", "12:61", "3614270012359"]
    codes = {
        code
        for stream in streams
        if stream.columns
        for code in check_rows(
            rows_of(stream, *({column.key: cell for column in stream.columns} for cell in garbage)), stream
        )["code"]
    }
    assert len(codes) > 12
    assert all(codes <= set(catalogue(language)) for language in LANGUAGES)


cells = (
    st.none()
    | st.text(st.characters(codec="utf-8"), min_size=1, max_size=12)
    | st.sampled_from(
        [
            "1",
            "12,5",
            "1.234,5",
            "3614270012358",
            "3,61E+12",
            "2025-01-02",
            "31/02/2025 14:30",
            "a@b.fr",
            "oui",
            "<script>",
        ]
    )
)


@given(st.sampled_from(list(ValueType)), st.sampled_from([None, ",", "."]), st.lists(cells, min_size=1, max_size=8))
def test_a_cell_has_a_fault_or_a_value_never_both_never_neither(
    type_: ValueType, mark: str | None, column: list[str | None]
) -> None:
    stream = stream_of(type_, stream={"decimal_mark": mark}, on_invalid=OnInvalid.BLANK)
    rows = rows_of(stream, *({"reference": "R", "cell": (cell or "").strip() or None} for cell in column))
    faulty = set(check_rows(rows, stream)["_line"].to_list())
    values = dict(typed(rows, stream).select("_line", "cell").rows())
    filled = set(rows.filter(pl.col("cell").is_not_null())["_line"].to_list())
    none = {line for line in filled if set((column[line - 2] or "").strip()) <= set("0")}  # a barcode of none
    assert {line for line, value in values.items() if value is not None} | none == filled - faulty | none
    assert faulty <= filled


def test_rows_that_repeat_are_judged_as_each_one_alone() -> None:
    names = [None, "ok", "no#", "x" * 200]
    prices: list[str | None] = ["1,5", "x", "-1", None]
    pool = [
        {**SOUND, "reference": f"R{n}{p}", "name": names[n], "price": prices[p]} for n in range(4) for p in range(4)
    ]
    once = check_rows(rows_of(PRODUCT, *pool), PRODUCT).drop("_line")
    many = check_rows(rows_of(PRODUCT, *pool * 100), PRODUCT)
    assert once.height > 10
    assert many.drop("_line").rows() == once.rows() * 100
    assert many["_line"].is_sorted()
    accepted = [{**SOUND, "price": price} for price in ("1,5", "0", "12.25")]
    values = typed(rows_of(PRODUCT, *accepted * 100), PRODUCT)
    assert values["price"].to_list() == [Decimal("1.5"), Decimal(0), Decimal("12.25")] * 100


@given(st.sampled_from(list(ValueType)), st.lists(cells, min_size=1, max_size=4))
def test_values_that_repeat_are_those_of_each_one_alone(type_: ValueType, column: list[str | None]) -> None:
    stream = stream_of(type_, on_invalid=OnInvalid.BLANK)
    rows = [{"reference": "R", "cell": (cell or "").strip() or None} for cell in column]
    once, many = (typed(rows_of(stream, *rows * times), stream)["cell"].to_list() for times in (1, 30))
    assert many == once * 30
