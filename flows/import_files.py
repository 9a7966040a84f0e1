"""What the ERP sent is fetched and then imported, each stream after those it stands on."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import date
from types import MappingProxyType
from typing import Any

from prefect.client.schemas.objects import State
from prefect.states import Completed, Failed

from flows.collect_files import acknowledge_files, collect_files
from flows.customers import import_customers
from flows.products import import_products
from flows.return_statuses import import_return_statuses
from flows.specific_prices import import_specific_prices
from flows.stock import import_stock
from flows.store_orders import import_store_orders
from flows.stores import import_stores
from tasks.carry_out import told_without_traceback
from tasks.collect_waiting import is_due, told_of_no_stream
from tasks.parameter_texts import parameters_told
from tasks.plain_flow import flow
from tasks.shop import open_shop_folder

IMPORTS: Mapping[str, Callable[..., Any]] = MappingProxyType(
    {
        "store": import_stores,
        "customer": import_customers,
        "product": import_products,
        "stock": import_stock,
        "specificprice": import_specific_prices,
        "storeOrder": import_store_orders,
        "orderReturnStatus": import_return_statuses,
    }
)
"""The flow of each stream, in the order in which they run."""
NEEDS: Mapping[str, frozenset[str]] = MappingProxyType(
    {
        "stock": frozenset({"product"}),
        "specificprice": frozenset({"customer", "product"}),
        "storeOrder": frozenset({"store", "customer", "product"}),
    }
)
"""The streams a stream stands on: while one of them has failed, its files wait."""
_DONE = frozenset({"Completed", "CompletedWithRejects", "Planned"})
_BY_GRAVITY = ("Failed", "AlreadyRunning", "StoppedByGuard", "CompletedWithRejects", "Planned", "Completed")


@flow(name="import_files", persist_result=False)
@parameters_told
async def import_files(
    shop: str, since: date | None = None, dry_run: bool = False, accept_guard: bool = False
) -> State:
    """Files from the sources to the drop folder, from there to the shop, and their sources are told.

    `shop` is the path of the shop's folder. `since` goes to every part; `dry_run` plans every import of what is in the
    drop folder; `accept_guard` applies plans that a guard would stop. A part that fails does not stop those that do
    not stand on it; the message says how each one ended.
    """
    asked = {"since": since, "dry_run": dry_run, "accept_guard": accept_guard}
    return await told_without_traceback(lambda: _chained(shop, asked), shop)


async def _chained(shop: str, asked: Mapping[str, Any]) -> State:
    folder = open_shop_folder(shop)
    ended = {"files": await collect_files(shop, return_state=True, **asked)}
    waiting: dict[str, str] = {}
    for name, import_stream in IMPORTS.items():
        if not is_due(folder, name, asked["since"]):
            continue
        failed = {each for each, state in ended.items() if state.name not in _DONE}
        obstacles = NEEDS.get(name, frozenset()) & (failed | waiting.keys())
        if obstacles:
            waiting[name] = ", ".join(sorted(obstacles))
        else:
            ended[name] = await import_stream(shop, return_state=True, **asked)
    if not asked["dry_run"]:
        ended["acknowledged"] = await acknowledge_files(shop, return_state=True)
    return _told(ended, waiting, [f"{said.reason} {said.remedy}" for said in told_of_no_stream(folder)])


def _told(ended: Mapping[str, State], waiting: Mapping[str, str], left: Sequence[str]) -> State:
    """The gravest of the states, how each part ended, and the files that are nobody's."""
    names = [state.name or "" for state in ended.values()]
    gravest = next((name for name in _BY_GRAVITY if name in names), "Failed")
    said = [f"{part}: {state.name}, {state.message}" for part, state in ended.items()]
    said += [f"{part}: its files wait, because of {obstacles}" for part, obstacles in waiting.items()]
    said += left
    name = "Failed" if gravest == "AlreadyRunning" else gravest
    kind = Completed if name in _DONE else Failed
    return kind(name=name, message="\n".join(said))
