from __future__ import annotations

import hashlib
import resource
import shutil
from collections.abc import AsyncGenerator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from connectors.files import private
from connectors.files.arrive import ASIDE, Arrived, DiskFullError, check_space, clear_aside, fetched_aside, move_arrived
from connectors.files.dropped import content_hash
from connectors.files.private import keep_private
from schemas.errors import DeniedError, TransientError
from schemas.offered import Offered

CONTENT = bytes(number % 251 for number in range(1_000))
NOON = datetime(2026, 11, 21, 12, 0, tzinfo=UTC)


def names(folder: Path) -> list[str]:
    return [path.name for path in folder.iterdir()]


async def given(*chunks: bytes) -> AsyncGenerator[bytes, None]:
    for chunk in chunks:
        yield chunk


async def test_a_whole_file_is_known_by_its_content(tmp_path: Path) -> None:
    part = tmp_path / "part"
    known = await fetched_aside(given(CONTENT[:10], CONTENT[10:]), part, Offered("a.csv", len(CONTENT)))
    assert known == content_hash(part)


@pytest.mark.parametrize("cut", range(0, len(CONTENT), 37))
async def test_cut_anywhere_nothing_lies_there(tmp_path: Path, cut: int) -> None:
    part = tmp_path / "part"
    with pytest.raises(TransientError, match=f"{cut} of 1000 bytes came"):
        await fetched_aside(given(CONTENT[:cut]), part, Offered("a.csv", len(CONTENT)))
    assert names(tmp_path) == []


async def test_more_than_was_offered_is_refused_before_it_fills_the_disk(tmp_path: Path) -> None:
    taken = 0

    async def endless() -> AsyncGenerator[bytes, None]:
        nonlocal taken
        while True:
            taken += 1
            yield CONTENT

    with pytest.raises(TransientError, match="more than 1500 bytes"):
        await fetched_aside(endless(), tmp_path / "part", Offered("a.csv", 1_500))
    assert taken == 2
    assert names(tmp_path) == []


async def test_a_byte_that_differs_is_seen_where_the_source_knows_the_checksum(tmp_path: Path) -> None:
    md5 = hashlib.md5(CONTENT, usedforsecurity=False).digest()
    offered = Offered("a.csv", len(CONTENT), md5=md5)
    await fetched_aside(given(CONTENT), tmp_path / "part", offered)
    with pytest.raises(TransientError, match="checksum"):
        await fetched_aside(given(CONTENT[:-1] + b"x"), tmp_path / "part", offered)
    assert names(tmp_path) == []


async def test_a_full_disk_leaves_nothing_behind_and_says_what_to_do(tmp_path: Path) -> None:
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (300_000, hard))
    try:
        with pytest.raises(DiskFullError, match="Make room"):
            await fetched_aside(given(b"x" * 400_000), tmp_path / "part", Offered("a.csv", 400_000))
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
    assert names(tmp_path) == []


def test_a_file_that_cannot_fit_is_not_begun(tmp_path: Path) -> None:
    check_space(tmp_path, 1)
    with pytest.raises(DiskFullError, match="bytes are free"):
        check_space(tmp_path, shutil.disk_usage(tmp_path).free)


async def test_what_a_killed_run_left_aside_is_cleared(tmp_path: Path) -> None:
    (tmp_path / ASIDE).mkdir()
    (tmp_path / ASIDE / "half").write_bytes(b"x")
    assert names(clear_aside(tmp_path)) == []


async def test_a_file_in_its_place_is_as_old_as_at_its_source_and_has_its_marker(tmp_path: Path) -> None:
    part = clear_aside(tmp_path) / "part"
    part.write_bytes(CONTENT)
    target = tmp_path / "stock" / "a.csv"
    move_arrived([Arrived(part, target, NOON)], tmp_path, ".ok")
    assert target.read_bytes() == CONTENT
    assert target.stat().st_mtime == NOON.timestamp()
    assert (target.parent / "a.csv.ok").exists()
    assert not part.exists()


async def test_a_link_out_of_the_drop_folder_takes_nothing(tmp_path: Path) -> None:
    drop, outside = tmp_path / "drop", tmp_path / "outside"
    outside.mkdir()
    part = clear_aside(drop) / "part"
    part.write_bytes(CONTENT)
    (drop / "stock").symlink_to(outside)
    with pytest.raises(DeniedError, match="out of the drop folder"):
        move_arrived([Arrived(part, drop / "stock" / "a.csv", NOON)], drop)
    assert list(outside.iterdir()) == []


async def test_a_folder_of_the_drop_folder_stays_open_to_the_erp_s_user(tmp_path: Path) -> None:
    keep_private()
    drop = tmp_path / "streams"
    part = clear_aside(drop) / "0.part"
    part.write_bytes(b"A;1\n")
    move_arrived([Arrived(part, drop / "stock" / "a.csv", NOON)], drop)
    for folder in (drop, drop / "stock"):
        assert folder.stat().st_mode & 0o777 == 0o777 & ~private._USUAL
    assert (drop / "stock" / "a.csv").stat().st_mode & 0o777 == 0o600
