"""Two machines, one ledger in PostgreSQL, one shop: the lease keeps them apart, also when one stands still."""

from __future__ import annotations

import os
import time
from collections.abc import Iterator
from typing import Self

from tests.campaigns import laws
from tests.campaigns.faults import Disturbed
from tests.campaigns.run_flow import FlowProcess, Order
from tests.campaigns.stage import FIRST_DAY, FOLDER, Stage
from tests.connectors.ledger.postgres_server import PostgresServer, postgres_server
from tests.flows.flat_world import FlatWorld
from tests.flows.world import KEY_VARIABLE

LEDGER_VARIABLE = "PASSERELLE_TEST_LEDGER"
LEASE_SECONDS = 60.0


def campaign(stage: Stage, rounds: int) -> Iterator[Disturbed]:
    """So many starts at once, then one machine that stands still; NoServerError where no PostgreSQL can be started."""
    with postgres_server() as server:
        for number in range(rounds):
            yield at_the_same_time(stage, server, number)
        yield _one_stands_still(stage, server)


def at_the_same_time(stage: Stage, server: PostgresServer, number: int) -> Disturbed:
    with Machines(stage, server, f"both{number}") as machines:
        processes = [FlowProcess(order) for order in machines.orders]
        names = sorted(process.ended().name for process in processes)
        broken = [] if names in (["AlreadyRunning", "Completed"], ["Completed", "Completed"]) else [str(names)]
        broken += machines.broken_laws()
        return Disturbed(f"two machines at once, {names}", 1, broken)


def _one_stands_still(stage: Stage, server: PostgresServer) -> Disturbed:
    """The first is suspended in the middle for longer than its lease lasts; the second takes over; the first wakes."""
    with Machines(stage, server, "still") as machines:
        first = FlowProcess(machines.orders[0])
        while first.is_alive and machines.world.shop.writes < 2:
            time.sleep(0.002)
        first.stop()
        deadline = time.monotonic() + 3 * LEASE_SECONDS
        second = FlowProcess(machines.orders[1]).ended()
        while second.name == "AlreadyRunning" and time.monotonic() < deadline:
            time.sleep(5)
            second = FlowProcess(machines.orders[1]).ended()
        machines.world.shop.reset_counts()
        first.go_on()
        late = first.ended()
        broken = [] if second.name == "Completed" else [f"the second machine ended {second.name}: {second.message}"]
        broken += [] if late.name == "Failed" else [f"the first machine woke and ended {late.name}: {late.message}"]
        wrote = [request for request in machines.world.shop.requests if request[0] == "POST"]
        broken += [f"the first machine woke and wrote {wrote}"] if wrote else []
        return Disturbed("one machine stands still", 1, broken + machines.broken_laws())


class Machines:
    """Two folders of one shop that share a ledger; each holds the same product file."""

    def __init__(self, stage: Stage, server: PostgresServer, name: str) -> None:
        self.stage = stage
        self.wanted = stage.outcome(FIRST_DAY)
        self.ledger_url = server.url_of_schema(server.new_schema())
        self.place = stage.place / name
        self.world = FlatWorld.at(self.place / "one" / FOLDER)
        self.other = FlatWorld(self.place / "two" / FOLDER, self.world.shop)

    def __enter__(self) -> Self:
        for world in (self.world, self.other):
            world.__enter__()
            world.write_settings(
                shop={"name": FOLDER}, shop__limits=self.stage.limits, ledger={"url": f"env:{LEDGER_VARIABLE}"}
            )
            FIRST_DAY.drop(world)
        environment = {KEY_VARIABLE: self.world.shop.key, LEDGER_VARIABLE: self.ledger_url}
        self.orders = [
            Order(FIRST_DAY.flow, world.folder, environment, self.stage.api_url, {"accept_guard": True}, machine=name)
            for name, world in (("one", self.world), ("two", self.other))
        ]
        return self

    def __exit__(self, *failure: object) -> None:
        self.world.shop.stop()
        os.environ.pop(LEDGER_VARIABLE, None)

    def broken_laws(self) -> list[str]:
        """After each machine has run once more: the end state of one, and nothing left to write."""
        ends = [FlowProcess(order).ended() for order in self.orders]
        broken = [f"ended {end.name}: {end.message}" for end in ends if end.name != "Completed"]
        snapshot = laws.seen(self.world.shop)
        broken += laws.twice(snapshot) + laws.different(snapshot, self.wanted.snapshot)
        self.world.shop.reset_counts()
        for world, order in zip((self.world, self.other), self.orders, strict=True):
            FIRST_DAY.again(world)
            FlowProcess(order).ended()
        return broken + ([f"wrote again: {self.world.shop.requests}"] if self.world.shop.writes else [])
