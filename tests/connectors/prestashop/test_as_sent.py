"""Entities that hold what they were sent are told by lists of bare ids; of the others nothing is claimed."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

import pytest

from connectors.prestashop import Shop
from connectors.prestashop.as_sent import by_values
from connectors.prestashop.reading import Reader
from connectors.prestashop.transport import Transport
from deployments.sandbox.shop import SandboxShop
from schemas.errors import UnexpectedReplyError
from tests.connectors.prestashop.catalogue import product

if TYPE_CHECKING:
    from collections.abc import Iterable

    from connectors.prestashop import Entity
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


def _in_two(rows: list[int]) -> tuple[dict[int, dict[str, str]], dict[int, dict[str, str]]]:
    halves = rows[: MANY // 2], rows[MANY // 2 :]
    first, second = ({each: {"quantity": "7"} for each in half} for half in halves)
    return first, second


async def test_what_is_asked_for_while_a_list_is_under_way_goes_together_into_the_next(
    shop: Shop, sandbox: SandboxShop, rows: list[int]
) -> None:
    _set(sandbox, rows, 7)
    _set(sandbox, rows[5:6] + rows[-5:], 6)
    first, second = _in_two(rows)
    await shop.as_sent.shown("stock_availables", first)
    await shop.find("stock_availables", "id", map(str, rows), display=["id", "quantity"])
    sandbox.reset_counts()
    asked = (first, second, first, second, second)
    shown = await asyncio.gather(*(shop.as_sent.shown("stock_availables", ids) for ids in asked))
    assert shown == [set(ids) - {rows[5], *rows[-5:]} for ids in asked]
    assert sandbox.count("GET", r"filter\[quantity\]=7&") == 2


async def test_a_list_that_fails_fails_for_one_and_is_asked_again_for_the_others(
    shop: Shop, sandbox: SandboxShop, rows: list[int], monkeypatch: pytest.MonkeyPatch
) -> None:
    _set(sandbox, rows, 7)
    first, second = _in_two(rows)
    await shop.as_sent.shown("stock_availables", first)
    find, failures = Reader.find, [None, UnexpectedReplyError("broken", system="shop", action="GET"), None]

    async def failing(reader: Reader, *what: Any, **how: Any) -> list[Entity]:
        if error := failures.pop(0):
            raise error
        return await find(reader, *what, **how)

    monkeypatch.setattr(Reader, "find", failing)
    asked = (shop.as_sent.shown("stock_availables", ids) for ids in (first, second, first))
    told = await asyncio.gather(*asked, return_exceptions=True)
    assert told[0] == told[2] == set(first)
    assert isinstance(told[1], UnexpectedReplyError)
    assert not failures


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
