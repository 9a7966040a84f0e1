from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from deployments.sandbox.rfe import SandboxRfe
from tasks.check.finding import Finding
from tasks.check.shop import check_shop
from tests.connectors.sftp.ssh_server import PASSWORD, USER, SshServer
from tests.flows.collect_world import SOURCE_PASSWORD, CollectWorld

REMEDY = {"en": "run `passerelle check` again", "fr": "relancez `passerelle check`"}


@pytest.fixture
def world(tmp_path: Path) -> Iterator[CollectWorld]:
    with CollectWorld.at(tmp_path / "boutique") as world:
        yield world


async def found(world: CollectWorld, subject: str) -> list[Finding]:
    return [finding for finding in await check_shop(world.folder) if finding.subject == subject]


async def test_a_source_that_lets_us_in_is_told_with_its_files_and_nothing_is_fetched(world: CollectWorld) -> None:
    world.fetch_from_folder()
    world.send("stock_1.csv")
    [finding] = await found(world, "source")
    assert (finding.verdict, finding.remedy) == ("ok", "")
    assert finding.reason.startswith("share:")
    assert finding.reason.endswith("files there: 1.")
    assert world.dropped() == []


@pytest.mark.parametrize("language", ["en", "fr"])
async def test_a_folder_that_is_not_there_is_told_with_its_remedy(world: CollectWorld, language: str) -> None:
    gone = {"name": "share", "folder": "/nowhere/at/all"}
    world.fetch_from("folder", gone, shop={"language": language})
    [finding] = await found(world, "source")
    assert finding.verdict == "error"
    assert "share" in finding.reason
    assert REMEDY[language] in finding.remedy


async def test_one_source_that_fails_does_not_hide_the_next(world: CollectWorld) -> None:
    world.remote.mkdir()
    gone, there = ({"name": name, "folder": str(place)} for name, place in (("a", "/nowhere"), ("b", world.remote)))
    world.fetch_from("folder", gone, there)
    assert [finding.verdict for finding in await found(world, "source")] == ["error", "ok"]


async def test_a_source_of_an_unknown_stream_is_told(world: CollectWorld) -> None:
    world.fetch_from_folder(streams=["prices"])
    [finding] = await found(world, "source")
    assert (finding.verdict, "prices" in finding.reason) == ("error", True)


async def test_a_secret_that_is_not_there_is_told_by_its_name(world: CollectWorld) -> None:
    access = {"name": "exchange", "host": "127.0.0.1", "user": "erp", "password": "env:PASSERELLE_TEST_NO_SUCH"}
    world.fetch_from("ftps", access)
    [finding] = await found(world, "source")
    assert (finding.verdict, "PASSERELLE_TEST_NO_SUCH" in finding.reason + finding.remedy) == ("error", True)


@pytest.mark.parametrize(("password", "verdict"), [(PASSWORD, "ok"), ("another", "error")])
async def test_an_sftp_server_is_signed_in_to_and_listed(
    world: CollectWorld, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, password: str, verdict: str
) -> None:
    monkeypatch.setenv(SOURCE_PASSWORD, password)
    (tmp_path / "sent").mkdir()
    with SshServer(tmp_path / "sent") as server:
        server.put("stock.csv", b"")
        access = {"name": "server", "host": "127.0.0.1", "port": server.port, "user": USER}
        secrets = {"host_keys": [server.public_key], "password": f"env:{SOURCE_PASSWORD}"}
        world.fetch_from("sftp", access | secrets)
        [finding] = await found(world, "source")
    assert (finding.verdict, "does not let us in" in finding.reason) == (verdict, verdict == "error")
    assert (finding.remedy == "") is (verdict == "ok")
    assert password not in finding.reason + finding.remedy
    assert world.dropped() == []


async def test_an_exchange_is_asked_for_one_key_and_listed_however_often_it_is_checked(
    world: CollectWorld, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(SOURCE_PASSWORD, "sandbox")
    with SandboxRfe() as rfe:
        rfe.put("stock.csv", b"")
        who = {"folder_id": rfe.folder_id, "container": rfe.container, "user": rfe.user}
        urls = {"sign_in_url": rfe.url, "api_url": rfe.url, "password": f"env:{SOURCE_PASSWORD}"}
        world.fetch_from("rfe", {"name": "cegid"} | who | urls)
        findings = [*await found(world, "source"), *await found(world, "source")]
        assert (rfe.requests["key"], rfe.waiting()) == (1, ["stock.csv"])
    assert [(finding.verdict, finding.reason.endswith("files there: 1.")) for finding in findings] == [("ok", True)] * 2


async def test_an_exchange_that_does_not_know_us_is_told(world: CollectWorld, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(SOURCE_PASSWORD, "hunter2")
    with SandboxRfe() as rfe:
        who = {"folder_id": rfe.folder_id, "container": rfe.container, "user": rfe.user}
        urls = {"sign_in_url": rfe.url, "api_url": rfe.url, "password": f"env:{SOURCE_PASSWORD}"}
        world.fetch_from("rfe", {"name": "cegid"} | who | urls)
        [finding] = await found(world, "source")
    assert (finding.verdict, bool(finding.remedy)) == ("error", True)
    assert "hunter2" not in finding.reason + finding.remedy


@pytest.mark.parametrize(("language", "said"), [("en", "does not offer stock_lines"), ("fr", "product_lines")])
async def test_a_lane_that_the_key_may_not_take_is_told(world: CollectWorld, language: str, said: str) -> None:
    world.write_settings(shop={"lane": "module", "language": language})
    findings = await found(world, "lane")
    assert [finding.verdict for finding in findings] == ["warning", "warning"]
    assert any(said in finding.reason for finding in findings)
    assert all("PUT" in finding.remedy for finding in findings)


async def test_a_lane_that_the_key_may_take_is_told_and_no_other(tmp_path: Path) -> None:
    with CollectWorld.at(tmp_path / "boutique", module=True) as world:
        assert await found(world, "lane") == []
        world.write_settings(shop={"lane": "module"})
        assert [finding.verdict for finding in await found(world, "lane")] == ["ok"]
