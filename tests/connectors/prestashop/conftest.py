"""A sandbox shop and a client on it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from connectors.prestashop import Shop, ShopLimits
from deployments.sandbox.shop import SandboxShop

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Iterator

QUICK = ShopLimits(pace="full", settle_seconds=0.05, timeout_seconds=5, patience_seconds=20)


@pytest.fixture
def sandbox() -> Iterator[SandboxShop]:
    """A PrestaShop 8.2."""
    with SandboxShop(profile="8.2") as sandbox:
        yield sandbox


@pytest.fixture
def old_sandbox() -> Iterator[SandboxShop]:
    """A PrestaShop 1.7.8, which knows no PATCH."""
    with SandboxShop(profile="1.7.8") as sandbox:
        yield sandbox


@pytest.fixture
async def shop(sandbox: SandboxShop) -> AsyncIterator[Shop]:
    """A client that has met the shop."""
    async with Shop(sandbox.url, sandbox.key, limits=QUICK) as shop:
        await shop.describe()
        yield shop


@pytest.fixture
async def old_shop(old_sandbox: SandboxShop) -> AsyncIterator[Shop]:
    """A client that has met the old shop."""
    async with Shop(old_sandbox.url, old_sandbox.key, limits=QUICK) as shop:
        await shop.describe()
        yield shop
