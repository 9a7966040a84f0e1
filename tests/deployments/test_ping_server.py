"""What is said to the listener is answered at once, and what is not believed is not there."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import httpx
import pytest

from deployments.cli import answer
from deployments.exits import Exit
from deployments.ping_server import PingServer


def test_what_is_believed_is_answered_without_a_word_and_the_rest_is_not_found() -> None:
    heard: list[tuple[str, str, bytes]] = []

    def hears(path: str, headers: Mapping[str, str], body: bytes) -> bool:
        heard.append((path, headers.get("X-Passerelle-Time", ""), body))
        return path == "/ping"

    with PingServer(0, hears) as server:
        good = httpx.post(f"{server.url}/ping", content=b"{}", headers={"X-Passerelle-Time": "12"})
        bad = httpx.post(f"{server.url}/hook/guess", content=b"{}")
        read = httpx.get(f"{server.url}/ping")
    assert (good.status_code, good.content, bad.status_code, read.status_code) == (204, b"", 404, 501)
    assert heard == [("/ping", "12", b"{}"), ("/hook/guess", "", b"{}")]


def test_a_port_that_another_program_listens_on_is_said(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert answer(["init", str(tmp_path / "boutique"), "--language", "fr"]) == Exit.COMPLETED
    with PingServer(0, lambda *_: False) as server:
        port = server.server_address[1]
        assert answer(["listen", str(tmp_path / "boutique"), "--port", str(port)]) == Exit.USAGE
    assert f"--port {port}: un autre programme" in capsys.readouterr().err
