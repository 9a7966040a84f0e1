from __future__ import annotations

import os
from datetime import datetime
from pathlib import Path

import pytest

from connectors.files.folder_source import FolderSource
from schemas.errors import TransientError
from tests.connectors.sources import NOON, SourceSuite


class Folder:
    def __init__(self, path: Path) -> None:
        self.path = path

    def put(self, name: str, content: bytes, modified_at: datetime = NOON) -> None:
        (self.path / name).write_bytes(content)
        os.utime(self.path / name, (modified_at.timestamp(),) * 2)

    def names(self) -> list[str]:
        return sorted(path.name for path in self.path.iterdir())

    def open(self) -> FolderSource:
        return FolderSource(self.path)


@pytest.fixture
def remote(tmp_path: Path) -> Folder:
    return Folder(tmp_path)


class TestFolder(SourceSuite):
    """A folder of this machine."""


async def test_links_and_folders_are_left_alone(remote: Folder) -> None:
    remote.put("stock.csv", b"")
    (remote.path / "link.csv").symlink_to(remote.path / "stock.csv")
    (remote.path / "folder.csv").mkdir()
    async with remote.open() as source:
        assert [file.name for file in await source.offered()] == ["stock.csv"]


async def test_a_file_that_became_a_link_is_not_followed(remote: Folder, tmp_path: Path) -> None:
    remote.put("stock.csv", b"A;1\n")
    async with remote.open() as source:
        [file] = await source.offered()
        (remote.path / "stock.csv").rename(remote.path / "elsewhere")
        (remote.path / "stock.csv").symlink_to(remote.path / "elsewhere")
        with pytest.raises(TransientError):
            [chunk async for chunk in source.chunks(file)]


async def test_a_folder_that_is_not_mounted_is_told_with_the_remedy(tmp_path: Path) -> None:
    async with FolderSource(tmp_path / "away") as source:
        with pytest.raises(TransientError, match="mounted"):
            await source.offered()
