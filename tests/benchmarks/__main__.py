"""`python -m tests.benchmarks [PART ...]`: every part, or those named; the figures go to `build/bench.json`.

With `--shop-url` and `--shop-key`, stock is measured on that shop; `product_lines` or `visitors`, named, instead of it.
"""

from __future__ import annotations

import argparse
import os
import platform
import sys
from collections.abc import Callable
from datetime import UTC, datetime
from functools import partial
from importlib import import_module
from pathlib import Path

PARTS = (
    "stock",
    "products",
    "product_lines",
    "visitors",
    "prices",
    "unchanged",
    "curve",
    "validation",
    "orders",
    "documents",
    "catalogue",
    "dolibarr_orders",
    "collection",
    "cron",
    "prefect_share",
    "reconcile",
    "adaptivity",
    "audit",
    "oversold",
)
ON_A_REAL_SHOP = frozenset({"product_lines", "visitors"})
"""Parts that measure a real shop alone."""
BUILD = Path("build")
_STEAL = 7
"""The place of that kind in the first line of /proc/stat."""

# Measured as an installed product runs: compiled modules are kept from one run to the next.
os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
os.environ["PREFECT_LOGGING_LEVEL"] = "ERROR"


def _ticks() -> list[int]:
    """What the processors did since the start, by kind; nothing where the system does not tell it."""
    stat = Path("/proc/stat")
    return [int(text) for text in stat.read_text("ascii").splitlines()[0].split()[1:]] if stat.exists() else []


def _stolen(before: list[int], after: list[int]) -> float:
    """The share of the time in which the processors of a virtual machine were another's: figures are then lower."""
    spent = [late - early for early, late in zip(before, after, strict=True)]
    return spent[_STEAL] / max(1, sum(spent[: _STEAL + 1])) if spent else 0.0


def _asked() -> list[Callable[..., None]]:
    """The parts that the command line names."""
    from tests.benchmarks.real_shop import RealShop, measure_on  # noqa: PLC0415 - after the environment is set

    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks")
    parser.add_argument("parts", nargs="*", choices=[*PARTS, []])
    parser.add_argument("--shop-url")
    parser.add_argument("--shop-key")
    told = parser.parse_args()
    if bool(told.shop_url) != bool(told.shop_key):
        parser.error("--shop-url and --shop-key go together")
    named = told.parts or (() if told.shop_url else PARTS)
    if not told.shop_url:
        return [import_module(f"tests.benchmarks.{part}").measure for part in named if part not in ON_A_REAL_SHOP]
    shop = RealShop(told.shop_url.rstrip("/"), told.shop_key)
    parts = [import_module(f"tests.benchmarks.{part}") for part in named]
    measured = [partial(part.measure_on, shop=shop) if hasattr(part, "measure_on") else part.measure for part in parts]
    return measured if ON_A_REAL_SHOP & set(named) else [*measured, partial(measure_on, shop=shop)]


def main() -> int:
    """The exit code: 0 also when a target is missed, which the table tells."""
    from prefect.events.clients import PrefectEventsClient  # noqa: PLC0415 - after the environment is set

    from tests.benchmarks.figures import Sheet  # noqa: PLC0415
    from tests.campaigns.prefect_here import at_server, served  # noqa: PLC0415

    sheet = Sheet()
    load = os.getloadavg()[0]
    sheet.note(
        f"{datetime.now(UTC):%Y-%m-%d %H:%M} UTC, Python {platform.python_version()}, {os.cpu_count()} cores, "
        f"load {load:.1f} before the start"
    )
    # As it was when the first figures were measured: task runs stay where they were made.
    no_task_runs = {"PREFECT_SERVER_SERVICES_TASK_RUN_RECORDER_ENABLED": "false"}
    with served(no_task_runs) as (address, database), at_server(address, database, PrefectEventsClient):
        os.environ["PREFECT_API_URL"] = address
        for measure in _asked():
            before = _ticks()
            measure(sheet, BUILD / "bench")
            sheet.note(f"The host of this machine took {_stolen(before, _ticks()):.0%} of its processors meanwhile.")
            sheet.write(BUILD / "bench.json")
    sheet.note(f"Load {os.getloadavg()[0]:.1f} at the end. {BUILD / 'bench.json'}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
