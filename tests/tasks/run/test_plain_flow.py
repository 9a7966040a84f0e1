"""Parameters reach Prefect as its own flows tell them, without what it imports for that."""

from __future__ import annotations

import subprocess
import sys
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from prefect import Flow

from tasks.run.plain_flow import flow

PROGRAM = """
import sys
from flows.import_stock import import_stock

import_stock.serialize_parameters({"shop": "folder", "since": None, "dry_run": True})
sys.exit("fastapi" in sys.modules)
"""


@flow(name="any", persist_result=False)
async def any_flow(shop: object, since: object = None, dry_run: object = False) -> None:
    """Never run."""


@pytest.mark.parametrize(
    "value",
    ["folder", "", None, True, date(2026, 11, 22), datetime(2026, 11, 22, 3, 4, 5, tzinfo=UTC), 3, [1, "a"], Path("a")],
)
def test_parameters_are_told_as_prefect_tells_them(value: object) -> None:
    parameters = {"shop": "folder", "since": value, "dry_run": False}
    assert any_flow.serialize_parameters(parameters) == Flow.serialize_parameters(any_flow, parameters)


def test_telling_them_imports_no_fastapi() -> None:
    assert subprocess.run([sys.executable, "-c", PROGRAM], check=False).returncode == 0
