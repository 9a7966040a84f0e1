"""One expression for all reasons says what they say one by one."""

from decimal import Decimal
from typing import Any

import polars as pl
from hypothesis import given
from hypothesis import strategies as st

from schemas.cells import any_of, is_sound, reasons
from schemas.column_spec import ValueType
from tests.schemas.one_cell import stream_of

_COLUMNS: tuple[dict[str, Any], ...] = (
    {},
    {"object_key": True, "required": True, "max_length": 4, "forbidden": "<>;={}^-]&~#"},
    {"parent_ref": True, "max_length": 3, "pattern": "[A-Z]*"},
    {"spaced": ";:", "forbidden": "!"},
    {"minimum": Decimal(0), "maximum": Decimal(99)},
    {"is_undecided": True},
)
_ODD_CELLS = st.one_of(
    st.none(),
    st.text("#N/A!='\"+12eE.,;:<]^-&~ xÃ©\u200b\xad\u2010\ufffd\x07\x7f", max_size=6),
    st.sampled_from(["#N/A", '="12"', "'12", "1,2E+5", "1234567.00", "Ã©", "a@b.fr", "4006381333931", "12"]),
)


@given(st.sampled_from(ValueType), st.sampled_from(_COLUMNS), st.lists(_ODD_CELLS, min_size=1, max_size=9))
def test_a_cell_is_sound_when_no_reason_applies_to_it(
    type_: ValueType, options: dict[str, Any], cells: list[str | None]
) -> None:
    stream = stream_of(type_, **options)
    column = stream.columns[1]
    rows = pl.DataFrame({"cell": cells}, schema={"cell": pl.String}).lazy()
    told = rows.select(sound=is_sound(column, stream), one_by_one=~any_of(reasons(column, stream))).collect()
    assert told["sound"].to_list() == told["one_by_one"].to_list()
