"""The board's server: GET on loopback, with the token, of reports and rejects, and nothing else."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from http.client import HTTPConnection
from pathlib import Path

import pytest

from deployments.board_server import BoardServer, shops_page


@pytest.fixture
def server(tmp_path: Path) -> Iterator[BoardServer]:
    shop = tmp_path / "boutique"
    (shop / "reports").mkdir(parents=True)
    (shop / "reports" / "index.html").write_text("board", "utf-8")
    (shop / "settings.toml").write_text("secret", "utf-8")
    (shop / "ledger.json").write_text("secret", "utf-8")
    (shop / "reports" / "link.html").symlink_to(shop / "settings.toml")
    page = shops_page("", "en", "Shops", {"boutique": ("Completed", "All is well", "")})
    with BoardServer(0, {"boutique": shop}, lambda: page, print) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
        thread.start()
        yield server
        server.shutdown()
        thread.join()


def asked(server: BoardServer, path: str, method: str = "GET", host: str | None = None) -> tuple[int, str]:
    connection = HTTPConnection("127.0.0.1", server.server_address[1])
    connection.request(method, path, headers={"Host": host} if host else {})
    answer = connection.getresponse()
    said = answer.status, answer.read().decode()
    connection.close()
    return said


def test_the_first_page_leads_to_each_shop_and_its_board(server: BoardServer) -> None:
    status, page = asked(server, f"/{server.token}/")
    assert status == 200
    assert 'href="boutique/reports/index.html"' in page
    assert asked(server, f"/{server.token}/boutique/reports/index.html") == (200, "board")


@pytest.mark.parametrize(
    "path",
    [
        "/boutique/reports/index.html",
        "/wrong/boutique/reports/index.html",
        "/TOKEN/other/reports/index.html",
        "/TOKEN/boutique/settings.toml",
        "/TOKEN/boutique/ledger.json",
        "/TOKEN/boutique/reports/../ledger.json",
        "/TOKEN/boutique/reports/%2e%2e/ledger.json",
        "/TOKEN/boutique/reports/link.html",
        "/TOKEN/boutique/reports/",
    ],
)
def test_nothing_else_is_served(server: BoardServer, path: str) -> None:
    assert asked(server, path.replace("TOKEN", server.token)) == (404, "not found\n")


def test_a_page_of_a_stranger_gets_nothing(server: BoardServer) -> None:
    assert asked(server, f"/{server.token}/", host="evil.example:80")[0] == 404


def test_it_only_reads(server: BoardServer) -> None:
    assert asked(server, f"/{server.token}/", method="POST")[0] == 501


def test_a_state_that_says_all_has_no_empty_line_below_it() -> None:
    page = shops_page(
        "", "en", "Shops", {"a": ("Completed", "All is well", ""), "b": ("Failed", "A run failed", "See it")}
    )
    assert '<span class="state">All is well</span></div>' in page
    assert '<span class="state">A run failed</span><p>See it</p></div>' in page
