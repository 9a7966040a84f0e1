"""One cell of text: why it is not what its column expects, and its typed value, as polars expressions."""

from __future__ import annotations

import re
from dataclasses import replace
from functools import cache
from typing import TYPE_CHECKING

import polars as pl

from schemas.broken_text import broken_text_reasons
from schemas.cell_reason import Reason, containing
from schemas.column_spec import Column, StreamSpec, ValueType
from schemas.date_cells import date_reasons, date_value
from schemas.html_cells import as_kept, html_reasons
from schemas.messages import code_for
from schemas.number_cells import decimal_reasons, decimal_value, integer_reasons, integer_value, undecided_reason

if TYPE_CHECKING:
    from collections.abc import Iterable

BOOLEANS = {
    **dict.fromkeys(("1", "true", "vrai", "oui", "yes", "o", "y", "x"), True),
    **dict.fromkeys(("0", "false", "faux", "non", "no", "n", "-"), False),
}
"""Lower-case words for true and false; some ERPs write X and -."""

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
# Zero-width signs, directions and the soft hyphen: nobody sees them, and two keys differ by them.
_INVISIBLE = r"[\x{ad}\x{200b}-\x{200f}\x{202a}-\x{202e}\x{2060}-\x{2064}\x{2066}-\x{2069}\x{feff}]"
# Those of them that no script and no emoji needs.
_SUPERFLUOUS = r"[\x{200b}\x{202a}-\x{202e}\x{2060}-\x{2064}\x{2066}-\x{2069}\x{feff}]"
_ONLY_UNSEEN = rf"^(?:[\s\x00-\x1f\x7f\x{{fffe}}\x{{ffff}}]|{_INVISIBLE})+$"
# A word processor's hyphens: they look like "-", and a code that holds one is another code.
_LOOKS_LIKE_HYPHEN = r"[\x{2010}\x{2011}]"
_SCIENTIFIC = r"^[0-9](?:[.,][0-9]+)?[eE]\+?[0-9]+$"
_SCIENTIFIC_CODE = r"^[0-9](?:[.,][0-9]+)?[eE]\+[0-9]{1,3}$"
_QUOTED_FORMULA = r'^="(?s:.*)"$'
_ERROR_OF_SPREADSHEET = (
    r"^#(?:N/A|N/D|REF ?!|VALUE!|VALEUR ?!|NAME\?|NOM ?\?|DIV/0 ?!|NUM!|NOMBRE ?!|NULL!|NUL ?!)$|^#{3,}$"
)
_MARKED_AS_TEXT = r"^'[0-9]"
_ENDS_IN_DECIMALS = r"^[0-9]{7,14}[.,]0+$"
# RFC 5322 without quoted texts, and IDNA: what isEmail of PrestaShop 8.2 takes (docs/facts/prestashop.md).
_ATOM = r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+"
_LABEL = r"[\p{L}\p{N}](?:[\p{L}\p{N}-]{0,61}[\p{L}\p{N}])?"
_EMAIL = rf"^{_ATOM}(?:\.{_ATOM})*@{_LABEL}(?:\.{_LABEL})+$"


def reasons(column: Column, stream: StreamSpec) -> tuple[Reason, ...]:
    """Every reason to find fault with a cell of this column; none applies to an empty one."""
    cell = pl.col(column.key)
    wrapped = _wrapped_by_a_spreadsheet(column, cell)
    is_wrapped = pl.any_horizontal([one.applies for one in wrapped])
    found = [replace(one, applies=cell.is_not_null() & one.applies) for one in wrapped]
    found += [replace(one, applies=cell.is_not_null() & ~is_wrapped & one.applies) for one in _reasons(column, stream)]
    return tuple(replace(one, code=code_for(one.code, required=column.required)) for one in found)


def _wrapped_by_a_spreadsheet(column: Column, cell: pl.Expr) -> tuple[Reason, ...]:
    """What a spreadsheet made of a value that was right before."""
    if column.type is ValueType.HTML:
        return (containing("spreadsheet_error", cell, _ERROR_OF_SPREADSHEET),)
    wrapping = [_QUOTED_FORMULA]
    if column.type is not ValueType.TEXT or _names_something(column):
        wrapping.append(_MARKED_AS_TEXT)
    if column.type is ValueType.EAN13 or _names_something(column):
        wrapping.append(_ENDS_IN_DECIMALS)
    found = [
        containing("spreadsheet_error", cell, _ERROR_OF_SPREADSHEET),
        containing("spreadsheet_wrapped", cell, _one_of(wrapping)),
    ]
    if column.type is ValueType.TEXT:
        found.append(containing("spreadsheet_number", cell, _SCIENTIFIC_CODE))
    return tuple(found)


def _reasons(column: Column, stream: StreamSpec) -> tuple[Reason, ...]:  # noqa: PLR0911 - one answer per type
    cell = pl.col(column.key)
    match column.type:
        case ValueType.DECIMAL:
            mark = _decimal_mark(column, stream)
            return _decided(column, cell, decimal_reasons(cell, mark), decimal_value(cell, mark))
        case ValueType.INTEGER:
            mark = _decimal_mark(column, stream)
            return _decided(column, cell, integer_reasons(cell, mark), integer_value(cell, mark))
        case ValueType.BOOLEAN:
            return (Reason("boolean", _boolean(cell).is_null()),)
        case ValueType.DATE | ValueType.DATETIME:
            return date_reasons(column, stream, column.type.value)
        case ValueType.EAN13:
            return _ean13_reasons(column, _visible(cell))
        case ValueType.EMAIL:
            return (Reason("email", ~_visible(cell).str.contains(_EMAIL)), *_text_reasons(column, cell))
        case ValueType.HTML:
            return (*html_reasons(column, stream), *broken_text_reasons(cell), *_text_reasons(column, cell))
        case ValueType.TEXT:
            return (*broken_text_reasons(cell), *_text_reasons(column, cell))


def is_sound(column: Column, stream: StreamSpec) -> pl.Expr:
    """Whether no reason applies to a cell of this column: `~any_of(reasons(...))`, its patterns looked for at once."""
    cell = pl.col(column.key)
    found = (*_wrapped_by_a_spreadsheet(column, cell), *_reasons(column, stream))
    patterns = cell.str.contains(_one_of([one.pattern for one in found if one.pattern]))
    faults = pl.any_horizontal(patterns, *(one.applies for one in found if not one.pattern))
    return ~(cell.is_not_null() & faults)


def _one_of(patterns: Iterable[str]) -> str:
    return "|".join(f"(?:{pattern})" for pattern in patterns)


def any_of(found: Iterable[Reason]) -> pl.Expr:
    """Whether at least one reason applies."""
    return pl.any_horizontal([reason.applies for reason in found])


def value(column: Column, stream: StreamSpec) -> pl.Expr:  # noqa: PLR0911 - one answer per type
    """The typed value of a cell; null where it is empty or does not parse. Texts lose their control characters.

    A key that has some is at fault: what names something is taken as it is.
    """
    cell = pl.col(column.key)
    match column.type:
        case ValueType.DECIMAL:
            return decimal_value(cell, _decimal_mark(column, stream))
        case ValueType.INTEGER:
            return integer_value(cell, _decimal_mark(column, stream))
        case ValueType.BOOLEAN:
            return _boolean(cell)
        case ValueType.DATE:
            return date_value(column, stream).dt.date()
        case ValueType.DATETIME:
            return date_value(column, stream)
        case ValueType.EAN13:
            return _ean13(column, cell)
        case ValueType.HTML:
            return as_kept(cell).str.replace_all(_CONTROL, "").str.strip_chars().replace("", None)
        case _:
            return cell if _names_something(column) else _without_superfluous(cell)


def _without_superfluous(cell: pl.Expr) -> pl.Expr:
    return cell.str.replace_all(_CONTROL, "").str.replace_all(_SUPERFLUOUS, "").str.strip_chars()


def _visible(cell: pl.Expr) -> pl.Expr:
    return cell.str.replace_all(_INVISIBLE, "").str.strip_chars()


def _decimal_mark(column: Column, stream: StreamSpec) -> str | None:
    return stream.decimal_mark or column.decimal_mark


def _decided(column: Column, cell: pl.Expr, found: tuple[Reason, ...], number: pl.Expr) -> tuple[Reason, ...]:
    """The faults of a number; of one that may be read in two ways, that alone."""
    faults = (*found, *_bounds(column, number))
    if not column.is_undecided:
        return faults
    undecided = undecided_reason(cell)
    return (undecided, *(replace(one, applies=~undecided.applies & one.applies) for one in faults))


def _bounds(column: Column, number: pl.Expr) -> tuple[Reason, ...]:
    found = []
    if column.minimum is not None:
        found.append(Reason("below_minimum", number < column.minimum, str(column.minimum)))
    if column.maximum is not None:
        found.append(Reason("above_maximum", number > column.maximum, str(column.maximum)))
    return tuple(found)


def _text_reasons(column: Column, cell: pl.Expr) -> tuple[Reason, ...]:
    # Elsewhere control characters are taken out; in a key that would make two keys one.
    found = [containing("control_characters", cell, _CONTROL if _names_something(column) else _ONLY_UNSEEN)]
    if _names_something(column):
        found.append(containing("invisible_characters", cell, _INVISIBLE))
        found.append(containing("looks_like_hyphen", cell, _LOOKS_LIKE_HYPHEN))
    if column.max_length is not None:
        found.append(Reason("too_long", cell.str.len_chars() > column.max_length, str(column.max_length)))
    if column.forbidden:
        signs = "[" + re.escape(column.forbidden) + "]"
        found.append(containing("forbidden_characters", cell, signs, " ".join(column.forbidden)))
    if column.spaced:
        found.append(Reason("sign_without_blank", _lacks_a_blank(cell, column.spaced), " ".join(column.spaced)))
    if column.pattern is not None:
        found.append(Reason("pattern", ~cell.str.contains(f"^(?:{column.pattern})$"), column.example or column.pattern))
    return tuple(found)


def _lacks_a_blank(cell: pl.Expr, signs: str) -> pl.Expr:
    """A sign that no blank follows, or none of them that just one blank or the end follows: the shop wants both."""
    sign = "[" + re.escape(signs) + "]"
    never_well = cell.str.contains(sign) & ~cell.str.contains(rf"{sign}(?:\s[^ ]|$)")
    return cell.str.contains(rf"{sign}\S") | never_well


def _names_something(column: Column) -> bool:
    return column.object_key or column.parent_ref


def _ean13(column: Column, cell: pl.Expr) -> pl.Expr:
    """The barcode; null for one of zeros alone, which no article bears. As the key of a row it is taken as it is."""
    if _names_something(column):
        return cell
    digits = _visible(cell)
    return pl.when(~digits.str.contains("^0+$")).then(digits)


def _ean13_reasons(column: Column, cell: pl.Expr) -> tuple[Reason, ...]:
    scientific = cell.str.contains(_SCIENTIFIC)
    digits = cell.str.contains(f"^(?:{column.pattern or '[0-9]{0,13}'})$")
    number = cell.cast(pl.Int64, strict=False)
    fours = [number // 10**place % 10**4 for place in (12, 8, 4, 0)]
    weight = pl.sum_horizontal([pl.lit(_weights_of_four_digits()).gather(four) for four in fours])
    wrong = digits & cell.str.len_bytes().is_in([13, 14]) & (weight % 10 != 0)
    return (
        Reason("ean13_spreadsheet", scientific),
        Reason("ean13", ~digits & ~scientific, column.example or "13"),
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
