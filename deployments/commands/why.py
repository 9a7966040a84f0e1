"""`passerelle why` and `passerelle resync`: why is it not there, and have it looked at again."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from typing import Annotated

from cyclopts import Parameter
from rich.markup import escape

from deployments.commands.orders import resend
from deployments.commands.parameters import AsJson, AsTsv
from deployments.commands.parameters import ShopFolder as ShopOption
from deployments.exits import Exit
from deployments.program import program, shop_option
from deployments.shown_plan import show_rows
from deployments.terminal import out
from deployments.words import said
from schemas.terminal_texts import terminal_text
from tasks.report.texts import texts
from tasks.run.shop_folder import ShopFolder, open_shop_folder
from tasks.run.time_zone import local, time_zone_of, zone_named
from tasks.why.article import article_facts
from tasks.why.order import order_facts
from tasks.why.plan import article_answer, order_answer
from tasks.why.resync import resync_article
from tasks.why.shapes import Line

_ORDER_WORDS = frozenset({"order", "commande"})
_STYLES = {"fact": "", "good": "green", "bad": "yellow", "remedy": "green", "head": "bold"}

What = Annotated[
    str, Parameter(help=said("A reference of an article (then the shop's folder may follow), or the word `order`."))
]
Number = Annotated[str, Parameter(help=said("After `order`: the order's id in the shop."))]


async def why(
    what: What, number: Number = "", shop: ShopOption = Path(), *, as_json: AsJson = False, as_tsv: AsTsv = False
) -> Exit:
    """Say in which file and line it came, what the ledger and the shop have, why it is not there, and what to do."""
    shop = _folder_named(what, number, shop)
    folder = open_shop_folder(shop)
    if what in _ORDER_WORDS:
        if not number.isdigit():
            return _name_one(folder, "why")
        lines = order_answer(await order_facts(folder, str(int(number))))
    else:
        lines = article_answer(await article_facts(folder, what))
    if as_json or as_tsv:
        told = ({"meant_as": line.tone, "code": line.code, "text": _text(line, folder, shop)} for line in lines)
        show_rows(told, "json" if as_json else "tsv")
    else:
        _show(lines, folder, shop)
    return Exit.COMPLETED


async def resync(
    what: What,
    number: Number = "",
    shop: ShopOption = Path(),
    *,
    dry_run: Annotated[bool, Parameter(help=said("Say what would be written, write nothing."))] = False,
) -> Exit:
    """Believe nothing that was confirmed of it: look at the shop (of an order: at the ERP) and put it right, now."""
    from deployments.commands.run import run  # noqa: PLC0415 - imports what runs flows

    shop = _folder_named(what, number, shop)
    folder = open_shop_folder(shop)
    if what in _ORDER_WORDS:
        if not number.isdigit():
            return _name_one(folder, "resync")
        ended = await resend(int(number), shop=shop)
        return ended if ended is not Exit.COMPLETED else await run("export_orders", shop=shop, dry_run=dry_run)
    doubted = resync_article(folder, what)
    code = "resync_noted" if doubted.count else "resync_unknown"
    _say(folder, code, count=doubted.count, key=what, program=program(), shop=shop_option(shop))
    if not doubted.again:
        _say(folder, "resync_no_file")
        return Exit.COMPLETED if doubted.count else Exit.USAGE
    exits = []
    zone = zone_named(time_zone_of(folder))
    for flow, at in doubted.again.items():
        day = at.astimezone(zone).date().isoformat()
        _say(folder, "resync_again", day=day, key=what)
        exits.append(await run(flow, shop=shop, since=day, dry_run=dry_run))
    return max(exits)


def _folder_named(what: str, number: str, shop: Path) -> Path:
    """The shop's folder: behind the reference of an article, or where a shop is named otherwise."""
    return Path(number) if number and what not in _ORDER_WORDS else shop


def _name_one(folder: ShopFolder, command: str) -> Exit:
    _say(folder, "name_one", program=program(), command=command)
    return Exit.USAGE


def _say(folder: ShopFolder, code: str, **params: object) -> None:
    out.print(terminal_text("why", code, folder.settings.shop.language, **params), markup=False, soft_wrap=True)


def _show(lines: Sequence[Line], folder: ShopFolder, shop: Path) -> None:
    for line in lines:
        text = escape(_text(line, folder, shop))
        style, indent = _STYLES[line.tone], "" if line.tone == "head" else "→ " if line.tone == "remedy" else "  "
        out.print(f"{indent}[{style}]{text}[/]" if style else f"{indent}{text}", soft_wrap=True)


def _text(line: Line, folder: ShopFolder, shop: Path) -> str:
    """The sentence, in the shop's language and time."""
    zone, words = time_zone_of(folder), texts(folder.settings.shop.language)
    told = {name: local(value, zone) if isinstance(value, datetime) else value for name, value in line.params.items()}
    told |= {name: words.value(name, str(value)) for name, value in told.items() if name == "price"}
    typed = {"program": program(), "shop": shop_option(shop)}
    return terminal_text("why", line.code, folder.settings.shop.language, **told | typed)
