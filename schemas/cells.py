"""One cell of text: why it is not what its column expects, and its typed value, as polars expressions."""

from __future__ import annotations

from dataclasses import replace
from functools import cache
from typing import TYPE_CHECKING

import polars as pl

from schemas.cell_reason import Reason
from schemas.column_spec import Column, StreamSpec, ValueType
from schemas.number_cells import decimal_reasons, decimal_value, integer_reasons, integer_value

if TYPE_CHECKING:
    from collections.abc import Iterable

BOOLEANS = {
    **dict.fromkeys(("1", "true", "vrai", "oui", "yes", "o", "y", "x"), True),
    **dict.fromkeys(("0", "false", "faux", "non", "no", "n", "-"), False),
}
"""Lower-case words for true and false; Cegid writes X and -."""

DTYPES: dict[ValueType, pl.DataType] = {
    ValueType.TEXT: pl.String(),
    ValueType.INTEGER: pl.Int64(),
    ValueType.DECIMAL: pl.Decimal(20, 6),
    ValueType.BOOLEAN: pl.Boolean(),
    ValueType.DATE: pl.Date(),
    ValueType.DATETIME: pl.Datetime("us"),
    ValueType.EAN13: pl.String(),
    ValueType.EMAIL: pl.String(),
    ValueType.HTML: pl.String(),
}
"""What the accepted frame holds."""

# XML 1.0 cannot hold them: the shop would answer code 127.
_CONTROL = r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\x{fffe}\x{ffff}]"
_ONLY_CONTROL = r"^[\s\x00-\x1f\x7f\x{fffe}\x{ffff}]+$"
_TIME = r"[ T]([0-9]{1,2}):([0-9]{2})(?::([0-9]{2})(?:[.,][0-9]+)?)?$"
_SCIENTIFIC = r"^[0-9](?:[.,][0-9]+)?[eE]\+?[0-9]+$"
_EMAIL = r'^[^@\s<>(),;:\\"\[\]]+@[^@\s.,;<>]+(?:\.[^@\s.,;<>]+)+$'
# Validate::isCleanHtml of PrestaShop 8.2 refuses these with code 84.
_UNCLEAN_HTML = r"(?is)<\s*script|script:|<[^>]*\son[a-z]{3,}\s*="
_YEARS = (1900, 2199)
# The same function refuses these unless PS_ALLOW_HTML_IFRAME is on; what passes it, HTMLPurifier drops.
_FRAMES = r"(?i)<\s*(?:i?frame|object|embed|form|input)\b"
_FORMAT_WORDS = (("%Y", "YYYY"), ("%y", "YY"), ("%m", "MM"), ("%d", "DD"), ("%e", "DD"), ("%B", "MMMM"), ("%b", "MMM"))


def reasons(column: Column, stream: StreamSpec) -> tuple[Reason, ...]:
    """Every reason to find fault with a cell of this column; none applies to an empty one."""
    filled = pl.col(column.key).is_not_null()
    return tuple(replace(one, applies=filled & one.applies) for one in _reasons(column, stream))


def _reasons(column: Column, stream: StreamSpec) -> tuple[Reason, ...]:  # noqa: PLR0911 - one answer per type
    cell = pl.col(column.key)
    match column.type:
        case ValueType.DECIMAL:
            value = decimal_value(cell, stream.decimal_mark)
            return (*decimal_reasons(cell, stream.decimal_mark), *_bounds(column, value))
        case ValueType.INTEGER:
            value = integer_value(cell, stream.decimal_mark)
            return (*integer_reasons(cell, stream.decimal_mark), *_bounds(column, value))
        case ValueType.BOOLEAN:
            return (Reason("boolean", _boolean(cell).is_null()),)
        case ValueType.DATE:
            return (Reason("date", _date(cell, stream).is_null(), _dates_in_words(stream)),)
        case ValueType.DATETIME:
            return (Reason("datetime", _datetime(cell, stream).is_null(), _dates_in_words(stream)),)
        case ValueType.EAN13:
            return _ean13_reasons(cell)
        case ValueType.EMAIL:
            return (Reason("email", ~cell.str.contains(_EMAIL)), *_text_reasons(column, cell))
        case ValueType.HTML:
            return (*_html_reasons(cell, stream), *_text_reasons(column, cell))
        case ValueType.TEXT:
            return _text_reasons(column, cell)


def _html_reasons(cell: pl.Expr, stream: StreamSpec) -> tuple[Reason, ...]:
    unclean = Reason("unclean_html", cell.str.contains(_UNCLEAN_HTML))
    return (unclean,) if stream.allow_frames else (unclean, Reason("html_with_frame", cell.str.contains(_FRAMES)))


def any_of(found: Iterable[Reason]) -> pl.Expr:
    """Whether at least one reason applies."""
    return pl.any_horizontal([reason.applies for reason in found])


def value(column: Column, stream: StreamSpec) -> pl.Expr:
    """The typed value of a cell; null where it is empty or does not parse. Texts lose their control characters.

    A key that has some is at fault: what names something is taken as it is.
    """
    cell = pl.col(column.key)
    match column.type:
        case ValueType.DECIMAL:
            return decimal_value(cell, stream.decimal_mark)
        case ValueType.INTEGER:
            return integer_value(cell, stream.decimal_mark)
        case ValueType.BOOLEAN:
            return _boolean(cell)
        case ValueType.DATE:
            return _date(cell, stream)
        case ValueType.DATETIME:
            return _datetime(cell, stream)
        case _:
            return cell if _names_something(column) else cell.str.replace_all(_CONTROL, "").str.strip_chars()


def _bounds(column: Column, number: pl.Expr) -> tuple[Reason, ...]:
    found = []
    if column.minimum is not None:
        found.append(Reason("below_minimum", number < column.minimum, str(column.minimum)))
    if column.maximum is not None:
        found.append(Reason("above_maximum", number > column.maximum, str(column.maximum)))
    return tuple(found)


def _text_reasons(column: Column, cell: pl.Expr) -> tuple[Reason, ...]:
    # Elsewhere control characters are taken out; in a key that would make two keys one.
    found = [Reason("control_characters", cell.str.contains(_CONTROL if _names_something(column) else _ONLY_CONTROL))]
    if column.max_length is not None:
        found.append(Reason("too_long", cell.str.len_chars() > column.max_length, str(column.max_length)))
    if column.forbidden:
        signs = list(column.forbidden)
        found.append(Reason("forbidden_characters", cell.str.contains_any(signs), " ".join(signs)))
    if column.pattern is not None:
        found.append(Reason("pattern", ~cell.str.contains(f"^(?:{column.pattern})$"), column.example or column.pattern))
    return tuple(found)


def _names_something(column: Column) -> bool:
    return column.object_key or column.parent_ref


def _ean13_reasons(cell: pl.Expr) -> tuple[Reason, ...]:
    scientific = cell.str.contains(_SCIENTIFIC)
    digits = cell.str.contains("^[0-9]{1,13}$")
    number = cell.cast(pl.Int64, strict=False)
    fours = [number // 10**place % 10**4 for place in (12, 8, 4, 0)]
    weight = pl.sum_horizontal([pl.lit(_weights_of_four_digits()).gather(four) for four in fours])
    wrong = digits & (cell.str.len_bytes() == 13) & (weight % 10 != 0)  # noqa: PLR2004 - an EAN-13 has 13
    return (
        Reason("ean13_spreadsheet", scientific),
        Reason("ean13", ~digits & ~scientific),
        Reason("ean13_check_digit", wrong),
    )


@cache
def _weights_of_four_digits() -> pl.Series:
    """The weighted sum of every group of four digits: from the right 1, 3, 1, 3."""
    groups = pl.int_range(10_000)
    digits = [groups // 10**place % 10 for place in range(4)]
    return pl.select(digits[0] + 3 * digits[1] + digits[2] + 3 * digits[3]).to_series()


def _boolean(cell: pl.Expr) -> pl.Expr:
    return cell.str.to_lowercase().replace_strict(BOOLEANS, default=None, return_dtype=pl.Boolean)


def _date(cell: pl.Expr, stream: StreamSpec) -> pl.Expr:
    """The day; a time after it is allowed, when it is one."""
    moment = _datetime(cell, stream)
    return moment.dt.date()


def _datetime(cell: pl.Expr, stream: StreamSpec) -> pl.Expr:
    day_text = cell.str.replace(_TIME, "")
    days = [day_text.str.to_date(one, strict=False) for one in stream.date_formats]
    # chrono's %Y also takes one to three digits: 01/02/25 would be a day of the year 25.
    day = pl.coalesce([pl.when(day.dt.year().is_between(*_YEARS)).then(day) for day in days])
    hour, minute, second = (cell.str.extract(_TIME, group).cast(pl.Int64, strict=False) for group in (1, 2, 3))
    hour, minute, second = (part.fill_null(0) for part in (hour, minute, second))
    is_time = (hour < 24) & (minute < 60) & (second < 60)  # noqa: PLR2004 - a day's hours, minutes, seconds
    moment = day.cast(pl.Datetime("us")) + pl.duration(hours=hour, minutes=minute, seconds=second)
    return pl.when(is_time).then(moment)


def _dates_in_words(stream: StreamSpec) -> str:
    words = ", ".join(stream.date_formats)
    for sign, word in _FORMAT_WORDS:
        words = words.replace(sign, word)
    return words
