"""How every connector talks HTTP."""

from __future__ import annotations

import logging
import ssl
from pathlib import Path

import httpx
import pytest

from connectors.http import checked_address, is_loopback, open_client, redacted, tls_context
from connectors.notify import ping
from schemas.errors import ConfigurationError
from tests.connectors.listener import Asked, Listener, Told


@pytest.mark.parametrize(
    "url", ["https://www.shop.example/", "http://127.0.0.1:8080", "http://localhost", "http://[::1]:9"]
)
def test_https_and_loopback_are_good_addresses(url: str) -> None:
    assert checked_address(url, key="shop.url") == url.rstrip("/")


@pytest.mark.parametrize(
    ("url", "said"),
    [
        ("http://www.shop.example", "readable"),
        ("http://10.0.0.4", "readable"),
        ("ftp://www.shop.example", "no"),
        ("www.shop.example", "web address"),
        ("https://www.shop.example:abc", "web address"),
        ("https://[::1", "web address"),
        ("https://www.shop.example/\n/api", "web address"),
        ("https://\u202eshop.example", "web address"),
        ("https://key:@www.shop.example", "more than an address"),
        ("https://www.shop.example/?ws_key=ABC", "more than an address"),
    ],
)
def test_other_addresses_are_refused_without_repeating_what_they_hold(url: str, said: str) -> None:
    with pytest.raises(ConfigurationError) as caught:
        checked_address(url, key="shop.url")
    assert said in str(caught.value)
    assert "ABC" not in str(caught.value)


def test_plain_http_can_be_allowed() -> None:
    assert checked_address("http://10.0.0.4", key="shop.url", allow_plain_http=True) == "http://10.0.0.4"


def test_loopback_is_this_machine_only() -> None:
    assert is_loopback("LOCALHOST")
    assert is_loopback("127.8.8.8")
    assert not is_loopback("localhost.example.com")


def test_tls_is_verified_and_its_context_is_shared() -> None:
    assert tls_context() is tls_context()
    assert tls_context().verify_mode is ssl.CERT_REQUIRED
    assert tls_context().check_hostname
    assert tls_context(False).verify_mode is ssl.CERT_NONE


def test_secrets_are_taken_out_of_texts() -> None:
    assert redacted("key ABC and ABC", "ABC", "") == "key *** and ***"


async def test_no_cookie_is_kept_and_no_redirect_followed() -> None:
    def answer(_: Asked) -> Told:
        return Told(302, headers={"Set-Cookie": "PrestaShop-1=abc; path=/", "Location": "/elsewhere"})

    with Listener(answer) as server:
        async with open_client(server.url, headers={}, timeout_seconds=5, connections=1) as client:
            for _ in range(2):
                assert (await client.get("/")).status_code == 302
    assert [asked.path for asked in server.asked] == ["/", "/"]
    assert not any("Cookie" in asked.headers for asked in server.asked)


async def test_the_environment_s_proxy_is_not_used(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:9")
    with Listener(lambda _: Told(body=b"direct")) as server:
        async with open_client(server.url, headers={}, timeout_seconds=5, connections=1) as client:
            assert (await client.get("/")).text == "direct"


async def test_logs_show_no_query(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    with Listener(lambda _: Told()) as server:
        async with open_client(server.url, headers={}, timeout_seconds=5, connections=1) as client:
            await client.get("/api/customers?filter[email]=anna@example.com&ws_key=ABC")
    assert "/api/customers?..." in caplog.text
    assert "anna" not in caplog.text
    assert "ABC" not in caplog.text


async def test_a_certificate_nobody_vouches_for_is_refused_unless_a_setting_trusts_it(own_certificate: Path) -> None:
    with Listener(lambda _: Told(body=b"over TLS"), certificate=own_certificate) as server:
        async with open_client(server.url, headers={}, timeout_seconds=5, connections=1) as client:
            with pytest.raises(httpx.ConnectError, match="CERTIFICATE_VERIFY_FAILED"):
                await client.get("/")
        for verify in (str(own_certificate), False):
            async with open_client(server.url, headers={}, verify=verify, timeout_seconds=5, connections=1) as client:
                assert (await client.get("/")).text == "over TLS"


async def test_a_request_to_an_address_that_is_a_secret_is_not_logged(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    with Listener(lambda _: Told()) as server:
        assert await ping(f"{server.url}/watch/secret") == ""
    assert [asked.path for asked in server.asked] == ["/watch/secret"]
    assert "secret" not in caplog.text
