"""A shop that does not answer, or answers with a page, as the merchant reads it: in one language."""

from __future__ import annotations

import re

import pytest

from connectors.prestashop import Shop, ShopLimits
from deployments.sandbox.shop.faults import Fault, FaultKind
from deployments.sandbox.shop.sandbox_shop import SandboxShop
from schemas.error_texts import error_text
from schemas.errors import PasserelleError

LIMITS = ShopLimits(pace="full", patience_seconds=0.2, settle_seconds=0.01, timeout_seconds=2)


@pytest.mark.parametrize(
    ("fault", "of_the_shop"), [("maintenance", "be back soon"), ("waf-403", "Blocked by the firewall")]
)
async def test_in_french_nothing_is_english_but_what_the_shop_said(fault: FaultKind, of_the_shop: str) -> None:
    with SandboxShop() as sandbox:
        sandbox.faults.add(Fault(fault, times=None))
        async with Shop(sandbox.url, sandbox.key, limits=LIMITS) as shop:
            with pytest.raises(PasserelleError) as raised:
                await shop.read("products", display=["id"])
    told = error_text(raised.value, "fr")
    assert of_the_shop in told
    assert re.findall(r"waited|a page instead|answer", told) == []
