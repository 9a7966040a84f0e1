"""`passerelle demo`: three days of a made-up fashion shop and its ERP, on this machine and nowhere else."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import Annotated, Literal

from cyclopts import Parameter

from deployments.environment import own_prefect
from deployments.exits import Exit
from deployments.words import said


async def demo(
    *,
    folder: Annotated[Path, Parameter(help=said("Where the demo's shop is kept; made anew each time."))] = Path("demo"),
    summary: Annotated[Path, Parameter(help=said("Where the figures are written."))] = Path("build/demo.json"),
    items: Annotated[int | None, Parameter(help=said("How many items: 2000, with Dolibarr 200."))] = None,
    language: Annotated[Literal["fr", "en"], Parameter(help=said("The language of the reports."))] = "en",
    erp: Annotated[
        Literal["cegid", "files", "dolibarr"], Parameter(help=said("Which ERP takes the orders; files: a Sage."))
    ] = "cegid",
) -> Exit:
    """Play three days: files come in, orders go out, parcels and a return come back; show where every row ended."""
    with tempfile.TemporaryDirectory(prefix="passerelle-demo-") as home:
        own_prefect(Path(home))

        from deployments.demo.runner import run_demo  # noqa: PLC0415 - imports Prefect

        many = items or (200 if erp == "dolibarr" else 2000)
        return await run_demo(folder, summary, items=many, language=language, erp=erp)
