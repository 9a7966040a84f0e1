"""Product and stock files made by hypothesis: sound rows, faulty rows and rows that a careless ERP would write."""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from hypothesis import strategies as st

from tests.flows.world import PRODUCT_COLUMNS

Row = Mapping[str, Any]

_ODD = "aAbé0 -_/|,.[]%&'\"#+*\\~œß\t\n\u0085\u00a0\u200b\u2028\u0301\u0130👗"
_KEYS = st.sampled_from(["R1", "r1", "R2", "00701", "701", "R1-S", "R-é", "R-e"])
_ODD_KEYS = st.text(_ODD, min_size=1, max_size=8)
_NAMES = st.sampled_from(["Rouge", "rouge", "ROUGE ", "Bleu  nuit", "Été", "ete", "Œuf", "oeuf", "A|B", "a,b", "50%"])
_ODD_NAMES = st.text(_ODD, min_size=1, max_size=6)
_PRICES = st.sampled_from(["10.00", "10,5", "0", "19.999999", "", "-1", "abc", "1e5", "12 €"])
_ACTIVE = st.sampled_from(["1", "1", "1", "0", "", "oui", "?"])
_QUANTITIES = st.sampled_from(["0", "5", "-3", "7", "", "beaucoup", "2.0", "99999999999"])


def keys(*, odd: bool) -> st.SearchStrategy[str]:
    """References; `odd` ones hold anything that a cell can hold."""
    return _KEYS | _ODD_KEYS if odd else _KEYS


@st.composite
def product_rows(draw: st.DrawFn, *, odd: bool = True) -> list[Row]:
    """One to twelve rows, simple and dimensioned, some twice, some contradictory, some faulty."""
    names = _NAMES | _ODD_NAMES if odd else _NAMES
    rows: list[Row] = []
    for _ in range(draw(st.integers(1, 12))):
        row = {
            "reference": draw(keys(odd=odd) | st.just("")),
            "name": draw(names | st.just("Chemise")),
            "price": draw(_PRICES | st.just("20.00")),
            "active": draw(_ACTIVE),
            "tax_code": draw(st.sampled_from(["NOR", "NOR", "RED", "", "INCONNU"])),
            "manufacturer": draw(names | st.just("")),
            "matiere": draw(names | st.just("")),
            "category1": draw(names | st.just("")),
            "category2": draw(names | st.just("")),
            "stocks": draw(_QUANTITIES),
        }
        if draw(st.booleans()):
            row["reference_parent"] = draw(st.sampled_from(["P1", "p1", "P2"]) | keys(odd=odd))
            row["couleur"] = draw(names)
            row["taille"] = draw(st.sampled_from(["S", "M", "L", ""]))
        rows.append(row)
    return rows


@st.composite
def stock_rows(draw: st.DrawFn, known: Sequence[str]) -> list[Row]:
    """Up to ten rows of quantities, of references that are known and of others."""
    key = st.sampled_from([*known, "INCONNU", ""]) if known else st.just("INCONNU")
    row = st.fixed_dictionaries({"reference": key, "quantity": _QUANTITIES})
    return draw(st.lists(row, min_size=1, max_size=10))


def write_file(path: Path, columns: Sequence[str], rows: Sequence[Row], line_end: str = "\n") -> None:
    """The rows as a file of the ERP; the same rows with another line end are another file that says the same."""
    text = io.StringIO(newline="")
    writer = csv.DictWriter(text, list(columns), delimiter=";", restval="", lineterminator=line_end)
    writer.writeheader()
    writer.writerows(rows)
    path.write_bytes(text.getvalue().encode())


def write_products(path: Path, rows: Sequence[Row], line_end: str = "\n") -> None:
    write_file(path, PRODUCT_COLUMNS, rows, line_end)


def write_stock(path: Path, rows: Sequence[Row], line_end: str = "\n") -> None:
    write_file(path, ("reference", "quantity"), rows, line_end)


def rows_in(path: Path) -> int:
    """How many rows the file has under its header, by Python's own reader; a line without anything is none."""
    with path.open(encoding="utf-8", newline="") as text:
        return sum(bool(row) for row in csv.reader(text, delimiter=";")) - 1
