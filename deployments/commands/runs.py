"""`passerelle runs`: what the ledger remembers of a shop's runs."""

from __future__ import annotations

import json
from datetime import datetime
from itertools import islice
from pathlib import Path
from typing import Annotated

from cyclopts import Parameter
from rich.table import Table

from deployments.commands.parameters import ShopArgument
from deployments.exits import Exit
from deployments.terminal import out, show_table
from deployments.words import said
from schemas.run_parts import with_parts
from schemas.shown_state import shown_state_of
from tasks.report.texts import texts
from tasks.run.shop_folder import open_shop_folder
from tasks.run.time_zone import local, time_zone_of

_ID_SHOWN = 8
"""Letters of a run's id, which name it to `passerelle undo`."""


def runs(
    shop: ShopArgument = Path(),
    *,
    limit: Annotated[int, Parameter(help=said("How many, the newest first."))] = 20,
    as_json: Annotated[
        bool,
        Parameter(
            name="--json", negative=(), help=said("One line of JSON a run, for scripts; a chain holds its parts.")
        ),
    ] = False,
) -> Exit:
    """The runs a shop has seen: when, how they ended, where their rows ended, and where the report lies."""
    folder = open_shop_folder(shop)
    with folder.open_ledger() as ledger:
        seen = ledger.last_runs(folder.name, limit=limit)
    language, zone = folder.settings.shop.language, time_zone_of(folder)
    if as_json:
        for run, parts in with_parts(seen.iter_rows(named=True)):
            line = {**run, "parts": parts} if parts else run
            out.print(json.dumps(line, default=str, ensure_ascii=False), markup=False, soft_wrap=True)
        return Exit.COMPLETED
    if seen.is_empty():
        out.print(said("No run yet.", language))
        return Exit.COMPLETED
    words = texts(language)
    table = Table(box=None, pad_edge=False)
    for title in ("run", "started", "flow", "state", "took", "rows", "what happened to them"):
        table.add_column(said(title, language), justify="right" if title in {"took", "rows"} else "left")
    runs_and_parts = with_parts(seen.iter_rows(named=True))
    for told, is_part in ((one, one is not run) for run, parts in runs_and_parts for one in (run, *parts)):
        table.add_row(
            told["run_id"][:_ID_SHOWN],
            local(told["started_at"], zone),
            f"  {told['flow']}" if is_part else told["flow"],
            words.word("state", shown_state_of(told)),
            _took(told["started_at"], told["ended_at"]),
            "" if told["rows_read"] is None else str(told["rows_read"]),
            words.outcomes(json.loads(told["counts"]), "planned" if told["state"] == "Planned" else "outcome"),
        )
    show_table(table)
    pages = (run["report_path"] for run, _ in runs_and_parts if run["report_path"])
    for page in islice(pages, 1):
        out.print(said("Newest report: {page}", language, page=page), markup=False, soft_wrap=True)
    return Exit.COMPLETED


def _took(started_at: datetime, ended_at: datetime | None) -> str:
    return "" if ended_at is None else f"{(ended_at - started_at).total_seconds():.0f} s"
