"""Entities that hold what they were sent are told by lists of bare ids; of the others nothing is claimed."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from connectors.prestashop import Shop
from connectors.prestashop.as_sent import by_values
from connectors.prestashop.transport import Transport
from deployments.sandbox.shop import SandboxShop
from tests.connectors.prestashop.catalogue import product

if TYPE_CHECKING:
    from collections.abc import Iterable

    from connectors.prestashop.replies import Reply

MANY = 200


@pytest.fixture
def rows(sandbox: SandboxShop) -> list[int]:
    """The stock rows of as many products."""
    for number in range(MANY):
        sandbox.insert("products", product(f"P{number:03}") | {"price": "10.00"})
    return [int(row["id"]) for row in sandbox.rows("stock_availables")]


def _set(sandbox: SandboxShop, ids: Iterable[int], quantity: int) -> None:
    for each in ids:
        sandbox.change("stock_availables", each, {"quantity": quantity})


async def test_rows_that_hold_the_same_are_shown_without_their_fields(
    shop: Shop, sandbox: SandboxShop, rows: list[int]
) -> None:
    _set(sandbox, rows, 7)
    sandbox.reset_counts()
    assert await shop.as_sent.shown("stock_availables", {each: {"quantity": "7"} for each in rows}) == set(rows)
    assert 0 < sandbox.count("GET") < MANY / 20


async def test_a_row_that_holds_something_else_is_not_shown(shop: Shop, sandbox: SandboxShop, rows: list[int]) -> None:
    _set(sandbox, rows, 7)
    _set(sandbox, rows[50:53], 6)
    shown = await shop.as_sent.shown("stock_availables", {each: {"quantity": "7"} for each in rows})
    assert shown == set(rows) - set(rows[50:53])


async def test_a_row_that_is_gone_is_not_shown(shop: Shop, sandbox: SandboxShop, rows: list[int]) -> None:
    _set(sandbox, rows, 7)
    sandbox.remove("stock_availables", rows[3])
    shown = await shop.as_sent.shown("stock_availables", {each: {"quantity": "7"} for each in rows})
    assert shown == set(rows) - {rows[3]}


async def test_rows_whose_quantities_were_swapped_are_not_shown(
    shop: Shop, sandbox: SandboxShop, rows: list[int]
) -> None:
    first, second = rows[:100], rows[100:]
    _set(sandbox, first, 5)
    _set(sandbox, second, 9)
    wanted = dict.fromkeys(first, "5") | dict.fromkeys(second, "9") | {first[0]: "9", second[0]: "5"}
    shown = await shop.as_sent.shown("stock_availables", {each: {"quantity": value} for each, value in wanted.items()})
    assert shown == set(rows) - {first[0], second[0]}


async def test_a_shop_that_keeps_nobody_out_is_not_believed(
    shop: Shop, sandbox: SandboxShop, rows: list[int], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Something before the shop that drops a filter would let every row look right."""
    _set(sandbox, rows, 3)
    send = Transport.send

    async def without_filter(transport: Transport, method: str, resource: str, *, query: str = "") -> Reply:
        parts = (part for part in query.split("&") if not part.startswith("filter[quantity]"))
        return await send(transport, method, resource, query="&".join(parts))

    monkeypatch.setattr(Transport, "send", without_filter)
    assert await shop.as_sent.shown("stock_availables", {each: {"quantity": "7"} for each in rows}) == set()


async def test_few_alike_texts_and_other_resources_are_read_by_their_fields(
    shop: Shop, sandbox: SandboxShop, rows: list[int]
) -> None:
    sandbox.reset_counts()
    some = {each: {"quantity": "7"} for each in rows[:20]}
    assert await shop.as_sent.shown("stock_availables", some) == set()
    assert await shop.as_sent.shown("stock_availables", {each: {"location": "A1"} for each in rows}) == set()
    assert await shop.as_sent.shown("products", {each: {"price": "10.000000"} for each in rows}) == set()
    assert await shop.as_sent.shown("stock_availables", {}) == set()
    assert sandbox.requests == []


def test_entities_that_one_list_can_tell_of_stand_side_by_side() -> None:
    case = {"from_quantity": "1", "reduction": "0.100000"}
    assert by_values("specific_prices", {"id_product": "5", **case}) == by_values("specific_prices", {"id": 8, **case})
    assert by_values("customers", case) == ""
