from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from schemas.column_spec import ValueType
from schemas.frames import check_rows, typed
from tests.schemas.one_cell import codes_of, rows_of, stream_of, value_of


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


@pytest.mark.parametrize("cell", ["<iframe src='https://v.example/1'></iframe>", "a< EMBED x>", "<form>", "<object>"])
def test_a_frame_in_a_text_is_a_fault_unless_the_shop_allows_frames(cell: str) -> None:
    stream = stream_of(ValueType.HTML)
    assert codes_of(cell, stream) == ["html_with_frame"]
    assert codes_of(cell, replace(stream, allow_frames=True)) == []


@pytest.mark.parametrize("cell", ["<p>conditions = 5 & more</p>", "<br/>", "description: x", "a < b", "<p>iframe</p>"])
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
