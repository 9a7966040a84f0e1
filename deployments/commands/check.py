"""`passerelle check`: is a shop ready for its first run?"""

from __future__ import annotations

from pathlib import Path

from rich.markup import escape
from rich.table import Table

from deployments.commands.parameters import ShopArgument
from deployments.exits import Exit
from deployments.terminal import out, show_table
from tasks.check import check_shop
from tasks.finding import Finding

_MARKS = {"ok": "[green]ok[/]", "warning": "[yellow]warning[/]", "error": "[bold red]error[/]"}


async def check(shop: ShopArgument = Path()) -> Exit:
    """Look at the configuration, the ledger and the shop, and say what is missing and what to do about it."""
    findings = await check_shop(shop)
    show_table(_table(findings))
    errors = sum(finding.verdict == "error" for finding in findings)
    out.print("Ready." if not errors else f"{errors} to put right before the first run.")
    return Exit.USAGE if errors else Exit.COMPLETED


def _table(findings: list[Finding]) -> Table:
    table = Table(box=None, pad_edge=False, show_header=False)
    table.add_column(no_wrap=True)
    table.add_column(no_wrap=True)
    table.add_column()
    for finding in findings:
        said = escape(finding.said) + (f"\n[green]{escape(finding.remedy)}[/]" if finding.remedy else "")
        table.add_row(_MARKS[finding.verdict], finding.subject, said)
    return table
