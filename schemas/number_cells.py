"""Numbers as people and ERPs write them: 12.5, 12,50, 1 234,5, 1'234.50, 1.234,50."""

from __future__ import annotations

import re

import polars as pl

from schemas.cell_reason import Reason

_NUMBER_SIGNS = r"^[+-]?[0-9.,]*[0-9][0-9.,]*$"
_ONE_MARK = r"^[+-]?(?:[0-9]+[.,]?[0-9]*|[.,][0-9]+)$"
_LARGEST = "99999999999999.999999"
_INVISIBLE = r"[\x{ad}\x{200b}-\x{200f}\x{202a}-\x{202e}\x{2060}-\x{2064}\x{2066}-\x{2069}\x{feff}]"
# Rust's \s is every Unicode blank, the narrow no-break spaces of French numbers included. Switzerland writes 1'234.50.
_GROUP_SIGN = r"[\s'\x{2019}]"
_GROUPED = rf"^[+-]?[0-9]{{1,3}}(?:{_GROUP_SIGN}[0-9]{{3}})+(?:[.,][0-9]*)?$"
_SIGN_APART = r"^([+-])\s+"
THREE_AFTER_A_MARK = r"[0-9][.,][0-9]{3}(?:[^0-9]|$)"
"""In a text that holds no such thing, no number may be read in two ways."""
_THOUSANDS_OR_DECIMALS = r"^[+-]?[1-9][0-9]{{0,2}}{mark}[0-9]{{3}}$"
_PROOF = (
    r"^[+-]?(?:[0-9]+{mark}(?:[0-9]{{0,2}}|[0-9]{{4,}})|0*{mark}[0-9]+|[0-9]{{4,}}{mark}[0-9]+"
    r"|[0-9]{{1,3}}(?:{other}[0-9]{{3}})+{mark}[0-9]*|[0-9]{{1,3}}(?:{other}[0-9]{{3}}){{2,}}"
    r"|[0-9]{{1,3}}(?:{blank}[0-9]{{3}})+{mark}[0-9]*)$"
)
MARKS = (",", ".")


def proves(cell: pl.Expr, mark: str) -> pl.Expr:
    """Whether a cell can only be a number whose decimals stand after `mark`."""
    other = "." if mark == "," else ","
    proof = _PROOF.format(mark=re.escape(mark), other=re.escape(other), blank=_GROUP_SIGN)
    return _visible(cell).str.contains(proof)


def is_undecided(cell: pl.Expr, mark: str) -> pl.Expr:
    """Whether `mark` in a cell may as well separate thousands as decimals: 2.000."""
    return _visible(cell).str.contains(_THOUSANDS_OR_DECIMALS.format(mark=re.escape(mark)))


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


def undecided_reason(cell: pl.Expr) -> Reason:
    """The fault of a number that may be read in two ways where nothing says which is meant."""
    return Reason("decimal_undecided", pl.any_horizontal([is_undecided(cell, mark) for mark in MARKS]))


def _visible(cell: pl.Expr) -> pl.Expr:
    return cell.str.replace_all(_INVISIBLE, "").str.strip_chars().str.replace(_SIGN_APART, "$1")


def _without_blanks(cell: pl.Expr) -> pl.Expr:
    """The number without the blanks between its groups of three; any other blank stays and is at fault."""
    text = _visible(cell)
    return pl.when(text.str.contains(_GROUPED)).then(text.str.replace_all(_GROUP_SIGN, "")).otherwise(text)


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
