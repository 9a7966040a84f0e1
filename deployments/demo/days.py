"""The demo's days: what happens outside, and which flows run after it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from random import Random
from typing import TypeAlias

from deployments.demo.company import Company
from deployments.demo.files import Erp
from deployments.demo.laws import QUIET_DAY
from deployments.demo.narration import narrated
from deployments.demo.sage import Sage
from deployments.demo.shop import DemoShop
from deployments.demo.visitors import Visitors
from deployments.demo.warehouse import Warehouse
from schemas.flows import FlowName

SEED = 11


class Event(StrEnum):
    """Something that happens at the shop or in the ERP."""

    FILES = "files"
    FIRST_FILES = "first files"
    SALES = "sales"
    ORDERS = "orders"
    SHIPPING = "shipping"
    RETURN = "return"
    DECISION = "decision"
    SAGE_TAKES = "sage takes"
    SAGE_SHIPS = "sage ships"
    INVOICES = "invoices"


Step: TypeAlias = Event | FlowName


@dataclass(frozen=True, slots=True)
class Day:
    """What is new on a day, then events and flows in their order."""

    news: str
    """The code of the sentence that says it."""
    steps: tuple[Step, ...]


DAYS = (
    Day(
        "day_all_new",
        (
            Event.FIRST_FILES,
            "collect_files",
            "import_products",
            "import_stock",
            "import_stores",
            "import_specific_prices",
            "import_customers",
            Event.ORDERS,
            "export_orders",
        ),
    ),
    Day(
        "day_few_changes",
        (
            Event.FILES,
            "collect_files",
            "import_products",
            "import_stock",
            Event.SALES,
            "collect_files",
            "import_store_orders",
            Event.SHIPPING,
            "import_order_statuses",
            Event.RETURN,
            "export_returns",
            Event.DECISION,
            "import_return_statuses",
        ),
    ),
    Day(
        "day_quiet",
        (
            Event.FILES,
            "collect_files",
            "import_products",
            "import_stock",
            Event.SALES,
            "collect_files",
            "import_store_orders",
            "export_orders",
            "import_order_statuses",
            "import_return_statuses",
        ),
    ),
)


FILE_DAYS = (
    Day(
        "day_sage_takes",
        (
            Event.FIRST_FILES,
            "collect_files",
            "import_products",
            "import_stock",
            Event.ORDERS,
            "export_orders",
            Event.SAGE_TAKES,
            "import_order_documents",
        ),
    ),
    Day(
        "day_sage_ships",
        (
            Event.SAGE_SHIPS,
            "import_order_documents",
            Event.RETURN,
            "export_returns",
            Event.SAGE_TAKES,
            Event.INVOICES,
            "import_order_documents",
            "import_invoices",
        ),
    ),
    Day(
        "day_quiet",
        (
            "export_orders",
            Event.SAGE_TAKES,
            "import_order_documents",
            "import_invoices",
        ),
    ),
)
"""With an ERP that speaks through files."""


COMPANY_DAYS = (
    Day(
        "day_dolibarr",
        (
            Event.FIRST_FILES,
            "collect_files",
            "import_products",
            "import_stock",
            "export_catalogue",
            Event.ORDERS,
            "export_orders",
        ),
    ),
    Day(
        "day_few_changes",
        (
            Event.FILES,
            "collect_files",
            "import_products",
            "import_stock",
            "export_catalogue",
            Event.SHIPPING,
            "import_order_statuses",
        ),
    ),
    Day(
        "day_quiet",
        (
            Event.FILES,
            "collect_files",
            "import_products",
            "import_stock",
            "export_catalogue",
            "export_orders",
            "import_order_statuses",
        ),
    ),
)
"""With a Dolibarr; the files are those of a supplier."""


class Stage:
    """The two sides of the demo, and what happens on them."""

    def __init__(
        self, erp: Erp, shop: DemoShop, warehouse: Warehouse | Sage | Company, days: tuple[Day, ...] = DAYS
    ) -> None:
        self._erp = erp
        self.shop = shop
        self.warehouse = warehouse
        chance = Random(SEED)  # noqa: S311 - seeded, to be the same every time
        # Dolibarr has every country; the other ERPs' codes of countries leave one out.
        held_back = () if isinstance(warehouse, Company) else ("IT",)
        self.visitors = Visitors(shop, erp.articles, erp.on_sale, chance, held_back)
        self._days = 0
        self.days = days

    def happen(self, event: Event, language: str) -> str:
        """Lets it happen; a sentence that says what did."""
        told: dict[Event, Callable[[str], str]] = {
            Event.FIRST_FILES: self._first_files,
            Event.FILES: self._files,
            Event.SALES: self._sales,
            Event.ORDERS: self.visitors.order,
            Event.RETURN: self.visitors.send_back,
        }
        of_erp: dict[Event, Callable[[str], str]] = (
            {
                Event.SAGE_TAKES: self.warehouse.take,
                Event.SAGE_SHIPS: self.warehouse.ship,
                Event.INVOICES: self.warehouse.invoice,
            }
            if isinstance(self.warehouse, Sage)
            else {Event.SHIPPING: self.warehouse.ship}
        )
        if isinstance(self.warehouse, Warehouse):
            of_erp[Event.DECISION] = self.warehouse.accept_returns
        return (told | of_erp)[event](language)

    def _first_files(self, language: str) -> str:
        self._erp.drop_files()
        self._erp.drop_once()
        return narrated("first_files", language)

    def _sales(self, language: str) -> str:
        self._erp.drop_sales()
        return narrated("sales", language)

    def _files(self, language: str) -> str:
        self._days += 1
        # On the quiet day the same rows come in another order.
        self._erp.let_a_day_pass(quiet=self._days == QUIET_DAY - 1)
        self._erp.drop_files()
        return narrated("files", language)
