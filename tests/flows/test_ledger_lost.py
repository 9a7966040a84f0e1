"""The ledger is lost under a run: what happened is told all the same, and the next run goes on."""

from __future__ import annotations

from typing import Any

import pytest

from connectors.ledger import Ledger
from schemas.errors import TransientError
from tests.flows.world import World

GONE = TransientError("the server is gone", system="ledger", action="write", remedy="Check that it is up.")


def lost_from(monkeypatch: pytest.MonkeyPatch, method: str) -> None:
    """From the first call of this method on, the ledger takes no note."""

    def gone(*_given: Any, **_named: Any) -> None:
        calls = "confirm doubt record_incidents finish_run finish_dead_runs forget_runs file_done"
        for name in calls.split():
            monkeypatch.setattr(Ledger, name, lambda *_given, **_named: gone())
        raise GONE

    monkeypatch.setattr(Ledger, method, gone)


@pytest.mark.parametrize("method", ["doubt", "record_incidents", "file_done", "forget_runs", "finish_run"])
async def test_a_run_that_loses_its_ledger_writes_its_report_and_the_next_one_goes_on(
    world: World, monkeypatch: pytest.MonkeyPatch, method: str
) -> None:
    world.drop_products({"reference": "SAC"})
    await world.products()
    world.drop_stock({"SAC": 7})
    with monkeypatch.context() as patch:
        lost_from(patch, method)
        state = await world.stock()
    assert (state.name, state.message) == ("Failed", "ledger, write: the server is gone Remedy: Check that it is up.")
    assert (world.report()["flow"], world.report()["state"]) == ("import_stock", "Failed")
    state = await world.stock()
    assert state.name == "Completed", state.message
    assert world.quantity("SAC") == 7
    assert list((world.folder / "streams").rglob("*.csv")) == []
