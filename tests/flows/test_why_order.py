"""Why an order is not in the ERP, answered from the shop and the ledger as they are."""

from __future__ import annotations

import json

import pytest

from deployments.commands.why import why
from deployments.exits import Exit
from schemas.error_texts import error_message
from schemas.errors import DeniedError
from tests.flows.order_world import OrderWorld
from tests.flows.world import KEY_VARIABLE

UNPAID, REFUNDED = 10, 7


async def answer(world: OrderWorld, order: int, capsys: pytest.CaptureFixture[str]) -> dict[str, str]:
    """The sentences of the answer by their codes."""
    capsys.readouterr()
    assert await why("order", str(order), shop=world.folder, as_json=True) is Exit.COMPLETED
    told = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    return {line["code"]: line["text"] for line in told}


async def test_an_order_is_told_with_what_the_erp_has_of_it(
    order_world: OrderWorld, capsys: pytest.CaptureFixture[str]
) -> None:
    order = order_world.place()
    told = await answer(order_world, order, capsys)
    assert {"order_unknown", "order_not_looked_at", "do_export"} <= told.keys()
    assert "last_export" not in told
    await order_world.orders()
    told = await answer(order_world, order, capsys)
    [document] = order_world.documents()
    assert {"last_export", "order_delivered"} <= told.keys()
    assert str(document["Key"]["Number"]) in told["order_is_delivered"]


async def test_an_order_that_lacks_a_code_is_told_with_that_code_and_what_to_type_once_it_is_there(
    order_world: OrderWorld, capsys: pytest.CaptureFixture[str]
) -> None:
    associations = order_world.folder / "associations.toml"
    associations.write_text(associations.read_text("utf-8").replace("FR =", "IT ="), encoding="utf-8")
    order = order_world.place()
    await order_world.orders()
    told = await answer(order_world, order, capsys)
    assert "FR" in told["order_is_held"]
    assert "associations.toml" in told["do_as_said"]
    assert f"resync order {order}" in told["do_resync_order"]


@pytest.mark.parametrize(
    ("state", "code", "remedy"),
    [(UNPAID, "order_not_paid", "do_wait_for_payment"), (REFUNDED, "order_state_does_not_go", "do_change_state")],
)
async def test_an_order_in_a_state_that_does_not_go_is_told_what_it_waits_for(
    order_world: OrderWorld, capsys: pytest.CaptureFixture[str], state: int, code: str, remedy: str
) -> None:
    told = await answer(order_world, order_world.place(state=state), capsys)
    assert {code, remedy} <= told.keys()
    assert str(state) in told[code]


async def test_a_number_that_no_order_has_is_told_and_so_is_a_shop_that_cannot_be_asked(
    order_world: OrderWorld, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    told = await answer(order_world, 9999, capsys)
    assert {"order_not_in_shop", "do_check_number"} <= told.keys()
    monkeypatch.setenv(KEY_VARIABLE, "WRONG")
    told = await answer(order_world, 9999, capsys)
    refused = DeniedError("HTTP 401", system="PrestaShop", action="GET").worded("shop_key_refused")
    assert error_message(refused, "en").reason in told["shop_not_asked"]
    assert "shop_unknown" in told
