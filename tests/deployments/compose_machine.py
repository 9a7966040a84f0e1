"""The services of the compose file as processes of this machine, with its own commands, variables and health checks."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import psycopg
import yaml

from tests.connectors.ledger.postgres_server import PostgresServer, _binaries
from tests.deployments.prefect_server import ROOT, TOKEN, free_port, wait_for

HERE = ROOT / "deployments"
COMPOSE: dict[str, Any] = yaml.safe_load((HERE / "compose.yaml").read_text("utf-8"))
SERVICES: dict[str, dict[str, Any]] = COMPOSE["services"]
SECRETS = {
    "POSTGRES_PASSWORD": "ofthetest",
    "PREFECT_SERVER_API_AUTH_STRING": TOKEN,
    "PREFECT_API_AUTH_STRING": TOKEN,
}


def filled_in(text: str, variables: Mapping[str, str]) -> str:
    """Compose's `${NAME}`, `${NAME:-default}` and `${NAME:?why}` as compose reads them."""
    return re.sub(r"\$\{(\w+)(?::-([^}]*)|:\?[^}]*)?\}", lambda found: variables.get(found[1]) or found[2] or "", text)


@dataclass
class Machine:
    """The services of the compose file as processes: their names and ports are this machine's."""

    folder: Path
    postgres: PostgresServer
    ports: dict[str, int] = field(default_factory=lambda: {name: free_port() for name in ("4200", "8080")})

    def here(self, text: str) -> str:
        """A value of the compose file, on loopback."""
        told = filled_in(text, SECRETS | {"PASSERELLE_ADDRESS": f"http://127.0.0.1:{self.ports['4200']}"})
        told = told.replace("postgres:5432", f"127.0.0.1:{self.postgres.port}").replace("//server:", "//127.0.0.1:")
        told = told.replace("0.0.0.0", "127.0.0.1")  # noqa: S104
        for port, free in self.ports.items():
            told = re.sub(rf"\b{port}\b", str(free), told)
        return told.replace("/tmp/", f"{self.folder}/")  # noqa: S108

    def environment(self, name: str) -> dict[str, str]:
        """Only what the container would have."""
        binaries = f"{Path(sys.executable).parent}:{_binaries()}:{os.environ['PATH']}"
        told = {"PATH": binaries, "PYTHONPATH": str(ROOT), "HOME": str(self.folder), "DO_NOT_TRACK": "1"}
        told |= SECRETS if "env_file" in SERVICES[name] else {}
        return told | {key: self.here(value) for key, value in SERVICES[name]["environment"].items()}

    def start(self, name: str, *, log: str = "", **more: str) -> subprocess.Popen[bytes]:
        """A service as a process with a group of its own; who starts it ends it."""
        command = [self.here(word) for word in SERVICES[name]["command"]]
        with (self.folder / f"{log or name}.log").open("ab") as out:
            return subprocess.Popen(
                command, cwd=ROOT, env=self.environment(name) | more, stdout=out, stderr=out, start_new_session=True
            )

    @contextmanager
    def started(self, name: str, **more: str) -> Iterator[None]:
        """A service, once its own health check says that it is well."""
        process = self.start(name, **more)
        try:
            wait_for(lambda: self.is_well(name) or process.poll() is not None)
            assert process.poll() is None, (self.folder / f"{name}.log").read_text("utf-8")[-3000:]
            yield
        finally:
            process.terminate()
            process.wait(60)

    def is_well(self, name: str) -> bool:
        _, *check = SERVICES[name]["healthcheck"]["test"]
        told = {"PGHOST": "127.0.0.1", "PGPORT": str(self.postgres.port)}
        command = [self.here(word) for word in check]
        ran = subprocess.run(command, env=self.environment(name) | told, cwd=ROOT, capture_output=True, check=False)
        time.sleep(0.0 if ran.returncode == 0 else 0.5)
        return ran.returncode == 0


def postgres_rows(postgres: PostgresServer, database: str, query: str) -> list[tuple[Any, ...]]:
    with psycopg.connect(postgres.url(database)) as connection:
        return connection.execute(query.encode()).fetchall()
