from __future__ import annotations

import csv
import io
from dataclasses import replace
from itertools import product
from typing import TYPE_CHECKING

import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from tasks.read.reader import open_rows
from tasks.read.rejects import write_rejects
from tasks.read.validate import validate
from tests.examples import examples
from tests.tasks.read.sample_streams import PRODUCT, PRODUCT_HEADER, STOCK, product_line

if TYPE_CHECKING:
    from pathlib import Path

    from schemas.column_spec import StreamSpec
    from tasks.read.validate import ValidatedStream


def run(path: Path, stream: StreamSpec, language: str = "fr") -> tuple[ValidatedStream, Path, int]:
    """Validates one file and writes its rejects beside it."""
    file_rows = open_rows(path, stream, file=0)
    outcome = validate([file_rows], stream, path.parent / "work")
    target = path.parent / f"rejects_of_{path.name}"
    count = write_rejects(path, outcome.faults_scan().collect(), target, stream, language, file_rows.shape)
    assert count == outcome.rejected_rows
    return outcome, target, count


@pytest.fixture
def dropped(tmp_path: Path) -> Path:
    return tmp_path / "product_1.csv"


def test_rejected_lines_are_written_as_the_merchant_wrote_them(dropped: Path) -> None:
    lines = [PRODUCT_HEADER, product_line("A"), product_line(' "B"', price="cher", name='"Robe ""longue"""'), ""]
    dropped.write_bytes("\r\n".join(lines).encode("cp1252"))
    _, target, count = run(dropped, PRODUCT)
    header, bad, end = target.read_bytes().decode("utf-8-sig").split("\r\n")
    assert count == 1
    assert header == PRODUCT_HEADER + ";motif;remède"
    assert bad.startswith(lines[2] + ";")
    assert "« cher »" in bad
    assert end == ""


def test_without_rejected_lines_there_is_no_file(dropped: Path) -> None:
    dropped.write_text(product_line("A", ean13="12X"), encoding="utf-8")
    _, target, count = run(dropped, PRODUCT)
    assert count == 0
    assert not target.exists()


@pytest.mark.parametrize(
    ("language", "line_end", "encoding", "header"),
    [
        (("fr", "en")[number // 2 % 2], line_end, encoding, (PRODUCT_HEADER, "")[number % 2])
        for number, (encoding, line_end) in enumerate(
            product(["utf-8", "utf-8-sig", "cp1252", "utf-16"], ["\n", "\r\n", "\r"])
        )
    ],
)
def test_corrected_and_dropped_back_in_the_rejected_lines_import(
    tmp_path: Path, language: str, line_end: str, encoding: str, header: str
) -> None:
    path = tmp_path / "product.csv"
    two_lines = f'"Été{line_end}en coton"'
    lines = [product_line("A"), product_line("B", price="cher", name=two_lines), product_line("É", price="12.x")]
    path.write_bytes(line_end.join([header, *lines][not header :]).encode(encoding))
    first, rejects, count = run(path, PRODUCT, language)
    assert (first.accepted_rows, count) == (1, 2)

    again = tmp_path / "again.csv"
    corrected = rejects.read_bytes()
    for wrong, right in (("cher", "9,90"), ("12.x", "12.5")):
        codec = {"utf-16": "utf-16-le", "utf-8-sig": "utf-8"}.get(encoding, encoding)
        corrected = corrected.replace(wrong.encode(codec), right.encode(codec))
    again.write_bytes(corrected)
    second, _, count = run(again, PRODUCT, language)
    assert count == 0
    rows = second.accepted_rows_scan().select("_key", "name").collect().rows()
    assert rows == [("B", "Été\nen coton"), ("É", "Article É")]


@pytest.mark.parametrize("header", ["reference;quantity\n", ""])
def test_a_delimiter_that_the_file_declared_is_declared_again(dropped: Path, header: str) -> None:
    dropped.write_text(f"sep=,\n{header}A;1\nB;deux\n".replace(";", ","), encoding="utf-8")
    _, target, count = run(dropped, STOCK)
    text = target.read_text("utf-8-sig")
    assert (count, text.splitlines()[:2]) == (1, ["sep=,", "reference,quantity,motif,remède"])
    target.write_text(text.replace("deux", "2"), encoding="utf-8")
    outcome, _, _ = run(target, STOCK)
    assert (outcome.accepted_rows, outcome.rejected_rows) == (1, 0)


def test_a_cell_over_lines_that_holds_the_delimiter_stays_one_row_of_the_rejects_file(dropped: Path) -> None:
    cells = '"Robe\n;longue"'
    dropped.write_text(f"{PRODUCT_HEADER}\n{product_line('A', name=cells, price='x')}\n", encoding="utf-8")
    _, rejects, _ = run(dropped, PRODUCT)
    rows = next(iter(open_rows(rejects, PRODUCT, file=0))).rows
    assert rows.select("_key", "name").rows() == [("A", "Robe\n;longue")]


@pytest.mark.parametrize("header_lines", [0, 1])
def test_a_file_dropped_back_in_is_known_by_its_last_two_columns_whatever_the_stream_says(
    dropped: Path, header_lines: int
) -> None:
    stream = replace(STOCK, header_lines=header_lines)
    dropped.write_text("reference;quantity\n" * header_lines + "A;x\nB;y\n", encoding="utf-8")
    _, rejects, _ = run(dropped, stream)
    dropped.write_text(rejects.read_text("utf-8-sig").replace("A;x", "A;5"), encoding="utf-8")
    outcome, rejects, count = run(dropped, stream)
    assert outcome.accepted_rows_scan().select("_key", "quantity").collect().rows() == [("A", 5)]
    assert count == 1
    assert [line.count(";") for line in rejects.read_text("utf-8-sig").splitlines()] == [3, 3]


def test_lines_above_the_header_are_kept(dropped: Path) -> None:
    stream = replace(STOCK, header_lines=2)
    dropped.write_text("Stock of the day;\nCode;Qty\nA;1\nB;x\n", encoding="utf-8")
    _, rejects, _ = run(dropped, stream, "en")
    assert rejects.read_text("utf-8-sig").startswith("Stock of the day;\nCode;Qty;reason;remedy\nB;x;")
    dropped.write_text(rejects.read_text("utf-8-sig").replace("B;x", "B;2"), encoding="utf-8")
    outcome, _, _ = run(dropped, stream)
    assert outcome.accepted_rows == 1


def test_a_file_without_header_gets_one_of_technical_names(dropped: Path) -> None:
    dropped.write_text("R1;x;note\nR2;2;note\n", encoding="utf-8")
    _, rejects, _ = run(dropped, STOCK, "en")
    assert rejects.read_text("utf-8-sig").startswith("reference;quantity;column_3;reason;remedy\nR1;x;note;")


@pytest.mark.parametrize(
    ("broken", "cells"),
    [
        ("B", ["B", ""]),
        ("B;1;2;3", ["B", "1", "2", "3"]),
        ('B;"12', ["B", '"12']),
        ('"Le Chic" B;12', ['"Le Chic" B', "12"]),
        ('"open', ['"open', ""]),
    ],
)
def test_a_broken_line_keeps_its_whole_text_and_the_two_columns_come_last(
    dropped: Path, broken: str, cells: list[str]
) -> None:
    dropped.write_text(f"reference;quantity\nA;1\n{broken}\nC;3\n", encoding="utf-8")
    _, rejects, count = run(dropped, STOCK)
    rows = list(csv.reader(io.StringIO(rejects.read_text("utf-8-sig"), newline=""), delimiter=";", strict=True))
    assert count == 1
    assert rows[1][:-2] == cells
    assert all(rows[1][-2:])


def test_bytes_that_are_no_text_come_back_as_they_were(dropped: Path) -> None:
    dropped.write_bytes("É;1\nÈ;2\nÀ;3\n".encode() + b"B\xe9;4\nC\x00;5\n")
    _, rejects, count = run(dropped, STOCK)
    assert count == 2
    assert b"\nB\xe9;4;" in rejects.read_bytes()
    assert b"\nC\x00;5;" in rejects.read_bytes()


def test_several_faults_of_a_line_stand_on_that_line(dropped: Path) -> None:
    dropped.write_text(product_line("R1", price="x", active="y e s"), encoding="utf-8")
    _, rejects, count = run(dropped, PRODUCT, "en")
    assert count == 1
    reason = next(iter(csv.reader(io.StringIO(rejects.read_text("utf-8-sig").splitlines()[1]), delimiter=";")))[-2]
    assert reason.count(" | ") == 1
    assert "price" in reason
    assert "active" in reason


def test_a_reason_that_the_encoding_cannot_write_costs_accents_and_no_letter(dropped: Path) -> None:
    stream = replace(STOCK, encoding="ascii")
    dropped.write_bytes(b"A;1\nB;x\n")
    _, rejects, count = run(dropped, stream)
    assert count == 1
    assert rejects.read_bytes().decode("ascii").startswith("reference;quantity;motif;remede\nB;x;")


def test_rejects_are_found_at_their_line_far_into_a_long_file(dropped: Path) -> None:
    lines = [f"R{i};{'x' if i % 1000 == 999 else i}" for i in range(5000)]
    lines[3000] = 'R3000;"3\n"'
    dropped.write_text("\n".join(lines), encoding="utf-8")
    _, rejects, count = run(dropped, STOCK)
    assert count == 5
    keys = [line.split(";")[0] for line in rejects.read_text("utf-8-sig").splitlines()[1:]]
    assert keys == ["R999", "R1999", "R2999", "R3999", "R4999"]


FORMULAS = ["=1+1", "+A1", "-A1", "@SUM(A1)", "=cmd|'/C calc'!A0", '=HYPERLINK("http://x";"y")', "'=1", "''-x"]
NUMBERS = ["-5", "+33 6 12 34 56 78", "-1,5"]


def names_accepted(outcome: ValidatedStream) -> list[str]:
    names: list[str] = outcome.accepted_rows_scan().select("name").collect()["name"].to_list()
    return names


def lines_of(names: list[str], price: str) -> str:
    lines = io.StringIO()
    rows = ([f"B{row}", "", "", name, price, "", "", "", "", ""] for row, name in enumerate(names))
    csv.writer(lines, delimiter=";", lineterminator="\n").writerows(rows)
    return f"{PRODUCT_HEADER}\n{lines.getvalue()}"


def cells_of(rejects: Path) -> list[list[str]]:
    text = rejects.read_bytes().decode("utf-8-sig")
    return list(csv.reader(io.StringIO(text, newline=""), delimiter=";", strict=True))


def test_a_cell_that_a_spreadsheet_would_run_is_shown_and_comes_back_as_it_was(dropped: Path) -> None:
    names = [*FORMULAS, *NUMBERS]
    dropped.write_text(lines_of(names, "cher"), encoding="utf-8")
    for _ in range(3):  # dropped back in with the same fault, again and again
        _, rejects, count = run(dropped, PRODUCT)
        assert count == len(names)
        shown = [row[3] for row in cells_of(rejects)[1:]]
        assert shown == [f"'{name}" for name in FORMULAS] + [*NUMBERS]
        dropped.write_bytes(rejects.read_bytes())
    dropped.write_bytes(dropped.read_bytes().replace(b";cher;", b";9.90;"))
    outcome, _, count = run(dropped, PRODUCT)
    assert (count, names_accepted(outcome)) == (0, names)


def test_titles_headers_and_broken_lines_are_shown_too(dropped: Path) -> None:
    stream = replace(STOCK, header_lines=2)
    dropped.write_text("=1+1;\n@Code;=Qty\nA;1\n=B\nC;1;=3\n", encoding="utf-8")
    _, rejects, count = run(dropped, stream, "en")
    assert count == 2
    assert [cell for row in cells_of(rejects) for cell in row if cell[:1] in tuple("=+-@")] == []
    assert cells_of(rejects)[1][:2] == ["'@Code", "'=Qty"]


@pytest.mark.lasting
@settings(max_examples=examples(12), suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(names=st.lists(st.text("='+-@\t \"';,.\nAé0123456789", max_size=12), min_size=5, max_size=12))
def test_whatever_a_cell_holds_it_comes_back_as_it_was(tmp_path: Path, names: list[str]) -> None:
    path = tmp_path / "product.csv"
    path.write_text(lines_of(names, "9.90"), encoding="utf-8")
    wanted = names_accepted(validate([open_rows(path, PRODUCT, file=0)], PRODUCT, tmp_path / "work"))
    assume(wanted)
    path.write_text(lines_of(names, "cher"), encoding="utf-8")
    _, rejects, count = run(path, PRODUCT)
    assert count == len(names)
    for cell in (cell for row in cells_of(rejects)[1:] for cell in row):
        assert cell[:1] not in tuple("=@\t\r\n")
        assert cell[:1] not in tuple("+-") or not set(cell[1:]) - set("0123456789 .,")
    path.write_bytes(rejects.read_bytes().replace(b";cher;", b";9.90;"))
    assert names_accepted(run(path, PRODUCT)[0]) == wanted
