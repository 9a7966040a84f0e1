from __future__ import annotations

import re
from dataclasses import replace
from datetime import date, datetime
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from schemas.column_spec import ValueType
from schemas.frames import check_rows, typed
from schemas.messages import LANGUAGES, catalogue, code_for
from schemas.shop_rules import stream_as_ruled
from tests.schemas.one_cell import codes_of, rows_of, stream_of, value_of

CELL_CODES = ("email", "ean13", "date_out_of_range", "state_unknown")
"""Codes of single cells whose remedy may offer to leave the cell empty."""


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
    ["31/02/2025", "01/02/25", "2025-13-01", "soon", "2025-01-02x", "02/01/2025 25:00"],
)
def test_what_is_not_a_day_is_a_fault(cell: str) -> None:
    stream = stream_of(ValueType.DATE)
    assert codes_of(cell, stream) == ["date"]
    assert value_of(cell, stream) is None


NO_DATES = [
    "0000-00-00",
    "00/00/0000",
    "0000-00-00 00:00:00",
    "01/01/0001",
    "1601-01-01",
    "1753-01-01",
    "30/12/1899",
    "1900-01-01T00:00:00",
    "19000101",
    "01/01/1970",
]
NO_ENDS = ["31/12/9999", "9999-12-31 23:59:59", "2999-12-31", "31/12/2099", "2079-06-06", "99991231"]


@pytest.mark.parametrize("type_", [ValueType.DATE, ValueType.DATETIME])
@pytest.mark.parametrize("cell", NO_DATES)
def test_the_least_date_of_a_program_is_no_date(type_: ValueType, cell: str) -> None:
    stream = stream_of(type_)
    assert codes_of(cell, stream) == []
    assert value_of(cell, stream) is None


@pytest.mark.parametrize("cell", NO_DATES)
def test_the_least_date_of_a_program_is_a_missing_one_where_a_date_is_needed(cell: str) -> None:
    assert codes_of(cell, stream_of(ValueType.DATETIME, required=True)) == ["date_missing"]


@pytest.mark.parametrize("cell", NO_ENDS)
def test_a_day_far_ahead_means_no_end_in_the_column_of_an_end(cell: str) -> None:
    stream = stream_of(ValueType.DATETIME, endless=True)
    assert codes_of(cell, stream) == []
    assert value_of(cell, stream) is None


@pytest.mark.parametrize("cell", ["31/12/9999", "31/12/2999", "02/01/3025", "14/07/1789", "14/07/0025"])
def test_a_date_of_another_age_is_told_for_its_year_and_not_for_its_form(cell: str) -> None:
    stream = stream_of(ValueType.DATE)
    assert codes_of(cell, stream) == ["date_out_of_range"]
    assert value_of(cell, stream) is None
    assert codes_of(cell, stream_of(ValueType.DATE, required=True)) == ["date_out_of_range_required"]


@pytest.mark.parametrize("cell", ["45292", "45292,5"])
def test_a_day_as_spreadsheets_count_it_is_told_as_such(cell: str) -> None:
    assert codes_of(cell, stream_of(ValueType.DATE)) == ["date_spreadsheet"]


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
        ("3614270012358.0", "spreadsheet_wrapped"),
        ("4006381333931,00", "spreadsheet_wrapped"),
        ('="4006381333931"', "spreadsheet_wrapped"),
        ("'4006381333931", "spreadsheet_wrapped"),
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


@pytest.mark.parametrize("cell", ["a@b.fr", "jean.dupont+shop@mail.example.com", "o'neil!@exemplé.fr"])
def test_an_email_address_is_accepted(cell: str) -> None:
    assert codes_of(cell, stream_of(ValueType.EMAIL)) == []


@pytest.mark.parametrize(
    "cell",
    [
        *("a", "a@b", "@b.fr", "a b@c.fr", "a@b..fr", "a@b.fr,c@d.fr", "<a@b.fr>", "a..b@c.fr", ".a@b.fr", "a.@b.fr"),
        *("é@exemple.fr", "a@b_c.fr", "a@-b.fr", "a@b-.fr", "a@b!.fr", "a@b.fr.", f"a@{'b' * 64}.fr"),
    ],
)
def test_what_the_shop_does_not_take_for_an_email_address_is_a_fault(cell: str) -> None:
    assert codes_of(cell, stream_of(ValueType.EMAIL)) == ["email"]
    assert codes_of(cell, stream_of(ValueType.EMAIL, required=True)) == ["email_required"]


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_remedy_of_a_column_that_must_be_filled_offers_to_leave_it_empty(language: str) -> None:
    offering = {code for code, text in catalogue(language).items() if re.search("leave it|laissez-l", text["remedy"])}
    told = {code_for(code, required=True) for code in offering}
    assert not [code for code in told & offering if code in CELL_CODES]


@pytest.mark.parametrize("cell", ["0", "0000000000000", "00000000"])
def test_a_barcode_of_zeros_is_none(cell: str) -> None:
    stream = stream_of(ValueType.EAN13)
    assert (codes_of(cell, stream), value_of(cell, stream)) == ([], None)


@pytest.mark.parametrize(
    ("type_", "cell", "code"),
    [
        (ValueType.TEXT, '="00123"', "spreadsheet_wrapped"),
        (ValueType.DECIMAL, '="12,50"', "spreadsheet_wrapped"),
        (ValueType.INTEGER, "'12", "spreadsheet_wrapped"),
        (ValueType.DATE, "'2026-01-02", "spreadsheet_wrapped"),
        (ValueType.TEXT, "1,23E+12", "spreadsheet_number"),
        (ValueType.TEXT, "#N/A", "spreadsheet_error"),
        (ValueType.DECIMAL, "#REF!", "spreadsheet_error"),
        (ValueType.HTML, "#NOM?", "spreadsheet_error"),
        (ValueType.DATE, "########", "spreadsheet_error"),
    ],
)
def test_what_a_spreadsheet_made_of_a_value_is_told_as_such_and_as_nothing_else(
    type_: ValueType, cell: str, code: str
) -> None:
    assert codes_of(cell, stream_of(type_)) == [code]


@pytest.mark.parametrize("cell", ["4006381333931.0", "4006381333931,00", "'4006381333931"])
def test_a_key_that_a_spreadsheet_wrote_as_a_number_is_a_fault(cell: str) -> None:
    faults = check_rows(
        rows_of(stream_of(ValueType.TEXT), {"reference": cell, "cell": None}), stream_of(ValueType.TEXT)
    )
    assert faults["code"].to_list() == ["spreadsheet_wrapped"]


@pytest.mark.parametrize("cell", ["'t Hart", "'s-Hertogenbosch", "E+12", "1E5", "#1", "= 3"])
def test_a_text_that_only_looks_like_a_spreadsheets_is_taken(cell: str) -> None:
    stream = stream_of(ValueType.TEXT)
    assert (codes_of(cell, stream), value_of(cell, stream)) == ([], cell)


@pytest.mark.parametrize(
    "cell",
    [
        "DÃ©tail",
        "Ã‰tÃ©",
        "CrÃ¨me brÃ»lÃ©e",
        "Å“uvre",
        "lâ€™été",
        "12 â\u201a¬",
        "CafÃ\u0083Â©",
        "lâ\u0080\u0099été",
        "12 â\u0082¬",
    ],
)
@pytest.mark.parametrize("type_", [ValueType.TEXT, ValueType.HTML])
def test_a_text_that_was_converted_twice_is_a_fault(type_: ValueType, cell: str) -> None:
    assert codes_of(cell, stream_of(type_)) == ["converted_twice"]


@pytest.mark.parametrize("cell", ["NÃO", "Âge", "Œuvre", "Ångström", "Château", "Ça", "“Å“"])
def test_letters_that_only_look_converted_are_taken(cell: str) -> None:
    assert codes_of(cell, stream_of(ValueType.TEXT)) == []


def test_a_text_that_lost_its_letters_is_a_fault() -> None:
    assert codes_of("cr\ufffdme", stream_of(ValueType.TEXT)) == ["characters_lost"]


@pytest.mark.parametrize("sign", ["\u200b", "\u00ad", "\u200e", "\u2060", "\u202e"])
def test_an_invisible_sign_is_a_fault_in_a_key_and_is_taken_out_of_a_text(sign: str) -> None:
    stream = stream_of(ValueType.TEXT)
    key = check_rows(rows_of(stream, {"reference": f"R{sign}1", "cell": None}), stream)
    assert key["code"].to_list() == ["invisible_characters"]
    assert codes_of(f"Rou{sign}ge", stream) == []
    assert (value_of(f"Rou{sign}ge", stream) == "Rouge") == (sign not in "\u00ad\u200e")
    assert codes_of(f"12{sign}", stream_of(ValueType.INTEGER)) == []
    assert value_of(f"4006381333931{sign}", stream_of(ValueType.EAN13)) == "4006381333931"


@pytest.mark.parametrize("sign", ["\u2010", "\u2011"])
def test_a_word_processors_hyphen_is_a_fault_in_a_key_and_taken_in_a_text(sign: str) -> None:
    stream = stream_of(ValueType.TEXT)
    key = check_rows(rows_of(stream, {"reference": f"K{sign}7", "cell": "a"}), stream)
    assert key["code"].to_list() == ["looks_like_hyphen"]
    assert codes_of(f"36{sign}38", stream) == []


@pytest.mark.parametrize(
    ("text", "codes"),
    [("taille a<b et c", ["html_with_open_tag"]), ("a < b", []), ("a<3 b", []), ("<p>a</p", []), ("<b>a</b>", [])],
)
def test_a_text_of_which_the_shop_drops_a_part_is_noted(text: str, codes: list[str]) -> None:
    assert codes_of(text, stream_of(ValueType.HTML)) == codes


def test_an_image_pasted_into_a_text_is_noted_and_left_out_as_the_shop_leaves_it_out() -> None:
    stream = stream_of(ValueType.HTML)
    cell = '<p>Photo</p><img alt="x" src="data:image/png;base64,' + "A" * 5000 + '"><p>fin</p>'
    faults = check_rows(rows_of(stream, {"reference": "R", "cell": cell}), stream)
    assert faults.select("code", "blanked").rows() == [("html_with_pasted_image", True)]
    assert value_of(cell, stream) == "<p>Photo</p><p>fin</p>"


@pytest.mark.parametrize(
    ("validator", "version", "taken", "refused"),
    [
        (
            "isCustomerName",
            (8, 2),
            ["Dr. med. Anne", "J.", "O\u2019Neil", "Müller-Lüdenscheidt"],
            ["Dupont/Durand", "Dr.med. X", "A.  B"],
        ),
        ("isCustomerName", (9, 1), ["Anne"], ["a|b", "a*b", "a`b", "a^b", "a[b]", "a¤b", "a\\b", "a。b"]),
        ("isCatalogName", (8, 2), ["a = b".replace("=", "-")], ["a;b", "a=b", "a#b", "<b>", "{b}"]),
        ("isCatalogName", (9, 1), ["a;b", "a=b", "a#b"], ["<b>", "{b}"]),
        ("isGenericName", (1, 7, 8), ["a;b", "a#b"], ["a=b", "<b>"]),
        ("isGenericName", (9, 0), ["a=b"], ["<b>", "}"]),
        ("isReference", (9, 1), ["a#b"], ["a;b", "a=b", "<"]),
        ("isApe", (8, 2), ["4771Z", "47.71Z"], ["Z", "47-71Z"]),
        ("isApe", (1, 7, 8), ["4771Z"], ["47.71Z"]),
        ("isPostCode", (8, 2), ["75001", "SW1A 1AA"], ["75.001", "F_75"]),
        ("isTrackingNumber", (8, 2), ["6A 123/4"], ["6A;123", "é"]),
    ],
)
def test_a_text_is_refused_by_the_shops_own_rule_of_its_version(
    validator: str, version: tuple[int, ...], taken: list[str], refused: list[str]
) -> None:
    stream = stream_as_ruled(stream_of(ValueType.TEXT, validator=validator), version)
    assert [cell for cell in taken if codes_of(cell, stream)] == []
    assert [cell for cell in refused if not codes_of(cell, stream)] == []


def test_a_barcode_has_fourteen_digits_where_the_shop_takes_them() -> None:
    stream = stream_of(ValueType.EAN13, validator="isEan13")
    assert codes_of("10614141543219", stream_as_ruled(stream, (8, 2))) == ["ean13"]
    assert codes_of("10614141543219", stream_as_ruled(stream, (9, 1))) == []


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
