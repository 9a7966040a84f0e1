"""What is shipped to run Passerelle for good: the compose file's own processes on loopback, and the systemd units."""

from __future__ import annotations

import configparser
import re
import shlex
from contextlib import ExitStack, contextmanager
from pathlib import Path
from urllib.error import HTTPError

import pytest

from tests.connectors.ledger.postgres_server import USER, server_or_skip
from tests.deployments.compose_machine import HERE, SERVICES, Machine, filled_in, postgres_rows
from tests.deployments.prefect_server import ROOT, Server, wait_for
from tests.flows.world import KEY_VARIABLE, World


@pytest.mark.parametrize("name", SERVICES)
def test_every_service_is_watched_and_started_again(name: str) -> None:
    assert SERVICES[name]["restart"] == "unless-stopped"
    assert SERVICES[name]["healthcheck"]["test"][0] == "CMD"


@pytest.mark.parametrize("name", ["server", "worker"])
def test_our_own_processes_are_nobody_s_root_and_write_only_where_they_must(name: str) -> None:
    ours = SERVICES[name]
    assert (ours["user"], ours["read_only"], ours["cap_drop"]) == ("1000:1000", True, ["ALL"])
    assert re.search(r"^USER passerelle$", (HERE / "Dockerfile").read_text("utf-8"), re.MULTILINE)


def test_only_the_interface_is_reached_from_outside_and_that_from_this_machine_alone() -> None:
    assert {name: service["ports"] for name, service in SERVICES.items() if "ports" in service} == {
        "server": ["127.0.0.1:4200:4200"]
    }


def test_no_secret_stands_in_a_file_and_the_example_names_each() -> None:
    asked = set(re.findall(r"\$\{(\w+)", (HERE / "compose.yaml").read_text("utf-8")))
    example = dict(
        line.split("=", 1)
        for line in (HERE / "compose.env.example").read_text("utf-8").splitlines()
        if line and not line.startswith("#")
    )
    assert asked - example.keys() == {"PASSERELLE_ADDRESS", "PASSERELLE_SHOPS"}
    assert set(example.values()) == {"", "admin:"}
    assert "compose.env" in (ROOT / ".gitignore").read_text("utf-8")
    assert "!deployments" in (HERE / "Dockerfile.dockerignore").read_text("utf-8")
    assert (HERE / "Dockerfile.dockerignore").read_text("utf-8").rstrip().endswith("deployments/compose.env")


def test_what_prefect_toml_closes_is_closed_here_too() -> None:
    told = SERVICES["server"]["environment"]
    assert told["PREFECT_SERVER_CSRF_PROTECTION_ENABLED"] == "true"
    assert filled_in(told["PREFECT_SERVER_CORS_ALLOWED_ORIGINS"], {}) == "http://127.0.0.1:4200"
    assert re.search(r"^COPY prefect.toml /opt/passerelle/$", (HERE / "Dockerfile").read_text("utf-8"), re.MULTILINE)


@pytest.mark.parametrize("unit", sorted((HERE / "systemd").glob("*.service")), ids=lambda path: path.name)
def test_a_unit_starts_what_the_compose_file_starts_as_nobody_s_root(unit: Path) -> None:
    read = configparser.ConfigParser(strict=False, interpolation=None)
    read.optionxform = str  # type: ignore[assignment,method-assign]
    read.read(unit)
    service = read["Service"]
    kind = next(kind for kind in ("server", "listen", "worker") if kind in unit.name)
    started = shlex.split(service["ExecStart"])
    command = [Path(started[0]).name, *started[1:]]
    wanted = [word for word in SERVICES[kind]["command"] if word not in {"0.0.0.0", "--with-healthcheck"}]  # noqa: S104
    assert set(wanted) <= set(command)
    assert (service["User"], service["Restart"], service["NoNewPrivileges"]) == ("passerelle", "always", "true")
    assert service["EnvironmentFile"].startswith("/etc/passerelle/")
    assert "0.0.0.0" not in service["ExecStart"]  # noqa: S104


@pytest.mark.slow
def test_the_compose_file_s_own_processes_run_a_deployed_flow_end_to_end(tmp_path: Path) -> None:
    with ExitStack() as stack:
        [postgres] = [stack.enter_context(contextmanager(server_or_skip)())]
        machine = Machine(tmp_path, postgres)
        databases = (HERE / "databases.sql").read_text("utf-8")
        for statement in re.findall(r"^create database \w+;$", databases, re.MULTILINE):
            postgres.ask_alone(statement)
        assert machine.is_well("postgres")
        assert SERVICES["postgres"]["environment"]["POSTGRES_USER"] == USER
        world = stack.enter_context(World.at(tmp_path / "shops" / "boutique"))
        world.write_settings(ledger={"url": "env:PASSERELLE_LEDGER"})
        stack.enter_context(machine.started("server"))
        stack.enter_context(machine.started("worker", **{KEY_VARIABLE: world.shop.key}))
        server = Server(
            f"http://127.0.0.1:{machine.ports['4200']}/api", machine.environment("worker") | {"LC_ALL": "C"}
        )
        said = server.passerelle("deploy", str(world.folder))
        assert "+ deployment import_files/boutique" in said
        assert "No worker looks at the pool" not in said
        world.drop_products(*world.dress(2))
        world.drop_stock({"ROBE0001-S": 7})
        run = server.ask(f"/deployments/{server.deployment('import_files')['id']}/create_flow_run", {})
        ended = wait_for(lambda: (found := server.ask(f"/flow_runs/{run['id']}"))["end_time"] and found)
        assert ended["state"]["name"] == "Completed", ended["state"]["message"]
        assert world.quantity("ROBE0001-S") == 7
        [[runs]] = postgres_rows(postgres, "ledger", "select count(*) from runs")
        assert runs >= 3
        assert not list(world.folder.glob("ledger.db*"))
        [[there]] = postgres_rows(postgres, "prefect", "select count(*) from flow_run where state_type = 'COMPLETED'")
        assert there >= 3
        with pytest.raises(HTTPError) as refused:
            server.ask("/deployments/filter", {}, token="")
        assert refused.value.code in {401, 403}
        refused.value.close()
