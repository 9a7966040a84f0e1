"""Where the back office shows what a report speaks of: the addresses of products, orders and customers, by key."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from types import MappingProxyType
from typing import TYPE_CHECKING

from connectors.ledger import Ledger
from schemas.run_report import RunReport
from tasks.run.shop_folder import ShopFolder

if TYPE_CHECKING:
    from typing import Literal, TypeAlias

    Page: TypeAlias = Literal["product", "category", "supplier", "order", "customer"]

_ADDRESSES = MappingProxyType(
    {
        # The back office of 8.2 adds its token and opens the page, for whoever is signed in; the pages of returns,
        # stores and vouchers, and addresses of the form index.php/sell/orders/1/view, ask for the token instead
        # (docs/facts/prestashop.md, E9): a return's key leads to its order.
        "product": "index.php?controller=AdminProducts&id_product={}&updateproduct",
        "category": "index.php?controller=AdminCategories&id_category={}&updatecategory",
        "supplier": "index.php?controller=AdminSuppliers&id_supplier={}&updatesupplier",
        "order": "index.php?controller=AdminOrders&id_order={}&vieworder",
        "customer": "index.php?controller=AdminCustomers&id_customer={}&viewcustomer",
    }
)
_BY_LINK = MappingProxyType(
    {
        "import_products": ("product", "product"),
        "import_stock": ("product", "product"),
        "check_stock": ("product", "product"),
        "import_images": ("product", "product"),
        "import_product_suppliers": ("product", "product"),
        "import_specific_prices": ("product", "product"),
        "publish_lowest_prices": ("product", "product"),
        "import_customers": ("customer", "customer"),
        "import_suppliers": ("supplier", "supplier"),
        "import_store_orders": ("store_order", "order"),
    }
)
"""Flows whose keys are the ERP's, of which the ledger knows the ids: the kind of its links, and the page."""
_BY_ID = MappingProxyType(
    {
        "export_orders": "order",
        "adopt_orders": "order",
        "import_order_statuses": "order",
        "export_customers": "customer",
        "reconcile": "order",
    }
)
"""Flows whose keys are ids of the shop; lines of files have keys of their own."""
_CATALOGUE = re.compile(r"(c?)(\d+)(?:-\d+)?")
"""A category (`c3`), a product (`7`) or a combination of it (`7-12`)."""


class ShownKeys:
    """What the keys of one run stand for, where neither the key nor a link says it."""

    def __init__(self) -> None:
        self._pages: dict[str, tuple[Page, int] | None] = {}

    def __iter__(self) -> Iterator[tuple[str, Page, int]]:
        """Key, page and id."""
        return ((key, *page) for key, page in self._pages.items() if page is not None)

    def note(self, key: str, page: Page, number: int) -> None:
        """The key stands for this; one that stands for two things leads to neither."""
        before = self._pages.setdefault(key, (page, number))
        if before != (page, number):
            self._pages[key] = None


def address_of(folder: ShopFolder, page: Page, number: int) -> str:
    """Where the back office shows this; empty without `[shop] admin_url`."""
    root = folder.settings.shop.admin_url
    return f"{root}/{_ADDRESSES[page].format(number)}" if root else ""


def admin_pages(report: RunReport, folder: ShopFolder, ledger: Ledger, shown: ShownKeys) -> dict[str, str]:
    """The addresses by key; none without `[shop] admin_url`, nor for what the shop has not."""
    root = folder.settings.shop.admin_url
    if not root:
        return {}
    told = (report.incidents, report.plan, report.rejects)
    keys = {each.key for rows in told for each in rows if each.key}
    pages = {**_pages_of(report.flow, keys, folder, ledger)}
    pages |= {key: (page, number) for key, page, number in shown if key in keys}
    return {key: f"{root}/{_ADDRESSES[page].format(number)}" for key, (page, number) in pages.items()}


def _pages_of(flow: str, keys: Iterable[str], folder: ShopFolder, ledger: Ledger) -> Mapping[str, tuple[str, int]]:
    if flow in _BY_ID:
        return {key: (_BY_ID[flow], int(key)) for key in keys if key.isdecimal()}
    if flow == "export_catalogue":
        named = {key: match for key in keys if (match := _CATALOGUE.fullmatch(key))}
        return {key: ("category" if match[1] else "product", int(match[2])) for key, match in named.items()}
    if flow not in _BY_LINK:
        return {}
    kind, page = _BY_LINK[flow]
    links = ledger.links_for(folder.name, kind, [*keys])
    return {key: (page, number) for key, number in links.select("erp_key", "shop_id").iter_rows() if number}
