"""The flows that can be run by name, imported only when they are: Prefect takes a second."""

from __future__ import annotations

import gc
from collections.abc import Mapping
from importlib import import_module
from types import MappingProxyType, ModuleType
from typing import Any, Literal, TypeAlias

FlowName: TypeAlias = Literal[
    "import_files",
    "collect_files",
    "import_products",
    "import_stock",
    "import_stores",
    "import_specific_prices",
    "import_customers",
    "import_store_orders",
    "export_orders",
    "import_order_statuses",
    "export_customers",
    "export_returns",
    "import_return_statuses",
]

FLOWS: Mapping[FlowName, str] = MappingProxyType(
    {
        "import_files": "flows.import_files:import_files",
        "collect_files": "flows.collect_files:collect_files",
        "import_products": "flows.import_products:import_products",
        "import_stock": "flows.import_stock:import_stock",
        "import_stores": "flows.import_stores:import_stores",
        "import_specific_prices": "flows.import_specific_prices:import_specific_prices",
        "import_customers": "flows.import_customers:import_customers",
        "import_store_orders": "flows.import_store_orders:import_store_orders",
        "export_orders": "flows.export_orders:export_orders",
        "import_order_statuses": "flows.import_order_statuses:import_order_statuses",
        "export_customers": "flows.export_customers:export_customers",
        "export_returns": "flows.export_returns:export_returns",
        "import_return_statuses": "flows.import_return_statuses:import_return_statuses",
    }
)


SWEPT: tuple[FlowName, ...] = ("export_orders", "export_customers")
"""The flows with a sweep: once a day, and when asked, they compare everything that is to go with the ledger."""


def flow_named(name: FlowName) -> Any:
    """The Prefect flow called `name`."""
    module, _, attribute = FLOWS[name].partition(":")
    return getattr(_imported(module), attribute)


def _imported(module: str) -> ModuleType:
    """What imports make lives as long as the process: the collector would look through all of it in vain."""
    gc.disable()
    try:
        imported = import_module(module)
        gc.freeze()
    finally:
        gc.enable()
    return imported
