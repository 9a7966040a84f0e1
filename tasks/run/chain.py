"""Several flows one after the other, as one run of the ledger: how each part ended, in the shop's language."""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field

import polars as pl
from prefect.client.schemas.objects import State
from prefect.states import Completed, Failed

from connectors.ledger import Ledger
from schemas.errors import PasserelleError
from tasks.report.texts import texts
from tasks.run.run import Asked
from tasks.run.shop_folder import ShopFolder
from tasks.run.write_board import write_board

DONE = frozenset({"Completed", "CompletedWithRejects", "Planned"})
_BY_GRAVITY = ("Failed", "AlreadyRunning", "StoppedByGuard", "CompletedWithRejects", "Planned", "Completed")
_PARTS_AT_MOST = 50


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
            words.word("end", "chain_part").format(
                part=words.word("part", part), state=words.word("state", state.name or ""), message=state.message or ""
            )
            for part, state in self.states.items()
        ]
        reason += [
            words.word("end", "chain_waits").format(
                part=words.word("part", part),
                obstacles=", ".join(words.word("part", each) for each in obstacles.split(", ")),
            )
            for part, obstacles in self.waiting.items()
        ]
        return "\n".join([*reason, *self.left])


async def carried_out_as_one(steps: Callable[[Chain], Awaitable[None]], asked: Asked, folder: ShopFolder) -> State:
    """Carries out the parts under a lease of the chain's own; the ledger gets one run with the sum of their rows."""
    with folder.open_ledger() as ledger, ledger.lease(folder.name, asked.flow):
        ledger.finish_dead_runs(folder.name, asked.flow)
        run_id = ledger.start_run(folder.name, asked.flow, asked.as_parameters())
        chain = Chain()
        try:
            await steps(chain)
            message = chain.message(folder.settings.shop.language)
            ledger.finish_run(run_id, chain.name, _counts(ledger, folder.name, asked.flow), message, None)
            write_board(folder, ledger)
        finally:
            # What stopped the chain is told by whoever started it.
            with suppress(PasserelleError):
                ledger.finish_dead_runs(folder.name, asked.flow)
    kind = Completed if chain.name in DONE else Failed
    return kind(name=chain.name, message=message)


def _counts(ledger: Ledger, shop: str, flow: str) -> Mapping[str, int]:
    """Rows read and outcomes of the runs since the chain began, added up."""
    runs = ledger.runs(shop, limit=_PARTS_AT_MOST)
    began = runs.filter(pl.col("flow") == flow)["started_at"].max()
    total: dict[str, int] = {}
    for counts in runs.filter((pl.col("flow") != flow) & (pl.col("started_at") >= began))["counts"]:
        for name, count in json.loads(counts).items():
            total[name] = total.get(name, 0) + count
    return total
