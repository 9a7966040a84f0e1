"""A Prefect server on loopback that the processes of a campaign share."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager

os.environ.setdefault("PREFECT_SERVER_ANALYTICS_ENABLED", "false")
os.environ.setdefault("DO_NOT_TRACK", "1")
os.environ.setdefault("PREFECT_SERVER_SERVICES_TASK_RUN_RECORDER_ENABLED", "false")

import httpx
from prefect.settings import PREFECT_API_URL
from prefect.testing.utilities import prefect_test_harness

STARTS = 3


@contextmanager
def prefect_server() -> Iterator[str]:
    """The address of its API; the server ends with the block.

    Prefect looks for a free port and takes it seconds later, when somebody else may answer there: then again.
    """
    with ExitStack() as stack:
        for left in reversed(range(STARTS)):
            try:
                stack.enter_context(prefect_test_harness(server_startup_timeout=180))
                break
            except (httpx.HTTPError, RuntimeError):
                if not left:
                    raise
        yield str(PREFECT_API_URL.value())
