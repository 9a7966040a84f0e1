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


@pytest.fixture(scope="module")
def old_shop(real_shop: bool) -> Iterator[Webservice]:
    """A shop of the last 1.7, before PATCH."""
    yield from _sandbox("1.7.8", real_shop)


@pytest.fixture(scope="module")
def new_shop(real_shop: bool) -> Iterator[Webservice]:
    """A shop of 9.0."""
    yield from _sandbox("9.0", real_shop)


def _sandbox(profile: str, real_shop: bool) -> Iterator[Webservice]:
    if real_shop:
        pytest.skip(f"concerns PrestaShop {profile}, the shop given is another")
    with SandboxShop(profile=profile) as sandbox:
        yield Webservice(sandbox.url, sandbox.key)


@pytest.fixture(scope="session")
def setting(shop: Webservice) -> Setting:
    return look_up(shop)


@pytest.fixture
def bench(shop: Webservice, setting: Setting) -> Iterator[Bench]:
    own = Bench(shop, setting)
    yield own
    own.remove_all()
