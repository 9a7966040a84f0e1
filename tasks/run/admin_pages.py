"""Where the back office shows what a report speaks of: the addresses of products, orders and customers, by key."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from connectors.ledger import Ledger
from schemas.run_report import RunReport
from tasks.run.shop_folder import ShopFolder

_ADDRESSES = MappingProxyType(
    {
        # The back office of 8.2 adds its token and opens the page, for whoever is signed in; addresses of the form
        # index.php/sell/orders/1/view ask for the token instead (docs/facts/prestashop.md, E9).
        "product": "index.php?controller=AdminProducts&id_product={}&updateproduct",
        "order": "index.php?controller=AdminOrders&id_order={}&vieworder",
        "customer": "index.php?controller=AdminCustomers&id_customer={}&viewcustomer",
    }
)
_BY_LINK = MappingProxyType(
    {
        "import_products": "product",
        "import_stock": "product",
        "check_stock": "product",
        "import_images": "product",
        "import_customers": "customer",
    }
)
"""Flows whose keys are the ERP's, of which the ledger knows the ids."""
_BY_ID = MappingProxyType({"export_orders": "order", "import_order_statuses": "order", "export_customers": "customer"})
"""Flows whose keys are ids of the shop; lines of files have keys of their own."""


def admin_pages(report: RunReport, folder: ShopFolder, ledger: Ledger) -> dict[str, str]:
    """The addresses by key; none without `[shop] admin_url`, nor for what the shop has not."""
    root = folder.settings.shop.admin_url
    if not root:
        return {}
    told = [*(incident.key for incident in report.incidents), *(change.key for change in report.plan)]
    if report.flow in _BY_ID:
        pages = {key: key for key in told if key.isdecimal()}
        return _addresses(root, _BY_ID[report.flow], pages)
    if report.flow not in _BY_LINK:
        return {}
    told += [reject.key for reject in report.rejects]
    resource = _BY_LINK[report.flow]
    links = ledger.links_for(folder.name, resource, [key for key in told if key])
    ids = {str(key): str(number) for key, number in links.select("erp_key", "shop_id").iter_rows() if number}
    return _addresses(root, resource, ids)


def _addresses(root: str, resource: str, ids: Mapping[str, str]) -> dict[str, str]:
    return {key: f"{root}/{_ADDRESSES[resource].format(number)}" for key, number in ids.items()}
