"""Takes the pieces that the ERP has not seen off the rows of its files, and reports both figures."""

from __future__ import annotations

import polars as pl

from schemas.incidents import Level
from tasks.run.run import Run
from tasks.stock.unseen import Item, Unseen, less_unseen

_STOCK = "stock"
_NAMED = 20


def subtract_unseen(run: Run, rows: pl.DataFrame, products: pl.DataFrame, unseen: Unseen) -> pl.DataFrame:
    """The rows with what is left to sell; `products` are the ledger's links of products."""
    if not unseen or rows.is_empty():
        return rows
    written_at = {position: file.dropped.modified_at for position, file in enumerate(run.files)}
    by_key = run.stream.key_column.target == "reference"
    left, taken = less_unseen(rows, unseen, _items(run, products), written_at, by_key=by_key)
    if taken:
        pieces = sum(off for _, off in taken.values())
        colon = "\u00a0: " if run.folder.settings.shop.language == "fr" else ": "
        named = ", ".join(
            f"{key}{colon}{said}\u00a0\u2212\u00a0{off}" for key, (said, off) in sorted(taken.items())[:_NAMED]
        )
        more = ", …" if len(taken) > _NAMED else ""
        run.note(Level.INFO, "stock_less_unseen", value=str(pieces), detail=f"{named}{more}")
        run.report.beyond_rows["unseen_pieces"] = pieces
    return left


def _items(run: Run, products: pl.DataFrame) -> dict[str, Item]:
    """What each key is in the shop, by the links of products, else by those of stock."""
    stock = run.ledger.links(run.folder.name, _STOCK).filter(pl.col("product_id") > 0)
    found = {key: (product, sub) for key, product, sub in stock.select("erp_key", "product_id", "sub_id").iter_rows()}
    known = products.filter(pl.col("shop_id") > 0).select("erp_key", "shop_id", "sub_id")
    return found | {key: (product, sub) for key, product, sub in known.iter_rows()}
