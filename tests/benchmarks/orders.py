"""1,000 orders of five lines from the shop to the ERP, against a loop that sends them one after the other."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

from tests.benchmarks.erp_process import ErpProcess
from tests.benchmarks.figures import Sheet
from tests.benchmarks.naive_orders import NaiveLoop, Sent
from tests.benchmarks.place import FLAT_OUT, REAL, Ran, ShopProcess, Speed, run_flow
from tests.flows.order_world import OrderWorld

ORDERS = 1_000
LINES = tuple((f"ROBE-{number}", number, f"{19 + number}.90") for number in range(1, 6))
NAIVE_SAMPLE = 100
CONNECTIONS = 8
TARGETS = {0.0: ">= 3", 0.05: ">= 6"}
"""By the ERP's latency, in seconds."""


def measure(sheet: Sheet, place: Path) -> None:
    """Orders per second and requests per order on each side, at both speeds of the shop and both of the ERP."""
    state = _shop_with_orders(place)
    for speed in (REAL, FLAT_OUT):
        for latency, target in TARGETS.items():
            sheet.title(f"{ORDERS:,} orders of {len(LINES)} lines: {speed.name}, ERP {latency * 1000:g} ms away")
            _measure(sheet, state, speed, latency, target)


def _measure(sheet: Sheet, state: Path, speed: Speed, latency: float, target: str) -> None:
    with _world(state, speed, latency) as world:
        naive = _naive(world)
    with _world(state, speed, latency) as world:
        # A shop that is connected has a ledger: making its tables is no part of sending orders.
        world.ledger().close()
        ran = run_flow("export_orders", world)
        report = world.report()
    rate = ORDERS / ran.flow_seconds
    shop, erp = _requests(report["requests"])
    name = f"orders, {speed.name}, ERP {latency * 1000:g} ms: "
    sheet.add(name + "against one after the other", rate / naive.per_second, "ratio", target)
    sheet.add(name + "orders per second, flow", rate, "orders/s")
    sheet.add(name + "orders per second, one after the other", naive.per_second, "orders/s")
    sheet.add(name + "requests to the shop per order, flow", shop / ORDERS, "requests")
    sheet.add(name + "requests to the shop per order, one after the other", naive.shop_requests, "requests")
    sheet.add(name + "requests to the ERP per order, flow", erp / ORDERS, "requests")
    sheet.add(name + "requests to the ERP per order, one after the other", naive.erp_requests, "requests")
    sheet.note(_note(ran, report))


def _note(ran: Ran, report: dict[str, Any]) -> str:
    steps = {step["name"]: step["seconds"] for step in report["steps"]}
    return (
        f"One after the other: measured on {NAIVE_SAMPLE} of the orders. The flow: all, {CONNECTIONS} at a time. "
        f"Steps: {steps}. CPU of the flow {ran.flow_cpu:.2f} s. {report['requests']}"
    )


def _naive(world: OrderWorld) -> Sent:
    loop = NaiveLoop(world)
    try:
        return loop.send(range(1, NAIVE_SAMPLE + 1))
    finally:
        loop.close()


def _requests(counted: dict[str, int]) -> tuple[int, int]:
    """Requests to the shop and to the ERP, as a report counts them."""
    erp = sum(count for name, count in counted.items() if name.startswith("cegid "))
    return sum(counted.values()) - erp, erp


def _world(state: Path, speed: Speed, latency: float) -> OrderWorld:
    """A folder made anew between a shop and an ERP in processes of their own, to be entered."""
    folder = state.parent / "orders"
    shutil.rmtree(folder, ignore_errors=True)

    class MeasuredWorld(OrderWorld):
        erp_class = staticmethod(lambda: ErpProcess(latency))  # type: ignore[assignment] # what an OrderWorld needs

        def write_settings(self, **tables: Any) -> None:
            super().write_settings(erp__cegid={"connections": CONNECTIONS}, **tables)

    return MeasuredWorld(folder, ShopProcess(speed, state))  # type: ignore[arg-type] # the same of a shop


def _shop_with_orders(place: Path) -> Path:
    """A shop whose orders are paid, each of a customer of its own; made once."""
    state = place / f"shop-orders-{ORDERS}.state"
    if not state.exists():
        place.mkdir(parents=True, exist_ok=True)
        unfinished = state.with_suffix(".part")
        unfinished.unlink(missing_ok=True)
        with OrderWorld.at(place / "orders", state_file=unfinished) as world:
            for _ in range(ORDERS):
                world.place(*LINES, shipping="4.90")
        unfinished.rename(state)
    return state
