"""Items that the shop has under other ids than before: what the ledger knows of the former ones holds no more."""

from __future__ import annotations

from collections.abc import Sequence

from connectors.ledger import Link
from tasks.run.run import Run

_STOCK = "stock"
_KEYED_BY_ITEM = ("specific_price", "product_supplier")
"""Kinds of links whose keys begin with that of their item, and a stroke behind it."""


def forget_former_items(run: Run, kind: str, links: Sequence[Link]) -> None:
    """What hangs on items whose ids are other ones than the ledger's is asked of the shop again.

    Called before `links` are confirmed, so that a run that ends in between does it again. PrestaShop deletes the stock
    rows, the specific prices and the suppliers' rows of a product or combination with it.
    """
    shop, ledger = run.folder.name, run.ledger
    given_ids = {link.erp_key: (link.shop_id, link.sub_id) for link in links if link.shop_id}
    known = ledger.links_for(shop, kind, list(given_ids)).select("erp_key", "shop_id", "sub_id")
    moved = [key for key, *ids in known.iter_rows() if ids[0] and tuple(ids) != given_ids[key]]
    if not moved:
        return
    ledger.forget(shop, _STOCK, moved)
    for hanging in _KEYED_BY_ITEM:
        keys = ledger.links(shop, hanging)["erp_key"]
        ledger.doubt(shop, hanging, keys.filter(keys.str.splitn("|", 2).struct[0].is_in(moved)).to_list())
