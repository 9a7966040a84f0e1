"""What the demo prints at its end: one table, what both sides hold, where everything lies."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from rich.measure import Measurement
from rich.table import Table

from deployments.demo.files import KEY_VARIABLE
from deployments.demo.laws import GOOD_STATES, DemoRun
from deployments.demo.people import PEOPLE
from deployments.program import program
from deployments.terminal import err, out, show_table
from schemas.outcomes import Outcome

if TYPE_CHECKING:
    from deployments.demo.runner import Found
    from deployments.demo.shop import DemoShop

_WIDER_THAN_ANY = 1_000


def show(folder: Path, found: Found, summary: Path, shop: DemoShop) -> None:
    """Prints it; what is broken goes to the other stream."""
    _show_runs(found.runs)
    products, combinations = found.held["products"], found.held["combinations"]
    out.print(f"The shop now holds {products} products with {combinations} combinations.")
    out.print(f"{found.sold}.", soft_wrap=True)
    named = "nobody" if not found.searched.naming else "somebody"
    searched = f"the {found.searched.files} files of ledger, reports and Prefect"
    out.print(f"{len(PEOPLE)} people ordered; {named} is named in {searched}.", soft_wrap=True)
    _show_where(folder, found.runs, summary, shop)
    for law in found.broken:
        err.print(f"BROKEN: {law}", markup=False, soft_wrap=True)
    days = ", ".join(f"day {number} {seconds:.0f} s" for number, seconds in enumerate(found.days, start=1))
    verdict = "A law was broken" if found.broken else "All checks passed: nothing lost, nothing twice"
    out.print(f"{verdict}; {found.seconds:.0f} s ({days}).", soft_wrap=True)


def _show_runs(runs: list[DemoRun]) -> None:
    """As a table where there is room for one, else two lines a run."""
    table = _table(runs)
    as_wide_as_it_takes = out.options.update(max_width=_WIDER_THAN_ANY)
    if not out.is_terminal or Measurement.get(out, as_wide_as_it_takes, table).maximum <= out.width:
        show_table(table)
        return
    day = 0
    for run in runs:
        if run.day != day:
            out.print(f"[bold]day {run.day}[/]")
        day = run.day
        style = "green" if run.state in GOOD_STATES else "bold red"
        ended = ", ".join(f"{run.counts[name]} {name}" for name in Outcome if run.counts.get(name))
        out.print(f"  {run.flow} [{style}]{run.state}[/]")
        out.print(f"    {run.counts.get('rows_read', 0)} rows: {ended or 'none'}")


def _table(runs: list[DemoRun]) -> Table:
    table = Table(box=None, pad_edge=False, row_styles=("", ""))
    for title in ("day", "flow", "state"):
        table.add_column(title, no_wrap=True)
    shown = [outcome for outcome in Outcome if any(run.counts.get(outcome) for run in runs)]
    for title in ("rows", *shown, "to shop", "to ERP", "seconds"):
        table.add_column(title, justify="right", no_wrap=True)
    day = 0
    for run in runs:
        if day and run.day != day:
            table.add_row()
        table.add_row("" if run.day == day else str(run.day), *_cells(run, shown))
        day = run.day
    return table


def _cells(run: DemoRun, shown: list[Outcome]) -> list[str]:
    style = "green" if run.state in GOOD_STATES else "bold red"
    counted = [run.counts.get("rows_read", 0), *(run.counts.get(outcome, 0) for outcome in shown)]
    written = (run.write_requests, run.erp_writes)
    return [
        run.flow,
        f"[{style}]{run.state}[/]",
        *(str(number or "·") for number in (*counted, *written)),
        f"{run.seconds:.1f}",
    ]


def _show_where(folder: Path, runs: list[DemoRun], summary: Path, shop: DemoShop) -> None:
    port = shop.url.rpartition(":")[2]
    orders = next((run.report for run in runs if run.flow == "export_orders"), "none, the demo did not come so far")
    lines = (
        f"Reports: {folder / 'shop' / 'reports'} (open the HTML files in a browser)",
        f"First report: {runs[0].report}",
        f"Orders to the ERP: {orders}",
        f"The board, over all of them: {folder / 'shop' / 'reports' / 'index.html'}",
        f"Figures: {summary}",
        "The shop again, in a terminal of its own:",
        f"  {program()} sandbox --module --port {port} --state-file {folder / 'sandbox.state'}",
        f"and then here (its key is also the user name of {shop.url}/api/products):",
        f"  export {KEY_VARIABLE}={shop.key}",
        f"  {program()} why ERR0000 --shop {folder / 'shop'}",
        f"  {program()} plan import_stock --shop {folder / 'shop'}",
    )
    for line in lines:
        out.print(line, markup=False, soft_wrap=True)
