"""Options that point the contract suites at real systems; the order of the tests, and what they cost a process."""

from __future__ import annotations

import gc
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import pytest


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Files with slow tests come first: a process is given whole files, and the last ones should be short."""
    slow = {item.path for item in items if item.get_closest_marker("slow")}
    items.sort(key=lambda item: item.path not in slow)


def pytest_collection_finish() -> None:
    """What the imports made stays: the collector of a process this large would look at all of it again and again."""
    gc.collect()
    gc.freeze()


def pytest_addoption(parser: pytest.Parser) -> None:
    group = parser.getgroup("real systems", "run the contract suites against these instead of the sandbox")
    group.addoption("--shop-url", help="root address of a PrestaShop 8.2 with languages en and fr")
    group.addoption("--shop-key", help="webservice key with every right on that shop")
    group.addoption("--erp-url", help="root address of a test ERP")
    group.addoption("--erp-user", help="user of the test ERP, with its domain where there is one")
    group.addoption("--erp-password", help="password of that user")
    group.addoption("--erp-database", help="its database; without it, the domain of the user")
    group.addoption("--erp-write", action="store_true", help="let the suite write to it; otherwise it is only read")
    group.addoption("--erp-store", default="WEB", help="code of the store that documents are written to")
    group.addoption("--erp-item", default="TEST", help="reference of an item of the test ERP, for lines")
