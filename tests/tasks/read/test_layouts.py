from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from schemas.column_spec import StreamSpec
from tasks.read.layouts import LayoutChange, layout_change, layout_of
from tasks.read.shape import shape_of
from tests.tasks.read.sample_streams import STOCK

FRENCH = replace(STOCK, header_lines=1)
"""Headers of these files are no technical names."""


def change(
    folder: Path, before: str, now: str, stream: StreamSpec, later: StreamSpec | None = None
) -> LayoutChange | None:
    paths = [folder / "stock_1.csv", folder / "stock_2.csv"]
    for path, text in zip(paths, (before, now), strict=True):
        path.write_text(text, encoding="utf-8")
    last = layout_of(shape_of(paths[0], stream), stream, None, str.upper)
    return layout_change(shape_of(paths[1], later or stream), later or stream, last, str.upper)


@pytest.mark.parametrize(
    "header",
    [
        "article;stock",
        "ARTICLE;Stock ",
        "article;stôck",
        "article;stock;note",
        "reference;quantity",
        "article;quantity",
    ],
)
def test_a_header_that_says_the_same_of_the_columns_that_are_read_is_no_change(tmp_path: Path, header: str) -> None:
    assert change(tmp_path, "article;stock\nA;1\n", f"{header}\nA;1;x\n", FRENCH) is None


def test_an_inserted_column_is_named_with_those_that_it_moved(tmp_path: Path) -> None:
    found = change(tmp_path, "article;stock\nA;1\n", "article;réservé;stock\nA;1;2\n", FRENCH)
    assert found == LayoutChange(
        "file_header_moved", {"column": "quantity (index 1 → 2)", "detail": "réservé (index 1)", "value": "—"}
    )


@pytest.mark.parametrize("header", ["stock;article", "depot;article;stock"])
def test_reordered_columns_are_named(tmp_path: Path, header: str) -> None:
    found = change(tmp_path, "article;stock\nA;1\n", f"{header}\n1;2;3\n", FRENCH)
    assert found is not None
    assert found.code == "file_header_moved"
    assert found.params["column"].startswith("reference (index 0 → ")


def test_a_removed_column_is_told_by_those_that_took_its_place(tmp_path: Path) -> None:
    stream = replace(FRENCH, columns=(STOCK.columns[0], replace(STOCK.columns[1], index=2)))
    before = "article;depot;stock;note\nA;x;1;n\n"
    found = change(tmp_path, before, "article;stock;note\nA;1;n\n", stream)
    assert found is not None
    assert found.params["column"] == "quantity (index 2 → 1)"


def test_a_renamed_or_doubled_column_is_named(tmp_path: Path) -> None:
    renamed = change(tmp_path, "article;stock\nA;1\n", "article;réservé\nA;1\n", FRENCH)
    assert renamed == LayoutChange("file_header_renamed", {"column": "quantity (index 1): réservé"})
    doubled = change(tmp_path, "article;stock\nA;1\n", "article;article\nA;1\n", FRENCH)
    assert doubled == LayoutChange("file_header_renamed", {"column": "quantity (index 1): article"})


def test_a_column_whose_place_was_corrected_since_is_no_change(tmp_path: Path) -> None:
    corrected = replace(FRENCH, columns=(STOCK.columns[0], replace(STOCK.columns[1], index=2)))
    assert change(tmp_path, "article;stock\nA;1\n", "article;réservé;stock\nA;1;2\n", FRENCH, corrected) is None


def test_files_of_which_only_one_has_a_header_are_not_compared(tmp_path: Path) -> None:
    assert change(tmp_path, "reference;quantity\nA;1\n", "A;1\nB;2\n", STOCK) is None
    assert change(tmp_path, "A;1\nB;2\n", "reference;quantity\nA;1\n", STOCK) is None


def test_without_headers_another_number_of_cells_is_a_change(tmp_path: Path) -> None:
    found = change(tmp_path, "A;1\nB;2\n", "A;5;1\nB;6;2\n", STOCK)
    assert found == LayoutChange("file_width_changed", {"value": "3", "detail": "2"})
    assert change(tmp_path, "A;1\nB;2\n", "C;7\n", STOCK) is None


def test_a_file_without_header_is_held_against_the_width_of_one_with_a_header(tmp_path: Path) -> None:
    found = change(tmp_path, "reference;quantity\nA;1\n", "A;5;1\nB;6;2\nC;6;2\nD;6;2\nE;6;2\n", STOCK)
    assert found == LayoutChange("file_width_changed", {"value": "3", "detail": "2"})


def test_names_of_columns_are_remembered_over_a_file_without_header(tmp_path: Path) -> None:
    shapes = []
    for at, text in enumerate(("article;stock\nA;1\n", "A;2\nB;3\n", "article;réservé\nA;1\n")):
        path = tmp_path / f"stock_{at}.csv"
        path.write_text(text, encoding="utf-8")
        shapes.append(shape_of(path, STOCK))
    assert shapes[1].header is None
    named = layout_of(shapes[0], STOCK, None, str.upper)
    between = layout_of(shapes[1], STOCK, named, str.upper)
    assert layout_change(shapes[2], STOCK, between, str.upper) == LayoutChange(
        "file_header_renamed", {"column": "quantity (index 1): réservé"}
    )


def test_a_header_converted_twice_is_no_matter_of_acceptance(tmp_path: Path) -> None:
    found = change(tmp_path, "article;quantité\nA;1\n", "article;quantitÃ©\nA;1\n", FRENCH)
    assert found is not None
    assert (found.code, found.may_be_accepted) == ("file_header_converted_twice", False)
