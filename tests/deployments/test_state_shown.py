"""How a run ended is said in the same words by the run, its page, `runs`, the board and the chain it is a part of."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from deployments.cli import answer
from deployments.exits import Exit
from tasks.run.prefect_flow import prefect_state, state_of
from tasks.run.state import completed, failed
from tests.flows.conftest import PREFECTS_SOCKETS
from tests.flows.world import World
from tests.tasks.report.pages import Page

pytestmark = pytest.mark.filterwarnings(PREFECTS_SOCKETS)
SAID = {"en": "Completed, something to settle", "fr": "Terminé, à régler"}
DONE = {"en": "Completed", "fr": "Terminé"}


@pytest.fixture
def world(prefect_api: str, tmp_path: Path) -> Iterator[World]:
    with World.at(tmp_path / "boutique") as world:
        yield world


def seen(page: Path) -> str:
    return Page(page.read_text("utf-8")).text


def newest(world: World) -> Path:
    return max((world.folder / "reports").glob("2*.html"), key=lambda page: page.stat().st_mtime_ns)


@pytest.mark.parametrize("language", SAID)
def test_what_waits_for_a_person_is_said_alike_wherever_the_run_is_named(
    world: World, language: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """Certificates that are not verified are an incident that only a person can settle."""
    world.write_settings(shop={"language": language, "verify_tls": False})
    world.drop_products({"reference": "SAC1"})
    assert answer(["run", "import_products", "--shop", str(world.folder)]) == Exit.REJECTS
    assert SAID[language] in capsys.readouterr().out
    assert SAID[language] in seen(newest(world))
    answer(["runs", str(world.folder)])
    assert SAID[language] in capsys.readouterr().out
    assert SAID[language] in seen(world.folder / "reports" / "index.html")


@pytest.mark.parametrize("language", SAID)
def test_the_chain_says_of_its_parts_and_of_itself_what_they_say(
    world: World, language: str, capsys: pytest.CaptureFixture[str]
) -> None:
    world.write_settings(shop={"language": language, "verify_tls": False})
    world.drop_products({"reference": "SAC1"})
    assert answer(["run", "import_files", "--shop", str(world.folder)]) == Exit.REJECTS
    parts = json.loads(newest(world).with_suffix(".json").read_text("utf-8"))["parts"]
    assert {part["part"]: part["state"] for part in parts}["product"] == "CompletedWithIncidents"
    count = 1 + sum(part["state"] == "CompletedWithIncidents" for part in parts)
    assert capsys.readouterr().out.count(SAID[language]) == seen(newest(world)).count(SAID[language]) == count
    answer(["runs", str(world.folder)])
    rows = [line for line in capsys.readouterr().out.splitlines() if "import_" in line]
    assert rows
    assert all(SAID[language] in row for row in rows)


@pytest.mark.parametrize("language", SAID)
def test_a_run_that_waits_for_nobody_is_done(world: World, language: str, capsys: pytest.CaptureFixture[str]) -> None:
    world.write_settings(shop={"language": language})
    world.drop_products({"reference": "SAC1"})
    assert answer(["run", "import_products", "--shop", str(world.folder)]) == Exit.COMPLETED
    answer(["runs", str(world.folder)])
    said = capsys.readouterr().out
    assert DONE[language] in said
    assert SAID[language] not in said + seen(newest(world))


@pytest.mark.parametrize(("to_resolve", "shown"), [(0, "Completed"), (2, "CompletedWithIncidents")])
def test_what_is_to_be_settled_is_known_of_a_run_of_prefect_too(to_resolve: int, shown: str) -> None:
    state = completed("Completed", to_resolve=to_resolve)
    for ended in (state, state_of(prefect_state(state))):
        assert (ended.name, ended.shown) == ("Completed", shown)
    assert failed("Failed", "no shop", data="why").shown == "Failed"


def test_scripts_read_the_state_and_how_much_is_to_be_settled(world: World, capsys: pytest.CaptureFixture[str]) -> None:
    world.write_settings(shop={"verify_tls": False})
    answer(["run", "import_products", "--shop", str(world.folder)])
    capsys.readouterr()
    answer(["runs", str(world.folder), "--json"])
    run = json.loads(capsys.readouterr().out)
    assert (run["state"], json.loads(run["counts"])["to_resolve"]) == ("Completed", 1)


@pytest.mark.parametrize(("language", "planned"), [("en", "1 to create"), ("fr", "à créer : 1")])
def test_a_plan_in_the_list_says_what_would_be_done_and_not_that_it_was(
    world: World, language: str, planned: str, capsys: pytest.CaptureFixture[str]
) -> None:
    world.write_settings(shop={"language": language})
    world.drop_products({"reference": "SAC1"})
    answer(["plan", "import_products", "--shop", str(world.folder)])
    capsys.readouterr()
    answer(["runs", str(world.folder)])
    assert planned in capsys.readouterr().out.replace("\u00a0", " ")
