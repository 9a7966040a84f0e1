"""The sandbox answers as the recorded 8.2.0 did; skipped where the recordings are absent or a real shop is given."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from deployments.sandbox.shop import SandboxShop
from tests.contract.prestashop.recorded import demo, exchanges, stored
from tests.contract.prestashop.recorded.compare import differences
from tests.contract.prestashop.recorded.not_comparable import reason
from tests.contract.prestashop.recorded.replay import Replay
from tests.contract.prestashop.recorded.sequences import SEQUENCES, WARNINGS_HIDDEN
from tests.contract.prestashop.webservice import Webservice

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from tests.contract.prestashop.recorded.steps import Step

UNCHANGING = {"GET", "HEAD", "OPTIONS", "FOO"}
REFUSED_AT_THE_DOOR = "00_auth/readonly_key_post"

pytestmark = pytest.mark.skipif(not exchanges.present(), reason="the recordings are not beside the checkout")


def reads(*folders: str) -> list[str]:
    """The recorded exchanges of some folders that change nothing, but for those that are not comparable."""
    comparable = (name for name in exchanges.names() if name.startswith(folders) and not reason(name))
    return [name for name in comparable if name == REFUSED_AT_THE_DOOR or exchanges.load(name).method in UNCHANGING]


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


@pytest.mark.parametrize("name", reads("00", "01", "02", "03", "04", "07_orders/fixture", "08"))
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


@pytest.fixture(scope="module")
def demo_state(real_shop: bool, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The demo shop at rest, for sequences that each start from it."""
    if real_shop:
        pytest.skip("the recordings are compared with the sandbox only")
    state = tmp_path_factory.mktemp("demo") / "shop.json"
    with SandboxShop(state_file=state) as sandbox, Webservice(sandbox.url, sandbox.key) as client:
        demo.build(client)
    return state


def replayed(demo_state: Path, tmp_path: Path, steps: Sequence[Step], *, php_warnings: bool) -> list[tuple[str, str]]:
    """What differed in which step."""
    state = Path(shutil.copy(demo_state, tmp_path))
    found: list[tuple[str, str]] = []
    with (
        SandboxShop(state_file=state, php_warnings=php_warnings) as sandbox,
        Webservice(sandbox.url, sandbox.key) as client,
    ):
        replay = Replay(client)
        for step in steps:
            if isinstance(step, str):
                exchange = exchanges.load(step)
                reply = replay.send(exchange)
                found += [(step, line) for line in differences(replay.translated(exchange), reply, texts=True)]
                found += [(step, line) for line in stored.differences(exchange, sandbox, replay)]
            else:
                step(replay)
    return found


@pytest.mark.parametrize("name", SEQUENCES)
def test_writes_in_their_order_are_answered_as_recorded(demo_state: Path, tmp_path: Path, name: str) -> None:
    assert replayed(demo_state, tmp_path, SEQUENCES[name], php_warnings=True) == []


def test_writes_with_hidden_warnings_are_answered_as_recorded(demo_state: Path, tmp_path: Path) -> None:
    assert replayed(demo_state, tmp_path, WARNINGS_HIDDEN, php_warnings=False) == []


def test_every_recorded_exchange_is_compared_or_says_why_not() -> None:
    read = set(reads("00", "01", "02", "03", "04", "07_orders/fixture", "08", "09"))
    written = {step for steps in (*SEQUENCES.values(), WARNINGS_HIDDEN) for step in steps if isinstance(step, str)}
    left = {name for name in exchanges.names() if not reason(name)} - read - written
    assert left == set()
