"""What the ledger says of an article is no longer believed: the next run compares it with the shop."""

from __future__ import annotations

from contextlib import ExitStack
from dataclasses import dataclass
from datetime import datetime

import polars as pl

from tasks.run.shop_folder import ShopFolder
from tasks.why.files import FLOWS, last_day_of


@dataclass(frozen=True, slots=True)
class Doubted:
    """How many confirmations are no longer believed, and from when on each flow is to read its files again."""

    count: int
    again: dict[str, datetime]
    """By flow; a flow whose files no longer name the article, or are no longer kept, is left out."""


def resync_article(folder: ShopFolder, reference: str) -> Doubted:
    """Doubts what was confirmed of `reference` and, where it is a parent, of its combinations.

    What the shop refused of it is forgotten too, and what an undo holds, so that it is sent again at once.
    """
    with folder.open_ledger() as ledger, ExitStack() as leases:
        for flow in FLOWS.values():
            leases.enter_context(ledger.lease(folder.name, flow))
        products = ledger.links(folder.name, "product")
        of_it = products.filter((pl.col("erp_key") == reference) | (pl.col("parent_key") == reference))
        keys = [reference, *(key for key in of_it["erp_key"] if key != reference)]
        count = of_it.height
        ledger.doubt(folder.name, "product", of_it["erp_key"].to_list())
        stock = ledger.links_for(folder.name, "stock", keys)["erp_key"].to_list()
        ledger.doubt(folder.name, "stock", stock)
        for kind in ("product", "combination", "stock"):
            ledger.forget_refusals(folder.name, kind, keys)
        for kind in ("product", "stock", "stock_item"):
            ledger.release_wants(folder.name, kind, keys)
        days = {flow: last_day_of(folder, ledger, keys, stream) for stream, flow in FLOWS.items()}
    return Doubted(count + len(stock), {flow: day for flow, day in days.items() if day is not None})
