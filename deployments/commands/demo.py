"""`passerelle demo`: three days of a made-up fashion shop and its ERP, on this machine and nowhere else."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import Annotated, Literal

from cyclopts import Parameter

from deployments.environment import own_prefect
from deployments.exits import Exit
from deployments.terminal import out
from deployments.words import said
from schemas.fault_texts import language_of_locale


async def demo(
    *,
    folder: Annotated[
        Path | None, Parameter(help=said("Where the shop is kept, made anew each time: demo, with --tour tour."))
    ] = None,
    summary: Annotated[
        Path | None,
        Parameter(help=said("Where the figures are written: build/demo.json, with --tour build/tour.json.")),
    ] = None,
    items: Annotated[int | None, Parameter(help=said("How many items: 2000, with Dolibarr 200."))] = None,
    language: Annotated[
        Literal["fr", "en"] | None,
        Parameter(help=said("The language of reports and tour; by default that of the terminal.")),
    ] = None,
    erp: Annotated[
        Literal["cegid", "files", "dolibarr"] | None,
        Parameter(help=said("Which ERP takes the orders; files: a Sage. By default cegid, with --tour dolibarr.")),
    ] = None,
    tour: Annotated[
        bool, Parameter(negative=(), help=said("Instead of three days, one working day in seven steps, each checked."))
    ] = False,
) -> Exit:
    """Play three days: files come in, orders go out, parcels and a return come back; show where every row ended."""
    spoken = language or language_of_locale()
    if tour and (items or erp not in {None, "dolibarr"}):
        out.print(said("The tour has its own few articles and a Dolibarr: leave out --items and --erp.", spoken))
        return Exit.USAGE
    kept, name = folder or Path("tour" if tour else "demo"), "tour.json" if tour else "demo.json"
    figures = summary or Path("build") / name
    with tempfile.TemporaryDirectory(prefix="passerelle-demo-") as home:
        own_prefect(Path(home))
        if tour:
            from deployments.demo.tour.play import play_tour  # noqa: PLC0415 - imports Prefect

            return await play_tour(kept, figures, language=spoken)

        from deployments.demo.runner import run_demo  # noqa: PLC0415 - imports Prefect

        many = items or (200 if erp == "dolibarr" else 2000)
        return await run_demo(kept, figures, items=many, language=spoken, erp=erp or "cegid")
