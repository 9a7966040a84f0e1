from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import polars as pl
import pytest

from schemas.column_spec import ValueType
from schemas.file_refused import FileRefusedError
from tasks.read.reader import open_rows
from tests.tasks.read.everything import everything, lines_and_codes
from tests.tasks.read.sample_streams import PRODUCT, STOCK, product_line, text_stream

if TYPE_CHECKING:
    from pathlib import Path


def test_cells_stay_text_and_lose_their_outer_blanks(dropped: Path) -> None:
    dropped.write_text("reference;quantity\n 00701 ;\u00a05 \nB;\n", encoding="utf-8")
    _, rows, _ = everything(dropped, STOCK)
    assert rows.columns == ["_file", "_line", "_key", "reference", "quantity"]
    assert rows.rows() == [(3, 2, "00701", "00701", "5"), (3, 3, "B", "B", None)]


def test_an_empty_quoted_cell_is_as_empty_as_an_unquoted_one(dropped: Path) -> None:
    dropped.write_text('A;""\nB;\nC;"  "\n', encoding="utf-8")
    _, rows, _ = everything(dropped, text_stream(2))
    assert rows["c1"].to_list() == [None, None, None]


@pytest.mark.parametrize("header", ["reference;quantity\n", ""])
@pytest.mark.parametrize("delimiter", [";", ",", "\t", "|"])
def test_a_first_line_that_only_declares_the_delimiter_is_believed_and_is_no_row(
    dropped: Path, delimiter: str, header: str
) -> None:
    text = f"sep={delimiter}\n" + f"{header}A;1\nB;deux\n".replace(";", delimiter)
    dropped.write_text(text, encoding="utf-8-sig", newline="\r\n")
    file_rows, rows, broken = everything(dropped, STOCK)
    assert (file_rows.rows_read, broken.height, file_rows.delimiter) == (2, 0, delimiter)
    first = 3 if header else 2
    assert rows.select("_line", "reference", "quantity").rows() == [(first, "A", "1"), (first + 1, "B", "deux")]


def test_lines_set_aside_for_the_header_are_counted_after_it(dropped: Path) -> None:
    dropped.write_text("sep=;\nStocks\nreference;quantity\nA;1\n", encoding="utf-8")
    _, rows, _ = everything(dropped, replace(STOCK, header_lines=2))
    assert rows.select("_line", "reference").rows() == [(4, "A")]


@pytest.mark.parametrize("first", ["sep=;;", "sep=", "A;sep=;", "sep=a", 'sep="'])
def test_a_first_line_that_says_more_is_a_row(dropped: Path, first: str) -> None:
    dropped.write_text(f"{first}\nA;1\nB;2\n", encoding="utf-8")
    file_rows, _, _ = everything(dropped, text_stream(2))
    assert file_rows.rows_read == 3


@pytest.mark.parametrize("line_end", ["\n", "\r\n", "\r"])
def test_lines_are_counted_as_an_editor_counts_them(dropped: Path, line_end: str) -> None:
    text = line_end.join(["A;1", "", 'B;"two', "", 'lines"', "C;3", "   ", "D;4"])
    dropped.write_bytes(text.encode())
    _, rows, broken = everything(dropped, text_stream(2))
    assert rows.select("_line", "_key", "c1").rows() == [
        (1, "A", "1"),
        (3, "B", "two\n\nlines"),
        (6, "C", "3"),
        (8, "D", "4"),
    ]
    assert broken.is_empty()


def test_a_file_may_mix_its_line_ends(dropped: Path) -> None:
    dropped.write_bytes(b"A;1\rB;2\r\n\r\nC;3\n\n\rD;4")
    _, rows, _ = everything(dropped, text_stream(2))
    assert rows.select("_line", "_key").rows() == [(1, "A"), (2, "B"), (4, "C"), (7, "D")]


@pytest.mark.parametrize("size", range(4, 20))
def test_a_line_end_cut_in_two_by_a_block_is_still_one(dropped: Path, size: int) -> None:
    dropped.write_bytes(b'A;1\r\nBB;"2\r\n2"\r\nCCC;3\r\n')
    _, rows, _ = everything(dropped, text_stream(2), block_bytes=size)
    assert rows.select("_line", "_key").rows() == [(1, "A"), (2, "BB"), (4, "CCC")]


def test_the_mark_that_dos_programs_put_at_the_end_is_no_row(dropped: Path) -> None:
    dropped.write_bytes(b"A;1\r\nB;2\r\n\x1a")
    _, rows, broken = everything(dropped, text_stream(2))
    assert rows["_key"].to_list() == ["A", "B"]
    assert broken.is_empty()


def test_other_separators_of_unicode_do_not_end_a_line(dropped: Path) -> None:
    dropped.write_text("A;x\u2028y\x0bz\x0cw\x85v\nB;2\n", encoding="utf-8")
    _, rows, _ = everything(dropped, text_stream(2))
    assert rows.select("_line", "c1").rows() == [(1, "x\u2028y\x0bz\x0cw\x85v"), (2, "2")]


def test_a_quote_inside_an_unquoted_cell_is_text(dropped: Path) -> None:
    dropped.write_text('A;TV 40" plat;x\nB;"Say ""hi""; then";y\nC; "z";w\n', encoding="utf-8")
    _, rows, broken = everything(dropped, text_stream(3))
    assert rows["c1"].to_list() == ['TV 40" plat', 'Say "hi"; then', '"z"']
    assert broken.is_empty()


def test_short_and_long_rows_are_broken_with_their_line_and_the_rest_goes_on(dropped: Path) -> None:
    dropped.write_text("A;1;2\nB;1\nC;1;2\nD;1;2;3\nE;1;2\n", encoding="utf-8")
    _, rows, broken = everything(dropped, text_stream(3))
    assert rows["_key"].to_list() == ["A", "C", "E"]
    assert lines_and_codes(broken) == [(2, "row_too_short"), (4, "row_too_long")]
    assert broken["detail"].to_list() == ["2/3", "4/3"]
    assert broken["value"].to_list() == ["B;1", "D;1;2;3"]
    assert broken["blanked"].to_list() == [False, False]


def test_an_empty_cell_is_no_missing_cell(dropped: Path) -> None:
    dropped.write_text("A;1;2\n;;\nB;;\n", encoding="utf-8")
    _, rows, broken = everything(dropped, text_stream(3))
    assert rows["_key"].to_list() == ["A", None, "B"]
    assert broken.is_empty()


def test_text_after_a_closing_quote_breaks_its_line_only(dropped: Path) -> None:
    dropped.write_text('A;1;2\nB;"Le Chic" shirt;2\nC;1;2\n', encoding="utf-8")
    _, rows, broken = everything(dropped, text_stream(3))
    assert rows["_key"].to_list() == ["A", "C"]
    assert lines_and_codes(broken) == [(2, "quote_astray")]


@pytest.mark.parametrize("block_bytes", [256, 2**20])
def test_a_quote_left_open_costs_its_line_and_no_other(dropped: Path, block_bytes: int) -> None:
    following = [f"R{i};{i};x" for i in range(1500)]
    dropped.write_text("\n".join(["A;1;2", 'B;"open;2', *following]), encoding="utf-8")
    _, rows, broken = everything(dropped, text_stream(3), block_bytes=block_bytes)
    assert lines_and_codes(broken) == [(2, "quote_left_open")]
    assert rows["_key"].to_list() == ["A", *(f"R{i}" for i in range(1500))]
    assert rows["_line"].to_list() == [1, *range(3, 1503)]


def test_a_quote_left_open_on_the_last_line_is_broken(dropped: Path) -> None:
    dropped.write_text('A;1\nB;"open', encoding="utf-8")
    _, rows, broken = everything(dropped, text_stream(2))
    assert rows["_key"].to_list() == ["A"]
    assert lines_and_codes(broken) == [(2, "quote_left_open")]


def test_two_quotes_of_different_rows_do_not_swallow_the_rows_between(dropped: Path) -> None:
    dropped.write_text('A;"promo;1\nB;plain;2\nC;TV 24";3\nD;x;4\n', encoding="utf-8")
    _, rows, broken = everything(dropped, text_stream(3))
    assert rows.select("_line", "_key", "c1").rows() == [(2, "B", "plain"), (3, "C", 'TV 24"'), (4, "D", "x")]
    assert lines_and_codes(broken) == [(1, "quote_left_open")]


def test_a_cell_over_lines_in_a_row_too_short_is_one_broken_row(dropped: Path) -> None:
    dropped.write_text('A;"one\ntwo"\nB;1;2\n', encoding="utf-8")
    _, rows, broken = everything(dropped, text_stream(3))
    assert lines_and_codes(broken) == [(1, "row_too_short")]
    assert rows.select("_line", "_key").rows() == [(3, "B")]


def test_a_nul_byte_breaks_its_line_only(dropped: Path) -> None:
    dropped.write_bytes(b'A;1\nB\x00;2\nC;"x\ny\x00"\nD;4\n')
    _, rows, broken = everything(dropped, text_stream(2))
    assert lines_and_codes(broken) == [(2, "nul_byte"), (3, "nul_byte")]
    assert rows.select("_line", "_key").rows() == [(1, "A"), (5, "D")]
    assert "\x00" not in "".join(broken["value"])


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1252", "utf-16", "utf-16-le", "utf-32"])
def test_accents_are_read_in_the_encodings_that_merchants_use(dropped: Path, encoding: str) -> None:
    mark = b"\xff\xfe" if encoding == "utf-16-le" else b""
    dropped.write_bytes(mark + "référence;libellé\nÉté;Œuvre à 10 €\nB;Noël\n".encode(encoding))
    _, rows, broken = everything(dropped, text_stream(2, header_lines=1))
    assert rows.select("_line", "_key", "c1").rows() == [(2, "Été", "Œuvre à 10 €"), (3, "B", "Noël")]
    assert broken.is_empty()


def test_the_byte_order_mark_is_no_part_of_the_first_key(dropped: Path) -> None:
    dropped.write_bytes(b"\xef\xbb\xbfA;1\n")
    file_rows, rows, _ = everything(dropped, text_stream(2))
    assert rows["_key"].to_list() == ["A"]
    assert file_rows.encoding == "utf-8"


def test_files_put_one_behind_the_other_leave_no_mark_in_a_key(dropped: Path) -> None:
    dropped.write_bytes("\ufeffA;1\n".encode() + '\ufeffB;2\n\ufeff"C";\ufeff3\n'.encode())
    _, rows, broken = everything(dropped, STOCK)
    assert rows.select("_key", "quantity").rows() == [("A", "1"), ("B", "2"), ("C", "3")]
    assert broken.is_empty()


def test_a_line_of_another_encoding_in_an_utf8_file_is_broken_alone(dropped: Path) -> None:
    dropped.write_bytes("A;été\n".encode() + "B;été\n".encode("cp1252") + "C;hiver à Orléans\n".encode())
    file_rows, rows, broken = everything(dropped, text_stream(2))
    assert file_rows.encoding == "utf-8"
    assert rows["_key"].to_list() == ["A", "C"]
    assert broken.select("_line", "code", "detail").rows() == [(2, "wrong_encoding", "utf-8")]


def test_a_line_in_utf8_in_a_cp1252_file_is_broken_alone(dropped: Path) -> None:
    dropped.write_bytes("A;été\nB;hiver à Orléans\n".encode("cp1252") + "C;été\n".encode() + b"D;\x81\nE;\xc9t\xc9\n")
    file_rows, rows, broken = everything(dropped, text_stream(2))
    assert file_rows.encoding == "cp1252"
    assert rows.select("_key", "c1").rows() == [("A", "été"), ("B", "hiver à Orléans"), ("E", "ÉtÉ")]
    assert lines_and_codes(broken) == [(3, "wrong_encoding"), (4, "wrong_encoding")]


def test_a_declared_encoding_is_believed(dropped: Path) -> None:
    dropped.write_bytes("A;été\nB;Ã©\n".encode("iso-8859-15"))
    stream = text_stream(2)
    declared = type(stream)(stream.name, stream.columns, header_lines=0, encoding="iso-8859-15")
    _, rows, broken = everything(dropped, declared)
    assert rows["c1"].to_list() == ["été", "Ã©"]
    assert broken.is_empty()


def test_an_utf16_file_cut_in_the_middle_of_a_character_loses_its_last_line_only(dropped: Path) -> None:
    dropped.write_bytes("A;1\nB;2\n".encode("utf-16") + b"C\x00;\x00\x41")
    _, rows, broken = everything(dropped, text_stream(2))
    assert rows["_key"].to_list() == ["A", "B"]
    assert lines_and_codes(broken) == [(3, "wrong_encoding")]


@pytest.mark.parametrize(
    "content", [b"", b"\xef\xbb\xbf", b"\r\n\r\n", b"reference;quantity", b"reference;quantity\r\n"]
)
def test_a_file_without_rows_has_no_rows_and_says_so(dropped: Path, content: bytes) -> None:
    dropped.write_bytes(content)
    file_rows, rows, broken = everything(dropped, STOCK)
    assert (rows.height, broken.height, file_rows.rows_read) == (0, 0, 0)
    assert [warning.code for warning in file_rows.warnings] == ["file_without_rows"]
    assert rows.schema == dict.fromkeys(rows.columns, pl.String) | {"_file": pl.Int32, "_line": pl.Int64}


@pytest.mark.parametrize(
    ("first_line", "is_header"),
    [
        ("reference;quantity", True),
        ("RÉFÉRENCE;Qté", True),
        ("Code;Qté", True),
        ("reference;12", False),
        ("A;12", False),
        ("A;", False),
        ("A;x1", False),
        ("R17;x", False),
    ],
)
def test_a_header_is_known_by_its_names_or_by_words_where_numbers_belong(
    dropped: Path, first_line: str, *, is_header: bool
) -> None:
    dropped.write_text(f"{first_line}\nB;2\n", encoding="utf-8")
    file_rows, rows, _ = everything(dropped, STOCK)
    assert (file_rows.header is not None) is is_header
    assert rows.height == (1 if is_header else 2)


def test_a_column_called_by_its_public_name_makes_a_header(dropped: Path) -> None:
    dropped.write_text("Code;Parent;Gencod;Libelle;PV;OK;COULEUR;T;F;SF\n" + product_line("A"), encoding="utf-8")
    file_rows, rows, _ = everything(dropped, PRODUCT)
    assert file_rows.header is not None
    assert rows.height == 1


def test_a_row_whose_cell_equals_a_column_name_is_still_a_row(dropped: Path) -> None:
    dropped.write_text(product_line("A", name="name") + "\n", encoding="utf-8")
    file_rows, rows, _ = everything(dropped, PRODUCT)
    assert file_rows.header is None
    assert rows["name"].to_list() == ["name"]


def test_declared_header_lines_are_skipped_whatever_they_hold(dropped: Path) -> None:
    dropped.write_text("Export of the 3rd\nA;12\nB;3\n", encoding="utf-8")
    stream = type(STOCK)(STOCK.name, STOCK.columns, header_lines=2)
    _, rows, broken = everything(dropped, stream)
    assert rows.select("_line", "_key").rows() == [(3, "B")]
    assert broken.is_empty()


def test_columns_beyond_the_agreed_ones_are_left_out(dropped: Path) -> None:
    dropped.write_text("reference;quantity;note\nA;1;x\n", encoding="utf-8")
    _, rows, broken = everything(dropped, STOCK)
    assert rows.columns == ["_file", "_line", "_key", "reference", "quantity"]
    assert broken.is_empty()


def test_optional_columns_at_the_end_may_be_absent_and_are_named(dropped: Path) -> None:
    dropped.write_text("reference;reference_parent;ean13;name;price\nA;;;Chemise;10\n", encoding="utf-8")
    file_rows, rows, broken = everything(dropped, PRODUCT)
    assert file_rows.missing_columns == ("active", "couleur", "taille", "category1", "category2")
    assert {warning.code for warning in file_rows.warnings} == {"file_column_absent"}
    assert rows["active"].to_list() == [None]
    assert broken.is_empty()


@pytest.mark.parametrize("rows_end", [";\n", "\n"])
def test_a_delimiter_after_the_last_cell_of_all_rows_or_of_the_header_is_no_fault(dropped: Path, rows_end: str) -> None:
    header_end = "\n" if rows_end == ";\n" else ";\n"
    dropped.write_text(f"reference;quantity{header_end}A;1{rows_end}B;2{rows_end}", encoding="utf-8")
    _, rows, broken = everything(dropped, STOCK)
    assert rows["quantity"].to_list() == ["1", "2"]
    assert broken.is_empty()


@pytest.mark.parametrize("rows", ["A;Robe l&eacute;g;\n", "A;Robe l&eacute;g;\nB;&amp;;\n"])
@pytest.mark.parametrize("header", ["reference;name\n", ""])
def test_a_cell_too_many_is_not_believed_on_the_word_of_the_rows_that_have_it(
    dropped: Path, rows: str, header: str
) -> None:
    name = replace(STOCK.columns[1], key="name", target="name", type=ValueType.TEXT)
    dropped.write_text(header + rows, encoding="utf-8")
    _, _, broken = everything(dropped, replace(STOCK, columns=(STOCK.columns[0], name)))
    assert set(broken["code"]) == {"row_too_long"}
    assert broken.height == rows.count("\n")


def test_rows_that_all_have_a_cell_more_than_the_header_are_one_fault_of_the_file(dropped: Path) -> None:
    name = replace(STOCK.columns[1], key="name", target="name", type=ValueType.TEXT)
    dropped.write_text("reference;name\n" + "A;Robe l&eacute;\n" * 30, encoding="utf-8")
    with pytest.raises(FileRefusedError) as error:
        open_rows(dropped, replace(STOCK, columns=(STOCK.columns[0], name)), file=0)
    assert (error.value.code, error.value.params) == ("file_rows_longer", {"value": "3", "detail": "2"})


@pytest.mark.parametrize("title", ["Export du 28/11/2026\n", "Stock;\n", "Export\n\n28/11/2026;\n"])
def test_a_title_above_the_header_is_no_row_and_is_told(dropped: Path, title: str) -> None:
    dropped.write_text(f"{title}reference;quantity\nA;1\nB;2\n", encoding="utf-8")
    file_rows, rows, broken = everything(dropped, STOCK)
    assert rows["_key"].to_list() == ["A", "B"]
    assert (broken.height, file_rows.rows_read, file_rows.header) == (0, 2, ("reference", "quantity"))
    assert [warning.code for warning in file_rows.warnings] == ["file_title_lines"]


def test_a_first_row_that_only_has_its_key_is_a_row(dropped: Path) -> None:
    dropped.write_text("A;\nB;2\n", encoding="utf-8")
    _, rows, _ = everything(dropped, STOCK)
    assert rows["_key"].to_list() == ["A", "B"]
