"""The whole chain killed: files fetched, imported and acknowledged, at each change of the folder or its source."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path

import sqlalchemy as sa

from tests.campaigns import laws
from tests.campaigns.kills import Killed, Moment
from tests.campaigns.run_flow import Ended, FlowProcess, Order
from tests.flows.collect_world import CollectWorld
from tests.flows.world import KEY_VARIABLE

TOUCHES = 110
"""A chain of a product and a stock file changes the folder and its source fewer times than this."""
_MOST_RUNS = 4


class InsideWorld(CollectWorld):
    """The source lies within the shop's folder: what is done to it counts as a touch as well."""

    @property
    def remote(self) -> Path:
        return self.folder / "remote"

    def run(self, flow: str, api_url: str, *, dies_at_touch: int = 0) -> Ended:
        """The flow in a process of its own, which may kill itself."""
        environment = {KEY_VARIABLE: self.shop.key}
        return FlowProcess(Order(flow, self.folder, environment, api_url, dies_at_touch=dies_at_touch)).ended()

    def imports(self) -> Counter[str]:
        """How often the ledger was told that a content was done."""
        engine = sa.create_engine(f"sqlite:///{self.folder / 'ledger.db'}")
        with engine.connect() as connection:
            told = connection.execute(sa.text("select content_hash from file_events where event = 'done'"))
            found = Counter(told.scalars())
        engine.dispose()
        return found

    def not_once(self, sent: int) -> list[str]:
        """What says that not each of so many files was fetched, imported, archived and acknowledged exactly once."""
        left = [path.name for path in self.remote.iterdir()]
        archived = Counter(path.read_text(encoding="utf-8") for path in (self.folder / "archives").rglob("*.csv"))
        found = {
            "left in the drop folder": self.dropped(),
            "imports": [] if list(self.imports().values()) == [1] * sent else dict(self.imports()),
            "archived": [] if list(archived.values()) == [1] * sent else dict(archived),
            "at the source": [] if len(left) == sent and all(name.endswith(".done") for name in left) else left,
        }
        return [f"{what}: {these}" for what, these in found.items() if these]


def chain_killed(place: Path, api_url: str, touches: Sequence[int]) -> Killed:
    """New files before every kill, then chains that are left alone until one ends well, and one more."""
    with InsideWorld.at(place / "boutique") as world:
        world.fetch_from_folder()
        kills = 0
        for number, touch in enumerate(touches):
            _send(world, number)
            kills += world.run("import_files", api_url, dies_at_touch=touch).name == ""
        broken = _ended_well(world, api_url) + world.not_once(2 * len(touches))
        last = len(touches) - 1
        wanted = {f"SAC{number}": 7 * last + number for number in range(3)}
        found = {reference: world.quantity(reference) for reference in wanted}
        broken += [f"quantities: {found}"] if found != wanted else []
        broken += [f"named {world.product('SAC0')['name']}"] if f"Sac {last}" not in str(world.product("SAC0")) else []
        broken += laws.twice(laws.seen(world.shop))
        world.shop.reset_counts()
        broken += _ended_well(world, api_url)
        broken += [f"wrote again: {world.shop.requests}"] if world.shop.writes else []
        return Killed("files fetched and imported", tuple(Moment("touch", touch) for touch in touches), kills, broken)


def at_every_touch(place: Path, api_url: str, every: int) -> Iterator[Killed]:
    """Trials of four kills each, a quarter of a chain apart, until every so many-th touch was struck at."""
    quarter = TOUCHES // 4
    for first in range(1, quarter + 1, every):
        yield chain_killed(place / f"chain{first}", api_url, [first + part * quarter for part in range(4)])


def _send(world: CollectWorld, number: int) -> None:
    rows = ({"reference": f"SAC{i}", "name": f"Sac {number}"} for i in range(3))
    dropped = world.drop_products(*rows)
    world.send(f"product_{number:02}.csv", dropped.read_text(encoding="utf-8"), minutes=2 * number)
    dropped.unlink()
    lines = "".join(f"SAC{i};{7 * number + i}\n" for i in range(3))
    world.send(f"stock_{number:02}.csv", f"reference;quantity\n{lines}", minutes=2 * number + 1)


def _ended_well(world: InsideWorld, api_url: str) -> list[str]:
    for _ in range(_MOST_RUNS):
        ended = world.run("import_files", api_url)
        if ended.name == "Completed":
            return []
    return [f"the chain ended {ended.name}: {ended.message}"]
