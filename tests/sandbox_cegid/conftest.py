"""A strict sandbox ERP and raw calls to it."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from deployments.sandbox.cegid import SandboxCegid
from tests.contract.cegid.soap import Soap


@pytest.fixture
def erp() -> Iterator[SandboxCegid]:
    with SandboxCegid() as sandbox:
        sandbox.insert_customer("C1", email="known@example.com")
        yield sandbox


@pytest.fixture
def soap(erp: SandboxCegid) -> Iterator[Soap]:
    with Soap(erp.url, erp.user, erp.password, erp.database) as client:
        yield client
