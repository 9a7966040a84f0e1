"""What Prefect itself costs: seconds per run of a flow and per task run, with a server on this machine."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

from tests.benchmarks.figures import Sheet

TASKS = 100
_PROGRAM = f"""
import asyncio, json, time
from prefect import flow, task
from prefect.cache_policies import NO_CACHE

@task(cache_policy=NO_CACHE, persist_result=False)
async def nothing(): ...

@flow(persist_result=False)
async def tasks(count: int):
    for _ in range(count):
        await nothing()

told = {{}}
for name, count in (("warm", 0), ("run", 0), ("tasks", {TASKS})):
    wall, cpu = time.perf_counter(), time.process_time()
    asyncio.run(tasks(count))
    told[name] = (time.perf_counter() - wall, time.process_time() - cpu)
print(json.dumps(told))
"""


def measure(sheet: Sheet, place: Path) -> None:
    """An empty flow, and one of a hundred empty tasks."""
    sheet.title("Prefect's own share")
    ended = subprocess.run([sys.executable, "-c", _PROGRAM], stdout=subprocess.PIPE, text=True, check=True)
    told = json.loads(ended.stdout.splitlines()[-1])
    sheet.add("Prefect, an empty flow run", told["run"][0], "s")
    sheet.add("Prefect, an empty flow run, CPU", told["run"][1], "s CPU")
    sheet.add("Prefect, a task run", (told["tasks"][0] - told["run"][0]) / TASKS * 1000, "ms")
    sheet.add("Prefect, a task run, CPU", (told["tasks"][1] - told["run"][1]) / TASKS * 1000, "ms CPU")
