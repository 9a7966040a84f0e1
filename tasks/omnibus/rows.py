"""Rows of products and of discounts become lines of the price ledger, as frames."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

import polars as pl

from schemas.column_spec import Owner, StreamSpec
from schemas.price_changes import Origin, PriceChange, PriceState, ReductionKind, change_of
from schemas.settings import SpecificPrices
from tasks.flat.translate.specific_prices import AMOUNT, PERCENT
from tasks.run.run import Run

TERMS: dict[str, pl.DataType] = {
    "price": pl.Decimal(38, 9),
    "tax_included": pl.Boolean(),
    "reduction": pl.Decimal(38, 9),
    "reduction_kind": pl.String(),
    "reduction_tax": pl.Boolean(),
    "country": pl.String(),
    "currency": pl.String(),
    "customer_group": pl.String(),
    "starts": pl.String(),
    "ends": pl.String(),
}
"""What a line says, by column."""
LINE: dict[str, pl.DataType] = {
    "_file": pl.Int32(),
    "_line": pl.Int64(),
    "reference": pl.String(),
    "case_key": pl.String(),
    **TERMS,
}
ROWS = {"_file": pl.Int32, "_line": pl.Int64, "_key": pl.String}
_DAY = "%Y-%m-%d %H:%M:%S"
_HUNDRED = 100


def read_keys(run: Run, file: int, numbers: Mapping[str, int]) -> None:
    """The rows of a flow that reads no file: these keys, numbered."""
    run.rows.read += len(numbers)
    rows = [(file, number, key) for key, number in numbers.items()]
    run.rows.accepted = pl.concat([run.rows.accepted, pl.DataFrame(rows, schema=ROWS, orient="row")])


def item_lines(rows: pl.DataFrame, stream: StreamSpec, *, tax_included: bool) -> pl.DataFrame:
    """The own price of each item, as `LINE`; rows without a price say nothing."""
    column = stream.column("price")
    if column is None or column.owner is Owner.SHOP:
        return pl.DataFrame(schema=LINE)
    priced = rows.filter(pl.col(column.key).is_not_null())
    return _lines(priced, pl.col("_key"), pl.lit(""), price=pl.col(column.key), tax_included=pl.lit(tax_included))


def discount_lines(
    rows: pl.DataFrame,
    keys: pl.Series,
    stream: StreamSpec,
    settings: SpecificPrices,
    *,
    own_money: frozenset[str] = frozenset(),
) -> pl.DataFrame:
    """The discounts that anybody may have who buys one piece, as `LINE`; `keys` are those of their links.

    What a customer alone has, or who buys several pieces, is no price to compare with. `own_money`: the ISO code of
    the items' own currency.
    """
    columns = {column.target: column.key for column in stream.columns}

    def cell(target: str) -> pl.Expr:
        return pl.col(columns[target]) if target in columns else pl.lit(None)

    def text(target: str) -> pl.Expr:
        return cell(target).cast(pl.String).str.strip_chars().fill_null("")

    kind = text("type").str.to_lowercase()
    is_percent = kind.is_in(list(PERCENT))
    currency = text("currency").str.to_uppercase()
    reduction = cell("reduction").cast(TERMS["reduction"]).fill_null(0)
    price = cell("price").cast(TERMS["price"])
    becomes_percent = pl.lit(value=False)
    if settings.recompute_percentage:
        becomes_percent = price.is_not_null() & (reduction == 0) & currency.is_in(["", *own_money])
    known = rows.with_columns(_link=keys).filter(
        (text("email") == "")
        & (cell("from_quantity").cast(pl.Int64).fill_null(1) <= 1)
        & (is_percent | kind.is_in(list(AMOUNT)))
    )
    return _lines(
        known,
        pl.col("_key"),
        pl.col("_link").str.strip_prefix(pl.col("_key") + "|"),
        price=price,
        tax_included=pl.lit(settings.prices == "tax_incl"),
        reduction=reduction,
        reduction_kind=pl.when(becomes_percent)
        .then(pl.lit(ReductionKind.NEW_PRICE.value))
        .when(is_percent)
        .then(pl.lit(ReductionKind.PERCENTAGE.value))
        .otherwise(pl.lit(ReductionKind.AMOUNT.value)),
        reduction_tax=cell("reduction_tax").cast(pl.Boolean).fill_null(value=False),
        country=text("iso_code").str.to_uppercase(),
        currency=currency,
        customer_group=text("group"),
        starts=_moment(cell("from")),
        ends=_end(cell("to"), last_day_included=settings.last_day_included),
    )


def _moment(cell: pl.Expr) -> pl.Expr:
    return cell.cast(pl.Datetime("us")).dt.strftime(_DAY).fill_null("")


def _end(cell: pl.Expr, *, last_day_included: bool) -> pl.Expr:
    at = cell.cast(pl.Datetime("us"))
    if not last_day_included:
        return _moment(at)
    midnight = at.dt.time() == pl.time(0, 0, 0)
    return _moment(pl.when(midnight).then(at + pl.duration(hours=23, minutes=59, seconds=59)).otherwise(at))


def _lines(rows: pl.DataFrame, reference: pl.Expr, case: pl.Expr, **terms: pl.Expr) -> pl.DataFrame:
    """The rows as `LINE`; terms that are not given say nothing."""
    nothing: dict[str, Any] = {
        "price": None,
        "tax_included": False,
        "reduction": 0,
        "reduction_kind": ReductionKind.AMOUNT.value,
        "reduction_tax": True,
        **dict.fromkeys(("country", "currency", "customer_group", "starts", "ends"), ""),
    }
    filled = {name: terms.get(name, pl.lit(nothing[name])).cast(dtype) for name, dtype in TERMS.items()}
    return rows.select(
        pl.col("_file").cast(pl.Int32),
        pl.col("_line").cast(pl.Int64),
        reference=reference,
        case_key=case,
        **filled,
    )


def terms_of(lines: pl.DataFrame) -> pl.Series:
    """All that each line says, as one text: equal where nothing is other."""
    told = [pl.col(name).cast(dtype).cast(pl.String).fill_null("-") for name, dtype in TERMS.items()]
    return lines.select(pl.concat_str(told, separator="|")).to_series()


def as_changes(lines: pl.DataFrame, *, state: PriceState, origin: Origin, run_id: str) -> list[PriceChange]:
    """The lines (`LINE`, `began_at`, `source`) for the ledger."""
    rows = lines.iter_rows(named=True)
    plain = (row | {name: _plain(row[name]) for name in ("price", "reduction")} for row in rows)
    return [change_of(row, state=state, origin=origin, line=row["_line"], run_id=run_id) for row in plain]


def _plain(amount: Decimal | None) -> Decimal | None:
    """Without the zeros that a frame's column adds."""
    return None if amount is None else amount.normalize()
