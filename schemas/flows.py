"""Every flow, declared once: what it promises, which way it goes, what it stands on, what its key must be allowed.

The command line, `passerelle check`, `import_files`, the deployments and the README's table take from here.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from types import MappingProxyType
from typing import TYPE_CHECKING, Literal, TypeAlias

Methods: TypeAlias = tuple[str, ...]


class Direction(StrEnum):
    """Which way the rows or documents of a flow go."""

    TO_DROP_FOLDER = "to the drop folder"
    INTO_SHOP = "into the shop"
    OUT_OF_SHOP = "out of the shop"


@dataclass(frozen=True, slots=True)
class Flow:
    """One flow, as its file in `flows/` carries it out; its name is that of the file and of the function in it."""

    name: str
    promise: str
    """What is true after it, as the README and the Prefect interface say it."""
    direction: Direction
    cron: str
    """When its schedule starts it; empty: as a part of `import_files`, or by hand."""
    stream: str = ""
    """The entry of import.json, or of export.json for what leaves the shop; empty for a flow of several."""
    takes: frozenset[str] = frozenset({"since", "accept_guard"})
    """Its parameters beside `shop` and `dry_run`; each of them changes what it does."""
    stands_on: frozenset[str] = frozenset()
    """The streams whose failure makes the files of this one wait."""
    looks_after: bool = False
    """Its stream is that of another flow, whose work it looks after or completes; it reads no files of it."""
    asks: str = ""
    """The ability of the ERP that it stands on, where its stream does not come by file."""
    rights: Mapping[str, Methods] = field(default_factory=dict)
    """The methods that the key needs on each resource. Where the shop knows PATCH it stands for PUT."""

    @property
    def is_export(self) -> bool:
        """Whether its stream is one of export.json."""
        return self.direction is Direction.OUT_OF_SHOP


_READ = ("GET",)
_NAME = ("GET", "POST")
_WRITE = ("GET", "POST", "PUT")
_SHOP = {"configurations": _READ, "languages": _READ}
_TAXES = {"tax_rule_groups": _READ, "tax_rules": _READ, "taxes": _READ}
_NO_PARAMETER: frozenset[str] = frozenset()
_SINCE = frozenset({"since"})

_EVERY = (
    Flow(
        "import_files",
        "what the ERP sent is fetched and imported, each stream after those it stands on",
        Direction.INTO_SHOP,
        "*/15 0,3-23 * * *",
    ),
    Flow(
        "collect_files",
        "what the ERP sent is in the drop folder, and its sources know what has been imported",
        Direction.TO_DROP_FOLDER,
        "",
        takes=_SINCE,
    ),
    Flow(
        "answer_requests",
        "what was asked on the module's page in the back office is done, once, and the page says so",
        Direction.INTO_SHOP,
        "",
        takes=_NO_PARAMETER,
        rights=_SHOP | {"passerelle_board": ("GET", "PUT")},
    ),
    Flow(
        "audit",
        "the known faults of a shop are listed, each with what to do, and mended where that is safe and asked for",
        Direction.INTO_SHOP,
        "",
        takes=frozenset({"accept_guard", "fix"}),
        rights=_SHOP
        | _TAXES
        | {
            "categories": _READ,
            "products": _READ,
            "combinations": _READ,
            "stock_availables": _READ,
            "specific_prices": _READ,
            "groups": _READ,
            "customers": _READ,
        },
    ),
    Flow(
        "import_stores",
        "the shop's page of stores shows the ERP's",
        Direction.INTO_SHOP,
        "",
        "store",
        rights=_SHOP | {"countries": _READ, "states": _READ, "stores": _WRITE},
    ),
    Flow(
        "import_customers",
        "the ERP's customers have an account in the shop, each exactly one",
        Direction.INTO_SHOP,
        "",
        "customer",
        rights=_SHOP | {"customers": _WRITE},
    ),
    Flow(
        "import_products",
        "the ERP's items and combinations are in the shop",
        Direction.INTO_SHOP,
        "",
        "product",
        rights=_SHOP
        | _TAXES
        | {
            "categories": _NAME,
            "manufacturers": _NAME,
            "product_options": _NAME,
            "product_option_values": _NAME,
            "product_features": _NAME,
            "product_feature_values": _NAME,
            "products": _WRITE,
            "combinations": _WRITE,
            "stock_availables": ("GET", "PUT"),
        },
    ),
    Flow(
        "import_stock",
        "the shop's quantities equal the ERP's",
        Direction.INTO_SHOP,
        "",
        "stock",
        stands_on=frozenset({"product"}),
        rights=_SHOP | {"products": _READ, "combinations": _READ, "stock_availables": ("GET", "PUT")},
    ),
    Flow(
        "check_stock",
        "every night, the shop's quantities are those the ERP last named, less what was sold since",
        Direction.INTO_SHOP,
        "30 4 * * *",
        "stock",
        takes=frozenset({"accept_guard"}),
        looks_after=True,
        rights=_SHOP
        | {
            "products": _READ,
            "combinations": _READ,
            "stock_availables": ("GET", "PUT"),
            "orders": _READ,
            "order_details": _READ,
        },
    ),
    Flow(
        "import_images",
        "products and combinations show the pictures of a folder, each once, in the order of their names",
        Direction.INTO_SHOP,
        "45 5 * * *",
        "product",
        looks_after=True,
        rights=_SHOP
        | {
            "images": ("GET", "POST", "DELETE"),
            "products": ("GET", "PUT"),
            "combinations": ("GET", "PUT"),
            "product_option_values": _READ,
        },
    ),
    Flow(
        "import_suppliers",
        "the shop has the ERP's suppliers",
        Direction.INTO_SHOP,
        "",
        "supplier",
        rights=_SHOP | {"suppliers": _WRITE},
    ),
    Flow(
        "import_product_suppliers",
        "what each supplier calls an item, and what it costs there, is in the shop",
        Direction.INTO_SHOP,
        "",
        "productsupplier",
        stands_on=frozenset({"product", "supplier"}),
        rights=_SHOP
        | {
            "currencies": _READ,
            "products": _READ,
            "combinations": _READ,
            "suppliers": _READ,
            "product_suppliers": _WRITE,
        },
    ),
    Flow(
        "import_specific_prices",
        "the ERP's discounts are specific prices of the shop",
        Direction.INTO_SHOP,
        "",
        "specificprice",
        stands_on=frozenset({"customer", "product"}),
        rights=_SHOP
        | _TAXES
        | {
            "countries": _READ,
            "currencies": _READ,
            "customers": _READ,
            "products": _READ,
            "combinations": _READ,
            "specific_prices": _WRITE,
        },
    ),
    Flow(
        "publish_lowest_prices",
        "beside every reduced price stands the lowest of the 30 days before it; off unless wanted (needs the module)",
        Direction.INTO_SHOP,
        "10,25,40,55 * * * *",
        "specificprice",
        takes=_SINCE,
        looks_after=True,
        rights=_SHOP | _TAXES | {"currencies": _READ, "products": _READ, "lowest_prices": ("GET", "PUT")},
    ),
    Flow(
        "import_store_orders",
        "the sales of the stores are orders of the shop, each once, at their own prices (needs the module)",
        Direction.INTO_SHOP,
        "",
        "storeOrder",
        stands_on=frozenset({"store", "customer", "product"}),
        rights=_SHOP
        | {
            "countries": _READ,
            "customers": _READ,
            "order_payments": _READ,
            "orders": _READ,
            "products": _READ,
            "combinations": _READ,
            "stores": _READ,
            "store_orders": ("POST",),
        },
    ),
    Flow(
        "export_catalogue",
        "the shop's categories, products and combinations are in the ERP, as the shop has them; off unless wanted",
        Direction.OUT_OF_SHOP,
        "20 * * * *",
        "catalogue",
        takes=frozenset({"accept_guard", "sweep"}),
        asks="items",
        rights=_SHOP
        | _TAXES
        | {
            "currencies": _READ,
            "categories": _READ,
            "products": _READ,
            "combinations": _READ,
            "product_options": _READ,
            "product_option_values": _READ,
            "stock_availables": _READ,
        },
    ),
    Flow(
        "export_orders",
        "every paid shop order is in the ERP, exactly once, with its customer",
        Direction.OUT_OF_SHOP,
        "*/10 * * * *",
        "order",
        takes=frozenset({"since", "sweep", "ids"}),
        asks="orders",
    ),
    Flow(
        "import_order_statuses",
        "what the ERP does with an order shows in the shop, with its tracking number",
        Direction.INTO_SHOP,
        "5,35 * * * *",
        "orderstatus",
        takes=_NO_PARAMETER,
        asks="statuses",
    ),
    Flow(
        "import_order_documents",
        "what an ERP's files say of orders shows in the shop: their state, the numbers of their parcels",
        Direction.INTO_SHOP,
        "",
        "orderDocument",
    ),
    Flow(
        "import_invoices",
        "the ERP's invoices and credit notes are on the page of their order, with their PDF (needs the module)",
        Direction.INTO_SHOP,
        "25 * * * *",
        "invoiceDocument",
        rights=_SHOP | {"orders": _READ, "erp_invoices": ("GET", "PUT")},
    ),
    Flow(
        "export_returns",
        "merchandise returns of the shop are announced in the ERP, once (needs the module)",
        Direction.OUT_OF_SHOP,
        "10 * * * *",
        "return",
        takes=_NO_PARAMETER,
        asks="returns",
    ),
    Flow(
        "export_credit_slips",
        "the shop's credit slips are credit notes of the ERP, each once; off unless wanted",
        Direction.OUT_OF_SHOP,
        "15 * * * *",
        "slip",
        takes=frozenset({"since", "sweep"}),
        asks="slips",
        rights={"order_slip": _READ},
    ),
    Flow(
        "reconcile",
        "what the shop sold and gave back in a month is what the ERP has of it, to the cent; what differs is listed",
        Direction.OUT_OF_SHOP,
        "0 6 3 * *",
        "order",
        takes=frozenset({"period"}),
        looks_after=True,
        asks="orders",
        rights={"taxes": _READ},
    ),
    Flow(
        "import_return_statuses",
        "what the ERP decides of a return shows in the shop (needs the module)",
        Direction.INTO_SHOP,
        "40 * * * *",
        "orderReturnStatus",
        asks="returns",
    ),
    Flow(
        "export_customers",
        "accounts that have not ordered are in the ERP too; off unless wanted",
        Direction.OUT_OF_SHOP,
        "0 3 * * *",
        "customer",
        takes=frozenset({"since", "sweep"}),
        asks="customers",
    ),
)

FLOWS: Mapping[str, Flow] = MappingProxyType({each.name: each for each in _EVERY})
"""By name, those that can be run by name; an import comes after those it stands on."""
IMPORTS: Mapping[str, Flow] = MappingProxyType(
    {
        each.stream: each
        for each in _EVERY
        if each.direction is Direction.INTO_SHOP and each.stream and not each.looks_after
    }
)
"""The imports by their stream of import.json, in the order in which they run."""
ADOPT_ORDERS = Flow(
    "adopt_orders",
    "orders that a former connector has sent are known here",
    Direction.OUT_OF_SHOP,
    "",
    "order",
    takes=frozenset({"since", "accept_differences"}),
)
"""Run by `passerelle orders adopt`, once in the life of a shop."""
UNDO = Flow(
    "undo",
    "what a run replaced in the shop stands there again, but for what people changed since",
    Direction.INTO_SHOP,
    "",
    takes=frozenset({"accept_guard", "run", "hold"}),
)
"""Run by `passerelle undo`; its stream is that of the run that is undone."""

if TYPE_CHECKING:
    FlowName: TypeAlias = str
else:
    FlowName = Literal[tuple(FLOWS)]
    """The name of a flow that can be run by name; as a Literal, so that the command line lists and checks it."""


def takers(parameter: str) -> list[str]:
    """The names of the flows that take a parameter."""
    return [name for name, flow in FLOWS.items() if parameter in flow.takes]
