from __future__ import annotations

import json
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from deployments.sandbox.shop import Fault
from flows.import_return_statuses import import_return_statuses
from schemas.errors import ConfigurationError
from schemas.import_json import parse_import_json
from tests.flows.flat_world import BY_FILE, FlatWorld

WAITING, EXPECTED, DENIED, COMPLETED = 1, 2, 4, 5


@pytest.fixture
async def world(prefect_api: None, tmp_path: Path) -> AsyncIterator[FlatWorld]:
    """A shop with the module and four returns that wait, whose ERP tells their statuses by file."""
    with FlatWorld.at(tmp_path / "boutique", module=True) as world:
        world.specify(orderReturnStatus=BY_FILE)
        for _ in range(4):
            asked = {"id_customer": 1, "id_order": 1, "state": WAITING, "date_add": "2026-10-03 15:42:10"}
            world.shop.insert("order_returns", asked)
        world.shop.reset_counts()
        yield world


async def run(world: FlatWorld, **asked: Any) -> str:
    return str((await world.run(import_return_statuses, **asked)).name)


def states(world: FlatWorld) -> list[int]:
    return [int(row["state"]) for row in world.shop.rows("order_returns")]


@pytest.mark.prefect
async def test_what_the_file_says_of_a_return_shows_in_the_shop(world: FlatWorld) -> None:
    world.drop_returns(
        ("1", "ReturnValidated"), ("WEBR2", "ReturnRefused"), ("WEBR0003", "Returned"), ("4", "ReturnPlanned")
    )
    assert await run(world) == "Completed", world.report()["rejects"]
    assert world.counts() == {"rows_read": 4, "updated": 3, "ignored": 1}
    assert states(world) == [EXPECTED, DENIED, COMPLETED, WAITING]
    assert world.shop.mails == []


@pytest.mark.prefect
async def test_a_second_run_writes_nothing(world: FlatWorld) -> None:
    world.drop_returns(("1", "ReturnValidated"), ("2", "Returned"))
    await run(world)
    world.shop.reset_counts()
    world.drop_returns(("WEBR2", "Returned"), ("WEBR1", "ReturnValidated"))
    assert await run(world) == "Completed"
    assert world.counts() == {"rows_read": 2, "unchanged": 2}
    assert world.shop.writes == 0


async def test_a_return_only_moves_forward_and_a_state_is_not_given_twice(world: FlatWorld) -> None:
    world.drop_returns(("1", "ReturnValidated"), ("2", "Returned"))
    await run(world)
    world.shop.change("order_returns", 1, {"state": "3"})
    world.drop_returns(("1", "ReturnValidated"), ("2", "ReturnValidated"))
    assert await run(world) == "Completed"
    assert world.counts() == {"rows_read": 2, "ignored": 2}
    assert states(world)[:2] == [3, COMPLETED]


@pytest.mark.parametrize(("status", "state"), [("Returned", COMPLETED), ("ReturnValidated", EXPECTED)])
async def test_a_state_that_a_killed_run_gave_is_not_given_again_when_a_person_takes_it_back(
    world: FlatWorld, status: str, state: int
) -> None:
    world.shop.change("order_returns", 1, {"state": str(state)})
    world.drop_returns(("1", status))
    assert await run(world) == "Completed"
    assert world.counts() == {"rows_read": 1, "unchanged": 1}
    world.shop.change("order_returns", 1, {"state": str(WAITING)})
    world.drop_returns(("WEBR1", status))
    assert await run(world) == "Completed"
    assert world.counts() == {"rows_read": 1, "ignored": 1}
    assert states(world)[0] == WAITING


async def test_rows_at_fault_are_rejected_and_the_others_go(world: FlatWorld) -> None:
    world.drop_returns(("1", "Returned"), ("404", "Returned"), ("WEB2", "Returned"), ("3", ""), ("quatre", "Returned"))
    assert await run(world) == "CompletedWithRejects"
    assert world.counts() == {"rows_read": 5, "updated": 1, "refused": 2, "rejected": 2}
    assert states(world) == [COMPLETED, WAITING, WAITING, WAITING]
    [rejects] = (world.folder / "rejects").glob("*.csv")
    assert [line.split(";")[0] for line in rejects.read_text("utf-8-sig").splitlines()[1:]] == [
        "404",
        "WEB2",
        "3",
        "quatre",
    ]


async def test_of_two_rows_of_one_return_the_last_counts(world: FlatWorld) -> None:
    world.drop_returns(("1", "ReturnValidated"), ("WEBR1", "Returned"))
    assert await run(world) == "Completed"
    assert world.counts() == {"rows_read": 2, "updated": 1, "ignored": 1}
    assert states(world)[0] == COMPLETED


@pytest.mark.prefect
async def test_a_dry_run_writes_nothing(world: FlatWorld) -> None:
    path = world.drop_returns(("1", "Returned"))
    assert await run(world, dry_run=True) == "Planned"
    assert (world.shop.writes, path.exists()) == (0, True)


@pytest.mark.parametrize("kind", ["reset-after", "500-after", "503"])
async def test_a_lost_answer_is_survived(world: FlatWorld, kind: Any) -> None:
    world.shop.faults.add(Fault(kind, "PATCH|PUT", "order_returns"))
    world.drop_returns(("1", "Returned"), ("2", "ReturnValidated"))
    assert await run(world) == "Completed"
    assert states(world)[:2] == [COMPLETED, EXPECTED]


async def test_a_shop_without_the_module_keeps_the_file(flat_world: FlatWorld) -> None:
    flat_world.specify(orderReturnStatus=BY_FILE)
    path = flat_world.drop_returns(("1", "Returned"))
    assert await run(flat_world) == "Failed"
    assert path.exists()
    assert "module" in flat_world.report()["message"]


def test_a_stream_of_files_needs_its_columns() -> None:
    bare = {name: value for name, value in BY_FILE.items() if name != "data"}
    with pytest.raises(ConfigurationError, match="no columns"):
        parse_import_json(json.dumps({"orderReturnStatus": bare}), source="import.json")
    parse_import_json(json.dumps({"orderReturnStatus": bare | {"type": "webservice"}}), source="import.json")
