"""`passerelle check`: is a shop ready for its first run?"""

from __future__ import annotations

from pathlib import Path

from rich.markup import escape
from rich.table import Table

from deployments.commands.parameters import ShopArgument
from deployments.exits import Exit
from deployments.terminal import out, show_table
from schemas.messages import check_words
from tasks.check.finding import Finding
from tasks.check.shop import check_folder
from tasks.run.shop_folder import open_shop_folder

_COLOURS = {"ok": "green", "warning": "yellow", "error": "bold red"}


async def check(shop: ShopArgument = Path()) -> Exit:
    """Look at the configuration, the ledger and the shop, and say what is missing and what to do about it."""
    folder = open_shop_folder(shop)
    language = folder.settings.shop.language
    findings = await check_folder(folder)
    show_table(_table(findings, language))
    errors = sum(finding.verdict == "error" for finding in findings)
    words = check_words(language, "words")
    out.print(words["to_mend"].format(count=errors) if errors else words["ready"])
    return Exit.USAGE if errors else Exit.COMPLETED


def _table(findings: list[Finding], language: str) -> Table:
    words = check_words(language, "words")
    table = Table(box=None, pad_edge=False, show_header=False)
    table.add_column(no_wrap=True)
    table.add_column(no_wrap=True)
    table.add_column()
    for finding in findings:
        said = escape(finding.said) + (f"\n[green]{escape(finding.remedy)}[/]" if finding.remedy else "")
        colour = _COLOURS[finding.verdict]
        table.add_row(f"[{colour}]{words[finding.verdict]}[/]", finding.title(language), said)
    return table
