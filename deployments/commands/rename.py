"""`passerelle rename`: an article whose reference was renamed in the ERP keeps its product in the shop."""

from __future__ import annotations

from pathlib import Path

from deployments.commands.parameters import ShopFolder
from deployments.exits import Exit
from deployments.terminal import out
from schemas.messages import message
from tasks.products.rename import rename as rename_article
from tasks.run.shop_folder import open_shop_folder


async def rename(old: str, new: str, *, shop: ShopFolder = Path()) -> Exit:
    """Give the product or combination that the ERP called OLD its reference NEW, in the shop and in the ledger.

    It keeps its id, page, pictures, stock and discounts; the next file is compared with it.
    """
    folder = open_shop_folder(shop)
    ended = await rename_article(folder, old, new)
    read = message(ended.code, folder.settings.shop.language, key=old, value=new, detail=ended.detail)
    out.print(f"{read.reason} {read.remedy}", markup=False, soft_wrap=True)
    return Exit.COMPLETED if ended.is_done else Exit.FAILED
