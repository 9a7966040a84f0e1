"""What every source of files must do, whatever it speaks: one suite, played on each of them."""

from __future__ import annotations

import os
from contextlib import AbstractAsyncContextManager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Protocol

import pytest

from connectors.files.arrive import fetched_aside
from schemas.errors import RefusedError, TransientError
from schemas.offered import CHANGED, EXISTS, GONE, Offered

NOON = datetime(2026, 11, 21, 12, 0, tzinfo=UTC)


class Remote(Protocol):
    """The far side of a source, as its owner sees it."""

    def put(self, name: str, content: bytes, modified_at: datetime = NOON) -> None: ...

    def names(self) -> list[str]: ...

    def open(self) -> AbstractAsyncContextManager[Any]:
        """The source that gives its files."""


class RemoteFolder:
    """The far side of a source that is a folder on this machine as well."""

    def __init__(self, root: Path) -> None:
        self.root = root

    def put(self, name: str, content: bytes, modified_at: datetime = NOON) -> None:
        path = self.root / name
        path.write_bytes(content)
        os.utime(path, (modified_at.timestamp(),) * 2)

    def names(self) -> list[str]:
        return sorted(path.name for path in self.root.iterdir())

    def open(self) -> AbstractAsyncContextManager[Any]:
        """The source that gives its files."""
        raise NotImplementedError


class Cutting(Remote, Protocol):
    """A far side that can be told to break off."""

    def cut_after(self, size: int | None) -> None: ...


async def read(source: Any, file: Offered) -> bytes:
    return b"".join([chunk async for chunk in source.chunks(file)])


async def fetched(remote: Remote, part: Path) -> str:
    """The one file of the far side, fetched to `part`."""
    async with remote.open() as source:
        file = await only(source)
        return await fetched_aside(source.chunks(file), part, file)


async def only(source: Any) -> Offered:
    [file] = await source.offered()
    found: Offered = file
    return found


class SourceSuite:
    """To be inherited by a test class that has a fixture `remote`."""

    async def test_an_empty_folder_offers_nothing(self, remote: Remote) -> None:
        async with remote.open() as source:
            assert await source.offered() == []

    async def test_every_file_is_offered_with_its_size_and_time(self, remote: Remote) -> None:
        remote.put("stock_1.csv", b"A;1\n")
        remote.put("Été à 50 €.csv", b"")
        async with remote.open() as source:
            files = {file.name: file for file in await source.offered()}
        assert {name: file.size for name, file in files.items()} == {"stock_1.csv": 4, "Été à 50 €.csv": 0}
        assert files["stock_1.csv"].modified_at == NOON

    @pytest.mark.parametrize("size", [0, 1, 65_536, 3_000_001])
    async def test_a_file_is_read_as_it_is(self, remote: Remote, size: int) -> None:
        content = bytes(number * 7 % 251 for number in range(size))
        remote.put("product.csv", content)
        async with remote.open() as source:
            assert await read(source, await only(source)) == content

    async def test_several_files_are_read_one_after_the_other(self, remote: Remote) -> None:
        for number in range(5):
            remote.put(f"stock_{number}.csv", str(number).encode())
        async with remote.open() as source:
            files = sorted(await source.offered(), key=lambda file: file.name)
            assert [await read(source, file) for file in files] == [b"0", b"1", b"2", b"3", b"4"]

    async def test_a_file_that_is_deleted_is_gone_and_may_be_deleted_again(self, remote: Remote) -> None:
        remote.put("stock.csv", b"A;1\n")
        async with remote.open() as source:
            file = await only(source)
            await source.delete(file)
            assert remote.names() == []
            await source.delete(file)

    async def test_a_file_that_is_renamed_is_there_under_its_new_name(self, remote: Remote) -> None:
        remote.put("stock.csv", b"A;1\n")
        async with remote.open() as source:
            file = await only(source)
            await source.rename(file, f"{file.path}.1234.done")
            assert remote.names() == ["stock.csv.1234.done"]
            await source.rename(file, f"{file.path}.1234.done")
            assert remote.names() == ["stock.csv.1234.done"]

    async def test_another_file_under_the_same_name_is_neither_read_nor_deleted_nor_renamed(
        self, remote: Remote
    ) -> None:
        remote.put("stock.csv", b"A;1\n")
        async with remote.open() as source:
            file = await only(source)
            remote.put("stock.csv", b"A;2\nB;3\n", NOON.replace(hour=13))
            for touch in (source.delete(file), source.rename(file, "stock.done"), read(source, file)):
                with pytest.raises(RefusedError) as caught:
                    await touch
                assert caught.value.code == CHANGED
        assert remote.names() == ["stock.csv"]

    async def test_a_file_that_is_taken_away_is_refused_and_the_next_one_is_read(self, remote: Remote) -> None:
        remote.put("stock_1.csv", b"A;1\n")
        remote.put("stock_2.csv", b"A;2\n")
        async with remote.open() as source:
            first, second = sorted(await source.offered(), key=lambda file: file.name)
            await source.delete(first)
            with pytest.raises(RefusedError) as caught:
                await read(source, first)
            assert caught.value.code == GONE
            assert await read(source, second) == b"A;2\n"


class TargetSuite:
    """To be inherited by a test class that has a fixture `remote`: the same folder as a place where files go."""

    @pytest.mark.parametrize("size", [0, 1, 3_000_001])
    async def test_a_file_that_is_written_is_there_as_it_is(
        self, remote: RemoteFolder, tmp_path: Path, size: int
    ) -> None:
        content = bytes(number * 7 % 251 for number in range(size))
        file = outgoing(tmp_path, content)
        async with remote.open() as target:
            assert await target.size_of("orders.csv.part") is None
            await target.write("orders.csv.part", file)
            assert await target.size_of("orders.csv.part") == size
            await target.rename_new("orders.csv.part", "orders.csv")
        assert remote.names() == ["orders.csv"]
        assert (remote.root / "orders.csv").read_bytes() == content

    async def test_a_file_that_is_written_again_takes_the_place_of_the_first(
        self, remote: RemoteFolder, tmp_path: Path
    ) -> None:
        remote.put("orders.csv.part", b"half of a longer file, left by a run that was killed")
        async with remote.open() as target:
            await target.write("orders.csv.part", outgoing(tmp_path, b"A;1\n"))
        assert (remote.root / "orders.csv.part").read_bytes() == b"A;1\n"

    async def test_no_file_of_another_is_overwritten(self, remote: RemoteFolder, tmp_path: Path) -> None:
        remote.put("orders.csv", b"not ours")
        async with remote.open() as target:
            await target.write("orders.csv.part", outgoing(tmp_path, b"A;1\n"))
            with pytest.raises(RefusedError) as caught:
                await target.rename_new("orders.csv.part", "orders.csv")
        assert caught.value.code == EXISTS
        assert (remote.root / "orders.csv").read_bytes() == b"not ours"


def outgoing(folder: Path, content: bytes) -> Path:
    """A file of this machine that is to be written elsewhere."""
    path = folder.with_name(f"{folder.name}-outgoing")
    path.write_bytes(content)
    return path


class CutSuite:
    """For the sources whose connection may break in the middle of a file."""

    @pytest.mark.parametrize("size", [1, 1000, 40_000])
    async def test_a_connection_that_is_cut_leaves_nothing_behind(
        self, remote: Cutting, tmp_path: Path, size: int
    ) -> None:
        remote.put("stock.csv", b"A;1\n" * 250_000)
        remote.cut_after(size)
        part = tmp_path / "part"
        with pytest.raises(TransientError):
            await fetched(remote, part)
        assert not part.exists()

    async def test_a_connection_that_was_cut_is_made_anew(self, remote: Cutting) -> None:
        remote.put("stock.csv", b"A;1\n" * 10_000)
        remote.cut_after(1000)
        async with remote.open() as source:
            file = await only(source)
            with pytest.raises(TransientError):
                await read(source, file)
            remote.cut_after(None)
            await source.reconnect()
            assert await read(source, file) == b"A;1\n" * 10_000
