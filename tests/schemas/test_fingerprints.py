from __future__ import annotations

import subprocess
import sys
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from schemas.cells import DTYPES
from schemas.column_spec import Blank, Column, Owner, ValueType
from schemas.fingerprints import fingerprints

KEY = Column(key="reference", index=0, type=ValueType.TEXT, target="reference", object_key=True)
NAME = Column(key="name", index=1, type=ValueType.TEXT, target="name")
PRICE = Column(key="price", index=2, type=ValueType.DECIMAL, target="price")
ACTIVE = Column(key="active", index=3, type=ValueType.BOOLEAN, target="active")
ARRIVES = Column(key="available_date", index=4, type=ValueType.DATE, target="available_date")
CHANGED = Column(key="changed", index=5, type=ValueType.DATETIME, target="changed")
QUANTITY = Column(key="quantity", index=1, type=ValueType.INTEGER, target="quantity")
PRODUCT = (KEY, NAME, PRICE, ACTIVE, ARRIVES, CHANGED)


def frame(columns: tuple[Column, ...], *rows: dict[str, Any]) -> pl.DataFrame:
    return pl.DataFrame(list(rows), schema={column.key: DTYPES[column.type] for column in columns})


def of(columns: tuple[Column, ...], row: dict[str, Any], **options: Any) -> str:
    found = fingerprints(frame(columns, row), columns, **options)
    assert found.dtype == pl.String
    return str(found[0])


ROBE = {
    "reference": "R1",
    "name": "Robe d'été",
    "price": Decimal("10.50"),
    "active": True,
    "available_date": date(2025, 1, 2),
    "changed": datetime(2025, 1, 2, 14, 30, tzinfo=UTC).replace(tzinfo=None),
}


def test_a_fingerprint_is_the_same_for_ever() -> None:
    assert of(PRODUCT, ROBE) == "fa043354eeca1623"
    assert of(PRODUCT, ROBE, salt="tax_incl") == "2d36743a349e8a56"
    assert of(PRODUCT, ROBE, secret=b"of the ledger") == "4e778afb278a1d93"
    assert of(PRODUCT, {"reference": "R1"}) == "3346d5e136f6a10a"


@pytest.mark.lasting
def test_another_process_finds_the_same_fingerprint() -> None:
    code = (
        "import polars as pl; from schemas.column_spec import *; from schemas.fingerprints import fingerprints;"
        "c = [Column('k', 0, ValueType.TEXT, 'k', object_key=True), Column('n', 1, ValueType.TEXT, 'name')];"
        "print(fingerprints(pl.DataFrame({'k': ['a'], 'n': ['b']}), c)[0])"
    )
    runs = {
        subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True).stdout
        for _ in range(2)
    }
    assert len(runs) == 1


@pytest.mark.parametrize("same", ["10.5", "10.50", "10.500000"])
def test_trailing_zeros_of_a_price_change_nothing(same: str) -> None:
    assert of(PRODUCT, {**ROBE, "price": Decimal(same)}) == of(PRODUCT, ROBE)


@pytest.mark.parametrize(("quantity", "text"), [(0, "=0"), (12, "=12"), (100, "=100"), (-3, "=-3"), (None, "=")])
def test_a_lone_quantity_is_kept_in_clear(quantity: int | None, text: str) -> None:
    assert of((KEY, QUANTITY), {"reference": "R1", "quantity": quantity}) == text


@pytest.mark.parametrize(
    ("price", "text"), [("10", "=10"), ("10.50", "=10.5"), ("100", "=100"), ("0", "=0"), ("-0.1", "=-0.1")]
)
def test_a_lone_price_is_kept_in_clear_without_idle_zeros(price: str, text: str) -> None:
    assert of((KEY, PRICE), {"reference": "R1", "price": Decimal(price)}) == text


def test_a_lone_text_is_hashed() -> None:
    assert len(of((KEY, NAME), {"reference": "R1", "name": "Robe"})) == 16


def test_a_lone_quantity_is_hashed_when_it_is_secret_or_salted() -> None:
    row = {"reference": "R1", "quantity": 12}
    assert len(of((KEY, QUANTITY), row, secret=b"x")) == 16
    assert len(of((KEY, QUANTITY), row, salt="x")) == 16


def test_columns_that_the_shop_owns_do_not_count() -> None:
    for owner in (Owner.SHOP, Owner.FIRST_WRITE):
        name = Column(key="name", index=1, type=ValueType.TEXT, target="name", owner=owner)
        columns = (KEY, name, PRICE, ACTIVE)
        robe = {"reference": "R1", "name": "Robe", "price": Decimal(1), "active": True}
        assert of(columns, robe) == of(columns, {**robe, "name": "Jupe"})


def test_the_place_of_a_column_in_the_file_and_its_name_do_not_count() -> None:
    renamed = Column(key="libelle", index=9, type=ValueType.TEXT, target="name")
    row = {"reference": "R1", "price": Decimal(1)}
    assert of((KEY, PRICE, renamed), {**row, "libelle": "Robe"}) == of((KEY, NAME, PRICE), {**row, "name": "Robe"})


def test_another_target_for_the_same_value_counts_as_changed() -> None:
    moved = Column(key="name", index=1, type=ValueType.TEXT, target="description_short")
    row = {"reference": "R1", "name": "Robe"}
    assert of((KEY, moved), row) != of((KEY, NAME), row)


def test_a_new_column_that_is_empty_changes_nothing() -> None:
    row = {"reference": "R1", "name": "Robe"}
    assert of((KEY, NAME, ARRIVES), {**row, "available_date": None}) == of((KEY, NAME), row)


def test_an_empty_cell_that_clears_the_shops_value_counts() -> None:
    clearing = Column(key="available_date", index=4, type=ValueType.DATE, target="available_date", blank=Blank.CLEAR)
    row = {"reference": "R1", "name": "Robe"}
    assert of((KEY, NAME, clearing), {**row, "available_date": None}) != of((KEY, NAME), row)


def test_a_value_cannot_pass_for_two_columns() -> None:
    columns = (KEY, NAME, Column(key="unity", index=2, type=ValueType.TEXT, target="unity"))
    honest = {"reference": "R1", "name": "a", "unity": "b"}
    sly = {"reference": "R1", "name": "a|unity=1:b", "unity": None}
    assert of(columns, honest) != of(columns, sly)


def test_no_row_no_fingerprint() -> None:
    assert fingerprints(frame(PRODUCT), PRODUCT).to_list() == []


def test_a_stream_of_keys_alone_has_one_fingerprint_per_row() -> None:
    rows = frame((KEY,), {"reference": "a"}, {"reference": "b"})
    assert len(fingerprints(rows, (KEY,))) == 2


texts = st.text(st.characters(codec="utf-8"), max_size=20)
rows_of_a_product = st.fixed_dictionaries(
    {
        "reference": st.just("R1"),
        "name": st.none() | texts,
        "price": st.none() | st.decimals(min_value=0, max_value=10**9, places=6),
        "active": st.none() | st.booleans(),
        "available_date": st.none() | st.dates(min_value=date(1900, 1, 1), max_value=date(2199, 12, 31)),
        "changed": st.none() | st.datetimes(min_value=datetime(1900, 1, 1), max_value=datetime(2199, 1, 1)),  # noqa: DTZ001 - as files say it
    }
)


@given(rows_of_a_product, rows_of_a_product)
def test_equal_wishes_and_only_they_have_equal_fingerprints(one: dict[str, Any], other: dict[str, Any]) -> None:
    assert (of(PRODUCT, one) == of(PRODUCT, other)) == (one == other)


@given(st.lists(rows_of_a_product, max_size=8))
def test_a_row_has_the_same_fingerprint_alone_and_among_others(rows: list[dict[str, Any]]) -> None:
    together = fingerprints(frame(PRODUCT, *rows), PRODUCT).to_list()
    assert together == [of(PRODUCT, row) for row in rows]
