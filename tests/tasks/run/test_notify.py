"""Messages arrive at a listener on loopback, once, and one that does not arrive stops nothing."""

from __future__ import annotations

import json
import os
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import Any

import pytest

from schemas.run_report import RunReport
from tasks.run.notify import notify_run, notify_what_is_due, ping_watch, send_test
from tasks.run.shop_folder import ShopFolder, open_shop_folder

pytestmark = pytest.mark.filterwarnings("ignore::DeprecationWarning")  # of the services that apprise loads
VARIABLE = "PASSERELLE_TEST_NOTIFY"
SETTINGS = f"""
[shop]
url = "http://127.0.0.1:9"
key = "env:{VARIABLE}"
[notify]
to = ["env:{VARIABLE}"]
silent_hours = 0
summary_on = ""
"""


@pytest.fixture
def heard(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[dict[str, Any]]]:
    """What a listener on loopback has received."""
    messages: list[dict[str, Any]] = []

    class Listener(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            messages.append(json.loads(self.rfile.read(int(self.headers["Content-Length"]))))
            self.send_response(200)
            self.end_headers()

        def do_GET(self) -> None:
            messages.append({"asked": self.path})
            self.send_response(404 if "gone" in self.path else 200)
            self.end_headers()

        def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - the name of the base class
            pass

    server = HTTPServer(("127.0.0.1", 0), Listener)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
    thread.start()
    monkeypatch.setenv(VARIABLE, f"json://127.0.0.1:{server.server_address[1]}/hook")
    yield messages
    server.shutdown()
    server.server_close()
    thread.join()


@pytest.fixture
def folder(tmp_path: Path) -> ShopFolder:
    (tmp_path / "settings.toml").write_text(SETTINGS, "utf-8")
    (tmp_path / "import.json").write_text("{}", "utf-8")
    return open_shop_folder(tmp_path)


def a_run(state: str) -> RunReport:
    return RunReport("id", "import_stock", "boutique", "en", "2026-11-30T06:00:00+00:00", state=state, message="Away.")


async def test_a_failure_is_told_once_and_then_that_all_is_well(
    folder: ShopFolder, heard: list[dict[str, Any]], tmp_path: Path
) -> None:
    page = tmp_path / "report.html"
    page.write_text("<p>report</p>", "utf-8")
    with folder.open_ledger() as ledger:
        for state in ("Failed", "Failed", "Completed", "Completed"):
            await notify_run(folder, ledger, a_run(state), page)
    assert [(one["title"], one["type"]) for one in heard] == [
        ("boutique: Stock import, failed", "failure"),
        ("boutique: Stock import, back to normal", "success"),
    ]
    assert heard[0]["message"].startswith("Away.\n")
    assert [one["filename"] for one in heard[0]["attachments"]] == ["report.html"]


async def test_a_message_for_trial_arrives(folder: ShopFolder, heard: list[dict[str, Any]]) -> None:
    assert await send_test(folder) == []
    assert len(heard) == 1


async def test_an_address_that_takes_nothing_is_named_by_its_secret_and_stops_nothing(
    folder: ShopFolder, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setenv(VARIABLE, "json://user:secret-password@127.0.0.1:9/hook")
    assert await send_test(folder) == [f"env:{VARIABLE}"]
    with folder.open_ledger() as ledger:
        await notify_run(folder, ledger, a_run("Failed"), None)
    assert VARIABLE in caplog.text
    assert "secret-password" not in caplog.text


async def test_nothing_is_due_where_nothing_is_asked_for(folder: ShopFolder, heard: list[dict[str, Any]]) -> None:
    with folder.open_ledger() as ledger:
        assert await notify_what_is_due(folder, ledger) == []
    assert heard == []


async def test_a_watch_is_asked_for_after_every_run_that_came_to_its_end_and_after_no_other(
    tmp_path: Path, heard: list[dict[str, Any]], monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    (tmp_path / "settings.toml").write_text(SETTINGS + 'ping = "env:PING"\n', "utf-8")
    (tmp_path / "import.json").write_text("{}", "utf-8")
    root = os.environ[VARIABLE].removeprefix("json").removesuffix("/hook")
    monkeypatch.setenv("PING", f"http{root}/alive-SECRET")
    for state in ("Completed", "CompletedWithRejects", "Planned", "Failed", "StoppedByGuard", "AlreadyRunning"):
        await ping_watch(str(tmp_path), state)
    assert heard == [{"asked": "/alive-SECRET"}] * 2
    for address in (f"http{root}/gone-SECRET", "http://127.0.0.1:9/SECRET", "no address, SECRET"):
        monkeypatch.setenv("PING", address)
        await ping_watch(str(tmp_path), "Completed")
    assert len([line for line in caplog.messages if "env:PING" in line]) == 3
    assert "SECRET" not in caplog.text
