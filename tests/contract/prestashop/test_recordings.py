"""The sandbox answers as the recorded 8.2.0 did; skipped where the recordings are absent or a real shop is given."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from deployments.sandbox.shop import SandboxShop
from tests.contract.prestashop.recorded import demo, exchanges
from tests.contract.prestashop.recorded.compare import differences
from tests.contract.prestashop.recorded.not_comparable import reason
from tests.contract.prestashop.recorded.replay import Replay
from tests.contract.prestashop.webservice import Webservice

if TYPE_CHECKING:
    from collections.abc import Iterator

UNCHANGING = {"GET", "HEAD", "OPTIONS", "FOO"}

pytestmark = pytest.mark.skipif(not exchanges.present(), reason="the recordings are not beside the checkout")


def reads(*folders: str) -> list[str]:
    """The recorded exchanges of some folders that change nothing, but for those that are not comparable."""
    return [
        name
        for name in exchanges.names()
        if name.startswith(folders) and not reason(name) and exchanges.load(name).method in UNCHANGING
    ]


KEYS = {
    "00_auth/empty_key": "",
    "00_auth/wrong_key_short": "tooshort",
    "00_auth/wrong_key_32_chars": "W" * 32,
    "00_auth/inactive_key": "I" * 32,
    "00_auth/key_without_shop": "D" * 32,
    "00_auth/readonly_key_head": "R" * 32,
    "00_auth/readonly_key_other_resource": "R" * 32,
    "00_auth/readonly_key_post": "R" * 32,
    "00_auth/readonly_key_root": "R" * 32,
}
SWITCHED = {"00_auth/webservice_disabled_503": "PS_WEBSERVICE", "08_http/shop_in_maintenance_mode": "PS_SHOP_ENABLE"}


@pytest.fixture(scope="module")
def recorded_shop(real_shop: bool) -> Iterator[SandboxShop]:
    """A sandbox that holds what the recorded shop held, and that nothing changes."""
    if real_shop:
        pytest.skip("the recordings are compared with the sandbox only")
    with SandboxShop(profile="8.2") as sandbox:
        sandbox.add_key("R" * 32, {"products": ("GET",)})
        sandbox.add_key("D" * 32, {"products": ("GET",)}, on_this_shop=False)
        with Webservice(sandbox.url, sandbox.key) as client:
            demo.build(client)
        yield sandbox


@pytest.fixture(scope="module")
def client(recorded_shop: SandboxShop) -> Iterator[Webservice]:
    with Webservice(recorded_shop.url, recorded_shop.key) as client:
        yield client


@pytest.fixture(scope="module")
def quiet_client(real_shop: bool) -> Iterator[Webservice]:
    """A sandbox whose php.ini hides warnings."""
    if real_shop:
        pytest.skip("the recordings are compared with the sandbox only")
    with SandboxShop(php_warnings=False) as sandbox, Webservice(sandbox.url, sandbox.key) as client:
        yield client


@pytest.fixture
def switched_off(recorded_shop: SandboxShop, request: pytest.FixtureRequest) -> Iterator[None]:
    """Switches off what the recorded case had switched off."""
    name = SWITCHED.get(request.getfixturevalue("name"))
    rows = [row["id"] for row in recorded_shop.rows("configurations") if row["name"] == name]
    for row in rows:
        recorded_shop.change("configurations", row, {"value": "0"})
    yield
    for row in rows:
        recorded_shop.change("configurations", row, {"value": "1"})


@pytest.mark.parametrize("name", reads("00", "01", "02", "03", "04", "08"))
@pytest.mark.usefixtures("switched_off")
def test_a_read_is_answered_as_recorded(client: Webservice, name: str) -> None:
    exchange = exchanges.load(name)
    assert differences(exchange, Replay(client, KEYS.get(name)).send(exchange)) == []


@pytest.mark.parametrize("name", reads("09"))
def test_an_error_is_answered_as_recorded_with_each_setting_of_php(
    client: Webservice, quiet_client: Webservice, name: str
) -> None:
    exchange = exchanges.load(name)
    asked = quiet_client if "warnings_hidden" in name else client
    assert differences(exchange, Replay(asked).send(exchange)) == []
