"""The product of an article that was renamed in the ERP gets its new reference, in the shop and in the ledger."""

from __future__ import annotations

from contextlib import ExitStack
from dataclasses import dataclass

import polars as pl

from connectors.ledger import Ledger, LinkState
from connectors.prestashop import Shop
from tasks.run.shop_folder import ShopFolder

_FLOWS = ("import_products", "import_stock", "import_specific_prices")
"""None of them may be at work meanwhile."""
_PRODUCT, _STOCK, _SPECIFIC_PRICE = "product", "stock", "specific_price"


@dataclass(frozen=True, slots=True)
class Renamed:
    """How a renaming ended: the code and the detail of its message."""

    code: str
    detail: str = ""

    @property
    def is_done(self) -> bool:
        """Whether the article has its new reference."""
        return self.code == "renamed"


async def rename(folder: ShopFolder, old: str, new: str) -> Renamed:
    """The article that the ledger knows as `old` is `new` from now on; the next file is compared with the shop.

    Started again after it was cut off, it goes on where it stopped.
    """
    with folder.open_ledger() as ledger, ExitStack() as leases:
        for flow in _FLOWS:
            leases.enter_context(ledger.lease(folder.name, flow))
        links = ledger.links_for(folder.name, _PRODUCT, [old, new]).filter(pl.col("shop_id") > 0)
        known = {
            key: (product, combination) for key, product, combination in links["erp_key", "shop_id", "sub_id"].rows()
        }
        if old not in known:
            return Renamed("rename_unknown")
        if new in known:
            return Renamed("rename_taken", str(known[new][0]))
        async with folder.open_shop() as shop:
            refused = await _rename_in_shop(shop, folder.stream("product").key_column.target, old, new, *known[old])
        if refused is not None:
            return refused
        _rename_in_ledger(ledger, folder.name, old, new)
        return Renamed("renamed", str(known[old][0]))


async def _rename_in_shop(
    shop: Shop, field: str, old: str, new: str, id_product: int, id_combination: int
) -> Renamed | None:
    """Writes the reference and reads it back; why not, where the shop's entity is not the one that is meant."""
    resource, number = ("combinations", id_combination) if id_combination else ("products", id_product)
    found = await shop.find(resource, "id", [str(number)], display=["id", field])
    if not found:
        return Renamed("rename_gone", str(number))
    bears = str(found[0].get(field, ""))
    if bears not in {old, new}:
        return Renamed("rename_other", f"{number}: {bears}")
    for other in ("products", "combinations"):
        holders = [int(one["id"]) for one in await shop.find(other, field, [new], display=["id", field])]
        if taken := [holder for holder in holders if (other, holder) != (resource, number)]:
            return Renamed("rename_taken", str(taken[0]))
    if bears == new:
        return None
    [receipt] = await shop.update(resource, [{"id": number, field: new}])
    if receipt.error is not None:
        return Renamed("shop_refused", receipt.error.reason)
    read = await shop.find(resource, "id", [str(number)], display=["id", field])
    return None if read and str(read[0].get(field, "")) == new else Renamed("rename_other", str(number))


def _rename_in_ledger(ledger: Ledger, shop: str, old: str, new: str) -> None:
    """The product's own link last: as long as it is the old one, the renaming can be started again."""
    prices = ledger.links(shop, _SPECIFIC_PRICE)
    of_article = prices.filter(pl.col("erp_key").str.starts_with(f"{old}|"))
    moved = pl.lit(new) + pl.col("erp_key").str.slice(len(old))
    _move(ledger, shop, _SPECIFIC_PRICE, of_article, moved)
    _move(ledger, shop, _STOCK, ledger.links_for(shop, _STOCK, [old]), pl.lit(new))
    product = ledger.links_for(shop, _PRODUCT, [old])
    _move(ledger, shop, _PRODUCT, product.with_columns(in_doubt=pl.lit(value=True)), pl.lit(new))


def _move(ledger: Ledger, shop: str, kind: str, links: pl.DataFrame, key: pl.Expr) -> None:
    """The links under their new keys, and the former ones forgotten: all or none."""
    if not links.is_empty():
        former = links.with_columns(state=pl.lit(LinkState.FORGOTTEN.value))
        ledger.confirm(shop, kind, pl.concat([links.with_columns(erp_key=key), former]).drop("seq"), run_id=None)
