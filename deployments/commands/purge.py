"""`passerelle purge`: what is older than the shop keeps it is deleted now, and not at the end of the next run."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

from deployments.commands.parameters import ShopArgument
from deployments.exits import Exit
from deployments.terminal import out
from schemas.messages import message
from tasks.run.purge import purge_and_report
from tasks.run.shop_folder import open_shop_folder


def purge(shop: ShopArgument = Path()) -> Exit:
    """Delete archives, rejects, reports and notes older than retention_days, and what stopped runs left."""
    folder = open_shop_folder(shop)
    with folder.open_ledger() as ledger:
        deleted = purge_and_report(folder, ledger, datetime.now(UTC))
    days, language = str(folder.settings.files.retention_days), folder.settings.shop.language
    texts = [message(one.code, language, **one.params).reason for one in deleted]
    for text in texts or [message("purged_nothing", language, detail=days).reason]:
        out.print(text, markup=False, soft_wrap=True)
    return Exit.COMPLETED
