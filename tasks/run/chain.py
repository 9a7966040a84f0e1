"""Several flows one after the other, as one run of the ledger: how each part ended, in the shop's language."""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

import polars as pl

from connectors.ledger import Ledger
from connectors.ledger.leases import Lease
from schemas.errors import PasserelleError
from schemas.run_parts import chain_of
from schemas.run_report import RunReport
from tasks.report.artifacts import publish
from tasks.report.page import write_report
from tasks.report.texts import texts
from tasks.run.armed import as_armed, may_write
from tasks.run.chain_report import add_parts
from tasks.run.part_of import parts_of
from tasks.run.push_board import push_board
from tasks.run.run import Asked
from tasks.run.shop_folder import ShopFolder
from tasks.run.state import State, completed, failed
from tasks.run.time_zone import time_zone_of
from tasks.run.write_board import write_board

logger = logging.getLogger(__name__)
DONE = frozenset({"Completed", "CompletedWithRejects", "Planned"})
_BY_GRAVITY = ("Failed", "AlreadyRunning", "StoppedByGuard", "CompletedWithRejects", "Planned", "Completed")
_RUNS_OF_EACH_FLOW = 20


@dataclass(slots=True)
class Chain:
    """How the parts of one chain ended, and which of them wait because of which others."""

    states: dict[str, State] = field(default_factory=dict)
    waiting: dict[str, str] = field(default_factory=dict)
    left: Sequence[str] = ()
    """Files that no stream takes, each with its remedy."""

    @property
    def name(self) -> str:
        """The gravest state of a part."""
        names = {state.name or "" for state in self.states.values()}
        gravest = next((name for name in _BY_GRAVITY if name in names), "Failed")
        return "Failed" if gravest == "AlreadyRunning" else gravest

    def message(self, language: str) -> str:
        """A line per part, then what waits and why, then what is left over."""
        words = texts(language)
        reason = [
            words.filled(
                "end",
                "chain_part",
                part=words.word("part", part),
                state=words.word("state", state.shown),
                message=state.message or "",
            )
            for part, state in self.states.items()
        ]
        reason += [
            words.filled(
                "end",
                "chain_waits",
                part=words.word("part", part),
                obstacles=", ".join(words.word("part", each) for each in obstacles.split(", ")),
            )
            for part, obstacles in self.waiting.items()
        ]
        return "\n".join([*reason, *self.left])


async def carried_out_as_one(steps: Callable[[Chain], Awaitable[None]], asked: Asked, folder: ShopFolder) -> State:
    """Carries out the parts under a lease of the chain's own; the ledger gets one run with the sum of their rows."""
    with folder.open_ledger() as ledger, ledger.lease(folder.name, asked.flow) as lease:
        ledger.finish_dead_runs(folder.name, asked.flow)
        run_id = ledger.start_run(folder.name, asked.flow, asked.as_parameters())
        chain = Chain()
        try:
            with parts_of(run_id):
                await steps(chain)
            message = chain.message(folder.settings.shop.language)
            page, report = _report(chain, asked, folder, ledger, run_id)
            ledger.finish_run(run_id, chain.name, report.counts_for_ledger(), message, str(page) if page else None)
            write_board(folder, ledger)
            if page is not None:
                await publish(report, page)
            await _push_board(chain, asked, folder, ledger, lease)
        finally:
            # What stopped the chain is told by whoever started it.
            with suppress(PasserelleError):
                ledger.finish_dead_runs(folder.name, asked.flow)
    if chain.name not in DONE:
        return failed(chain.name, message)
    return completed(chain.name, message, to_resolve=report.to_resolve)


async def _push_board(chain: Chain, asked: Asked, folder: ShopFolder, ledger: Ledger, lease: Lease) -> None:
    """The page in the back office has a row of the chain once it has ended; of one that imported nothing, no news."""
    asked = as_armed(asked, folder)
    if asked.dry_run or not chain.states.keys() - {"files", "acknowledged"}:
        return
    with suppress(PasserelleError):
        async with folder.open_shop() as shop:
            shop.ask_before_writes(may_write(asked, lease.check))
            await push_board(folder, ledger, shop, asked.flow)


def _report(
    chain: Chain, asked: Asked, folder: ShopFolder, ledger: Ledger, run_id: str
) -> tuple[Path | None, RunReport]:
    """The chain's own page, and what it says; no page where the disk refuses it."""
    # Of each flow: others of this shop may have run any number of times beside the chain.
    runs = ledger.runs(folder.name, limit=_RUNS_OF_EACH_FLOW, of_each_flow=True)
    began_at = runs.filter(pl.col("run_id") == run_id)["started_at"].item()
    parts = [run for run in runs.iter_rows(named=True) if chain_of(run) == run_id]
    report = RunReport(
        run_id=run_id,
        flow=asked.flow,
        shop=folder.name,
        language=folder.settings.shop.language,
        started_at=began_at.isoformat(timespec="milliseconds"),
        ended_at=datetime.now(UTC).isoformat(timespec="milliseconds"),
        state=chain.name,
        message=chain.message(folder.settings.shop.language),
        parameters=asked.as_parameters(),
        time_zone=time_zone_of(folder),
        reports_url=folder.settings.reports.url,
    )
    add_parts(report, chain.states, parts)
    try:
        return write_report(report, folder.path), report
    except OSError as error:
        logger.warning("The report of %s is not written: %s", asked.flow, error.strerror)
        return None, report
