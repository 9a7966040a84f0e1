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
_PLAIN_TYPES = frozenset({ValueType.INTEGER, ValueType.DECIMAL, ValueType.BOOLEAN, ValueType.DATE, ValueType.DATETIME})


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
    if len(own) == 1 and own[0].type in _PLAIN_TYPES and not salt and not secret:
        narrow = pl.concat_str(pl.lit("="), canonical_text(own[0]).fill_null(""))
        return rows.lazy().select(narrow.alias("fingerprint")).collect().to_series()
    start = pl.repeat(f"{_FORMAT}|{len(salt)}:{salt}", pl.len())
    wishes = rows.lazy().select(start.alias("_start"), *(_wish(column).alias(column.key) for column in own))
    texts = wishes.select(pl.concat_str(pl.all())).collect().to_series()
    digests = [
        blake2b(text, digest_size=_DIGEST_BYTES, key=secret).digest() for text in texts.cast(pl.Binary).to_list()
    ]
    return pl.Series("fingerprint", digests, dtype=pl.Binary).bin.encode("hex")


def canonical_text(column: Column) -> pl.Expr:
    """A typed cell in the one text of its value: `10.5`, `1`, `2025-01-02`, `2025-01-02T14:30:00`; null stays null."""
    cell = pl.col(column.key)
    match column.type:
        case ValueType.DECIMAL:
            # Six decimals first: a whole number must keep its zeros.
            six_decimals = cell.cast(pl.Decimal(38, 6)).cast(pl.String)
            return six_decimals.str.strip_chars_end("0").str.strip_chars_end(".")
        case ValueType.INTEGER:
            return cell.cast(pl.Int64).cast(pl.String)
        case ValueType.BOOLEAN:
            return pl.when(cell).then(pl.lit("1")).when(~cell).then(pl.lit("0"))
        case ValueType.DATE:
            return cell.cast(pl.Date).cast(pl.String)
        case ValueType.DATETIME:
            return cell.cast(pl.Datetime("us")).dt.strftime("%Y-%m-%dT%H:%M:%S%.6f")
        case _:
            return cell.cast(pl.String)


def _wish(column: Column) -> pl.Expr:
    """`|target=value`, empty when the cell says nothing; a text follows its length, so that no value passes for two."""
    text = canonical_text(column)
    length = () if column.type in _PLAIN_TYPES else (text.str.len_bytes().cast(pl.String), pl.lit(":"))
    reason = pl.concat_str(pl.lit(f"|{column.target}="), *length, text)
    return reason.fill_null(f"|{column.target}=-" if column.blank is Blank.CLEAR else "")
