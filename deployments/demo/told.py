"""What the demo prints at its end: one table, what both sides hold, where everything lies."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from rich.measure import Measurement
from rich.table import Table

from deployments.demo.files import KEY_VARIABLE
from deployments.demo.laws import GOOD_STATES, DemoRun
from deployments.demo.narration import narrated
from deployments.demo.people import PEOPLE
from deployments.program import program
from deployments.terminal import err, out, show_table
from schemas.outcomes import Outcome
from tasks.report.texts import texts

if TYPE_CHECKING:
    from deployments.demo.runner import Found
    from deployments.demo.shop import DemoShop

_WIDER_THAN_ANY = 1_000


def show(folder: Path, found: Found, summary: Path, shop: DemoShop, language: str) -> None:
    """Prints it; what is broken goes to the other stream."""
    _show_runs(found.runs, language)
    products, combinations = found.held["products"], found.held["combinations"]
    out.print(narrated("shop_holds", language, products=products, combinations=combinations))
    out.print(f"{found.sold}.", soft_wrap=True)
    named = "somebody_named" if found.searched.naming else "nobody_named"
    out.print(narrated(named, language, people=len(PEOPLE), files=found.searched.files), soft_wrap=True)
    _show_where(folder, found.runs, summary, shop, language)
    for law in found.broken:
        err.print(narrated("broken", language, law=law), markup=False, soft_wrap=True)
    day = narrated("column_day", language)
    days = ", ".join(f"{day} {number} {seconds:.0f} s" for number, seconds in enumerate(found.days, start=1))
    verdict = "not_passed" if found.broken else "passed"
    out.print(narrated(verdict, language, seconds=f"{found.seconds:.0f}", days=days), soft_wrap=True)


def _show_runs(runs: list[DemoRun], language: str) -> None:
    """As a table where there is room for one, else two lines a run."""
    table = _table(runs, language)
    as_wide_as_it_takes = out.options.update(max_width=_WIDER_THAN_ANY)
    if not out.is_terminal or Measurement.get(out, as_wide_as_it_takes, table).maximum <= out.width:
        show_table(table)
        return
    day, words = 0, texts(language)
    for run in runs:
        if run.day != day:
            out.print(f"[bold]{narrated('column_day', language)} {run.day}[/]")
        day = run.day
        out.print(f"  {run.flow} {_state(run, language)}")
        read, ended = run.counts.get("rows_read", 0), words.outcomes(run.counts)
        out.print("    " + narrated("rows", language, count=read, outcomes=ended), soft_wrap=True)


def _table(runs: list[DemoRun], language: str) -> Table:
    table = Table(box=None, pad_edge=False, row_styles=("", ""))
    for title in ("column_day", "column_flow", "column_state"):
        table.add_column(narrated(title, language), no_wrap=True)
    shown = [outcome for outcome in Outcome if any(run.counts.get(outcome) for run in runs)]
    outcomes = (texts(language).word("outcome", outcome).lower() for outcome in shown)
    beside = (narrated(title, language) for title in ("column_to_shop", "column_to_erp", "column_seconds"))
    for title in (narrated("column_rows", language), *outcomes, *beside):
        table.add_column(title, justify="right", no_wrap=True)
    day = 0
    for run in runs:
        if day and run.day != day:
            table.add_row()
        table.add_row("" if run.day == day else str(run.day), *_cells(run, shown, language))
        day = run.day
    return table


def _cells(run: DemoRun, shown: list[Outcome], language: str) -> list[str]:
    counted = [run.counts.get("rows_read", 0), *(run.counts.get(outcome, 0) for outcome in shown)]
    written = (run.write_requests, run.erp_writes)
    return [
        run.flow,
        _state(run, language),
        *(str(number or "·") for number in (*counted, *written)),
        f"{run.seconds:.1f}",
    ]


def _state(run: DemoRun, language: str) -> str:
    """In green where it is good; in English the name that Prefect shows too."""
    style = "green" if run.state in GOOD_STATES else "bold red"
    return f"[{style}]{run.state if language == 'en' else texts(language).word('state', run.state)}[/]"


def _show_where(folder: Path, runs: list[DemoRun], summary: Path, shop: DemoShop, language: str) -> None:
    port = shop.url.rpartition(":")[2]
    orders = next((run.report for run in runs if run.flow == "export_orders"), narrated("not_so_far", language))
    reports = folder / "shop" / "reports"
    lines = (
        narrated("reports", language, place=reports),
        narrated("first_report", language, place=runs[0].report),
        narrated("orders_report", language, place=orders),
        narrated("board", language, place=reports / "index.html"),
        narrated("figures", language, place=summary),
        narrated("shop_again", language),
        f"  {program()} sandbox --module --port {port} --state-file {folder / 'sandbox.state'}",
        narrated("and_here", language, address=f"{shop.url}/api/products"),
        f"  export {KEY_VARIABLE}={shop.key}",
        f"  {program()} why ERR0000 --shop {folder / 'shop'}",
        f"  {program()} plan import_stock --shop {folder / 'shop'}",
    )
    for line in lines:
        out.print(line, markup=False, soft_wrap=True)
