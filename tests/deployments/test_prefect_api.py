"""The Prefect server that a command speaks with: how it is trusted, and what a run beside it need not do."""

from __future__ import annotations

import json
import os
import ssl
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from prefect import Flow
from prefect.settings import PREFECT_API_SSL_CERT_FILE, PREFECT_API_URL, get_current_settings, temporary_settings

from deployments.flow_names import flow_named
from deployments.prefect_api import api_or_none
from schemas.flows import FLOWS, FlowName
from tests.connectors.listener import Asked, Listener, Told
from tests.flows.world import KEY_VARIABLE, World

ROOT = Path(__file__).parents[2]
RUN = """
import json, sys
from deployments.cli import answer
code = answer(["run", "import_stock", sys.argv[1]])
print(json.dumps({"code": code, "fastapi": "fastapi" in sys.modules, "flow run": "prefect.flow_engine" in sys.modules}))
"""
OF_A_PARAMETER = {
    "accept_differences": True,
    "accept_guard": True,
    "dry_run": False,
    "fix": "cover_missing",
    "hold": True,
    "ids": [12, 13],
    "period": None,
    "run": "a1b2c3d4",
    "shop": "/srv/boutique",
    "since": "2026-11-20",
    "sweep": False,
}


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    with World.at(tmp_path / "boutique") as world:
        yield world


def authorities() -> int:
    """How many authorities Prefect's clients trust now."""
    context = ssl.create_default_context(cafile=get_current_settings().api.ssl_cert_file)
    return len(context.get_ca_certs())


async def test_a_server_without_tls_is_asked_by_clients_that_read_one_authority_each() -> None:
    all_of_them = {PREFECT_API_SSL_CERT_FILE: PREFECT_API_SSL_CERT_FILE.default()}
    with Listener(lambda _: Told()) as server, temporary_settings({PREFECT_API_URL: server.url} | all_of_them):
        before = authorities()
        assert before > 1
        async with api_or_none() as answers:
            assert answers
            assert authorities() == 1
        assert authorities() == before


async def test_plain_http_that_leads_to_tls_is_verified_by_all_authorities(own_certificate: Path) -> None:
    with Listener(lambda _: Told(), certificate=own_certificate) as behind:

        def lead_there(asked: Asked) -> Told:
            return Told(308, headers={"Location": behind.url + asked.path})

        with Listener(lead_there) as before:
            trusted = {PREFECT_API_URL: before.url, PREFECT_API_SSL_CERT_FILE: str(own_certificate)}
            with temporary_settings(trusted):
                async with api_or_none() as answers:
                    assert answers
                    assert get_current_settings().api.ssl_cert_file == str(own_certificate)
            with temporary_settings({PREFECT_API_URL: before.url}):
                async with api_or_none() as answers:
                    assert not answers
        assert [asked.path for asked in behind.asked] == ["/health"]


def test_a_run_beside_a_prefect_server_does_not_import_fastapi(world: World, prefect_api: str) -> None:
    environment = os.environ | {KEY_VARIABLE: world.shop.key, "PREFECT_API_URL": prefect_api}
    command = [sys.executable, "-c", RUN, str(world.folder)]
    ran = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=True)
    assert json.loads(ran.stdout.splitlines()[-1]) == {"code": 0, "fastapi": False, "flow run": True}


@pytest.mark.parametrize("name", FLOWS)
def test_parameters_of_a_flow_are_told_as_prefect_itself_would(name: FlowName) -> None:
    flow = flow_named(name)
    given = {parameter: OF_A_PARAMETER[parameter] for parameter in flow.parameters.properties}
    assert flow.validate_parameters(given) == given
    told = flow.serialize_parameters(given)
    assert told == given
    assert json.loads(json.dumps(told)) == told == Flow.serialize_parameters(flow, given)
