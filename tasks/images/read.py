"""The files of the folder of pictures become pictures: whole, of a kind that the shop takes, each content once."""

from __future__ import annotations

import hashlib
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from schemas.outcomes import Outcome
from schemas.pictures import EXTENSIONS, HEAD_BYTES, Picture, PictureError, is_whole, read_picture

MOST_PIXELS = 50_000_000
"""PHP needs four bytes and more for each: a larger one ends in a 500 without a word."""
_TAIL_BYTES = 64


@dataclass(frozen=True, slots=True)
class PictureFile:
    """One file: a picture, or why it is none (`code`)."""

    line: int
    key: str
    path: Path
    kind: str = ""
    hash: str = ""
    stamp: str = ""
    outcome: Outcome | None = None
    code: str = ""
    detail: str = ""


def picture_files(
    folder: Path, known: Mapping[str, tuple[str, str]], *, most_bytes: int, stable_seconds: float
) -> list[PictureFile]:
    """Every file with the ending of a picture, by name; `known` gives hash and stamp of those sent before, by key."""
    found = sorted(path for path in folder.rglob("*") if path.suffix.lower().lstrip(".") in _ASKED and path.is_file())
    read: dict[str, PictureFile] = {}
    files = []
    for line, path in enumerate(found, start=1):
        key = path.stem
        if key in read:
            one = PictureFile(line, key, path, outcome=Outcome.REJECTED, code="image_name_twice", detail=path.name)
        else:
            one = read[key] = _read(line, path, known.get(key), most_bytes, stable_seconds)
        files.append(one)
    return files


_ASKED = EXTENSIONS | {"avif", "tif", "tiff", "bmp", "heic", "svg"}
"""Endings of pictures; those of kinds that the shop does not take are told, every other file is none of ours."""


def _read(line: int, path: Path, known: tuple[str, str] | None, most_bytes: int, stable_seconds: float) -> PictureFile:
    status = path.stat()
    stamp = f"{status.st_size}-{status.st_mtime_ns}"
    if time.time() - status.st_mtime < stable_seconds:
        return PictureFile(line, path.stem, path, outcome=Outcome.WAITING, code="image_arriving")
    try:
        _weighed(status.st_size, most_bytes)
        picture, content_hash = _looked_at(path, known[0] if known and known[1] == stamp else "")
    except PictureError as error:
        return PictureFile(line, path.stem, path, outcome=Outcome.REJECTED, code=error.code, detail=error.detail)
    return PictureFile(line, path.stem, path, picture.kind, content_hash, stamp)


def _weighed(size: int, most_bytes: int) -> None:
    if size > most_bytes:
        raise PictureError("image_too_large", f"{size / 1e6:.1f} MB > {most_bytes / 1e6:.1f} MB")


def _looked_at(path: Path, known_hash: str) -> tuple[Picture, str]:
    with path.open("rb") as file:
        head = file.read(HEAD_BYTES)
        picture = read_picture(head)
        if picture.width * picture.height > MOST_PIXELS:
            raise PictureError("image_too_many_pixels", f"{picture.width} x {picture.height}")
        digest = hashlib.sha256(head)
        tail = head[-_TAIL_BYTES:]
        for piece in _pieces(file) if not known_hash else ():
            digest.update(piece)
            tail = (tail + piece)[-_TAIL_BYTES:]
    if not known_hash and not is_whole(picture.kind, tail):
        raise PictureError("image_is_cut")
    return picture, known_hash or digest.hexdigest()


def _pieces(file: BinaryIO) -> Iterator[bytes]:
    while piece := file.read(1 << 20):
        yield piece
