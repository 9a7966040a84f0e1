"""The system under test: a sandbox unless the options name a real one."""

from __future__ import annotations

import contextlib
from typing import TYPE_CHECKING

import pytest

from deployments.sandbox.shop import SandboxShop
from tests.contract.prestashop.bench import Bench, sweep
from tests.contract.prestashop.setting import Setting, look_up
from tests.contract.prestashop.webservice import PATCH_SINCE, Webservice

if TYPE_CHECKING:
    from collections.abc import Iterator

    from deployments.sandbox.shop.versions import Profile


@pytest.fixture(scope="session")
def real_shop(pytestconfig: pytest.Config) -> bool:
    return bool(pytestconfig.getoption("--shop-url"))


PROFILES: tuple[Profile, ...] = ("8.2", "9.1", "1.7.8")
"""What the suite states is true of each of these, or it says of which."""


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Every test that asks a shop is run on a sandbox of each version, or on the real shop given."""
    if "profile" in metafunc.fixturenames:
        real = metafunc.config.getoption("--shop-url")
        metafunc.parametrize("profile", ["real"] if real else PROFILES, scope="session", indirect=True)


@pytest.fixture(scope="session")
def profile(request: pytest.FixtureRequest) -> Profile:
    """The version of the sandbox under test."""
    chosen: Profile = request.param
    return chosen


@pytest.fixture(scope="session")
def shop(pytestconfig: pytest.Config, profile: Profile) -> Iterator[Webservice]:
    """The shop under test; what half-written documents leave behind is removed at the end."""
    url, key = pytestconfig.getoption("--shop-url"), pytestconfig.getoption("--shop-key")
    with contextlib.ExitStack() as stack:
        if not url:
            sandbox = stack.enter_context(SandboxShop(profile=profile))
            url, key = sandbox.url, sandbox.key
        client = stack.enter_context(Webservice(url, key))
        yield client
        sweep(client)


@pytest.fixture(scope="module")
def old_shop(shop: Webservice, real_shop: bool) -> Iterator[Webservice]:
    """A shop of the last 1.7, before PATCH, the one given where it is of that version."""
    if real_shop and shop.version < PATCH_SINCE:
        yield shop
    else:
        yield from _sandbox("1.7.8", real_shop)


@pytest.fixture(scope="module")
def new_shop(shop: Webservice, real_shop: bool) -> Iterator[Webservice]:
    """A shop of 9.1, the one given where it is of that version."""
    if real_shop and shop.version >= (9, 1):
        yield shop
    else:
        yield from _sandbox("9.1", real_shop)


def _sandbox(profile: Profile, real_shop: bool) -> Iterator[Webservice]:
    if real_shop:
        pytest.skip(f"concerns PrestaShop {profile}, the shop given is another")
    with SandboxShop(profile=profile) as sandbox, Webservice(sandbox.url, sandbox.key) as client:
        yield client


@pytest.fixture(scope="session")
def setting(shop: Webservice) -> Setting:
    return look_up(shop)


@pytest.fixture
def bench(shop: Webservice, setting: Setting) -> Iterator[Bench]:
    own = Bench(shop, setting)
    yield own
    own.remove_all()
