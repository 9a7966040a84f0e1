"""Answers with a good status that are no answer of the webservice: never a traceback, never an empty shop."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from connectors.prestashop import Identity, Shop, ShopLimits, transport
from schemas.errors import TransientError, UnexpectedReplyError
from tests.connectors.listener import Asked, Listener, Told
from tests.connectors.prestashop.test_answers import KEY, _shop_with

if TYPE_CHECKING:
    from connectors.prestashop.entities import Entity

pytestmark = pytest.mark.lasting

LIMITS = ShopLimits(pace="full", patience_seconds=0.25, settle_seconds=0.01, timeout_seconds=2)
BROKEN = {
    "nothing": b"",
    "cut off in JSON": b'{"products":[{"id":1,"refer',
    "cut off in XML": b'<?xml version="1.0"?><prestashop><products><product><id>1</id>',
    "somebody else's XML": b'<?xml version="1.0"?><rss version="2.0"/>',
    "somebody else's JSON": b'{"status":"ok"}',
    "a scalar": b"null",
    "rows of texts": b'{"products":["a"]}',
    "a row without id": b'{"products":[{"reference":"A"}]}',
    "an id of letters": b'{"products":[{"id":"abc","reference":"A"}]}',
    "an id of null": b'{"products":[{"id":null}]}',
    "a language without text": b'{"products":[{"id":1,"name":[{"id":"1"}]}]}',
    "very deep JSON": b"[" * 100_000,
}


@pytest.fixture(autouse=True)
def _short_waits(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(transport, "_FIRST_WAIT", 0.03)


async def found(shop: Shop) -> list[Entity]:
    return await shop.find("products", "reference", ["A"], display=["id", "reference", "name"])


@pytest.mark.parametrize("body", BROKEN.values(), ids=BROKEN)
async def test_an_unreadable_answer_is_asked_again_and_then_told(body: bytes) -> None:
    with _shop_with(lambda _: Told(body=body)) as server:
        async with Shop(server.url, KEY, limits=LIMITS) as shop:
            with pytest.raises(UnexpectedReplyError, match="no whole answer") as caught:
                await found(shop)
            with pytest.raises(UnexpectedReplyError):
                await shop.read("products", display=["id", "name"])
    assert caught.value.remedy
    assert sum(asked.path.startswith("/api/products") for asked in server.asked) > 4


@pytest.mark.parametrize("body", [BROKEN["nothing"], BROKEN["somebody else's XML"]])
async def test_what_cannot_be_looked_up_is_not_created_again(body: bytes) -> None:
    with _shop_with(lambda asked: Told(500) if asked.method == "POST" else Told(body=body)) as server:
        async with Shop(server.url, KEY, limits=LIMITS) as shop:
            with pytest.raises(UnexpectedReplyError):
                await shop.create("products", [{"reference": "A"}], Identity("reference", ("reference",)))
    assert [asked.method for asked in server.asked].count("POST") == 1


@pytest.mark.parametrize("body", [BROKEN["nothing"], BROKEN["cut off in XML"], BROKEN["somebody else's XML"]])
async def test_an_unreadable_answer_to_sales_is_told_and_no_traceback(body: bytes) -> None:
    with _shop_with(lambda _: Told(body=body)) as server:
        async with Shop(server.url, KEY, limits=LIMITS) as shop:
            with pytest.raises(UnexpectedReplyError):
                await shop.create_sales([{"internal_reference": "T1"}])
    assert [asked.method for asked in server.asked].count("POST") > 1


async def test_an_answer_that_broke_off_once_is_asked_again() -> None:
    bodies = iter([b"", b"", b'{"products":[{"id":"7","reference":"A","name":"Robe"}]}'])
    with _shop_with(lambda _: Told(body=next(bodies))) as server:
        async with Shop(server.url, KEY, limits=LIMITS) as shop:
            assert [entity["id"] for entity in await found(shop)] == [7]


async def test_a_list_that_breaks_off_is_asked_for_in_smaller_pages() -> None:
    def answer(asked: Asked) -> Told:
        few = "limit=1&" in asked.path + "&" or "%5B7%5D" in asked.path
        rows = b'[{"id":7,"name":"Robe"}]' if few else b""
        return Told(body=b'{"products":' + rows + b"}" if rows else b"")

    with _shop_with(answer) as server:
        async with Shop(server.url, KEY, limits=LIMITS) as shop:
            assert [entity["id"] for entity in await shop.read("products", display=["id", "name"], limit=2)] == [7, 7]


async def test_a_body_that_cannot_be_unpacked_is_an_answer_lost() -> None:
    limits = ShopLimits(patience_seconds=0.3, settle_seconds=0.01)
    with _shop_with(lambda _: Told(body=b"plain", headers={"Content-Encoding": "gzip"})) as server:
        async with Shop(server.url, KEY, limits=limits) as shop:
            with pytest.raises(TransientError, match="no gzip"):
                await found(shop)


async def test_an_address_of_something_else_is_told_as_such() -> None:
    with Listener(lambda _: Told(body=b'{"hello":"world"}', headers={"Content-Type": "application/json"})) as server:
        async with Shop(server.url, KEY, limits=LIMITS) as shop:
            with pytest.raises(UnexpectedReplyError) as caught:
                await shop.describe()
    assert "address" in caught.value.remedy
