"""export_orders in a process of its own, killed when it renames a chosen file."""

from __future__ import annotations

import asyncio
import multiprocessing
import os
import signal
from collections.abc import Callable
from multiprocessing.process import BaseProcess
from pathlib import Path
from typing import Any

from prefect.settings import (
    PREFECT_API_URL,
    PREFECT_FLOWS_HEARTBEAT_FREQUENCY,
    PREFECT_LOGGING_TO_API_ENABLED,
    temporary_settings,
)

from flows.export_orders import export_orders

_PROCESSES = multiprocessing.get_context("forkserver")
_PROCESSES.set_forkserver_preload(["tests.flows.files_process"])


def start(folder: Path, environment: dict[str, str], renamed: str, *, after: bool) -> BaseProcess:
    """The flow, on its way; it is killed (SIGKILL) before or after a rename to a path that ends like `renamed`."""
    arguments = (folder, environment, str(PREFECT_API_URL.value()), renamed, after)
    process = _PROCESSES.Process(target=_run, args=arguments)
    process.start()
    return process


def _run(folder: Path, environment: dict[str, str], api_url: str, renamed: str, after: bool) -> None:
    os.environ.update(environment)
    for name in ("replace", "rename"):
        setattr(os, name, _deadly(getattr(os, name), renamed, after=after))
    quiet = {PREFECT_FLOWS_HEARTBEAT_FREQUENCY: None, PREFECT_LOGGING_TO_API_ENABLED: False}
    with temporary_settings({PREFECT_API_URL: api_url} | quiet):
        asyncio.run(_exported(folder))


async def _exported(folder: Path) -> None:
    await export_orders(str(folder), return_state=True)


def _deadly(call: Callable[..., Any], renamed: str, *, after: bool) -> Callable[..., Any]:
    def renaming(source: Any, target: Any, **options: Any) -> Any:
        deadly = Path(target).match(renamed)
        if deadly and not after:
            os.kill(os.getpid(), signal.SIGKILL)
        done = call(source, target, **options)
        if deadly:
            os.kill(os.getpid(), signal.SIGKILL)
        return done

    return renaming
