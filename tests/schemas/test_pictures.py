"""What the first bytes of a picture say."""

from __future__ import annotations

import struct

import pytest

from schemas.pictures import Picture, PictureError, is_whole, read_picture
from tests.flows.pictures import jpeg, png

GIF = b"GIF89a" + struct.pack("<HH", 3, 2) + b"\0" * 10
LOSSY = b"RIFF\0\0\0\0WEBPVP8 \0\0\0\0\0\0\0\x9d\x01\x2a" + struct.pack("<HH", 30, 20)
EXTENDED = b"RIFF\0\0\0\0WEBPVP8X\0\0\0\0\0\0\0\0" + (29).to_bytes(3, "little") + (19).to_bytes(3, "little")
LOSSLESS = b"RIFF\0\0\0\0WEBPVP8L\0\0\0\0\x2f" + (29 | 19 << 14).to_bytes(4, "little") + b"\0" * 8


@pytest.mark.parametrize(
    ("head", "picture"),
    [
        (png(width=30, height=20), Picture("png", 30, 20)),
        (jpeg(width=30, height=20), Picture("jpeg", 30, 20)),
        (GIF, Picture("gif", 3, 2)),
        (LOSSY, Picture("webp", 30, 20)),
        (EXTENDED, Picture("webp", 30, 20)),
        (LOSSLESS, Picture("webp", 30, 20)),
    ],
)
def test_a_picture_says_its_kind_and_its_size(head: bytes, picture: Picture) -> None:
    assert read_picture(head) == picture


@pytest.mark.parametrize(
    ("head", "code"),
    [
        (b"", "image_is_none"),
        (b"hello, I am no picture", "image_is_none"),
        (b"\xff\xd8" + b"\0" * 100, "image_is_none"),
        (b"\xff\xd8" + b"\xff" * 100, "image_is_none"),
        (png(width=0), "image_is_none"),
        (jpeg(components=4), "image_is_cmyk"),
        (b"\0\0\0 ftypavif" + b"\0" * 20, "image_is_avif"),
        (LOSSY[:24], "image_is_none"),
    ],
)
def test_what_is_none_says_why(head: bytes, code: str) -> None:
    with pytest.raises(PictureError) as caught:
        read_picture(head)
    assert caught.value.code == code


def test_half_a_picture_is_not_whole() -> None:
    assert is_whole("jpeg", jpeg()[-64:])
    assert not is_whole("jpeg", jpeg(whole=False)[-64:])
    assert is_whole("png", png()[-64:])
    assert not is_whole("png", png()[:-20][-8:])
