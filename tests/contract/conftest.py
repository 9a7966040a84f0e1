"""The system under test: a sandbox unless the options name a real one."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from deployments.sandbox.shop import SandboxShop

from tests.contract.prestashop.bench import Bench, sweep
from tests.contract.prestashop.setting import Setting, look_up
from tests.contract.prestashop.webservice import Webservice

if TYPE_CHECKING:
    from collections.abc import Iterator


@pytest.fixture(scope="session")
def real_shop(pytestconfig: pytest.Config) -> bool:
    return bool(pytestconfig.getoption("--shop-url"))


@pytest.fixture(scope="session")
def shop(pytestconfig: pytest.Config) -> Iterator[Webservice]:
    """The shop under test; what half-written documents leave behind is removed at the end."""
    url, key = pytestconfig.getoption("--shop-url"), pytestconfig.getoption("--shop-key")
    if url:
        real = Webservice(url, key)
        yield real
        sweep(real)
        return
    with SandboxShop(profile="8.2") as sandbox:
        client = Webservice(sandbox.url, sandbox.key)
        yield client
        sweep(client)


@pytest.fixture(scope="session")
def setting(shop: Webservice) -> Setting:
    return look_up(shop)


@pytest.fixture
def bench(shop: Webservice, setting: Setting) -> Iterator[Bench]:
    own = Bench(shop, setting)
    yield own
    own.remove_all()
