"""export_orders in a process of its own, killed by the ERP at a chosen request."""

from __future__ import annotations

import asyncio
import multiprocessing
import os
from multiprocessing.process import BaseProcess
from pathlib import Path
from typing import Any

from prefect.events.clients import NullEventsClient
from prefect.events.worker import EventsWorker
from prefect.settings import (
    PREFECT_API_URL,
    PREFECT_FLOWS_HEARTBEAT_FREQUENCY,
    PREFECT_LOGGING_TO_API_ENABLED,
    temporary_settings,
)

from deployments.sandbox.cegid import SandboxCegid
from flows.export_orders import export_orders

_PROCESSES = multiprocessing.get_context("forkserver")
_PROCESSES.set_forkserver_preload(["tests.flows.order_process"])
PATIENCE_SECONDS = 240.0


class DeadlyErp(SandboxCegid):
    """An ERP that kills (SIGKILL) whoever calls it, at the chosen call, before or after it has been carried out."""

    victim: BaseProcess | None = None
    calls_left = 0
    after = False

    def kill_at(self, victim: BaseProcess, call: int, *, after: bool) -> None:
        self.victim, self.calls_left, self.after = victim, call, after

    def call(self, service_name: str, operation: str, parameters: dict[str, Any]) -> Any:
        self.calls_left -= 1
        deadly = self.victim is not None and self.calls_left == 0
        if deadly and not self.after:
            self._kill()
            raise ConnectionResetError
        try:
            return super().call(service_name, operation, parameters)
        finally:
            if deadly:
                self._kill()

    def _kill(self) -> None:
        if self.victim is not None:
            self.victim.kill()
            self.victim = None


def start(folder: Path, environment: dict[str, str]) -> BaseProcess:
    """The flow, on its way in another process."""
    process = _PROCESSES.Process(target=_run, args=(folder, environment, str(PREFECT_API_URL.value())))
    process.start()
    return process


def _run(folder: Path, environment: dict[str, str], api_url: str) -> None:
    os.environ.update(environment)
    EventsWorker.set_client_override(NullEventsClient)
    with temporary_settings(
        {PREFECT_API_URL: api_url, PREFECT_FLOWS_HEARTBEAT_FREQUENCY: None, PREFECT_LOGGING_TO_API_ENABLED: False}
    ):
        flow: Any = export_orders
        asyncio.run(flow(str(folder), return_state=True))
