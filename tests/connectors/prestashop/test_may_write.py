from __future__ import annotations

import pytest

from connectors.prestashop import Identity, Shop
from deployments.sandbox.shop import Fault, SandboxShop
from schemas.errors import TransientError

LOST = TransientError("another run holds the lease", system="ledger", action="keep the lease")


async def test_nothing_is_written_any_more_once_the_caller_may_not_write(sandbox: SandboxShop, shop: Shop) -> None:
    """Also not by a request that is sent again: the shop is busy while the lease goes to another machine."""
    asked: list[int] = []

    def may_write() -> None:
        asked.append(sandbox.writes)
        if len(asked) > 1:
            raise LOST

    shop.ask_before_writes(may_write)
    sandbox.faults.add(Fault("503", method="POST"))
    with pytest.raises(TransientError, match="another run"):
        await shop.create("manufacturers", [{"name": "Maison"}], Identity("name", ("name",)))
    assert asked == [0, 1]
    assert sandbox.rows("manufacturers") == []
    assert (await shop.read("languages", display=["id"])) != []
