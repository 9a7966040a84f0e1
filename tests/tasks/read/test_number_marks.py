from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from pathlib import Path

import pytest

from schemas.column_spec import StreamSpec
from tasks.read.reader import open_rows
from tasks.read.validate import validate
from tests.tasks.read.sample_streams import PRODUCT, STOCK


def read(path: Path, text: str, stream: StreamSpec, work: Path) -> tuple[dict[str, object], dict[str, str]]:
    """The value of the last number of each accepted row, and the code of each fault, by key."""
    path.write_text(text, encoding="utf-8")
    found = validate([open_rows(path, stream, file=0, block_bytes=64)], stream, work)
    column = "quantity" if stream.name == "stock" else "price"
    accepted = dict(found.accepted_rows_scan().select("_key", column).collect().rows())
    return accepted, dict(found.faults_scan().select("_key", "code").collect().rows())


@pytest.fixture
def dropped(tmp_path: Path) -> Path:
    return tmp_path / "file.csv"


@pytest.mark.parametrize(
    ("cells", "values"),
    [
        (["1.234,00", "2.000", "12,00"], [1234, 2000, 12]),
        (["2.000", "12,00"], [2000, 12]),
        (["2.000", "12.0"], [2, 12]),
        (["2,000", "0,000"], [2, 0]),
        (["1,234,567", "2,000"], [1234567, 2000]),
        (["1.234.567", "2.000"], [1234567, 2000]),
        (["1 234,0", "2.000"], [1234, 2000]),
        (["12345.000", "2.000"], [12345, 2]),
        (["1'234.0", "2,000", "1\u2019234"], [1234, 2000, 1234]),
        (["1\u00a0234", "1\u202f234 567", "12"], [1234, 1234567, 12]),
    ],
)
def test_what_one_cell_proves_of_the_decimal_mark_holds_for_its_column(
    dropped: Path, tmp_path: Path, cells: list[str], values: list[int]
) -> None:
    rows = "".join(f"R{at};{cell}\n" for at, cell in enumerate(cells))
    accepted, faults = read(dropped, "reference;quantity\n" + rows, STOCK, tmp_path)
    assert faults == {}
    assert list(accepted.values()) == values


@pytest.mark.parametrize("cells", [["2.000", "5"], ["2,000"], ["2.000", "3,000"], ["2.000", "1,5", "1.5"]])
def test_a_number_that_may_be_thousands_is_a_fault_where_nothing_proves_it(
    dropped: Path, tmp_path: Path, cells: list[str]
) -> None:
    rows = "".join(f"R{at};{cell}\n" for at, cell in enumerate(cells))
    _, faults = read(dropped, "reference;quantity\n" + rows, STOCK, tmp_path)
    assert faults["R0"] == "decimal_undecided"
    accepted, faults = read(dropped, "reference;quantity\nR0;2.000\n", replace(STOCK, decimal_mark="."), tmp_path)
    assert (accepted, faults) == ({"R0": 2}, {})


def test_a_column_without_proof_is_read_by_that_of_another_only_where_both_say_the_same(
    dropped: Path, tmp_path: Path
) -> None:
    weight = replace(PRODUCT.columns[4], key="weight", target="weight", index=10, required=False)
    stream = replace(PRODUCT, columns=(*PRODUCT.columns, weight))
    row = "R{n};;;Robe;{price};1;;;;;{weight}\n"
    accepted, faults = read(dropped, row.format(n=1, price="1.250", weight="0.5"), stream, tmp_path)
    assert (accepted, faults) == ({"R1": Decimal("1.25")}, {})
    _, faults = read(dropped, row.format(n=1, price="1.250", weight="0,5"), stream, tmp_path)
    assert faults == {"R1": "decimal_undecided"}


@pytest.mark.parametrize("cell", ["12 50", "1 2", "1'23", "12' 345"])
def test_blanks_that_do_not_separate_thousands_are_a_fault(dropped: Path, tmp_path: Path, cell: str) -> None:
    _, faults = read(dropped, f"reference;quantity\nR;{cell}\n", STOCK, tmp_path)
    assert faults == {"R": "integer"}
