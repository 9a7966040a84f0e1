"""A shop that does not answer at all: who waits, who does not, and what a person is told."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import pytest

from connectors.prestashop import Shop, ShopLimits
from schemas.errors import DeniedError, TransientError
from tests.connectors.listener import Listener, Told

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.lasting

KEY = "K" * 32
LIMITS = ShopLimits(pace="full", patience_seconds=2, settle_seconds=0.01, timeout_seconds=2)


async def test_no_connection_is_transient_and_nothing_else() -> None:
    with Listener(lambda _: Told()) as server:
        url = server.url
    async with Shop(url, KEY, limits=LIMITS) as shop:
        with pytest.raises(TransientError, match="ConnectError"):
            await shop.read("products", display=["id"])
        assert shop.traffic.retries > 1
        assert shop.traffic.seconds_waited <= LIMITS.patience_seconds


@pytest.mark.parametrize(
    ("scheme", "host", "remedy"),
    [("http", "nowhere.invalid", "no host of that name"), ("https", "127.0.0.1", "does not speak https")],
)
async def test_an_address_that_leads_nowhere_is_told_with_what_to_look_at(scheme: str, host: str, remedy: str) -> None:
    limits = ShopLimits(patience_seconds=0.5)
    with Listener(lambda _: Told(body=b"")) as listener:
        port = urlsplit(listener.url).port
        async with Shop(f"{scheme}://{host}:{port}", KEY, limits=limits, allow_plain_http=True) as shop:
            with pytest.raises(TransientError) as caught:
                await shop.describe()
    assert remedy in caught.value.remedy


async def test_a_certificate_that_is_not_trusted_stops_at_once_with_the_remedy(own_certificate: Path) -> None:
    with Listener(lambda _: Told(), certificate=own_certificate) as listener:
        async with Shop(listener.url, KEY, limits=LIMITS) as shop:
            with pytest.raises(DeniedError, match="certificate is not trusted: self-signed") as caught:
                await shop.describe()
            assert shop.traffic.retries == 0
    assert "verify_tls" in caught.value.remedy


async def test_a_certificate_made_for_another_name_stops_at_once(own_certificate: Path) -> None:
    with Listener(lambda _: Told(), certificate=own_certificate) as listener:
        url = listener.url.replace("127.0.0.1", "localhost")
        async with Shop(url, KEY, limits=LIMITS, verify=str(own_certificate)) as shop:
            with pytest.raises(DeniedError, match="not valid for 'localhost'"):
                await shop.describe()


async def test_who_waits_for_a_shop_that_is_not_there_is_told_once(caplog: pytest.LogCaptureFixture) -> None:
    with Listener(lambda _: Told()) as server:
        url = server.url
    async with Shop(url, KEY, limits=LIMITS) as shop:
        waiting = (shop.read(resource, display=["id"]) for resource in ("products", "categories", "stores"))
        ended = await asyncio.gather(*waiting, return_exceptions=True)
        assert {type(failure) for failure in ended} == {TransientError}
    [told] = [record.getMessage() for record in caplog.records if record.levelname == "WARNING"]
    assert "Nothing answers there" in told
    assert "Trying again for 2 s" in told
