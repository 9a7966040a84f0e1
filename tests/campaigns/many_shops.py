"""Many shops on one PostgreSQL, one Prefect server and some workers, by their schedules, disturbed in every way.

`python -m tests.campaigns.many_shops [--shops 100] [--workers 3] [--period 15] [--rounds 2] [--burst 30]`: every shop
has its files brought once in each `period` minutes. A worker is killed with its runs in the first round, the server is
away while schedules fire in the second, PostgreSQL falls in the last. Then bursts of runs, with the workers and with
one more, say how many a minute there can be. The figures go to `build/many_shops.json`; the answer is 1 when a law is
broken.
"""

from __future__ import annotations

import argparse
import json
import os
import signal
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from contextlib import ExitStack, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from deployments.deploying.spread import spread
from tests.connectors.ledger.postgres_server import postgres_server
from tests.deployments.compose_machine import Machine, postgres_rows
from tests.deployments.prefect_server import Server, free_port, wait_for
from tests.flows.world import KEY_VARIABLE, World

FIGURES = Path("build") / "many_shops.json"
ITEMS = 10
FLOW = "import_files"
_FINAL = frozenset({"COMPLETED", "FAILED", "CRASHED", "CANCELLED"})
_AWAY_SECONDS = 40.0
_GIVEN_UP_SECONDS = 1_800.0


@dataclass
class Load:
    """What the processes of the workers took while the campaign went on: memory in MB, looked at now and then."""

    workers: list[float] = field(default_factory=list)
    runs: list[float] = field(default_factory=list)
    at_once: list[int] = field(default_factory=list)
    seconds: dict[int, float] = field(default_factory=dict)
    """Of the processor, by the process of a run."""

    def look(self, workers: Sequence[subprocess.Popen[bytes]]) -> None:
        children = _children()
        for worker in workers:
            mine = children.get(worker.pid, [])
            self.workers.append(_megabytes(worker.pid))
            self.at_once.append(len(mine))
            self.runs += [taken for child in mine if (taken := _megabytes(child)) > 0]
            self.seconds |= {child: _processor_seconds(child) or self.seconds.get(child, 0.0) for child in mine}


class Campaign:
    """The shops, their machine, and what is asked of it."""

    def __init__(self, asked: argparse.Namespace, machine: Machine, stack: ExitStack) -> None:
        self.asked = asked
        self.machine = machine
        self.load = Load()
        self.worlds = [
            stack.enter_context(World.at(machine.folder / "shops" / f"shop{i:03}")) for i in range(asked.shops)
        ]
        self.workers: list[subprocess.Popen[bytes]] = []
        self.server: Server
        self._serving: subprocess.Popen[bytes]
        self._round = 0
        stack.callback(self._end)

    def start(self) -> None:
        """Server, shops as deployed, workers."""
        for world in self.worlds:
            own = spread(f"*/{self.asked.period} * * * *", world.folder.name)
            world.write_settings(
                ledger={"url": "env:PASSERELLE_LEDGER"},
                schedules__flows={FLOW: own, "check_stock": ""},
            )
        self.serve()
        self.server = Server(
            f"http://127.0.0.1:{self.machine.ports['4200']}/api", self.machine.environment("worker") | {"LC_ALL": "C"}
        )
        folders = [str(world.folder) for world in self.worlds]
        began = time.monotonic()
        said = self.server.passerelle("deploy", *folders, "--runs", str(self.asked.runs))
        _say(f"deployed in {time.monotonic() - began:.0f} s: {said.splitlines()[-self.asked.shops - 2]}")
        began = time.monotonic()
        again = self.server.passerelle("deploy", *folders)
        assert "Nothing to change" in again, again
        _say(f"deployed again in {time.monotonic() - began:.0f} s, nothing changed")
        for _ in range(self.asked.workers):
            self.add_worker()

    def serve(self) -> None:
        self._serving = self.machine.start("server")
        wait_for(lambda: self.machine.is_well("server"))

    def add_worker(self) -> None:
        number = len(self.workers)
        told = {KEY_VARIABLE: self.worlds[0].shop.key, "PREFECT_WORKER_WEBSERVER_PORT": str(free_port())}
        self.workers.append(self.machine.start("worker", log=f"worker{number}", **told))

    def drop(self) -> None:
        """Every shop gets what its ERP has now: the articles at first, and each time other quantities."""
        self._round += 1
        for world in self.worlds:
            if self._round == 1:
                world.drop_products(*({"reference": f"SAC{i}"} for i in range(ITEMS)))
            world.drop_stock({f"SAC{i}": 10 * self._round + i for i in range(ITEMS)})

    def wrong_quantities(self) -> list[str]:
        """The shops that do not have what was dropped last."""
        wanted = [10 * self._round + i for i in range(ITEMS)]
        wrong = []
        for world in self.worlds:
            has = [_quantity(world, f"SAC{i}") for i in range(ITEMS)]
            wrong += [f"{world.folder.name}: {has}"] if has != wanted else []
        return wrong

    def kill_a_worker(self) -> str:
        """With all its runs, in the middle of one; another one takes its place."""
        wait_for(lambda: any(_children().get(worker.pid) for worker in self.workers))
        children = _children()
        victim = max(self.workers, key=lambda worker: len(children.get(worker.pid, [])))
        time.sleep(2.0)
        killed = len(_children().get(victim.pid, []))
        os.killpg(victim.pid, signal.SIGKILL)
        victim.wait()
        self.workers.remove(victim)
        self.add_worker()
        return f"a worker killed with {killed} runs"

    def server_away(self) -> str:
        os.killpg(self._serving.pid, signal.SIGKILL)
        self._serving.wait()
        self.wait(_AWAY_SECONDS)
        self.serve()
        return f"the server away for {_AWAY_SECONDS:.0f} s"

    def database_falls(self) -> str:
        self.machine.postgres.stop()
        self.wait(5.0)
        self.machine.postgres.start()
        return "PostgreSQL fell, and was back after 5 s"

    def wait(self, seconds: float) -> None:
        until = time.monotonic() + seconds
        while time.monotonic() < until:
            self.load.look(self.workers)
            time.sleep(min(5.0, max(0.1, until - time.monotonic())))

    def pause(self) -> None:
        """No schedule fires any more; what is due is still done."""
        for row in self.rows("select id from deployment where name like 'shop%' and paused = false"):
            self.server.ask(f"/deployments/{row[0]}", {"paused": True}, method="PATCH")

    def rows(self, query: str, database: str = "prefect") -> list[tuple[Any, ...]]:
        return postgres_rows(self.machine.postgres, database, query)

    def wait_for_what_is_due(self, since: datetime, until: datetime) -> None:
        """Until every run that was to begin in that time has ended; the dead ones are ended by the automation."""
        patience = time.monotonic() + _GIVEN_UP_SECONDS
        while time.monotonic() < patience:
            open_ = [state for state, *_ in self.runs_of(since, until) if state not in _FINAL]
            if not open_:
                return
            self.wait(5.0)

    def runs_of(self, since: datetime, until: datetime) -> list[tuple[str, str, float | None, datetime | None]]:
        """State, its name, how late it began in seconds, and its end, of every run that was due in that time."""
        return self.rows(
            "select r.state_type, r.state_name, extract(epoch from r.start_time - r.expected_start_time), r.end_time "  # noqa: S608
            "from flow_run r join deployment d on d.id = r.deployment_id "
            f"where d.name like 'shop%' and r.expected_start_time >= '{since.isoformat()}' "
            f"and r.expected_start_time < '{until.isoformat()}'"
        )

    def burst(self, count: int) -> float:
        """Runs a minute when so many are due at once."""
        ids = [
            row[0]
            for row in self.rows(
                "select d.id from deployment d join flow f on f.id = d.flow_id "  # noqa: S608
                f"where f.name = '{FLOW}' order by d.name limit {count}"
            )
        ]
        began = datetime.now(UTC)
        for id_ in ids:
            self.server.ask(f"/deployments/{id_}/create_flow_run", {})
        wait_for_runs = datetime.now(UTC)
        self.wait_for_what_is_due(began, wait_for_runs)
        ends = [end for _, _, _, end in self.runs_of(began, wait_for_runs) if end is not None]
        return len(ends) / ((max(ends) - began).total_seconds() / 60)

    def overlapping(self) -> list[tuple[Any, ...]]:
        """Two runs of one flow on one shop at the same time, as the ledger has them."""
        return self.rows(
            "select a.shop, a.flow, a.started_at, b.started_at from runs a join runs b on a.shop = b.shop "
            "and a.flow = b.flow and a.started_at < b.started_at and b.started_at < a.ended_at",
            "ledger",
        )

    def _end(self) -> None:
        for process in (*self.workers, self._serving):
            with suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)
            process.wait()


def played(campaign: Campaign) -> dict[str, Any]:
    """The figures of the whole campaign, and what was broken."""
    asked = campaign.asked
    round_seconds = asked.period * 60.0
    disturbances: list[Callable[[], str]] = [campaign.kill_a_worker, campaign.server_away, campaign.database_falls]
    since = datetime.now(UTC)
    said, loads = [], [os.getloadavg()[0]]
    for number in range(asked.rounds):
        campaign.drop()
        ends = time.monotonic() + round_seconds
        mine = disturbances[number : number + 1] if number < asked.rounds - 1 else disturbances[number:]
        for position, disturb in enumerate(mine, start=1):
            campaign.wait(max(0.0, ends - time.monotonic() - round_seconds * (1 - position / (len(mine) + 1))))
            said.append(f"{datetime.now(UTC):%H:%M:%S} {disturb()}")
            _say(said[-1])
        campaign.wait(max(0.0, ends - time.monotonic()))
        loads.append(os.getloadavg()[0])
    until = datetime.now(UTC)
    campaign.pause()
    campaign.wait_for_what_is_due(since, until)
    ended = datetime.now(UTC)
    runs = campaign.runs_of(since, until)
    late = sorted(float(seconds) for _, _, seconds, _ in runs if seconds is not None)
    figures: dict[str, Any] = {
        "at": f"{since:%Y-%m-%d %H:%M} UTC",
        "cores": os.cpu_count(),
        "load": [round(load, 1) for load in loads],
        "asked": vars(asked),
        "disturbances": said,
        "minutes": round((ended - since).total_seconds() / 60, 1),
        "runs": len(runs),
        "runs a minute": round(len(runs) / ((ended - since).total_seconds() / 60), 1),
        "states": {name: sum(row[1] == name for row in runs) for name in sorted({row[1] for row in runs})},
        "seconds late": {
            "half of the runs": round(statistics.median(late), 1),
            "nine of ten": round(late[int(len(late) * 0.9)], 1),
            "the latest": round(late[-1], 1),
        },
        "MB of a worker": round(max(campaign.load.workers)),
        "MB of a run": {"middle": round(statistics.median(campaign.load.runs)), "most": round(max(campaign.load.runs))},
        "runs at once in a worker": max(campaign.load.at_once),
        "seconds of a processor a run, as last seen": round(statistics.median(campaign.load.seconds.values()), 1),
    }
    for _ in range(2):  # what was cut off in the last round goes on with the next
        if not campaign.wrong_quantities():
            break
        figures["runs a minute, after the schedules"] = round(campaign.burst(asked.shops), 1)
    figures["broken"] = [f"not brought: {wrong}" for wrong in campaign.wrong_quantities()]
    figures["broken"] += [f"overlap: {row}" for row in campaign.overlapping()]
    open_ = [row[1] for row in runs if row[0] not in _FINAL]
    figures["broken"] += [f"lost: {len(open_)} runs are {sorted(set(open_))}"] if open_ else []
    if asked.burst:
        figures[f"runs a minute, {asked.burst} at once, {len(campaign.workers)} workers"] = round(
            campaign.burst(asked.burst), 1
        )
        campaign.add_worker()
        figures[f"runs a minute, {asked.burst} at once, {len(campaign.workers)} workers"] = round(
            campaign.burst(asked.burst), 1
        )
    [[size]] = campaign.rows("select pg_database_size('prefect')")
    [[count]] = campaign.rows("select count(*) from flow_run where end_time is not null")
    figures["kB of Prefect's database a flow run"] = round(size / 1024 / count)
    figures["load"].append(round(os.getloadavg()[0], 1))
    return figures


def _quantity(world: World, reference: str) -> int | None:
    try:
        return world.quantity(reference)
    except ValueError:
        return None


def _children() -> dict[int, list[int]]:
    """The processes by that of their parent."""
    found: dict[int, list[int]] = {}
    for stat in Path("/proc").glob("[0-9]*/stat"):
        with suppress(OSError):
            found.setdefault(int(stat.read_text("ascii", "replace").rpartition(")")[2].split()[1]), []).append(
                int(stat.parent.name)
            )
    return found


def _megabytes(pid: int) -> float:
    with suppress(OSError):
        for line in Path(f"/proc/{pid}/status").read_text("ascii", "replace").splitlines():
            if line.startswith("VmRSS:"):
                return int(line.split()[1]) / 1024
    return 0.0


def _processor_seconds(pid: int) -> float:
    with suppress(OSError):
        spent = Path(f"/proc/{pid}/stat").read_text("ascii", "replace").rpartition(")")[2].split()
        return (int(spent[11]) + int(spent[12])) / os.sysconf("SC_CLK_TCK")
    return 0.0


def _say(text: str) -> None:
    sys.stdout.write(f"{datetime.now(UTC):%H:%M:%S} {text}\n")
    sys.stdout.flush()


def main() -> int:
    """1 when a law is broken."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--shops", type=int, default=100)
    parser.add_argument("--workers", type=int, default=3)
    parser.add_argument("--runs", type=int, default=6, help="at the same time, over all workers")
    parser.add_argument("--period", type=int, default=15, help="minutes between two runs of a shop")
    parser.add_argument("--rounds", type=int, default=2)
    parser.add_argument("--burst", type=int, default=30)
    asked = parser.parse_args()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))  # what was started ends with it
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="many-shops-")))
        machine = Machine(folder, stack.enter_context(postgres_server()))
        for name in ("prefect", "ledger"):
            machine.postgres.ask_alone(f"create database {name}")
        campaign = Campaign(asked, machine, stack)
        campaign.start()
        figures = played(campaign)
    FIGURES.parent.mkdir(exist_ok=True)
    FIGURES.write_text(json.dumps(figures, indent=1) + "\n", encoding="utf-8")
    sys.stdout.write(json.dumps(figures, indent=1) + "\n")
    return 1 if figures["broken"] else 0


if __name__ == "__main__":
    sys.exit(main())
