from __future__ import annotations

from pathlib import Path

import pytest

from connectors.files.folder_source import FolderSource
from schemas.errors import TransientError
from tests.connectors.sources import RemoteFolder, SourceSuite, TargetSuite


class Folder(RemoteFolder):
    def open(self) -> FolderSource:
        return FolderSource(self.root)


@pytest.fixture
def remote(tmp_path: Path) -> Folder:
    return Folder(tmp_path)


class TestFolder(SourceSuite, TargetSuite):
    """A folder of this machine."""


async def test_links_and_folders_are_left_alone(remote: Folder) -> None:
    remote.put("stock.csv", b"")
    (remote.root / "link.csv").symlink_to(remote.root / "stock.csv")
    (remote.root / "folder.csv").mkdir()
    async with remote.open() as source:
        assert [file.name for file in await source.offered()] == ["stock.csv"]


async def test_a_file_that_became_a_link_is_not_followed(remote: Folder, tmp_path: Path) -> None:
    remote.put("stock.csv", b"A;1\n")
    async with remote.open() as source:
        [file] = await source.offered()
        (remote.root / "stock.csv").rename(remote.root / "elsewhere")
        (remote.root / "stock.csv").symlink_to(remote.root / "elsewhere")
        with pytest.raises(TransientError):
            [chunk async for chunk in source.chunks(file)]


async def test_a_folder_that_is_not_mounted_is_told_with_the_remedy(tmp_path: Path) -> None:
    async with FolderSource(tmp_path / "away") as source:
        with pytest.raises(TransientError, match="mounted"):
            await source.offered()
