"""How tests speak with a Prefect server that they have started, and with the `passerelle` command beside it."""

from __future__ import annotations

import base64
import json
import socket
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.request import Request, urlopen

import pytest

ROOT = Path(__file__).parents[2]
PREFECT = [sys.executable, "-m", "prefect"]
PASSERELLE = [sys.executable, "-c", "from deployments.cli import main; main()"]
TOKEN = "admin:a-token-of-ours"
CLIENT = "tests"
PATIENCE_SECONDS = 240.0


@dataclass(frozen=True)
class Server:
    """A Prefect server of this module's own, and how to speak with it."""

    url: str
    environment: dict[str, str]

    def ask(
        self, path: str, body: dict[str, Any] | None = None, *, token: str = TOKEN, method: str | None = None
    ) -> Any:
        told = None if body is None else json.dumps(body).encode()
        request = Request(f"{self.url}{path}", data=told, method=method)  # noqa: S310 - loopback
        request.add_header("Content-Type", "application/json")
        if token:
            request.add_header("Authorization", basic(token))
        if body is not None and token:
            request.add_header("Prefect-Csrf-Client", CLIENT)
            request.add_header("Prefect-Csrf-Token", self.ask(f"/csrf-token?client={CLIENT}", token=token)["token"])
        with urlopen(request, timeout=30) as answer:  # noqa: S310 - loopback
            text = answer.read()
        return json.loads(text) if text else None

    def passerelle(self, *arguments: str) -> str:
        ran = subprocess.run(
            [*PASSERELLE, *arguments], cwd=ROOT, env=self.environment, capture_output=True, text=True, check=False
        )
        assert ran.returncode == 0, ran.stdout + ran.stderr
        return ran.stdout

    def deployment(self, flow: str) -> Any:
        return self.ask(f"/deployments/name/{flow}/boutique")


def basic(token: str) -> str:
    """What the Authorization header says."""
    return "Basic " + base64.b64encode(token.encode()).decode()


def wait_for(what: Callable[[], Any]) -> Any:
    """What `what` gives once it gives something."""
    until = time.monotonic() + PATIENCE_SECONDS
    while time.monotonic() < until:
        if found := what():
            return found
        time.sleep(0.5)
    pytest.fail("it did not come about")


def free_port() -> int:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return int(free.getsockname()[1])
