"""A shop with the module: the sandbox, or the real one that the options name, skipped when it lacks the module."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from deployments.sandbox.shop import SandboxShop
from tests.contract.prestashop.bench import Bench, sweep
from tests.contract.prestashop.module.returns import change_state, returns_of
from tests.contract.prestashop.module.sales import Sales
from tests.contract.prestashop.setting import Setting, look_up
from tests.contract.prestashop.webservice import Webservice

if TYPE_CHECKING:
    from collections.abc import Iterator

    from deployments.sandbox.shop.versions import Profile

LACKING = "the shop given has no module passerelle, or its key has no right on passerelle_info"


@pytest.fixture(scope="session")
def sandbox(real_shop: bool, profile: Profile) -> Iterator[SandboxShop | None]:
    """The sandbox under test; nothing when a real shop is."""
    if real_shop:
        yield None
        return
    with SandboxShop(profile=profile, module=True) as own:
        yield own


@pytest.fixture(scope="session")
def shop(pytestconfig: pytest.Config, sandbox: SandboxShop | None) -> Iterator[Webservice]:
    url, key = pytestconfig.getoption("--shop-url"), pytestconfig.getoption("--shop-key")
    if sandbox is not None:
        url, key = sandbox.url, sandbox.key
    with Webservice(url, key) as client:
        if sandbox is None and client.get("passerelle_info").status != 200:
            pytest.skip(LACKING)
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


@pytest.fixture
def sales(bench: Bench) -> Iterator[Sales]:
    own = Sales(bench)
    yield own
    own.remove_rows()


@pytest.fixture
def order_return(sandbox: SandboxShop | None, shop: Webservice) -> Iterator[int]:
    """A return in state 1 with rows: a new one in the sandbox, the first of a real shop, put back afterwards."""
    if sandbox is not None:
        lines = [(11, 0, 1), (12, 0, 2)]
        values = {"id_order": 1, "id_customer": 1, "question": "Too big", "state": 1, "order_return_details": lines}
        yield sandbox.insert("order_returns", values)
        return
    found = shop.find(returns_of(shop), "[id,state]")
    if not found:
        pytest.skip("the shop given has no merchandise return")
    first = found[0]
    change_state(shop, first.id, 1)
    yield first.id
    change_state(shop, first.id, int(first["state"]))
