"""What the ERP sent is fetched and then imported, each stream after those it stands on."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

from flows.collect_files import acknowledge_files, collect_files
from flows.import_customers import import_customers
from flows.import_invoices import import_invoices
from flows.import_order_documents import import_order_documents
from flows.import_product_suppliers import import_product_suppliers
from flows.import_products import import_products
from flows.import_return_statuses import import_return_statuses
from flows.import_specific_prices import import_specific_prices
from flows.import_stock import import_stock
from flows.import_store_orders import import_store_orders
from flows.import_stores import import_stores
from flows.import_suppliers import import_suppliers
from schemas.flows import FLOWS, IMPORTS
from schemas.since import parse_since
from tasks.files.waiting import is_due, unclaimed_files
from tasks.run.carry_out import without_traceback
from tasks.run.chain import DONE, Chain, carried_out_as_one
from tasks.run.parameters import AcceptGuard, DryRun, ShopPath, SinceText
from tasks.run.plain_flow import flow
from tasks.run.run import Asked
from tasks.run.run_name import run_name
from tasks.run.shop_folder import ShopFolder, open_shop_folder
from tasks.run.state import State
from tasks.run.step_tasks import final_state

_FLOWS: Mapping[str, Any] = MappingProxyType(
    {
        each.name: each
        for each in (
            import_stores,
            import_customers,
            import_products,
            import_stock,
            import_suppliers,
            import_product_suppliers,
            import_specific_prices,
            import_store_orders,
            import_order_documents,
            import_invoices,
            import_return_statuses,
        )
    }
)


@flow(name="import_files", flow_run_name=run_name)
async def import_files(
    shop: ShopPath, since: SinceText = None, dry_run: DryRun = False, accept_guard: AcceptGuard = False
) -> State:
    """Files from the sources to the drop folder, from there to the shop, and their sources are told.

    `shop` is the path of the shop's folder. `since` goes to every part; `dry_run` plans every import of what is in the
    drop folder; `accept_guard` applies plans that a guard would stop. A part that fails does not stop those that do
    not stand on it; the message says how each one ended.
    """
    asked = Asked(FLOWS["import_files"], shop, since, dry_run, accept_guard)
    return await without_traceback(lambda: _chained(asked), shop)


async def _chained(asked: Asked) -> State:
    if asked.since is not None:
        parse_since(asked.since)
    folder = open_shop_folder(asked.shop)

    async def steps(chain: Chain) -> None:
        await _run_parts(chain, asked, folder)

    return await carried_out_as_one(steps, asked, folder)


async def _run_parts(chain: Chain, asked: Asked, folder: ShopFolder) -> None:
    given = {"since": asked.since, "dry_run": asked.dry_run}
    chain.states["files"] = await final_state(collect_files, asked.shop, **given)
    for name, declared in IMPORTS.items():
        if declared.name not in _FLOWS or not is_due(folder, name, again=asked.since is not None):
            continue
        failed = {each for each, state in chain.states.items() if state.name not in DONE}
        obstacles = declared.stands_on & (failed | chain.waiting.keys())
        if obstacles:
            chain.waiting[name] = ", ".join(sorted(obstacles))
        else:
            chain.states[name] = await final_state(
                _FLOWS[declared.name], asked.shop, **given, accept_guard=asked.accept_guard
            )
    if not asked.dry_run:
        chain.states["acknowledged"] = await final_state(acknowledge_files, asked.shop)
    chain.left = [f"{text.reason} {text.remedy}" for text in unclaimed_files(folder)]
