"""Which rows say something that the shop was not yet confirmed to have."""

from __future__ import annotations

from datetime import datetime

import polars as pl


def believed(since: datetime | None) -> pl.Expr:
    """Whether a link counts as confirmed: it was so before `since`, or there is no `since`."""
    return (pl.lit(value=True) if since is None else pl.col("confirmed_at") < since).alias("believed")


def with_links(rows: pl.DataFrame, links: pl.DataFrame, since: datetime | None) -> pl.DataFrame:
    """`rows` (`_key`, `fingerprint`, ...) with `_changed` and of their link `shop_id`, `sub_id`, `state`, `_confirmed`.

    `_confirmed` is the fingerprint that the link holds; a row is unchanged when it is the same. With `since`, a link
    confirmed at or after it counts as not confirmed: its ids are given, its fingerprint is not believed.
    """
    confirmed = links.select(
        pl.col("erp_key").alias("_key"),
        "shop_id",
        "sub_id",
        "state",
        pl.col("fingerprint").alias("_confirmed"),
        "confirmed_at",
    )
    joined = rows.join(confirmed, on="_key", how="left", maintain_order="left")
    same = (pl.col("_confirmed") == pl.col("fingerprint")) & believed(since)
    return joined.with_columns(_changed=~same.fill_null(value=False)).drop("confirmed_at")


def absent(rows: pl.DataFrame, links: pl.DataFrame) -> pl.DataFrame:
    """Links that are still active and whose key is in no row: what a complete file has closed by leaving it out."""
    keys = rows.select(pl.col("_key").alias("erp_key"))
    return links.filter(pl.col("state") == "active").join(keys, on="erp_key", how="anti")
