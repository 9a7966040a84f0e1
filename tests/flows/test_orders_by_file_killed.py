from __future__ import annotations

import os
import signal
from collections import Counter
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.campaigns import outbox_kills
from tests.flows.files_process import start
from tests.flows.files_world import FilesWorld
from tests.flows.world import KEY_VARIABLE


@pytest.fixture
async def world(prefect_api: None, tmp_path: Path) -> AsyncIterator[FilesWorld]:
    with FilesWorld.at(tmp_path / "boutique") as world:
        yield world


@pytest.mark.slow
@pytest.mark.parametrize(
    ("renamed", "after"),
    [
        pytest.param("waiting/WEB2", True, id="between a document and its note in the ledger"),
        pytest.param("to-erp/*.txt", False, id="before the file appears at the ERP"),
        pytest.param("to-erp/*.txt", True, id="after it, before anybody notes it"),
    ],
)
async def test_killed_and_begun_again_every_order_arrives_once(world: FilesWorld, renamed: str, after: bool) -> None:
    orders = [world.place(("ROBE-S", 2, "29.90"), ("JUPE", 1, "15.00")) for _ in range(3)]
    process = start(world.folder, {KEY_VARIABLE: os.environ[KEY_VARIABLE]}, renamed, after=after)
    process.join(120)
    assert process.exitcode == -signal.SIGKILL
    taken = world.taken()
    assert (await world.orders()).name == "Completed", world.report()["incidents"]
    taken += world.taken()
    await world.orders(sweep=True)
    assert world.taken() == []
    rows = Counter(row["DO_Ref"] for rows in taken for row in rows)
    assert rows == {f"WEB{order}": 2 for order in orders}


@pytest.mark.slow
def test_killed_before_a_change_of_the_outbox_and_of_the_folder_every_order_arrives_once(
    prefect_api: str, tmp_path: Path
) -> None:
    touches = outbox_kills.touches_of_a_run(tmp_path, prefect_api)
    killed = outbox_kills.killed_and_run_again(tmp_path, prefect_api, (touches // 2, touches // 4))
    assert (killed.kills, killed.broken) == (2, [])
