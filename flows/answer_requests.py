"""What was asked on the module's page in the back office is done, once, and the page says so."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

from flows.audit import audit
from flows.check_stock import check_stock
from flows.collect_files import collect_files
from flows.export_catalogue import export_catalogue
from flows.export_credit_slips import export_credit_slips
from flows.export_customers import export_customers
from flows.export_orders import export_orders
from flows.export_returns import export_returns
from flows.import_customers import import_customers
from flows.import_files import import_files
from flows.import_images import import_images
from flows.import_invoices import import_invoices
from flows.import_order_documents import import_order_documents
from flows.import_order_statuses import import_order_statuses
from flows.import_product_suppliers import import_product_suppliers
from flows.import_products import import_products
from flows.import_return_statuses import import_return_statuses
from flows.import_specific_prices import import_specific_prices
from flows.import_stock import import_stock
from flows.import_store_orders import import_store_orders
from flows.import_stores import import_stores
from flows.import_suppliers import import_suppliers
from flows.publish_lowest_prices import publish_lowest_prices
from flows.reconcile import reconcile
from schemas.flows import FLOWS
from tasks.back_office.answer import answer_what_was_asked
from tasks.run.carry_out import without_traceback
from tasks.run.parameters import DryRun, ShopPath
from tasks.run.plain_flow import flow
from tasks.run.run import Asked
from tasks.run.run_name import run_name
from tasks.run.state import State
from tasks.run.step_tasks import final_state

ASKED_FOR: Mapping[str, Any] = MappingProxyType(
    {
        each.name: each
        for each in (
            import_files,
            collect_files,
            audit,
            import_stores,
            import_customers,
            import_products,
            import_stock,
            check_stock,
            import_images,
            import_suppliers,
            import_product_suppliers,
            import_specific_prices,
            publish_lowest_prices,
            import_store_orders,
            export_orders,
            export_catalogue,
            import_order_statuses,
            import_order_documents,
            import_invoices,
            export_returns,
            export_credit_slips,
            import_return_statuses,
            export_customers,
            reconcile,
        )
    }
)


@flow(name="answer_requests", flow_run_name=run_name)
async def answer_requests(shop: ShopPath, dry_run: DryRun = False) -> State:
    """Runs, orders to send again, changed settings and associations, as employees asked for them in the back office.

    `shop` is the path of the shop's folder; `dry_run` counts what is asked and does nothing.
    """

    async def start(name: str) -> State:
        return await final_state(ASKED_FOR[name], shop)

    asked = Asked(FLOWS["answer_requests"], shop, dry_run=dry_run)
    return await without_traceback(lambda: answer_what_was_asked(asked, start), shop)
