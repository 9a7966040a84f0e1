"""Answers of a shop that would fill the memory: asked for again with fewer rows, or an error that says so."""

from __future__ import annotations

import gzip
import time
from dataclasses import replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qs, urlsplit

import pytest

from connectors.prestashop import Identity, Shop
from connectors.prestashop.absence import _EMPTY_MEMBER
from connectors.prestashop.replies import read_reply
from schemas.errors import TransientError, UnexpectedReplyError
from tests.connectors.listener import Asked, Told
from tests.connectors.prestashop.test_answers import KEY, LIMITS, _shop_with, _told

if TYPE_CHECKING:
    from collections.abc import Callable

BOUND = replace(LIMITS, max_answer_bytes=100_000)
GZIP = {"Content-Encoding": "gzip", "PSWS-Version": "8.2.0"}


def packed(told: Told) -> Told:
    return Told(told.status, gzip.compress(told.body), GZIP)


@pytest.mark.parametrize("form", [packed, lambda told: told], ids=["gzip", "plain"])
async def test_a_page_that_is_too_large_is_asked_for_with_fewer_rows(form: Callable[[Told], Told]) -> None:
    rows: list[dict[str, Any]] = [{"id": n, "reference": "A" * 1000} for n in range(1, 301)]

    def answer(asked: Asked) -> Told:
        told = parse_qs(urlsplit(asked.path).query)
        after = int(told.get("filter[id]", [">[0]"])[0].strip(">[]").partition(",")[0] or 0)
        size = int(told["limit"][0])
        return form(_told("products", *[row for row in rows if int(row["id"]) > after][:size]))

    with _shop_with(answer) as server:
        async with Shop(server.url, KEY, limits=replace(BOUND, max_answer_bytes=60_000)) as shop:
            found = await shop.read("products", display=["id", "reference"])
    assert [row["id"] for row in found] == list(range(1, 301))


async def test_one_row_that_is_too_large_is_an_error_and_no_full_memory() -> None:
    bomb = Told(body=gzip.compress(bytes(50 * 2**20)), headers=GZIP)
    with _shop_with(lambda _: bomb) as server:
        async with Shop(server.url, KEY, limits=BOUND) as shop:
            with pytest.raises(UnexpectedReplyError, match="larger than 100000 bytes"):
                await shop.find("products", "reference", ["A"], display=["id", "reference"])


async def test_a_write_whose_answer_is_too_large_may_have_been_carried_out_and_is_looked_up() -> None:
    answers = {
        "POST": Told(body=gzip.compress(bytes(10**6)), headers=GZIP),
        "PATCH": Told(body=b'<?xml version="1.0"?><prestashop><product><id>7</id></product></prestashop>'),
        "GET": _told("products", {"id": 7, "reference": "A"}),
    }
    with _shop_with(lambda asked: answers[asked.method]) as server:
        async with Shop(server.url, KEY, limits=BOUND) as shop:
            [receipt] = await shop.create("products", [{"reference": "A"}], Identity("reference", ("reference",)))
    assert receipt.id == 7
    assert [asked.method for asked in server.asked].count("POST") == 1


async def test_a_gzip_that_breaks_off_is_asked_for_again() -> None:
    broken = Told(body=gzip.compress(b'{"products":[{"id":1}]}' * 100)[:-12], headers=GZIP)
    with _shop_with(lambda _: broken) as server:
        async with Shop(server.url, KEY, limits=replace(BOUND, patience_seconds=0.5)) as shop:
            with pytest.raises(TransientError, match="breaks off"):
                await shop.find("products", "reference", ["A"], display=["id", "reference"])


@pytest.mark.parametrize(
    "body",
    [
        b"<errors>" + b"<error>" * 500_000,
        b"<errors><error><code>" + b"<![CDATA[" * 400_000,
        b"<errors><error>" + b"<message>" * 400_000 + b"</errors>",
        b"<" * 4_000_000,
        b"'" * 4_000_000,
        b'{"errors":' + b"[" * 2_000_000,
        b'{"errors":' + b'{"a":' * 500_000,
    ],
)
def test_errors_are_read_in_a_time_that_grows_with_their_length_only(body: bytes) -> None:
    start = time.perf_counter()
    read_reply(500, {}, body, 0.1, datetime.now(UTC))
    assert time.perf_counter() - start < 2.0


@pytest.mark.parametrize(
    "body",
    [b"<category " * 200_000, b"<category " + b"href=" * 200_000, b"<category href=>" + b" " * 1_000_000],
)
def test_members_without_id_are_sought_in_a_time_that_grows_with_the_answer_only(body: bytes) -> None:
    start = time.perf_counter()
    assert not any(_EMPTY_MEMBER.finditer(body))
    assert time.perf_counter() - start < 2.0
