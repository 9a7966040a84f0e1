from __future__ import annotations

import gzip
import tracemalloc
import zlib
from collections.abc import Iterator

import pytest

from connectors.bodies import BodyError, TooLargeError, whole_body

TEXT = "Une réponse, assez longue pour être coupée. ".encode() * 50
LIMIT = 2**20


def pieces(body: bytes, size: int) -> Iterator[bytes]:
    for start in range(0, len(body), size):
        yield body[start : start + size]


def bomb(size: int) -> bytes:
    """A gzip a thousand times smaller than what comes of it."""
    packing = zlib.compressobj(9, zlib.DEFLATED, zlib.MAX_WBITS | 16)
    return b"".join(packing.compress(bytes(2**20)) for _ in range(size // 2**20)) + packing.flush()


@pytest.mark.parametrize("size", [1, 7, 333, 10**6])
def test_a_body_is_the_same_however_it_is_packed_and_cut(size: int) -> None:
    for encoding, body in (
        ("", TEXT),
        ("identity", TEXT),
        ("gzip", gzip.compress(TEXT)),
        ("GZIP", gzip.compress(TEXT)),
    ):
        assert whole_body(pieces(body, size), encoding, LIMIT) == TEXT


def test_parts_that_were_packed_one_by_one_are_one_body() -> None:
    packed = gzip.compress(TEXT) + gzip.compress(TEXT)
    assert whole_body(pieces(packed, 100), "gzip", LIMIT) == TEXT * 2


@pytest.mark.parametrize("encoding", ["", "gzip"])
def test_a_body_without_a_byte_is_whole(encoding: str) -> None:
    assert whole_body([], encoding, LIMIT) == b""


def test_a_body_of_just_the_limit_is_taken_and_one_more_byte_is_not() -> None:
    for encoding, pack in (("", bytes), ("gzip", gzip.compress)):
        assert len(whole_body(pieces(pack(bytes(LIMIT)), 1000), encoding, LIMIT)) == LIMIT
        with pytest.raises(TooLargeError, match=str(LIMIT)):
            whole_body(pieces(pack(bytes(LIMIT + 1)), 1000), encoding, LIMIT)


@pytest.mark.lasting
def test_a_bomb_takes_no_more_memory_than_the_limit() -> None:
    packed = bomb(300 * 2**20)
    assert len(packed) < 2**19
    tracemalloc.start()
    with pytest.raises(TooLargeError):
        whole_body([packed], "gzip", LIMIT)
    most = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert most < 8 * LIMIT


@pytest.mark.parametrize(
    "body",
    [b"plain text", gzip.compress(TEXT)[:-9], gzip.compress(TEXT)[:60], b"\x1f\x8b"],
    ids=["no gzip", "cut at its end", "cut early", "two bytes"],
)
def test_a_broken_gzip_is_told(body: bytes) -> None:
    with pytest.raises(BodyError):
        whole_body(pieces(body, 10), "gzip", LIMIT)


def test_a_form_that_nobody_asked_for_is_told() -> None:
    with pytest.raises(BodyError, match="not asked for"):
        whole_body([TEXT], "br", LIMIT)
