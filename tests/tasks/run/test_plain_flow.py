"""A flow imported before Prefect becomes Prefect's own when Prefect is wanted of it."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[3]
PROGRAM = """
import asyncio, sys
from flows.import_stock import import_stock
assert "prefect" not in sys.modules
assert import_stock.name == "import_stock" and import_stock.__doc__
ended = asyncio.run(import_stock.work("/nowhere/at/all"))
assert "prefect" not in sys.modules
print(ended.type.value, ended.name)
properties = sorted(import_stock.parameters.properties)
from prefect import Flow
print(isinstance(import_stock.in_prefect, Flow), import_stock.in_prefect is import_stock.in_prefect, properties)
from flows.import_stores import import_stores
print(isinstance(import_stores, Flow), import_stores.version != import_stock.version)
"""


def test_prefect_is_imported_when_something_of_it_is_asked_and_not_before() -> None:
    ran = subprocess.run([sys.executable, "-c", PROGRAM], cwd=ROOT, capture_output=True, text=True, check=True)
    assert ran.stdout.splitlines() == [
        "FAILED Failed",
        "True True ['accept_guard', 'dry_run', 'shop', 'since']",
        "True True",
    ]
