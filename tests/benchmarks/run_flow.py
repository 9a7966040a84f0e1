"""One flow in a process of its own, measured: `python -m tests.benchmarks.run_flow FLOW FOLDER` writes JSON."""

from __future__ import annotations

import time

STARTED, STARTED_CPU = time.perf_counter(), time.process_time()

import asyncio  # noqa: E402 - the clock starts before the imports
import json  # noqa: E402
import re  # noqa: E402
import sys  # noqa: E402
from pathlib import Path  # noqa: E402
from typing import Any  # noqa: E402

from deployments.environment import prepare_prefect, spare_the_collector  # noqa: E402

prepare_prefect()
spare_the_collector()
sys.modules["hypothesis"] = None  # type: ignore[assignment] # pandera imports it where it is: no product has it

from deployments.prefect_at_hand import prefect_at_hand, server_may_be_named  # noqa: E402

if server_may_be_named():
    import prefect.flow_engine  # noqa: F401 - it counts among the imports: a worker starts a run by it

from deployments.flow_names import flow_named  # noqa: E402
from tasks.run.step_tasks import by_itself, through_prefect  # noqa: E402


def peak_mb() -> float:
    """The most memory this process held; `getrusage` also counts that of the process it was forked from."""
    found = re.search(r"VmHWM:\s*(\d+) kB", Path("/proc/self/status").read_text(encoding="ascii"))
    return int(found[1]) / 1024 if found else 0.0


async def _run(flow: Any, folder: str) -> Any:
    """As `passerelle run` does: beside the Prefect server that is named, and by itself where none is."""
    async with prefect_at_hand() as is_at_hand:
        return await (through_prefect if is_at_hand else by_itself)(flow, folder)


def main() -> int:
    """Runs the flow; seconds of wall and CPU with and without the imports, peak memory in MB."""
    name, folder = sys.argv[1:]
    flow = flow_named(name)
    imported, imported_cpu = time.perf_counter(), time.process_time()
    state = asyncio.run(_run(flow, folder))
    ended, ended_cpu = time.perf_counter(), time.process_time()
    told = {
        "state": state.name,
        "message": state.message,
        "flow_seconds": ended - imported,
        "flow_cpu": ended_cpu - imported_cpu,
        "import_cpu": imported_cpu - STARTED_CPU,
        "process_seconds": ended - STARTED,
        "peak_mb": peak_mb(),
    }
    sys.stdout.write(json.dumps(told) + "\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
