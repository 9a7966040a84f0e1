"""`passerelle runs`: what the ledger remembers of a shop's runs."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime
from pathlib import Path
from typing import Annotated, Any

from cyclopts import Parameter
from rich.table import Table

from deployments.commands.parameters import ShopArgument
from deployments.exits import Exit
from deployments.terminal import out, show_table
from deployments.words import said
from schemas.flows import IMPORTS
from schemas.outcomes import Outcome
from tasks.report.texts import Texts, texts
from tasks.run.shop_folder import open_shop_folder
from tasks.run.time_zone import local, time_zone_of

_CHAIN = "import_files"
_PARTS = frozenset({"collect_files", *(flow.name for flow in IMPORTS.values())})


def runs(
    shop: ShopArgument = Path(),
    *,
    limit: Annotated[int, Parameter(help=said("How many, the newest first."))] = 20,
    as_json: Annotated[
        bool, Parameter(name="--json", negative=(), help=said("One line of JSON a run, for scripts."))
    ] = False,
) -> Exit:
    """The runs a shop has seen: when, how they ended, where their rows ended, and where the report lies."""
    folder = open_shop_folder(shop)
    with folder.open_ledger() as ledger:
        seen = ledger.runs(folder.name, limit=limit)
    language, zone = folder.settings.shop.language, time_zone_of(folder)
    if as_json:
        for run in seen.iter_rows(named=True):
            out.print(json.dumps(run, default=str, ensure_ascii=False), markup=False, soft_wrap=True)
        return Exit.COMPLETED
    if seen.is_empty():
        out.print(said("No run yet.", language))
        return Exit.COMPLETED
    words = texts(language)
    table = Table(box=None, pad_edge=False)
    for title in ("started", "flow", "state", "took", "rows", "what happened to them"):
        table.add_column(said(title, language), justify="right" if title in {"took", "rows"} else "left")
    for told, is_part in with_parts(seen.iter_rows(named=True)):
        table.add_row(
            local(told["started_at"], zone),
            f"  {told['flow']}" if is_part else told["flow"],
            words.word("state", told["state"]),
            _took(told["started_at"], told["ended_at"]),
            "" if told["rows_read"] is None else str(told["rows_read"]),
            _ended(json.loads(told["counts"]), words),
        )
    show_table(table)
    for page in seen["report_path"].drop_nulls().head(1):
        out.print(said("Newest report: {page}", language, page=page), markup=False, soft_wrap=True)
    return Exit.COMPLETED


def with_parts(runs: Iterable[Mapping[str, Any]]) -> Iterator[tuple[Mapping[str, Any], bool]]:
    """The runs, newest first, those within a run of `import_files` behind it in their order, as its parts."""
    runs = list(runs)
    chains = [run for run in runs if run["flow"] == _CHAIN]
    parts: dict[str, list[Mapping[str, Any]]] = {}
    for run in reversed(runs):
        within = (each for each in chains if _is_within(run, each))
        if run["flow"] in _PARTS and (chain := next(within, None)) is not None:
            parts.setdefault(chain["run_id"], []).append(run)
    behind = {run["run_id"] for found in parts.values() for run in found}
    for run in runs:
        if run["run_id"] not in behind:
            yield run, False
            yield from ((part, True) for part in parts.get(run["run_id"], ()))


def _is_within(run: Mapping[str, Any], chain: Mapping[str, Any]) -> bool:
    if run["started_at"] < chain["started_at"]:
        return False
    return chain["ended_at"] is None or (run["ended_at"] is not None and run["ended_at"] <= chain["ended_at"])


def _took(started_at: datetime, ended_at: datetime | None) -> str:
    return "" if ended_at is None else f"{(ended_at - started_at).total_seconds():.0f} s"


def _ended(counts: dict[str, int], words: Texts) -> str:
    named = {outcome: words.word("outcome", outcome).lower() for outcome in Outcome}
    return ", ".join(f"{counts[outcome]} {named[outcome]}" for outcome in Outcome if counts.get(outcome))
