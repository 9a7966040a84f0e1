"""`passerelle deploy` against a Prefect server: what it makes, changes, deletes, leaves and says."""

from __future__ import annotations

import asyncio
import json
import os
import re
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import pytest
from prefect.client.orchestration import PrefectClient, get_client
from prefect.client.schemas.actions import DeploymentUpdate
from prefect.client.schemas.filters import DeploymentFilter, DeploymentFilterTags
from prefect.client.schemas.responses import DeploymentResponse
from prefect.settings import PREFECT_API_URL, temporary_settings

from deployments.cli import answer
from deployments.deploying.server import _automations
from deployments.deploying.spread import spread
from deployments.deploying.wanted import OURS, deployments_of
from deployments.exits import Exit
from schemas.flows import FLOWS
from schemas.import_json import default_export_text, default_import_text
from tasks.run.shop_folder import open_shop_folder

SHOP = '[shop]\nurl = "https://{name}.example"\nkey = "env:KEY_OF_{name}"\narmed_for = ""\n'
IMPORTED = {"import_stores", "import_customers", "import_products", "import_stock"}
IMPORTED |= {"import_specific_prices", "import_store_orders"}


def made(folder: Path, more: str = "", *, imports: dict[str, Any] | None = None) -> Path:
    """The folder of a shop; `more` goes to settings.toml, `imports` stands for the shipped import.json."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "settings.toml").write_text(SHOP.format(name=folder.name) + more, encoding="utf-8")
    text = default_import_text() if imports is None else json.dumps(imports)
    (folder / "import.json").write_text(text, encoding="utf-8")
    (folder / "export.json").write_text(default_export_text(), encoding="utf-8")
    return folder


STOCK = {
    "stock": {
        "class": "\\StockAvailable",
        "enabled": True,
        "type": "local",
        "fileExtension": "csv",
        "data": {"reference": {"index": 0, "object_key": True}, "quantity": {"index": 1}},
    }
}


def at_server(asked: Callable[[PrefectClient], Awaitable[Any]]) -> Any:
    async def ask() -> Any:
        async with get_client() as client:
            return await asked(client)

    return asyncio.run(ask())


def found() -> dict[str, DeploymentResponse]:
    """What the server has of ours, by flow and shop."""
    ours = DeploymentFilter(tags=DeploymentFilterTags(all_=[OURS]))
    rows = at_server(lambda client: client.read_deployments(deployment_filter=ours))
    return {f"{(row.entrypoint or '').rpartition('.')[2]}/{row.name}": row for row in rows}


@pytest.fixture
def said(
    prefect_api: str, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> Callable[..., tuple[int, str]]:
    """Deploys and gives exit code and what was said; nothing is on the server before."""
    monkeypatch.setenv("LC_ALL", "C")

    async def clear(client: PrefectClient) -> None:
        for row in await client.read_deployments():
            await client.delete_deployment(row.id)
        for automation in await client.read_automations():
            await client.delete_automation(automation.id)

    at_server(clear)

    def deploy(*words: object) -> tuple[int, str]:
        capsys.readouterr()
        code = answer(["deploy", *map(str, words)])
        read = capsys.readouterr()
        return code, read.out + read.err

    return deploy


def flows_of(folder: Path) -> dict[str, str]:
    return {each.flow: each.cron for each in deployments_of(open_shop_folder(folder), "passerelle")}


@pytest.mark.parametrize(
    ("cron", "moved"),
    [
        ("*/15 0,3-23 * * *", r"(\d+),(\d+),(\d+),(\d+) 0,3-23 \* \* \*"),
        ("5,35 * * * *", r"(\d+),(\d+) \* \* \* \*"),
        ("10 * * * *", r"(\d+) \* \* \* \*"),
        ("30 4 * * *", r"(\d+) [45] \* \* \*"),
    ],
)
def test_a_hundred_shops_begin_at_all_minutes_and_each_at_its_own(cron: str, moved: str) -> None:
    crons = [spread(cron, f"shop {number}") for number in range(100)]
    assert crons == [spread(cron, f"shop {number}") for number in range(100)]
    assert all(re.fullmatch(moved, each) for each in crons)
    span = 60 // len(crons[0].split()[0].split(","))
    assert len(set(crons)) > span * 3 / 4 * (1 if span < 60 else 0.9)


def test_every_time_of_a_flow_can_be_moved() -> None:
    for flow in FLOWS.values():
        if flow.cron:
            assert len(spread(flow.cron, "boutique").split()) == 5


def test_a_shop_has_a_deployment_for_each_of_its_streams_and_one_schedule_for_its_files(tmp_path: Path) -> None:
    flows = flows_of(made(tmp_path / "boutique"))
    assert flows.keys() == {"import_files", "check_stock"} | IMPORTED
    assert {flow for flow, cron in flows.items() if cron} == {"import_files", "check_stock"}


def test_what_an_erp_cannot_do_is_not_deployed(tmp_path: Path) -> None:
    erp = '[erp]\nkind = "{kind}"\n'
    cegid = flows_of(made(tmp_path / "a", erp.format(kind="cegid")))
    dolibarr = flows_of(made(tmp_path / "b", erp.format(kind="dolibarr")))
    files = flows_of(made(tmp_path / "c", erp.format(kind="files")))
    documents = {"export_orders", "import_order_statuses", "export_returns", "import_return_statuses"}
    assert cegid.keys() & documents == documents
    assert dolibarr.keys() & documents == {"export_orders", "import_order_statuses"}
    assert files.keys() & documents == set()  # the shipped export.json does not say how its files are written


def test_pictures_and_sources_are_deployed_where_there_are_any(tmp_path: Path) -> None:
    folder = made(tmp_path / "boutique", '[[sources.folder]]\nname = "erp"\nfolder = "/srv/erp"\n')
    (folder / "images").mkdir()
    assert {"import_images", "collect_files"} <= flows_of(folder).keys()


def test_a_shop_says_its_own_times(tmp_path: Path) -> None:
    own = '[schedules.flows]\nimport_stock = "*/5 * * * *"\ncheck_stock = ""\n'
    flows = flows_of(made(tmp_path / "boutique", own))
    assert (flows["import_stock"], flows["check_stock"]) == ("*/5 * * * *", "")


def test_a_second_time_nothing_is_changed_and_it_says_so(tmp_path: Path, said: Any) -> None:
    folder = made(tmp_path / "boutique", imports=STOCK)
    code, text = said(folder)
    assert code == Exit.COMPLETED
    assert "+ deployment import_stock/boutique  by hand" in text
    assert "+ automation End runs whose worker died" in text
    assert "boutique is not armed" in text
    assert "prefect worker start --pool passerelle" in text
    before = found()
    assert before.keys() == {f"{flow}/boutique" for flow in ("import_files", "import_stock", "check_stock")}
    code, text = said(folder)
    assert code == Exit.COMPLETED
    assert "Nothing to change: 3 deployments are as they should be." in text
    assert {name: row.updated for name, row in found().items()} == {name: row.updated for name, row in before.items()}


def test_a_plan_changes_nothing(tmp_path: Path, said: Any) -> None:
    code, text = said(made(tmp_path / "boutique", imports=STOCK), "--dry-run", "--pool", "other")
    assert code == Exit.COMPLETED
    assert "+ work pool other" in text
    assert "to make, 0 to change, 0 to delete" in text
    assert found() == {}


def test_no_secret_is_a_parameter_and_every_parameter_of_the_flow_is_in_the_form(
    tmp_path: Path, said: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("KEY_OF_boutique", "THE-KEY-ITSELF")
    folder = made(tmp_path / "boutique", imports=STOCK)
    said(folder)
    for name, row in found().items():
        assert row.parameters == {"shop": str(folder), "dry_run": False}
        assert "KEY" not in row.model_dump_json()
        assert set((row.parameter_openapi_schema or {})["properties"]) == {
            "shop",
            "dry_run",
            *FLOWS[name.partition("/")[0]].takes,
        }
        assert row.work_pool_name == "passerelle"
        assert sorted(row.tags) == sorted({OURS, "boutique", FLOWS[name.partition("/")[0]].direction.value})


@pytest.mark.slow
def test_what_somebody_changed_is_put_back_but_a_switch_and_a_schedule_of_theirs_stay(
    tmp_path: Path, said: Any
) -> None:
    folder = made(tmp_path / "boutique", imports=STOCK)
    said(folder)
    row = found()["check_stock/boutique"]

    async def disturb(client: PrefectClient) -> None:
        changed = DeploymentUpdate(parameters={"shop": "/elsewhere", "dry_run": True}, tags=row.tags)
        await client.update_deployment(row.id, changed)
        await client.update_deployment_schedule(row.id, row.schedules[0].id, active=False)
        own = row.schedules[0].model_copy(update={"slug": None})
        await client.create_deployment_schedules(row.id, [(own.schedule, True)])

    at_server(disturb)
    made(folder, '[schedules.flows]\ncheck_stock = "7 7 * * *"\n', imports=STOCK)
    code, text = said(folder)
    assert code == Exit.COMPLETED
    assert "~ deployment check_stock/boutique" in text
    assert "-> 7 7 * * * (Europe/Paris)" in text
    row = found()["check_stock/boutique"]
    assert row.parameters == {"shop": str(folder), "dry_run": False}
    assert sorted((each.slug or "", each.active) for each in row.schedules) == [("", True), ("passerelle", False)]


@pytest.mark.slow
def test_a_flow_that_gets_or_loses_its_times_has_or_has_not_a_schedule(tmp_path: Path, said: Any) -> None:
    folder = made(tmp_path / "boutique", '[schedules.flows]\ncheck_stock = ""\n', imports=STOCK)
    said(folder)
    assert found()["check_stock/boutique"].schedules == []
    made(folder, imports=STOCK)
    said(folder)
    assert [each.active for each in found()["check_stock/boutique"].schedules] == [True]
    made(folder, '[schedules.flows]\ncheck_stock = ""\n', imports=STOCK)
    said(folder)
    assert found()["check_stock/boutique"].schedules == []


@pytest.mark.slow
def test_a_stream_that_is_switched_off_takes_its_deployments_along(tmp_path: Path, said: Any) -> None:
    folder = made(tmp_path / "boutique")
    said(folder)
    made(folder, imports=STOCK)
    code, text = said(folder)
    assert code == Exit.COMPLETED
    assert "- deployment import_products/boutique" in text
    assert {name.partition("/")[0] for name in found()} == {"import_files", "import_stock", "check_stock"}


def test_a_shop_that_is_not_named_is_left_and_listed_and_goes_with_prune(tmp_path: Path, said: Any) -> None:
    one, two = made(tmp_path / "one", imports=STOCK), made(tmp_path / "two", imports=STOCK)
    said(one, two)
    code, text = said(one)
    assert code == Exit.COMPLETED
    assert "two was not named: its 3 deployments are left; --prune deletes them." in text
    assert len(found()) == 6
    said(one, "--prune")
    assert {name.partition("/")[2] for name in found()} == {"one"}


def test_a_folder_that_has_faults_is_refused_with_them_and_the_others_are_deployed(tmp_path: Path, said: Any) -> None:
    one, two = made(tmp_path / "one", imports=STOCK), made(tmp_path / "two", imports=STOCK)
    said(one, two)
    made(two, '[schedules]\ntime_zone = "Europe/Pariss"\n[schedules.flows]\nimport_stok = ""\n', imports=STOCK)
    code, text = said(one, two, "--prune")
    assert code == Exit.USAGE
    assert f"{two} is not deployed:" in text
    assert "there is no time zone of this name" in text
    assert "there is no flow `import_stok`" in text
    assert len(found()) == 6


def test_two_shops_of_one_name_and_a_name_that_prefect_refuses_are_faults(tmp_path: Path, said: Any) -> None:
    same = [made(tmp_path / place / "boutique", imports=STOCK) for place in ("a", "b")]
    slash = made(tmp_path / "slash", 'name = "a/b"\n', imports=STOCK)
    code, text = said(*same, slash)
    assert code == Exit.USAGE
    assert text.count("two shops are called boutique") == 2
    assert "Prefect does not take the name a/b" in text
    assert found() == {}


def test_another_folder_of_a_name_that_is_deployed_takes_nothing_over_and_one_that_moved_does(
    tmp_path: Path, said: Any
) -> None:
    ours, other = (made(tmp_path / place / "boutique", imports=STOCK) for place in ("a", "b"))
    said(ours)
    code, text = said(other)
    assert code == Exit.USAGE
    assert f"the server knows boutique as the shop in {ours}" in " ".join(text.split())
    assert {row.parameters["shop"] for row in found().values()} == {str(ours)}
    moved = ours.rename(tmp_path / "moved")
    (moved / "settings.toml").write_text(SHOP.format(name="boutique") + 'name = "boutique"\n', encoding="utf-8")
    assert said(moved)[0] == Exit.COMPLETED
    assert {row.parameters["shop"] for row in found().values()} == {str(moved)}


def test_a_shop_without_any_stream_is_a_fault(tmp_path: Path, said: Any) -> None:
    code, text = said(made(tmp_path / "boutique", imports={"stock": STOCK["stock"] | {"enabled": False}}))
    assert code == Exit.USAGE
    assert "no stream is switched on" in text


@pytest.mark.slow
def test_an_automation_that_was_made_twice_is_there_once_and_one_switched_off_stays_off(
    tmp_path: Path, said: Any
) -> None:
    ours, _ = _automations()
    older = ours.model_copy(update={"enabled": False, "description": "an older one"})

    async def make_twice(client: PrefectClient) -> None:
        for _ in range(2):
            await client.create_automation(older)

    at_server(make_twice)
    said(made(tmp_path / "boutique", imports=STOCK))
    [kept] = at_server(lambda client: client.read_automations_by_name(ours.name))
    assert (kept.enabled, kept.description) == (False, ours.description)


@pytest.mark.slow
def test_the_number_of_runs_at_once_is_the_pool_s(tmp_path: Path, said: Any) -> None:
    folder = made(tmp_path / "boutique", imports=STOCK)
    said(folder, "--pool", "few", "--runs", "2")
    assert at_server(lambda client: client.read_work_pool("few")).concurrency_limit == 2
    _, text = said(folder, "--pool", "few", "--runs", "3")
    assert "~ work pool few" in text
    said(folder, "--pool", "few")
    assert at_server(lambda client: client.read_work_pool("few")).concurrency_limit == 3


def test_a_server_that_is_away_or_not_named_is_told(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LC_ALL", "C")
    folder = str(made(tmp_path / "boutique", imports=STOCK))
    with temporary_settings({PREFECT_API_URL: "http://127.0.0.1:9/api"}):
        assert answer(["deploy", folder, "--wait", "0"]) == Exit.FAILED
    assert "does not answer" in capsys.readouterr().err
    with temporary_settings(restore_defaults={PREFECT_API_URL}):
        assert answer(["deploy", folder]) == Exit.USAGE
    assert "no Prefect server is named" in capsys.readouterr().err
    assert "PREFECT_API_URL" not in os.environ
