"""A shop of 100,000 products without a fault, audited over its webservice: seconds, requests and peak memory."""

from __future__ import annotations

from pathlib import Path

from tests.benchmarks.figures import Sheet
from tests.benchmarks.place import FLAT_OUT, catalogue, open_world, run_flow

SIZES = (10_000, 100_000)


def measure(sheet: Sheet, place: Path) -> None:
    """At a tenth and at the whole size."""
    for count in SIZES:
        sheet.title(f"{count:,} products audited: {FLAT_OUT.name}")
        with open_world(place / "audit", FLAT_OUT, catalogue(place, count).state) as world:
            ran = run_flow("audit", world)
            report = world.report()
            if report["looked_at"]["products"] != count:
                raise RuntimeError(f"not all were looked at: {report['looked_at']}")
            name = f"{count:,} products: "
            sheet.add(name + "wall of the flow", ran.flow_seconds, "s")
            sheet.add(name + "CPU of the flow", ran.flow_cpu, "s")
            sheet.add(name + "peak memory", ran.peak_mb, "MB", "< 512")
            sheet.add(name + "requests", sum(report["requests"].values()), "requests")
            sheet.note(f"{report['looked_at']} {[(one['code'], one['count']) for one in report['findings']]}")
