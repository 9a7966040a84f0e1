from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import asyncssh
import pytest

from schemas.errors import ConfigurationError, DeniedError, TransientError, UnexpectedReplyError
from tests.connectors.sftp.ssh_server import SshServer
from tests.connectors.sources import CutSuite, SourceSuite, TargetSuite

pytestmark = pytest.mark.lasting


@pytest.fixture
def remote(tmp_path: Path) -> Iterator[SshServer]:
    root = tmp_path / "remote"
    root.mkdir()
    with SshServer(root) as server:
        yield server


class TestSftp(SourceSuite, TargetSuite, CutSuite):
    """A folder of an SSH server."""


async def test_a_server_with_another_key_is_not_spoken_to(remote: SshServer) -> None:
    other = asyncssh.generate_private_key("ssh-ed25519").export_public_key().decode().strip()
    with pytest.raises(DeniedError) as caught:
        async with remote.open(host_keys=(other,)):
            pass
    assert remote.host_key.get_fingerprint() in caught.value.reason
    assert f"ssh-keyscan -p {remote.port} 127.0.0.1" in caught.value.remedy


async def test_a_server_is_recognised_by_any_of_its_keys(remote: SshServer) -> None:
    other = asyncssh.generate_private_key("ssh-ed25519").export_public_key().decode().strip()
    async with remote.open(host_keys=(other, remote.public_key)) as source:
        assert await source.offered() == []


async def test_a_wrong_password_is_denied_and_not_told(remote: SshServer) -> None:
    with pytest.raises(DeniedError, match="does not let us in") as caught:
        async with remote.open(password="hunter2"):
            pass
    assert "hunter2" not in str(caught.value)


@pytest.mark.parametrize("passphrase", ["", "deep secret"])
async def test_a_key_signs_in(tmp_path: Path, passphrase: str) -> None:
    key = asyncssh.generate_private_key("ssh-ed25519")
    text = key.export_private_key("openssh", passphrase or None).decode().strip()
    root = tmp_path / "remote"
    root.mkdir()
    with SshServer(root, client_key=key.export_public_key().decode()) as server:
        async with server.open(key=text, passphrase=passphrase, password="") as source:
            assert await source.offered() == []
        with pytest.raises(DeniedError):
            async with server.open():
                pass


async def test_a_key_that_cannot_be_read_is_a_fault_that_does_not_repeat_it(remote: SshServer) -> None:
    with pytest.raises(ConfigurationError) as caught:
        async with remote.open(key="-----BEGIN hunter2"):
            pass
    assert "hunter2" not in str(caught.value)
    assert caught.value.__cause__ is None
    with pytest.raises(ConfigurationError, match="host_keys"):
        async with remote.open(host_keys=("ssh-ed25519 nonsense",)):
            pass


async def test_a_folder_is_chosen_and_one_that_is_not_there_is_told(remote: SshServer) -> None:
    (remote.root / "export").mkdir()
    (remote.root / "export" / "stock.csv").write_bytes(b"A;1\n")
    async with remote.open(folder="export") as source:
        [file] = await source.offered()
        assert [chunk async for chunk in source.chunks(file)] == [b"A;1\n"]
        await source.delete(file)
    assert list((remote.root / "export").iterdir()) == []
    async with remote.open(folder="nowhere") as source:
        with pytest.raises(DeniedError, match="folder"):
            await source.offered()


@pytest.fixture
def odd_names(remote: SshServer) -> None:
    remote.put("stock.csv", b"")
    remote.put(os.fsdecode(b"caf\xe9.csv"), b"1")
    (remote.root / "link.csv").symlink_to(remote.root / "stock.csv")
    (remote.root / "folder.csv").mkdir()


async def test_links_folders_and_names_in_no_known_writing_do_no_harm(remote: SshServer, odd_names: None) -> None:
    async with remote.open() as source:
        assert sorted(file.name for file in await source.offered()) == ["caf\udce9.csv", "stock.csv"]


async def test_a_server_that_is_not_there_is_told(remote: SshServer) -> None:
    with pytest.raises(TransientError, match="host and port"):
        async with remote.open(port=9, patience_seconds=2.0):
            pass


async def test_a_folder_with_too_many_files_is_told(remote: SshServer, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("connectors.sftp.source.MOST_LISTED", 3)
    for number in range(4):
        remote.put(f"stock {number}.csv", b"")
    async with remote.open() as source:
        with pytest.raises(UnexpectedReplyError, match="more than") as caught:
            await source.offered()
    assert "archive" in caught.value.remedy
