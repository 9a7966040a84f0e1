from __future__ import annotations

import threading
import time

from connectors.prestashop import Shop, ShopLimits
from deployments.sandbox.shop import SandboxShop

STILL_WRITTEN = 4


async def test_a_shop_that_goes_on_writing_for_a_client_that_is_gone_is_waited_for(sandbox: SandboxShop) -> None:
    written: list[int] = []

    def go_on_writing() -> None:
        for number in range(STILL_WRITTEN):
            time.sleep(0.3)
            written.append(sandbox.insert("manufacturers", {"name": f"Maison {number}"}))

    document = threading.Thread(target=go_on_writing)
    async with Shop(sandbox.url, sandbox.key, limits=ShopLimits(pace="full", settle_seconds=0.8)) as shop:
        await shop.describe()
        document.start()
        await shop.wait_until_quiet()
        assert len(written) == STILL_WRITTEN
    document.join()


async def test_a_shop_at_rest_is_looked_at_twice(sandbox: SandboxShop, shop: Shop) -> None:
    sandbox.reset_counts()
    await shop.wait_until_quiet()
    looks = sandbox.count("GET", "/api/products")
    assert looks == 2
