"""Imported where processes are forked from: what a first run would import and compile by and by."""

from __future__ import annotations

import anyio._backends._asyncio  # noqa: F401
import pandera.backends.polars.container
import pandera.strategies.base_strategies  # noqa: F401
import prefect.concurrency.services
import prefect.flow_engine
import prefect.task_engine
import prefect.utilities.visualization  # noqa: F401

from schemas.run_report import RunReport
from tasks.report.page import html

html(
    RunReport(
        run_id="", flow="import_stock", shop="", language="en", started_at="2026-01-01T00:00:00+00:00", parameters={}
    )
)
