"""What is believed of what was written: what the module read again, unless it was written once more since."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from types import SimpleNamespace
from typing import Any

import pytest

from connectors.prestashop import Entity
from tasks.products.apply import _read_back, _Sent
from tasks.products.plan.shapes import Operation

RUN: Any = SimpleNamespace(
    shop=None, folder=SimpleNamespace(settings=SimpleNamespace(read_back=SimpleNamespace(mode="all")))
)


class Reading:
    """A read-back of a shop that has these entities."""

    def __init__(self, there: Mapping[int, Entity]) -> None:
        self.there = there
        self.asked: list[int] = []

    async def held(
        self, _: object, resource: str, display: tuple[str, ...], ids: Iterable[int]
    ) -> Mapping[int, Entity]:
        assert resource == "products"
        self.asked += ids
        return {number: {name: self.there[number][name] for name in display} for number in ids if number in self.there}


def _sent(number: int, price: str, held: Entity | None = None) -> _Sent:
    entity = {"id": number, "reference": "A", "price": price}
    return _Sent(Operation("product", "create", "A"), entity, number, held=held)


async def _codes(sent: list[_Sent], reading: Any) -> list[str]:
    await _read_back(RUN, reading, "products", sent)
    return [one.code if one.refused else "" for one in sent]


async def test_what_the_module_read_again_is_believed_and_not_read() -> None:
    reading = Reading({})
    held = {"id": 5, "reference": "A", "price": "1.000000"}
    assert await _codes([_sent(5, "1.000000", held), _sent(6, "2.000000", held)], reading) == ["", "read_back_differs"]
    assert reading.asked == []


@pytest.mark.parametrize("turned", [False, True])
async def test_what_was_written_once_more_is_read_although_the_module_told_of_it_before(turned: bool) -> None:
    reading = Reading({5: {"id": 5, "reference": "A", "price": "2.000000"}})
    held = {"id": 5, "reference": "A", "price": "1.000000"}
    sent = [_sent(5, "1.000000", held), _sent(5, "2.000000")]
    codes = await _codes(sent[::-1] if turned else sent, reading)
    assert codes == (["", "read_back_differs"] if turned else ["read_back_differs", ""])


async def test_what_the_module_told_in_part_and_the_shop_no_longer_has_is_gone() -> None:
    reading = Reading({})
    assert await _codes([_sent(5, "1.000000", {"id": 5, "price": "1.000000"})], reading) == ["gone_meanwhile"]
    assert reading.asked == [5]
