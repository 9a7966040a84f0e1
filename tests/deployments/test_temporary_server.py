"""The server that `passerelle run` starts for itself where none is named: as closed as the one of prefect.toml."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.campaigns.prefect_here import migrated

ASKED = """
import json, urllib.error, urllib.request
from deployments.environment import prepare_prefect
prepare_prefect()
from prefect.server.api.server import SubprocessASGIServer

def status(request):
    try:
        with urllib.request.urlopen(request, timeout=30) as answer:
            return answer.status, answer.headers.get("Access-Control-Allow-Origin")
    except urllib.error.HTTPError as refused:
        return refused.code, refused.headers.get("Access-Control-Allow-Origin")

server = SubprocessASGIServer()
server.start(timeout=120)
try:
    told = {}
    for name, headers in {
        "stranger": {"Origin": "http://evil.example"},
        "no type": {"Content-Type": ""},
        "text": {"Content-Type": "text/plain"},
    }.items():
        body = None if name == "stranger" else b"{}"
        path = "/health" if name == "stranger" else "/flows/"
        told[name] = status(urllib.request.Request(server.address + "/api" + path, body, headers))
    print(json.dumps(told))
finally:
    server.stop()
"""


@pytest.mark.slow
def test_the_temporary_server_answers_no_page_of_a_stranger_and_no_form(tmp_path: Path) -> None:
    migrated(tmp_path / "prefect.db")
    kept = {name: value for name, value in os.environ.items() if not name.startswith("PREFECT_")}
    environment = kept | {"PREFECT_HOME": str(tmp_path), "PREFECT_PROFILES_PATH": str(tmp_path / "profiles.toml")}
    # Elsewhere than in the repository, whose prefect.toml says the same.
    ran = subprocess.run(
        [sys.executable, "-c", ASKED], cwd=tmp_path, env=environment, capture_output=True, text=True, check=False
    )
    assert ran.returncode == 0, ran.stderr[-2000:]
    told = json.loads(ran.stdout.splitlines()[-1])
    assert told == {"stranger": [200, None], "no type": [403, None], "text": [403, None]}
