"""Any flow in a process of its own, to be killed."""

from __future__ import annotations

import asyncio
import multiprocessing
import os
from multiprocessing.process import BaseProcess
from pathlib import Path

from prefect.events.clients import NullEventsClient
from prefect.events.worker import EventsWorker
from prefect.settings import (
    PREFECT_API_URL,
    PREFECT_FLOWS_HEARTBEAT_FREQUENCY,
    PREFECT_LOGGING_TO_API_ENABLED,
    temporary_settings,
)

from deployments.flow_names import flow_named
from schemas.flows import FlowName

_PROCESSES = multiprocessing.get_context("forkserver")
_PROCESSES.set_forkserver_preload(["tests.flows.flow_process", "tests.campaigns.warm"])


def start(flow: FlowName, folder: Path, environment: dict[str, str]) -> BaseProcess:
    """The flow, on its way over a shop's folder."""
    process = _PROCESSES.Process(target=_run, args=(flow, folder, environment, str(PREFECT_API_URL.value())))
    process.start()
    return process


def _run(flow: FlowName, folder: Path, environment: dict[str, str], api_url: str) -> None:
    os.environ.update(environment)
    EventsWorker.set_client_override(NullEventsClient)
    quiet = {PREFECT_FLOWS_HEARTBEAT_FREQUENCY: None, PREFECT_LOGGING_TO_API_ENABLED: False}
    with temporary_settings({PREFECT_API_URL: api_url} | quiet):
        asyncio.run(flow_named(flow)(str(folder), return_state=True))
