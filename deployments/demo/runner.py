"""Runs the demo: three days of product and stock files into a shop on this machine, and what is to be seen of it."""

from __future__ import annotations

import json
import os
import shutil
import time
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

from prefect.client.orchestration import get_client
from rich.console import Console
from rich.table import Table

from deployments.demo.files import KEY_VARIABLE, Erp, write_configuration
from deployments.demo.laws import GOOD_STATES, DemoRun, broken_laws
from deployments.demo.shop import DemoShop, open_shop
from deployments.exits import Exit
from deployments.flow_names import FlowName, flow_named
from deployments.terminal import err, following, out
from schemas.errors import ConfigFault, ConfigurationError
from schemas.outcomes import Outcome

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

MARK = ".passerelle-demo"
FRENCH_STANDARD_RATE = 1
_TABLE_WIDTH = 130
IMPORTS: tuple[FlowName, ...] = ("import_products", "import_stock")
DAYS = ("everything is new", "about 1 % has changed", "nothing has changed")


async def run_demo(folder: Path, summary: Path, *, items: int, language: str) -> Exit:
    """The exit code; `folder` holds the shop's folder and the sandbox's state afterwards, `summary` the figures."""
    _make_anew(folder)
    started = time.monotonic()
    err.print("A Prefect of the demo's own is starting.")
    async with get_client() as prefect:
        await prefect.api_healthcheck()
    with open_shop(folder / "sandbox.state") as shop:
        os.environ[KEY_VARIABLE] = shop.key
        shop.speak_french_first()
        write_configuration(folder / "shop", url=shop.url, language=language, tax_rules_group=FRENCH_STANDARD_RATE)
        err.print(f"A shop is open at {shop.url}. Three days of files follow.", markup=False)
        runs = [run async for run in _three_days(folder / "shop", shop, items)]
        broken = broken_laws(runs, shop.references_held_twice())
        held = shop.held()
    seconds = time.monotonic() - started
    _write_summary(summary, runs, broken, seconds)
    Console(width=max(out.width, _TABLE_WIDTH), highlight=False).print(_table(runs))
    out.print(f"The shop now holds {held['products']} products with {held['combinations']} combinations.")
    _tell_where(folder, runs, summary, shop)
    for law in broken:
        err.print(f"BROKEN: {law}", markup=False, soft_wrap=True)
    out.print(f"{'Every law held' if not broken else 'A law was broken'}; {seconds:.0f} s.")
    return Exit.FAILED if broken else Exit.COMPLETED


async def _three_days(folder: Path, shop: DemoShop, items: int) -> AsyncIterator[DemoRun]:
    erp = Erp(folder / "streams", items=items)
    for day, news in enumerate(DAYS, start=1):
        if day > 1:
            erp.let_a_day_pass(quiet=day == len(DAYS))
        erp.drop_files()
        err.print(f"Day {day}: {news}.")
        for flow in IMPORTS:
            run = await _one_run(day, flow, folder, shop)
            err.print(f"  {flow}: {run.state}: {run.message}", markup=False, soft_wrap=True)
            yield run


async def _one_run(day: int, name: FlowName, folder: Path, shop: DemoShop) -> DemoRun:
    writes, started = shop.writes(), time.monotonic()
    with following() as follower:
        state = await flow_named(name)(shop=str(folder), return_state=True)
    page = follower.page
    return DemoRun(
        day=day,
        flow=name,
        state=state.name or "",
        message=state.message or "",
        seconds=round(time.monotonic() - started, 1),
        write_requests=shop.writes() - writes,
        report="" if page is None else str(page),
        counts={} if page is None else json.loads(page.with_suffix(".json").read_text("utf-8"))["counts"],
    )


def _make_anew(folder: Path) -> None:
    if folder.exists() and any(folder.iterdir()) and not (folder / MARK).exists():
        fault = ConfigFault(str(folder), "folder", "it holds other things", "Name another: `passerelle demo --folder`.")
        raise ConfigurationError((fault,), action="make the demo's folder")
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    (folder / MARK).write_text("Made by `passerelle demo`, which makes it anew each time.\n", encoding="utf-8")


def _write_summary(summary: Path, runs: list[DemoRun], broken: list[str], seconds: float) -> None:
    told: dict[str, Any] = {"runs": [asdict(run) for run in runs], "broken_laws": broken, "seconds": round(seconds, 1)}
    summary.parent.mkdir(parents=True, exist_ok=True)
    summary.write_text(json.dumps(told, ensure_ascii=False, indent=2) + "\n", encoding="utf-8")


def _table(runs: list[DemoRun]) -> Table:
    table = Table(box=None, pad_edge=False, row_styles=("", ""))
    for title in ("day", "flow", "state"):
        table.add_column(title, no_wrap=True)
    shown = [outcome for outcome in Outcome if any(run.counts.get(outcome) for run in runs)]
    for title in ("rows", *shown, "writes", "seconds"):
        table.add_column(title, justify="right", no_wrap=True)
    for run in runs:
        counts = [str(run.counts.get(outcome, 0) or "·") for outcome in shown]
        style = "green" if run.state in GOOD_STATES else "bold red"
        state = f"[{style}]{run.state}[/]"
        rows = str(run.counts.get("rows_read", 0))
        table.add_row(str(run.day), run.flow, state, rows, *counts, str(run.write_requests), f"{run.seconds:.1f}")
    return table


def _tell_where(folder: Path, runs: list[DemoRun], summary: Path, shop: DemoShop) -> None:
    port = shop.url.rpartition(":")[2]
    lines = (
        f"Reports: {folder / 'shop' / 'reports'} (open the HTML files in a browser)",
        f"First report: {runs[0].report}",
        f"Figures: {summary}",
        f"The shop again: passerelle sandbox --port {port} --state-file {folder / 'sandbox.state'}",
        f"  then {shop.url}/api/products with the key {shop.key} as user name,",
        f"  and {KEY_VARIABLE}={shop.key} passerelle plan import_stock --shop {folder / 'shop'}",
    )
    for line in lines:
        out.print(line, markup=False, soft_wrap=True)
