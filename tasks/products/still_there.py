"""Once a day: are the products that the ledger knows still in the shop? Those deleted by hand are in the report."""

from __future__ import annotations

import polars as pl

from connectors.ledger import LinkState
from connectors.prestashop import IDS_ONLY
from schemas.incidents import Level
from tasks.run.run import Run
from tasks.run.sweeps import Sweep

KIND = "product"
_NAMED = 20
"""Articles with an incident of their own."""


async def doubt_what_was_deleted(run: Run) -> None:
    """The links of products and combinations that the shop no longer has are doubted: this run looks at their rows.

    Where more are gone than may be closed at once, nothing is doubted and a person is asked: the shop may be another
    one, or an older one.
    """
    sweep = Sweep(run, "products")
    if not run.may_write_shop or not sweep.is_due:
        return
    links = run.ledger.links(run.folder.name, KIND).filter(
        (pl.col("state") == LinkState.ACTIVE) & (pl.col("shop_id") > 0)
    )
    gone = await _gone(run, links)
    guards = run.folder.settings.guards
    if gone.height > max(guards.min_affected, guards.max_deactivated_share * links.height):
        run.note(Level.ERROR, "many_deleted_in_shop", value=str(gone.height), detail=str(links.height))
        return
    run.ledger.doubt(run.folder.name, KIND, gone["erp_key"].to_list())
    _report(run, gone)
    sweep.done = True
    sweep.keep()


async def _gone(run: Run, links: pl.DataFrame) -> pl.DataFrame:
    """The links whose product or combination the shop does not list; an empty list is proved by the connector."""
    products = await _existing(run, "products", links["shop_id"])
    combinations = await _existing(run, "combinations", links.filter(pl.col("sub_id") > 0)["sub_id"])
    is_there = pl.col("shop_id").is_in(products) & ((pl.col("sub_id") == 0) | pl.col("sub_id").is_in(combinations))
    return links.filter(~is_there)


async def _existing(run: Run, resource: str, ids: pl.Series) -> list[int]:
    wanted = [str(number) for number in ids.unique().sort()]
    found = await run.shop.find(resource, "id", wanted, display=IDS_ONLY, within="all") if wanted else []
    return [int(entity["id"]) for entity in found]


def _report(run: Run, gone: pl.DataFrame) -> None:
    """One incident per article, a parent for all its combinations; beyond some, one for all the others."""
    leaves = run.folder.settings.products.deleted_in_shop == "leave"
    code = "deleted_and_left" if leaves else "deleted_and_made_again"
    articles = gone.select(key=pl.coalesce("parent_key", "erp_key"), id="shop_id").unique("key").sort("key")
    for key, number in articles.head(_NAMED).iter_rows():
        run.note(Level.INFO, code, key, detail=str(number))
    if articles.height > _NAMED:
        run.note(Level.INFO, f"{code}_others", value=str(articles.height - _NAMED))
