"""Each exit code of `passerelle run` and `plan`, brought about in a real run."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from connectors.ledger import Ledger
from deployments.cli import answer
from deployments.exits import Exit
from deployments.terminal import show_error
from schemas.errors import DeniedError
from tests.flows.conftest import PREFECTS_SOCKETS
from tests.flows.flat_world import BY_FILE, FlatWorld
from tests.flows.world import KEY_VARIABLE, World

pytestmark = pytest.mark.filterwarnings(PREFECTS_SOCKETS)
GUARDED = {"max_deactivated_share": 0.2, "min_affected": 1, "min_rows_share": 0.0}


@pytest.fixture
def world(prefect_api: str, tmp_path: Path) -> Iterator[World]:
    with World.at(tmp_path / "boutique") as world:
        yield world


def ended(world: World, *command: str) -> int:
    return answer([*command, "--shop", str(world.folder)])


def close_everything(world: World) -> None:
    """Four articles are in the shop, and a guard of few; the next file closes them all."""
    articles = [{"reference": f"SAC{number}"} for number in range(4)]
    world.drop_products(*articles)
    assert ended(world, "run", "import_products") == Exit.COMPLETED
    world.write_settings(guards=GUARDED)
    world.drop_products(*({**article, "active": "0"} for article in articles))


def test_a_run_that_did_everything_ends_with_0(world: World) -> None:
    world.drop_products({"reference": "SAC1"})
    assert ended(world, "plan", "import_products") == Exit.COMPLETED
    assert ended(world, "run", "import_products") == Exit.COMPLETED


def test_a_run_with_rejected_rows_ends_with_3(world: World) -> None:
    world.drop_products({"reference": "SAC1"}, {"reference": "SAC2", "price": "sur devis"})
    assert ended(world, "run", "import_products") == Exit.REJECTS


def test_a_run_whose_only_row_is_refused_ends_with_3(prefect_api: str, tmp_path: Path) -> None:
    with FlatWorld.at(tmp_path / "boutique", module=True) as world:
        world.specify(orderReturnStatus=BY_FILE)
        world.drop_returns(("99", "ReturnValidated"))
        assert ended(world, "run", "import_return_statuses") == Exit.REJECTS
        assert world.counts() == {"rows_read": 1, "refused": 1}


def test_a_run_that_a_guard_stopped_ends_with_4(world: World, capsys: pytest.CaptureFixture[str]) -> None:
    close_everything(world)
    before = world.shop.writes
    assert ended(world, "run", "import_products") == Exit.STOPPED_BY_GUARD
    assert world.shop.writes == before


def test_a_plan_that_a_guard_would_stop_says_so_and_ends_with_4(
    world: World, capsys: pytest.CaptureFixture[str]
) -> None:
    close_everything(world)
    capsys.readouterr()
    assert ended(world, "plan", "import_products") == Exit.STOPPED_BY_GUARD
    said = capsys.readouterr().out
    assert "Stopped by guard" in said
    assert [change["key"] for change in world.report()["plan"]] == [f"SAC{number}" for number in range(4)]


def test_a_plan_whose_guard_is_accepted_ends_with_0(world: World) -> None:
    close_everything(world)
    assert ended(world, "run", "import_products", "--dry-run", "--accept-guard") == Exit.COMPLETED


def test_a_run_that_did_not_reach_its_end_ends_with_1(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    world.drop_products({"reference": "SAC1"})
    monkeypatch.setenv(KEY_VARIABLE, "X" * 32)
    assert ended(world, "run", "import_products") == Exit.FAILED


def test_a_secret_that_is_not_there_is_a_fault_of_the_configuration_and_ends_with_2(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv(KEY_VARIABLE)
    assert ended(world, "run", "import_products") == Exit.USAGE


def test_a_stream_that_is_not_there_is_a_fault_of_the_configuration_and_ends_with_2(world: World) -> None:
    assert ended(world, "run", "import_stores") == Exit.USAGE


def test_a_file_of_settings_that_is_wrong_ends_with_2(world: World) -> None:
    (world.folder / "settings.toml").write_text("[shop]\n", encoding="utf-8")
    assert ended(world, "run", "import_products") == Exit.USAGE


def test_a_stream_that_is_switched_off_ends_with_0(world: World, capsys: pytest.CaptureFixture[str]) -> None:
    world.write_specs(stock={"enabled": False})
    assert ended(world, "run", "import_stock") == Exit.COMPLETED
    assert "switched off" in capsys.readouterr().out


def test_a_run_beside_another_of_the_same_flow_ends_with_5(world: World) -> None:
    ledger = Ledger.open(f"sqlite:///{world.folder / 'ledger.db'}", snapshots=None)
    with ledger, ledger.lease(world.folder.name, "import_stock"):
        assert ended(world, "run", "import_stock") == Exit.ALREADY_RUNNING


@pytest.mark.parametrize(
    ("locale", "said"), [("fr_FR.UTF-8", "La boutique refuse la clé."), ("C.UTF-8", "The shop refuses the key.")]
)
def test_an_error_that_ends_a_command_is_read_in_the_language_of_the_terminal(
    locale: str, said: str, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("LC_ALL", "LC_MESSAGES"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("LANG", locale)
    show_error(DeniedError("HTTP 401", system="PrestaShop", action="GET").worded("shop_key_refused"))
    assert f"PrestaShop, GET: {said}" in capsys.readouterr().err
