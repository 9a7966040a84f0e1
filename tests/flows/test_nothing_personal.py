from __future__ import annotations

import json
import logging
import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from prefect.client.orchestration import get_client

from tests.flows.world import KEY_VARIABLE, World

pytestmark = pytest.mark.prefect

MAIL = "jeanne.martin@example.org"
MERCHANTS_OWN = ("archives", "rejects", "reports")
"""What the merchant dropped, with its archives and rejects, and the pages that quote them: purged after a time."""


@pytest.fixture
async def imported(keeping_prefect: Path, world: World, caplog: pytest.LogCaptureFixture) -> World:
    """A run whose file holds somebody's address in a cell that is fine and in cells that are not."""
    caplog.set_level(logging.DEBUG)
    rows = world.dress(2)
    rows[0]["description"] = f"<p>Demander à {MAIL}</p>"
    rows[1]["price"] = MAIL
    rows[2]["name"] = f"<{MAIL}>"
    rows[3]["available_date"] = MAIL
    world.drop_products(*rows, {"reference": MAIL, "price": MAIL}, {"reference": "SAC", "tax_code": MAIL})
    state = await world.products()
    assert state.name == "CompletedWithRejects", state.message
    return world


def files_of(folder: Path) -> Iterator[Path]:
    return (path for path in folder.rglob("*") if path.is_file())


async def test_an_address_in_a_file_is_nowhere_at_rest_but_in_the_merchants_own_files(imported: World) -> None:
    holding = {path.relative_to(imported.folder).parts[0] for path in files_of(imported.folder) if has(path, MAIL)}
    assert holding <= set(MERCHANTS_OWN)
    assert "archives" in holding


@pytest.mark.usefixtures("imported")
async def test_prefect_knows_nothing_of_it() -> None:
    async with get_client() as client:
        artifacts = await client.read_artifacts()
        runs = await client.read_flow_runs()
    assert artifacts
    assert runs
    for known in (*artifacts, *runs):
        assert MAIL not in json.dumps(known.model_dump(mode="json"))


async def test_the_log_knows_nothing_of_it_nor_of_the_key(imported: World, caplog: pytest.LogCaptureFixture) -> None:
    said = "\n".join(record.getMessage() for record in caplog.get_records("setup"))
    assert "import_products" in said
    assert MAIL not in said
    assert imported.shop.key not in said


async def test_the_key_is_written_nowhere(imported: World) -> None:
    key = os.environ[KEY_VARIABLE]
    assert [path.name for path in files_of(imported.folder) if has(path, key)] == []
    async with get_client() as client:
        for known in (*await client.read_artifacts(), *await client.read_flow_runs()):
            assert key not in json.dumps(known.model_dump(mode="json"))


def has(path: Path, text: str) -> bool:
    return text.encode() in path.read_bytes()
