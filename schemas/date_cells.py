"""Days and moments as ERPs write them, and the days that stand for no date or for no end."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

import polars as pl

from schemas.cell_reason import Reason

if TYPE_CHECKING:
    from schemas.column_spec import Column, StreamSpec

FIRST_YEAR, LAST_YEAR = 1900, 2199
_TIME = r"[ T]([0-9]{1,2}):([0-9]{2})(?::([0-9]{2})(?:[.,][0-9]+)?)?(?:Z|[+-]00:?00)?$"
_ZEROS = r"^[0 /.:T-]*0000[0 /.:T-]*$"
_FULL_YEAR = r"[0-9]{4}"
_SERIAL = r"^[2-7][0-9]{4}(?:[.,][0-9]+)?$"
_FORMAT_WORDS = (("%Y", "YYYY"), ("%y", "YY"), ("%m", "MM"), ("%d", "DD"), ("%e", "DD"), ("%B", "MMMM"), ("%b", "MMM"))
# The least dates of .NET, of Windows files, of SQL Server, of spreadsheets, of an ERP and of Unix: what an empty date
# becomes on its way through them.
_NO_DATE = (
    date(1, 1, 1),
    date(1601, 1, 1),
    date(1753, 1, 1),
    date(1899, 12, 30),
    date(1899, 12, 31),
    date(1900, 1, 1),
    date(1970, 1, 1),
)
# The greatest ones of an ERP and of SQL Server's smalldatetime; others that people write are beyond 2199.
_NO_END = (date(2099, 12, 31), date(2079, 6, 6))
_NO_END_FROM = 2900


def stands_for_none(day: date) -> bool:
    """Whether programs write this day where they know none."""
    return day in _NO_DATE or day in _NO_END or day.year >= _NO_END_FROM


def date_reasons(column: Column, stream: StreamSpec, code: str) -> tuple[Reason, ...]:
    """Why a cell is no date; `code` is what is said of one that is not written as agreed."""
    cell = pl.col(column.key)
    moment = _moment(cell, stream)
    is_none = _is_none(cell, moment)
    year = moment.dt.year()
    known = is_none | (_is_endless(moment) if column.endless else pl.lit(value=False))
    outside = ~known & ~year.is_between(FIRST_YEAR, LAST_YEAR)
    unread = moment.is_null() & ~is_none
    serial = cell.str.contains(_SERIAL)
    found = [
        Reason("date_spreadsheet", unread & serial),
        Reason(code, unread & ~serial, _formats_in_words(stream)),
        Reason("date_out_of_range", outside.fill_null(value=False), f"{FIRST_YEAR}-{LAST_YEAR}"),
    ]
    if column.required:
        found.append(Reason("date_missing", is_none))
    return tuple(found)


def date_value(column: Column, stream: StreamSpec) -> pl.Expr:
    """The moment of a cell; null where there is none, where it means none, and where it means without end."""
    cell = pl.col(column.key)
    moment = _moment(cell, stream)
    no_date = _is_none(cell, moment)
    if column.endless:
        no_date = no_date | _is_endless(moment)
    return pl.when(~no_date & moment.dt.year().is_between(FIRST_YEAR, LAST_YEAR)).then(moment)


def _is_none(cell: pl.Expr, moment: pl.Expr) -> pl.Expr:
    return cell.str.contains(_ZEROS) | moment.dt.date().is_in(_NO_DATE).fill_null(value=False)


def _is_endless(moment: pl.Expr) -> pl.Expr:
    far = (moment.dt.year() >= _NO_END_FROM) | moment.dt.date().is_in(_NO_END)
    return far.fill_null(value=False)


def _moment(cell: pl.Expr, stream: StreamSpec) -> pl.Expr:
    day_text = cell.str.replace(_TIME, "")
    # chrono's %Y also takes one to three digits: 01/02/25 would be a day of the year 25.
    days = [
        pl.when(day_text.str.contains(_FULL_YEAR)).then(_day(day_text, one)) if "%Y" in one else _day(day_text, one)
        for one in stream.date_formats
    ]
    hour, minute, second = (cell.str.extract(_TIME, group).cast(pl.Int64, strict=False) for group in (1, 2, 3))
    hour, minute, second = (part.fill_null(0) for part in (hour, minute, second))
    is_time = (hour < 24) & (minute < 60) & (second < 60)  # noqa: PLR2004 - a day's hours, minutes, seconds
    moment = pl.coalesce(days).cast(pl.Datetime("us")) + pl.duration(hours=hour, minutes=minute, seconds=second)
    return pl.when(is_time).then(moment)


def _day(text: pl.Expr, one_format: str) -> pl.Expr:
    return text.str.to_date(one_format, strict=False)


def _formats_in_words(stream: StreamSpec) -> str:
    words = ", ".join(stream.date_formats)
    for sign, word in _FORMAT_WORDS:
        words = words.replace(sign, word)
    return words
