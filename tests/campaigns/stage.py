"""Acts: what a shop and its connector's folder hold, which files are dropped then, and which flow is run.

The state before an act is made once and copied for every trial; the state after it, undisturbed, is what every
disturbed trial must reach.
"""

from __future__ import annotations

import shutil
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from connectors.prestashop.board import RESOURCE as BOARD
from deployments.sandbox.shop import SandboxShop
from tests.campaigns import laws
from tests.campaigns.run_flow import Ended, FlowProcess, Order
from tests.flows.flat_world import FlatWorld
from tests.flows.world import KEY_VARIABLE, World

SHOP_STATE = "shop.json"
FOLDER = "boutique"
KINDS = (
    "product",
    "stock",
    "store",
    "customer",
    "specific_price",
    "store_order",
    "return_status",
    "image",
    "image_former",
)
"""Of the links that are compared."""
MOST_RUNS = 8
"""How often a run that was told to fail may be started again before it counts as never ending well."""


@dataclass(frozen=True, slots=True)
class Act:
    """`drop` puts the files of the act there and names them; `again` puts the same rows there in other files."""

    name: str
    flow: str
    drop: Callable[[FlatWorld], list[str]]
    again: Callable[[FlatWorld], object]
    before: tuple[Act, ...] = ()
    options: Mapping[str, Any] = field(default_factory=dict)
    """Of the sandbox shop."""
    settings: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    """Tables of settings.toml."""


def _first_day(world: World) -> list[dict[str, Any]]:
    simple = [
        {"reference": f"SAC{i}", "name": f"Sac {i}", "stocks": str(i), "category1": "Sacs", "matiere": f"Cuir {i}"}
        for i in range(4)
    ]
    return [*world.dress(6), *simple]


def _second_day(world: World) -> list[dict[str, Any]]:
    """Every kind of change: texts, prices, names that are new, items that are closed, and new ones."""
    rows = [*world.dress(8, ("S", "M", "L", "XL")), *_first_day(world)[18:]]
    for row in rows:
        number = int(row["reference"].split("-")[0][-1])
        row.update({"name": f"Robe d'été {number}"} if number % 2 else {"price": "35.50"})
        if number == 3:
            row.update(manufacturer="Maison neuve", category2="Soldes")
        if number == 5 or row["reference"] in {"ROBE0001-M", "SAC2"}:
            row["active"] = "0"
    return rows


def _quantities(world: World) -> dict[str, int]:
    return {row["reference"]: number % 9 + 1 for number, row in enumerate(world.dress(6))} | {"SAC0": 7, "SAC3": 0}


FIRST_DAY = Act(
    "products, first day",
    "import_products",
    lambda world: [world.drop_products(*_first_day(world), name="product_1.csv").name],
    lambda world: world.drop_products(*reversed(_first_day(world)), name="product_9.csv"),
)
SECOND_DAY = Act(
    "products, second day",
    "import_products",
    lambda world: [world.drop_products(*_second_day(world), name="product_2.csv").name],
    lambda world: world.drop_products(*reversed(_second_day(world)), name="product_9.csv"),
    before=(FIRST_DAY,),
)
STOCK = Act(
    "stock",
    "import_stock",
    lambda world: [
        world.drop_stock({"SAC0": 3, "SAC1": 9}, name="stock_1.csv").name,
        world.drop_stock(_quantities(world), name="stock_2.csv").name,
    ],
    lambda world: world.drop_stock(dict(reversed(_quantities(world).items())), name="stock_9.csv"),
    before=(FIRST_DAY,),
)
OLD_SHOP = Act(
    "products of a 1.7 shop",
    "import_products",
    SECOND_DAY.drop,
    SECOND_DAY.again,
    before=(FIRST_DAY,),
    options={"profile": "1.7.8"},
)
ACTS = (FIRST_DAY, SECOND_DAY, STOCK, OLD_SHOP)


@dataclass(slots=True)
class Trial:
    """One copy of an act's beginning, its files dropped."""

    act: Act
    world: FlatWorld
    api_url: str
    files: list[str]

    def order(self, **changes: Any) -> Order:
        """The act's flow over this copy."""
        environment = {KEY_VARIABLE: self.world.shop.key}
        given: dict[str, Any] = {"api_url": self.api_url, "asked": {"accept_guard": True}}
        return Order(self.act.flow, self.world.folder, environment, **given | changes)

    def start(self, **changes: Any) -> FlowProcess:
        return FlowProcess(self.order(**changes))

    def run(self, **changes: Any) -> Ended:
        return self.start(**changes).ended()

    def run_until_completed(self) -> Ended:
        """Runs again and again, as a schedule would, until a run ends well."""
        for _ in range(MOST_RUNS):
            ended = self.run()
            if ended.name in {"Completed", "CompletedWithRejects"}:
                break
        return ended

    def broken_laws(self, wanted: Outcome, ended: Ended) -> list[str]:
        """What differs from the undisturbed outcome, what is there twice, what was lost or is written once more."""
        world, folder = self.world, self.world.folder
        if ended.name != "Completed":
            return [f"the run ended {ended.name or 'without a state'}: {ended.message}"]
        snapshot = laws.seen(world.shop)
        broken = laws.twice(snapshot) + laws.different(snapshot, wanted.snapshot)
        for kind, links in wanted.links.items():
            found = laws.remembered(folder, kind)
            broken += [f"link {kind} {key}: {found.get(key)} / {links.get(key)}" for key in _differing(found, links)]
        broken += laws.unfinished(folder) + laws.untold(folder, self.files)
        broken += [fault for report in world.reports() for fault in laws.counted(report)]
        world.shop.reset_counts()
        self.act.again(world)
        once_more = self.run()
        # The page in the back office tells what is new, such as that an incident is over: no data of the shop.
        sent = [request for request in world.shop.requests if request[0] != "GET" and BOARD not in request[1]]
        if once_more.name != "Completed" or sent:
            broken.append(f"once more: {once_more.name}, {once_more.message}, {sent}")
        return broken


def _differing(found: Mapping[str, object], wanted: Mapping[str, object]) -> list[str]:
    return [key for key in {**found, **wanted} if found.get(key) != wanted.get(key)]


@dataclass(frozen=True, slots=True)
class Outcome:
    """The end of an act that nothing disturbed."""

    snapshot: laws.Snapshot
    links: Mapping[str, Mapping[str, tuple[object, ...]]]
    writes: int
    requests: int
    seconds: float
    touches: int


class Stage:
    """The folder in which trials are played; every act's beginning and end are made once."""

    def __init__(self, place: Path, api_url: str, max_batch: int = 4) -> None:
        self.place = place
        self.api_url = api_url
        self.limits = {"pace": "full", "timeout_seconds": 10.0, "max_batch": max_batch, "settle_seconds": 0.8}
        self.played = 0
        self._outcomes: dict[str, Outcome] = {}

    @contextmanager
    def trial(self, act: Act) -> Iterator[Trial]:
        """A fresh copy of the act's beginning with its files dropped; removed afterwards."""
        with self._copied(self._beginning(act), act) as world:
            yield Trial(act, world, self.api_url, act.drop(world))

    def outcome(self, act: Act) -> Outcome:
        """How the act ends when nothing disturbs it."""
        if act.name not in self._outcomes:
            with self.trial(act) as trial:
                self._outcomes[act.name] = _undisturbed(trial)
        return self._outcomes[act.name]

    def _beginning(self, act: Act) -> Path:
        kept = self.place / "beginnings" / act.name.replace(" ", "-").replace(",", "")
        if not kept.exists():
            with self._copied(None, act, keep=kept) as world:
                for earlier in act.before:
                    earlier.drop(world)
                    ended = Trial(earlier, world, self.api_url, []).run()
                    if ended.name != "Completed":
                        raise RuntimeError(f"{earlier.name}: {ended.name} {ended.message}")
        return kept

    @contextmanager
    def _copied(self, source: Path | None, act: Act, keep: Path | None = None) -> Iterator[FlatWorld]:
        self.played += 1
        place = keep or self.place / f"trial{self.played}"
        if source is not None:
            shutil.copytree(source, place)
        place.mkdir(parents=True, exist_ok=True)
        shop = SandboxShop(state_file=place / SHOP_STATE, **act.options)
        with FlatWorld(place / FOLDER, shop) as world:
            world.write_settings(shop__limits=self.limits, **act.settings)
            yield world
        if keep is None:
            shutil.rmtree(place, ignore_errors=True)


def _undisturbed(trial: Trial) -> Outcome:
    world = trial.world
    start = time.monotonic()
    ended = trial.run()
    seconds = time.monotonic() - start
    outcome = Outcome(
        laws.seen(world.shop),
        {kind: laws.remembered(world.folder, kind) for kind in KINDS},
        world.shop.writes,
        len(world.shop.requests),
        seconds,
        ended.touches,
    )
    broken = trial.broken_laws(outcome, ended)
    if broken:
        raise AssertionError(f"{trial.act.name}, undisturbed: {broken}")
    return outcome
