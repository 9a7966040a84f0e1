from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from schemas.errors import DeniedError, RefusedError, TransientError, UnexpectedReplyError
from tests.connectors.ftps.ftp_server import FtpServer
from tests.connectors.sources import NOON, CutSuite, SourceSuite, TargetSuite

pytestmark = pytest.mark.lasting


@pytest.fixture
def root(tmp_path: Path) -> Path:
    root = tmp_path / "remote"
    root.mkdir()
    return root


@pytest.fixture(params=[(), ("MLSD",)], ids=["MLSD", "NLST"])
def remote(root: Path, own_certificate: Path, request: pytest.FixtureRequest) -> Iterator[FtpServer]:
    with FtpServer(root, own_certificate, lacks=request.param) as server:
        yield server


class TestFtps(SourceSuite, TargetSuite, CutSuite):
    """A folder of an FTP server over TLS."""


async def test_a_certificate_that_nobody_signed_is_not_trusted(remote: FtpServer) -> None:
    with pytest.raises(DeniedError, match="certificate is not trusted"):
        async with remote.open(verify_tls=True):
            pass


async def test_a_wrong_password_is_denied_and_not_told(remote: FtpServer) -> None:
    with pytest.raises(DeniedError, match="530") as caught:
        async with remote.open(password="hunter2"):
            pass
    assert "hunter2" not in str(caught.value)


async def test_a_folder_that_is_not_there_is_told(remote: FtpServer) -> None:
    with pytest.raises(DeniedError, match="folder"):
        async with remote.open(folder="nowhere"):
            pass


async def test_folders_are_left_alone(remote: FtpServer) -> None:
    (remote.root / "folder.csv").mkdir()
    async with remote.open() as source:
        assert await source.offered() == []


async def test_a_server_that_tells_no_times_is_compared_by_size(root: Path, own_certificate: Path) -> None:
    with FtpServer(root, own_certificate, lacks=("MLSD", "MDTM")) as server:
        server.put("stock.csv", b"A;1\n")
        async with server.open() as source:
            [file] = await source.offered()
            assert file.modified_at is None
            server.put("stock.csv", b"A;10\n", NOON)
            with pytest.raises(RefusedError):
                await source.delete(file)


async def test_a_server_that_is_not_there_is_told(remote: FtpServer) -> None:
    async def use() -> None:
        async with FtpServer.open(remote, patience_seconds=2.0) as source:
            await source.offered()

    remote.port = 9
    with pytest.raises(TransientError, match="host and port"):
        await use()


@pytest.mark.parametrize("bound", ["MOST_LISTED", "_MOST_LISTING_BYTES"])
async def test_a_listing_that_would_fill_the_memory_is_told(
    remote: FtpServer, bound: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(f"connectors.ftps.source.{bound}", 3)
    for number in range(4):
        remote.put(f"stock {number}.csv", b"")
    async with remote.open() as source:
        with pytest.raises(UnexpectedReplyError, match="more than") as caught:
            await source.offered()
    assert "archive" in caught.value.remedy


@pytest.mark.parametrize(("lines", "taken"), [(3, True), (500, True), (2000, False)])
async def test_an_answer_without_end_is_told_and_a_long_welcome_is_not(
    root: Path, own_certificate: Path, lines: int, taken: bool
) -> None:
    with FtpServer(root, own_certificate, banner="\r\n".join(["welcome " * 10] * lines)) as server:
        if taken:
            async with server.open() as source:
                assert await source.offered() == []
            return
        with pytest.raises(UnexpectedReplyError, match="more than 1000 lines"):
            async with server.open():
                pass
