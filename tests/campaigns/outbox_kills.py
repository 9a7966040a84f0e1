"""Orders on their way into files, killed anywhere and begun again: whoever takes the files has every order once."""

from __future__ import annotations

import os
import shutil
from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path

from tests.campaigns.kills import Killed, Moment
from tests.campaigns.run_flow import Ended, FlowProcess, Order
from tests.campaigns.stage import MOST_RUNS
from tests.flows.files_world import FilesWorld
from tests.flows.world import KEY_VARIABLE

ACT = "orders by file"
ORDERS, LINES = 4, 2


def killed_and_run_again(place: Path, api_url: str, touches: Sequence[int]) -> Killed:
    """Runs killed before these changes of the folder, the ERP taking what lies there after each; then one more."""
    moments = tuple(Moment("touch", touch) for touch in touches)
    with _world(place) as world:
        orders = [world.place(("ROBE-S", 2, "29.90"), ("JUPE", 1, "15.00")) for _ in range(ORDERS)]
        kills, taken = 0, Counter[str]()
        for touch in touches:
            kills += _run(world, api_url, dies_at_touch=touch).name == ""
            taken += _taken(world)
        ended = Ended("")
        for _ in range(MOST_RUNS):
            ended = _run(world, api_url)
            taken += _taken(world)
            if ended.name == "Completed":
                break
        broken = [] if ended.name == "Completed" else [f"the run ended {ended.name}: {ended.message}"]
        wanted = Counter({f"WEB{order}": LINES for order in orders})
        broken += [] if taken == wanted else [f"the ERP has {dict(taken)}"]
        states = world.deliveries()
        broken += [] if states == {str(order): "sent" for order in orders} else [f"the ledger says {states}"]
        _run(world, api_url, asked={"sweep": True})
        again = _taken(world)
        broken += [f"once more: {dict(again)}"] if again else []
    return Killed(ACT, moments, kills, broken)


def touches_of_a_run(place: Path, api_url: str) -> int:
    """How often a run that nothing disturbs changes the folder."""
    with _world(place) as world:
        for _ in range(ORDERS):
            world.place()
        return _run(world, api_url).touches


def at_every_touch(place: Path, api_url: str, every: int = 1) -> Iterator[Killed]:
    """A trial for each change of the folder, or every so many."""
    for touch in range(1, touches_of_a_run(place, api_url) + 1, every):
        yield killed_and_run_again(place, api_url, (touch,))


def _world(place: Path) -> FilesWorld:
    shutil.rmtree(place, ignore_errors=True)
    return FilesWorld.at(place / "boutique")


def _run(world: FilesWorld, api_url: str, **changes: object) -> Ended:
    environment = {KEY_VARIABLE: os.environ[KEY_VARIABLE]}
    return FlowProcess(Order("export_orders", world.folder, environment, api_url, **changes)).ended()  # type: ignore[arg-type]


def _taken(world: FilesWorld) -> Counter[str]:
    return Counter(row["DO_Ref"] for rows in world.taken() for row in rows)
