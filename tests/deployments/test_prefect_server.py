"""A real Prefect server with our deployments: a worker runs them, cron schedules them, a token protects them."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.error import HTTPError, URLError
from urllib.request import Request, urlopen

import pytest

from deployments.flow_names import flow_named
from tests.campaigns.prefect_here import migrated
from tests.deployments.prefect_server import PREFECT, ROOT, TOKEN, Server, basic, free_port, wait_for
from tests.flows.world import KEY_VARIABLE, World

pytestmark = pytest.mark.slow
EMIT = """
import asyncio
from deployments.commands.listen import emit
asyncio.run(emit("boutique", "order", [13, 12], is_needed=True))
"""


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    with World.at(tmp_path_factory.mktemp("shop") / "boutique") as world:
        yield world


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory, world: World) -> Iterator[Server]:
    home, port = tmp_path_factory.mktemp("prefect"), free_port()
    url = f"http://127.0.0.1:{port}/api"
    migrated(home / "prefect.db")
    environment = {name: value for name, value in os.environ.items() if not name.startswith("PREFECT_")} | {
        "PREFECT_HOME": str(home),
        "PREFECT_PROFILES_PATH": str(home / "profiles.toml"),
        "PREFECT_API_URL": url,
        "PREFECT_SERVER_API_AUTH_STRING": TOKEN,
        "PREFECT_API_AUTH_STRING": TOKEN,
        "PREFECT_SERVER_SERVICES_SCHEDULER_LOOP_SECONDS": "5",
        "DO_NOT_TRACK": "1",
        "LC_ALL": "C",
    }
    command = [*PREFECT, "server", "start", "--host", "127.0.0.1", "--port", str(port)]
    with (home / "server.log").open("w") as log:
        served = subprocess.Popen(command, cwd=ROOT, env=environment, stdout=log, stderr=log)
    try:
        server = Server(url, environment)
        wait_for(lambda: answers(server))
        server.passerelle("deploy", str(world.folder))
        yield server
    finally:
        served.terminate()
        served.wait(60)


def answers(server: Server) -> bool:
    try:
        return bool(server.ask("/health"))
    except URLError:
        return False


@pytest.fixture
def worker(server: Server, world: World, tmp_path: Path) -> Iterator[None]:
    environment = server.environment | {KEY_VARIABLE: world.shop.key}
    command = [*PREFECT, "worker", "start", "--pool", "passerelle"]
    with (tmp_path / "worker.log").open("w") as log:
        working = subprocess.Popen(command, cwd=ROOT, env=environment, stdout=log, stderr=log)
    yield
    working.terminate()
    working.wait(60)


def test_without_the_token_the_api_says_nothing(server: Server) -> None:
    with pytest.raises(HTTPError) as caught:
        server.ask("/deployments/name/import_products/boutique", token="")
    assert caught.value.code == 401
    caught.value.close()


@pytest.mark.parametrize("path", ["/health", "/block_documents/filter"])
def test_a_stranger_s_web_page_is_given_no_answer(server: Server, path: str) -> None:
    for origin, allowed in (("http://evil.example", None), ("http://127.0.0.1:4200", "http://127.0.0.1:4200")):
        asked = Request(f"{server.url}{path}", method="OPTIONS")  # noqa: S310 - loopback
        asked.add_header("Origin", origin)
        asked.add_header("Access-Control-Request-Method", "POST")
        try:
            with urlopen(asked, timeout=30) as answer:  # noqa: S310 - loopback
                headers = answer.headers
        except HTTPError as refused:
            headers = refused.headers
            refused.close()
        assert headers.get("Access-Control-Allow-Origin") == allowed


@pytest.mark.parametrize("content_type", ["", "text/plain"])
def test_a_form_of_a_stranger_s_page_starts_nothing(server: Server, content_type: str) -> None:
    products = server.ask("/deployments/name/import_products/boutique")
    asked = Request(f"{server.url}/deployments/{products['id']}/create_flow_run", data=b"{}", method="POST")  # noqa: S310
    asked.add_header("Content-Type", content_type)
    asked.add_header("Authorization", basic(TOKEN))
    with pytest.raises(HTTPError) as caught:
        urlopen(asked, timeout=30)  # noqa: S310 - loopback
    assert caught.value.code == 403
    caught.value.close()


def test_a_second_time_nothing_is_changed_with_csrf_and_token(server: Server, world: World) -> None:
    assert "Nothing to change: 4 deployments are as they should be." in server.passerelle("deploy", str(world.folder))
    assert len(server.ask("/automations/filter", {})) == 2


def test_a_schedule_yields_scheduled_runs_without_anybody_switching_it_on(server: Server) -> None:
    files = server.deployment("import_files")
    scheduled = {
        "deployments": {"id": {"any_": [files["id"]]}},
        "flow_runs": {"state": {"type": {"any_": ["SCHEDULED"]}}},
    }
    runs = wait_for(lambda: server.ask("/flow_runs/filter", scheduled))
    assert all(run["auto_scheduled"] for run in runs)


@pytest.mark.usefixtures("worker")
def test_a_worker_runs_the_deployment_since_a_day(server: Server, world: World) -> None:
    world.drop_products(*world.dress(3))
    products = server.deployment("import_products")
    asked = {"parameters": {"since": "2026-01-31"}}
    run = server.ask(f"/deployments/{products['id']}/create_flow_run", asked)
    ended = wait_for(lambda: run_that_ended(server, run["id"]))
    assert ended["state"]["name"] == "Completed", ended["state"]["message"]
    assert "9 rows read: 9 created" in ended["state"]["message"]
    assert len(world.shop.rows("combinations")) == 9
    assert world.report()["parameters"]["since"] == "2026-01-31"
    shown = server.ask("/artifacts/filter", {"artifacts": {"flow_run_id": {"any_": [run["id"]]}}})
    assert {artifact["type"] for artifact in shown} == {"markdown", "table"}


def run_that_ended(server: Server, run_id: str) -> Any:
    run = server.ask(f"/flow_runs/{run_id}")
    return run if run["state"]["type"] in {"COMPLETED", "FAILED", "CRASHED", "CANCELLED"} else None


def automation_named(server: Server, name: str) -> Any:
    [found] = [each for each in server.ask("/automations/filter", {}) if each["name"].startswith(name)]
    return found


def test_the_automation_that_ends_dead_runs_knows_our_states(server: Server) -> None:
    automation = automation_named(server, "End runs")
    trigger = automation["trigger"]
    assert automation["enabled"]
    assert trigger["after"] == ["prefect.flow-run.heartbeat"]
    assert trigger["expect"] == ["prefect.flow-run.*"]
    assert trigger["within"] == 90
    assert automation["actions"][0]["state"] == "CRASHED"


def test_a_run_that_a_worker_took_and_never_began_is_due_again(server: Server) -> None:
    automation = automation_named(server, "Give back")
    assert automation["trigger"]["within"] == 300
    kept = {name: automation[name] for name in ("name", "description", "enabled", "actions")}
    sooner = kept | {"trigger": automation["trigger"] | {"within": 10}}
    server.ask(f"/automations/{automation['id']}", sooner, method="PUT")
    stock = server.deployment("import_stock")
    run = server.ask(f"/deployments/{stock['id']}/create_flow_run", {})
    for name in ("Pending", "Submitting"):
        taken = {"state": {"type": "PENDING", "name": name}, "force": True}
        server.ask(f"/flow_runs/{run['id']}/set_state", taken)
    given_back = wait_for(lambda: run_that_waits_again(server, run["id"]))
    assert "did not begin" in given_back["state"]["message"]


def run_that_waits_again(server: Server, run_id: str) -> Any:
    run = server.ask(f"/flow_runs/{run_id}")
    return run if run["state"]["name"] == "AwaitingRetry" else None


@pytest.fixture
def export_orders(server: Server) -> Iterator[str]:
    """The deployment of a shop with an ERP, which the shop of this module has not."""
    flow = server.ask("/flows/", {"name": "export_orders"})
    made = {
        "name": "boutique",
        "flow_id": flow["id"],
        "parameter_openapi_schema": flow_named("export_orders").parameters.model_dump(mode="json", exclude_unset=True),
        "enforce_parameter_schema": True,
    }
    deployment = server.ask("/deployments/", made)["id"]
    yield deployment
    server.ask(f"/deployments/{deployment}", {}, method="DELETE")


def prefect(server: Server, folder: Path, *arguments: str) -> str:
    ran = subprocess.run(
        [*PREFECT, *arguments], cwd=folder, env=server.environment, capture_output=True, text=True, check=False
    )
    assert ran.returncode == 0, ran.stdout + ran.stderr
    return ran.stdout


def test_the_automation_of_the_docs_runs_export_orders_for_the_ids_of_an_event(
    server: Server, export_orders: str, tmp_path: Path
) -> None:
    assert export_orders in prefect(server, tmp_path, "deployment", "inspect", "export_orders/boutique")
    page = (ROOT / "docs" / "events.md").read_text(encoding="utf-8")
    [automation] = re.findall(r"```yaml\n(name: Orders .*?)```", page, re.DOTALL)
    named = re.sub(r"(deployment_id: ).*", rf"\g<1>{export_orders}", automation)
    (tmp_path / "orders.yaml").write_text(named, encoding="utf-8")
    prefect(server, tmp_path, "automation", "create", "--from-file", "orders.yaml")
    try:
        subprocess.run([sys.executable, "-c", EMIT], cwd=ROOT, env=server.environment, check=True)
        of_it = {"deployments": {"id": {"any_": [export_orders]}}}
        [run] = wait_for(lambda: server.ask("/flow_runs/filter", of_it))
        assert run["parameters"] == {"shop": "/srv/shops/boutique", "dry_run": False, "ids": [12, 13]}
    finally:
        made = automation_named(server, "Orders of boutique")
        server.ask(f"/automations/{made['id']}", {}, method="DELETE")
