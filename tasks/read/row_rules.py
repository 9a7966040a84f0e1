"""What a row of products must be beyond its single cells, by itself and beside the other rows of the run."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING

import polars as pl

from schemas.column_spec import WEB_SERVICE
from schemas.frames import FAULTS

if TYPE_CHECKING:
    from collections.abc import Sequence

    from schemas.column_spec import Column, StreamSpec

_ROW = ("_file", "_line")
_NAMED = pl.concat_str(pl.col("_key"), pl.lit(" (l. "), pl.col("_line"), pl.lit(")"))
_NOTHING = pl.lit(None, pl.String)


def row_faults(rows: pl.DataFrame, stream: StreamSpec) -> pl.DataFrame:
    """The faults (see `FAULTS`) of rows that contradict themselves; `rows` holds the stream's columns, text or typed.

    A row that is its own parent, an attribute without parent, a combination without attribute, a category without the
    one above it.
    """
    faults = list(_category_gaps(rows, stream))
    parent = stream.parent_column
    if parent is not None:
        attributes = attribute_columns(stream)
        is_own = pl.col(parent.key) == pl.col("_key")
        faults.append(_faults(rows.filter(is_own), "own_parent", parent))
        orphans = rows.filter(pl.col(parent.key).is_null())
        faults += (_faults(_filled(orphans, column), "attribute_without_parent", column) for column in attributes)
        has_none = pl.all_horizontal(pl.lit(value=True), *(pl.col(column.key).is_null() for column in attributes))
        # An ERP that is asked tells what combinations cost, not what they are made of.
        if attributes or stream.type != WEB_SERVICE:
            bare = _filled(rows, parent).filter(~is_own & has_none)
            faults.append(_faults(bare, "combination_without_attribute", parent))
    return pl.concat(faults) if faults else pl.DataFrame(schema=FAULTS)


def neighbour_faults(winners: pl.DataFrame, parent: Column) -> pl.DataFrame:
    """The faults of rows that contradict another row of the run.

    A parent that is itself a combination; a combination that an earlier row of the same parent already is. `winners`:
    one row per key, with `_file`, `_line`, `_key`, `_parent` and `_combination` (see `combination`).
    """
    found = ((_nested(winners), "combination_of_combination"), (_repeated(winners), "combination_repeated"))
    return pl.concat(
        _faults(rows.rename({"_parent": parent.key}), code, parent, pl.col("_detail")) for rows, code in found
    )


def _nested(winners: pl.DataFrame) -> pl.DataFrame:
    """The combinations whose parent is a combination, with it as `_detail`."""
    # Numbers of texts are looked for at a tenth of the memory; the texts of those that meet decide.
    numbers = winners.select(
        parent=pl.col("_parent").hash(), key=pl.when(pl.col("_parent").is_not_null()).then(pl.col("_key").hash())
    )
    is_among = numbers["parent"].is_in(numbers["key"].drop_nulls().implode())
    suspects = winners.filter(pl.col("_parent").is_not_null() & is_among)
    is_parent = pl.col("_parent").is_not_null() & pl.col("_key").is_in(suspects["_parent"].implode())
    parents = winners.filter(is_parent).select(_parent="_key", _detail=_NAMED)
    return suspects.join(parents, on="_parent", how="inner")


def _repeated(winners: pl.DataFrame) -> pl.DataFrame:
    """The combinations that an earlier row of the same parent already is, with it as `_detail`."""
    pair = ["_parent", "_combination"]
    is_known = pl.col("_parent").is_not_null() & pl.col("_combination").is_not_null()
    suspects = winners.filter(is_known & winners.select(pair).hash_rows().is_duplicated())
    alike = suspects.filter(pl.struct(pair).is_duplicated()).sort(_ROW)
    first = alike.unique(pair, keep="first").select(*pair, _detail=_NAMED)
    return alike.join(first, on=pair, how="left").filter(pl.col("_detail") != _NAMED)


def attribute_columns(stream: StreamSpec) -> tuple[Column, ...]:
    """The columns in which the combinations of one product differ."""
    return tuple(column for column in stream.columns if column.target.startswith("attribute:"))


def combination(columns: Sequence[Column]) -> pl.Expr:
    """One text per row that is the same for the same attribute values, however they are spelt.

    Case, accents, blanks and the decimal mark (`36,5` and `36.5`) make no difference.
    Null where the row has no attribute.
    """
    values = [_folded(pl.col(column.key)).fill_null("") for column in columns]
    text = pl.concat_str(values, separator="\x1f") if values else pl.lit("")
    return text.replace("\x1f" * max(0, len(columns) - 1), None)


def _folded(text: pl.Expr) -> pl.Expr:
    plain = text.str.normalize("NFKD").str.replace_all(r"\p{M}", "")
    lower = plain.str.to_lowercase().str.replace_all(r"\s+", " ").str.strip_chars()
    return lower.str.replace(r"^([0-9]+),([0-9]+(?: ?[a-z]{1,3})?)$", "$1.$2")


def _category_gaps(rows: pl.DataFrame, stream: StreamSpec) -> list[pl.DataFrame]:
    levels = sorted((c for c in stream.columns if c.category_depth is not None), key=lambda c: c.category_depth or 0)
    return [
        _faults(_filled(rows, lower).filter(pl.col(upper.key).is_null()), "category_gap", lower, pl.lit(upper.key))
        for upper, lower in pairwise(levels)
    ]


def _filled(rows: pl.DataFrame, column: Column) -> pl.DataFrame:
    return rows.filter(pl.col(column.key).is_not_null())


def _faults(rows: pl.DataFrame, code: str, column: Column, detail: pl.Expr = _NOTHING) -> pl.DataFrame:
    found = rows.select(
        "_file",
        "_line",
        "_key",
        column=pl.lit(column.key),
        value=pl.col(column.key).cast(pl.String),
        code=pl.lit(code),
        detail=detail,
        blanked=pl.lit(value=False),
    )
    return found.cast(pl.Schema(FAULTS))
