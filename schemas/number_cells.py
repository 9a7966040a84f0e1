"""Numbers as people and ERPs write them: 12.5, 12,50, 1 234,5, 1.234,50."""

from __future__ import annotations

import re

import polars as pl

from schemas.cell_reason import Reason

_NUMBER_SIGNS = r"^[+-]?[0-9.,]*[0-9][0-9.,]*$"
_ONE_MARK = r"^[+-]?(?:[0-9]+[.,]?[0-9]*|[.,][0-9]+)$"
_LARGEST = "99999999999999.999999"
# Rust's \s is every Unicode blank, the narrow no-break spaces of French numbers included.
_BLANKS = r"\s"


def decimal_value(cell: pl.Expr, decimal_mark: str | None) -> pl.Expr:
    """Decimal(20, 6), rounded half up; null where the cell is not a number or does not fit."""
    return (
        _exact(_without_blanks(cell), decimal_mark)
        .round(6, mode="half_away_from_zero")
        .cast(pl.Decimal(20, 6), strict=False)
    )


def integer_value(cell: pl.Expr, decimal_mark: str | None) -> pl.Expr:
    """Int64; null where the cell is not a whole number. `12,00` is one."""
    exact = _exact(_without_blanks(cell), decimal_mark)
    return pl.when(_is_whole(exact)).then(exact.cast(pl.Int64, strict=False))


def decimal_reasons(cell: pl.Expr, decimal_mark: str | None) -> tuple[Reason, ...]:
    """Why a cell is not a decimal number."""
    text = _without_blanks(cell)
    value = decimal_value(cell, decimal_mark)
    return (*_mark_reasons(text, decimal_mark, "decimal"), _too_large(text, value, decimal_mark))


def integer_reasons(cell: pl.Expr, decimal_mark: str | None) -> tuple[Reason, ...]:
    """Why a cell is not a whole number."""
    text = _without_blanks(cell)
    exact = _exact(text, decimal_mark)
    return (
        *_mark_reasons(text, decimal_mark, "integer"),
        _too_large(text, exact, decimal_mark),
        Reason("integer", exact.is_not_null() & ~_is_whole(exact)),
    )


def _without_blanks(cell: pl.Expr) -> pl.Expr:
    return cell.str.replace_all(_BLANKS, "")


def _is_whole(exact: pl.Expr) -> pl.Expr:
    return exact.round(0, mode="half_away_from_zero") == exact


def _well_written(decimal_mark: str | None) -> str:
    if decimal_mark is None:
        return _ONE_MARK
    mark = re.escape(decimal_mark)
    group = re.escape("," if decimal_mark == "." else ".")
    whole = rf"(?:[0-9]+|[0-9]{{1,3}}(?:{group}[0-9]{{3}})+)"
    return rf"^[+-]?(?:{whole}(?:{mark}[0-9]*)?|{mark}[0-9]+)$"


def _exact(text: pl.Expr, decimal_mark: str | None) -> pl.Expr:
    """Decimal(38, 18); null where the text is not well written or has more than twenty whole digits."""
    if decimal_mark == ".":
        dotted = text.str.replace_all(",", "", literal=True)
    elif decimal_mark == ",":
        dotted = text.str.replace_all(".", "", literal=True).str.replace(",", ".", literal=True)
    else:
        dotted = text.str.replace(",", ".", literal=True)
    number = dotted.cast(pl.Decimal(38, 18), strict=False)
    return pl.when(text.str.contains(_well_written(decimal_mark))).then(number)


def _mark_reasons(text: pl.Expr, decimal_mark: str | None, code: str) -> tuple[Reason, ...]:
    number_like = text.str.contains(_NUMBER_SIGNS)
    well_written = text.str.contains(_well_written(decimal_mark))
    if decimal_mark is not None:
        return (
            Reason("decimal_group", number_like & ~well_written, decimal_mark),
            Reason(code, ~number_like),
        )
    both = number_like & text.str.contains(",", literal=True) & text.str.contains(".", literal=True)
    return (Reason("decimal_both_marks", both), Reason(code, ~well_written & ~both))


def _too_large(text: pl.Expr, value: pl.Expr, decimal_mark: str | None) -> Reason:
    return Reason("number_too_large", text.str.contains(_well_written(decimal_mark)) & value.is_null(), _LARGEST)
