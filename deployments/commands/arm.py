"""`passerelle arm` and `passerelle disarm`: may the shop and its ERP be written to?"""

from __future__ import annotations

from pathlib import Path

from deployments.commands.check import show_findings
from deployments.commands.parameters import ShopArgument
from deployments.exits import Exit
from deployments.terminal import out
from schemas.messages import check_words
from tasks.check.shop import check_folder
from tasks.run.armed import note_armed
from tasks.run.shop_folder import open_shop_folder


async def arm(shop: ShopArgument = Path()) -> Exit:
    """Check the shop; without errors, let runs write to it and to its ERP from now on."""
    folder = open_shop_folder(shop)
    language = folder.settings.shop.language
    if show_findings(await check_folder(folder), language):
        out.print(check_words(language, "words")["stays_unarmed"], markup=False)
        return Exit.USAGE
    note_armed(folder, folder.settings.shop.address)
    out.print(check_words(language, "words")["armed"].format(shop=folder.settings.shop.address), markup=False)
    return Exit.COMPLETED


def disarm(shop: ShopArgument = Path()) -> Exit:
    """From now on every run is a plan: nothing is written to the shop or to its ERP."""
    folder = open_shop_folder(shop)
    note_armed(folder, "")
    out.print(check_words(folder.settings.shop.language, "words")["disarmed"], markup=False)
    return Exit.COMPLETED
