"""Which rows say something that the shop was not yet confirmed to have."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import datetime

import polars as pl

SHORTEST_RUN = 10_000
"""Keys that follow one another as links do; shorter runs are not worth a look for where each begins."""
_MOST_RUNS = 8


def believed(since: datetime | None) -> pl.Expr:
    """Whether a link counts as confirmed: it was so before `since`, or there is no `since`."""
    return (pl.lit(value=True) if since is None else pl.col("confirmed_at") < since).alias("believed")


def with_links(
    rows: pl.DataFrame, links: pl.DataFrame, since: datetime | None, compared: str = "fingerprint"
) -> pl.DataFrame:
    """`rows` (`_key`, `fingerprint`, ...) with `_changed` and of their link `shop_id`, `sub_id`, `state`, `_confirmed`.

    `_confirmed` is what the link holds under the name of `compared`, which the rows have too: `fingerprint`, or
    `confirmed_value`. A row is unchanged when it is the same and not in doubt. With `since`, a link confirmed at or
    after it counts as not confirmed: its ids are given, what it holds is not believed.
    """
    at = indices_among(rows["_key"], links["erp_key"])
    held = pl.col("shop_id", "sub_id", "state"), pl.col(compared).alias("_confirmed")
    linked = rows.hstack(links.select(held).select(pl.all().gather(at)))
    return linked.with_columns(_changed=~_is_same(rows, links, at, since, compared))


def changed_and_same(
    rows: pl.DataFrame,
    links: pl.DataFrame,
    since: datetime | None,
    compared: str = "fingerprint",
    never_same: pl.Series | None = None,
) -> tuple[pl.DataFrame, pl.DataFrame]:
    """The rows (`_key` and what is `compared`) that are changed, and those that are not; of links no more is looked at.

    Rows whose key is among `never_same` are changed, whatever their link holds.
    """
    at = indices_among(rows["_key"], links["erp_key"])
    is_same = _is_same(rows, links, at, since, compared)
    if never_same is not None and not never_same.is_empty():
        is_same &= ~rows["_key"].is_in(never_same.implode())
    return rows.filter(~is_same), rows.filter(is_same)


def _is_same(
    rows: pl.DataFrame, links: pl.DataFrame, at: pl.Series, since: datetime | None, compared: str
) -> pl.Series:
    """Whether what each row says is what its link, `links[at]`, holds and is believed to hold."""
    is_sure = links.select((~pl.col("in_doubt") & believed(since)).alias("is_sure")).to_series()
    return ((links[compared].gather(at) == rows[compared]) & is_sure.gather(at)).fill_null(value=False)


def indices_among(
    keys: pl.Series,
    known: pl.Series,
    numbered: Callable[[pl.Series], pl.Series] = pl.Series.hash,
    shortest_run: int = SHORTEST_RUN,
) -> pl.Series:
    """Where each key stands in `known`, which names nothing twice; null where it does not."""
    runs = list(_runs(keys, known, shortest_run))
    told = sum(map(len, runs))
    return pl.concat([pl.Series(dtype=pl.UInt32), *runs, _looked_for(keys[told:], known, numbered)])


def _runs(keys: pl.Series, known: pl.Series, shortest: int) -> Iterator[pl.Series]:
    """Where the first keys stand, as long as many of them follow one another as in `known`.

    Most files come in the order of the file before them: then a look at each text is a tenth of what a join costs.
    """
    done = 0
    for _ in range(_MOST_RUNS):
        if len(keys) - done < shortest or keys[done] is None:
            return
        first = known.index_of(keys[done])
        if first is None:
            yield pl.Series([None], dtype=pl.UInt32)
            done += 1
            continue
        if _alike(keys.slice(done, shortest), known.slice(first, shortest)) < shortest:
            return
        length = _alike(keys.slice(done), known.slice(first))
        yield pl.int_range(first, first + length, dtype=pl.UInt32, eager=True)
        done += length


def _alike(some: pl.Series, others: pl.Series) -> int:
    """How many of the first of both are the same text."""
    count = min(len(some), len(others))
    differs = ~(some.head(count) == others.head(count)).fill_null(value=False)
    at = differs.arg_max()
    return at if at is not None and differs[at] else count


def _looked_for(keys: pl.Series, known: pl.Series, numbered: Callable[[pl.Series], pl.Series]) -> pl.Series:
    nothing = pl.repeat(None, len(keys), dtype=pl.UInt32, eager=True)
    if keys.is_empty():
        return nothing
    # Numbers are joined at a third of the cost of texts; where two texts have one number, the texts decide.
    left = pl.LazyFrame({"number": numbered(keys)}).with_row_index("row")
    right = pl.LazyFrame({"number": numbered(known)}).with_row_index("at")
    pairs = left.join(right, on="number", maintain_order="none").select("row", "at").collect(engine="streaming")
    same = pairs.filter(keys.gather(pairs["row"]) == known.gather(pairs["at"]))
    return nothing.scatter(same["row"], same["at"])


def absent(rows: pl.DataFrame, links: pl.DataFrame) -> pl.DataFrame:
    """Links that are still active and whose key is in no row: what a complete file has closed by leaving it out."""
    keys = rows.select(pl.col("_key").alias("erp_key"))
    return links.filter(pl.col("state") == "active").join(keys, on="erp_key", how="anti")
