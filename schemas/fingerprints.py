"""A short stable text per row of what the ERP wants: equal texts, equal wishes."""

from __future__ import annotations

from hashlib import blake2b
from typing import TYPE_CHECKING

import polars as pl

from schemas.column_spec import Blank, Column, Owner, ValueType

if TYPE_CHECKING:
    from collections.abc import Sequence

_FORMAT = "1"
"""Of the text that is hashed: a new one makes every row count as changed."""
_DIGEST_BYTES = 8
_NARROW_TYPES = frozenset({ValueType.INTEGER, ValueType.DECIMAL, ValueType.BOOLEAN, ValueType.DATE})


def fingerprints(rows: pl.DataFrame, columns: Sequence[Column], *, salt: str = "", secret: bytes = b"") -> pl.Series:
    """One fingerprint per row of typed `rows`, in their order, over the ERP's own columns other than the key.

    An empty cell does not count, unless it clears the shop's value. Sixteen hexadecimal digits of blake2b, keyed with
    `secret` (at most 64 bytes) where values are personal; a lone number, such as a quantity, is kept in clear (`=12`).
    `salt` names whatever else decides what is written.
    """
    own = sorted(
        (column for column in columns if column.owner is Owner.ERP and not column.object_key),
        key=lambda column: column.target,
    )
    if len(own) == 1 and own[0].type in _NARROW_TYPES and not salt and not secret:
        narrow = pl.concat_str(pl.lit("="), canonical_text(own[0]).fill_null(""))
        return rows.lazy().select(narrow.alias("fingerprint")).collect().to_series()
    start = pl.repeat(f"{_FORMAT}|{len(salt)}:{salt}", pl.len())
    texts = rows.lazy().select(pl.concat_str(start, *(_wish(column) for column in own))).collect().to_series()
    hashed = [blake2b(text.encode(), digest_size=_DIGEST_BYTES, key=secret).hexdigest() for text in texts]
    return pl.Series("fingerprint", hashed, dtype=pl.String)


def canonical_text(column: Column) -> pl.Expr:
    """A typed cell in the one text of its value: `10.5`, `1`, `2025-01-02`, `2025-01-02T14:30:00`; null stays null."""
    cell = pl.col(column.key)
    match column.type:
        case ValueType.DECIMAL:
            # Six decimals first: the pattern would also take the zeros of a whole number.
            return cell.cast(pl.Decimal(38, 6)).cast(pl.String).str.replace(r"\.?0+$", "")
        case ValueType.INTEGER:
            return cell.cast(pl.Int64).cast(pl.String)
        case ValueType.BOOLEAN:
            return pl.when(cell).then(pl.lit("1")).when(~cell).then(pl.lit("0"))
        case ValueType.DATE:
            return cell.cast(pl.Date).dt.strftime("%Y-%m-%d")
        case ValueType.DATETIME:
            return cell.cast(pl.Datetime("us")).dt.strftime("%Y-%m-%dT%H:%M:%S%.6f")
        case _:
            return cell.cast(pl.String)


def _wish(column: Column) -> pl.Expr:
    """`|target=length:value`, so that no value can pass for two; empty when the cell says nothing."""
    text = canonical_text(column)
    said = pl.concat_str(pl.lit(f"|{column.target}="), text.str.len_bytes().cast(pl.String), pl.lit(":"), text)
    silence = f"|{column.target}=-" if column.blank is Blank.CLEAR else ""
    return said.fill_null(silence)
