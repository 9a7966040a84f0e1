from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from schemas.formulas import defused, restored

CELLS = st.one_of(st.text(), st.text("'=+-@\t\r\n0123456789 .,AB\uff1d\uff0b"))


@given(CELLS)
def test_every_text_comes_back_as_it_was(cell: str) -> None:
    assert restored(defused(cell)) == cell


@given(CELLS)
def test_what_is_written_begins_like_no_formula_unless_it_is_a_number(cell: str) -> None:
    written = defused(cell)
    if written[:1] in tuple("=@\t\r\n\uff1d\uff0b\uff0d\uff20"):
        pytest.fail(written)
    if written[:1] in tuple("+-"):
        assert not set(written[1:]) - set("0123456789 .,\u00a0\u202f")


@pytest.mark.parametrize("cell", ["-5", "+33 6 12 34 56 78", "+33612345678", "-1 250,00", "-0.5", "12", "", "-", "A-1"])
def test_numbers_and_telephone_numbers_stay_as_they_are(cell: str) -> None:
    assert defused(cell) == restored(cell) == cell


@pytest.mark.parametrize(
    "cell", ["=1+1", "+1+cmd|'/C calc'!A0", "-2+3", "@SUM(A1)", "\t=1", "\r=1", "+33-6-12", "\uff1d1"]
)
def test_what_a_spreadsheet_would_run_has_an_apostrophe_before_it(cell: str) -> None:
    assert defused(cell) == f"'{cell}"
