"""Pure: which price of the ledger a row means whose dates or quantity are other ones, and which it stands beside."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import polars as pl

_FOR_EVER = "9999"
_PARTS = r"^(?<_case>.*)\|(?<_quantity>[^|]*)\|(?<_from>[^|]*)\|(?<_to>[^|]*)$"
"""Keys are `reference|country|currency|customer and group|quantity|from|to`."""


def prices_moved(rows: pl.DataFrame, links: pl.DataFrame) -> dict[str, str]:
    """New key -> former key, where exactly one price of the same case and markdown code has no row any more.

    Prices of one markdown whose periods do not overlap are two prices. One whose quantity is another is the same only
    where the markdown has no other price in that case; without a code it is open which price is meant.
    """
    pairs = _pairs(rows, links).filter((pl.col("_label") != "") & (pl.col("_label") == pl.col("_label_former")))
    same = _one_to_one(pairs.filter(pl.col("_quantity") == pl.col("_quantity_former")))
    left = pairs.filter(~pl.col("erp_key").is_in(list(same)) & ~pl.col("erp_key_former").is_in(list(same.values())))
    on = ["_case", "_label"]
    single = left.join(_single(_parts(rows.select(erp_key="_key", _label="_label")), on), on=on, how="semi")
    single = single.join(_single(_parts(_active(links)), on), on=on, how="semi")
    return same | _one_to_one(single)


def prices_beside(
    rows: pl.DataFrame, links: pl.DataFrame, moved: Mapping[str, str], gone: Iterable[str]
) -> dict[str, str]:
    """New key -> key of a price of ours with no row, that goes on beside it: of the same case, at the same time.

    Prices of two markdown codes are meant to be two; so are those of `gone`, which a complete file closes.
    """
    pairs = _pairs(rows, links).filter(
        (pl.col("_label") == pl.col("_label_former"))
        & ~pl.col("erp_key").is_in(list(moved))
        & ~pl.col("erp_key_former").is_in([*moved.values(), *gone])
    )
    return dict(pairs.sort("erp_key", "erp_key_former").select("erp_key", "erp_key_former").iter_rows())


def shown(key: str) -> str:
    """Quantity and dates of a key, for people."""
    *_, quantity, start, end = key.split("|")
    return f"≥ {quantity}, {start or '…'} → {end or '…'}"


def _pairs(rows: pl.DataFrame, links: pl.DataFrame) -> pl.DataFrame:
    """New rows beside active links without a row, of the same case and at the same time."""
    new = _parts(rows.select(erp_key="_key", _label="_label").join(links, on="erp_key", how="anti"))
    former = _parts(_active(links).join(rows, left_on="erp_key", right_on="_key", how="anti"))
    return new.join(former, on="_case", how="inner", suffix="_former").filter(
        (pl.col("_from") <= pl.col("_to_former")) & (pl.col("_from_former") <= pl.col("_to"))
    )


def _active(links: pl.DataFrame) -> pl.DataFrame:
    active = links.filter((pl.col("state") == "active") & (pl.col("shop_id") > 0))
    return active.select("erp_key", _label="erp_code")


def _parts(keys: pl.DataFrame) -> pl.DataFrame:
    parts = keys.with_columns(pl.col("erp_key").str.extract_groups(_PARTS).alias("_parts")).unnest("_parts")
    return parts.with_columns(
        pl.col("_label").fill_null(""),
        pl.when(pl.col("_to") == "").then(pl.lit(_FOR_EVER)).otherwise("_to").alias("_to"),
    )


def _single(keys: pl.DataFrame, on: list[str]) -> pl.DataFrame:
    return keys.filter(pl.len().over(on) == 1)


def _one_to_one(pairs: pl.DataFrame) -> dict[str, str]:
    alone = (pl.len().over("erp_key") == 1) & (pl.len().over("erp_key_former") == 1)
    return dict(pairs.filter(alone).select("erp_key", "erp_key_former").iter_rows())
