"""A sandbox Dolibarr of each version and our client on it."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from connectors.dolibarr import Dolibarr, DolibarrAccess
from deployments.sandbox.dolibarr import SandboxDolibarr
from deployments.sandbox.dolibarr.versions import VERSIONS
from schemas.erp import Erp
from tests.connectors.dolibarr.opening import QUICK, open_erp


@pytest.fixture(params=VERSIONS)
def box(request: pytest.FixtureRequest) -> Iterator[SandboxDolibarr]:
    with SandboxDolibarr(version=request.param) as sandbox:
        sandbox.insert_product("MUG", "Mug", stock=100)
        yield sandbox


@pytest.fixture
def erp(box: SandboxDolibarr) -> Iterator[Erp]:
    with open_erp(box) as opened:
        yield opened


@pytest.fixture
def dolibarr(box: SandboxDolibarr) -> Iterator[Dolibarr]:
    with Dolibarr(DolibarrAccess(box.url, box.key), limits=QUICK) as client:
        yield client
