"""The list of orders in the terminal: how far each is, in the shop's language and in words that fit what is listed."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from connectors.ledger import DeliveryState, Ledger
from deployments.cli import answer
from deployments.exits import Exit
from schemas.messages import LANGUAGES
from schemas.terminal_texts import terminal_texts
from tasks.erp import kind_of
from tasks.run.shop_folder import open_shop_folder
from tests.flows.world import World

STATES = {
    "en": {"1": "intent", "2": "sent", "3": "delivered", "4": "held", "5": "waiting"},
    "fr": {"1": "sans réponse", "2": "dans un fichier", "3": "livrée", "4": "retenue", "5": "en attente"},
}


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    with World.at(tmp_path / "boutique") as world:
        yield world


def note(ledger: Ledger, shop: str, kind: str) -> None:
    """One delivery of each state."""
    ledger.intend(shop, kind, "1", run_id=None)
    for key, state in (("2", DeliveryState.SENT), ("3", DeliveryState.DELIVERED)):
        ledger.delivered(shop, kind, key, erp_number="7", erp_code="C7", run_id=None, state=state)
    ledger.hold(shop, kind, "4", code="order_id_reused", run_id=None)
    ledger.wait(shop, kind, "5", code="order_resent", run_id=None)


def listed(world: World, language: str, capsys: pytest.CaptureFixture[str], *options: str) -> dict[str, str]:
    """The lines of the list by what they are about."""
    world.write_settings(shop={"language": language})
    folder = open_shop_folder(world.folder)
    with folder.open_ledger() as ledger:
        for subject in ("order", "slip"):
            note(ledger, folder.name, kind_of(folder, subject))
    assert answer(["orders", str(world.folder), *options]) == Exit.COMPLETED
    lines = capsys.readouterr().out.splitlines()[1:]
    return {line.split()[0]: line for line in lines}


@pytest.mark.parametrize("language", LANGUAGES)
def test_how_far_each_order_is_is_said_in_the_language_of_the_shop(
    world: World, language: str, capsys: pytest.CaptureFixture[str]
) -> None:
    lines = listed(world, language, capsys)
    assert {key: state for key, state in STATES[language].items() if state in lines[key]} == STATES[language]


def test_a_credit_slip_is_masculine_in_french(world: World, capsys: pytest.CaptureFixture[str]) -> None:
    lines = listed(world, "fr", capsys, "--slips", "--state", "delivered", "--state", "held")
    assert set(lines) == {"3", "4"}
    assert " livré " in lines["3"]
    assert " retenu " in lines["4"]


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("section", ["order_state", "document_state"])
def test_each_state_has_its_word(language: str, section: str) -> None:
    assert set(terminal_texts(language)[section]) == set(DeliveryState)
