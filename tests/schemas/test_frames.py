from __future__ import annotations

from datetime import date, datetime
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

import pandera.errors
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from schemas.column_spec import Column, OnInvalid, StreamSpec, ValueType
from schemas.errors import ContractError
from schemas.frames import FAULTS, accepted_schema, check_rows, schema_for, typed
from schemas.import_json import default_import_spec
from schemas.messages import LANGUAGES, catalogue

PRODUCT = default_import_spec().streams["product"]
KEY = Column(key="reference", index=0, type=ValueType.TEXT, target="reference", object_key=True, required=True)


def rows_of(stream: StreamSpec, *rows: dict[str, str | None], first_line: int = 2) -> pl.DataFrame:
    text = pl.DataFrame(list(rows), schema={column.key: pl.String for column in stream.columns})
    return text.with_columns(
        _file=pl.lit(0, dtype=pl.Int32),
        _line=pl.int_range(first_line, first_line + pl.len(), dtype=pl.Int64),
        _key=pl.col(stream.key_column.key),
    )


def stream_of(type_: ValueType, *, stream: dict[str, Any] | None = None, **column: Any) -> StreamSpec:
    cell = Column(key="cell", index=1, type=type_, target="cell", **column)
    return StreamSpec(name="test", columns=(KEY, cell), **(stream or {}))


def codes_of(cell: str, stream: StreamSpec) -> list[str]:
    return check_rows(rows_of(stream, {"reference": "R", "cell": cell}), stream)["code"].to_list()


def value_of(cell: str | None, stream: StreamSpec) -> Any:
    return typed(rows_of(stream, {"reference": "R", "cell": cell}), stream)["cell"][0]


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


def test_every_code_has_its_texts() -> None:
    streams = default_import_spec().streams.values()
    garbage = ["\x01", "<>#;={}", "1.2,3", "9" * 30, "-5", "3,6E+12", "x" * 5000, "<script>", "12:61", "3614270012359"]
    codes = {
        code
        for stream in streams
        if stream.columns
        for cell in garbage
        for code in check_rows(rows_of(stream, {column.key: cell for column in stream.columns}), stream)["code"]
    }
    assert len(codes) > 12
    assert all(codes <= set(catalogue(language)) for language in LANGUAGES)


# ---- numbers


@pytest.mark.parametrize(
    ("cell", "value"),
    [
        ("12", "12"),
        ("12.5", "12.5"),
        ("12,5", "12.5"),
        ("-12,5", "-12.5"),
        ("+3", "3"),
        (",5", "0.5"),
        ("5,", "5"),
        ("1 234,5", "1234.5"),
        ("1\u00a0234,5", "1234.5"),
        ("1\u202f234\u2009567,5", "1234567.5"),
        ("00012", "12"),
        ("0.0000005", "0.000001"),
        ("1.2345675", "1.234568"),
        ("1.23456749999", "1.234567"),
        ("-1.2345675", "-1.234568"),
        ("99999999999999.999999", "99999999999999.999999"),
    ],
)
def test_a_number_is_read_as_people_write_it(cell: str, value: str) -> None:
    stream = stream_of(ValueType.DECIMAL)
    assert codes_of(cell, stream) == []
    assert value_of(cell, stream) == Decimal(value)


@pytest.mark.parametrize(
    ("cell", "code"),
    [
        ("abc", "decimal"),
        ("12 €", "decimal"),
        ("1e5", "decimal"),
        ("--1", "decimal"),
        ("1-", "decimal"),
        (".", "decimal"),
        ("1.2.3", "decimal"),
        ("1,234,567", "decimal"),
        ("٣", "decimal"),
        ("nan", "decimal"),
        ("1.234,5", "decimal_both_marks"),
        ("1,234.5", "decimal_both_marks"),
        ("9" * 15, "number_too_large"),
        ("9" * 60, "number_too_large"),
        ("99999999999999.9999999", "number_too_large"),
    ],
)
def test_what_is_not_a_number_is_told_why(cell: str, code: str) -> None:
    stream = stream_of(ValueType.DECIMAL)
    assert codes_of(cell, stream) == [code]
    assert value_of(cell, stream) is None


@pytest.mark.parametrize(
    ("mark", "cell", "value"),
    [
        (",", "1.234,5", "1234.5"),
        (",", "1.234.567,5", "1234567.5"),
        (",", "1.234", "1234"),
        (",", "12,5", "12.5"),
        (",", "-1.234,50", "-1234.5"),
        (",", ",5", "0.5"),
        (".", "1,234.5", "1234.5"),
        (".", "1,234", "1234"),
        (".", "12.5", "12.5"),
    ],
)
def test_with_a_decimal_mark_the_other_one_groups_three_digits(mark: str, cell: str, value: str) -> None:
    stream = stream_of(ValueType.DECIMAL, stream={"decimal_mark": mark})
    assert codes_of(cell, stream) == []
    assert value_of(cell, stream) == Decimal(value)


@pytest.mark.parametrize(
    ("mark", "cell"), [(",", "12.50"), (",", "1.23,4"), (",", "1234.567,8"), (".", "12,50"), (".", "1,234,56.7")]
)
def test_with_a_decimal_mark_any_other_use_of_the_other_one_is_a_fault(mark: str, cell: str) -> None:
    stream = stream_of(ValueType.DECIMAL, stream={"decimal_mark": mark})
    assert codes_of(cell, stream) == ["decimal_group"]
    assert value_of(cell, stream) is None


@pytest.mark.parametrize(("cell", "value"), [("12", 12), ("-3", -3), ("12,00", 12), ("12.000", 12), ("1 200", 1200)])
def test_a_whole_number_may_have_idle_decimals(cell: str, value: int) -> None:
    stream = stream_of(ValueType.INTEGER)
    assert codes_of(cell, stream) == []
    assert value_of(cell, stream) == value


@pytest.mark.parametrize(
    ("cell", "code"),
    [("1,5", "integer"), ("x", "integer"), ("1.000,0", "decimal_both_marks"), ("9" * 25, "number_too_large")],
)
def test_what_is_not_a_whole_number_is_told_why(cell: str, code: str) -> None:
    stream = stream_of(ValueType.INTEGER)
    assert codes_of(cell, stream) == [code]
    assert value_of(cell, stream) is None


def test_bounds_are_allowed_themselves() -> None:
    stream = stream_of(ValueType.DECIMAL, minimum=Decimal(0), maximum=Decimal(10))
    assert [codes_of(cell, stream) for cell in ("0", "10", "-0,01", "10,01")] == [
        [],
        [],
        ["below_minimum"],
        ["above_maximum"],
    ]


@given(
    st.decimals(min_value=-(10**13), max_value=10**13, places=9),
    st.sampled_from([",", "."]),
    st.sampled_from(["", " ", "\u00a0", "\u202f"]),
)
def test_any_number_in_any_local_writing_is_its_value_rounded_half_up(number: Decimal, mark: str, blank: str) -> None:
    cell = f"{number:,.9f}".replace(".", "!").replace(",", blank).replace("!", mark)
    expected = number.quantize(Decimal("0.000001"), ROUND_HALF_UP)
    assert value_of(cell, stream_of(ValueType.DECIMAL)) == expected
    assert codes_of(cell, stream_of(ValueType.DECIMAL, stream={"decimal_mark": mark})) == []


# ---- other types


@pytest.mark.parametrize(
    ("words", "value"),
    [
        (("1", "true", "VRAI", "Oui", "yes", "o", "Y", "X", "x"), True),
        (("0", "False", "faux", "NON", "no", "n", "-"), False),
    ],
)
def test_yes_and_no_are_understood_in_both_languages(words: tuple[str, ...], value: bool) -> None:
    stream = stream_of(ValueType.BOOLEAN)
    assert [value_of(word, stream) for word in words] == [value] * len(words)
    assert [codes_of(word, stream) for word in words] == [[]] * len(words)
    assert codes_of("2", stream) == ["boolean"]


@pytest.mark.parametrize(
    "cell",
    [
        "2025-01-02",
        "02/01/2025",
        "2/1/2025",
        "20250102",
        "02/01/2025 14:30",
        "2025-01-02T14:30:05",
        "2025-01-02 14:30:05.123",
    ],
)
def test_a_day_is_read_in_the_usual_formats_with_or_without_a_time(cell: str) -> None:
    stream = stream_of(ValueType.DATE)
    assert codes_of(cell, stream) == []
    assert value_of(cell, stream) == date(2025, 1, 2)


@pytest.mark.parametrize(
    "cell",
    ["31/02/2025", "01/02/25", "0000-00-00", "2025-13-01", "soon", "2025-01-02x", "02/01/2025 25:00", "45292"],
)
def test_what_is_not_a_day_is_a_fault(cell: str) -> None:
    stream = stream_of(ValueType.DATE)
    assert codes_of(cell, stream) == ["date"]
    assert value_of(cell, stream) is None


def test_the_formats_of_the_stream_replace_the_usual_ones() -> None:
    stream = stream_of(ValueType.DATE, stream={"date_formats": ("%d.%m.%y",)})
    assert value_of("02.01.25", stream) == date(2025, 1, 2)
    faults = check_rows(rows_of(stream, {"reference": "R", "cell": "2025-01-02"}), stream)
    assert faults.select("code", "detail").row(0) == ("date", "DD.MM.YY")


@pytest.mark.parametrize(
    ("cell", "value"),
    [
        ("02/01/2025 14:30:05", (2025, 1, 2, 14, 30, 5)),
        ("2025-01-02T14:30", (2025, 1, 2, 14, 30, 0)),
        ("20250102", (2025, 1, 2, 0, 0, 0)),
    ],
)
def test_a_moment_is_a_day_and_perhaps_a_time(cell: str, value: tuple[int, ...]) -> None:
    stream = stream_of(ValueType.DATETIME)
    assert codes_of(cell, stream) == []
    found = value_of(cell, stream)
    assert isinstance(found, datetime)
    assert found.timetuple()[:6] == value


@pytest.mark.parametrize("cell", ["3614270012358", "4006381333931", "40170725", "123"])
def test_a_barcode_is_at_most_thirteen_digits(cell: str) -> None:
    stream = stream_of(ValueType.EAN13)
    assert codes_of(cell, stream) == []
    assert value_of(cell, stream) == cell


@pytest.mark.parametrize(
    ("cell", "code"),
    [
        ("3614270012359", "ean13_check_digit"),
        ("3,61427E+12", "ean13_spreadsheet"),
        ("3.61E+12", "ean13_spreadsheet"),
        ("3E12", "ean13_spreadsheet"),
        ("36142700123581", "ean13"),
        ("361427001235A", "ean13"),
        ("3614270012358.0", "ean13"),
        ("-614270012358", "ean13"),
        ("٣٦١٤٢٧٠٠١٢٣٥٨", "ean13"),
    ],
)
def test_what_is_not_a_barcode_is_told_why(cell: str, code: str) -> None:
    assert codes_of(cell, stream_of(ValueType.EAN13)) == [code]


@given(st.integers(0, 10**12 - 1))
def test_exactly_one_last_digit_makes_a_barcode(twelve: int) -> None:
    stream = stream_of(ValueType.EAN13)
    text = f"{twelve:012d}"
    check = -sum(int(digit) * (3 if place % 2 else 1) for place, digit in enumerate(text)) % 10
    rows = rows_of(stream, *({"reference": str(last), "cell": f"{text}{last}"} for last in range(10)))
    wrong = set(check_rows(rows, stream)["_key"].to_list())
    assert wrong == {str(last) for last in range(10)} - {str(check)}


@pytest.mark.parametrize("cell", ["a@b.fr", "jean.dupont+shop@mail.example.com", "é@exemple.fr"])
def test_an_email_address_is_accepted(cell: str) -> None:
    assert codes_of(cell, stream_of(ValueType.EMAIL)) == []


@pytest.mark.parametrize("cell", ["a", "a@b", "@b.fr", "a b@c.fr", "a@b..fr", "a@b.fr,c@d.fr", "<a@b.fr>"])
def test_what_is_not_an_email_address_is_a_fault(cell: str) -> None:
    assert codes_of(cell, stream_of(ValueType.EMAIL)) == ["email"]


@pytest.mark.parametrize("cell", ["<p onclick='x()'>a</p>", "<SCRIPT>x</SCRIPT>", "< script src=x>", "javascript:x"])
def test_html_that_the_shop_would_refuse_is_a_fault(cell: str) -> None:
    assert codes_of(cell, stream_of(ValueType.HTML)) == ["unclean_html"]


@pytest.mark.parametrize("cell", ["<p>conditions = 5 & more</p>", "<br/>", "description: x", "a < b"])
def test_harmless_html_is_accepted_as_it_is(cell: str) -> None:
    stream = stream_of(ValueType.HTML)
    assert codes_of(cell, stream) == []
    assert value_of(cell, stream) == cell


def test_length_counts_characters_not_bytes() -> None:
    stream = stream_of(ValueType.TEXT, max_length=4)
    assert codes_of("éé€😀", stream) == []
    assert codes_of("éé€😀x", stream) == ["too_long"]


def test_a_pattern_must_match_the_whole_cell() -> None:
    stream = stream_of(ValueType.TEXT, pattern="new|used")
    assert [codes_of(cell, stream) for cell in ("new", "newer", "re-used")] == [[], ["pattern"], ["pattern"]]


def test_control_characters_are_taken_out_of_a_text_but_not_of_a_key() -> None:
    stream = stream_of(ValueType.TEXT)
    assert codes_of("Ro\x01be", stream) == []
    assert value_of("Ro\x01be", stream) == "Robe"
    faults = check_rows(rows_of(stream, {"reference": "R\x011", "cell": "x"}), stream)
    assert faults.select("column", "code").rows() == [("reference", "control_characters")]


def test_a_text_of_control_characters_alone_is_a_fault() -> None:
    assert codes_of("\x01\x02", stream_of(ValueType.TEXT)) == ["control_characters"]


@pytest.mark.parametrize("type_", list(ValueType))
def test_an_empty_cell_is_no_fault_and_no_value(type_: ValueType) -> None:
    stream = stream_of(type_, max_length=3, forbidden="<", pattern="a", minimum=Decimal(1), maximum=Decimal(2))
    rows = rows_of(stream, {"reference": "R", "cell": None})
    assert check_rows(rows, stream).is_empty()
    assert typed(rows, stream)["cell"].to_list() == [None]


# ---- laws

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
    assert {line for line, value in values.items() if value is not None} == filled - faulty
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
