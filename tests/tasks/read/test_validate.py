from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

import polars as pl
import pytest

from schemas.frames import FAULTS, accepted_schema
from schemas.messages import message
from tasks.read.reader import open_rows
from tasks.read.validate import KEPT_BYTES, validate
from tests.tasks.read.sample_streams import PRODUCT, PRODUCT_HEADER, STOCK, product_line

if TYPE_CHECKING:
    from pathlib import Path

    from schemas.column_spec import StreamSpec
    from tasks.read.validate import ValidatedStream

BLOCK_BYTES = 128


def validated(folder: Path, stream: StreamSpec, *files: str, kept_bytes: int = KEPT_BYTES) -> ValidatedStream:
    """The files with these lines, read in small blocks and validated in this order."""
    opened = []
    for position, text in enumerate(files):
        path = folder / f"{position}.csv"
        path.write_text(text, encoding="utf-8")
        opened.append(open_rows(path, stream, file=position, block_bytes=BLOCK_BYTES))
    outcome = validate(opened, stream, folder / "work", kept_bytes=kept_bytes)
    assert outcome.rows_read == outcome.accepted_rows + outcome.rejected_rows + outcome.superseded.height
    assert outcome.accepted_rows_scan().collect().height == outcome.accepted_rows
    return outcome


def products(*lines: str) -> str:
    return "\n".join([PRODUCT_HEADER, *lines]) + "\n"


def combination(reference: str, parent: str, **cells: str) -> str:
    return product_line(reference, reference_parent=parent, **cells)


def faults_of(outcome: ValidatedStream) -> list[tuple[int, str, str | None]]:
    return outcome.faults_scan().select("_line", "code", "column").collect().rows()


def accepted_keys(outcome: ValidatedStream) -> list[str]:
    return outcome.accepted_rows_scan().collect()["_key"].to_list()


def test_accepted_rows_are_typed_and_in_order(tmp_path: Path) -> None:
    outcome = validated(tmp_path, PRODUCT, products(*(product_line(f"{i:05}", price=f"{i},5") for i in range(50))))
    rows = outcome.accepted_rows_scan().collect()
    assert rows.schema == accepted_schema(PRODUCT)
    assert rows["_key"].to_list() == [f"{i:05}" for i in range(50)]
    assert rows["_line"].to_list() == list(range(2, 52))
    assert rows["price"][7] == Decimal("7.5")
    assert outcome.faults_scan().collect().schema == FAULTS


def test_no_rows_at_all_is_an_outcome_too(tmp_path: Path) -> None:
    outcome = validated(tmp_path, PRODUCT, PRODUCT_HEADER)
    assert (outcome.rows_read, outcome.accepted_rows, outcome.rejected_rows) == (0, 0, 0)
    assert outcome.accepted_rows_scan().collect().schema == accepted_schema(PRODUCT)
    assert outcome.faults_scan().collect().is_empty()


def test_every_fault_of_a_row_is_found_in_one_pass(tmp_path: Path) -> None:
    bad = product_line("B", price="dear", active="perhaps", couleur="Rouge", category2="Robes")
    outcome = validated(tmp_path, PRODUCT, products(product_line("A"), bad, product_line("C")))
    assert accepted_keys(outcome) == ["A", "C"]
    assert outcome.rejected_rows == 1
    assert sorted(faults_of(outcome)) == [
        (3, "attribute_without_parent", "couleur"),
        (3, "boolean", "active"),
        (3, "category_gap", "category2"),
        (3, "decimal", "price"),
    ]


def test_a_broken_line_and_a_bad_cell_are_rejected_alike(tmp_path: Path) -> None:
    outcome = validated(tmp_path, PRODUCT, products("A;short", product_line("B", price="")))
    assert faults_of(outcome) == [(2, "row_too_short", None), (3, "required", "price")]
    assert outcome.rejected_rows == outcome.rows_read == 2


def test_a_blanked_cell_is_reported_and_its_row_goes_on(tmp_path: Path) -> None:
    outcome = validated(tmp_path, PRODUCT, products(product_line("A", ean13="123456789012X")))
    assert outcome.accepted_rows_scan().collect()["ean13"].to_list() == [None]
    faults = outcome.faults_scan().collect()
    assert faults.select("column", "blanked").rows() == [("ean13", True)]
    assert outcome.rejected_rows == 0


def test_of_a_repeated_key_the_last_line_counts(tmp_path: Path) -> None:
    outcome = validated(tmp_path, STOCK, "A;1\nB;2\nA;3\nA;4\n")
    assert outcome.accepted_rows_scan().select("_key", "quantity", "_line").collect().rows() == [
        ("B", 2, 2),
        ("A", 4, 4),
    ]
    assert outcome.superseded.rows() == [(0, 1, "A", 0, 4), (0, 3, "A", 0, 4)]


def test_of_a_key_in_several_files_the_later_file_counts(tmp_path: Path) -> None:
    outcome = validated(tmp_path, STOCK, "A;1\nB;2\n", "B;20\nC;30\n")
    rows = outcome.accepted_rows_scan().select("_file", "_key", "quantity").collect().rows()
    assert rows == [(0, "A", 1), (1, "B", 20), (1, "C", 30)]
    assert outcome.superseded.rows() == [(0, 2, "B", 1, 1)]


def test_a_rejected_line_supersedes_nothing(tmp_path: Path) -> None:
    outcome = validated(tmp_path, STOCK, "A;1\nA;many\n")
    assert outcome.accepted_rows_scan().select("_line").collect().rows() == [(1,)]
    assert outcome.superseded.is_empty()


@pytest.mark.parametrize(
    ("line", "code", "column"),
    [
        (combination("A", "A", couleur="Rouge"), "own_parent", "reference_parent"),
        (combination("A", "A"), "own_parent", "reference_parent"),
        (product_line("A", taille="M"), "attribute_without_parent", "taille"),
        (combination("A", "P"), "combination_without_attribute", "reference_parent"),
        (product_line("A", category2="Robes"), "category_gap", "category2"),
    ],
)
def test_a_row_that_contradicts_itself_is_rejected(tmp_path: Path, line: str, code: str, column: str) -> None:
    outcome = validated(tmp_path, PRODUCT, products(line, product_line("Z", category1="Femme", category2="Robes")))
    assert faults_of(outcome) == [(2, code, column)]
    assert accepted_keys(outcome) == ["Z"]


def test_a_combination_that_a_parent_already_has_is_rejected_and_names_the_other_row(tmp_path: Path) -> None:
    outcome = validated(
        tmp_path,
        PRODUCT,
        products(
            combination("A", "P", couleur="Écru", taille="M"),
            combination("B", "P", couleur="ecru ", taille="m"),
            combination("C", "P", couleur="Écru"),
            combination("D", "Q", couleur="Écru", taille="M"),
        ),
    )
    assert accepted_keys(outcome) == ["A", "C", "D"]
    fault = outcome.faults_scan().collect().row(0, named=True)
    assert (fault["_line"], fault["code"], fault["value"], fault["detail"]) == (
        3,
        "combination_repeated",
        "P",
        "A (l. 2)",
    )
    assert "A (l. 2)" in message(fault["code"], "fr", value="P", detail=fault["detail"]).reason


def test_a_repeated_combination_in_another_block_or_file_is_found(tmp_path: Path) -> None:
    many = [combination(f"R{i}", "P", couleur=f"C{i}") for i in range(40)]
    outcome = validated(tmp_path, PRODUCT, products(*many), products(combination("X", "P", couleur="c7")))
    faults = outcome.faults_scan().select("_file", "_line", "_key", "detail").collect().rows()
    assert faults == [(1, 2, "X", "R7 (l. 9)")]


def test_a_row_rejected_for_its_neighbour_gives_its_key_back(tmp_path: Path) -> None:
    outcome = validated(
        tmp_path,
        PRODUCT,
        products(
            combination("A", "P", couleur="Bleu"),
            combination("B", "P", couleur="Vert"),
            combination("B", "P", couleur="Bleu"),
        ),
    )
    assert outcome.accepted_rows_scan().select("_key", "_line").collect().rows() == [("A", 2), ("B", 3)]
    assert outcome.rejected_rows == 1
    assert outcome.superseded.is_empty()


def test_the_parent_of_a_combination_cannot_be_a_combination(tmp_path: Path) -> None:
    outcome = validated(
        tmp_path,
        PRODUCT,
        products(combination("A", "P", couleur="Bleu"), combination("B", "A", couleur="Vert"), product_line("C")),
    )
    assert faults_of(outcome) == [(3, "combination_of_combination", "reference_parent")]
    assert accepted_keys(outcome) == ["A", "C"]


def test_a_blanked_attribute_does_not_make_a_combination(tmp_path: Path) -> None:
    columns = [c for c in PRODUCT.columns if c.key != "couleur"]
    blanking = [
        type(c)(c.key, c.index, c.type, c.target, on_invalid=PRODUCT.columns[2].on_invalid, max_length=3)
        for c in PRODUCT.columns
        if c.key == "couleur"
    ]
    stream = type(PRODUCT)("product", tuple(sorted([*columns, *blanking], key=lambda c: c.index)))
    outcome = validated(tmp_path, stream, products(combination("A", "P", couleur="Bordeaux")))
    assert [code for _, code, _ in faults_of(outcome)] == ["too_long", "combination_without_attribute"]
    assert outcome.rejected_rows == 1


def test_a_second_validation_in_the_same_folder_forgets_the_first(tmp_path: Path) -> None:
    validated(tmp_path, STOCK, "A;1\nB;x\n" + "".join(f"R{i};1\n" for i in range(100)))
    outcome = validated(tmp_path, STOCK, "C;3\n")
    assert accepted_keys(outcome) == ["C"]
    assert outcome.faults_scan().collect().is_empty()


def test_every_code_that_a_file_can_be_given_has_its_text(tmp_path: Path) -> None:
    bad = [product_line("B", price="x"), 'C;"x" y', "D;1", "E" + ";" * 12, combination("F", "F")]
    outcome = validated(tmp_path, PRODUCT, products(*bad))
    for fault in outcome.faults_scan().collect().iter_rows(named=True):
        said = message(fault["code"], "fr", **{name: fault[name] or "" for name in ("value", "column", "detail")})
        assert "?" not in said.reason + said.remedy


def test_the_outcome_of_many_rows_lies_on_disk_in_parts(tmp_path: Path) -> None:
    outcome = validated(tmp_path, STOCK, "".join(f"R{i};{i}\n" for i in range(200)), kept_bytes=500)
    parts = list((tmp_path / "work" / "accepted").glob("*.parquet"))
    assert len(parts) > 3
    assert pl.scan_parquet(parts).select(pl.len()).collect().item() == 200, "what is too large is kept nowhere else"
    assert outcome.accepted_rows_scan().select(pl.col("quantity").sum()).collect().item() == 199 * 100


def test_beyond_the_faults_that_are_kept_every_row_keeps_one_and_the_rest_is_counted(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tasks.read.validate.MOST_FAULTS", 10)
    path = tmp_path / "product.csv"
    lines = [product_line(f"R{n}", price="cher", active="y e s", ean13="12X") for n in range(50)]
    path.write_text("\n".join([PRODUCT_HEADER, *lines]), encoding="utf-8")
    outcome = validate([open_rows(path, PRODUCT, file=0)], PRODUCT, tmp_path / "work")
    faults = outcome.faults_scan().collect()
    assert (outcome.rows_read, outcome.rejected_rows, outcome.accepted_rows) == (50, 50, 0)
    assert faults.filter(~pl.col("blanked"))["_line"].n_unique() == 50
    assert faults.height < 70
    assert faults.height + outcome.faults_left_out == 150


def test_a_value_is_kept_as_far_as_it_can_be_shown(tmp_path: Path) -> None:
    path = tmp_path / "product.csv"
    path.write_text(f"{PRODUCT_HEADER}\n{product_line('A', price='x' * 50_000)}\n", encoding="utf-8")
    outcome = validate([open_rows(path, PRODUCT, file=0)], PRODUCT, tmp_path / "work")
    assert len(outcome.faults_scan().collect()["value"][0]) == 1000
