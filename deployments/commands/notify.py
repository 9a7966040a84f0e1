"""`passerelle notify`: tell people now what is due, or send a message for trial."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

from cyclopts import Parameter

from deployments.commands.parameters import ShopArgument
from deployments.exits import Exit
from deployments.terminal import out
from deployments.words import said
from schemas.terminal_texts import terminal_text
from tasks.run.notify import notify_what_is_due, send_test
from tasks.run.shop_folder import ShopFolder, open_shop_folder


async def notify(
    shop: ShopArgument = Path(),
    *,
    test: Annotated[bool, Parameter(negative=(), help=said("Send a message for trial to every address."))] = False,
) -> Exit:
    """Tell of streams that stay silent and how the week was, if it is time; every run does so at its end, too."""
    folder = open_shop_folder(shop)
    if not folder.settings.notify.to:
        _say(folder, "nobody")
        return Exit.USAGE if test else Exit.COMPLETED
    if test:
        failed = await send_test(folder)
        for name in failed:
            _say(folder, "not_reached", name=name)
        if not failed:
            _say(folder, "reached", count=len(folder.settings.notify.to))
        return Exit.FAILED if failed else Exit.COMPLETED
    with folder.open_ledger() as ledger:
        sent = await notify_what_is_due(folder, ledger)
    for news in sent:
        out.print(news.title, markup=False, soft_wrap=True)
    if not sent:
        _say(folder, "nothing_due")
    return Exit.COMPLETED


def _say(folder: ShopFolder, code: str, **params: object) -> None:
    out.print(terminal_text("notify", code, folder.settings.shop.language, **params), markup=False, soft_wrap=True)
