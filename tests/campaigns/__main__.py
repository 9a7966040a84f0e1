"""`make chaos`: every campaign at its full length, one table, and `build/chaos.json`.

`python -m tests.campaigns [--seed N] [--share S] [--act ACT ...] [NAME ...]`: only some campaigns, a share of their
length, or `killed` and `faults` with some acts only. Several are played side by side. Every trial that breaks a law is
told with the seed or the moment that repeats it. The answer is 1 when one did.
"""

from __future__ import annotations

import argparse
import asyncio
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import AsyncIterator, Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from itertools import chain
from pathlib import Path
from typing import TypeVar

os.environ.setdefault("PREFECT_LOGGING_LEVEL", "CRITICAL")

from hypothesis import HealthCheck, given, settings
from hypothesis import seed as from_seed
from hypothesis import strategies as st
from prefect.settings import PREFECT_FLOWS_HEARTBEAT_FREQUENCY, PREFECT_LOGGING_TO_API_ENABLED, temporary_settings

from tests.campaigns import (
    chain_kills,
    conservation,
    faults,
    generated,
    kills,
    ledger_away,
    mutations,
    order_faults,
    order_kills,
    order_totals,
    orders_identity,
    outbox_kills,
    prefect_away,
    two_machines,
)
from tests.campaigns.document_acts import EVERY_ACT, FILE_ACTS
from tests.campaigns.figures import Figure, at_least, none_of, read, table, write
from tests.campaigns.identity_moves import MOVES
from tests.campaigns.order_stage import OrderStage
from tests.campaigns.prefect_here import prefect_server
from tests.campaigns.stage import FIRST_DAY, SECOND_DAY, STOCK, Act, Stage
from tests.connectors.ledger.postgres_server import NoServerError
from tests.flows.flat_world import FlatWorld
from tests.flows.world import World
from tests.tasks.read.sample_streams import OTHER_STREAMS

Trial = TypeVar("Trial")
CHAOS = Path("build") / "chaos.json"
KILLS = 100
SEEDS = 24
DAMAGED_READ = 5_000
DAMAGED_PLANNED = 400
GENERATED = 60
ORDER_KILLS = 100
ORDER_SEEDS = 12
ORDERS = 5_000
IDENTITY_TRIALS = 300
_TOLD_EVERY_SECONDS = 60.0


@dataclass(frozen=True, slots=True)
class Asked:
    """From which seed, how much of the full length, and with which acts."""

    seed: int
    share: float
    acts: tuple[Act, ...] = EVERY_ACT

    def of(self, full: int) -> int:
        return max(1, round(full * self.share))

    def among(self, *acts: Act) -> list[Act]:
        """Those of the acts that are asked for."""
        return [act for act in acts if act in self.acts]


def _killed(stage: Stage, asked: Asked) -> list[Figure]:
    wanted = asked.of(KILLS)
    random = list(_told(kills.campaign(stage, asked.seed, wanted, asked.acts)))
    struck = sum(killed.kills for killed in random)
    figures = [
        at_least("kill -9 at random moments: kills that struck", struck, "kills", wanted),
        none_of("kill -9 at random moments", [k for k in random if k.broken], len(random), "trials"),
    ]
    for act in asked.among(SECOND_DAY, STOCK, *FILE_ACTS):
        every = list(_told(kills.at_every_touch(stage, act, every=1 if asked.share >= 1 else 5)))
        name = f"kill -9 before each change of a file ({act.name})"
        figures.append(none_of(name, [k for k in every if k.broken], len(every), "trials"))
    return figures


def _faults(stage: Stage, asked: Asked) -> list[Figure]:
    catalogue = {
        "lost answers of creates": (faults.lost_answers(stage, kind) for kind in faults.LOST),
        "storms of 429 and 503, late answers": faults.storms(stage),
        "the shop dies and comes back": (
            faults.shop_dies_and_comes_back(stage, act, writes, away)
            for act, writes, away in ((FIRST_DAY, 9, 0.0), (STOCK, 2, 0.0), (SECOND_DAY, 5, 0.5))
        ),
        "files cannot grow, as on a full disk": faults.small_disks(stage, SECOND_DAY),
    }
    trials = {
        "10 % of requests fail in every way": faults.seeded(stage, asked.seed, asked.of(SEEDS), asked.acts),
        "lost answers of flat streams, of documents and of the fast lane": (
            faults.lost_writes(stage, act, kind) for act in asked.among(*FILE_ACTS) for kind in faults.LOST
        ),
    } | (catalogue if asked.acts == EVERY_ACT else {})
    return [_of_disturbed(name, _told(some)) for name, some in trials.items()]


def _prefect(stage: Stage, asked: Asked) -> list[Figure]:
    writes = (1, 4, 8, 12, 16) if asked.share >= 1 else (8,)
    cut = (prefect_away.cut_after(stage, SECOND_DAY, count) for count in writes)
    alone = (prefect_away.without_a_server(stage, act) for act in (STOCK, FIRST_DAY))
    return [
        _of_disturbed("Prefect goes away under a run", _told(cut)),
        _of_disturbed("no Prefect server at all", _told(alone)),
    ]


def _chain(stage: Stage, asked: Asked) -> list[Figure]:
    every = 1 if asked.share >= 1 else 9
    trials = list(_told(chain_kills.at_every_touch(stage.place, stage.api_url, every)))
    struck, wanted = sum(killed.kills for killed in trials), 3 * len(trials)
    return [
        at_least("kill -9 under the chain of files: kills that struck", struck, "kills", wanted),
        none_of("kill -9 under the chain of files", [k for k in trials if k.broken], len(trials), "trials"),
    ]


def _machines(stage: Stage, asked: Asked) -> list[Figure]:
    try:
        return [_of_disturbed("two machines, one PostgreSQL ledger", _told(two_machines.campaign(stage, asked.of(6))))]
    except NoServerError as error:
        sys.stdout.write(f"machines: not tried, for want of a PostgreSQL: {error}\n")
        return []


def _ledger(stage: Stage, asked: Asked) -> list[Figure]:
    writes = (1, 3, 6, 9, 12) if asked.share >= 1 else (3,)
    try:
        return [
            _of_disturbed("the ledger's database goes away under a run", _told(ledger_away.campaign(stage, writes)))
        ]
    except NoServerError as error:
        sys.stdout.write(f"ledger: not tried, for want of a PostgreSQL: {error}\n")
        return []


def _damaged(stage: Stage, asked: Asked) -> list[Figure]:
    count, planned = asked.of(DAMAGED_READ), asked.of(DAMAGED_PLANNED)
    first = asked.seed * 1_000_000
    read = list(_told(mutations.read_and_validated(range(first, first + count))))
    with World.at(stage.place / "damaged") as world:
        mutations.prepared(world)
        flown = list(_told(asyncio.run(_every(mutations.planned(world, range(first, first + planned))))))
    share, flat = asked.of(DAMAGED_READ // 10), asked.of(DAMAGED_PLANNED // 10)
    streams = OTHER_STREAMS.values()
    flat_read = list(
        _told(one for stream in streams for one in mutations.read_and_validated(range(first, first + share), stream))
    )
    with FlatWorld.at(stage.place / "damaged-flat", module=True) as world:
        flat_flown = list(
            _told(asyncio.run(_every(mutations.every_other_stream_planned(world, range(first, first + flat)))))
        )
    return [
        none_of("damaged files of other streams, read and validated", flat_read, share * len(streams), "files"),
        none_of("damaged files of other streams, whole flows as dry runs", flat_flown, flat * len(streams), "files"),
        none_of("damaged files, read and validated", read, count, "files"),
        none_of("damaged files, whole flow as a dry run", flown, planned, "files"),
    ]


def _conserved(_stage: Stage, asked: Asked) -> list[Figure]:
    count = asked.of(GENERATED)
    broken: list[str] = []

    @from_seed(asked.seed)
    @settings(max_examples=count, deadline=None, database=None, suppress_health_check=list(HealthCheck))
    @given(st.data())
    def every_row_is_told(data: st.DataObject) -> None:
        products = data.draw(generated.product_rows())
        keys = [str(row["reference"]) for row in products]
        asyncio.run(conservation.products_and_stock(products, data.draw(generated.stock_rows(keys))))

    try:
        every_row_is_told()
    except AssertionError as failure:
        broken = [f"{failure} {getattr(failure, '__notes__', '')}"]
    return [none_of("generated files: rows told as Python's csv counts them", list(_told(broken)), count, "files")]


def _orders_killed(stage: Stage, asked: Asked) -> list[Figure]:
    wanted = asked.of(ORDER_KILLS)
    trials = list(_told(order_kills.campaign(_order_stage(stage, "killed"), asked.seed, wanted)))
    struck = sum(killed.kills for killed in trials)
    every = 1 if asked.share >= 1 else 10
    by_file = list(_told(outbox_kills.at_every_touch(stage.place / "outbox", stage.api_url, every)))
    return [
        at_least("kill -9 under orders and returns: kills that struck", struck, "kills", wanted),
        none_of("kill -9 under orders and returns", [k for k in trials if k.broken], len(trials), "trials"),
        none_of(
            f"kill -9 before each change of a file ({outbox_kills.ACT})",
            [k for k in by_file if k.broken],
            len(by_file),
            "trials",
        ),
    ]


def _order_faults(stage: Stage, asked: Asked) -> list[Figure]:
    played = _order_stage(stage, "faults")
    trials = {
        "5 % of requests of shop and ERP fail in every way": order_faults.seeded(
            played, asked.seed, asked.of(ORDER_SEEDS)
        ),
        "lost and late answers of the ERP": order_faults.lost_answers(played),
        "shop or ERP refuses the access under a run": order_faults.refused_access(played),
    }
    return [_of_disturbed(f"orders and returns: {name}", _told(some)) for name, some in trials.items()]


def _order_totals(stage: Stage, asked: Asked) -> list[Figure]:
    count = asked.of(ORDERS)
    broken = list(_told(order_totals.campaign(stage.place / "totals", stage.api_url, asked.seed, range(count))))
    return [none_of("generated orders, to the cent in the ERP", broken, count, "orders")]


def _orders_identity(_stage: Stage, asked: Asked) -> list[Figure]:
    count = asked.of(IDENTITY_TRIALS)
    trials = list(_told(orders_identity.campaign(asked.seed * 10_000, count)))
    orders, sent = sum(each.orders for each in trials), sum(each.sent for each in trials)
    rarest = min(sum(move.name == name for each in trials for move in each.moves) for name in MOVES)
    return [
        at_least("restored, reused, hidden, doubted: times of the rarest move", rarest, "moves", count // 30),
        at_least("restored, reused, hidden, doubted: orders that have their own document", sent, "orders", orders // 2),
        none_of("restored, reused, hidden, doubted", [t for t in trials if t.broken], len(trials), "trials"),
    ]


def _order_stage(stage: Stage, name: str) -> OrderStage:
    return OrderStage(stage.place / f"orders-{name}", stage.api_url)


CAMPAIGNS: Mapping[str, Callable[[Stage, Asked], list[Figure]]] = {
    "killed": _killed,
    "chain": _chain,
    "faults": _faults,
    "prefect": _prefect,
    "machines": _machines,
    "ledger": _ledger,
    "damaged": _damaged,
    "conserved": _conserved,
    "orders-killed": _orders_killed,
    "orders-faults": _order_faults,
    "orders-totals": _order_totals,
    "orders-identity": _orders_identity,
}


def _of_disturbed(name: str, trials: Iterable[faults.Disturbed]) -> Figure:
    every = list(trials)
    return none_of(name, [trial for trial in every if trial.broken], len(every), "trials")


async def _every(trials: AsyncIterator[Trial]) -> list[Trial]:
    return [trial async for trial in trials]


def _told(trials: Iterable[Trial]) -> Iterator[Trial]:
    """Each trial as it ends; those that broke a law are told at once, and once a minute how many ended so far."""
    last_told = time.monotonic()
    for number, trial in enumerate(trials, 1):
        if getattr(trial, "broken", True):
            sys.stdout.write(f"  {trial}\n")
        if time.monotonic() - last_told >= _TOLD_EVERY_SECONDS:
            last_told = time.monotonic()
            sys.stdout.write(f"  {number} so far\n")
        sys.stdout.flush()
        yield trial


def _played(name: str, asked: Asked) -> list[Figure]:
    """One campaign, here."""
    start = time.monotonic()
    quiet = temporary_settings({PREFECT_FLOWS_HEARTBEAT_FREQUENCY: None, PREFECT_LOGGING_TO_API_ENABLED: False})
    with tempfile.TemporaryDirectory() as place, prefect_server() as api_url, quiet:
        figures = CAMPAIGNS[name](Stage(Path(place), api_url), asked)
    sys.stdout.write(f"{name}: {time.monotonic() - start:.0f} s\n")
    return figures


def _in_processes(names: Sequence[str], options: Sequence[str]) -> list[Figure]:
    """Each campaign in a process of its own, as many at a time as there are processors."""
    with tempfile.TemporaryDirectory() as place, ThreadPoolExecutor(min(4, os.cpu_count() or 1)) as threads:
        parts = {name: Path(place) / f"{name}.json" for name in names}
        list(threads.map(lambda name: _followed(name, [*options, "--figures", str(parts[name])]), names))
        lost = [name for name, part in parts.items() if not part.exists()]
        told = [read(part) for part in parts.values() if part.exists()]
    return [*chain(*told), *(Figure(f"{name}: broke off", 1, "campaigns", "0", holds=False) for name in lost)]


def _followed(name: str, options: Sequence[str]) -> None:
    """What the campaign says is said here under its name, as it is said."""
    command = [sys.executable, "-m", "tests.campaigns", name, *options]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True) as process:
        for line in process.stdout or ():
            sys.stdout.write(f"{name}: {line}")
            sys.stdout.flush()


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.campaigns", description=__doc__)
    parser.add_argument("names", nargs="*", metavar="NAME", help=", ".join(CAMPAIGNS))
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--share", type=float, default=1.0, help="of the full length, 0 to 1")
    parser.add_argument("--act", action="append", choices=[act.name for act in EVERY_ACT], help="with these acts only")
    parser.add_argument("--figures", type=Path, default=CHAOS, help="where the figures go")
    given_arguments = parser.parse_args()
    names = given_arguments.names or list(CAMPAIGNS)
    wanted = given_arguments.act or [act.name for act in EVERY_ACT]
    if len(names) == 1:
        acts = tuple(act for act in EVERY_ACT if act.name in wanted)
        figures = _played(names[0], Asked(given_arguments.seed, given_arguments.share, acts))
    else:
        options = [f"--seed={given_arguments.seed}", f"--share={given_arguments.share}"]
        figures = _in_processes(names, options + [f"--act={name}" for name in wanted])
    write(figures, given_arguments.figures)
    sys.stdout.write(f"\n{table(figures)}\n\n")
    return 0 if all(figure.holds for figure in figures) else 1


if __name__ == "__main__":
    sys.exit(main())
