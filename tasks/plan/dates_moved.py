"""Pure: which price of the ledger a row means whose dates are other ones."""

from __future__ import annotations

import polars as pl

_FOR_EVER = "9999"


def dates_moved(rows: pl.DataFrame, links: pl.DataFrame) -> dict[str, str]:
    """New key -> former key, where exactly one price of the same case and markdown code has no row any more.

    Keys end with `|from|to`. Prices of one markdown whose periods do not overlap are two prices; without a code nothing
    says which price is meant.
    """
    named = rows.filter(pl.col("_label").fill_null("") != "").select(erp_key="_key", parent_key="_label")
    new = _of_case(named.join(links, on="erp_key", how="anti"))
    active = links.filter((pl.col("state") == "active") & (pl.col("shop_id") > 0))
    former = _of_case(active.select("erp_key", "parent_key").join(rows, left_on="erp_key", right_on="_key", how="anti"))
    on = ["_case", "parent_key"]
    pairs = new.join(former, on=on, how="inner", suffix="_former").filter(
        (pl.col("_from") <= pl.col("_to_former")) & (pl.col("_from_former") <= pl.col("_to"))
    )
    one_to_one = (pl.len().over("erp_key") == 1) & (pl.len().over("erp_key_former") == 1)
    return dict(pairs.filter(one_to_one).select("erp_key", "erp_key_former").iter_rows())


def _of_case(keys: pl.DataFrame) -> pl.DataFrame:
    parts = pl.col("erp_key").str.extract_groups(r"^(?<_case>.*)\|(?<_from>[^|]*)\|(?<_to>[^|]*)$")
    unnested = keys.with_columns(parts.alias("_parts")).unnest("_parts")
    return unnested.with_columns(pl.when(pl.col("_to") == "").then(pl.lit(_FOR_EVER)).otherwise("_to").alias("_to"))
