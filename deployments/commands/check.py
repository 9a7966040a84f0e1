"""`passerelle check`: is a shop ready for its first run?"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Annotated

from cyclopts import Parameter
from rich.markup import escape
from rich.table import Table

from deployments.commands.parameters import ShopArgument
from deployments.exits import Exit
from deployments.terminal import out, show_table
from deployments.words import said
from schemas.messages import check_words
from tasks.check.finding import Finding
from tasks.check.rights import Box, boxes
from tasks.check.shop import check_folder
from tasks.run.shop_folder import ShopFolder, open_shop_folder

_PATIENCE_SECONDS = 5.0  # somebody waits at the terminal
_COLOURS = {"ok": "green", "warning": "yellow", "error": "bold red"}


async def check(
    shop: ShopArgument = Path(),
    *,
    rights: Annotated[bool, Parameter(help=said("Show the boxes to tick for the webservice key."))] = False,
) -> Exit:
    """Look at the configuration, the ledger and the shop, and say what is missing and what to do about it."""
    folder = open_shop_folder(shop)
    language = folder.settings.shop.language
    if rights:
        return await _show_rights(folder, language)
    errors = show_findings(await check_folder(folder), language)
    if not errors:
        out.print(check_words(language, "words")["ready"])
    return Exit.USAGE if errors else Exit.COMPLETED


async def _show_rights(folder: ShopFolder, language: str) -> Exit:
    async with folder.open_shop(patience_seconds=_PATIENCE_SECONDS) as shop:
        found = boxes(folder, await shop.describe())
    words = check_words(language, "words")
    table = Table(box=None, pad_edge=False)
    for title in (words["resource"], "View (GET)", "Add (POST)", "Modify (PUT) + Patch", "Delete"):
        table.add_column(title, no_wrap=True)
    for resource, of_resource in found.items():
        table.add_row(resource, *(_cell(box, words) for box in of_resource.values()))
    show_table(table)
    return (
        Exit.USAGE
        if any(box.needed and not box.held for row in found.values() for box in row.values())
        else Exit.COMPLETED
    )


def _cell(box: Box, words: Mapping[str, str]) -> str:
    if box.needed:
        return f"[green]{words['ticked']}[/]" if box.held else f"[bold red]{words['to_tick']}[/]"
    return f"[yellow]{words['not_needed']}[/]" if box.held else ""


def show_findings(findings: list[Finding], language: str) -> int:
    """Shows the findings as a table, and says how many are to be put right; that number."""
    show_table(_table(findings, language))
    errors = sum(finding.verdict == "error" for finding in findings)
    if errors:
        out.print(check_words(language, "words")["to_mend"].format(count=errors))
    return errors


def _table(findings: list[Finding], language: str) -> Table:
    words = check_words(language, "words")
    table = Table(box=None, pad_edge=False, show_header=False)
    table.add_column(no_wrap=True)
    table.add_column(no_wrap=True)
    table.add_column()
    for finding in findings:
        said = escape(finding.reason) + (f"\n[green]{escape(finding.remedy)}[/]" if finding.remedy else "")
        colour = _COLOURS[finding.verdict]
        table.add_row(f"[{colour}]{words[finding.verdict]}[/]", finding.title(language), said)
    return table
