"""`passerelle run` with nothing to do, without a Prefect server and with one, beside a program that imports Prefect."""

from __future__ import annotations

import os
import resource
import subprocess
import sys
import time
from pathlib import Path

from prefect.settings import PREFECT_API_URL

from tests.benchmarks.figures import Sheet
from tests.benchmarks.place import FLAT_OUT, open_world
from tests.flows.world import KEY_VARIABLE

TRIES = 5
_RUN = (sys.executable, "-c", "from deployments.cli import main; main()", "run", "import_stock")


def measure(sheet: Sheet, place: Path) -> None:
    """An empty drop folder; the least of some tries of each, by turns. "At hand" is this process's Prefect server."""
    sheet.title("A run from cron with nothing to do")
    with open_world(place / "cron", FLAT_OUT) as world:
        alone = {name: value for name, value in os.environ.items() if not name.startswith("PREFECT_")}
        environment = alone | {KEY_VARIABLE: world.shop.key, "PREFECT_HOME": str(place / "cron" / "prefect")}
        _measured([*_RUN, str(world.folder)], environment)  # The first run makes the ledger.
        at_hand = environment | {"PREFECT_API_URL": PREFECT_API_URL.value() or ""}
        tries = [
            (
                _measured([sys.executable, "-c", "import prefect"], environment),
                _measured([*_RUN, str(world.folder)], environment),
                _measured([*_RUN, str(world.folder)], at_hand),
            )
            for _ in range(TRIES)
        ]
    (prefect_wall, prefect_cpu), (wall, cpu), (_, cpu_at_hand) = (
        (min(wall for wall, _ in each), min(cpu for _, cpu in each)) for each in zip(*tries, strict=True)
    )
    sheet.add("import prefect, CPU", prefect_cpu, "s CPU")
    sheet.add("passerelle run, CPU", cpu, "s CPU")
    sheet.add("passerelle run against import prefect, wall", wall / prefect_wall, "x", "<= 2.0")
    sheet.add("passerelle run against import prefect, CPU", cpu / prefect_cpu, "x", "<= 2.0")
    sheet.add("with a Prefect server at hand, CPU beyond import prefect", cpu_at_hand - prefect_cpu, "s CPU", "<= 0.8")


def _measured(command: list[str], environment: dict[str, str]) -> tuple[float, float]:
    """Seconds of wall and of CPU of a program that must end well."""
    before, began = resource.getrusage(resource.RUSAGE_CHILDREN), time.perf_counter()
    subprocess.run(command, env=environment, check=True, capture_output=True)
    wall, after = time.perf_counter() - began, resource.getrusage(resource.RUSAGE_CHILDREN)
    return wall, after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
