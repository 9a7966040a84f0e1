"""The ledger's database goes away under a run, for some seconds or until after its end, and the flow is run again."""

from __future__ import annotations

import time
from collections.abc import Iterable, Iterator

from tests.campaigns.faults import Disturbed
from tests.campaigns.run_flow import Ended, FlowProcess
from tests.campaigns.stage import Stage
from tests.campaigns.two_machines import Machines
from tests.connectors.ledger.postgres_server import PostgresServer, postgres_server

BLINK_SECONDS = 1.0


def campaign(stage: Stage, writes: Iterable[int]) -> Iterator[Disturbed]:
    """Both kinds of absence after each number of writes; NoServerError where no PostgreSQL can be started."""
    with postgres_server() as server:
        for count in writes:
            yield gone_after(stage, server, count, for_good=False)
            yield gone_after(stage, server, count, for_good=True)


def gone_after(stage: Stage, server: PostgresServer, writes: int, *, for_good: bool) -> Disturbed:
    """Gone after so many writes to the shop, and back after a second, or only when the run has ended."""
    name = f"ledger gone after {writes} writes, {'until the run ended' if for_good else 'for a second'}"
    with Machines(stage, server, f"gone{writes}{for_good}") as machines:
        process = FlowProcess(machines.orders[0])
        while process.is_alive and machines.world.shop.writes < writes:
            time.sleep(0.002)
        server.stop()
        if not for_good:
            time.sleep(BLINK_SECONDS)
            server.start()
        ended = process.ended()
        if for_good:
            server.start()
        broken = _not_told(ended) if for_good else []
        if not for_good and ended.name != "Completed":
            broken.append(f"a blink ended the run {ended.name}: {ended.message}")
        if not list((machines.world.folder / "reports").glob("*.html")):
            broken.append("no report was written")
        return Disturbed(name, 1, broken + machines.broken_laws())


def _not_told(ended: Ended) -> list[str]:
    told = ended.name == "Failed" and ended.message.startswith("ledger") and "Remedy: " in ended.message
    return [] if told else [f"the loss was told as {ended.name}: {ended.message}"]
