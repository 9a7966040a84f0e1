"""Runs the demo: three days between a shop and an ERP on this machine, and what is to be seen of them."""

from __future__ import annotations

import json
import os
import time
from contextlib import ExitStack
from dataclasses import asdict, dataclass, field
from decimal import Decimal
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, TypeAlias

from prefect.client.orchestration import get_client

from deployments.demo.at_rest import Searched, search
from deployments.demo.company import Company, open_company
from deployments.demo.days import COMPANY_DAYS, FILE_DAYS, Event, Stage
from deployments.demo.files import KEY_VARIABLE, PASSWORD_VARIABLE, Erp, write_configuration
from deployments.demo.flat_rows import SALES
from deployments.demo.folder import FRENCH_STANDARD_RATE, make_anew
from deployments.demo.laws import (
    GOOD_STATES,
    DemoRun,
    broken_catalogue,
    broken_circle,
    broken_invoices,
    broken_laws,
    broken_sales,
)
from deployments.demo.narration import narrated
from deployments.demo.sage import Sage
from deployments.demo.shop import DemoShop, open_shop
from deployments.demo.told import show
from deployments.demo.warehouse import open_warehouse
from deployments.exits import Exit
from deployments.flow_names import flow_named
from deployments.terminal import err, following
from schemas.flows import FlowName
from tasks.report.texts import texts
from tasks.run.state import State
from tasks.run.step_tasks import by_itself, through_prefect

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Awaitable, Callable

ErpName: TypeAlias = Literal["cegid", "files", "dolibarr"]
Start: TypeAlias = "Callable[[Any, str], Awaitable[State]]"
"""Runs a flow over the folder of a shop."""


@dataclass(slots=True)
class Found:
    """What the demo found out: its runs, the seconds of each day, what was broken."""

    runs: list[DemoRun] = field(default_factory=list)
    days: list[float] = field(default_factory=list)
    broken: list[str] = field(default_factory=list)
    held: dict[str, int] = field(default_factory=dict)
    sold: str = ""
    searched: Searched = field(default_factory=lambda: Searched(0, ()))
    seconds: float = 0.0


async def run_demo(
    folder: Path, summary: Path, *, items: int, language: str, erp: ErpName = "cegid", with_prefect: bool = True
) -> Exit:
    """The exit code; `folder` holds the shop's folder and the sandbox's state afterwards, `summary` the figures.

    Without Prefect the flows run as functions, as they do from cron.
    """
    make_anew(folder)
    started, found = time.monotonic(), Found()
    if with_prefect:
        await _start_prefect(language)
    with ExitStack() as opened:
        shop = opened.enter_context(open_shop(folder / "sandbox.state"))
        os.environ[KEY_VARIABLE] = shop.key
        shop.speak_french_first()
        place = folder / "shop"
        stage = _stage(opened, place, shop, erp=erp, items=items, language=language)
        start = through_prefect if with_prefect else by_itself
        found.runs = [run async for run in _days(place, stage, found.days, start, language)]
        found.broken = _broken(found.runs, stage)
        found.held, found.sold = shop.held(), _sold(stage, language)
    found.searched = search(place, Path(os.environ["PREFECT_HOME"]))
    found.broken += [f"somebody is named in {file}" for file in found.searched.naming]
    found.seconds = time.monotonic() - started
    _write_summary(summary, found)
    show(folder, found, summary, shop, language)
    return Exit.FAILED if found.broken else Exit.COMPLETED


def _stage(opened: ExitStack, place: Path, shop: DemoShop, *, erp: ErpName, items: int, language: str) -> Stage:
    """Both sides, open and configured."""
    drops = Erp(place.parent / "erp", items=items)
    configure = partial(
        write_configuration, place, url=shop.url, language=language, tax_rules_group=FRENCH_STANDARD_RATE
    )
    if erp == "files":
        configure()
        err.print(narrated("open_files", language, shop=shop.url), markup=False)
        return Stage(drops, shop, Sage(place / "to-erp", place / "streams" / "orderDocument"), FILE_DAYS)
    if erp == "dolibarr":
        company = opened.enter_context(open_company())
        os.environ[PASSWORD_VARIABLE] = company.erp.key
        configure(dolibarr=company.erp)
        err.print(narrated("open_dolibarr", language, shop=shop.url, erp=company.erp.url), markup=False)
        return Stage(drops, shop, company, COMPANY_DAYS)
    warehouse = opened.enter_context(open_warehouse())
    os.environ[PASSWORD_VARIABLE] = warehouse.erp.password
    configure(cegid=warehouse.erp)
    err.print(narrated("open_cegid", language, shop=shop.url, erp=warehouse.erp.url), markup=False)
    return Stage(drops, shop, warehouse)


async def _start_prefect(language: str) -> None:
    err.print(narrated("prefect", language))
    async with get_client() as prefect:
        await prefect.api_healthcheck()


async def _days(folder: Path, stage: Stage, lasted: list[float], start: Start, language: str) -> AsyncIterator[DemoRun]:
    words = texts(language)
    for number, day in enumerate(stage.days, start=1):
        err.print(narrated("day", language, number=number, news=narrated(day.news, language)))
        began = time.monotonic()
        for step in day.steps:
            if isinstance(step, Event):
                err.print(f"  {stage.happen(step, language)}.", markup=False, soft_wrap=True)
                continue
            run = await _one_run(number, step, folder, stage, start, language)
            state = words.word("state", run.state)
            err.print(f"  {step}: {state}: {run.message}", markup=False, soft_wrap=True)
            yield run
            if run.state not in GOOD_STATES:
                return
        lasted.append(round(time.monotonic() - began, 1))
        err.print("  " + narrated("day_took", language, number=number, seconds=f"{lasted[-1]:.0f}"))


async def _one_run(day: int, name: FlowName, folder: Path, stage: Stage, start: Start, language: str) -> DemoRun:
    writes, erp_writes, started = stage.shop.writes(), stage.warehouse.writes(), time.monotonic()
    with following(language) as view:
        state = await start(flow_named(name), str(folder))
    page = view.pages[-1] if view.pages else None
    return DemoRun(
        day=day,
        flow=name,
        state=state.name,
        message=state.message,
        seconds=round(time.monotonic() - started, 1),
        write_requests=stage.shop.writes() - writes,
        report="" if page is None else str(page),
        counts={} if page is None else json.loads(page.with_suffix(".json").read_text("utf-8"))["counts"],
        erp_writes=stage.warehouse.writes() - erp_writes,
    )


def _broken(runs: list[DemoRun], stage: Stage) -> list[str]:
    warehouse, shop = stage.warehouse, stage.shop
    circle = broken_circle(stage.visitors.placed, warehouse.totals(), warehouse.parcels(), shop.parcels())
    if isinstance(warehouse, Sage):
        others = broken_invoices(warehouse.invoices(), shop.invoices())
    elif isinstance(warehouse, Company):
        others = broken_catalogue(shop.sold(), warehouse.products())
        others += [f"invoice {number} of the ERP is not paid" for number in warehouse.unpaid()]
    else:
        others = broken_sales(SALES, shop.sales())
    return broken_laws(runs, shop.references_held_twice()) + circle + others


def _sold(stage: Stage, language: str) -> str:
    totals = [amount for amounts in stage.warehouse.totals().values() for amount in amounts]
    total = sum(totals, Decimal(0))
    if isinstance(stage.warehouse, Sage):
        returns = stage.warehouse.returns()
        return narrated("sage_holds", language, count=len(totals), total=total, returns=returns)
    if isinstance(stage.warehouse, Company):
        products = len(stage.warehouse.products())
        return narrated("dolibarr_holds", language, products=products, count=len(totals), total=total)
    reduced, notices = stage.warehouse.marked_down(), len(stage.warehouse.erp.documents("ReturnNotice"))
    told = {"count": len(totals), "total": total, "reduced": reduced, "returns": notices}
    return narrated("cegid_holds", language, **told)


def _write_summary(summary: Path, found: Found) -> None:
    told = {
        "runs": [asdict(run) for run in found.runs],
        "day_seconds": found.days,
        "files_searched": found.searched.files,
        "broken_laws": found.broken,
        "seconds": round(found.seconds, 1),
    }
    summary.parent.mkdir(parents=True, exist_ok=True)
    summary.write_text(json.dumps(told, ensure_ascii=False, indent=2) + "\n", encoding="utf-8")
